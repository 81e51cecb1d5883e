"""Captures made by others: ours are archived with their address and time, the rest is counted, nothing twice."""

import datetime as dt
import gzip
import io
import os
import random
import re
import zipfile
from concurrent.futures import Future
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from parsers.page import Page
from pipeline.archive.audit import audit_archive
from pipeline.archive.pages import PageReader
from pipeline.archive.warc import Capture
from pipeline.archive.withdrawal import withdraw_import
from pipeline.core.settings import KNOWN_SOURCES
from pipeline.importing.importer import import_files
from pipeline.sample.server import sample_pages
from tests.cli.command import bma, bma_here
from tests.fetch.misbehaving import project_page
from tests.importing.bring import HOME, archived, bring, logged
from tests.parse.archived import BOTTOMLESS, KILLER, MISFORTUNE

# warcio's writer leaves its temporary files to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]

ONE, TWO = "50010000-0001", "50010000-0002"
PAGES = Path(__file__).parents[2] / "pipeline" / "sample" / "site" / "pages"
DATE = "2023-06-01T10:20:30Z"
AT = dt.datetime(2023, 6, 1, 10, 20, 30, tzinfo=dt.UTC)


def url(project_id: str, home: str = HOME) -> str:
    return f"{home}?r=tbl-project-main%2Fview&project_id={project_id}"


class Warc:
    """A WARC file as other people's tools (warcio, wget, browsertrix) write it."""

    def __init__(self, *, is_gzip: bool = True) -> None:
        self._out = io.BytesIO()
        self._writer = WARCWriter(self._out, gzip=is_gzip)

    def response(
        self, address: str, body: bytes, date: str = DATE, *extra: tuple[str, str], status: str = "200 OK"
    ) -> None:
        http = StatusAndHeaders(status, [("Content-Type", "text/html; charset=UTF-8"), *extra], protocol="HTTP/1.1")
        self._write(address, "response", io.BytesIO(body), date, http_headers=http)

    def revisit(self, address: str, digest: str, date: str) -> None:
        record = self._writer.create_revisit_record(
            address, digest, address, DATE, warc_headers_dict={"WARC-Date": date}
        )
        self._writer.write_record(record)

    def text(self, address: str, body: bytes, date: str = DATE) -> None:
        self._write(address, "conversion", io.BytesIO(body), date, warc_content_type="text/plain")

    def _write(self, address: str, kind: str, payload: io.BytesIO, date: str, **options: object) -> None:
        record = self._writer.create_warc_record(
            address, kind, payload=payload, warc_headers_dict={"WARC-Date": date}, **options
        )
        self._writer.write_record(record)
        self.digest = record.rec_headers.get_header("WARC-Payload-Digest")

    def content(self) -> bytes:
        return self._out.getvalue()

    def save(self, path: Path) -> Path:
        path.write_bytes(self.content())
        return path


@pytest.mark.parametrize("name", ["x.warc.gz", "x.warc"])
def test_ours_are_archived_with_address_and_time_and_the_rest_is_counted(tmp_path: Path, name: str) -> None:
    warc = Warc(is_gzip=name.endswith("gz"))
    warc.response("http://example.org/", b"<html>foreign</html>")
    warc.response(url(ONE), project_page(ONE))
    warc.response(url(TWO, "https://bmavisions.com/dp/frontend/web/index.php"), project_page(TWO))
    warc.response(f"{HOME}?r=site%2Findex", b"<html>dashboard</html>")
    summary = bring(tmp_path / "raw", warc.save(tmp_path / name))
    assert (summary.archived, summary.foreign, summary.problems) == (2, 2, [])
    pairs = archived(tmp_path / "raw")
    assert [(row.project_id, row.source_id, row.outcome) for row, _ in pairs] == [
        (ONE, "bmavisions", "new"),
        (TWO, "bmavisions", "new"),
    ]
    assert {capture.captured_at for _, capture in pairs} == {AT}
    assert next(capture.url for _, capture in pairs) == url(ONE)
    assert audit_archive(tmp_path / "raw").problems == ()


