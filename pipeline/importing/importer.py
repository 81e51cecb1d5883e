"""Brings captures made by others into the archive: WARC and WET files, saved pages, extracted text."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from parsers.encoding import decode_page
from parsers.page import Page, PageKind, project_id_of
from pipeline.archive.fetch_log import FetchLogRow, Outcome
from pipeline.archive.page_history import ObservedBody, observed_bodies
from pipeline.archive.page_outcome import FetchOutcome, capture_row, page_outcome, unread_outcome
from pipeline.archive.pages import PageReader
from pipeline.archive.segments import ArchiveWriter, about_source, check_writable
from pipeline.archive.warc import LONGEST_URL, Capture
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Source
from pipeline.core.site_urls import project_url
from pipeline.core.worker_process import WorkerDiedError
from pipeline.importing.foreign_warc import Found, Kind, is_warc, read_foreign_warc

_LARGEST_FILE = 50_000_000
_ABOUT_A_PROJECT = (PageKind.PROJECT, PageKind.TRUNCATED)
# What browsers ("Save as") and SingleFile write at the top of a saved page.
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+)|<!--\s*Page saved with SingleFile\s+url:\s*(\S+)")


@dataclass(slots=True)
class ImportSummary:
    """What an import found; problems are sentences about files that could not be used.

    archived: captures with a body; unchanged: captures of content that is archived already (a row, no body);
    known: captures imported or fetched before (nothing is added); evidence: our addresses, but no project page;
    foreign: records and files that are none of ours; damaged: ours, but unreadable.
    """

    files: int = 0
    archived: int = 0
    unchanged: int = 0
    known: int = 0
    evidence: int = 0
    foreign: int = 0
    damaged: int = 0
    problems: list[str] = field(default_factory=list)


def import_files(
    paths: Sequence[Path], *, raw_dir: Path, run_id: str, sources: Mapping[str, Source], default_source: Source
) -> ImportSummary:
    """Archive what the files and directories hold of our pages, with their original address and capture time.

    A capture with an address belongs to the source with that address; a bare file (saved HTML, extracted text) to
    default_source, the project by its title, the time by the file's date. Importing twice adds nothing.
    Raises ArchiveError when the archive cannot be written; everything else is told in the summary.
    """
    check_writable(raw_dir)
    with PageReader() as reader, _Importer(raw_dir, run_id, sources, default_source, reader) as importer:
        for path in paths:
            importer.add(path)
    return importer.summary


class _UnusableError(PipelineError):
    """A file cannot be used; the message says why."""


class _Target(NamedTuple):
    source: Source
    project_id: str


class _Importer:
    def __init__(
        self, raw_dir: Path, run_id: str, sources: Mapping[str, Source], default_source: Source, reader: PageReader
    ) -> None:
        self.summary = ImportSummary()
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
        except (_UnusableError, OSError) as error:
            self._tell(path, error)
            return
        if not files:
            self.summary.problems.append(f"{path}: the directory is empty; name one that holds WARC, WET, HTML or text")
        for file in files:
            try:
                self._add_file(file)
            except _ForeignFileError:
                self.summary.foreign += 1
            except (_UnusableError, OSError) as error:
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
            for found in read_foreign_warc(path, lambda url: self._target(url) is not None):
                self._add_record(found)
        except PipelineError as error:
            raise _UnusableError(str(error)) from error

    def _add_record(self, found: Found) -> None:
        capture = found.capture
        target = None if capture is None else self._target(capture.url)
        if capture is None or target is None:
            self.summary.foreign += found.kind is Kind.FOREIGN
            self.summary.damaged += found.kind is Kind.DAMAGED
            return
        if found.kind is Kind.REVISIT:
            original = self._by_payload.get(found.payload_digest or "")
            if original is None:
                self.summary.damaged += 1
                return
            capture = original._replace(url=capture.url, captured_at=capture.captured_at)
        elif found.payload_digest is not None:
            self._by_payload[found.payload_digest] = capture
        self._archive(target, capture, self._read(capture), is_dated=True)

    def _add_bare(self, path: Path) -> None:
        if path.stat().st_size > _LARGEST_FILE:
            raise _UnusableError(f"{path}: larger than {_LARGEST_FILE} bytes, too large for a page")
        body = path.read_bytes()
        at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        note = "imported from a bare file; the capture time is the file's date"
        if _looks_like_html(body):
            headers = (("Content-Type", "text/html"),)
            capture = Capture("", at, body, "text/html", 200, "OK", headers, note=note)
        else:
            text = decode_page(body, "text/plain").text
            capture = Capture("", at, text.encode("utf-8", "replace"), "text/plain", note=note)
        page = self._read(capture)
        if isinstance(page, WorkerDiedError):
            raise _UnusableError(f"{path}: reading it {page}; tell the maintainers of this program")
        project_id = project_id_of(page)
        if page.kind not in _ABOUT_A_PROJECT or project_id is None:
            raise _ForeignFileError(
                f"{path}: is no project page ({page.reason or page.kind}); name saved HTML, text or WARC of one"
            )
        saved = _SAVED_FROM.search(body[:4096])
        url = "" if saved is None else unescape((saved[1] or saved[2]).decode("latin-1"))
        target = self._target(url) or _Target(self._default, project_id)
        url = url if self._target(url) else project_url(self._default.base_url, project_id)
        if len(url) > LONGEST_URL:
            raise _ForeignFileError(
                f"{path}: names a project by {len(project_id)} characters; no page of the site does"
            )
        self._archive(target, capture._replace(url=url), page, is_dated=False)

    def _read(self, capture: Capture) -> Page | WorkerDiedError:
        try:
            return self._reader.read(capture).result()
        except WorkerDiedError as death:
            return death

    def _archive(self, target: _Target, capture: Capture, page: Page | WorkerDiedError, *, is_dated: bool) -> None:
        source_id = target.source.source_id
        body_sha256 = hashlib.sha256(capture.body).digest()
        seen = self._seen(source_id).setdefault(target.project_id, [])
        if any(s.body_sha256 == body_sha256 and (not is_dated or s.at == capture.captured_at) for s in seen):
            self.summary.known += 1
            return
        before = max((body for body in seen if _can_show(body, capture)), default=None, key=lambda body: body.at)
        if isinstance(page, WorkerDiedError):
            verdict = unread_outcome(page, body_sha256)
        else:
            verdict = page_outcome(page, target.project_id, before and before.content_sha256)
        repeats = before.snapshot_id if before is not None and verdict.outcome is Outcome.UNCHANGED else None
        row = self._log(source_id, target, capture, verdict, repeats)
        is_success = row.outcome in (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)
        seen.append(
            ObservedBody(
                capture.captured_at, body_sha256, row.content_sha256, row.snapshot_id, is_success, is_repeatable=True
            )
        )
        self.summary.archived += is_success and row.snapshot_id is not None
        self.summary.unchanged += row.outcome == Outcome.UNCHANGED
        self.summary.evidence += not is_success

    def _log(
        self, source_id: str, target: _Target, capture: Capture, verdict: FetchOutcome, repeats: str | None
    ) -> FetchLogRow:
        if source_id not in self._writers:
            about = {**about_source(target.source), "made-by": "import"}
            self._writers[source_id] = ArchiveWriter(self._raw_dir, self._run_id, source_id, about=about)
        writer = self._writers[source_id]
        row = capture_row(writer, target.project_id, capture.url, capture, verdict, repeats=repeats, attempts=0)
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


class _ForeignFileError(_UnusableError):
    """A file can be read but is no project page: told when it was named, counted when it lay in a directory."""


def _homes(source: Source) -> Iterator[str]:
    for base_url in (source.base_url, *source.also_at):
        parts = urlsplit(base_url)
        yield _home(parts.netloc, parts.path)


def _home(netloc: str, path: str) -> str:
    """Host and script of an address: http and https, with and without www. are the same instance."""
    return netloc.lower().removeprefix("www.").partition(":")[0] + path


def _can_show(body: ObservedBody, capture: Capture) -> bool:
    """Whether a body that is archived already can be what a capture shows again."""
    return body.at <= capture.captured_at and body.is_success and body.is_repeatable and body.content_sha256 is not None


def _looks_like_html(body: bytes) -> bool:
    return re.search(rb"<(?:!doctype|html|head|body|table|div)\b", body[:4096], re.IGNORECASE) is not None
