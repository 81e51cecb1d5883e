"""Project 50490000-3607, the one real page held whole: what anyone can read off it (every field: test_cases.py)."""

import datetime as dt
from decimal import Decimal

from parsers.page import PageKind, naming_problem, project_id_of
from parsers.project import page_issue
from tests.parsers.projects import parse
from tests.parsers.samples import REAL, REAL_ID

PAGE = REAL.page()
PARSED = parse(PAGE, REAL_ID)


def test_it_is_a_project_page_of_the_project_asked_for() -> None:
    assert (PAGE.kind, PAGE.reason, PAGE.title_id) == (PageKind.PROJECT, None, REAL_ID)
    assert project_id_of(PAGE) == REAL_ID
    assert naming_problem(PAGE, REAL_ID) is None
    assert page_issue(PAGE, source_id="test", project_id=REAL_ID, snapshot_id="s") is None


def test_year_agency_and_money() -> None:
    page = PARSED.page
    assert (page.fiscal_year_be, page.fiscal_year_ce) == (2566, 2023)
    assert (page.agency_code, page.agency) == ("50490000", "สำนักงานเขตทุ่งครุ")
    assert (page.budget_received_thb, page.budget_spent_thb) == (Decimal(0), Decimal(0))
    assert (page.start_date, page.finish_date) == (dt.date(2022, 10, 1), dt.date(2023, 9, 30))


def test_ids_are_texts() -> None:
    assert (PARSED.page.policy_id, PARSED.page.branch_id, PARSED.page.kpi_id) == ("30", "0000", "5049-2033")


def test_the_target_is_a_number_with_a_unit() -> None:
    assert (PARSED.page.target_value, PARSED.page.target_unit) == (Decimal(100), "ร้อยละ")


def test_the_canonical_months_run_from_1_to_12_with_100_in_the_first_five() -> None:
    canonical = [(row.month_no, row.value) for row in PARSED.months if row.role == "canonical"]
    assert canonical == [(month, Decimal(100) if month <= 5 else None) for month in range(1, 13)]
    assert [row.ordinal for row in PARSED.months if row.role == "extra"] == [26, 30, 36, 37]


def test_four_reports_lead_to_100_percent() -> None:
    assert [(str(row.reported_on), row.progress_pct, row.status_code) for row in PARSED.progress] == [
        ("2023-01-31", Decimal(50), "1"),
        ("2023-02-20", Decimal(55), "1"),
        ("2023-03-27", Decimal(60), "1"),
        ("2023-05-02", Decimal(100), "2"),
    ]
    assert [row.problem for row in PARSED.progress].count("ไม่มี") == 3


def test_the_edit_log_is_there_but_empty() -> None:
    assert PARSED.updates == []
    assert (PARSED.page.updates_state, PARSED.page.reports_state) == ("empty", "present")


def test_the_doubled_tone_mark_of_the_second_report_stays_as_the_page_had_it() -> None:
    detail = PARSED.progress[1].detail
    assert detail is not None
    assert "ครั้งที\u0e48\u0e481/2566" in detail
    assert [issue.code for issue in PARSED.issues] == ["doubled_marks"]


def test_empty_and_not_set_stay_apart() -> None:
    raws = {row.field: row.raw for row in PARSED.fields}
    assert (raws["evaluator"], raws["remark"]) == ("", None)
    assert (PARSED.page.evaluator, PARSED.page.remark) == (None, None)
