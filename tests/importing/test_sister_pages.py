"""Pages of sister systems that an import meets: evidence under the chosen source, counted by kind, rows of nothing."""

import base64
import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest

from parsers.sister_page import SisterPage
from pipeline.archive.audit import audit_archive
from pipeline.archive.warc import Capture, capture_members
from pipeline.archive.withdrawal import withdraw_import
from tests.cli.command import bma_here
from tests.fetch.misbehaving import project_page
from tests.importing.bring import archived, bring, logged

SISTERS = Path(__file__).parents[1] / "fixtures" / "sisters"
KPI = SISTERS / "mykpi-5042-2005.txt"
AT = dt.datetime(2023, 6, 1, 10, 20, 30, tzinfo=dt.UTC)
HTML = (("Content-Type", "text/html; charset=UTF-8"),)
ONE = "50010000-0001"
ADDRESSES = {
    "mobile/myproject.php": "http://monitor.bangkok.go.th/mobile/myproject.php?pid=22000000-3609",
    "mobile/mykpi.php": "http://dp1.bangkok.go.th/mobile/mykpi.php?pid=5042-2005",
    "reportprojectit.php": "http://dailyplans.bangkok.go.th/reportprojectit662.php?selDEP=13",
    "r=site/projectview": "https://policy.bangkok.go.th/tracking/frontend/web/index.php?r=site%2Fprojectview&ID=7",
}


def bodies(raw_dir: Path) -> list[bytes]:
    return [capture.body for _, capture in archived(raw_dir)]


def page_at(url: str, body: bytes = b"<html>a page</html>", at: dt.datetime = AT, status: int = 200) -> Capture:
    return Capture(url, at, body, "text/html", status, "", HTML)


def warc(path: Path, *captures: Capture) -> Path:
    path.write_bytes(b"".join(map(capture_members, captures)))
    return path


def test_texts_of_sister_systems_are_kept_and_counted_by_kind(tmp_path: Path) -> None:
    raw_dir = tmp_path / "raw"
    summary = bring(raw_dir, SISTERS)
    assert summary.sisters == {SisterPage.MYPROJECT: 5, SisterPage.MYKPI: 2, SisterPage.REPORTPROJECTIT: 1}
    assert (summary.evidence, summary.archived, summary.foreign) == (8, 0, 0)
    assert summary.problems == []
    (note,) = summary.notes
    assert note == (
        "8 pages of sister systems kept as evidence and not read as projects: "
        "5 mobile/myproject.php, 2 mobile/mykpi.php, 1 reportprojectit.php"
    )
    rows = logged(raw_dir)
    assert {(row.source_id, row.project_id, row.page_kind, row.outcome, row.time_basis) for row in rows} == {
        ("bmavisions", None, "sister_page", "new", "file")
    }
    assert {row.url for row in rows} == {f"urn:sha256:{(row.body_sha256 or b'').hex()}" for row in rows}
    assert sorted(bodies(raw_dir)) == sorted(path.read_bytes() for path in SISTERS.iterdir())
    assert audit_archive(raw_dir).problems == ()


def test_their_addresses_are_let_in_out_of_a_web_archive(tmp_path: Path) -> None:
    raw_dir = tmp_path / "raw"
    foreign = page_at("http://monitor.bangkok.go.th/index.php")
    file = warc(tmp_path / "held.warc.gz", *map(page_at, ADDRESSES.values()), foreign)
    summary = bring(raw_dir, file)
    assert (summary.sisters.total(), summary.evidence, summary.foreign, summary.damaged) == (4, 4, 1, 0)
    (note,) = summary.notes
    assert note == (
        "4 pages of sister systems kept as evidence and not read as projects: "
        "1 mobile/myproject.php, 1 mobile/mykpi.php, 1 reportprojectit.php, 1 r=site/projectview"
    )
    assert [(row.url, row.page_kind, row.requested_at, row.time_basis) for row in logged(raw_dir)] == [
        (url, "sister_page", AT, "protocol") for url in ADDRESSES.values()
    ]
    assert audit_archive(raw_dir).problems == ()


def test_a_capture_is_kept_once_and_another_time_of_it_too(tmp_path: Path) -> None:
    raw_dir, url = tmp_path / "raw", ADDRESSES["mobile/mykpi.php"]
    file = warc(tmp_path / "held.warc.gz", page_at(url), page_at(url))
    first = bring(raw_dir, file, KPI)
    assert (first.sisters.total(), first.known) == (2, 1)
    again = bring(raw_dir, file, KPI, run=2)
    assert (again.sisters.total(), again.evidence, again.known, again.notes) == (0, 0, 3, [])
    later = bring(raw_dir, warc(tmp_path / "later.warc.gz", page_at(url, at=AT + dt.timedelta(days=1))), run=3)
    assert (later.sisters.total(), later.known) == (1, 0)


