"""Files for the importer: WARC, WET, pages and texts, whole and damaged; what it archives must pass the audit."""

import datetime as dt
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.archive.audit import audit_archive
from pipeline.archive.warc import Capture, capture_members, warcinfo_member
from pipeline.core.settings import KNOWN_SOURCES
from pipeline.core.time import new_run_id
from pipeline.importing.importer import import_files

_SOURCES = {name: source for name, source in KNOWN_SOURCES.items() if not source.is_invented}
_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_NAMES = ("x.warc.gz", "x.warc", "x.html", "x.txt", "x.wet.gz", "x")
_ADDRESSES = (
    "http://www.bmavisions.com/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=50490000-3607",
    "https://policy.thai_time.go.th/bs2568/frontend/web/index.php?project_id=50010000-0018&r=tbl-project-main%2Fview",
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
