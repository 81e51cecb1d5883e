"""The task of a worker: parse one batch into files that later become part of a partition."""

import gc
import os
import platform
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from parsers.issue_collector import IssueCollector
from parsers.project import page_issue, parse_project
from parsers.records import RECORD_TYPES, Issue, ParsedPage
from pipeline.archive.pages import read_archived_page
from pipeline.archive.segments import Segment
from pipeline.archive.warc import Capture
from pipeline.core.arrow_schema import schema_of, table_of
from pipeline.core.files import PARTIAL
from pipeline.core.memory import keep_freed_memory
from pipeline.core.worker_process import TookTooLongError, WorkerDiedError, time_limit
from pipeline.parse.batch import Batch, LoggedPage, ParseError, read_batch
from pipeline.parse.partition import BatchResult, beside_partition, writing
from pipeline.parse.versions import ParserVersions, parser_versions

# Rows become columns while they are still in the processor's cache.
_PAGES_PER_CHUNK = 50
_NOTHING: Mapping[int, WorkerDiedError] = {}


def parse_batch(
    batch: Batch,
    parsed_dir: Path,
    expected: ParserVersions,
    quarantine: Mapping[int, WorkerDiedError] = _NOTHING,
    note: Path | None = None,
) -> BatchResult:
    """Parse one batch into a new directory of its own; runs in a worker, perhaps on another machine.

    Args:
        batch: the pages to read; paths in it are absolute.
        parsed_dir: data/parsed, an absolute path.
        expected: the versions in the process that asks.
        quarantine: how reading a page ended a process, by the page's WARC offset; such a page becomes an issue, unread.
        note: a file for the WARC offset of the page being read, which names the page when the process dies.

    Raises:
        ParseError: This process would make another partition than the one that asked, the archive is damaged, or the
            files cannot be written.
    """
    if parser_versions() != expected:
        raise ParseError(f"{platform.node()}: {parser_versions().mismatch(expected)}")
    # A directory of its own: a worker that was considered dead may still write when another one repeats its work.
    directory = beside_partition(parsed_dir, batch, f"-{secrets.token_hex(4)}{PARTIAL}")
    with writing(parsed_dir):
        directory.mkdir()
    files = _BatchFiles(directory)
    pages = records = issues = quarantined = 0
    keep_freed_memory()
    # A page leaves no reference cycles, and collecting garbage takes a tenth of the time.
    gc.disable()
    try:
        for row, capture in read_batch(batch):
            pages += 1
            if row.offset in quarantine:
                quarantined += 1
                parsed: ParsedPage | Issue = _quarantine_issue(batch.segment, row, quarantine[row.offset])
            else:
                with _noted(note, row.offset), time_limit():
                    parsed = _parse_page(row, capture)
            if isinstance(parsed, Issue):
                files.add_issue(parsed)
                issues += 1
            else:
                files.add(parsed)
                records += 1
                issues += len(parsed.issues)
    finally:
        gc.enable()
    with writing(parsed_dir):
        files.close()
    return BatchResult(batch.number, directory.name, pages, records, issues, quarantined)


def _parse_page(row: LoggedPage, capture: Capture) -> ParsedPage | Issue:
    """The records of an archived page, or the issue that says why there are none."""
    key = {"source_id": row.source_id, "project_id": row.project_id, "snapshot_id": row.snapshot_id}
    page = read_archived_page(capture)
    return page_issue(page, **key) or parse_project(page, **key)


def _quarantine_issue(segment: Segment, row: LoggedPage, death: WorkerDiedError) -> Issue:
    issues = IssueCollector(row.source_id, row.project_id, row.snapshot_id)
    where = f"{segment.warc.name if segment.warc is not None else segment.name} at offset {row.offset}"
    code = "page_too_costly" if isinstance(death, TookTooLongError) else "page_crashed_parser"
    issues.add(code, f"reading this page {death}; it is kept in {where}")
    return issues.collected[0]


@contextmanager
def _noted(note: Path | None, offset: int) -> Iterator[None]:
    """Let the note name a page while it is read, and be empty before and after."""
    if note is None:
        yield
        return
    note.write_text(str(offset), encoding="ascii")
    try:
        yield
    finally:
        note.unlink()


class _BatchFiles:
    """Collects the records of a batch and writes one Parquet file of one row group per table that has rows."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in RECORD_TYPES}
        self._tables: dict[str, list[pa.Table]] = {name: [] for name in RECORD_TYPES}
        self._schemas = {name: schema_of(record_type) for name, record_type in RECORD_TYPES.items()}
        self._pages = 0

    def add(self, parsed: ParsedPage) -> None:
        self._rows["pages"].append(parsed.page)
        self._rows["page_cells"] += parsed.cells
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
        """Write the files and sync them to disk."""
        self._flush()
        for name, tables in self._tables.items():
            if not tables:
                continue
            table = pa.concat_tables(tables)
            with (self._directory / f"{name}.parquet").open("wb") as sink:
                pq.write_table(table, sink, compression="zstd", row_group_size=table.num_rows)
                sink.flush()
                os.fsync(sink.fileno())

    def _flush(self) -> None:
        for name, rows in self._rows.items():
            if rows:
                self._tables[name].append(table_of(rows, self._schemas[name]))
                rows.clear()
