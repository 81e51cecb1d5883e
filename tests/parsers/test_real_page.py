"""The record of project 50490000-3607, the one real page held whole: one test for each field."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from parsers.html import read_page
from parsers.page import PageKind, project_id_of, wrong_project
from parsers.project import page_issue
from parsers.records import PageRecord, ProgressRow
from tests.parsers.projects import parse
from tests.parsers.samples import FIXTURES, PAGES, REAL_ID

CASE = FIXTURES / "cases" / REAL_ID
EXPECTED = json.loads((CASE / "expected.json").read_text("utf-8"))
KEY = ("source_id", "project_id", "snapshot_id")


def page_body() -> bytes:
    return Path(PAGES / json.loads((CASE / "case.json").read_text("utf-8"))["page"]).read_bytes()


PAGE = read_page(page_body())
PARSED = parse(PAGE, REAL_ID)


def plain(value: object) -> object:
    """A value as the fixture writes it: decimals and days as texts."""
    if isinstance(value, Decimal | dt.date):
        return str(value)
    return value


def test_the_page_is_a_project_page_of_the_project_asked_for() -> None:
    assert (PAGE.kind, PAGE.reason, PAGE.title_id) == (PageKind.PROJECT, None, REAL_ID)
    assert project_id_of(PAGE) == REAL_ID
    assert wrong_project(PAGE, REAL_ID) is None
    assert page_issue(PAGE, source_id="test", project_id=REAL_ID, snapshot_id="s") is None


def test_every_field_of_the_record_is_expected_except_the_key_and_the_fingerprint() -> None:
    assert set(EXPECTED["page"]) == set(PageRecord._fields) - {"source_id", "snapshot_id", "content_sha256"}


@pytest.mark.parametrize("field", EXPECTED["page"])
def test_field(field: str) -> None:
    assert plain(getattr(PARSED.page, field)) == EXPECTED["page"][field]


@pytest.mark.parametrize("expected", EXPECTED["fields"], ids=lambda row: f"{row[0]}-{row[3]}")
def test_label_value_row(expected: list[Any]) -> None:
    row = PARSED.fields[expected[0] - 1]
    assert [row.ordinal, row.label, row.raw, row.field] == expected


def test_there_are_no_other_label_value_rows() -> None:
    assert len(PARSED.fields) == len(EXPECTED["fields"]) == 41


@pytest.mark.parametrize("expected", EXPECTED["months"], ids=lambda row: f"{row[0]}-month{row[1]}")
def test_month_row(expected: list[Any]) -> None:
    row = PARSED.months[expected[0] - EXPECTED["months"][0][0]]
    assert [row.ordinal, row.month_no, row.raw, plain(row.value), row.role] == expected
    assert row.label == f"ผลงานเดือนที่ {expected[1]}"


def test_the_canonical_months_run_from_1_to_12_with_100_in_the_first_five() -> None:
    canonical = [(row.month_no, row.value) for row in PARSED.months if row.role == "canonical"]
    assert canonical == [(month, Decimal(100) if month <= 5 else None) for month in range(1, 13)]
    assert len(PARSED.months) == 16


@pytest.mark.parametrize(
    ("report_no", "field"), [(n, field) for n in (1, 2, 3, 4) for field in ProgressRow._fields if field not in KEY]
)
def test_progress_report(report_no: int, field: str) -> None:
    assert plain(getattr(PARSED.progress[report_no - 1], field)) == EXPECTED["progress"][report_no - 1][field]


def test_there_are_four_progress_reports_and_the_edit_log_is_there_but_empty() -> None:
    assert len(PARSED.progress) == 4
    assert PARSED.updates == EXPECTED["updates"] == []
    assert PARSED.page.has_update_table


def test_the_doubled_tone_mark_of_the_second_report_stays_as_the_page_had_it() -> None:
    detail = PARSED.progress[1].detail
    assert detail is not None
    assert "ครั้งที\u0e48\u0e481/2566" in detail


def test_empty_and_not_set_stay_apart() -> None:
    raws = {row.field: row.raw for row in PARSED.fields}
    assert (raws["evaluator"], raws["remark"]) == ("", None)


def test_issues() -> None:
    found = [[issue.code, issue.severity, issue.field, issue.label, issue.ordinal] for issue in PARSED.issues]
    assert found == EXPECTED["issues"]


@pytest.mark.parametrize("table", ["fields", "months", "progress", "issues"])
def test_every_row_carries_the_key_of_its_page(table: str) -> None:
    for row in getattr(PARSED, table):
        assert (row.source_id, row.project_id, row.snapshot_id) == ("test", REAL_ID, "snapshot")
