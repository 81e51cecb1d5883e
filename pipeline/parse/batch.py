"""A batch: consecutive pages of a WARC segment, few enough for one worker.

The cuts of a segment depend only on its fetch log, so that a partition has the same bytes for any number and kind of
processes.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from pipeline.archive.chain import chain_problems
from pipeline.archive.segment_name import WARC
from pipeline.archive.segments import Segment
from pipeline.archive.warc import Capture, WarcError, read_captures
from pipeline.core.arrow_schema import UNREADABLE
from pipeline.core.errors import PipelineError

# A batch is a row group of each table: memory stays flat however large a segment is.
_PAGES_PER_BATCH = 2_000
_BODY_BYTES_PER_BATCH = 64_000_000
_RESTORE = (
    "restore it from a copy of data/raw (`bma-projects verify` names all that is damaged); where there is none, take "
    "all files of this segment out of data/raw and give it up by a line of lost-segments.txt there: "
    "the tables are then built without it"
)


class ParseError(PipelineError):
    """Damage, a directory that cannot be written or an unfit worker; the message says where and what to do."""


class Batch(NamedTuple):
    """Consecutive pages of a segment: from the record at WARC offset start to the one before end (None: to the last).

    number counts from 1; pages are the archived pages of projects in it.
    """

    segment: Segment
    number: int
    start: int
    end: int | None
    pages: int


class LoggedPage(NamedTuple):
    """An archived page of a project in the fetch log: where its record begins, and the bytes of its body."""

    offset: int
    size: int
    source_id: str
    project_id: str
    snapshot_id: str


def check_segments(segments: Sequence[Segment]) -> None:
    """Check that segments are as they were sealed, and that their tables can be read. Raises ParseError."""
    for segment in segments:
        _check_tables(segment)
    if segments:
        raw_dir = segments[0].fetches.parent
        for problem in chain_problems(raw_dir, {segment.name for segment in segments}):
            raise ParseError(f"{raw_dir}/{problem}; {_RESTORE}")


def _check_tables(segment: Segment) -> None:
    for path in (segment.fetches, segment.listing):
        try:
            if path is not None:
                pq.read_metadata(path)
        except UNREADABLE as error:
            raise _unreadable(path, error) from error


def cut_into_batches(segment: Segment) -> list[Batch]:
    """Cut a segment into batches of about as many pages; a segment without pages of projects has no batch.

    Raises:
        ParseError: The fetch log cannot be read.
    """
    rows = _logged_pages(segment)
    wanted = math.ceil(len(rows) / _PAGES_PER_BATCH)
    # An even number: with an odd one, one of two cores would wait for the other.
    limit = math.ceil(len(rows) / (wanted + wanted % 2)) if wanted > 1 else _PAGES_PER_BATCH
    cuts: list[tuple[int, int]] = []
    pages = size = 0
    for row in rows:
        if not cuts or pages == limit or size + row.size > _BODY_BYTES_PER_BATCH:
            cuts.append((row.offset, 0))
            pages = size = 0
        pages, size = pages + 1, size + row.size
        cuts[-1] = (cuts[-1][0], pages)
    ends = [*(start for start, _ in cuts[1:]), None]
    return [
        Batch(segment, number, start, end, pages)
        for number, ((start, pages), end) in enumerate(zip(cuts, ends, strict=False), 1)
    ]


def read_batch(batch: Batch) -> Iterator[tuple[LoggedPage, Capture]]:
    """Yield the pages of a batch in the order of the archive, each with its row of the fetch log.

    Raises:
        ParseError: Not all of them are there, or the WARC file is damaged.
    """
    end = math.inf if batch.end is None else batch.end
    awaited = {row.offset: row for row in _logged_pages(batch.segment) if batch.start <= row.offset < end}
    warc = batch.segment.warc or batch.segment.fetches.with_name(f"{batch.segment.name}{WARC}")
    row, reason = awaited[batch.start], "there is no such record"
    try:
        # Read past the last page: only the start of the next record shows that the last one was whole.
        for offset, capture in read_captures(warc, batch.start):
            if offset >= end:
                break
            if offset in awaited:
                row = awaited.pop(offset)
                yield row, capture
        if not awaited:
            return
    except (OSError, WarcError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
    row = min(awaited.values(), default=row)
    others = f", nor can {len(awaited) - 1} others" if len(awaited) > 1 else ""
    where = f"{warc}, byte {row.offset}"
    raise ParseError(f"{where}: the archived page of {row.project_id} cannot be read ({reason}){others}; {_RESTORE}")


def _logged_pages(segment: Segment) -> list[LoggedPage]:
    """The archived pages of projects by their offset; reads only the columns of the fetch log that it needs."""
    names = ["warc_offset", "bytes", "source_id", "project_id", "snapshot_id"]
    try:
        with pq.ParquetFile(segment.fetches) as log:
            table = log.read(names)
    except UNREADABLE as error:
        raise _unreadable(segment.fetches, error) from error
    rows = zip(*(table.column(name).to_pylist() for name in names), strict=True)
    return sorted(
        LoggedPage(offset, size or 0, source_id, project_id, snapshot_id)
        for offset, size, source_id, project_id, snapshot_id in rows
        if offset is not None and project_id is not None and snapshot_id is not None
    )


def _unreadable(path: Path | None, error: Exception) -> ParseError:
    return ParseError(f"{path}: torn or unreadable ({' '.join(str(error).split())}); {_RESTORE}")
