"""What a web archive gives is taken only where it is the capture that its index names."""

import base64
import datetime as dt
import gzip
import hashlib
import zlib
from collections.abc import Callable

import pytest

from pipeline.archive.warc import Capture, capture_members
from pipeline.importing.cdx_index import Entry
from pipeline.importing.digests import read_digest
from pipeline.importing.foreign_warc import Kind
from pipeline.importing.replay import Answer, ReplayError, read_range, read_replay
from tests.importing.bring import ADDRESS, BODY

AT = dt.datetime(2023, 5, 1, 8, 21, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
MEMENTO = ("Memento-Datetime", "Mon, 01 May 2023 08:21:00 GMT")
TYPE = ("Content-Type", "text/html; charset=UTF-8")
WHERE = "http://archive.test/city/20230501082100/" + ADDRESS
BANNER = b'<script>\n  wbinfo.timestamp = "20230501082100";\n</script>'


def entry_of(body: bytes | None, **changes: object) -> Entry:
    """What an index says of a body; of None it names no digest."""
    digest = None if body is None else base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
    entry = Entry(ADDRESS, "20230501082100", AT, "text/html", 200, read_digest(digest))
    return entry._replace(**changes)  # type: ignore[arg-type]


def taken(entry: Entry, answer: Answer, max_body_bytes: int = 10_000_000) -> Capture:
    found = read_replay(entry, answer, WHERE, max_body_bytes=max_body_bytes)
    assert found.capture is not None
    return found.capture


def test_a_raw_replay_is_the_page_with_the_headers_of_the_site() -> None:
    answer = Answer(200, (TYPE, MEMENTO, ("Server", "nginx"), ("X-Archive-Orig-Server", "Apache")), BODY)
    capture = taken(entry_of(BODY), answer)
    assert (capture.url, capture.captured_at, capture.body, capture.status) == (ADDRESS, AT, BODY, 200)
    assert (capture.header("server"), capture.content_type) == ("Apache", "text/html; charset=UTF-8")
    assert capture.header("memento-datetime") is None
    assert capture.note == f"harvested from {WHERE}"


def test_the_content_type_of_the_site_counts_where_the_archive_has_its_own() -> None:
    headers = (
        ("Content-Type", "text/html; charset=UTF-8"),
        ("X-Archive-Orig-Content-Type", "text/html; charset=TIS-620"),
    )
    assert taken(entry_of(BODY), Answer(200, (MEMENTO, *headers), BODY)).content_type == "text/html; charset=TIS-620"


def test_a_copy_of_a_cache_is_dated_by_its_age() -> None:
    capture = taken(entry_of(BODY), Answer(200, (TYPE, MEMENTO, ("X-Archive-Orig-Age", "3600")), BODY))
    assert capture.captured_at == AT - dt.timedelta(hours=1)


REWRITTEN = b'href="/web/20230501082100/http://www.bmavisions.com/'
A_SECOND_LATER = ("Memento-Datetime", "Mon, 01 May 2023 08:21:01 GMT")
# In UTC it would be in the year 10000, which Python has no moment for.
LAST_MOMENT = "Fri, 31 Dec 9999 23:59:59 -1200"
ELSEWHERE = ("Location", "/city/20230502082100id_/x")
GZIP, TWICE = gzip.compress(BODY), gzip.compress(gzip.compress(BODY))
CODED = ("Content-Encoding", "gzip")
ORIG_CODED = ("X-Archive-Orig-Content-Encoding", "gzip")


@pytest.mark.parametrize(
    ("stored", "headers", "sent"),
    [
        (GZIP, (CODED,), GZIP),
        (BODY, (CODED,), GZIP),
        (GZIP, (ORIG_CODED,), GZIP),
        (GZIP, (ORIG_CODED, CODED), TWICE),
        (GZIP, (("Content-Encoding", "gzip, gzip"),), TWICE),
        (GZIP, (CODED,), TWICE),
        (BODY, (CODED,), TWICE),
        (BODY, (), TWICE),
        (zlib.compress(BODY), (("Content-Encoding", "deflate"),), zlib.compress(BODY)),
        (BODY, (("X-Archive-Orig-Transfer-Encoding", "chunked"),), BODY),
        (BODY, (("X-Archive-Orig-Content-Length", "3"),), BODY),
    ],
)
def test_whatever_the_archive_and_the_site_packed_it_in_the_digest_of_what_was_stored_vouches(
    stored: bytes, headers: tuple[tuple[str, str], ...], sent: bytes
) -> None:
    found = read_replay(entry_of(stored), Answer(200, (TYPE, MEMENTO, *headers), sent), WHERE, max_body_bytes=10**7)
    assert found.capture is not None
    assert (found.capture.body, found.is_vouched_for) == (BODY, True)


CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


@pytest.mark.parametrize(
    ("stored", "header"), [(CHUNKS, ("X-Archive-Orig-Transfer-Encoding", "chunked")), (GZIP, ORIG_CODED)]
)
def test_where_the_archive_undid_what_the_digest_is_of_the_page_is_taken_unless_replay_put_something_in(
    stored: bytes, header: tuple[str, str]
) -> None:
    answer = Answer(200, (TYPE, MEMENTO, header), BODY)
    capture = taken(entry_of(stored), answer)
    assert (capture.body, capture.note) == (BODY, f"harvested from {WHERE}; no digest vouches for its content")
    with pytest.raises(ReplayError, match="its links or its banner"):
        taken(entry_of(stored), answer._replace(body=BANNER + BODY))


def test_a_digest_that_could_not_be_checked_says_nothing_of_other_captures() -> None:
    entry = entry_of(GZIP)
    vouched, unvouched = (
        read_replay(entry, Answer(200, (TYPE, MEMENTO, ORIG_CODED), sent), WHERE, max_body_bytes=10**7)
        for sent in (GZIP, BODY)
    )
    assert (entry.digest in vouched.digests, entry.digest in unvouched.digests) == (True, False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: a._replace(body=a.body + b" "), "its content does not have the digest of the index$"),
        (lambda a: a._replace(body=a.body[:-9]), "its content does not have the digest of the index$"),
        (lambda a: a._replace(body=BANNER + a.body), "added its links or its banner to the page"),
        (lambda a: a._replace(body=a.body.replace(b'href="/', REWRITTEN)), "added its links"),
        (lambda a: a._replace(headers=(TYPE,)), "does not give its time"),
        (lambda a: a._replace(headers=(TYPE, A_SECOND_LATER)), "of another time, 2023-05-01T08:21:01Z"),
        (lambda a: a._replace(headers=(TYPE, ("Memento-Datetime", "yesterday"))), "does not give its time"),
        (lambda a: a._replace(headers=(TYPE, (MEMENTO[0], f"{MEMENTO[1][:-3]}+{'9' * 20}"))), "does not give its time"),
        (lambda a: a._replace(headers=(TYPE, ("Memento-Datetime", LAST_MOMENT))), "does not give its time"),
        (lambda a: a._replace(status=302, headers=(ELSEWHERE,)), "HTTP 302, which leads to '/city/2023050208"),
        (lambda a: a._replace(status=403), "HTTP 403"),
        (lambda a: a._replace(headers=(*a.headers, ("Content-Encoding", "rot13")), body=b"\0\1"), "rot13"),
    ],
)  # fmt: skip
def test_what_is_not_that_capture_is_refused(change: Callable[[Answer], Answer], said: str) -> None:
    whole = Answer(200, (TYPE, MEMENTO), BODY)
    assert taken(entry_of(BODY), whole).body == BODY
    with pytest.raises(ReplayError, match=said):
        taken(entry_of(BODY), change(whole))


