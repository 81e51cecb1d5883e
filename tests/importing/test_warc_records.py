"""WARC and ARC files as one tool or another writes them are read; what cannot be is told with what is whole kept."""

import gzip
import os
from functools import partial
from pathlib import Path

import pytest
from fastwarc.stream_io import ZstdWriter, zstd_train_dictionary_from_samples

from tests.importing.bring import (
    ADDRESS,
    BLOCK,
    BODY,
    PROJECT,
    RECORD,
    archived,
    bring,
    logged,
    packed,
    packed_by_zstd,
    warc_of,
)

HEAD, _ = RECORD.split(b"\r\n\r\n", 1)
ARC_HEAD = b"1 0 Internet Archive\nURL IP-address Archive-date Content-type Archive-length\n"
ARC = b"filedesc://x.arc 0.0.0.0 20230501082100 text/plain %d\n%s\n" % (
    len(ARC_HEAD),
    ARC_HEAD,
) + b"%s 10.0.0.1 20230501082100 text/html %d\n%s\n" % (ADDRESS.encode(), len(BLOCK), BLOCK)


def packed_with_dictionary(*, is_packed: bool) -> bytes:
    return packed(partial(ZstdWriter, dictionary=DICTIONARY, compress_dictionary_frame=is_packed), RECORD)


DICTIONARY = zstd_train_dictionary_from_samples([RECORD[place : place + 400] for place in range(0, 13_000, 7)], 8192)
WRITTEN = {
    "a blank line first": b"\r\n" + RECORD,
    "a BOM first": b"\xef\xbb\xbf" + RECORD,
    "a BOM and a blank line, packed": gzip.compress(b"\xef\xbb\xbf\r\n" + RECORD),
    "a packed blank line first": gzip.compress(b"\r\n") + gzip.compress(RECORD),
    "LF in the record's head": HEAD.replace(b"\r\n", b"\n") + b"\n\n" + BLOCK + b"\n\n",
    "LF in both heads": HEAD.replace(b"\r\n", b"\n").replace(b"13633", str(32 + len(BODY)).encode())
    + b"\n\nHTTP/1.1 200 OK\nServer: Apache\n\n"
    + BODY,
    "lower-case names": RECORD.replace(HEAD, b"WARC/1.1\r\n" + HEAD.partition(b"\r\n")[2].replace(b"WARC-", b"warc-")),
    "a lower-case Content-Length": RECORD.replace(b"\r\nContent-Length: 13633", b"\r\ncontent-length: 13633", 1),
    "a lower-case version": b"warc/1.1" + RECORD.removeprefix(b"WARC/1.1"),
    "an old version": RECORD.replace(b"WARC/1.1", b"WARC/0.17", 1),
    "an address in brackets": RECORD.replace(ADDRESS.encode(), b"<%s>" % ADDRESS.encode(), 1),
    "a value in the next line": RECORD.replace(b"WARC-Target-URI: http", b"WARC-Target-URI:\r\n http", 1),
    "all records in one gzip member": gzip.compress(RECORD + warc_of(b"", kind="metadata")),
    "zstd": packed_by_zstd(RECORD),
    "zstd with a dictionary": packed_with_dictionary(is_packed=False),
    "zstd with a packed dictionary": packed_with_dictionary(is_packed=True),
    "ARC": ARC,
    "ARC, packed": gzip.compress(ARC),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN.keys())
