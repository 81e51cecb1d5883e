"""The report of a check says on one screen, or as JSON, what was seen."""

import json
import re
from pathlib import Path

import pytest

from parsers.labels import LABELS, PROGRESS_COLUMNS, Label
from pipeline.core.settings import Settings
from pipeline.core.time import utc_now
from pipeline.run.check.advice import ADVICE
from pipeline.run.check.report import report_json, report_lines
from pipeline.run.check.source import check_files
from tests.cli.command import assert_one_line, bma_here
from tests.fetch.misbehaving import (
    PATH,
    PATIENCE,
    REAL_ID,
    Handler,
    MisbehavingSite,
    listing,
    page,
    project,
    project_page,
)
from tests.parsers.projects import PLAIN
from tests.parsers.rendering import grid_view, kartik_details
from tests.run.check.checked import LOGIN_FORM, A, B, C, check, line, screen_lines, stored


def test_what_is_odd_is_told_with_a_closed_listing_too(site: MisbehavingSite, tmp_path: Path) -> None:
    stored(lambda html: html.replace(">Policy ID<", ">พิกัด<"))(site)
    site.listing = page(LOGIN_FORM)
    report = check(site, tmp_path, A)
    assert report.judgement.verdict == "ready with --ids only"
    assert report.judgement.why.endswith("; but 1 label is not known")


def test_every_line_says_what_was_seen(site: MisbehavingSite, tmp_path: Path) -> None:
    headers = [("ETag", '"abc"'), ("Age", "7"), ("Server", "nginx"), ("Set-Cookie", "PHPSESSID=secret; path=/")]
    site.pages[A] = project(A, headers=headers)
    site.paths["/robots.txt"] = page(b"User-agent: *\nCrawl-delay: 0.01\n")
    site.listing = listing([[A, B], [C]], 3)
    report = check(site, tmp_path)
    said = "\n".join(report_lines(report))
    assert "7 requests; TLS: none, plain http; redirects: none" in line(report, "address")
    assert line(report, "clock").endswith("no answer has a Date")
    assert 'server nginx; date none; age 7; etag "abc"; cache-control none; cookies PHPSESSID' in line(
        report, "headers"
    )
    assert "secret" not in said
    assert "HTTP 200; allows listing, pages; asks for 0.01 s between requests" in line(report, "robots.txt")
    assert line(report, "User-Agent").endswith("a browser is answered the same")
    assert "only the CSRF token differs; the content fingerprint stays the same" in line(report, "two readings")
    assert "2 rows, 3 stated; a full crawl: 6 requests, 1 night; next link yes" in line(report, "listing")
    assert f"{A}: project, template Yii DetailView, tables hand-written; fields present" in line(report, "page")
    assert "declared utf-8, found utf-8; flags none" in line(report, "encoding")
    assert "82 of 82 known; renamed none; unknown none; missing none" in line(report, "labels")
    assert line(report, "months").endswith("layout known")
    assert line(report, "tables").endswith("not as known: none")
    assert "0 refused: none" in line(report, "values")
    assert str(tmp_path / "checks") in line(report, "evidence")


def test_what_differs_beside_the_token_is_shown(site: MisbehavingSite, tmp_path: Path) -> None:
    stamps = iter(range(100))

    def send(handler: Handler) -> None:
        stamp = f"<link href='/assets/site.css?v={next(stamps)}'>\n</head>"
        page(project_page(A).replace(b"</head>", stamp.encode()))(handler)

    site.pages[A] = send
    report = check(site, tmp_path, A)
    said = line(report, "two readings")
    assert "more than the CSRF token differs (line " in said
    assert 'site.css?v=0\'>", then "' in said
    assert said.endswith("; the content fingerprint stays the same")
    assert report.judgement.verdict == "ready"


def test_renamed_unknown_and_missing_labels_are_named_in_page_order(site: MisbehavingSite, tmp_path: Path) -> None:
    def change(html: str) -> str:
        html = html.replace("<th>ผู้ตรวจประเมิน</th>", "<th>ผู้ตรวจประเมินผล</th>")
        return html.replace("<th>Policy ID</th>", "<th>พิกัด</th>")

    stored(change)(site)
    report = check(site, tmp_path)
    said = line(report, "labels")
    assert "renamed ผู้ตรวจประเมินผล = ผู้ตรวจประเมิน; unknown พิกัด; missing Policy ID" in said
    assert "; 0 refused: none" in line(report, "values")


def test_a_row_of_an_unknown_label_is_no_value_that_was_refused(site: MisbehavingSite, tmp_path: Path) -> None:
    stored(lambda html: html.replace(">Policy ID<", ">พิกัด\u202e<"))(site)
    report = check(site, tmp_path)
    assert report.judgement.verdict == "ready"
    assert report.judgement.why.endswith("; but 1 label is not known")
    assert "; 0 refused: none" in line(report, "values")