def test_importing_twice_adds_nothing(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE), project_page(ONE))
    warc.response(url(TWO), not_found_body(), status="404 Not Found")
    path = warc.save(tmp_path / "x.warc.gz")
    bare = tmp_path / "saved.html"
    bare.write_bytes(project_page("50010000-0003"))
    first = bring(tmp_path / "raw", path, bare)
    names = sorted(p.name for p in (tmp_path / "raw").iterdir())
    os.utime(bare, (1_000_000_000, 1_000_000_000))  # a copy has another date
    again = bring(tmp_path / "raw", path, bare, run=2)
    assert (first.archived, first.evidence, first.known) == (2, 1, 0)
    assert (again.archived, again.evidence, again.known) == (0, 0, 3)
    assert sorted(p.name for p in (tmp_path / "raw").iterdir()) == names


@pytest.mark.slow
def test_pages_that_end_their_reader_are_evidence_and_issues_and_the_rest_is_published(tmp_path: Path) -> None:
    three, bare = "50010000-0003", tmp_path / "bare.html"
    warc = Warc()
    warc.response(url(ONE), project_page(ONE) + KILLER)
    warc.response(url(TWO), project_page(TWO) + BOTTOMLESS)
    warc.response(url(three), project_page(three))
    bare.write_bytes(project_page("50010000-0004") + KILLER)
    path, data = warc.save(tmp_path / "x.warc.gz"), tmp_path / "data"
    done = bma("import", path, bare, "--data-dir", data, PYTHONPATH=str(MISFORTUNE))
    said = "import: 2 files looked at (1 WARC): 1 page archived, 2 kept as evidence, not whole project pages"
    assert said in done.stderr
    assert "bare.html: reading it crashed (Segmentation fault)" in done.stderr
    assert done.returncode == 1
    ended = "SELECT project_id, message FROM quality_issues WHERE code IN ('page_crashed_parser', 'page_too_costly')"
    found = bma_here("query", f"{ended} ORDER BY 1", "--data-dir", data, "--format", "csv").stdout.splitlines()[1:]
    assert [line.partition(";")[0] for line in found] == [
        f"{ONE},reading this page crashed (Segmentation fault)",
        f"{TWO},reading this page took more than 5 seconds of processor time",
    ]
    published = bma_here("query", "SELECT project_id FROM projects", "--data-dir", data, "--format", "csv")
    assert published.stdout.split() == ["project_id", three]


def test_what_an_import_knows_already_is_not_read_again_however_costly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warc = Warc()
    warc.response(url(ONE), project_page(ONE))
    warc.response(url(TWO), project_page(TWO))
    read: list[str] = []
    reading = PageReader.read

    def noted(reader: PageReader, capture: Capture) -> "Future[Page]":
        read.append(capture.url)
        return reading(reader, capture)

    monkeypatch.setattr(PageReader, "read", noted)
    for _ in range(2):
        bring(tmp_path / "raw", warc.save(tmp_path / "x.warc.gz"))
        assert read == [url(ONE), url(TWO)]


def not_found_body() -> bytes:
    return (PAGES.parent / "other" / "not-found.html").read_bytes()


def test_our_own_segments_can_be_imported_elsewhere(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE), gzip.compress(project_page(ONE)), DATE, ("Content-Encoding", "gzip"))
    bring(tmp_path / "one", warc.save(tmp_path / "x.warc.gz"))
    bring(tmp_path / "two", *(tmp_path / "one").glob("*.warc.gz"))
    [(before, first)], [(after, second)] = archived(tmp_path / "one"), archived(tmp_path / "two")
    assert before.snapshot_id == after.snapshot_id
    assert first.body == second.body
    assert b"csrf-token" in second.body


def test_encodings_are_undone(tmp_path: Path) -> None:
    body = project_page(ONE)
    packed = gzip.compress(body)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    warc = Warc()
    warc.response(url(ONE), chunked, DATE, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    bring(tmp_path / "raw", warc.save(tmp_path / "x.warc.gz"))
    [(row, capture)] = archived(tmp_path / "raw")
    assert capture.body == body
    assert row.outcome == "new"


def test_a_revisit_record_is_a_visit_without_a_body(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE), project_page(ONE))
    warc.revisit(url(ONE), warc.digest, "2023-06-08T00:00:00Z")
    warc.revisit(url(TWO), "sha1:UNKNOWN", "2023-06-08T00:00:00Z")
    summary = bring(tmp_path / "raw", warc.save(tmp_path / "x.warc.gz"))
    assert (summary.archived, summary.unchanged, summary.unresolved) == (1, 1, 1)
    rows = logged(tmp_path / "raw")
    assert [(row.outcome, row.requested_at.day, row.snapshot_id is None) for row in rows] == [
        ("new", 1, False),
        ("unchanged", 8, True),
    ]
    assert rows[1].repeats == rows[0].snapshot_id


