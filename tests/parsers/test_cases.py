"""Fixture directories: a page, where it came from, and what it must parse to; one test for each field.

expected.json was written once and read value by value; nothing rewrites it. A field of the page that it leaves out must
be null, so that a page without a label needs no change when the label becomes known.
"""

import datetime as dt
import json
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from parsers.html_page import read_page
from parsers.page import naming_problem
from parsers.records import PageRecord, ParsedPage, ProgressRow
from tests.parsers.projects import parse
from tests.parsers.samples import FIXTURES, PAGES

CASES = {path.name: path for path in sorted((FIXTURES / "cases").iterdir())}
EXPECTED = {name: json.loads((path / "expected.json").read_text("utf-8")) for name, path in CASES.items()}
KEY = ("source_id", "project_id", "snapshot_id")


@cache
def parsed(name: str) -> ParsedPage:
    case = json.loads((CASES[name] / "case.json").read_text("utf-8"))
    assert case["url"].endswith(name)
    page = read_page((PAGES / case["page"]).read_bytes(), content_type=case["content_type"])
    assert naming_problem(page, name) is None
    return parse(page, name)


def plain(value: object) -> object:
    """A value as the fixture writes it: decimals and days as texts."""
    if isinstance(value, Decimal | dt.date):
        return str(value)
    return value


def each(table: str) -> list[Any]:
    """Every row of a table of every case, with an id that names the case and the row."""
    return [
        pytest.param(name, index, row, id=f"{name}-{index + 1}")
        for name, expected in EXPECTED.items()
        for index, row in enumerate(expected[table])
    ]


PAGE_FIELDS = [
    field
    for field in PageRecord._fields
    if field not in ("source_id", "snapshot_id") and not field.endswith(("_fingerprint", "_sha256"))
]


@pytest.mark.parametrize("name", CASES)
def test_only_fields_of_the_record_are_expected(name: str) -> None:
    assert set(EXPECTED[name]["page"]) <= set(PAGE_FIELDS)


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in CASES for field in PAGE_FIELDS])
def test_field(name: str, field: str) -> None:
    assert plain(getattr(parsed(name).page, field)) == EXPECTED[name]["page"].get(field)


@pytest.mark.parametrize(("name", "index", "expected"), each("fields"))
def test_label_value_row(name: str, index: int, expected: list[Any]) -> None:
    row = parsed(name).fields[index]
    assert [row.ordinal, row.label, row.raw, row.field] == expected


@pytest.mark.parametrize(("name", "index", "expected"), each("months"))
def test_month_row(name: str, index: int, expected: list[Any]) -> None:
    row = parsed(name).months[index]
    assert [row.ordinal, row.month_no, row.raw, plain(row.value), row.role] == expected
    assert row.label == f"ผลงานเดือนที่ {row.month_no}"


@pytest.mark.parametrize("field", [field for field in ProgressRow._fields if field not in KEY])
@pytest.mark.parametrize(("name", "index", "expected"), each("progress"))
def test_progress_report(name: str, index: int, expected: dict[str, Any], field: str) -> None:
    assert plain(getattr(parsed(name).progress[index], field)) == expected[field]


@pytest.mark.parametrize("name", CASES)
def test_issues(name: str) -> None:
    found = [[issue.code, issue.severity, issue.field, issue.label, issue.ordinal] for issue in parsed(name).issues]
    assert found == EXPECTED[name]["issues"]


@pytest.mark.parametrize("table", ["fields", "months", "progress", "updates", "issues"])
@pytest.mark.parametrize("name", CASES)
def test_there_are_no_other_rows_and_each_carries_the_key_of_its_page(name: str, table: str) -> None:
    rows = getattr(parsed(name), table)
    assert len(rows) == len(EXPECTED[name][table])
    assert {(row.source_id, row.project_id, row.snapshot_id) for row in rows} <= {("test", name, "snapshot")}
