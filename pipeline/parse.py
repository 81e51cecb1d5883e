"""data/raw → data/parsed: one part per WARC segment, made by worker processes, only for what is new.

A part is the directory `<segment>@<parser fingerprint>`; it appears by one rename, so it is complete or not there. A
changed parser has another fingerprint and parses everything again by itself.
"""

import functools
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from parsers.findings import Findings
from parsers.html import read_page
from parsers.page import Page
from parsers.project import page_issue, parse_project
from parsers.records import Issue, MonthRow, PageField, PageRecord, ParsedPage, ProgressRow, UpdateRow
from parsers.text import read_text
from pipeline.archive import Segment, read_segment, sealed_segments
from pipeline.errors import PipelineError
from pipeline.schema import schema_of
from pipeline.warc import Capture
from pipeline.workers import worker_pool

RECORD_TYPES: dict[str, type[NamedTuple]] = {
    "pages": PageRecord,
    "page_fields": PageField,
    "month_rows": MonthRow,
    "progress_rows": ProgressRow,
    "update_rows": UpdateRow,
    "issues": Issue,
}
# Rows are written in groups, so that memory stays flat however large a segment is.
_PAGES_PER_GROUP = 2_000
_CRASHES_PER_SEGMENT = 100


class ParseError(PipelineError):
    """A segment cannot be parsed; the message names it and says what to do."""


class PartResult(NamedTuple):
    """What one segment gave: archived pages read, those that are project records, and issues found."""

    segment: str
    pages: int
    records: int
    issues: int


class ParseSummary(NamedTuple):
    """What one parse stage did. segments counts the parts that were missing, pages the archived pages read."""

    segments: int
    pages: int
    records: int
    issues: int
    quarantined: int


@functools.cache
def parser_fingerprint() -> str:
    """Twelve hex digits over the sources that decide what a page parses to, and the version of the HTML library."""
    digest = hashlib.sha256(metadata.version("selectolax").encode())
    sources: list[tuple[str, Traversable]] = [(file.name, file) for file in resources.files("parsers").iterdir()]
    sources += [(name, resources.files("pipeline").joinpath(name)) for name in ("parse.py", "schema.py")]
    for name, file in sorted(sources, key=lambda item: item[0]):
        if name.endswith(".py"):
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def part_dir(parsed_dir: Path, segment: str) -> Path:
    """Where the current parser's part of a segment lies."""
    return parsed_dir / f"{segment}@{parser_fingerprint()}"


def read_capture(capture: Capture) -> Page:
    """Read one archived page with the reader for its kind: HTML as received, or text somebody extracted."""
    if capture.is_text:
        return read_text(capture.body.decode("utf-8", "replace"))
    location = next((value for name, value in capture.headers if name.lower() == "location"), None)
    return read_page(capture.body, status=capture.status or 200, content_type=capture.content_type, location=location)


