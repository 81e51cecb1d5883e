"""The pages in saved files: HTML, extracted text, and the containers that `import` reads."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from pipeline.archive.warc import Capture
from pipeline.core.errors import PipelineError, WrongUsageError
from pipeline.importing.bare_file import read_file
from pipeline.importing.file_format import Format, Unread
from pipeline.importing.foreign_warc import Kind
from pipeline.importing.importer import UnreadFormatError, records_in, what_is
from pipeline.importing.mhtml import read_mhtml

# A check reads only examples; `import` reads all pages.
MOST_OF_A_FILE = 3
_LARGEST = 10_000_000
_ROUTE = "r=tbl-project-main/view"


def saved_pages(path: Path, now: dt.datetime) -> list[tuple[str, Capture]]:
    """Read the page in a file, or the first three project pages of a container, each with its place.

    In a container, addresses with the route of the project page count, on any host, because the source may be new. A
    file of one page is always read as that page.

    Raises:
        WrongUsageError: the file cannot be read, is of another format, or holds no project page.
    """
    if path.is_dir():
        raise WrongUsageError(f"{path}: is a directory; name the files in it to check")
    try:
        kind = what_is(path)
        if isinstance(kind, Unread):
            raise UnreadFormatError(path, kind)
        if kind in (Format.PAGE, Format.MHTML):
            return [(str(path), _bare_page(path, kind, now))]
        pages = list(islice(_of_container(path, kind, now), MOST_OF_A_FILE))
    except OSError as error:
        raise WrongUsageError(f"{path}: cannot be read ({error.strerror or error})") from error
    except PipelineError as error:
        said = str(error)
        raise WrongUsageError(said if said.startswith(str(path)) else f"{path}: {said}") from error
    if not pages:
        raise WrongUsageError(f"{path}: holds no page whose address has {_ROUTE} in it, so no project page")
    return pages


def _bare_page(path: Path, kind: Format, now: dt.datetime) -> Capture:
    body = read_file(path, kind)
    page = read_mhtml(body) if kind is Format.MHTML else None
    if page is not None:
        return Capture(path.name, now, page.body, page.content_type, 200)
    is_html = b"<" in body[:1024]
    return Capture(path.name, now, body, "text/html" if is_html else None, 200 if is_html else None)


def _of_container(path: Path, kind: Format, now: dt.datetime) -> Iterator[tuple[str, Capture]]:
    seen: set[str] = set()
    for _, records in records_in(path, kind, _is_project_page, now, max_body_bytes=_LARGEST):
        for found in records:
            if found.kind is Kind.CAPTURE and found.capture is not None and found.capture.url not in seen:
                seen.add(found.capture.url)
                yield f"{path}: {found.capture.url}", found.capture


def _is_project_page(url: str) -> bool:
    return _ROUTE in unquote(url).lower()
