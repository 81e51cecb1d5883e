"""A file is told by how it begins: containers are read, other formats are named with the way that works."""

import base64
import codecs
import errno
import gzip
import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.importing.file_format import Format
from tests.importing.bring import ADDRESS, BODY, CASES, PROJECT, RECORD, archived, bring, logged, packed_by_zstd

TEXT = BODY.decode()
MHTML = (CASES / "chromium.mhtml").read_bytes()


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return packed.getvalue()


def mhtml(encoding: str, body: bytes, *, charset: str = "", start: str = "") -> bytes:
    """MHTML as Edge, Internet Explorer and Chrome on Android write it."""
    return (
        b"From: <Saved by WebKit>\r\nSubject: x\r\nDate: Mon, 01 May 2023 15:21:00 +0700\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related;\r\n\ttype="text/html";%s\r\n\tboundary="----B"\r\n\r\n'
        b"------B\r\nContent-Type: text/html%s\r\nContent-ID: <page>\r\nContent-Transfer-Encoding: %s\r\n"
        b"Content-Location: %s\r\n\r\n%s\r\n"
        b"------B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n------B--\r\n"
    ) % (start.encode(), charset.encode(), encoding.encode(), ADDRESS.encode(), body)


UTF16 = TEXT.replace('<meta charset="UTF-8">', '<meta charset="utf-16">')
PAGES = {
    "gzipped HTML": gzip.compress(BODY),
    "zstd HTML": packed_by_zstd(BODY),
    "UTF-16 with a BOM": codecs.BOM_UTF16_LE + UTF16.encode("utf-16-le"),
    "UTF-16 the other way round": codecs.BOM_UTF16_BE + UTF16.encode("utf-16-be"),
    "UTF-16 without a BOM": UTF16.encode("utf-16-le"),
    "gzipped UTF-16": gzip.compress(codecs.BOM_UTF16_LE + UTF16.encode("utf-16-le")),
    "MHTML of Chromium": MHTML,
    "gzipped MHTML": gzip.compress(MHTML),
    "MHTML behind a BOM": codecs.BOM_UTF8 + MHTML,
    "MHTML behind blank lines": b"\r\n \n" + MHTML,
    "MHTML in base64": mhtml("base64", base64.encodebytes(BODY), charset='; charset="utf-8"'),
    "MHTML of Chrome on Android": mhtml("binary", BODY, charset='; charset="utf-8"', start='\r\n\tstart="<page>";'),
    "MHTML in windows-874": mhtml(
        "base64",
        base64.encodebytes(TEXT.replace("UTF-8", "windows-874").encode("cp874", "replace")),
        charset='; charset="windows-874"',
    ),
}


@pytest.mark.parametrize("content", PAGES.values(), ids=PAGES.keys())
def test_a_saved_page_is_read_however_it_was_packed(tmp_path: Path, content: bytes) -> None:
    page = tmp_path / "page"
    page.write_bytes(content)
    summary = bring(tmp_path / "raw", page)
    assert (summary.archived, summary.problems) == (1, [])
    [(row, capture)] = archived(tmp_path / "raw")
    assert (row.project_id, row.page_kind, row.url) == (PROJECT, "project", ADDRESS)
    assert (capture.content_type or "").startswith("text/html")


def test_mhtml_counts_at_the_time_it_states(tmp_path: Path) -> None:
    page = tmp_path / "page.mht"
    page.write_bytes(mhtml("8bit", BODY))
    bring(tmp_path / "raw", page)
    [row] = logged(tmp_path / "raw")
    assert (row.requested_at.isoformat(), row.time_basis) == ("2023-05-01T08:21:00+00:00", "stated")


def test_a_text_in_windows_874_keeps_its_first_letter_when_it_is_packed(tmp_path: Path) -> None:
    text = (CASES.parents[1] / "fixtures" / "real" / f"{PROJECT}.txt").read_text(encoding="utf-8")
    (tmp_path / "page.txt.gz").write_bytes(gzip.compress(("ปี\n" + text).encode("cp874", "replace")))
    bring(tmp_path / "raw", tmp_path / "page.txt.gz")
    [(_, capture)] = archived(tmp_path / "raw")
    assert capture.body.decode().startswith("ปี\n")


