"""Files for the importer: archives, containers, pages and texts, whole and damaged; the audit must find all sound."""

import base64
import datetime as dt
import gzip
import io
import json
import random
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.archive.audit import audit_archive
from pipeline.archive.warc import Capture, capture_members, warcinfo_member
from pipeline.core.settings import KNOWN_SOURCES
from pipeline.core.time import new_run_id
from pipeline.importing.importer import import_files
from tests.importing.bring import packed_by_brotli, packed_by_zstd

_SOURCES = {name: source for name, source in KNOWN_SOURCES.items() if not source.is_invented}
_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_NAMES = ("x.warc.gz", "x.warc", "x.html", "x.txt", "x.wet.gz", "x.wacz", "x.har", "x.mhtml", "x")
_ADDRESSES = (
    "http://www.bmavisions.com/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=50490000-3607",
    "https://policy.bangkok.go.th/bs2568/frontend/web/index.php?project_id=50010000-0018&r=tbl-project-main%2Fview",
    "http://www.bmavisions.com/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=..%2F..%2Fx",
    "http://example.org/",
    "http://[::1",
    "",
)
_HEADERS = (
    (("Content-Type", "text/html; charset=UTF-8"),),
    (("Content-Type", "text/html"), ("Content-Encoding", "gzip")),
    (("Content-Type", "text/html; charset=tis-620"), ("Transfer-Encoding", "chunked")),
    (("Location", "http://[::1"), ("Content-Length", "-1")),
    (),
)
Mutate = Callable[[random.Random, bytes, bytes], bytes]


def _wacz(body: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("archive/x.warc.gz", body)
    return packed.getvalue()


def _unpacked(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


_CODINGS: dict[bytes, Callable[[bytes], bytes]] = {
    b"gzip": gzip.compress,
    b"deflate": zlib.compress,
    b"br": packed_by_brotli,
    b"zstd": packed_by_zstd,
    b"none": bytes,
}


def _arc(body: bytes) -> bytes:
    versions = b"1 0 x\nURL IP-address Archive-date Content-type Archive-length\n"
    coding = list(_CODINGS)[len(body) % len(_CODINGS)]
    record = b"HTTP/1.1 200 OK\nContent-Encoding: %s\n\n%s" % (coding, _CODINGS[coding](body))
    head = b"filedesc://x 0.0.0.0 20250501082100 text/plain %d\n%s\n" % (len(versions), versions)
    return head + b"%s 0.0.0.0 20250501082100 text/html %d\n%s\n" % (_ADDRESSES[0].encode(), len(record), record)


def _har(body: bytes) -> bytes:
    content = {"mimeType": "text/html", "text": base64.b64encode(body).decode(), "encoding": "base64"}
    request, response = {"url": _ADDRESSES[0]}, {"status": 200, "headers": [], "content": content}
    entry = {"startedDateTime": "2025-05-01T08:21:00Z", "request": request, "response": response}
    return json.dumps({"log": {"entries": [entry] * 2}}).encode()


def _mhtml(body: bytes) -> bytes:
    return (
        b"From: <Saved by Blink>\r\nDate: Thu, 1 May 2025 08:21:00 GMT\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/related;\r\n\tboundary=B\r\n\r\n--B\r\nContent-Type: text/html\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Location: %s\r\n\r\n%s\r\n--B--\r\n"
    ) % (_ADDRESSES[0].encode(), base64.encodebytes(body))


_CONTAINERS: tuple[Callable[[bytes], bytes], ...] = (
    bytes,
    bytes,
    gzip.compress,
    packed_by_zstd,
    _unpacked,
    _wacz,
    _arc,
    _har,
    _mhtml,
)


def make_import(chance: random.Random, sources: Sequence[bytes], mutations: Sequence[Mutate]) -> bytes:
    """A name, a line end, and the bytes of the file."""
    body = chance.choice(sources)
    if chance.random() < 0.8:
        members = [warcinfo_member("x", {"product_token": "fuzz"})]
        for _ in range(chance.randrange(1, 4)):
            headers = chance.choice(_HEADERS)
            is_text = chance.random() < 0.2
            page = chance.choice(sources)
            if chance.random() < 0.5:
                page = chance.choice(mutations)(chance, page, chance.choice(sources))
            status = None if is_text else chance.choice((200, 200, 200, 404, 302, 999))
            at = _AT + dt.timedelta(seconds=chance.randrange(10**8))
            members.append(capture_members(Capture(chance.choice(_ADDRESSES), at, page, None, status, "", headers)))
        body = b"".join(members)
    body = chance.choice(_CONTAINERS)(body)
    for _ in range(chance.randrange(3)):
        body = chance.choice(mutations)(chance, body, chance.choice(sources))
    return chance.choice(_NAMES).encode() + b"\n" + body[:300_000]


def check_import(content: bytes) -> None:
    """Importing says what it could not use, archives only what the audit finds sound, and adds nothing twice."""
    name, _, body = content.partition(b"\n")
    with tempfile.TemporaryDirectory(prefix="bma-fuzz-") as scratch:
        file, raw_dir = Path(scratch) / name.decode(), Path(scratch) / "raw"
        file.write_bytes(body)
        summaries = [
            import_files(
                [file],
                raw_dir=raw_dir,
                run_id=new_run_id(_AT + dt.timedelta(minutes=number)),
                sources=_SOURCES,
                default_source=_SOURCES["bmavisions"],
            )
            for number in range(2)
        ]
        assert summaries[1].archived == 0, f"archived again: {summaries}"
        assert all(problem.isprintable() for summary in summaries for problem in summary.problems), summaries
        problems = audit_archive(raw_dir).problems
        assert problems == (), problems
