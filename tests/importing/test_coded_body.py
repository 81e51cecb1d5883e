"""A body that was coded is decoded within its limit; one that is text already is left as it stands."""

import gzip
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.importing.coded_body import CodedBodyError, decoded, without_chunks
from tests.importing.bring import BODY, PROJECT, archived, bring, packed_by_brotli, packed_by_zstd, warc_of

HALF = len(BODY) // 2


CODED = {
    "gzip": gzip.compress(BODY),
    "x-gzip": gzip.compress(BODY),
    "GZIP": gzip.compress(BODY),
    "deflate": zlib.compress(BODY),
    "br": packed_by_brotli(BODY),
    "zstd": packed_by_zstd(BODY),
    "gzip, gzip": gzip.compress(gzip.compress(BODY)),
    "utf-8, gzip": gzip.compress(BODY),
    "none": BODY,
    "utf-8": BODY,
    "TIS-620": BODY,
}
ODD = {
    "several members": ("gzip", gzip.compress(BODY[:HALF]) + gzip.compress(BODY[HALF:])),
    "bytes behind the coded body": ("gzip", gzip.compress(BODY) + b"\r\n\0trailing"),
    "deflate without its head": ("deflate", zlib.compress(BODY, wbits=-15)),
    "gzip over a decoded body": ("gzip", BODY),
    "deflate over a decoded body": ("deflate", BODY),
    "br over a decoded body": ("br", BODY),
    "zstd over a decoded body": ("zstd", BODY),
    "a coding nobody knows over a decoded body": ("compress", BODY),
}


@pytest.mark.parametrize(("coding", "body"), CODED.items(), ids=CODED.keys())
def test_every_coding_is_undone(coding: str, body: bytes) -> None:
    assert decoded(body, coding, 10_000_000) == (BODY, None)


@pytest.mark.parametrize(("coding", "body"), ODD.values(), ids=ODD.keys())
def test_what_archives_and_servers_make_of_it_is_the_page(tmp_path: Path, coding: str, body: bytes) -> None:
    path = tmp_path / "x.warc"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\n\r\n"
    path.write_bytes(warc_of(head.encode() + body))
    assert bring(tmp_path / "raw", path).problems == []
    [(row, capture)] = archived(tmp_path / "raw")
    assert (row.project_id, row.outcome) == (PROJECT, "new")
    assert capture.body == BODY


@pytest.mark.parametrize(
    "chunks", [b"1f4;a=b\r\n%s\r\n0\r\n\r\n", b"01F4 \r\n%s\r\n0\r\nX: y\r\n\r\n", b"1f4\n%s\n0\n\n"]
)
def test_chunks_are_taken_out_whatever_stands_beside_their_lengths(chunks: bytes) -> None:
    assert without_chunks(chunks % BODY[:500]) == (BODY[:500], None)


@given(sizes=st.lists(st.integers(1, 3000), min_size=1), cut=st.integers(0, 20_000))
def test_chunks_that_break_off_anywhere_give_the_beginning_and_say_so(sizes: list[int], cut: int) -> None:
    places = [sum(sizes[:n]) for n in range(len(sizes))]
    chunks = [BODY[place : place + size] for place, size in zip(places, sizes, strict=True) if place < len(BODY)]
    written = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    cut = len(written) - 5 - cut % (len(written) - 8)
    body, torn = without_chunks(written[:cut])
    assert b"".join(chunks).startswith(body)
    assert torn == "its chunks break off"


def test_a_body_that_is_not_chunked_is_left_as_it_stands() -> None:
    assert without_chunks(BODY) == (BODY, None)


def test_what_stands_in_the_place_of_a_chunk_is_told_and_nothing_is_made_of_it(tmp_path: Path) -> None:
    path = tmp_path / "x.warc"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    path.write_bytes(warc_of(head + b"1000\r\n%s\r\nzzz\r\n%s\r\n0\r\n\r\n" % (BODY[:4096], BODY[4096:])))
    summary = bring(tmp_path / "raw", path)
    assert (summary.archived, summary.evidence, summary.damaged) == (0, 0, 1)
    assert "its chunks cannot be read: b'\\r\\nzzz" in summary.problems[0]


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_of_a_body_that_breaks_off_in_a_coding_without_members_nothing_is_kept_but_it_is_told(coding: str) -> None:
    with pytest.raises(CodedBodyError, match=f"its body cannot be read as '{coding}'"):
        decoded(CODED[coding][:-500], coding, 10_000_000)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_of_a_body_that_breaks_off_the_beginning_is_kept_and_told(tmp_path: Path, coding: str) -> None:
    packed = CODED[coding][:-500]
    body, torn = decoded(packed, coding, 10_000_000)
    assert BODY.startswith(body)
    assert torn == f"its {coding} breaks off or is damaged"
    path = tmp_path / "x.warc"
    path.write_bytes(warc_of(f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode() + packed))
    summary = bring(tmp_path / "raw", path)
    assert (summary.archived, summary.evidence) == (0, 1)
    assert f"its {coding} breaks off or is damaged; what there is of the page is kept" in summary.problems[0]