def test_captures_take_their_place_in_time(tmp_path: Path) -> None:
    old, new = Warc(), Warc()
    old.response(url(ONE), project_page(ONE), "2022-01-01T00:00:00Z")
    new.response(url(ONE), project_page(ONE, " ใหม่"), "2023-01-01T00:00:00Z")
    new.response(url(ONE), project_page(ONE, " ใหม่"), "2023-02-01T00:00:00Z")
    bring(tmp_path / "raw", new.save(tmp_path / "new.warc.gz"))
    bring(tmp_path / "raw", old.save(tmp_path / "old.warc.gz"), run=2)
    outcomes = {row.requested_at.date().isoformat(): row.outcome for row in logged(tmp_path / "raw")}
    assert outcomes == {"2022-01-01": "new", "2023-01-01": "new", "2023-02-01": "unchanged"}


def test_extracted_text_becomes_a_conversion_record(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "fixtures" / "real" / "50490000-3607.txt").read_bytes()
    wet = Warc()
    wet.text(url("50490000-3607"), text)
    wet.text("http://example.org/", b"foreign")
    bare = tmp_path / "50490000-3607.txt"
    bare.write_bytes(text + b"\n")
    summary = bring(tmp_path / "raw", wet.save(tmp_path / "x.warc.wet.gz"), bare)
    assert (summary.archived, summary.undated, summary.foreign, summary.problems) == (2, 1, 1, [])
    (dated, capture), (undated, copy) = archived(tmp_path / "raw")
    assert capture.is_text
    assert copy.is_text
    assert (dated.project_id, dated.page_kind, capture.captured_at) == ("50490000-3607", "project", AT)
    assert (dated.time_basis, undated.time_basis) == ("protocol", "file")


def test_a_page_that_names_its_project_by_thousands_of_characters_is_foreign(tmp_path: Path) -> None:
    """Found by fuzzing: a cut end tag made the rest of the page its title, and no reader got past that address."""
    page = tmp_path / "x.html"
    cut = b"</title>", b"</tit" + '<div class="ก">'.encode() * 4000
    page.write_bytes(project_page(ONE).replace(*cut, 1))
    summary = bring(tmp_path / "raw", page)
    assert (summary.archived, summary.evidence) == (0, 0)
    assert "the page has no valid project code ('50010000-0001</tit<div" in summary.problems[0]
    assert len(summary.problems[0]) < 400
    assert audit_archive(tmp_path / "raw").problems == ()


def test_a_bare_page_takes_its_project_from_its_title_and_its_time_from_the_file(tmp_path: Path) -> None:
    bare = tmp_path / "whatever.htm"
    bare.write_bytes(project_page(ONE))
    os.utime(bare, (AT.timestamp(), AT.timestamp()))
    bring(tmp_path / "raw", bare)
    [(row, capture)] = archived(tmp_path / "raw")
    assert (row.project_id, row.url, row.requested_at) == (ONE, url(ONE), AT)
    assert "the file's date" in (capture.note or "")


def test_a_page_saved_by_a_browser_keeps_its_address(tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    address = url(ONE, "https://policy.bangkok.go.th/bs2568/frontend/web/index.php")
    saved.write_bytes(f"<!-- saved from url=({len(address):04d}){address} -->\n".encode() + project_page(ONE))
    bring(tmp_path / "raw", saved)
    [(row, _)] = archived(tmp_path / "raw")
    assert (row.source_id, row.url) == ("bs2568", address)


def test_a_directory_is_read_whole_and_strangers_in_it_are_counted(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "page.html").write_bytes(project_page(ONE))
    (folder / "readme.txt").write_text("nothing to see")
    summary = bring(tmp_path / "raw", folder)
    assert (summary.files, summary.archived, summary.foreign, summary.problems) == (2, 1, 1, [])


def test_every_unusable_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    stranger = tmp_path / "stranger.html"
    stranger.write_text("<html><body>hello</body></html>")
    broken = tmp_path / "broken.warc.gz"
    broken.write_bytes(b"\x1f\x8bno gzip")
    problems = bring(tmp_path / "raw", tmp_path / "empty", stranger, broken, tmp_path / "nowhere").problems
    said = ["holds no file", "is not a project page", "not readable as WARC at its beginning", "No such file"]
    assert len(problems) == len(said)
    for path, words, problem in zip(
        ("empty", "stranger.html", "broken.warc.gz", "nowhere"), said, problems, strict=True
    ):
        assert problem.startswith(str(tmp_path / path))
        assert words in problem
    assert list((tmp_path / "raw").iterdir()) == []


def test_a_torn_warc_keeps_what_is_whole(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE), project_page(ONE))
    warc.response(url(TWO), project_page(TWO))
    path = warc.save(tmp_path / "x.warc.gz")
    os.truncate(path, path.stat().st_size - 500)
    summary = bring(tmp_path / "raw", path)
    assert (summary.archived, summary.damaged) == (1, 1)
    assert [row.project_id for row in logged(tmp_path / "raw")] == [ONE]