def test_a_revisit_of_theirs_is_one_more_sighting(tmp_path: Path) -> None:
    raw_dir, url = tmp_path / "raw", ADDRESSES["mobile/mykpi.php"]
    digest = base64.b32encode(hashlib.sha1(b"<html>a page</html>", usedforsecurity=False).digest()).decode()
    revisit = (
        f"WARC/1.1\r\nWARC-Type: revisit\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2023-07-01T10:20:30Z\r\n"
        "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n"
        f"WARC-Record-ID: <urn:uuid:0a>\r\nWARC-Payload-Digest: sha1:{digest}\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    )
    (tmp_path / "again.warc").write_bytes(revisit.encode())
    summary = bring(raw_dir, tmp_path / "again.warc", warc(tmp_path / "held.warc.gz", page_at(url)))
    assert (summary.sisters, summary.evidence, summary.problems) == ({SisterPage.MYKPI: 2}, 2, [])
    assert [(row.url, row.outcome, row.requested_at.month) for row in logged(raw_dir)] == [
        (url, "new", 6),
        (url, "unchanged", 7),
    ]
    assert bodies(raw_dir) == [b"<html>a page</html>"]
    assert audit_archive(raw_dir).problems == ()


def test_an_error_at_their_address_is_evidence_of_that(tmp_path: Path) -> None:
    bring(tmp_path, warc(tmp_path / "held.warc.gz", page_at(ADDRESSES["mobile/mykpi.php"], status=404)))
    [row] = logged(tmp_path)
    assert (row.page_kind, row.outcome, row.http_status, row.error) == ("sister_page", "failed", 404, "HTTP 404")


def test_a_saved_page_is_told_by_the_address_it_states(tmp_path: Path) -> None:
    url = ADDRESSES["r=site/projectview"]
    saved = tmp_path / "saved.html"
    saved.write_text(
        f"<!DOCTYPE html><html><!--\n Page saved with SingleFile \n url: {url} \n"
        " saved date: Thu Jun 01 2023 17:20:30 GMT+0700 (Indochina Time)\n--><body>a project</body></html>",
        encoding="utf-8",
    )
    assert bring(tmp_path / "raw", saved).sisters.total() == 1
    [row] = logged(tmp_path / "raw")
    assert (row.url, row.requested_at, row.time_basis, row.project_id) == (url, AT, "stated", None)


def test_a_page_of_ours_that_states_their_address_is_still_a_project(tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    stated = f"<!-- saved from url=(0060){ADDRESSES['mobile/myproject.php']} -->\n".encode()
    saved.write_bytes(project_page(ONE).replace(b"<html", stated + b"<html", 1))
    summary = bring(tmp_path / "raw", saved)
    assert (summary.archived, summary.sisters.total()) == (1, 0)


def test_what_is_of_no_sister_is_still_foreign(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "letter.txt").write_text("ดูโครงการแผนปีฯ : พิมพ์ข้อมูล\n", encoding="utf-8")
    summary = bring(tmp_path / "raw", tmp_path / "in")
    assert (summary.foreign, summary.sisters.total()) == (1, 0)


def test_an_import_that_was_taken_back_can_come_again(tmp_path: Path) -> None:
    bring(tmp_path, KPI)
    withdraw_import(tmp_path, "20261101T180000Z", undo_run_id="20261102T180000Z", at=AT)
    assert bring(tmp_path, KPI, run=3).sisters.total() == 1


@pytest.mark.slow
@pytest.mark.parametrize("n_projects", [0, 1])
def test_a_release_has_no_row_of_them_but_the_status_of_their_address(tmp_path: Path, n_projects: int) -> None:
    files = [SISTERS]
    if n_projects:
        (tmp_path / "page.html").write_bytes(project_page(ONE))
        files.append(tmp_path / "page.html")
    assert bma_here("import", *files, "--data-dir", tmp_path, "--source", "bmavisions").returncode == 0
    sql = """
        SELECT
            (SELECT count(*) FROM projects) AS projects,
            (SELECT count(*) FROM page_fields WHERE project_id IS DISTINCT FROM '50010000-0001') AS fields,
            (SELECT count(*) FROM quality_issues WHERE project_id IS DISTINCT FROM '50010000-0001') AS issues,
            (SELECT count(*) FROM page_status WHERE last_page_kind = 'sister_page') AS sisters
    """
    said = bma_here("query", sql, "--format", "json", "--data-dir", tmp_path).stdout
    assert json.loads(said) == [{"projects": n_projects, "fields": 0, "issues": 0, "sisters": 8}]