def test_members_of_one_byte_take_linear_time() -> None:
    """450,000 of them took 71 seconds."""
    packed = gzip.compress(b"x", mtime=0) * 50_000
    began = time.process_time()
    assert decoded(packed, "gzip", 10_000_000) == (b"x" * 50_000, None)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        ("gzip", b"\x1f\x8b\x08\0 and no more of it \0\xff\xff", "cannot be read as 'gzip'"),
        ("compress", b"\x1f\x9d\x90\0", "cannot be read as 'compress' \\(this coding is not known\\)"),
        ("br", b"\0\xff\xff\xff\xff", "cannot be read as 'br'"),
        ("none", b"<html>" * 20, "larger than 100 bytes"),
        ("gzip", gzip.compress(bytes(101), mtime=0), "larger than 100 bytes"),
        ("deflate", zlib.compress(bytes(101)), "larger than 100 bytes"),
        ("br", packed_by_brotli(bytes(101)), "larger than 100 bytes"),
        ("zstd", packed_by_zstd(bytes(101)), "larger than 100 bytes"),
    ],
)
def test_what_cannot_be_decoded_or_is_too_large_is_told(coding: str, body: bytes, said: str) -> None:
    with pytest.raises(CodedBodyError, match=said):
        decoded(body, coding, 100)


PACKED_BY: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": packed_by_brotli,
    "zstd": packed_by_zstd,
}


@pytest.mark.parametrize(
    "coding", [pytest.param(one, marks=pytest.mark.slow if one != "zstd" else []) for one in PACKED_BY]
)
def test_a_body_that_grows_without_end_costs_no_memory(coding: str) -> None:
    """4 MB of gzip took 4.2 GB."""
    packed = PACKED_BY[coding](bytes(200_000_000))
    script = (
        "import sys, resource\n"
        "from pipeline.importing.coded_body import CodedBodyError, decoded\n"
        "body, before = sys.stdin.buffer.read(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"try: decoded(body, {coding!r}, 10_000_000)\n"
        "except CodedBodyError: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=packed, capture_output=True, check=True)
    assert int(done.stdout) * (1 if sys.platform == "darwin" else 1024) < 80_000_000


def test_a_record_that_grows_beyond_the_largest_body_is_told_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.warc"
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    path.write_bytes(warc_of(head + gzip.compress(bytes(60_000_000))) + warc_of(head + gzip.compress(BODY)))
    summary = bring(tmp_path / "raw", path, max_body_bytes=20_000)
    assert (summary.archived, summary.damaged) == (1, 1)
    assert "its body is larger than 20000 bytes" in summary.problems[0]


def sent(*lines: str, body: bytes) -> bytes:
    return warc_of("\r\n".join(("HTTP/1.1 200 OK", *lines, "", "")).encode() + body)


def chunked(body: bytes, size: str = "%x") -> bytes:
    return (
        b"".join(
            (size % len(body[place : place + 300])).encode() + b"\r\n" + body[place : place + 300] + b"\r\n"
            for place in range(0, len(body), 300)
        )
        + b"0\r\n\r\n"
    )


GZIPPED = gzip.compress(BODY, mtime=0)
SENT = {
    "two lines of Transfer-Encoding": sent(
        "Transfer-Encoding: identity", "Transfer-Encoding: chunked", body=chunked(BODY)
    ),
    "two lines of Content-Encoding": sent("Content-Encoding: identity", "Content-Encoding: gzip", body=GZIPPED),
    "a transfer coding within the chunks": sent("Transfer-Encoding: gzip, chunked", body=chunked(GZIPPED)),
    "a transfer coding alone": sent("Transfer-Encoding: gzip", body=GZIPPED),
    "sizes with zeros before them": sent("Transfer-Encoding: chunked", body=chunked(BODY, "%09x")),
    "a blank before the first size": sent("Transfer-Encoding: chunked", body=b" " + chunked(BODY)),
}


@pytest.mark.parametrize("written", SENT.values(), ids=SENT.keys())
def test_a_body_is_the_page_however_it_was_sent(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "x.warc").write_bytes(written)
    assert bring(tmp_path / "raw", tmp_path / "x.warc").problems == []
    [(_, capture)] = archived(tmp_path / "raw")
    assert capture.body == BODY


TOLD = {
    "a size that is one too large": (
        b"%x\r\n" % (len(BODY) + 1) + BODY + b"\r\n0\r\n\r\n",
        "its chunks cannot be read",
    ),
    "a page behind the last chunk": (chunked(BODY[:600]) + BODY[600:], "more follows after its last chunk"),
    "a size of no number": (b"0x1f4\r\n" + BODY[:500], "its chunks cannot be read"),
}


@pytest.mark.parametrize(("body", "said"), TOLD.values(), ids=TOLD.keys())
def test_chunks_that_do_not_fit_are_told(tmp_path: Path, body: bytes, said: str) -> None:
    (tmp_path / "x.warc").write_bytes(sent("Transfer-Encoding: chunked", body=body))
    summary = bring(tmp_path / "raw", tmp_path / "x.warc")
    assert summary.archived == 0
    assert said in summary.problems[0]


def test_a_body_shorter_than_its_head_says_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_bytes(sent(f"Content-Length: {len(BODY) + 300}", body=BODY))
    [problem] = bring(tmp_path / "raw", tmp_path / "x.warc").problems
    assert (
        f"its body breaks off after {len(BODY)} of {len(BODY) + 300} bytes; what there is of the page is kept"
        in problem
    )


@pytest.mark.parametrize("status", ["0", "007", "999"])
def test_a_status_that_is_none_is_no_response(tmp_path: Path, status: str) -> None:
    (tmp_path / "x.warc").write_bytes(warc_of(f"HTTP/1.1 {status} OK\r\n\r\n".encode() + BODY))
    assert "holds no readable HTTP response" in bring(tmp_path / "raw", tmp_path / "x.warc").problems[0]


def test_a_file_that_curl_wrote_with_the_lengths_of_its_chunks_is_read_without_them(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(chunked(BODY))
    assert bring(tmp_path / "raw", tmp_path / "page.html").problems == []
    [(_, capture)] = archived(tmp_path / "raw")
    assert capture.body == BODY
