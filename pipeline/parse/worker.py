"""What a partition holds: the rows of one WARC segment, made batch by batch. All that decides them stands here.

A batch is a run of consecutive pages small enough for one worker. Where a segment is cut follows from its fetch log
alone, so that a partition is the same bytes on whatever and however many processes its batches were parsed.
"""

import functools
import gc
import hashlib
import math
import os
import platform
import secrets
from collections.abc import Iterator
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from parsers.issue_collector import IssueCollector
from parsers.project import page_issue, parse_project
from parsers.records import RECORD_TYPES, Issue, ParsedPage
from pipeline.archive.pages import read_archived_page
from pipeline.archive.segments import Segment, lost_listing
from pipeline.archive.warc import Capture, WarcError, read_captures
from pipeline.core.arrow_schema import schema_of
from pipeline.core.errors import PipelineError

PARTIAL, SUSPECT = ".partial", ".suspect"
# A batch is a row group of each table: memory stays flat however large a segment is.
_PAGES_PER_BATCH = 2_000
_BODY_BYTES_PER_BATCH = 64_000_000
# Rows become columns while they are still in the processor's cache.
_PAGES_PER_CHUNK = 50
# What in this package, besides parsers/, decides what a page parses to.
_DECISIVE = ("parse/worker.py", "archive/pages.py", "core/arrow_schema.py")


_RESTORE = (
    "restore it from a copy of data/raw (`bma-projects verify` names all that is damaged), or take all files of this "
    "segment out of data/raw: the tables then lack what it held"
)


class PartitionError(PipelineError):
    """What was given to parse is damaged, or a worker is not fit for it; the message says where and what to do."""


class Batch(NamedTuple):
    """Consecutive pages of a segment: from the record at WARC offset start to the one before end (None: to the last).

    number counts from 1; pages are the archived pages of projects in it.
    """

    segment: Segment
    number: int
    start: int
    end: int | None
    pages: int


class BatchResult(NamedTuple):
    """What one batch gave, and the directory beside the partitions where its files wait to be put together."""

    number: int
    directory: str
    pages: int
    records: int
    issues: int


class Toolchain(NamedTuple):
    """What must be the same wherever batches of one archive are parsed: partitions do not depend on the machine."""

    parser: str
    python: str
    pyarrow: str
    fastwarc: str


@functools.cache
def parser_fingerprint() -> str:
    """Twelve hex digits over the sources that decide what a page parses to, and the version of the HTML library."""
    digest = hashlib.sha256(metadata.version("selectolax").encode())
    sources: list[tuple[str, Traversable]] = [(file.name, file) for file in resources.files("parsers").iterdir()]
    sources += [(name, resources.files("pipeline").joinpath(*name.split("/"))) for name in _DECISIVE]
    for name, file in sorted(sources, key=lambda item: item[0]):
        if name.endswith(".py"):
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


@functools.cache
def toolchain() -> Toolchain:
    """What this process parses with."""
    python = ".".join(platform.python_version_tuple()[:2])
    return Toolchain(parser_fingerprint(), python, metadata.version("pyarrow"), metadata.version("fastwarc"))


def partition_dir(parsed_dir: Path, segment: str) -> Path:
    """Where the current parser's partition of a segment lies."""
    return parsed_dir / f"{segment}@{parser_fingerprint()}"


def cut_into_batches(segment: Segment) -> list[Batch]:
    """Cut a segment into batches of about as many pages; a segment without pages of projects has no batch."""
    rows = _logged_pages(segment)
    wanted = math.ceil(len(rows) / _PAGES_PER_BATCH)
    # An even number: with one batch over, one of two cores would wait for the other.
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


def parse_batch(
    batch: Batch, parsed_dir: Path, expected: Toolchain, quarantine: frozenset[int] = frozenset()
) -> BatchResult:
    """Parse one batch into a new directory of its own; runs in a worker, perhaps on another machine.

    quarantine holds the WARC offsets of pages that crashed a worker before: they become an issue and are not read. The
    page about to be read is noted in a file, so that a crash names its culprit. Raises PartitionError when this process
    would make another partition than the one that asked.
    """
    if toolchain() != expected:
        raise PartitionError(f"{platform.node()}: {difference(toolchain(), expected)}")
    segment, suspect_file = batch.segment, suspect_path(batch, parsed_dir)
    # Of its own: a worker that was taken for dead may still be writing when another one does its work again.
    directory = _beside(batch, parsed_dir, f"-{secrets.token_hex(4)}{PARTIAL}")
    directory.mkdir()
    writer = _BatchWriter(directory)
    pages = records = issues = 0
    suspect = os.open(suspect_file, os.O_WRONLY | os.O_CREAT, 0o644)
    # A page leaves no cycles behind, and looking for them takes a tenth of the time.
    gc.disable()
    try:
        for row, capture in _read_batch(batch):
            key = {"source_id": row.source_id, "project_id": row.project_id, "snapshot_id": row.snapshot_id}
            pages += 1
            if row.offset in quarantine:
                writer.add_issue(_quarantine_issue(segment, row.offset, **key))
                issues += 1
                continue
            os.pwrite(suspect, b"%020d" % row.offset, 0)
            page = read_archived_page(capture)
            not_a_record = page_issue(page, **key)
            if not_a_record is not None:
                writer.add_issue(not_a_record)
                issues += 1
                continue
            parsed = parse_project(page, **key)
            writer.add(parsed)
            records += 1
            issues += len(parsed.issues)
    finally:
        gc.enable()
        os.close(suspect)
    writer.close()
    suspect_file.unlink(missing_ok=True)
    return BatchResult(batch.number, directory.name, pages, records, issues)


