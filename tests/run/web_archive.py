"""A web archive on loopback: a CDX index in any form, raw replay and byte ranges, and what can go wrong with them."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from pipeline.archive.warc import Capture, capture_members
from tests.fetch.misbehaving import Asked, Behaviour, Handler, MisbehavingSite, page, running

HOME = "http://www.bmavisions.com/dp/frontend/web/index.php"
ARCHIVE = "http://archive.test/city"
FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")


class Shot(NamedTuple):
    """One capture of the archive; digest is what its index says, or else that of the body."""

    url: str
    timestamp: str
    body: bytes
    status: int = 200
    mime: str = "text/html"
    digest: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)

    @property
    def named(self) -> str:
        return self.digest or base64.b32encode(hashlib.sha1(self.body, usedforsecurity=False).digest()).decode()

    def fields(self) -> dict[str, str]:
        is_revisit = self.mime == "warc/revisit"
        status = "-" if is_revisit else str(self.status)
        values = (key_of(self.url), self.timestamp, self.url, self.mime, status, self.named, "512")
        return dict(zip(FIELDS, values, strict=True))


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


Index = Callable[[Sequence[Shot], dict[str, list[str]]], bytes]


class WebArchive(MisbehavingSite):
    """What the archive holds and how it answers: index writes an answer, refuses says which request gets another."""

    def __init__(self) -> None:
        super().__init__()
        self.shots: list[Shot] = []
        self.index: Index = pywb
        self.refuses: Callable[[int, str], Answer | None] = lambda number, path: None
        self.replays: Callable[[Shot], Answer] = replay
        self.data: dict[str, bytes] = {}

    def behaviour(self, handler: Handler) -> Behaviour:
        answer = self.refuses(len(self.asked), handler.path) or self._answer(handler.path, handler.headers["Range"])
        # What announces more than it has hangs up.
        handler.close_connection = any(name == "Content-Length" for name, _ in answer.headers)
        return page(answer.body, status=answer.status, headers=answer.headers)

    def replayed(self) -> list[str]:
        return [asked.target for asked in self.asked if is_replay(asked)]

    def _answer(self, path: str, byte_range: str | None) -> Answer:
        url = urlsplit(path)
        query = parse_qs(url.query)
        if url.path == "/collinfo.json":
            return Answer(200, self.data["collinfo.json"])
        if url.path.endswith(("/cdx", "/cdx/search/cdx")):
            found = [shot for shot in self.shots if query["from"][0] <= shot.timestamp <= query["to"][0]]
            return Answer(200, self.index(found, query))
        if "id_/" in path:
            return self._replay(path)
        return self._range(url.path.lstrip("/"), byte_range or "")

    def _replay(self, path: str) -> Answer:
        before, _, original = path.partition("id_/")
        timestamp = before.rpartition("/")[2]
        for shot in self.shots:
            if shot.timestamp == timestamp and unquote(shot.url) == unquote(original):
                return self.replays(shot)
        return Answer(404, b"not in archive")

    def _range(self, name: str, asked: str) -> Answer:
        if name not in self.data:
            return Answer(404, b"")
        first, _, last = asked.removeprefix("bytes=").partition("-")
        part = self.data[name][int(first) : int(last) + 1]
        return Answer(206, part, (("Content-Range", f"bytes {first}-{last}/{len(self.data[name])}"),))


def is_replay(asked: Asked) -> bool:
    return "id_/" in asked.target or "range" in asked.headers


def replay(shot: Shot, *, at: datetime | None = None, body: bytes | None = None) -> Answer:
    """The raw replay of a capture, as Wayback and pywb give it."""
    original = (("X-Archive-Orig-Server", "Apache"), *((f"X-Archive-Orig-{k}", v) for k, v in shot.headers))
    memento = ("Memento-Datetime", format_datetime(at or shot.at, usegmt=True))
    headers = (("Content-Type", "text/html; charset=UTF-8"), memento, *original)
    return Answer(200, shot.body if body is None else body, headers)


def key_of(url: str) -> str:
    """The key of an address in an index: host backwards without www., parameters in order."""
    parts = urlsplit(url)
    host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
    return f"{host}){parts.path}?{'&'.join(sorted(unquote(parts.query).split('&')))}".lower()


def pywb(shots: Sequence[Shot], query: dict[str, list[str]]) -> bytes:
    """A line of JSON for each capture, with the names of pywb."""
    names = {"original": "url", "mimetype": "mime", "statuscode": "status"}
    lines = [json.dumps({names.get(name, name): value for name, value in shot.fields().items()}) for shot in shots]
    return "".join(f"{line}\n" for line in lines).encode()


def paged(per_page: int, empty: Sequence[int] = ()) -> Index:
    """A pywb with pages, of which some are empty."""

    def answer(shots: Sequence[Shot], query: dict[str, list[str]]) -> bytes:
        pages = [list(shots[n : n + per_page]) for n in range(0, len(shots), per_page)]
        for number in empty:
            pages.insert(number, [])
        if "showNumPages" in query:
            return json.dumps({"pages": len(pages), "pageSize": 5, "blocks": len(pages)}).encode()
        return pywb(pages[int(query["page"][0])], query)

    return answer


def wayback(per_answer: int, *, loses_key: bool = False, repeats_key: bool = False) -> Index:
    """A Wayback CDX server: one array with a head, and a key that asks for the next."""

    def answer(shots: Sequence[Shot], query: dict[str, list[str]]) -> bytes:
        begin = int(query["resumeKey"][0].removeprefix("key ")) if "resumeKey" in query else 0
        shown = shots[begin : begin + per_answer]
        names = query["fl"][0].split(",")
        rows: list[list[str]] = [names] if shown else []
        rows += [[shot.fields()[name] for name in names] for shot in shown]
        if begin + per_answer < len(shots) and not loses_key:
            rows += [[], [f"key+{0 if repeats_key else begin + per_answer}%20"]]
        return json.dumps(rows).encode()

    return answer


def plain(shots: Sequence[Shot], query: dict[str, list[str]]) -> bytes:
    """Plain lines in an order of their own, without a head."""
    order = ("statuscode", "digest", "timestamp", "original", "mimetype")
    return "\n".join(" ".join(shot.fields()[name] for name in order) for shot in shots).encode()


def records(shots: Sequence[Shot]) -> tuple[bytes, list[tuple[int, int]]]:
    """The captures as a WARC file, and where each record lies in it: offset and length."""
    file, places = b"", []
    for shot in shots:
        member = capture_members(capture_of(shot))
        places.append((len(file), len(member)))
        file += member
    return file, places


def capture_of(shot: Shot) -> Capture:
    headers = (("Content-Type", "text/html; charset=UTF-8"), ("Server", "Apache"), *shot.headers)
    return Capture(shot.url, shot.at, shot.body, headers[0][1], shot.status, "OK", headers)


def write_warc(path: Path, shots: Sequence[Shot]) -> Path:
    path.write_bytes(records(shots)[0])
    return path


def packed(shot: Shot) -> Answer:
    """A replay packed twice: as the site sent it, and by the archive once more, under one header."""
    twice = gzip.compress(gzip.compress(shot.body))
    answer = replay(shot, body=twice)
    return answer._replace(headers=(*answer.headers, ("Content-Encoding", "gzip")))


@contextmanager
def web_archive() -> Iterator[WebArchive]:
    """Run an archive on a free port."""
    archive = WebArchive()
    with running(archive):
        yield archive