def test_the_page_is_read_whoever_wrote_the_file(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(written)
    summary = bring(tmp_path / "raw", path)
    assert (summary.archived, summary.problems) == (1, [])
    [(row, capture)] = archived(tmp_path / "raw")
    assert (row.project_id, row.outcome, row.http_status) == (PROJECT, "new", 200)
    assert capture.body == BODY


def test_the_date_of_an_arc_record_is_its_capture_time(tmp_path: Path) -> None:
    path = tmp_path / "x.arc"
    path.write_bytes(ARC)
    bring(tmp_path / "raw", path)
    [row] = logged(tmp_path / "raw")
    assert (row.requested_at.isoformat(), row.time_basis) == ("2023-05-01T08:21:00+00:00", "protocol")


def test_records_behind_one_that_only_warcio_reads_are_read_once(tmp_path: Path) -> None:
    path = tmp_path / "x.warc"
    odd = warc_of(BLOCK, at="2026-11-02T00:00:00Z").replace(b"\r\nContent-Length", b"\r\ncontent-length", 1)
    path.write_bytes(warc_of(BLOCK, at="2026-11-01T00:00:00Z") + odd + warc_of(BLOCK, at="2026-11-03T00:00:00Z"))
    summary = bring(tmp_path / "raw", path)
    assert (summary.archived, summary.unchanged, summary.known, summary.problems) == (1, 2, 0, [])
    assert [row.requested_at.day for row in logged(tmp_path / "raw")] == [1, 2, 3]


TORN = {
    "plain": RECORD + b"no record\n",
    "behind a member": gzip.compress(RECORD) + b"no member",
    "in a member": gzip.compress(RECORD + b"no record\n"),
    "a head that breaks off": RECORD + b"WARC/1.0\r\nWARC-Type: resp",
    "a head without a length": RECORD + b"WARC/1.0\r\nWARC-Type: response\r\n\r\n",
    "a version": RECORD + b"WARC/1.0\r\n",
    "zeros": RECORD + bytes(5000),
}


@pytest.mark.parametrize("torn", TORN.values(), ids=TORN.keys())
def test_what_follows_the_records_is_told_and_costs_none(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(torn)
    summary = bring(tmp_path / "raw", path)
    assert summary.archived == 1
    [problem] = summary.problems
    assert problem.startswith(f"{path}: not readable as WARC after 1 record (")


def test_warcios_own_warnings_are_not_heard(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(RECORD.replace(b"Content-Length: 13633", b"content-length: 13000", 1) + RECORD)
    assert "not readable as WARC after" in bring(tmp_path / "raw", path).problems[-1]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("line", [b"x" * 40_000_000, b"a: b\n" * 8_000_000], ids=["one line", "many lines"])
def test_a_head_without_end_costs_no_memory(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(gzip.compress(b"WARC/1.0\ncontent-length: 1\n" + line, 1))
    [problem] = bring(tmp_path / "raw", path).problems
    assert "not readable as WARC at its beginning" in problem


def plain(project_id: str = PROJECT, block: bytes = BLOCK) -> bytes:
    """A record without a digest."""
    return warc_of(block).replace(PROJECT.encode(), project_id.encode())


def test_no_record_of_a_member_that_fails_its_check_is_believed(tmp_path: Path) -> None:
    """As `gzip x.warc` packs it: the flip lies in the first of three, and shows at the end of the last."""
    packed = bytearray(gzip.compress(b"".join(map(plain, (PROJECT, "50490000-0002", "50490000-0003"))), 0, mtime=0))
    packed[packed.index(b"<title>") + 9] ^= 1
    (tmp_path / "x.warc.gz").write_bytes(packed)
    summary = bring(tmp_path / "raw", tmp_path / "x.warc.gz")
    assert (summary.archived, summary.evidence, summary.damaged) == (0, 0, 3)
    assert "its compression is damaged or breaks off" in summary.problems[0]


def test_the_members_before_one_that_fails_its_check_are_believed(tmp_path: Path) -> None:
    one, two = gzip.compress(plain(), mtime=0), bytearray(gzip.compress(plain(block=BLOCK + b" "), 0, mtime=0))
    two[two.index(b"<title>") + 9] ^= 1
    (tmp_path / "x.warc.gz").write_bytes(one + two)
    summary = bring(tmp_path / "raw", tmp_path / "x.warc.gz")
    assert (summary.archived, summary.damaged) == (1, 1)


def with_length(record: bytes, more: int) -> bytes:
    return record.replace(b"Content-Length: %d" % len(BLOCK), b"Content-Length: %d" % (len(BLOCK) + more), 1)


WRONG_LENGTHS = {
    "short": with_length(plain(), -200) + plain("50490000-0002"),
    "long by a record": with_length(plain(), len(plain("50490000-0002"))) + plain("50490000-0002"),
    "long by a request": with_length(plain(), len(warc_of(b"GET", kind="request"))) + warc_of(b"GET", kind="request"),
}


@pytest.mark.parametrize("written", WRONG_LENGTHS.values(), ids=WRONG_LENGTHS.keys())
def test_a_record_of_another_length_than_it_says_is_not_believed(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "x.warc").write_bytes(written)
    summary = bring(tmp_path / "raw", tmp_path / "x.warc")
    assert (summary.archived, summary.evidence, summary.damaged) == (0, 0, 1)
    assert "length" in summary.problems[0]


@pytest.mark.parametrize("date", ["20241321100000", "20240230100000", "2024", "202611211000", "-", "0"])
def test_a_date_of_an_arc_record_that_is_none_is_refused_as_it_stands(tmp_path: Path, date: str) -> None:
    (tmp_path / "x.arc").write_bytes(ARC.replace(b" 20230501082100 text/html", f" {date} text/html".encode()))
    summary = bring(tmp_path / "raw", tmp_path / "x.arc")
    assert (summary.archived, summary.refused) == (0, 1)
    assert date[:8] in summary.problems[0]


@pytest.mark.parametrize("kind", ["", "responsf", "continuation"])
def test_a_record_of_ours_of_no_known_type_is_told(tmp_path: Path, kind: str) -> None:
    (tmp_path / "x.warc").write_bytes(warc_of(BLOCK, kind=kind))
    summary = bring(tmp_path / "raw", tmp_path / "x.warc")
    assert (summary.archived, summary.damaged) == (0, 1)
    assert f"has an unknown type ({kind!r})" in summary.problems[0]


@pytest.mark.parametrize("name", ["Block", "Payload"])
def test_a_digest_that_lost_a_letter_is_not_passed_over(tmp_path: Path, name: str) -> None:
    extra = f"WARC-{name}-Digest: sha1:6NR5RFFS5XOSHBKHYUZGT7XS6Q5QLVJ\r\n"
    (tmp_path / "x.warc").write_bytes(warc_of(BLOCK, extra=extra))
    assert f"its {name.lower()} digest is not sha1:" in bring(tmp_path / "raw", tmp_path / "x.warc").problems[0]


def test_what_its_writer_cut_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_bytes(warc_of(BLOCK, extra="WARC-Truncated: disconnect\r\n"))
    assert (
        "its writer cut it ('disconnect'); what there is of the page is kept"
        in (bring(tmp_path / "raw", tmp_path / "x.warc").problems[0])
    )


def test_a_pipe_is_named_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    [problem] = bring(tmp_path / "raw", tmp_path / "pipe").problems
    assert problem.endswith("is a pipe or a device; write what it gives to a file and import that")


def test_a_warc_in_members_of_one_byte_is_a_warc(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"".join(gzip.compress(RECORD[n : n + 1], 0, mtime=0) for n in range(len(RECORD))))
    assert bring(tmp_path / "raw", tmp_path / "x").formats == {"WARC": 1}
