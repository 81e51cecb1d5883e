"""A site on loopback that misbehaves on command, and keeps its own log of who asked for what, when."""

import datetime as dt
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from pipeline.archive.fetch_log import FetchLogRow, read_fetch_log
from pipeline.archive.recovery import recover
from pipeline.archive.segments import ArchiveWriter, sealed_segments
from pipeline.core.settings import FetchSettings, Source
from pipeline.fetch.crawl import CrawlSummary
from pipeline.fetch.fetch_run import FetchRun
from pipeline.fetch.schedule import Plan, Reason, Visit
from pipeline.sample.server import SamplePage, fresh_token, listing_page

REAL_ID = "50490000-3607"
PATH = "/dp/frontend/web/index.php"
BASE_URL = f"http://site.test{PATH}"
PATIENCE = FetchSettings(rate=0, concurrency=2, timeout=0.6, page_timeout=1.5, backoff=0.01, max_requests=0)


class Asked(NamedTuple):
    """One request as the site saw it, the names of its headers in lower case; at is time.monotonic()."""

    at: float
    target: str
    headers: dict[str, str]
    is_tls: bool

    @property
    def project_id(self) -> str | None:
        return parse_qs(urlsplit(self.target).query).get("project_id", [None])[-1]


Behaviour = Callable[["Handler"], None]