def difference(found: Toolchain, expected: Toolchain) -> str:
    """What another process parses with that is not what is expected of it."""
    names = [name for name in Toolchain._fields if getattr(found, name) != getattr(expected, name)]
    said = ", ".join(f"{name} {getattr(found, name)} instead of {getattr(expected, name)}" for name in names)
    return f"parses with {said}; install the same version of bma-projects and its lock file there"


def suspect_path(batch: Batch, parsed_dir: Path) -> Path:
    """The file that names the page a worker is reading while it works on a batch."""
    return _beside(batch, parsed_dir, SUSPECT)


def _beside(batch: Batch, parsed_dir: Path, suffix: str) -> Path:
    return parsed_dir / f".{partition_dir(parsed_dir, batch.segment.name).name}-{batch.number}{suffix}"


class _LoggedPage(NamedTuple):
    offset: int
    size: int
    source_id: str
    project_id: str
    snapshot_id: str


def check_segment(segment: Segment) -> None:
    """See that the tables beside a WARC file can be read. Raises PartitionError."""
    for path in (segment.fetches, segment.listing):
        try:
            if path is not None:
                pq.read_metadata(path)
        except (OSError, pa.ArrowException) as error:
            raise PartitionError(f"{path}: torn or unreadable ({' '.join(str(error).split())}); {_RESTORE}") from error
    if lost := lost_listing(segment):
        raise PartitionError(f"{lost}: missing, though the fetch log says that it was kept; {_RESTORE}")


def _logged_pages(segment: Segment) -> list[_LoggedPage]:
    """The archived pages of projects by their offset; of the fetch log only the columns that it takes."""
    names = ["warc_offset", "bytes", "source_id", "project_id", "snapshot_id"]
    with pq.ParquetFile(segment.fetches) as log:
        table = log.read(names)
    rows = zip(*(table.column(name).to_pylist() for name in names), strict=True)
    return sorted(
        _LoggedPage(offset, size or 0, source_id, project_id, snapshot_id)
        for offset, size, source_id, project_id, snapshot_id in rows
        if offset is not None and project_id is not None and snapshot_id is not None
    )


def _read_batch(batch: Batch) -> Iterator[tuple[_LoggedPage, Capture]]:
    """The pages of a batch, each with its row of the fetch log; raises PartitionError unless all of them are there."""
    end = math.inf if batch.end is None else batch.end
    awaited = {row.offset: row for row in _logged_pages(batch.segment) if batch.start <= row.offset < end}
    warc = batch.segment.warc or batch.segment.fetches.with_name(f"{batch.segment.name}.warc.gz")
    row, reason = awaited[batch.start], "there is no such record"
    try:
        # Beyond the last page: only what follows a record shows that it was whole.
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
    raise PartitionError(
        f"{where}: the archived page of {row.project_id} cannot be read ({reason}){others}; {_RESTORE}"
    )


class _BatchWriter:
    """Collects the records of a batch and writes one Parquet file of one row group per table that has rows."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in RECORD_TYPES}
        self._record_batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in RECORD_TYPES}
        self._schemas = {name: schema_of(record_type) for name, record_type in RECORD_TYPES.items()}
        self._pages = 0

    def add(self, parsed: ParsedPage) -> None:
        self._rows["pages"].append(parsed.page)
        self._rows["page_fields"] += parsed.fields
        self._rows["month_rows"] += parsed.months
        self._rows["month_results"] += parsed.month_results
        self._rows["progress_rows"] += parsed.progress
        self._rows["update_rows"] += parsed.updates
        self._rows["issues"] += parsed.issues
        self._pages += 1
        if self._pages % _PAGES_PER_CHUNK == 0:
            self._flush()

    def add_issue(self, issue: Issue) -> None:
        self._rows["issues"].append(issue)

    def close(self) -> None:
        """Write the files and bring them to the disk."""
        self._flush()
        for name, batches in self._record_batches.items():
            if not batches:
                continue
            table = pa.Table.from_batches(batches)
            with (self._directory / f"{name}.parquet").open("wb") as sink:
                pq.write_table(table, sink, compression="zstd", row_group_size=table.num_rows)
                sink.flush()
                os.fsync(sink.fileno())

    def _flush(self) -> None:
        for name, rows in self._rows.items():
            if rows:
                schema = self._schemas[name]
                columns = zip(zip(*rows, strict=True), schema, strict=True)
                arrays = [pa.array(values, field.type) for values, field in columns]
                self._record_batches[name].append(pa.RecordBatch.from_arrays(arrays, schema=schema))
                rows.clear()


def _quarantine_issue(segment: Segment, offset: int, *, source_id: str, project_id: str, snapshot_id: str) -> Issue:
    findings = IssueCollector(source_id, project_id, snapshot_id)
    where = f"{segment.warc.name if segment.warc is not None else segment.name} at offset {offset}"
    findings.add("page_crashed_parser", f"reading this page killed the worker process; it is kept in {where}")
    return findings.issues[0]