MHTML_HEAD = b"MIME-Version: 1.0\r\nContent-Type: multipart/related"
PART = b"; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<html>"
HOSTILE = {
    "a header of 500,000 parameters": MHTML_HEAD + b";a=b" * 500_000 + PART,
    "3,000 messages in each other": MHTML_HEAD
    + b"".join(b"; boundary=b%d\r\n\r\n--b%d\r\nContent-Type: multipart/related" % (n, n) for n in range(3000)),
    "a charset in parts that are out of order": MHTML_HEAD
    + PART.replace(b"text/html", b"text/html; charset*=utf-8''%ff%00; charset*0*=x"),
    "a boundary of a megabyte": MHTML_HEAD + b"; boundary=" + b"b" * 1_000_000 + b"\r\n\r\n" + b"--b\r\n" * 10_000,
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mhtml_is_no_page_and_takes_no_time(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "page.mhtml").write_bytes(content)
    assert len(bring(tmp_path / "raw", tmp_path / "page.mhtml").problems) == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_warc_of_a_wacz_is_read(tmp_path: Path, method: int) -> None:
    later = RECORD.replace(b"2026-11-29T10:00:00Z", b"2026-11-29T12:00:00Z", 1)
    with zipfile.ZipFile(tmp_path / "x.wacz", "w", method) as archive:
        archive.writestr("archive/a.warc", RECORD)
        archive.writestr("archive/b.warc.gz", gzip.compress(later))
        archive.writestr("archive/../../c.warc", RECORD)
        archive.writestr("/extra/D.WARC.GZ", gzip.compress(later))
        archive.writestr("pages/pages.jsonl", "{}")
    summary = bring(tmp_path / "raw", tmp_path / "x.wacz")
    assert (summary.archived, summary.unchanged, summary.known, summary.problems) == (1, 1, 2, [])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", "x.wacz"]


def test_a_damaged_warc_in_a_wacz_is_named_and_the_next_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.wacz", "w") as archive:
        archive.writestr("archive/a.warc", RECORD)
        archive.writestr("archive/b.warc", RECORD.replace(b"10:00:00Z", b"12:00:00Z", 1))
    wacz = bytearray((tmp_path / "x.wacz").read_bytes())
    wacz[wacz.index(b"<!DOCTYPE") + 5000] ^= 1
    (tmp_path / "x.wacz").write_bytes(wacz)
    summary = bring(tmp_path / "raw", tmp_path / "x.wacz")
    assert summary.archived == 1
    [problem] = summary.problems
    assert problem.startswith(f"{tmp_path / 'x.wacz' / 'archive' / 'a.warc'}: not readable as WARC at its beginning (")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_wacz_that_is_packed_in_another_way_is_told_before_its_bytes_are_read(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "x.wacz", "w", method) as archive:
        archive.writestr("archive/a.warc", RECORD)
        size = archive.getinfo("archive/a.warc").compress_size
    wacz = bytearray((tmp_path / "x.wacz").read_bytes())
    wacz[size // 2] ^= 255
    (tmp_path / "x.wacz").write_bytes(wacz)
    [problem] = bring(tmp_path / "raw", tmp_path / "x.wacz").problems
    assert "archive/a.warc: cannot be read (it is not packed as in a WACZ); unpack the WACZ" in problem


@pytest.mark.slow
def test_a_zip_that_says_it_grows_without_end_is_left_out(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "x.wacz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("archive/a.warc", "w", force_zip64=True) as member,
    ):
        for _ in range(1100):
            member.write(bytes(1_000_000))
    [problem] = bring(tmp_path / "raw", tmp_path / "x.wacz").problems
    assert "archive/a.warc: is said to grow to 1100000000 bytes; it is left out" in problem


def har(**changes: object) -> bytes:
    known = json.loads((CASES / "page.har").read_text(encoding="utf-8"))
    known["log"]["entries"][0]["response"] |= changes
    return json.dumps(known).encode()


@pytest.mark.slow
@pytest.mark.parametrize("pack", [pytest.param(bytes, marks=pytest.mark.slow), gzip.compress], ids=["plain", "packed"])
def test_a_har_of_a_long_evening_is_read(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    known = json.loads((CASES / "page.har").read_text(encoding="utf-8"))
    foreign = {"request": {"url": "https://example.org/"}, "response": {"content": {"text": "x" * 60_000_000}}}
    known["log"]["entries"].insert(0, foreign)
    (tmp_path / "x.har").write_bytes(pack(json.dumps(known).encode()))
    summary = bring(tmp_path / "raw", tmp_path / "x.har")
    assert (summary.archived, summary.foreign, summary.problems) == (1, 1, [])


@pytest.mark.parametrize(
    "spoil", [lambda packed: packed[:-900], lambda packed: packed[:-6] + bytes(6)], ids=["cut", "check"]
)
@pytest.mark.parametrize("name", ["page.html", "page.har"])
def test_a_packed_file_that_breaks_off_or_fails_its_check_is_told(
    tmp_path: Path, name: str, spoil: Callable[[bytes], bytes]
) -> None:
    content = BODY if name == "page.html" else (CASES / "page.har").read_bytes()
    (tmp_path / name).write_bytes(spoil(gzip.compress(content, mtime=0)))
    summary = bring(tmp_path / "raw", tmp_path / name)
    assert summary.archived == 0
    [problem] = summary.problems
    assert re.search(
        r"(cannot be unpacked|not readable as WARC at its beginning) \(.*\); fetch or copy it again", problem
    )


def test_a_har_keeps_status_headers_and_body_and_no_line_end_of_a_header(tmp_path: Path) -> None:
    headers = [{"name": "Server", "value": "Apache\r\nSet-Cookie: x"}, {"name": "Age", "value": "3600"}]
    content = {"mimeType": "text/html", "text": base64.b64encode(BODY).decode(), "encoding": "base64"}
    (tmp_path / "x.har").write_bytes(har(headers=headers, content=content))
    bring(tmp_path / "raw", tmp_path / "x.har")
    [(row, capture)] = archived(tmp_path / "raw")
    assert (row.requested_at.isoformat(), row.http_status) == ("2026-11-29T09:00:00+00:00", 200)
    assert capture.body == BODY
    assert capture.header("server") == "Apache Set-Cookie: x"
    assert capture.header("set-cookie") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (har(content={"size": 5}), "entry 1 of .* holds no readable content; export the HAR with content"),
        (har(status="no"), "entry 1 of .* has no response"),
        (har()[:-40], "is not a whole HAR"),
        (b'{"log": {"entries": 5}}', "holds no log.entries"),
        (b'{"log": {"entries": [5]}}', ""),
        (b'{"log": {"a": ' + b"[" * 100_000, "is not a whole HAR"),
    ],
)
def test_what_a_har_does_not_hold_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "x.har").write_bytes(content)
    summary = bring(tmp_path / "raw", tmp_path / "x.har")
    assert summary.archived == 0
    assert len(summary.problems) == bool(said)
    assert all(re.search(said, problem) for problem in summary.problems)


