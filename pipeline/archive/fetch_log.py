"""The fetch log: one row for every attempted page, journalled while a segment is open, Parquet once it is sealed."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core.arrow_schema import schema_of

_BATCH = 20_000


class Outcome(StrEnum):
    """What became of one attempted page."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    FAILED = "failed"
    REFUSED = "refused"


class FetchLogRow(NamedTuple):
    """One attempted page; the Parquet schema derives from these annotations.

    project_id is None for robots.txt and listing pages. snapshot_id, warc_file and warc_offset are set when a body
    was archived. `unchanged` rows carry the content_sha256 of the version that is archived already. masked_sha256 is
    that of the response without its CSRF token: where it is the same, so is the content.
    """

    run_id: str
    source_id: str
    project_id: str | None
    snapshot_id: str | None
    url: str
    requested_at: dt.datetime
    outcome: str
    page_kind: str | None
    http_status: int | None
    attempts: int
    elapsed_ms: int
    bytes: int | None
    body_sha256: str | None
    content_sha256: str | None
    etag: str | None
    last_modified: str | None
    error: str | None
    warc_file: str | None
    warc_offset: int | None
    masked_sha256: str | None


SCHEMA = schema_of(FetchLogRow)
_HAS_LISTING = "has_listing"


class JournalEntry(NamedTuple):
    """A journalled row and where its records end in the segment (0 where it has none)."""

    row: FetchLogRow
    end: int


def snapshot_id(source_id: str, project_id: str | None, requested_at: dt.datetime, body_sha256: str) -> str:
    """Name a capture by what it is, so that it has the same id in whatever order it is imported."""
    at = requested_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return hashlib.sha256("\n".join([source_id, project_id or "", at, body_sha256]).encode()).hexdigest()[:20]


def journal_line(entry: JournalEntry) -> bytes:
    """One line of JSON; a torn line never parses, so a reader can tell the last whole one."""
    values = [value.isoformat() if isinstance(value, dt.datetime) else value for value in entry.row]
    return json.dumps([*values, entry.end], ensure_ascii=True).encode() + b"\n"


def read_journal(path: Path) -> Iterator[JournalEntry]:
    """Yield the whole lines of a journal and stop at the first torn one."""
    at = FetchLogRow._fields.index("requested_at")
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            try:
                *values, end = json.loads(line)
                values[at] = dt.datetime.fromisoformat(values[at])
                yield JournalEntry(FetchLogRow(*values), end)
            except (ValueError, TypeError):
                return


def write_fetch_log(path: Path, rows: Iterator[FetchLogRow], *, has_listing: bool) -> None:
    """Write rows as Parquet; the caller brings the file into place.

    That a listing lies beside the log is noted in it, or nobody would miss one that was lost.
    """
    with path.open("wb") as sink, pq.ParquetWriter(sink, SCHEMA, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            columns = zip(*batch, strict=True)
            arrays = [pa.array(column, type=field.type) for column, field in zip(columns, SCHEMA, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))
        if has_listing:
            writer.add_key_value_metadata({_HAS_LISTING: "true"})


def tells_of_listing(path: Path) -> bool:
    """Whether a sealed fetch log says that a listing lies beside it."""
    return _HAS_LISTING.encode() in (pq.read_metadata(path).metadata or {})


def read_fetch_log(path: Path) -> Iterator[FetchLogRow]:
    """Yield the rows of a sealed fetch log in the order they were written."""
    with pq.ParquetFile(path) as log:
        for batch in log.iter_batches(_BATCH):
            yield from (FetchLogRow(*values) for values in zip(*(c.to_pylist() for c in batch.columns), strict=True))
