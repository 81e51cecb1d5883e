"""The fetch log: one row for every visit or import, journalled while a segment is open, Parquet once it is sealed."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from pipeline.core.arrow_schema import Sha256, rows_of, schema_of, table_of

_ROWS_PER_GROUP = 20_000


class Outcome(StrEnum):
    """The outcome of one attempted page, or of an import that was taken back."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    FAILED = "failed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OF_VISITS = tuple(outcome for outcome in Outcome if outcome is not Outcome.WITHDRAWN)


class TimeBasis(StrEnum):
    """Where the time of a capture comes from."""

    PROTOCOL = "protocol"
    """Our own request, WARC-Date, or an HTTP Date."""
    STATED = "stated"
    """Stated in the saved file."""
    GIVEN = "given"
    """Given by the person who imports it."""
    FILE = "file"
    """The date of the file, which every copy resets."""


class FetchLogRow(NamedTuple):
    """One attempted page; the Parquet schema derives from these annotations.

    project_id is None for robots.txt, listing pages and pages of sister systems. attempts says how often the site was
    asked, 0 for an import.
    snapshot_id, warc_file and warc_offset are set when a body was archived; for a known content, repeats names the
    snapshot that shows the same, and the hashes are left out. masked_sha256 is that of the response without its CSRF
    token, kept where it is not the one known already: where it is the same, so is the content. age_s is the seconds by
    which requested_at lies before the answer, because a cache gave a copy so old. archive_url is the address of the
    capture in the web archive that it was harvested from; without a project_id, and as the url too, it is that of one
    for which the archive gave something else. A row of outcome `withdrawn` says that the import of the run
    `withdraws` counts for nothing any more.
    """

    run_id: str
    source_id: str
    project_id: str | None
    snapshot_id: str | None
    repeats: str | None
    url: str
    requested_at: dt.datetime
    time_basis: str
    outcome: str
    page_kind: str | None
    http_status: int | None
    attempts: int
    elapsed_ms: int
    bytes: int | None
    body_sha256: Sha256 | None
    content_sha256: Sha256 | None
    masked_sha256: Sha256 | None
    etag: str | None
    last_modified: str | None
    error: str | None
    warc_file: str | None
    warc_offset: int | None
    withdraws: str | None = None
    age_s: int | None = None
    archive_url: str | None = None


def blank_row(
    run_id: str,
    source_id: str,
    url: str,
    requested_at: dt.datetime,
    outcome: Outcome,
    *,
    time_basis: TimeBasis = TimeBasis.PROTOCOL,
) -> FetchLogRow:
    """The row of an attempt with nothing of its answer; `_replace` says the rest."""
    return FetchLogRow(
        run_id,
        source_id,
        project_id=None,
        snapshot_id=None,
        repeats=None,
        url=url,
        requested_at=requested_at,
        time_basis=time_basis.value,
        outcome=outcome.value,
        page_kind=None,
        http_status=None,
        attempts=0,
        elapsed_ms=0,
        bytes=None,
        body_sha256=None,
        content_sha256=None,
        masked_sha256=None,
        etag=None,
        last_modified=None,
        error=None,
        warc_file=None,
        warc_offset=None,
    )


SCHEMA = schema_of(FetchLogRow)
_ABOUT = "about"


class JournalEntry(NamedTuple):
    """A journalled row and where its records end in the segment (0 where it has none)."""

    row: FetchLogRow
    end: int


class Journal(NamedTuple):
    """The contents of a journal: the metadata of the segment, and its whole lines."""

    about: Mapping[str, str]
    entries: Iterator[JournalEntry]


def snapshot_id(source_id: str, project_id: str | None, requested_at: dt.datetime, body_sha256: Sha256) -> str:
    """Name a capture by its content and time, so that its id does not depend on the order of imports."""
    at = requested_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return hashlib.sha256("\n".join([source_id, project_id or "", at, body_sha256.hex()]).encode()).hexdigest()[:20]


def journal_head(about: Mapping[str, str]) -> bytes:
    """The first line of a journal: the metadata of the segment."""
    return json.dumps(dict(about), ensure_ascii=True).encode() + b"\n"


def journal_line(entry: JournalEntry) -> bytes:
    """One line of JSON; a torn line never parses, so a reader finds the last whole one."""
    return json.dumps([*map(_as_json, entry.row), entry.end], ensure_ascii=True).encode() + b"\n"


def read_journal(path: Path) -> Journal:
    """The head and the whole lines of a journal, up to the first torn one."""
    lines = _whole_lines(path)
    about: object = next(lines, {})
    return Journal(about if isinstance(about, dict) else {}, _entries(lines))


def write_fetch_log(path: Path, rows: Iterator[FetchLogRow], about: Mapping[str, str]) -> None:
    """Write rows as Parquet with the metadata of the segment; the caller moves the file into place."""
    schema = SCHEMA.with_metadata({_ABOUT: json.dumps(dict(about), sort_keys=True)})
    with path.open("wb") as sink, pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        while group := list(islice(rows, _ROWS_PER_GROUP)):
            writer.write_table(table_of(group, schema))


def read_about(path: Path) -> Mapping[str, str]:
    """What a sealed fetch log says of its segment. Raises OSError or pyarrow's errors where it cannot be read."""
    stat = path.stat()
    return _read_about(path, stat.st_size, stat.st_mtime_ns)


# A run asks a dozen times for what all logs are about; a sealed one is never edited.
@lru_cache(maxsize=20_000)
def _read_about(path: Path, size: int, written_at: int) -> Mapping[str, str]:
    metadata = pq.read_schema(path).metadata or {}
    about: dict[str, str] = json.loads(metadata.get(_ABOUT.encode(), b"{}"))
    return MappingProxyType(about)


def read_fetch_log(path: Path) -> Iterator[FetchLogRow]:
    """Yield the rows of a sealed fetch log in the order they were written."""
    with pq.ParquetFile(path) as log:
        for batch in log.iter_batches(_ROWS_PER_GROUP):
            yield from map(FetchLogRow._make, rows_of(batch))


_TIME = FetchLogRow._fields.index("requested_at")
_HASHES = [FetchLogRow._fields.index(name) for name in ("body_sha256", "content_sha256", "masked_sha256")]


def _as_json(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _whole_lines(path: Path) -> Iterator[Any]:
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            try:
                yield json.loads(line)
            except ValueError:
                return


def _entries(lines: Iterator[Any]) -> Iterator[JournalEntry]:
    for line in lines:
        try:
            *values, end = line
            values[_TIME] = dt.datetime.fromisoformat(values[_TIME])
            for place in _HASHES:
                values[place] = values[place] and bytes.fromhex(values[place])
            yield JournalEntry(FetchLogRow(*values), end)
        except (ValueError, TypeError, IndexError):
            return
