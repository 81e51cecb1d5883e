"""data/raw: append-only WARC segments, each with its fetch log; a sealed segment is never edited.

A segment is open while it is written: `<segment>.warc.gz.open` and `<segment>.journal`. Every journal line is written
before the records it describes and says where they end, so that after a crash a line counts exactly when its records
are whole: complete pages are never lost, half pages never kept. Both files reach the kernel with every page (kill -9
loses nothing) and the disk about once a second (a power cut loses the pages of a second at most).
"""

import datetime as dt
import errno
import fcntl
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pyarrow.parquet as pq

from pipeline.archive.chain import links_of_new_segment
from pipeline.archive.fetch_log import (
    FetchLogRow,
    JournalEntry,
    journal_head,
    journal_line,
    read_fetch_log,
    read_journal,
    write_fetch_log,
)
from pipeline.archive.segment_name import JOURNAL, LISTING, LOG, OPEN_WARC, SEGMENT_NAME, WARC, files_of_segments
from pipeline.archive.warc import Capture, capture_members, read_capture, read_captures, warcinfo_member
from pipeline.core.arrow_schema import schema_of, table_of
from pipeline.core.errors import PipelineError
from pipeline.core.files import PARTIAL, sync_path, written_aside
from pipeline.core.version import product_token

_SYNC_SECONDS = 1.0


Place = tuple[str, int]
"""The place of a capture: the name of its WARC file, and the offset of its record there."""


class ArchiveError(PipelineError):
    """The archive cannot be written or read; the message says where and what to do."""


class Segment(NamedTuple):
    """A sealed segment: always a fetch log, a WARC file when a body was archived, a listing when one was read."""

    name: str
    run_id: str
    source_id: str
    fetches: Path
    warc: Path | None
    listing: Path | None


class ListingRow(NamedTuple):
    """One project the site's listing named in a run; is_complete says whether the listing was read whole.

    shown_crc32 is the CRC-32 of what the listing shows of the project beside its id, null where that is nothing.
    """

    run_id: str
    source_id: str
    project_id: str
    seen_at: dt.datetime
    is_complete: bool
    stated_total: int | None
    shown_crc32: int | None = None


