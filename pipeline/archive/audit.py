"""Reads the whole archive again: every digest, every row of the fetch log against its record, every torn tail."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
from fastwarc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.archive.chain import chain_problems
from pipeline.archive.fetch_log import FetchLogRow, Outcome, read_fetch_log, snapshot_id
from pipeline.archive.lost_segments import FILE as GIVEN_UP
from pipeline.archive.lost_segments import LostSegmentsError, given_up
from pipeline.archive.segment_name import JOURNAL, LISTING, LOG, OPEN_WARC, SEGMENT_NAME, WARC, files_without_log
from pipeline.archive.segments import Segment, sealed_segments
from pipeline.archive.warc import Capture, capture_of, member_ends
from pipeline.core.arrow_schema import UNREADABLE
from pipeline.core.files import GIT_KEEP, PARTIAL
from pipeline.core.text import counted

_OPEN, _SEALED = (JOURNAL, OPEN_WARC, PARTIAL), (LOG, WARC, LISTING)
_BODIES = WarcRecordType.response | WarcRecordType.conversion


class Audit(NamedTuple):
    """The result of reading the whole archive; problems are sentences that name the file and the place.

    withdrawn counts the imports that were taken back, whose bodies are still read; given_up counts the lost segments
    that a person gave up.
    """

    segments: int
    records: int
    rows: int
    bodies: int
    withdrawn: int
    given_up: int
    problems: tuple[str, ...]


def audit_archive(raw_dir: Path, *, is_running: bool = False) -> Audit:
    """Read everything in data/raw again and compare it with the fetch logs.

    is_running says whether a run is at work, whose open segments are not a problem.
    """
    problems = [] if is_running else list(_open_files(raw_dir))
    problems += _stray_files(raw_dir)
    n_records = n_rows = n_bodies = 0
    snapshots: set[str] = set()
    withdrawn: set[str] = set()
    promised: dict[str, str] = {}
    segments = sealed_segments(raw_dir)
    for segment in segments:
        try:
            rows = list(read_fetch_log(segment.fetches))
        except UNREADABLE as error:
            problems.append(f"{segment.fetches.name}: the fetch log cannot be read ({error})")
            continue
        n_rows += len(rows)
        problems += _of_another(segment, rows)
        for row in rows:
            if row.withdraws is not None:
                withdrawn.add(row.withdraws)
            elif row.snapshot_id is not None:
                n_bodies += 1
                snapshots.add(row.snapshot_id)
            elif row.repeats is not None or row.outcome == Outcome.UNCHANGED:
                promised.setdefault(row.repeats or "", f"{segment.fetches.name}: {row.project_id or row.url}")
        if segment.listing is not None:
            try:
                with pq.ParquetFile(segment.listing) as listing:
                    listing.read()
            except UNREADABLE as error:
                problems.append(f"{segment.listing.name}: the listing cannot be read ({error})")
        records, found = _audit_segment(segment, rows)
        n_records += records
        problems += found
    problems += [
        f"{where} repeats snapshot {name or 'without a name'}, but no such body is archived"
        for name, where in promised.items()
        if name not in snapshots
    ]
    lost: frozenset[str] = frozenset()
    try:
        lost = given_up(raw_dir)
        problems += [f"{problem}; restore it from a copy of data/raw" for problem in chain_problems(raw_dir)]
    except LostSegmentsError as error:
        problems.append(str(error))
    problems += [
        f"{segment.fetches.name}: is there, though {GIVEN_UP} gives it up; take its line out, or its files away"
        for segment in segments
        if segment.name in lost
    ]
    return Audit(len(segments), n_records, n_rows, n_bodies, len(withdrawn), len(lost), tuple(problems))


def _open_files(raw_dir: Path) -> Iterator[str]:
    for path in sorted(raw_dir.glob("*")):
        if path.name.endswith(_OPEN) and _is_of_archive(path):
            yield f"{path.name}: an open segment; the next run recovers it"


def _stray_files(raw_dir: Path) -> Iterator[str]:
    for path in sorted(raw_dir.glob("*")):
        if not _is_of_archive(path):
            yield f"{path.name}: not a file of the archive; move it away, or `bma-projects import` it from there"
    for path in files_without_log(raw_dir):
        yield (f"{path.name}: has no fetch log beside it; restore that from a copy of data/raw, or move this file away")


def _is_of_archive(path: Path) -> bool:
    """Whether this program writes a file of this name, and it is a file."""
    if path.name in (GIVEN_UP, GIT_KEEP) or path.name.endswith(PARTIAL):
        return path.is_file()
    suffix = next((suffix for suffix in (*_SEALED, *_OPEN) if path.name.endswith(suffix)), None)
    return suffix is not None and SEGMENT_NAME.fullmatch(path.name.removesuffix(suffix)) is not None and path.is_file()


def _of_another(segment: Segment, rows: list[FetchLogRow]) -> Iterator[str]:
    """Find a copy under another name: the rows of a log must belong to the run, source and WARC file of its name."""
    for row in rows:
        is_its_own = (row.run_id, row.source_id) == (segment.run_id, segment.source_id)
        if not is_its_own or row.warc_file not in (None, f"{segment.name}{WARC}"):
            yield (
                f"{segment.fetches.name}: is the log of another segment (run {row.run_id}, source {row.source_id}, "
                f"{row.warc_file or 'no WARC file'}); move this copy away"
            )
            return


def _audit_segment(segment: Segment, rows: list[FetchLogRow]) -> tuple[int, list[str]]:
    name = segment.name
    by_offset = {row.warc_offset: row for row in rows if row.warc_offset is not None}
    if segment.warc is None:
        return 0, [f"{name}: the log names archived bodies, but there is no WARC file"] if by_offset else []
    problems = []
    size = segment.warc.stat().st_size
    end = max(member_ends(segment.warc), default=0)
    if end < size:
        problems.append(f"{segment.warc.name}: torn or overwritten after byte {end} of {size}")
    n_records = 0
    try:
        with segment.warc.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False, strict_mode=False):
                offset = record.stream_pos
                if offset >= end:
                    break
                n_records += 1
                where = f"{segment.warc.name}, byte {offset}"
                problems += [f"{where}: {problem}" for problem in _audit_record(record, by_offset.pop(offset, None))]
    except OSError as error:
        problems.append(f"{segment.warc.name}: cannot be read after {counted(n_records, 'record')} ({error})")
    problems += [
        f"{segment.warc.name}, byte {offset}: the log names a record that is not there" for offset in by_offset
    ]
    return n_records, problems


def _audit_record(record: WarcRecord, row: FetchLogRow | None) -> Iterator[str]:
    if not record.verify_block_digest(consume=False):
        yield "the block digest does not match"
    if not record.record_type & _BODIES:
        return
    if record.record_type == WarcRecordType.response:
        record.parse_http(strict_mode=False)
        if not record.verify_payload_digest(consume=False):
            yield "the payload digest does not match"
    if row is None:
        yield "a body without a row in the fetch log"
        return
    capture = capture_of(record)
    yield from _compare(capture, row)


def _compare(capture: Capture, row: FetchLogRow) -> Iterator[str]:
    body_sha256 = sha256(capture.body).digest()
    if body_sha256 != row.body_sha256:
        yield "the body is not the one the log names"
    if capture.captured_at != row.requested_at:
        yield f"the capture time {capture.captured_at} is not that of the log, {row.requested_at}"
    if row.snapshot_id != snapshot_id(row.source_id, row.project_id, row.requested_at, body_sha256):
        yield f"the snapshot id {row.snapshot_id} does not belong to this body and time"
