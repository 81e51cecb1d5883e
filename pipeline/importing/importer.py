"""Brings captures made by others into the archive: WARC and WET files, saved pages, extracted text."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from parsers.page import Page
from pipeline.archive.fetch_log import FetchLogRow, Outcome, TimeBasis
from pipeline.archive.page_history import ObservedBody, observed_bodies
from pipeline.archive.page_outcome import FetchOutcome, capture_row, page_outcome, unread_outcome
from pipeline.archive.pages import PageReader
from pipeline.archive.segments import ArchiveWriter, check_writable
from pipeline.archive.source_settings import about_source
from pipeline.archive.warc import LONGEST_URL, Capture
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Source
from pipeline.core.site_urls import project_url
from pipeline.core.time import Clock, utc_now
from pipeline.core.worker_process import WorkerDiedError
from pipeline.importing.bare_file import ForeignFileError, UnusableFileError, read_bare_file
from pipeline.importing.foreign_warc import Found, Kind, is_warc, read_foreign_warc

# Older than every capture that has a time of its own.
_UNDATED = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(slots=True)
class ImportSummary:
    """What an import found; problems are sentences about files and records that could not be used.

    archived: captures with a body; unchanged: captures of content that is archived already (a row, no body);
    known: captures imported or fetched before (nothing is added); evidence: our addresses, but no project page;
    foreign: records and files of other pages; damaged: ours, but unreadable; refused: ours, at a time that cannot be;
    undated: archived with nothing but the date of their file. notes are sentences worth knowing.
    """

    files: int = 0
    archived: int = 0
    unchanged: int = 0
    known: int = 0
    evidence: int = 0
    foreign: int = 0
    damaged: int = 0
    refused: int = 0
    undated: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def import_files(
    paths: Sequence[Path],
    *,
    raw_dir: Path,
    run_id: str,
    sources: Mapping[str, Source],
    default_source: Source,
    given_at: dt.datetime | None = None,
    clock: Clock = utc_now,
) -> ImportSummary:
    """Archive what the files and directories hold of our pages, with their original address and capture time.

    A capture with an address belongs to the source with that address; a bare file (saved HTML, extracted text) to
    default_source, unless it states its address. Importing twice adds nothing.

    Args:
        paths: WARC, WET, saved HTML or extracted text; directories are searched.
        raw_dir: the archive.
        run_id: of the import.
        sources: all sources, by id.
        default_source: whose page a file without an address is.
        given_at: when bare files that do not say so were captured, in UTC; else their date vouches for it.
        clock: tells which times have not come yet.

    Returns:
        What was found; trouble with a file or record is told there.

    Raises:
        ArchiveError: the archive cannot be written.
    """
    check_writable(raw_dir)
    with (
        PageReader() as reader,
        _Importer(raw_dir, run_id, sources, default_source, reader, given_at, clock()) as importer,
    ):
        for path in paths:
            importer.add(path)
    return importer.summary


class _Target(NamedTuple):
    source: Source
    project_id: str


class _Importer:
    def __init__(
        self,
        raw_dir: Path,
        run_id: str,
        sources: Mapping[str, Source],
        default_source: Source,
        reader: PageReader,
        given_at: dt.datetime | None,
        now: dt.datetime,
    ) -> None:
        self.summary = ImportSummary()
        self._given_at, self._now = given_at, now
        self._raw_dir, self._run_id, self._default, self._reader = raw_dir, run_id, default_source, reader
        self._homes = {home: source for source in sources.values() for home in _homes(source)}
        self._writers: dict[str, ArchiveWriter] = {}
        self._observed: dict[str, dict[str, list[ObservedBody]]] = {}
        self._by_payload: dict[str, Capture] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.__exit__(kind, error, trace)

    def add(self, path: Path) -> None:
        try:
            if not path.is_dir():
                self._add_file(path)
                return
            files = [file for file in sorted(path.rglob("*")) if file.is_file()]
        except (UnusableFileError, OSError) as error:
            self._tell(path, error)
            return
        if not files:
            self.summary.problems.append(f"{path}: the directory is empty; name one that holds WARC, WET, HTML or text")
        for file in files:
            try:
                self._add_file(file)
            except ForeignFileError:
                self.summary.foreign += 1
            except (UnusableFileError, OSError) as error:
                self._tell(file, error)

    def _tell(self, path: Path, error: Exception) -> None:
        said = str(error)
        if isinstance(error, OSError):
            said = f"cannot be read ({error.strerror or error}); check the path and its permissions"
        self.summary.problems.append(said if said.startswith(str(path)) else f"{path}: {said}")

    def _add_file(self, path: Path) -> None:
        with path.open("rb") as stream:
            beginning = stream.read(8)
        self.summary.files += 1
        if is_warc(beginning):
            self._add_warc(path)
        else:
            self._add_bare(path)

    def _add_warc(self, path: Path) -> None:
        try:
            for found in read_foreign_warc(path, lambda url: self._target(url) is not None, self._now):
                self._add_record(path, found)
        except PipelineError as error:
            raise UnusableFileError(str(error)) from error

    def _add_record(self, path: Path, found: Found) -> None:
        capture = found.capture
        target = None if capture is None else self._target(capture.url)
        if capture is None or target is None:
            self.summary.foreign += found.kind is Kind.FOREIGN
            self.summary.damaged += found.kind is Kind.DAMAGED
            self.summary.refused += found.kind is Kind.REFUSED
            if found.reason is not None:
                self.summary.problems.append(f"{path}: {found.reason}")
            return
        if found.kind is Kind.REVISIT:
            original = self._by_payload.get(found.payload_digest or "")
            if original is None:
                self.summary.damaged += 1
                return
            capture = original._replace(url=capture.url, captured_at=capture.captured_at)
        elif found.payload_digest is not None:
            self._by_payload[found.payload_digest] = capture
        self._archive(target, capture, self._read(capture), TimeBasis.PROTOCOL)

    def _add_bare(self, path: Path) -> None:
        file = read_bare_file(path, self._given_at, self._now, self._reader)
        target = self._target(file.capture.url) or _Target(self._default, file.project_id)
        url = project_url(target.source.base_url, file.project_id)
        if len(url) > LONGEST_URL:
            raise ForeignFileError(
                f"{path}: names a project by {len(file.project_id)} characters; no page of the site does"
            )
        if file.conflict is not None:
            self.summary.notes.append(file.conflict)
        capture = file.capture if self._target(file.capture.url) else file.capture._replace(url=url)
        self._archive(target, capture, file.page, file.time_basis)

    def _read(self, capture: Capture) -> Page | WorkerDiedError:
        try:
            return self._reader.read(capture).result()
        except WorkerDiedError as death:
            return death

    def _archive(self, target: _Target, capture: Capture, page: Page | WorkerDiedError, time_basis: TimeBasis) -> None:
        is_dated = time_basis is not TimeBasis.FILE
        at = capture.captured_at if is_dated else _UNDATED
        body_sha256 = hashlib.sha256(capture.body).digest()
        seen = self._seen(target.source.source_id).setdefault(target.project_id, [])
        if any(body.body_sha256 == body_sha256 and (not is_dated or body.at == at) for body in seen):
            self.summary.known += 1
            return
        # What has no time of its own repeats nothing: it could be older or newer than anything.
        repeatable = (body for body in seen if is_dated and body.at <= at and body.can_be_repeated)
        before = max(repeatable, default=None, key=lambda body: body.at)
        if isinstance(page, WorkerDiedError):
            verdict = unread_outcome(page, body_sha256)
        else:
            verdict = page_outcome(page, target.project_id, before and before.content_sha256)
        repeats = before.snapshot_id if before is not None and verdict.outcome is Outcome.UNCHANGED else None
        row = self._log(target, capture, verdict, repeats, time_basis)
        is_success = row.outcome in (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)
        seen.append(ObservedBody(at, body_sha256, row.content_sha256, row.snapshot_id, is_success, is_lasting=is_dated))
        self.summary.archived += is_success and row.snapshot_id is not None
        self.summary.unchanged += row.outcome == Outcome.UNCHANGED
        self.summary.evidence += not is_success
        self.summary.undated += is_success and not is_dated

    def _log(
        self, target: _Target, capture: Capture, verdict: FetchOutcome, repeats: str | None, time_basis: TimeBasis
    ) -> FetchLogRow:
        source = target.source
        if source.source_id not in self._writers:
            about = {**about_source(source), "made-by": "import"}
            self._writers[source.source_id] = ArchiveWriter(self._raw_dir, self._run_id, source.source_id, about=about)
        writer = self._writers[source.source_id]
        url = project_url(source.base_url, target.project_id)
        row = capture_row(
            writer, target.project_id, url, capture, verdict, repeats=repeats, attempts=0, time_basis=time_basis
        )
        return writer.append(row, None if row.snapshot_id is None else capture)

    def _seen(self, source_id: str) -> dict[str, list[ObservedBody]]:
        if source_id not in self._observed:
            self._observed[source_id] = observed_bodies(self._raw_dir, source_id)
        return self._observed[source_id]

    def _target(self, url: str) -> _Target | None:
        """The source and project of an address; None when it is none of ours."""
        if len(url) > LONGEST_URL:
            return None
        try:
            parts = urlsplit(url)
            query = parse_qs(parts.query)
        except ValueError:
            return None
        if query.get("r", [""])[-1] != "tbl-project-main/view" or not query.get("project_id"):
            return None
        source = self._homes.get(_home(parts.netloc, parts.path))
        return None if source is None else _Target(source, query["project_id"][-1])


def _homes(source: Source) -> Iterator[str]:
    for base_url in (source.base_url, *source.also_at):
        parts = urlsplit(base_url)
        yield _home(parts.netloc, parts.path)


def _home(netloc: str, path: str) -> str:
    """Host and script of an address: http or https, with or without www. is the same instance, another port is not."""
    host, _, port = netloc.lower().removeprefix("www.").partition(":")
    return f"{host}{'' if port in ('', '80', '443') else f':{port}'}{path}"