class ArchiveWriter:
    """Appends pages to the open segment of one run and seals it at a size and at the end.

    Leaving the `with` block seals, also after an error: what was fetched is kept. Raises ArchiveError when the
    directory cannot be written or the disk is full; the segment then stays open and the next start recovers it.
    """

    def __init__(
        self,
        raw_dir: Path,
        run_id: str,
        source_id: str,
        *,
        about: Mapping[str, str] | None = None,
        segment_bytes: int = 256_000_000,
    ) -> None:
        name = f"{run_id}-{source_id}"
        match = SEGMENT_NAME.fullmatch(name)
        if match is None or match["source_id"] != source_id:
            raise ArchiveError(
                f"{name!r} is not a segment name; run ids look like 20261122T180000Z, source ids like bs2568"
            )
        self.run_id, self.source_id = run_id, source_id
        self._raw_dir, self._about, self._segment_bytes = (
            raw_dir,
            {"software": product_token(), "format": "WARC File Format 1.1", "isPartOf": run_id, **(about or {})},
            segment_bytes,
        )
        self._name, self._number = name, 1
        self._journal = self._warc = -1
        self._end = 0
        self._synced_at = 0.0
        check_writable(raw_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # An interrupt may have come between a journal line and its records; recovery finds out which are whole.
        if isinstance(error, ArchiveError | KeyboardInterrupt):
            self._close()
        else:
            self.seal()

    def append(self, row: FetchLogRow, capture: Capture | None = None) -> FetchLogRow:
        """Put one page on disk, its row and (where given) its body; return the row with its place in the archive."""
        try:
            if self._journal < 0:
                self._journal = self._open(JOURNAL)
                fcntl.flock(self._journal, fcntl.LOCK_EX)
                self._write(self._journal, journal_head(self._about))
            if capture is None:
                self._write(self._journal, journal_line(JournalEntry(row, 0)))
            else:
                row = self._append_members(row, capture_members(capture))
            if time.monotonic() - self._synced_at > _SYNC_SECONDS:
                self._sync()
        except OSError as error:
            self._close()
            raise explained(error, self._raw_dir) from error
        if self._end >= self._segment_bytes:
            self.seal()
        return row

    def write_listing(self, projects: Iterable[ListingRow]) -> None:
        """Store the projects that the site's listing named in this run, beside the run's first segment."""
        rows = list(projects)
        if not rows:
            return
        table = table_of(rows, schema_of(ListingRow))
        final = self._raw_dir / f"{self.run_id}-{self.source_id}{LISTING}"
        try:
            with written_aside(final) as partial:
                pq.write_table(table, partial, compression="zstd")
        except OSError as error:
            raise explained(error, self._raw_dir) from error

    def seal(self) -> None:
        """Close the open segment for good; a later append begins the next one."""
        if self._journal < 0:
            return
        try:
            self._sync()
            journal = read_journal(self._path(JOURNAL))
            seal_segment(self._raw_dir, self._segment, journal.about, (entry.row for entry in journal.entries))
        except OSError as error:
            raise explained(error, self._raw_dir) from error
        finally:
            self._close()
        self._number += 1

    @property
    def _segment(self) -> str:
        return self._name if self._number == 1 else f"{self._name}-{self._number}"

    def _path(self, suffix: str) -> Path:
        return self._raw_dir / (self._segment + suffix)

    def _open(self, suffix: str) -> int:
        while self._path(LOG).exists() or self._path(WARC).exists():
            self._number += 1
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        return os.open(self._path(suffix), flags, 0o644)

    def _append_members(self, row: FetchLogRow, members: bytes) -> FetchLogRow:
        file_name = self._path(WARC).name
        if self._warc < 0:
            self._warc = self._open(OPEN_WARC)
            members_before = warcinfo_member(file_name, self._about)
            self._write(self._warc, members_before)
            self._end = len(members_before)
        row = row._replace(warc_file=file_name, warc_offset=self._end)
        self._write(self._journal, journal_line(JournalEntry(row, self._end + len(members))))
        self._write(self._warc, members)
        self._end += len(members)
        return row

    def _write(self, handle: int, data: bytes) -> None:
        written = os.write(handle, data)
        if written < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _sync(self) -> None:
        for handle in (self._warc, self._journal):
            if handle >= 0:
                os.fsync(handle)
        self._synced_at = time.monotonic()

    def _close(self) -> None:
        for handle in (self._warc, self._journal):
            if handle >= 0:
                os.close(handle)
        self._warc = self._journal = -1
        self._end = 0


def check_writable(raw_dir: Path) -> None:
    """Raise ArchiveError unless files can be made in raw_dir (which is created when missing)."""
    probe = raw_dir / f".writable-{os.getpid()}{PARTIAL}"
    try:
        raw_dir.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        # Another process that recovers the archive may have swept it away.
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise explained(error, raw_dir) from error


def sealed_segments(raw_dir: Path) -> list[Segment]:
    """Every sealed segment, oldest run first."""
    found = []
    # In this order: the files of a segment exist before its log.
    logs, warcs, listings = (files_of_segments(raw_dir, suffix) for suffix in (LOG, WARC, LISTING))
    for name, log in logs.items():
        if match := SEGMENT_NAME.fullmatch(name):
            number = int(match["number"] or 1)
            segment = Segment(name, match["run_id"], match["source_id"], log, warcs.get(name), listings.get(name))
            found.append((match["run_id"], match["source_id"], number, segment))
    return [segment for *_, segment in sorted(found, key=lambda item: item[:3])]


def read_segment(segment: Segment) -> Iterator[tuple[FetchLogRow, Capture]]:
    """Yield every archived body of a segment with its fetch-log row, in the order they were written."""
    if segment.warc is None:
        return
    rows = {row.warc_offset: row for row in read_fetch_log(segment.fetches) if row.warc_offset is not None}
    for offset, capture in read_captures(segment.warc):
        if row := rows.get(offset):
            yield row, capture


def read_body(raw_dir: Path, place: Place) -> Capture:
    """Read the capture at a place, whether its segment is sealed or still open. Raises WarcError and ArchiveError."""
    name, offset = place
    sealed = raw_dir / name
    try:
        return read_capture(sealed if sealed.exists() else sealed.with_name(f"{name}.open"), offset)
    except OSError as error:
        raise explained(error, raw_dir) from error


def seal_segment(raw_dir: Path, name: str, about: Mapping[str, str], rows: Iterator[FetchLogRow]) -> None:
    """Rename a synced segment into place; repeated after a crash between two of its steps, it ends the same."""
    journal, warc, open_warc = (raw_dir / f"{name}{suffix}" for suffix in (JOURNAL, WARC, OPEN_WARC))
    first = next(rows, None)
    if first is not None:
        # Moved first, so that a log never exists without its WARC file.
        if open_warc.exists():
            open_warc.replace(warc)
        links = links_of_new_segment(raw_dir, name, warc if warc.exists() else None)
        with written_aside(raw_dir / f"{name}{LOG}") as log:
            write_fetch_log(log, chain([first], rows), {**about, **links})
    journal.unlink()
    sync_path(raw_dir)


def unreadable(where: object, error: Exception) -> ArchiveError:
    """The error of a file of the archive that is torn or damaged; where names the file."""
    said = str(error).partition("\n")[0]
    return ArchiveError(
        f"{where}: torn or unreadable ({said}); restore it from a copy of data/raw "
        f"(`bma-projects verify` names all that is damaged)"
    )


def explained(error: OSError, raw_dir: Path) -> ArchiveError:
    """The error of the archive as a sentence that says what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ArchiveError(f"{raw_dir}: the disk is full; free some space and run again: what was fetched is kept")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ArchiveError(
            f"{raw_dir}: no permission to write; make it writable for this user or set data_dir elsewhere"
        )
    return ArchiveError(f"{error.filename or raw_dir}: {error.strerror or error}")