UNREAD = {
    "PDF": b"%PDF-1.7\n" + bytes(200),
    "Word document": zipped(word__document=b"<xml/>"),
    "Excel workbook": zipped(xl__workbook=b"<xml/>"),
    "OpenDocument file": zipped(mimetype=b"application/vnd.oasis.opendocument.text"),
    "ZIP archive": zipped(page=BODY),
    "damaged ZIP archive": zipped(page=BODY)[:200],
    "Word or Excel 97": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200),
    "RTF": b"{\\rtf1\\ansi",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "Safari web archive": b"bplist00" + bytes(200),
    "7z archive": b"7z\xbc\xaf\x27\x1c" + bytes(200),
    "SQLite database": b"SQLite format 3\0" + bytes(200),
    "Parquet table": b"PAR1" + bytes(200),
    "tar archive": b"page.html".ljust(257, b"\0") + b"ustar\0" + bytes(300),
}


@pytest.mark.parametrize(("name", "content"), UNREAD.items(), ids=UNREAD.keys())
def test_what_is_not_read_is_named_with_the_way_that_works(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    [problem] = bring(tmp_path / "raw", file).problems
    assert problem.startswith(f"{file}: is not a project page but a {name}; ")
    assert len(problem.partition("; ")[2]) > 20


def test_in_a_directory_each_format_is_counted_apart_from_foreign_files(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("one.wacz", "page.har", "revisit-1-original.warc", "chromium.mhtml", "saved-from-web-archive.html"):
        (folder / name).write_bytes((CASES / name).read_bytes())
    (folder / "a.pdf").write_bytes(UNREAD["PDF"])
    (folder / "b.pdf").write_bytes(UNREAD["PDF"])
    (folder / "c.docx").write_bytes(UNREAD["Word document"])
    (folder / "style.css").write_text("body {}")
    summary = bring(tmp_path / "raw", folder)
    assert summary.formats == dict.fromkeys((Format.WACZ, Format.HAR, Format.WARC, Format.MHTML, Format.PAGE), 1)
    assert {unread.name: count for unread, count in summary.unread.items()} == {"PDF": 2, "Word document": 1}
    assert (summary.files, summary.foreign, summary.problems) == (9, 1, [])
    assert summary.unread_in_words()[0] == (
        "2 of the files in directories left out: PDF; for what it holds, open the page and save it as HTML "
        "(in the browser, or with SingleFile)"
    )


NOT_FOR_US = b"<html><body>another page</body></html>"


def test_project_pages_in_a_directory_that_cannot_be_used_are_told_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "other.html").write_bytes(NOT_FOR_US)
    (folder / "data.json").write_text("{}")
    (folder / "two.html").write_bytes(BODY + b"\n" + BODY.replace(b"3607", b"3608"))
    address = b"https://mirror.example/index.php?r=tbl-project-main%2Fview&project_id=50490000-3607"
    (folder / "deep" / "mirror.html").write_bytes(b"<!-- saved from url=(0085)" + address + b" -->\n" + BODY)
    (folder / "twice.warc.gz.gz").write_bytes(gzip.compress(gzip.compress(RECORD)))
    summary = bring(tmp_path / "raw", folder)
    assert summary.foreign == 2
    assert [problem.partition(": ")[0] for problem in summary.problems] == [
        str(folder / "deep" / "mirror.html"),
        str(folder / "two.html"),
    ]
    assert [(unread.name, count) for unread, count in summary.unread.items()] == [("file that was packed twice", 1)]


def test_a_directory_that_cannot_be_entered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder" / "secret").mkdir(parents=True)
    (tmp_path / "folder" / "page.html").write_bytes(BODY)
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("secret"):  # root may enter everything
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    summary = bring(tmp_path / "raw", tmp_path / "folder")
    assert summary.archived == 1
    [problem] = summary.problems
    assert problem.startswith(f"{tmp_path / 'folder' / 'secret'}: cannot be read (Permission denied)")


def test_a_directory_of_links_is_not_called_empty(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path)
    [problem] = bring(tmp_path / "raw", tmp_path / "folder").problems
    assert "holds no file (links to directories are not followed)" in problem


def test_a_warc_of_a_wacz_that_cannot_be_read_costs_none_of_the_others(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.wacz", "w") as archive:
        archive.writestr("archive/a.warc", RECORD)
        archive.writestr("archive/b.warc", RECORD)
    wacz = bytearray((tmp_path / "x.wacz").read_bytes())
    wacz[8] = 97  # a method of compression that nobody knows, in the member and in the directory
    wacz[wacz.index(b"PK\x01\x02") + 10] = 97
    (tmp_path / "x.wacz").write_bytes(wacz)
    summary = bring(tmp_path / "raw", tmp_path / "x.wacz")
    assert summary.archived == 1
    [problem] = summary.problems
    assert problem.startswith(f"{tmp_path / 'x.wacz' / 'archive' / 'a.warc'}: cannot be read (")


def test_a_packed_wacz_is_named_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.wacz.gz").write_bytes(gzip.compress((CASES / "one.wacz").read_bytes()))
    [problem] = bring(tmp_path / "raw", tmp_path / "x.wacz.gz").problems
    assert "is not a project page but a packed ZIP archive; unpack it and import what comes out" in problem


@pytest.mark.parametrize("url", ["about:internet", "file:///C:/Users/x/page.html", "blob:https://x/1"])
def test_a_page_that_was_opened_from_a_disk_states_no_address(tmp_path: Path, url: str) -> None:
    (tmp_path / "page.html").write_bytes(b"<!-- saved from url=(0014)" + url.encode() + b" -->\n" + BODY)
    assert bring(tmp_path / "raw", tmp_path / "page.html").archived == 1


FRAMES = {
    "frames": b'<iframe srcdoc="<html><body>x</body></html>"></iframe><iframe srcdoc="<html>y</html>"></iframe>',
    "a conditional comment": b'<!--[if IE 8]><html class="ie8"><![endif]-->',
    "a script": b"<script>document.write('<html></html>')</script>",
}


@pytest.mark.parametrize("within", FRAMES.values(), ids=FRAMES.keys())
def test_documents_within_a_page_are_no_other_pages(tmp_path: Path, within: bytes) -> None:
    (tmp_path / "page.html").write_bytes(BODY.replace(b"</body>", within + b"</body>"))
    assert bring(tmp_path / "raw", tmp_path / "page.html").archived == 1


def test_a_har_whose_address_or_content_is_no_text_is_told(tmp_path: Path) -> None:
    known = json.loads((CASES / "page.har").read_text(encoding="utf-8"))
    [entry] = known["log"]["entries"][:1]
    entry["request"]["url"] += "&x=\ud800"
    (tmp_path / "x.har").write_text(json.dumps(known))
    assert "has an address that is not text" in bring(tmp_path / "raw", tmp_path / "x.har").problems[0]
    encoded = base64.b64encode(BODY).decode()
    (tmp_path / "y.har").write_bytes(har(content={"encoding": "base64", "text": encoded[:50] + "****" + encoded[54:]}))
    assert "holds no readable content" in bring(tmp_path / "raw", tmp_path / "y.har").problems[0]
    (tmp_path / "z.har").write_bytes(har(content={"text": TEXT, "size": len(BODY) + 40}))
    assert f"its content breaks off after {len(BODY)} of" in bring(tmp_path / "raw", tmp_path / "z.har").problems[0]


def test_a_page_that_breaks_off_is_named(tmp_path: Path) -> None:
    (tmp_path / "torn.html").write_bytes(BODY[: len(BODY) // 2])
    summary = bring(tmp_path / "raw", tmp_path / "torn.html")
    assert summary.evidence == 1
    said = f"{tmp_path / 'torn.html'}: the page is cut; it is kept as evidence, but replaces no whole page"
    assert said in summary.notes