def test_another_projects_page_under_our_address_is_refused(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE), project_page(TWO))
    bring(tmp_path / "raw", warc.save(tmp_path / "x.warc.gz"))
    [row] = logged(tmp_path / "raw")
    assert (row.project_id, row.outcome) == (ONE, "refused")


def test_many_foreign_pages_cost_little(tmp_path: Path) -> None:
    warc = Warc(is_gzip=False)
    filler = os.urandom(100_000)
    for number in range(300):
        warc.response(f"http://example.org/{number}", filler)
    warc.response(url(ONE), project_page(ONE))
    summary = bring(tmp_path / "raw", warc.save(tmp_path / "x.warc"))
    assert (summary.archived, summary.foreign) == (1, 300)


def test_every_sample_page_can_be_imported_from_its_file(tmp_path: Path) -> None:
    summary = bring(tmp_path / "raw", PAGES)
    healthy = [
        page for page in sample_pages() if page.project_id[-4:] not in {"9039", "9040", "9041", "9042", "9054", "sswd"}
    ]
    assert summary.archived == len(healthy)
    assert summary.evidence == 1  # the page that is cut in the middle
    assert summary.foreign == 5  # four of other kinds, one with no code for its name


def test_a_time_that_has_not_come_is_refused_and_named(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE), project_page(ONE), "2566-05-01T08:21:00Z")
    warc.response(url(TWO), project_page(TWO))
    summary = bring(tmp_path / "raw", warc.save(tmp_path / "x.warc.gz"))
    assert (summary.archived, summary.refused) == (1, 1)
    [problem] = summary.problems
    assert "capture time '2566-05-01T08:21:00Z' has not come yet; it looks like the Buddhist era, 2023 CE" in problem
    assert ONE in problem


def test_a_cached_response_is_as_old_as_it_says(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE), project_page(ONE), DATE, ("Age", "3600"))
    summary = bring(tmp_path / "raw", warc.save(tmp_path / "x.warc.gz"))
    [(row, _)] = archived(tmp_path / "raw")
    assert row.requested_at == AT - dt.timedelta(hours=1)
    assert "1 dated back by its Age, since a cache gave it" in summary.in_words()


