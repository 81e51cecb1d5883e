"""WARC and ARC files as one tool or another writes them are read; what cannot be is told with what is whole kept."""

import gzip
import io
from pathlib import Path

import pytest
from fastwarc.stream_io import ZstdWriter, zstd_train_dictionary_from_samples

from tests.importing.bring import ADDRESS, BLOCK, BODY, PROJECT, RECORD, archived, bring, logged, warc_of

HEAD, _ = RECORD.split(b"\r\n\r\n", 1)
ARC_HEAD = b"1 0 Internet Archive\nURL IP-address Archive-date Content-type Archive-length\n"
ARC = b"filedesc://x.arc 0.0.0.0 20230501082100 text/plain %d\n%s\n" % (
    len(ARC_HEAD),
    ARC_HEAD,
) + b"%s 10.0.0.1 20230501082100 text/html %d\n%s\n" % (ADDRESS.encode(), len(BLOCK), BLOCK)


def packed_by_zstd(data: bytes, dictionary: bytes | None = None, *, packs_dictionary: bool = False) -> bytes:
    packed = io.BytesIO()
    writer = ZstdWriter(packed, dictionary=dictionary, compress_dictionary_frame=packs_dictionary)
    while data:
        data = data[writer.write(data) :]
    writer.close()
    return packed.getvalue()


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
    "zstd with a dictionary": packed_by_zstd(RECORD, DICTIONARY),
    "zstd with a packed dictionary": packed_by_zstd(RECORD, DICTIONARY, packs_dictionary=True),
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
