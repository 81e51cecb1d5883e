"""The built-in source: a server on loopback that replays bundled pages the way Yii2 serves them."""

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import NamedTuple
from urllib.parse import parse_qs, quote_plus, urlsplit

_SITE = files("pipeline.sample") / "site"
_SCRIPT = "/dp/frontend/web/index.php"
_VIEW, _INDEX = "tbl-project-main/view", "tbl-project-main/index"
_HTML = "text/html; charset=UTF-8"
_PER_PAGE = 20
_PAGER_BUTTONS = 10
_SORT_KEYS = {"project_id", "year", "project_name", "department_id", "progress_latest"}
# Yii2 puts a new token into the head and into every form of every response.
_CSRF_TOKEN = re.compile(rb'(?<=name="csrf-token" content=")[^"]+|(?<=name="_csrf-frontend" value=")[^"]+')


class SamplePage(NamedTuple):
    """One project of the sample site; only 50490000-3607 is real, the others are invented."""

    project_id: str
    file: str
    status: int
    content_type: str
    is_invented: bool
    year: str | None
    name: str | None
    agency: str | None
    progress: str | None


class Reply(NamedTuple):
    """An answer of the site."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


Answer = Callable[[str], Reply]


@cache
def sample_pages() -> tuple[SamplePage, ...]:
    """The manifest of the bundled site, in listing order."""
    return tuple(SamplePage(**entry) for entry in json.loads(_SITE.joinpath("manifest.json").read_bytes()))


def answer(target: str) -> Reply:
    """Answer a request target (path and query) as the site would, the CSRF token fresh in every page."""
    url = urlsplit(target)
    if url.path == "/robots.txt":
        return Reply(200, "text/plain", b"User-agent: *\nDisallow: /dp/backend/\n")
    if url.path != _SCRIPT:
        return _page("other/not-found.html", 404)
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    route = query.get("r", "")
    if route == _INDEX:
        return Reply(200, _HTML, fresh_token(listing_page(sample_pages(), query.get("page", "1"), query.get("sort"))))
    if route == "site/login":
        return _page("other/login.html", 200)
    if route != _VIEW:
        return _page("other/not-found.html", 404)
    if "project_id" not in query:
        return _page("other/bad-request.html", 400)
    for page in sample_pages():
        if page.project_id == query["project_id"]:
            return _page(page.file, page.status, page.content_type)
    return _page("other/not-found.html", 404)


def stored_page(project_id: str) -> bytes:
    """The page of a project as it is bundled, its CSRF token included. Raises StopIteration where there is none."""
    return _stored(next(page.file for page in sample_pages() if page.project_id == project_id))


def listing_page(pages: Sequence[SamplePage], page: str, sort: str | None = None) -> bytes:
    """Render one page of Yii's GridView: a page number past the end gives the last page, a word or 0 the first."""
    if sort and sort.lstrip("-") in _SORT_KEYS:
        pages = sorted(pages, key=lambda entry: _sort_key(entry, sort.lstrip("-")), reverse=sort.startswith("-"))
    n_pages = max(1, -(-len(pages) // _PER_PAGE))
    number = min(max(int(page), 1), n_pages) if page.isascii() and page.isdigit() else 1
    first = (number - 1) * _PER_PAGE
    shown = pages[first : first + _PER_PAGE]
    template = _SITE.joinpath("listing.html").read_text(encoding="utf-8")
    summary = f"แสดง <b>{first + 1:,} ถึง {first + len(shown):,}</b> จาก <b>{len(pages):,}</b> รายการ"
    rows = "".join(_listing_row(first + n, entry) for n, entry in enumerate(shown, 1))
    if not shown:
        summary, rows = "", '<tr><td colspan="7"><div class="empty">ไม่พบผลลัพธ์</div></td></tr>\n'
    filled = template.replace("{{summary}}", summary).replace("{{rows}}", rows)
    return filled.replace("{{pager}}", _pager(number, n_pages, sort)).encode()


def fresh_token(body: bytes) -> bytes:
    """Replace the CSRF token of a page by a new one of the length that Yii2 uses."""
    token = base64.urlsafe_b64encode(secrets.token_bytes(64))
    return _CSRF_TOKEN.sub(token, body)


@contextmanager
def serve(answer: Answer = answer) -> Iterator[str]:
    """Serve on a free loopback port until the block ends; yields "127.0.0.1:<port>"."""
    handler = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
    server = _Server(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="sample-site", daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Log nothing when a client closes the connection during an answer: the client reports it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30
    answer: Answer

    def do_GET(self) -> None:
        reply = self.answer(self.path)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "no-store, no-cache, must-revalidate")
        for name, value in reply.headers:
            self.send_header(name, value)
        if "advanced-frontend=" not in self.headers.get("Cookie", ""):
            self.send_header("Set-Cookie", f"advanced-frontend={secrets.token_hex(13)}; path=/; HttpOnly")
        self.end_headers()
        self.wfile.write(reply.body)

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer without a Date, which would be that of this machine; a site of a test may have its own."""
        self.send_response_only(code, message)
        self.send_header("Server", self.version_string())

    def version_string(self) -> str:
        return "bma-projects-sample"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Log nothing: requests are in the fetch log."""


def _page(file: str, status: int, content_type: str = _HTML) -> Reply:
    return Reply(status, content_type, fresh_token(_stored(file)))


@cache
def _stored(file: str) -> bytes:
    return _SITE.joinpath(file).read_bytes()


def _sort_key(page: SamplePage, key: str) -> tuple[str, str]:
    values = {
        "year": page.year,
        "project_name": page.name,
        "department_id": page.agency,
        "progress_latest": page.progress,
    }
    return (values.get(key) or "", page.project_id)


def _listing_row(number: int, page: SamplePage) -> str:
    href = f"{_SCRIPT}?r=tbl-project-main%2Fview&amp;project_id={quote_plus(page.project_id)}"
    cells = (page.year, page.name, page.agency, page.progress)
    code = escape(page.project_id)
    return (
        f'<tr data-key="{code}"><td>{number}</td><td><a href="{href}">{code}</a></td>'
        + "".join("<td>" + (escape(cell) if cell is not None else "") + "</td>" for cell in cells)
        + f'<td><a href="{href}" title="ดู" aria-label="ดู" data-pjax="0"></a></td></tr>\n'
    )


def _pager(number: int, n_pages: int, sort: str | None) -> str:
    if n_pages == 1:
        return ""
    suffix = f"&amp;sort={quote_plus(sort)}" if sort else ""

    def button(page: int, css: str, text: str) -> str:
        href = f"{_SCRIPT}?r=tbl-project-main%2Findex&amp;page={page}{suffix}"
        return f'<li{css}><a href="{href}" data-page="{page - 1}">{text}</a></li>'

    first = max(1, min(number - _PAGER_BUTTONS // 2, n_pages - _PAGER_BUTTONS + 1))
    buttons = (
        ['<li class="prev disabled"><span>&laquo;</span></li>']
        if number == 1
        else [button(number - 1, ' class="prev"', "&laquo;")]
    )
    shown = range(first, min(first + _PAGER_BUTTONS, n_pages + 1))
    buttons += [button(page, ' class="active"' if page == number else "", str(page)) for page in shown]
    buttons.append(
        '<li class="next disabled"><span>&raquo;</span></li>'
        if number == n_pages
        else button(number + 1, ' class="next"', "&raquo;")
    )
    return "\n".join(buttons)