def test_a_saved_page_counts_at_the_time_it_states(tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    note = f"<!--\n Page saved with SingleFile \n url: {url(ONE)} \n saved date: Thu Jun 01 2023 17:20:30 GMT+0700\n-->"
    saved.write_bytes(note.encode() + project_page(ONE))
    summary = bring(tmp_path / "raw", saved)
    [(row, _)] = archived(tmp_path / "raw")
    assert (row.requested_at, row.time_basis, summary.undated) == (AT, "stated", 0)


def test_a_time_that_was_given_counts_before_the_date_of_the_file(tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    saved.write_bytes(project_page(ONE))
    import_files(
        [saved],
        raw_dir=tmp_path / "raw",
        run_id="20261101T180000Z",
        sources=KNOWN_SOURCES,
        default_source=KNOWN_SOURCES["bmavisions"],
        given_at=AT,
    )
    [(row, _)] = archived(tmp_path / "raw")
    assert (row.requested_at, row.time_basis) == (AT, "given")


def test_what_only_its_file_dates_takes_nothing_from_what_is_known(tmp_path: Path) -> None:
    warc, copy = Warc(), tmp_path / "copy.html"
    warc.response(url(ONE), project_page(ONE))
    copy.write_bytes(project_page(ONE).replace(b"<h1>", b"<h1> "))
    summary = bring(tmp_path / "raw", copy, warc.save(tmp_path / "x.warc.gz"))
    assert (summary.archived, summary.undated) == (2, 1)
    assert [(row.outcome, row.time_basis) for row in logged(tmp_path / "raw")] == [("new", "file"), ("new", "protocol")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"url": "x", "html": "<html>"}\n{"url": "y", "html": "<html>"}\n', "holds JSON, not a page"),
        (project_page(ONE) + project_page(TWO), "holds 2 HTML documents one after the other"),
        (b'url,html\n1,"' + project_page(ONE) + b'"\n', "is a table with pages in its cells"),
        (
            "รายละเอียดโครงการ/กิจกรรม: 50010000-0001\nปี2566\nรายละเอียดโครงการ/กิจกรรม: 50010000-0002\nปี2566".encode(),
            "holds the pages of 2 projects, 50010000-0001 first",
        ),
    ],
    ids=["JSON lines", "two documents", "CSV", "two texts"],
)
def test_several_pages_in_one_file_are_refused_by_what_they_are(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "several"
    file.write_bytes(content)
    summary = bring(tmp_path / "raw", file)
    assert summary.archived == 0
    assert summary.problems == [f"{file}: {said}; save each page as a file of its own"]


def test_a_capture_of_another_port_is_of_another_site(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE, HOME.replace(".com/", ".com:8080/")), project_page(ONE))
    warc.response(url(TWO, HOME.replace(".com/", ".com:80/")), project_page(TWO))
    summary = bring(tmp_path / "raw", warc.save(tmp_path / "x.warc.gz"))
    assert (summary.archived, summary.foreign) == (1, 1)


ELSEWHERE = [
    "http://www.bmavisions.com:8080/dp/frontend/web/index.php",
    "https://www.bmavisions.com:80/dp/frontend/web/index.php",
]
ELSEWHERE += ["https://dp.example.org/bs2567/index.php"]


@pytest.mark.parametrize("home", ELSEWHERE)
def test_a_page_saved_from_another_site_is_of_no_source(tmp_path: Path, home: str) -> None:
    saved = tmp_path / "saved.html"
    address = url(ONE, home)
    saved.write_bytes(f"<!-- saved from url=({len(address):04}){address} -->\n".encode() + project_page(ONE))
    summary = bring(tmp_path / "raw", saved)
    assert (summary.archived, summary.evidence) == (0, 0)
    assert f"was saved from {address!r}, which is not the address of a source" in summary.problems[0]
    assert "also_at" in summary.problems[0]


@pytest.mark.parametrize(("seconds", "said"), [(4_000_000_000, "2096-10-02T07:06:40Z"), (0, "1970-01-01T00:00:00Z")])
def test_a_file_that_is_dated_when_no_capture_can_be_needs_a_time_that_is_given(
    tmp_path: Path, seconds: int, said: str
) -> None:
    bare = tmp_path / "bare.html"
    bare.write_bytes(project_page(ONE))
    os.utime(bare, (seconds, seconds))
    summary = bring(tmp_path / "raw", bare)
    assert summary.archived == 0
    assert f"capture time '{said}'" in summary.problems[0]
    assert "give --captured-at" in summary.problems[0]


def test_the_logged_address_is_the_canonical_one(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE) + "&PHPSESSID=0123456789abcdef", project_page(ONE))
    bring(tmp_path / "raw", warc.save(tmp_path / "x.warc.gz"))
    [(row, capture)] = archived(tmp_path / "raw")
    assert row.url == url(ONE)
    assert capture.url.endswith("PHPSESSID=0123456789abcdef")


def test_what_was_withdrawn_is_archived_again(tmp_path: Path) -> None:
    raw_dir = tmp_path / "raw"
    warc = Warc()
    warc.response(url(ONE), project_page(ONE))
    path = warc.save(tmp_path / "x.warc.gz")
    bring(raw_dir, path)
    withdraw_import(raw_dir, "20261101T180000Z", undo_run_id="20261102T180000Z", at=AT)
    again = bring(raw_dir, path, run=3)
    assert (again.archived, again.known) == (1, 0)
    [(first, _), (second, _)] = archived(raw_dir)
    assert (first.snapshot_id, first.outcome) == (second.snapshot_id, second.outcome)
    assert audit_archive(raw_dir).problems == ()