class MisbehavingSite:
    """What answers for which project; anything not named is a 404 page."""

    def __init__(self) -> None:
        self.pages: dict[str, Sequence[Behaviour] | Behaviour] = {}
        self.paths: dict[str, Behaviour] = {}
        self.listing: Behaviour | None = None
        self.asked: list[Asked] = []
        self.peak = 0
        self.address = ""
        self._in_flight = 0
        self._visits: Counter[str] = Counter()
        self._lock = threading.Lock()

    def source(self, **changes: object) -> Source:
        return Source.model_validate({"source_id": "site", "base_url": BASE_URL, "connect_to": self.address, **changes})

    def answer(self, handler: "Handler") -> None:
        with self._lock:
            headers = {name.lower(): value for name, value in handler.headers.items()}
            is_tls = isinstance(handler.connection, ssl.SSLSocket)
            self.asked.append(Asked(time.monotonic(), handler.path, headers, is_tls))
            self._in_flight += 1
            self.peak = max(self.peak, self._in_flight)
        try:
            self.behaviour(handler)(handler)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True
        finally:
            with self._lock:
                self._in_flight -= 1

    def behaviour(self, handler: "Handler") -> Behaviour:
        """What answers a request."""
        url = urlsplit(handler.path)
        if url.path in self.paths:
            return self.paths[url.path]
        if url.path == "/robots.txt":
            return page(b"", status=404)
        query = parse_qs(url.query)
        if query.get("r") == ["tbl-project-main/index"] and self.listing is not None:
            return self.listing
        project_id = query.get("project_id", [""])[-1]
        found = self.pages.get(project_id, not_found)
        if callable(found):
            return found
        with self._lock:
            self._visits[project_id] += 1
            return found[min(self._visits[project_id], len(found)) - 1]

    def asked_for_projects(self) -> list[str]:
        return [asked.project_id for asked in self.asked if asked.project_id is not None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    site: MisbehavingSite

    def do_GET(self) -> None:
        self.site.answer(self)

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer without a Date: the tests have clocks of their own."""
        self.send_response_only(code, message)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """The site keeps its own log."""


class _Server(ThreadingHTTPServer):
    """Speaks HTTP, and with a certificate TLS too, told apart by the first byte: connect_to knows one port alone."""

    daemon_threads = True
    request_queue_size = 128
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None or request.recv(1, socket.MSG_PEEK) != b"\x16":
            super().finish_request(request, client_address)
            return
        with self.tls.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error here."""


@contextmanager
def misbehaving_site(certificate: Path | None = None) -> Iterator[MisbehavingSite]:
    """Run a site; certificate is a PEM file with its key."""
    site = MisbehavingSite()
    with running(site, certificate):
        yield site


@contextmanager
def running(site: MisbehavingSite, certificate: Path | None = None) -> Iterator[None]:
    """Serve this site on a free port until the block ends."""
    server = _Server(("127.0.0.1", 0), type("SiteHandler", (Handler,), {"site": site}))
    if certificate is not None:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(certificate)
    site.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@cache
def real_page() -> bytes:
    return (files("pipeline") / "sample" / "site" / "pages" / f"{REAL_ID}.html").read_bytes()


def project_page(project_id: str, remark: str = "") -> bytes:
    """The real page under another project id (a test's invention), with a CSRF token of its own."""
    body = real_page().replace(REAL_ID.encode(), project_id.encode())
    return fresh_token(body.replace("สภาคนเมืองประจำเขต".encode(), f"สภาคนเมืองประจำเขต{remark}".encode()))


def project(project_id: str, remark: str = "", **options: object) -> Behaviour:
    """Answer with the page of a project, as Yii2 does: another token every time."""

    def send(handler: Handler) -> None:
        page(project_page(project_id, remark), **options)(handler)  # type: ignore[arg-type]

    return send


def page(body: bytes, *, status: int = 200, headers: Sequence[tuple[str, str]] = (), wait: float = 0.0) -> Behaviour:
    def send(handler: Handler) -> None:
        time.sleep(wait)
        handler.send_response(status)
        named = {name.lower() for name, _ in headers}
        if "content-type" not in named:
            handler.send_header("Content-Type", "text/html; charset=UTF-8")
        for name, value in headers:
            handler.send_header(name, value)
        if not named & {"content-length", "transfer-encoding"}:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()

    return send


def not_found(handler: Handler) -> None:
    page((files("pipeline") / "sample" / "site" / "other" / "not-found.html").read_bytes(), status=404)(handler)


def redirect(location: str) -> Behaviour:
    return page(b"", status=302, headers=[("Location", location)])


def cut_after(body: bytes, n_bytes: int, *, reset: bool) -> Behaviour:
    """Announce the whole body, send the beginning, and hang up: with a reset or cleanly."""

    def send(handler: Handler) -> None:
        page(body[:n_bytes], headers=[("Content-Length", str(len(body)))])(handler)
        if reset:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
        handler.close_connection = True

    return send


def chunked(body: bytes, size: int = 1000) -> Behaviour:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    return page(framed, headers=[("Transfer-Encoding", "chunked")])


def drip(body: bytes, pause: float) -> Behaviour:
    """Send a byte at a time: never silent, never done."""

    def send(handler: Handler) -> None:
        page(b"", headers=[("Content-Length", str(len(body)))])(handler)
        for at in range(len(body)):
            handler.wfile.write(body[at : at + 1])
            handler.wfile.flush()
            time.sleep(pause)

    return send


def silent(handler: Handler) -> None:
    time.sleep(1.0)
    handler.close_connection = True


def listing(
    pages: Sequence[Sequence[str]], total: int, by_sort: dict[str, Sequence[Sequence[str]]] | None = None
) -> Behaviour:
    """A listing whose pages hold exactly these ids, whatever the stated total; past the end answers the last page."""

    def send(handler: Handler) -> None:
        query = parse_qs(urlsplit(handler.path).query)
        sort = query.get("sort", [""])[0]
        shown = (by_sort or {}).get(sort, pages)
        number = min(max(int(query.get("page", ["1"])[0]), 1), len(shown))
        # Twenty rows a page: the pager of a listing this long, its rows replaced by ours.
        body = listing_page([_row(f"00000000-{n:04d}") for n in range(20 * len(shown))], str(number), sort or None)
        begin, end = body.index(b"<tbody>"), body.index(b"</tbody>")
        rows = listing_page([_row(project_id) for project_id in shown[number - 1]], "1")
        rows = rows[rows.index(b"<tbody>") : rows.index(b"</tbody>")]
        body = body[:begin] + rows + body[end:]
        page(body.replace(f"<b>{20 * len(shown)}</b>".encode(), f"<b>{total}</b>".encode()))(handler)

    return send


def leading_to(href: str) -> Behaviour:
    """A listing of one project, "1", whose next link is this one."""
    link = f'<a href="{PATH}?r=tbl-project-main%2Fview&amp;project_id=1">1</a>'
    pager = f'<ul class="pagination"><li class="next"><a href="{href}">next</a></li></ul>'
    return page(f'<div class="grid-view"><table><tbody><tr><td>{link}</td></tr></tbody></table>{pager}</div>'.encode())


def _row(project_id: str) -> SamplePage:
    return SamplePage(project_id, "", 200, "text/html", True, "2566", "โครงการ", "เขต", "50")


class Fetched(NamedTuple):
    """What a run left behind."""

    summary: CrawlSummary
    rows: dict[str, FetchLogRow]


def fetch(
    raw_dir: Path,
    site: MisbehavingSite,
    project_ids: Sequence[str],
    settings: FetchSettings = PATIENCE,
    run_id: str = "20261122T180000Z",
    source: Source | None = None,
    at: dt.datetime | None = None,
) -> Fetched:
    """Fetch these projects in one run, at this moment or now, and read back its sealed log."""
    source = source or site.source()
    recover(raw_dir)
    with (
        ArchiveWriter(raw_dir, run_id, source.source_id) as archive,
        FetchRun(source, settings, archive, raw_dir, None if at is None else lambda: at) as run,
    ):
        summary = run.visit(Plan(tuple(visit(project_id) for project_id in project_ids), ()))
    return Fetched(summary, logged(raw_dir, run_id))


def visit(project_id: str) -> Visit:
    return Visit(project_id, Reason.ALWAYS, dt.datetime.now(dt.UTC))


def logged(raw_dir: Path, run_id: str) -> dict[str, FetchLogRow]:
    """The project rows of a run, by project id."""
    segments = [segment for segment in sealed_segments(raw_dir) if segment.run_id == run_id]
    rows = (row for segment in segments for row in read_fetch_log(segment.fetches))
    return {row.project_id: row for row in rows if row.project_id is not None}