def test_an_unknown_table_is_not_ready_and_is_named(site: MisbehavingSite, tmp_path: Path) -> None:
    def change(html: str) -> str:
        for number, column in enumerate(PROGRESS_COLUMNS):
            html = html.replace(f'%">{column.text}</th>', f'%">Heading {number}</th>')
        return html

    stored(change)(site)
    report = check(site, tmp_path)
    assert (report.judgement.verdict, report.judgement.reason) == ("not ready", "tables")
    assert "a table with the columns" in line(report, "tables")
    assert "PROGRESS_COLUMNS" in report.judgement.advice


def test_a_new_order_of_the_months_is_told(site: MisbehavingSite, tmp_path: Path) -> None:
    months = [(12, "1"), (3, "2"), (7, "3")]
    site.pages[PLAIN.project_id] = page(PLAIN.having_months(months).html().encode())
    report = check(site, tmp_path, PLAIN.project_id)
    assert line(report, "months").endswith("layout new")
    assert report.judgement.why.endswith("; but the months are in a new order")


@pytest.mark.parametrize(
    ("html", "template"),
    [
        (PLAIN.html(), "Yii DetailView, tables hand-written"),
        (PLAIN.html(details=kartik_details, grid=grid_view), "kartik, tables GridView"),
        (PLAIN.html().replace('class="table table-striped table-bordered detail-view"', ""), "hand-written"),
        ("<html><body>nothing</body></html>", "none"),
    ],
)
def test_the_template_is_recognised(html: str, template: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    report = check_files(Settings(), [tmp_path / "page.html"], utc_now())
    assert report.pages[0].template.startswith(template)


def test_windows_874_under_the_name_of_utf_8_is_ready_and_told(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages[PLAIN.project_id] = page(PLAIN.html().encode("cp874", "replace"))
    report = check(site, tmp_path, PLAIN.project_id)
    assert (report.judgement.verdict, report.judgement.advice) == ("ready", ADVICE["ready"])
    assert "declared utf-8, found windows-874; flags encoding_repaired" in line(report, "encoding")


def test_a_listing_without_a_total_or_another_order_is_told(site: MisbehavingSite, tmp_path: Path) -> None:
    def send(handler: Handler) -> None:
        rows = f'<tr><td><a href="{PATH}?r=tbl-project-main%2Fview&amp;project_id={A}">{A}</a></td></tr>'
        head = '<thead><tr><th><a href="?sort=year" data-sort="year">year</a></th></tr></thead>'
        grid = f'<div class="grid-view"><table>{head}<tbody>{rows}</tbody></table></div>'
        page(f"<html><body>{grid}</body></html>".encode())(handler)

    site.listing = send
    report = check(site, tmp_path)
    assert report.judgement.verdict == "ready"
    assert "no stated total, so a run cannot know whether it is complete" in line(report, "listing")
    assert "sorts by year, not by project_id" in line(report, "listing")


def test_a_refused_value_is_told_with_its_text_and_contacts_are_masked(site: MisbehavingSite, tmp_path: Path) -> None:
    changed = PLAIN.having(weight="สิบ", responsible="นายสมมุติ 081 000 0000")
    site.pages[PLAIN.project_id] = page(changed.html().encode())
    report = check(site, tmp_path, PLAIN.project_id)
    assert "ค่าน้ำหนัก 'สิบ' (" in line(report, "values")
    found = json.dumps(report_json(report), ensure_ascii=False)
    assert "นายสมมุติ" in found
    assert "081 000 0000" not in found


def test_every_value_of_the_first_page_stands_on_the_screen_as_it_was_read(
    site: MisbehavingSite, tmp_path: Path
) -> None:
    values = {"weight": "สิบ", "budget_received": "127,800", "remark": None, "governor_policy": "", "target": "5 ระดับ"}
    changed = PLAIN.having(**values).adding("พิกัด", "13.7, 100.5")
    site.pages[PLAIN.project_id] = page(changed.html().encode())
    report = check(site, tmp_path, PLAIN.project_id)
    lines = report_lines(report)
    begin = lines.index(f"  of {PLAIN.project_id}") + 1
    shown = [text for text in lines[begin:] if text.startswith(" ")]
    said = "; ".join(text.strip() for text in shown)
    assert "งบฯ ที่ได้รับ (บาท) '127,800' → 127800" in said
    assert "ค่าน้ำหนัก 'สิบ' refused (unreadable_number)" in said
    assert "หมายเหตุ not set; นโยบาย ผว. ''" in said
    assert "เป้าหมายโครงการ '5 ระดับ' → 5" in said
    assert "พิกัด '13.7, 100.5' (label unknown)" in said
    assert len(said.split("; ")) == len(report.pages[0].values) == 42
    assert screen_lines(report) <= 45


def test_a_page_of_thousands_of_rows_still_fits_on_the_screen(site: MisbehavingSite, tmp_path: Path) -> None:
    stored_rows = PLAIN
    for number in range(500):
        stored_rows = stored_rows.adding(f"ป้าย {number}", f"ค่า {number}")
    site.pages[PLAIN.project_id] = page(stored_rows.html().encode())
    report = check(site, tmp_path, PLAIN.project_id)
    assert screen_lines(report) <= 45
    assert re.search(r"^ {13}and \d{3} more$", "\n".join(report_lines(report)), re.MULTILINE)
    assert len(report.pages[0].values) == 541


def test_the_pace_of_a_full_crawl_counts_window_and_budget(site: MisbehavingSite, tmp_path: Path) -> None:
    site.listing = listing([[A, B, C]], 40_000)
    report = check(site, tmp_path, fetch=PATIENCE.model_copy(update={"max_requests": 20_000}))
    assert report.listing is not None
    assert report.listing.requests == 1 + 13_334 + 40_000
    assert report.listing.nights == 3


JSON_KEYS = {
    "site": "requests redirects moved_to tls clock_difference_s headers cookies robots_status is_robots_read "
    "allows_listing allows_pages robots_interval_s interval_s median_ms browser is_browser_better is_guess "
    "second_reading trouble error ended is_planned",
    "listing": "kind http_status error obstacle rows stated_total has_next is_next_ours second_page_new sort_keys "
    "requests nights",
}


PAGE_KEYS = (
    "where project_id http_status kind error trouble obstacle template encoding_declared encoding_found flags "
    "labels_known labels_renamed labels_unknown labels_missing months columns tables sections values"
)


def test_the_json_has_every_value_with_its_raw_text(tmp_path: Path) -> None:
    found = json.loads(bma_here("check", "--json", "--data-dir", tmp_path).stdout)
    assert list(found) == [
        "source_id",
        "base_url",
        "checked_at",
        "evidence",
        "drafts",
        "judgement",
        "site",
        "listing",
        "pages",
        "format",
    ]
    assert found["format"] == 1
    assert list(found["judgement"]) == ["verdict", "reason", "why", "advice"]
    assert {part: sorted(found[part]) for part in JSON_KEYS} == {
        part: sorted(keys.split()) for part, keys in JSON_KEYS.items()
    }
    assert all(sorted(one) == sorted(PAGE_KEYS.split()) for one in found["pages"])
    assert found["site"]["second_reading"]["is_same_content"] is True
    (real, *_) = found["pages"]
    assert real["sections"] == {"fields": "present", "months": "present", "updates": "empty", "reports": "present"}
    assert len(real["values"]) == 41
    budget = next(value for value in real["values"] if value["field"] == "budget_received")
    assert {**budget} == {
        "field": "budget_received",
        "label": "งบฯ ที่ได้รับ (บาท)",
        "raw": "0",
        "read": "0",
        "refused": None,
    }


def test_the_command_ends_with_1_when_not_ready(tmp_path: Path) -> None:
    (tmp_path / "login.html").write_bytes(LOGIN_FORM)
    done = bma_here("check", tmp_path / "login.html", "--data-dir", tmp_path / "data")
    assert done.returncode == 1
    assert "verdict      not ready: 1 of 1 page: the page is a login form" in done.stdout
    assert not (tmp_path / "data").exists()


def test_saved_pages_and_extracted_text_are_checked_alike(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PLAIN.html(), encoding="utf-8")
    text = Path(__file__).parents[2] / "fixtures" / "real" / f"{REAL_ID}.txt"
    done = bma_here("check", tmp_path / "page.html", text)
    assert done.returncode == 0, done.stdout
    assert f"page         {REAL_ID}: project" in done.stdout
    assert_one_line(bma_here("check", tmp_path / "none.html"), 2, "none.html", "cannot be read")
    assert_one_line(bma_here("check", text, "--source", "bs2568"), 2, "not both")


INVESTOR = Label("investor", "ผู้ลงทุน")


@pytest.mark.parametrize(
    ("label", "missing"),
    [
        (INVESTOR, (INVESTOR.text,)),
        (INVESTOR._replace(is_optional=True), ()),
        (INVESTOR._replace(since=2567), ()),
        (INVESTOR._replace(since=2566), (INVESTOR.text,)),
    ],
)
def test_a_label_is_missing_only_on_pages_that_must_have_it(
    label: Label, missing: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.run.check.page.LABELS", (*LABELS, label))
    (tmp_path / "page.html").write_text(PLAIN.html(), encoding="utf-8")
    (page,) = check_files(Settings(), [tmp_path / "page.html"], utc_now()).pages
    assert page.labels_missing == missing
