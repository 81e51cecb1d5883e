"""Brings captures made by others into the archive: web archives, saved pages, extracted text."""

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from parsers.page import PageKind
from pipeline.archive.fetch_log import Outcome, TimeBasis
from pipeline.archive.pages import PageReader
from pipeline.archive.response_age import age_of
from pipeline.archive.segments import check_writable
from pipeline.archive.warc import LONGEST_URL, Capture
from pipeline.core.log import Advance
from pipeline.core.settings import Source
from pipeline.core.text import counted
from pipeline.core.time import Clock, utc_now
from pipeline.importing.addresses import Addresses, Target, project_target
from pipeline.importing.bare_file import BareSister, ForeignFileError, UnusableFileError, read_bare_file, read_file
from pipeline.importing.file_format import BEGINNING, ContainerError, Format, Unread, format_of
from pipeline.importing.foreign_warc import Found, Kind, read_foreign_warc
from pipeline.importing.har import read_har
from pipeline.importing.ledger import Added, Ledger
from pipeline.importing.plain_stream import PlainStream, is_packed, read_up_to
from pipeline.importing.summary import ImportSummary
from pipeline.importing.wacz import warcs_of
from pipeline.importing.warc_records import Opener

_MAX_BODY_BYTES = 10_000_000


class UnreadFormatError(ForeignFileError):
    """A file is of a format that is not read."""

    def __init__(self, path: Path, unread: Unread) -> None:
        super().__init__(f"{path}: is not a project page but a {unread.name}; {unread.way}")
        self.unread = unread


def import_files(
    paths: Sequence[Path],
    *,
    raw_dir: Path,
    run_id: str,
    sources: Mapping[str, Source],
    default_source: Source,
    given_at: dt.datetime | None = None,
    max_body_bytes: int = _MAX_BODY_BYTES,
    advance: Advance | None = None,
    clock: Clock = utc_now,
) -> ImportSummary:
    """Archive the pages of the sources in files and directories, with their original address and capture time.

    A capture with an address belongs to the source with that address; a bare file (saved HTML, extracted text) to
    default_source, unless it states its address. Importing twice adds nothing.

    Args:
        paths: WARC, ARC, WET, WACZ, HAR, MHTML, saved HTML or extracted text; directories are searched.
        raw_dir: the archive.
        run_id: of the import.
        sources: all sources, by id.
        default_source: the source of a file without an address.
        given_at: the capture time of bare files that do not state it, in UTC; without it the date of the file is taken.
        max_body_bytes: the largest body that is decoded.
        advance: is called after each of our captures with its outcome.
        clock: times after its time are in the future.

    Returns:
        The result; it names the files and records that could not be used.

    Raises:
        ArchiveError: the archive cannot be written.
    """
    check_writable(raw_dir)
    with PageReader() as reader, Ledger(raw_dir, run_id, reader) as ledger:
        importer = _Importer(
            ledger,
            Addresses(sources, default_source),
            default_source,
            reader,
            given_at,
            clock(),
            max_body_bytes,
            advance,
        )
        for path in paths:
            importer.add(path)
        importer.add_revisits()
    sisters = importer.summary.sisters_in_words()
    if sisters is not None:
        importer.summary.notes.append(sisters)
    return importer.summary


def what_is(path: Path) -> Format | Unread:
    """The format of a file. Raises UnusableFileError for a pipe or a device, and OSError."""
    if not path.is_file() and path.exists():
        raise UnusableFileError(f"{path}: is a pipe or a device; write what it gives to a file and import that")
    with path.open("rb") as stream:
        packed = is_packed(stream.peek(4)[:4])
        with PlainStream(stream) as plain:
            beginning, _ = read_up_to(plain.read, BEGINNING)
    # Where the file cannot be unpacked, it was most likely a web archive.
    return Format.WARC if packed and not beginning else format_of(path, beginning, is_packed=packed)


def records_in(
    path: Path, kind: Format, is_ours: Callable[[str], bool], now: dt.datetime, *, max_body_bytes: int
) -> Iterator[tuple[Path, Iterator[Found]]]:
    """Yield every file of records in a WARC, ARC, WACZ or HAR file, with what its records mean for the import.

    The records of one must be read before the next is asked for; they raise ContainerError too.

    Raises:
        ContainerError, UnusableFileError, OSError: the container cannot be read.
    """
    if kind is Format.HAR:
        yield path, read_har(read_file(path, kind), is_ours, now, max_body_bytes=max_body_bytes)
        return
    opened: Iterable[tuple[Path, Opener]] = [(path, lambda: path.open("rb"))]
    if kind is Format.WACZ:
        opened = ((path / name.lstrip("/"), opener) for name, opener in warcs_of(path))
    for place, opener in opened:
        yield place, read_foreign_warc(opener, is_ours, now, max_body_bytes=max_body_bytes)


class _Revisit(NamedTuple):
    path: Path
    found: Found
    capture: Capture
    target: Target