class _PartWriter:
    """Collects the records of a segment and writes one Parquet file per table that has rows."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in RECORD_TYPES}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._pages = 0

    def add(self, parsed: ParsedPage) -> None:
        self._rows["pages"].append(parsed.page)
        self._rows["page_fields"] += parsed.fields
        self._rows["month_rows"] += parsed.months
        self._rows["progress_rows"] += parsed.progress
        self._rows["update_rows"] += parsed.updates
        self._rows["issues"] += parsed.issues
        self._pages += 1
        if self._pages % _PAGES_PER_GROUP == 0:
            self._flush()

    def add_issue(self, issue: Issue) -> None:
        self._rows["issues"].append(issue)

    def close(self) -> None:
        self._flush()
        for writer in self._writers.values():
            writer.close()

    def _flush(self) -> None:
        for name, rows in self._rows.items():
            if not rows:
                continue
            schema = schema_of(RECORD_TYPES[name])
            columns = [
                pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            if name not in self._writers:
                self._writers[name] = pq.ParquetWriter(self._directory / f"{name}.parquet", schema, compression="zstd")
            self._writers[name].write_table(pa.Table.from_arrays(columns, schema=schema))
            rows.clear()


def parse_segment(segment: Segment, parsed_dir: Path, quarantine: frozenset[int] = frozenset()) -> PartResult:
    """Parse one segment into its part.

    quarantine holds the WARC offsets of pages that crashed a worker before: they become an issue and are not read. The
    page about to be read is noted in a file beside the part, so that a crash names its culprit. Runs in a worker.
    """
    final = part_dir(parsed_dir, segment.name)
    partial = _partial_dir(final)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    shutil.copyfile(segment.fetches, partial / "fetches.parquet")
    if segment.listing is not None:
        shutil.copyfile(segment.listing, partial / "listing.parquet")
    writer = _PartWriter(partial)
    pages = records = 0
    issues = 0
    with _suspect_file(final).open("wb", buffering=0) as suspect:
        for row, capture in read_segment(segment):
            if row.project_id is None or row.snapshot_id is None:
                continue
            offset = row.warc_offset or 0
            key = {"source_id": row.source_id, "project_id": row.project_id, "snapshot_id": row.snapshot_id}
            pages += 1
            if offset in quarantine:
                writer.add_issue(_quarantine_issue(segment, offset, **key))
                issues += 1
                continue
            suspect.seek(0)
            suspect.write(b"%020d" % offset)
            page = read_capture(capture)
            not_a_record = page_issue(page, **key)
            if not_a_record is not None:
                writer.add_issue(not_a_record)
                issues += 1
                continue
            parsed = parse_project(page, **key)
            writer.add(parsed)
            records += 1
            issues += len(parsed.issues)
    writer.close()
    _sync_directory(partial)
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)
    _suspect_file(final).unlink(missing_ok=True)
    return PartResult(segment.name, pages, records, issues)


def _quarantine_issue(segment: Segment, offset: int, *, source_id: str, project_id: str, snapshot_id: str) -> Issue:
    findings = Findings(source_id, project_id, snapshot_id)
    where = f"{segment.warc.name if segment.warc is not None else segment.name} at offset {offset}"
    findings.add("page_crashed_parser", f"reading this page killed the worker process; it is kept in {where}")
    return findings.issues[0]


def _partial_dir(final: Path) -> Path:
    return final.with_name(f".{final.name}.partial")


def _suspect_file(final: Path) -> Path:
    return final.with_name(f".{final.name}.suspect")


def _sync_directory(directory: Path) -> None:
    for path in (*directory.iterdir(), directory):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_stale_parts(parsed_dir: Path, segments: Iterable[Segment]) -> None:
    """Parts of an older parser or of a segment that is gone, and what a crash left."""
    current = {part_dir(parsed_dir, segment.name).name for segment in segments}
    for path in parsed_dir.iterdir():
        if path.is_dir() and path.name not in current:
            shutil.rmtree(path)


def _parse_alone(segment: Segment, parsed_dir: Path, quarantine: frozenset[int]) -> tuple[PartResult, frozenset[int]]:
    """Parse a segment that killed a worker in a process of its own, setting aside one culprit after the other."""
    for _ in range(_CRASHES_PER_SEGMENT):
        with worker_pool(1) as pool:
            try:
                return pool.submit(parse_segment, segment, parsed_dir, quarantine).result(), quarantine
            except BrokenProcessPool:
                culprit = _read_suspect(part_dir(parsed_dir, segment.name))
                if culprit is None or culprit in quarantine:
                    break
                quarantine |= {culprit}
    raise ParseError(
        f"{segment.name}: the worker process dies on this segment again and again "
        f"({len(quarantine)} pages were set aside); "
        f"check it with `bma-projects verify`, and the memory of this machine"
    )


def _read_suspect(final: Path) -> int | None:
    try:
        return int(_suspect_file(final).read_bytes())
    except (OSError, ValueError):
        return None


def parse(
    raw_dir: Path,
    parsed_dir: Path,
    *,
    workers: int = 2,
    on_segment: Callable[[PartResult], None] = lambda result: None,
) -> ParseSummary:
    """Bring data/parsed up to date with data/raw; a run with nothing new reads nothing.

    on_segment is called after each part. Raises ParseError when a segment cannot be parsed; parts made until then stay.
    """
    segments = sealed_segments(raw_dir)
    try:
        parsed_dir.mkdir(parents=True, exist_ok=True)
        missing = [segment for segment in segments if not part_dir(parsed_dir, segment.name).exists()]
        results: list[PartResult] = []
        quarantined = 0

        def done(result: PartResult) -> None:
            results.append(result)
            on_segment(result)

        # A segment without bodies is copied, not parsed: no process is worth starting for it.
        for segment in missing:
            if segment.warc is None:
                done(parse_segment(segment, parsed_dir))
        with_bodies = [segment for segment in missing if segment.warc is not None]
        crashed = _parse_in_pool(with_bodies, parsed_dir, workers, done)
        for segment in crashed:
            result, culprits = _parse_alone(segment, parsed_dir, frozenset())
            quarantined += len(culprits)
            done(result)
        _remove_stale_parts(parsed_dir, segments)
    except OSError as error:
        raise ParseError(
            f"{parsed_dir}: cannot write parsed parts ({error.strerror}); check permissions and space"
        ) from error
    return ParseSummary(
        len(results),
        sum(result.pages for result in results),
        sum(result.records for result in results),
        sum(result.issues for result in results),
        quarantined,
    )


def _parse_in_pool(
    segments: Sequence[Segment], parsed_dir: Path, workers: int, done: Callable[[PartResult], None]
) -> list[Segment]:
    """Parse segments in worker processes; returns those whose worker died or never began because another one died."""
    if not segments:
        return []
    left = {segment.name: segment for segment in segments}
    with worker_pool(min(workers, len(segments))) as pool:
        futures: dict[Future[PartResult], str] = {
            pool.submit(parse_segment, segment, parsed_dir): segment.name for segment in segments
        }
        for future in as_completed(futures):
            try:
                done(future.result())
            except BrokenProcessPool:
                continue
            del left[futures[future]]
    return list(left.values())
