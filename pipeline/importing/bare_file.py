"""A file of one page: saved HTML, MHTML or extracted text, packed or not, with its project, address and time."""

import codecs
import datetime as dt
import json
import re
from pathlib import Path
from typing import NamedTuple

from parsers.encoding import decode_page
from parsers.labels import TITLE
from parsers.page import PROJECT_CODE, Page, PageKind, project_id_of
from parsers.sister_page import SisterPage, sister_of_address, sister_of_text
from pipeline.archive.fetch_log import TimeBasis
from pipeline.archive.pages import PageReader
from pipeline.archive.warc import Capture
from pipeline.core.errors import PipelineError
from pipeline.core.worker_process import WorkerDiedError
from pipeline.importing.capture_time import CaptureTimeError, believed
from pipeline.importing.coded_body import CodedBodyError, without_chunks
from pipeline.importing.file_format import Format
from pipeline.importing.mhtml import read_mhtml
from pipeline.importing.plain_stream import PlainStream, is_packed, read_up_to
from pipeline.importing.saved_page import read_statement

_LARGEST = {Format.PAGE: 50_000_000, Format.MHTML: 50_000_000, Format.HAR: 100_000_000}
_ABOUT_A_PROJECT = (PageKind.PROJECT, PageKind.TRUNCATED)
_DAY = dt.timedelta(days=1)
_NOTES = {
    TimeBasis.STATED: "imported from a file of its own; the capture time is the one that the file states",
    TimeBasis.GIVEN: "imported from a file of its own; the capture time was given with the import",
    TimeBasis.FILE: "imported from a file of its own; the capture time is the file's date",
}
_TITLES = re.compile(rf"{TITLE}[^:<\n]{{0,40}}:\s*([0-9]{{8}}-[0-9]{{1,6}})")
_DOCUMENT = re.compile(r"<html[\s>]", re.IGNORECASE)
# A page may hold others, in frames and scripts; a document that begins after the end of one is another page.
_BETWEEN = r"(?:\s|<!--(?:(?!-->).)*+-->)*+"
_NEXT_DOCUMENT = re.compile(rf"</html\s*>{_BETWEEN}(?:<!doctype[^>]*>{_BETWEEN})?<html[\s>]", re.IGNORECASE | re.DOTALL)
_RAW_CHUNKS = re.compile(rb"[0-9A-Fa-f]{1,8}\r\n\s*<")
_HTML = re.compile(r"<(?:!doctype|html|head|body|table|div)\b", re.IGNORECASE)
_UTF16_WITHOUT_BOM = {b"<\0": codecs.BOM_UTF16_LE, b"\0<": codecs.BOM_UTF16_BE}


class UnusableFileError(PipelineError):
    """A file cannot be used; the message names it and says why."""


class ForeignFileError(UnusableFileError):
    """A file is readable but not a project page: reported when it was named, counted when it was in a directory."""


class BareFile(NamedTuple):
    """One page: url is the address that the file states, or ''; conflict is a sentence when two times do not agree."""

    capture: Capture
    page: Page
    project_id: str
    time_basis: TimeBasis
    conflict: str | None = None


class BareSister(NamedTuple):
    """One page of a sister system; the url of its capture is the address that the file states, or ''."""

    sister: SisterPage
    capture: Capture
    time_basis: TimeBasis