@dataclass(slots=True)
class _Importer:
    ledger: Ledger
    addresses: Addresses
    default_source: Source
    reader: PageReader
    given_at: dt.datetime | None
    now: dt.datetime
    max_body_bytes: int
    advance: Advance | None
    summary: ImportSummary = field(default_factory=ImportSummary)
    revisits: list[_Revisit] = field(default_factory=list)

    def add(self, path: Path) -> None:
        try:
            if not path.is_dir():
                self._add_file(path)
                return
        except (UnusableFileError, OSError) as error:
            self.summary.tell_of_file(path, error)
            return
        files = self._files_in(path)
        if not files:
            self.summary.tell(path, "holds no file (links to directories are not followed); name one that does")
        for file in files:
            try:
                self._add_file(file)
            except UnreadFormatError as error:
                self.summary.unread[error.unread] += 1
            except ForeignFileError:
                self.summary.foreign += 1
            except (UnusableFileError, OSError) as error:
                self.summary.tell_of_file(file, error)

    def add_revisits(self) -> None:
        """Add the revisits, after all captures that they can repeat."""
        unresolved: dict[Path, list[str]] = {}
        for path, found, capture, target in self.revisits:
            original = found.original
            there = target if original is None else self.addresses.target_of(original.url) or target
            # A page may repeat itself under another address; a repeat of another project's page is not accepted.
            is_its_own = (there.source, there.project_id) == (target.source, target.project_id)
            repeated = self.ledger.original(there, original) if original is not None and is_its_own else None
            if repeated is None:
                unresolved.setdefault(path, []).append(found.where)
                continue
            note = f"a revisit record; the body is that of the capture of {repeated.captured_at:%Y-%m-%dT%H:%M:%SZ}"
            repeated = repeated._replace(url=capture.url, captured_at=capture.captured_at, note=note)
            self._count(target, self.ledger.add_record(target, found, repeated))
        for path, where in unresolved.items():
            self.summary.unresolved += len(where)
            more = (
                f" and {counted(len(where) - 1, 'more revisit')} repeat captures"
                if len(where) > 1
                else " repeats a capture"
            )
            self.summary.tell(
                path,
                f"{where[0]}{more} whose content is neither here nor in the archive; import the file that holds it too",
            )

    def _files_in(self, directory: Path) -> list[Path]:
        def tell(error: OSError) -> None:
            self.summary.tell_of_file(Path(os.fsdecode(error.filename)), error)

        found = [Path(folder, name) for folder, _, names in os.walk(directory, onerror=tell) for name in names]
        return sorted(path for path in found if path.is_file())

    def _add_file(self, path: Path) -> None:
        found = what_is(path)
        self.summary.files += 1
        if isinstance(found, Unread):
            raise UnreadFormatError(path, found)
        if found in (Format.MHTML, Format.PAGE):
            self._add_bare(path, found)
        else:
            self._add_container(path, found)
        self.summary.formats[found] += 1

    def _add_container(self, path: Path, kind: Format) -> None:
        try:
            for place, records in records_in(path, kind, self._is_ours, self.now, max_body_bytes=self.max_body_bytes):
                self._add_records(place, records)
        except ContainerError as error:
            # The directory cannot be read; errors of a member are reported when it is opened.
            self.summary.tell_of_file(path, error)

    def _add_records(self, path: Path, records: Iterator[Found]) -> None:
        try:
            for found in records:
                self._add_record(path, found)
        except ContainerError as error:
            self.summary.tell_of_file(path, error)

    def _add_record(self, path: Path, found: Found) -> None:
        if found.reason is not None:
            self.summary.tell(path, found.reason)
        target = None if found.capture is None else self.addresses.target_of(found.capture.url)
        if found.capture is None or target is None:
            self.summary.foreign += found.kind is Kind.FOREIGN
            self.summary.damaged += found.kind is Kind.DAMAGED
            self.summary.refused += found.kind is Kind.REFUSED
        elif found.kind is Kind.REVISIT:
            self.revisits.append(_Revisit(path, found, found.capture, target))
        else:
            added = self.ledger.add_record(target, found, found.capture)
            self.summary.aged += added.outcome is not None and bool(age_of(found.capture.header("age")))
            self._count(target, added)

    def _add_bare(self, path: Path, kind: Format) -> None:
        file = read_bare_file(path, kind, self.given_at, self.now, self.reader)
        stated = self.addresses.target_of(file.capture.url)
        if isinstance(file, BareSister):
            # A text without an address shows which system it is from, but not which host.
            name = f"urn:sha256:{hashlib.sha256(file.capture.body).hexdigest()}"
            target = stated if stated and stated.sister else Target(self.default_source, name, sister=file.sister)
            capture = file.capture._replace(url=target.url)
            self._count(target, self.ledger.add_page(target, capture, None, file.time_basis))
            return
        if file.capture.url and stated is None:
            raise UnusableFileError(
                f"{path}: was saved from {file.capture.url!r:.200}, which is not the address of a source; "
                f"if it is, name it in `also_at` of that source"
            )
        if stated is not None and stated.sister is not None:
            stated = None
        target = stated or project_target(self.default_source, file.project_id)
        self.summary.assumed += stated is None
        if len(target.url) > LONGEST_URL:
            raise ForeignFileError(
                f"{path}: names a project by {len(file.project_id)} characters; no page of the site does"
            )
        if file.conflict is not None:
            self.summary.notes.append(file.conflict)
        if file.page.kind is PageKind.TRUNCATED:
            self.summary.notes.append(f"{path}: the page is cut; it is kept as evidence, but replaces no whole page")
        capture = file.capture if stated else file.capture._replace(url=target.url)
        added = self.ledger.add_page(target, capture, file.page, file.time_basis)
        self.summary.undated += added.is_success and file.time_basis is TimeBasis.FILE
        self._count(target, added)

    def _count(self, target: Target, added: Added) -> None:
        self.summary.source_ids.add(target.source.source_id)
        is_page = added.is_success and target.sister is None
        self.summary.known += added.outcome is None
        self.summary.archived += is_page and added.is_archived
        self.summary.unchanged += is_page and added.outcome is Outcome.UNCHANGED
        self.summary.evidence += added.outcome is not None and not is_page
        if added.outcome is not None and target.sister is not None:
            self.summary.sisters[target.sister] += 1
        if self.advance is not None:
            self.advance(added.outcome or "known")

    def _is_ours(self, url: str) -> bool:
        return self.addresses.target_of(url) is not None