def test_without_a_digest_what_replay_puts_into_a_page_tells() -> None:
    assert taken(entry_of(None), Answer(200, (TYPE, MEMENTO), BODY)).body == BODY
    with pytest.raises(ReplayError, match="banner"):
        taken(entry_of(None), Answer(200, (TYPE, MEMENTO), BANNER + BODY))


def test_a_body_that_grows_beyond_the_limit_is_refused() -> None:
    bomb = gzip.compress(b" " * 200_000)
    with pytest.raises(ReplayError, match="larger than 100000 bytes"):
        taken(entry_of(bomb), Answer(200, (TYPE, MEMENTO, CODED), bomb), max_body_bytes=100_000)


MEMBER = capture_members(Capture(ADDRESS, AT, BODY, TYPE[1], 200, "OK", (TYPE,)))
PLACE = {"offset": 700, "length": len(MEMBER), "filename": "crawl/a.warc.gz"}
RANGE = ("Content-Range", f"bytes 700-{700 + len(MEMBER) - 1}/99999")


def test_a_record_of_a_file_is_the_capture_it_holds() -> None:
    found = read_range(entry_of(BODY, **PLACE), Answer(206, (RANGE,), MEMBER), WHERE, NOW, max_body_bytes=10_000_000)
    assert found.kind is Kind.CAPTURE
    assert found.capture is not None
    assert (found.capture.url, found.capture.captured_at, found.capture.body) == (ADDRESS, AT, BODY)
    assert found.capture.note == f"harvested from {WHERE}"


@pytest.mark.parametrize(
    ("entry", "answer", "said"),
    [
        (entry_of(BODY, **PLACE), Answer(206, (RANGE,), MEMBER[:-40]), "breaks off after"),
        (entry_of(BODY, **{**PLACE, "length": 400}), Answer(206, (RANGE,), MEMBER[:400]), "breaks off|compression"),
        (entry_of(BODY, **PLACE), Answer(200, (), MEMBER), "HTTP 200 to a request for a range"),
        (entry_of(BODY, **PLACE), Answer(206, (("Content-Range", "bytes 0-99/100"),), MEMBER), "another range"),
        (entry_of(BODY, **PLACE), Answer(206, (("Content-Range", f"bytes {'7' * 5000}-"),), MEMBER), "another range"),
        (entry_of(BODY, **PLACE, at=AT + dt.timedelta(seconds=1)), Answer(206, (RANGE,), MEMBER), "of another time"),
        (entry_of(BODY, **PLACE, url=ADDRESS + "0"), Answer(206, (RANGE,), MEMBER), "of another address"),
        (entry_of(b"other", **PLACE), Answer(206, (RANGE,), MEMBER), "another digest"),
        (entry_of(BODY, **PLACE), Answer(206, (RANGE,), bytes(len(MEMBER))), "WARC"),
    ],
)  # fmt: skip
def test_another_record_or_a_part_of_one_is_refused(entry: Entry, answer: Answer, said: str) -> None:
    with pytest.raises(ReplayError, match=said):
        read_range(entry, answer, WHERE, NOW, max_body_bytes=10_000_000)