def read_bare_file(
    path: Path,
    kind: Format,
    given_at: dt.datetime | None,
    now: dt.datetime,
    reader: PageReader,
) -> BareFile | BareSister:
    """Read a saved page or extracted text.

    Args:
        path: the file.
        kind: MHTML or PAGE.
        given_at: the capture time given by the person who imports it, in UTC.
        now: the moment of the import, in UTC.
        reader: reads the page in a process of its own.

    Returns:
        The page. A time stated in the file is preferred to the given time, and that to the date of the file.

    Raises:
        UnusableFileError: too large, or with an impossible time.
        ForeignFileError: not one project page: another page, several pages, data.
        OSError: it cannot be read.
    """
    body = read_file(path, kind)
    if _RAW_CHUNKS.match(body):
        # As `curl --raw` prints it.
        body = _without_chunks(path, body)
    mhtml = read_mhtml(body.removeprefix(codecs.BOM_UTF8).lstrip()) if kind is Format.MHTML else None
    if mhtml is not None:
        body = mhtml.body
    elif kind is Format.MHTML:
        raise ForeignFileError(f"{path}: is MHTML without a page in it; save the page again")
    body = _UTF16_WITHOUT_BOM.get(body[:2], b"") + body
    decoded = decode_page(body, "text/plain")
    several = what_holds_several_pages(decoded.text)
    if several is not None:
        raise _refusal(f"{path}: {several}; save each page as a file of its own", decoded.text)
    statement = read_statement(decoded.as_utf8()) if mhtml is None else mhtml.statement
    try:
        stated_at = None if statement.at is None else believed(statement.at, statement.raw_time, now)
    except CaptureTimeError as error:
        raise UnusableFileError(f"{path}: {error}") from error
    at, basis = _time_of(path, stated_at, given_at, now)
    conflict = None
    if stated_at is not None and given_at is not None and abs(stated_at - given_at) > _DAY:
        conflict = f"{path}: says that it was saved at {_shown(stated_at)}, which counts; given was {_shown(given_at)}"
    note = _NOTES[basis]
    if mhtml is not None or _HTML.search(decoded.text, 0, 4096):
        content_type = "text/html" if mhtml is None else mhtml.content_type
        headers = (("Content-Type", content_type),)
        capture = Capture(statement.url or "", at, body, content_type, 200, "OK", headers, note=note)
    else:
        capture = Capture("", at, decoded.text.encode("utf-8", "replace"), "text/plain", note=note)
    try:
        page = reader.read(capture).result()
    except WorkerDiedError as death:
        raise UnusableFileError(f"{path}: reading it {death}; tell the maintainers of this program") from death
    project_id = project_id_of(page)
    if page.kind not in _ABOUT_A_PROJECT or project_id is None:
        sister = sister_of_address(capture.url) or sister_of_text(decoded.text)
        if sister is not None:
            return BareSister(sister, capture, basis)
        said = f"{path}: is not a project page ({page.reason or page.kind}); name saved HTML, text or WARC of one"
        raise _refusal(said, decoded.text)
    if not PROJECT_CODE.fullmatch(project_id):
        raise ForeignFileError(
            f"{path}: the page has no valid project code ({project_id!r:.60}); name the page of a project"
        )
    return BareFile(capture, page, project_id, basis, conflict)


def read_file(path: Path, kind: Format) -> bytes:
    """The bytes of a file, without its compression. Raises UnusableFileError where they are too many, and OSError."""
    limit = _LARGEST[kind]
    with path.open("rb") as stream:
        content = PlainStream(stream) if is_packed(stream.peek(4)[:4]) else stream
        data, error = read_up_to(content.read, limit + 1)
        if isinstance(content, PlainStream) and content.damage is not None:
            raise UnusableFileError(f"{path}: cannot be unpacked ({content.damage}); fetch or copy it again")
        if error is not None:
            raise error
    if len(data) > limit:
        raise UnusableFileError(
            f"{path}: holds more than {limit} bytes, too many for {kind}; save fewer pages in one file"
        )
    return data


def what_holds_several_pages(text: str) -> str | None:
    """Say what a text is that is not one page: JSON, a table of pages, several pages one after the other."""
    begun = text.lstrip("\ufeff \t\r\n")
    if begun[:1] in ("{", "[") and (_is_json(begun.partition("\n")[0]) or _is_json(begun)):
        return "holds JSON, not a page"
    n_documents = len(_NEXT_DOCUMENT.findall(begun)) + bool(_DOCUMENT.search(begun))
    first_line = begun.partition("\n")[0]
    if n_documents and "<" not in first_line and re.search(r"[,;\t]", first_line):
        return "is a table with pages in its cells"
    if n_documents > 1:
        return f"holds {n_documents} HTML documents one after the other"
    projects = list(dict.fromkeys(_TITLES.findall(begun)))
    if len(projects) > 1:
        return f"holds the pages of {len(projects)} projects, {projects[0]} first"
    return None


def _refusal(said: str, text: str) -> UnusableFileError:
    """A file that is not a single page: always reported when it names projects, else counted as of another site."""
    return UnusableFileError(said) if _TITLES.search(text) else ForeignFileError(said)


def _without_chunks(path: Path, body: bytes) -> bytes:
    try:
        content, torn = without_chunks(body)
    except CodedBodyError as error:
        raise UnusableFileError(f"{path}: {error}; save the page without the lengths of its chunks") from error
    if torn is not None:
        raise UnusableFileError(f"{path}: {torn}; save the page again")
    return content


def _time_of(
    path: Path, stated_at: dt.datetime | None, given_at: dt.datetime | None, now: dt.datetime
) -> tuple[dt.datetime, TimeBasis]:
    if stated_at is not None:
        return stated_at, TimeBasis.STATED
    if given_at is not None:
        return given_at, TimeBasis.GIVEN
    of_file = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    try:
        return believed(of_file, f"{of_file:%Y-%m-%dT%H:%M:%SZ}", now), TimeBasis.FILE
    except CaptureTimeError as error:
        raise UnusableFileError(f"{path}: by the date of the file, its {error}; give --captured-at") from error


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _shown(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