def test_the_age_of_a_capture_is_taken_into_account_once(tmp_path: Path) -> None:
    warc = Warc()
    warc.response(url(ONE), project_page(ONE), DATE, ("Age", "3600"))
    bring(tmp_path / "one", warc.save(tmp_path / "x.warc.gz"))
    bring(tmp_path / "two", *(tmp_path / "one").glob("*.warc.gz"))
    [(before, _)], [(after, _)] = archived(tmp_path / "one"), archived(tmp_path / "two")
    assert before.requested_at == after.requested_at == AT - dt.timedelta(hours=1)
    assert (before.age_s, after.age_s) == (3600, None)
    assert before.snapshot_id == after.snapshot_id


@pytest.mark.parametrize("name", ["torn.warc.gz", "torn.warc", "torn.wacz"])
def test_a_file_that_breaks_off_in_a_foreign_record_says_so(tmp_path: Path, name: str) -> None:
    """A broken download loses what comes behind, though no record of ours shows it."""
    warc = Warc(is_gzip=name.endswith("gz"))
    warc.response(url(ONE), project_page(ONE))
    warc.response("http://example.org/large", random.Random(0).randbytes(100_000))
    warc.response(url(TWO), project_page(TWO))
    torn = warc.save(tmp_path / name)
    half = torn.read_bytes()[: torn.stat().st_size // 2]
    if name.endswith("wacz"):
        with zipfile.ZipFile(torn, "w") as wacz:
            wacz.writestr("archive/x.warc", half)
    else:
        torn.write_bytes(half)
    summary = bring(tmp_path / "raw", torn)
    assert summary.archived == 1
    [problem] = summary.problems
    assert problem.startswith(str(torn))
    assert re.search(r"not readable as WARC after \d records \(.*breaks off\); fetch or copy it again", problem)


@pytest.mark.parametrize("place", [-6, -3], ids=["check sum", "length"])
@pytest.mark.parametrize("is_last", [False, True])
@pytest.mark.parametrize("n_behind", [0, 8], ids=["its end read with it", "its end read later"])
def test_a_record_whose_compression_fails_its_check_is_not_believed(
    tmp_path: Path, place: int, is_last: bool, n_behind: int
) -> None:
    members = [packed_to_chunks(ONE, 0 if is_last else n_behind), packed_to_chunks(TWO, n_behind)]
    members[is_last][place] ^= 0x40
    (tmp_path / "x.warc.gz").write_bytes(b"".join(members))
    summary = bring(tmp_path / "raw", tmp_path / "x.warc.gz")
    assert (summary.archived, summary.damaged) == (int(is_last), 1)
    assert "is not what was written: its compression is damaged or breaks off" in summary.problems[0]
    assert "not readable as WARC after" in summary.problems[1]


def packed_to_chunks(project_id: str, n_behind: int, padding: int = 0) -> bytearray:
    """A packed record of some chunks of 4096 bytes and so many more."""
    warc = Warc(is_gzip=False)
    warc.response(url(project_id), project_page(project_id) + b" " * padding)
    packed = gzip.compress(warc.content(), 0)
    missing = (n_behind - len(packed)) % 4096
    return bytearray(packed) if missing == 0 else packed_to_chunks(project_id, n_behind, padding + missing)


def test_a_flipped_bit_or_a_cut_is_told_and_what_is_archived_is_what_was_written(tmp_path: Path) -> None:
    warc, pages = Warc(), {project_page(ONE), project_page(TWO, " ใหม่")}
    for project_id, page in zip((ONE, TWO), pages, strict=True):
        warc.response(url(project_id), page)
    path = warc.save(tmp_path / "x.warc.gz")
    written, chance = path.read_bytes(), random.Random(22)
    for number in range(60):
        place = chance.randrange(20, len(written))
        spoiled = bytearray(written if number % 4 else written[:place])
        if number % 4:
            spoiled[place] ^= 1 << chance.randrange(8)
        path.write_bytes(spoiled)
        raw_dir = tmp_path / str(number)
        summary = bring(raw_dir, path)
        assert {capture.body for _, capture in archived(raw_dir)} <= pages
        assert summary.archived == 2 or summary.problems, (number, place)
