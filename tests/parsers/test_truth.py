"""Every sample page against what was stored behind it, value by value."""

from typing import NamedTuple

import pytest

from parsers.html_page import read_page
from parsers.labels import match_label
from parsers.page import PageKind, content_sha256, naming_problem
from parsers.project import page_issue
from tests.parsers.projects import parse
from tests.parsers.samples import BY_ID, TRUTH, Cells, Truth, as_kept


class PageKindResult(NamedTuple):
    """What a sample page that is no whole project page must be judged as."""

    kind: PageKind
    reason: str


ODD = {
    "50010000-9039": PageKindResult(PageKind.TRUNCATED, "the page ends without </html>"),
    "50010000-9040": PageKindResult(PageKind.EMPTY, "HTTP 200 with an empty body"),
    "50010000-9041": PageKindResult(PageKind.LOGIN, "the page is a login form"),
    "50010000-9042": PageKindResult(
        PageKind.SERVER_ERROR, 'PHP fatal error in the page: "Uncaught Error: Failed opening required'
    ),
    "50010000-9054": PageKindResult(PageKind.LOGIN, "the site says 403"),
}
# Its cells hold HTML that was stored unescaped; what a reader sees of it is the value.
RAW_HTML = {
    "หลักการและเหตุผล": "ย่อหน้า หนึ่ง\nสอง\nก\nข",
    "วัตถุประสงค์": "ปี 2599\nผลงานเดือนที่ 1 777",
    "หมายเหตุ": "แนบไฟล์",
}
WHOLE = [truth for truth in TRUTH if truth.project_id not in ODD]
by_id = pytest.mark.parametrize("truth", WHOLE, ids=lambda truth: truth.project_id)


def expected_rows(truth: Truth) -> list[tuple[str, str | None]]:
    seen = RAW_HTML if truth.project_id == "50010000-9050" else {}
    return [(label, seen.get(label, as_kept(value))) for label, value in truth.rows]


def handwritten(cells: Cells, raws: tuple[int, ...]) -> Cells:
    """Cells of a table written by hand, where null and '' are both an empty cell; only raw texts keep the ''."""
    return tuple((as_kept(cell) or "") if index in raws else as_kept(cell) or None for index, cell in enumerate(cells))


@by_id
def test_a_whole_page_is_a_project_page(truth: Truth) -> None:
    page = truth.page()
    assert (page.kind, page.reason) == (PageKind.PROJECT, None)


@by_id
def test_labels_and_values_are_the_stored_ones_in_order(truth: Truth) -> None:
    assert [tuple(row) for row in truth.page().rows] == expected_rows(truth)


@by_id
def test_progress_reports_are_the_stored_ones(truth: Truth) -> None:
    parsed = parse(truth.page(), truth.project_id)
    found = [
        (row.reported_on_raw, row.progress_pct_raw, row.status_code, row.problem, row.detail) for row in parsed.progress
    ]
    assert found == [handwritten(report, raws=(0, 1)) for report in truth.reports]


@by_id
def test_the_edit_log_is_the_stored_one(truth: Truth) -> None:
    parsed = parse(truth.page(), truth.project_id)
    found = [
        (
            row.updated_on_raw,
            row.updated_time,
            row.user_name,
            row.action,
            row.policy_conformity,
            row.start_date_raw,
            row.finish_date_raw,
            row.target,
            row.result,
            row.unit,
        )
        for row in parsed.updates
    ]
    assert found == [handwritten(update, raws=(0, 5, 6)) for update in truth.updates]


@by_id
def test_an_absent_section_differs_from_an_empty_one(truth: Truth) -> None:
    page = parse(truth.page(), truth.project_id).page
    shown = (page.reports_state != "absent", page.updates_state != "absent")
    assert shown == (truth.sections["progress"], truth.sections["history"])


@by_id
def test_every_row_is_a_field_a_month_or_an_unknown_label(truth: Truth) -> None:
    parsed = parse(truth.page(), truth.project_id)
    unknown = [issue.label for issue in parsed.issues if issue.code == "unknown_label"]
    assert [row.label for row in parsed.fields if row.field is None] == unknown
    assert len(parsed.months) == sum(row.field == "month" for row in parsed.fields) == 16
    assert unknown == [label for label, _ in truth.rows if match_label(label) is None]


@by_id
def test_month_rows_are_the_stored_ones(truth: Truth) -> None:
    parsed = parse(truth.page(), truth.project_id)
    stored = [(label, as_kept(value)) for label, value in truth.rows if label.startswith("ผลงานเดือนที่")]
    assert [(row.label, row.raw) for row in parsed.months] == stored


@pytest.mark.parametrize("project_id", ODD)
def test_an_odd_page_is_judged_with_its_reason(project_id: str) -> None:
    page = BY_ID[project_id].page()
    assert page.kind == ODD[project_id].kind
    assert (page.reason or "").startswith(ODD[project_id].reason)
    issue = page_issue(page, source_id="test", project_id=project_id, snapshot_id="s")
    assert issue is not None
    assert issue.code == f"page_{ODD[project_id].kind}"


def test_a_cut_page_keeps_the_rows_before_the_cut_and_no_others() -> None:
    truth = BY_ID["50010000-9039"]
    rows = [tuple(row) for row in truth.page().rows]
    assert len(rows) == 17
    assert rows == expected_rows(truth)[:17]


def test_a_page_of_another_project_is_refused() -> None:
    page = BY_ID["50010000-9048"].page()
    assert page.kind is PageKind.PROJECT
    assert naming_problem(page, "50010000-9048") == (
        "wrong_project",
        "the title names project '50010000-9999' instead of '50010000-9048'",
    )
    issue = page_issue(page, source_id="test", project_id="50010000-9048", snapshot_id="s")
    assert issue is not None
    assert (issue.code, issue.severity) == ("wrong_project", "error")


def test_a_hostile_project_code_is_reported_and_kept_as_text() -> None:
    truth = BY_ID["../../etc/passwd"]
    parsed = parse(truth.page(), truth.project_id)
    assert [issue.raw for issue in parsed.issues if issue.code == "malformed_project_code"] == ["../../etc/passwd"]
    assert parsed.page.agency_code is None


def test_the_fingerprints_of_all_sample_pages_differ() -> None:
    assert len({content_sha256(truth.page()) for truth in WHOLE}) == len(WHOLE)


def test_a_windows_874_page_reads_the_same_without_its_header() -> None:
    truth = BY_ID["50010000-9035"]
    page = truth.page()
    assert page.encoding == "windows-874"
    assert read_page(truth.body()).rows == page.rows
