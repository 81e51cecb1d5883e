"""What was edited can be summed: changes carry numbers and days, and every version has its typed state."""

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from parsers.records import PageRecord
from tests.conftest import ParsedArchive, Report, run_of
from tests.sql import histories
from tests.sql.in_memory import ModelArchive

P, Q = "50490000-3607", "50010000-0001"
JANUARY: Report = ("2023-01-31", "50", "1", "", "หนึ่ง")
MARCH: Report = ("2023-03-27", "60.5", "1", "", "สาม")
TYPED = """
    old_value::DOUBLE AS old_value, new_value::DOUBLE AS new_value,
    old_date::VARCHAR AS old_date, new_date::VARCHAR AS new_date
"""
STATE = ("agency_code", "budget_received_thb", "budget_spent_thb", "progress_pct", "target_value", "result_value")
DAYS = ("start_date", "finish_date", "status", "fields_state", "snapshot_id")


@pytest.fixture
def models(tmp_path: Path) -> ModelArchive:
    return ModelArchive(tmp_path / "data")


def changes(archive: ParsedArchive) -> dict[object, tuple[object, ...]]:
    rows = archive.build().rows(f"SELECT field, {TYPED} FROM project_changes")
    return {row.pop("field"): tuple(row.values()) for row in rows}


def test_an_edited_number_or_day_stands_beside_its_text(models: ModelArchive) -> None:
    before: dict[str, Any] = {
        "budget_received_thb": "100",
        "budget_spent_thb": "0",
        "progress_pct": "50.5",
        "finish_date": "2023-09-30",
    }
    after: dict[str, Any] = {
        "budget_received_thb": "250.75",
        "budget_spent_thb": None,
        "progress_pct": "50",
        "finish_date": "2024-01-31",
    }
    models.capture(P, "2026-01-01", name="a", **before)
    models.capture(P, "2026-01-02", name="b", **after)
    assert changes(models) == {
        "name": (None, None, None, None),
        "budget_received_thb": (100.0, 250.75, None, None),
        "budget_spent_thb": (0.0, None, None, None),
        "progress_pct": (50.5, 50.0, None, None),
        "finish_date": (None, None, "2023-09-30", "2024-01-31"),
    }


# Every number and day of the record with its raw text; the heading of the page is no cell.
READ = {
    name: next(raw for raw in (f"{name}_raw", f"{name.removesuffix('_value')}_raw") if raw in PageRecord._fields)
    for name, kind in get_type_hints(PageRecord).items()
    if kind in (Decimal | None, dt.date | None) and name != "headline_progress_pct"
}


@pytest.mark.parametrize("column", READ)
def test_an_edit_of_any_number_or_day_of_a_page_is_typed(models: ModelArchive, column: str) -> None:
    is_day = get_type_hints(PageRecord)[column] == dt.date | None
    values = [dt.date(2026, 1, 1), dt.date(2026, 2, 1)] if is_day else [Decimal(1), Decimal(2)]
    for day, value in zip(("01", "02"), values, strict=True):
        shown: dict[str, Any] = {column: str(value)}
        models.capture(P, f"2026-01-{day}", **shown)
        read: dict[str, Any] = {column: value, READ[column]: str(value)}
        records = models.rows[run_of(f"2026-01-{day}")]
        records["pages"] = [page._replace(**read) for page in records["pages"]]
    numbers, days = ((None, None), ("2026-01-01", "2026-02-01")) if is_day else ((1.0, 2.0), (None, None))
    assert changes(models) == {column: (*numbers, *days)}


@pytest.mark.slow
def test_months_and_reports_are_typed_too(models: ModelArchive) -> None:
    models.capture(P, "2026-01-01", name="a", months=[(1, "10", "canonical"), (2, "", "canonical")], reports=[JANUARY])
    models.capture(
        P, "2026-01-02", name="a", months=[(1, "12", "canonical"), (2, "7", "canonical")], reports=[JANUARY, MARCH]
    )
    rows = models.build().rows(f"SELECT label, change_type, {TYPED} FROM project_changes WHERE new <> '1' ORDER BY ALL")
    assert [tuple(row.values()) for row in rows] == [
        ("ความคืบหน้า", "added", None, 60.5, None, None),
        ("ผลงานเดือนที่ 1", "edited", 10.0, 12.0, None, None),
        ("ผลงานเดือนที่ 2", "edited", None, 7.0, None, None),
        ("รายละเอียด", "added", None, None, None, None),
        ("วันที่รายงาน", "added", None, None, None, "2023-03-27"),
    ]


@pytest.mark.slow
def test_a_text_that_was_not_read_has_no_value(models: ModelArchive) -> None:
    models.capture(P, "2026-01-01", name="a", finish_date="30 ก.ย.", budget_received_thb="1")
    models.capture(P, "2026-01-02", name="a", finish_date="2023-09-30", budget_received_thb="1")
    assert changes(models) == {"finish_date": (None, None, None, "2023-09-30")}


@pytest.mark.slow
def test_a_text_that_one_page_reads_in_two_ways_has_no_value(models: ModelArchive) -> None:
    models.capture(P, "2026-01-01", name="a", months=[(1, "5", "canonical"), (1, "1", "extra")])
    models.capture(P, "2026-01-02", name="a", months=[(1, "9", "canonical"), (1, "9", "extra")])
    rows = models.rows["20260102T000000Z"]["month_rows"]
    rows[0] = rows[0]._replace(value=None)
    assert {row[1] for row in changes(models).values()} == {None}


def test_how_much_budgets_changed_since_a_day_by_agency_is_one_group_by(models: ModelArchive) -> None:
    for project_id, then, later in ((P, "100", "300"), ("50490000-0002", "50", "40"), (Q, "7", "8")):
        models.capture(project_id, "2026-01-01", budget_received_thb="1")
        models.capture(project_id, "2026-02-01", budget_received_thb=then)
        models.capture(project_id, "2026-03-01", budget_received_thb=later)
    built = models.build()
    by_changes = built.rows(
        """
        SELECT left(project_id, 8) AS agency_code, sum(new_value - old_value)::INTEGER AS change FROM project_changes
        WHERE field = 'budget_received_thb' AND observed_at > '2026-02-15 00:00:00+00' GROUP BY ALL ORDER BY ALL
        """
    )
    by_history = built.rows(
        """
        SELECT
            agency_code,
            (
                sum(budget_received_thb) FILTER (valid_to IS NULL)
                - sum(budget_received_thb) FILTER (
                    valid_from <= '2026-02-15 00:00:00+00' AND coalesce(valid_to > '2026-02-15 00:00:00+00', true)
                )
            )::INTEGER AS change
        FROM project_history GROUP BY ALL ORDER BY ALL
        """
    )
    assert (
        by_changes
        == by_history
        == [
            {"agency_code": "50010000", "change": 1},
            {"agency_code": "50490000", "change": 190},
        ]
    )


@pytest.mark.slow
def test_a_version_whose_rows_are_cut_keeps_the_values_known(models: ModelArchive) -> None:
    models.capture(P, "2026-01-01", budget_spent_thb="10", states={"fields": "cut"}, reports=[JANUARY])
    models.capture(P, "2026-01-02", budget_spent_thb="20", reports=[JANUARY])
    whole = models.capture(P, "2026-01-03", budget_spent_thb="30", reports=[JANUARY])
    models.capture(P, "2026-01-04", states={"fields": "absent"}, reports=[JANUARY, MARCH])
    rows = models.build().rows(
        "SELECT version_no, budget_spent_thb::INTEGER AS spent, snapshot_id FROM project_history ORDER BY ALL"
    )
    # Whole for the first time within the first version.
    assert [(row["version_no"], row["spent"]) for row in rows] == [(1, 20), (2, 30), (3, 30)]
    assert [row["snapshot_id"] for row in rows][1:] == [whole, whole]


@pytest.mark.slow
def test_captures_of_one_moment_are_versions_with_values_of_their_own(models: ModelArchive) -> None:
    for spent in ("1", "2", "3"):
        models.capture(P, "2026-01-01", run=f"2026010{spent}T000000Z", budget_spent_thb=spent)
    models.capture(P, "2026-01-02", budget_spent_thb="9")
    same = """
        SELECT history.snapshot_id = versions.snapshot_id
        FROM project_history AS history JOIN project_versions AS versions USING (source_id, project_id, version_no)
    """
    assert models.build().column(same) == [True] * 4


@pytest.mark.slow
def test_a_version_that_ended_in_vanishing_says_so(models: ModelArchive) -> None:
    models.capture(P, "2026-01-01", name="a", budget_spent_thb="1")
    for day in ("02", "03"):
        models.attempt(P, f"2026-01-{day}", "missing")
    models.capture(P, "2026-01-04", name="a", budget_spent_thb="1")
    rows = models.build().rows("SELECT status, is_current FROM project_history ORDER BY version_no")
    assert [tuple(row.values()) for row in rows] == [("vanished", False), ("listed", True)]


@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6)]])
def test_history_is_the_versions_and_its_newest_rows_are_the_projects(models: ModelArchive, seed: int) -> None:
    histories.fill(models, random.Random(seed))
    built = models.build()
    key = "source_id, project_id, version_no, valid_from, valid_to, is_current"
    assert built.rows(f"SELECT {key} FROM project_history ORDER BY ALL") == built.rows(
        f"SELECT {key} FROM project_versions ORDER BY ALL"
    )
    columns = ", ".join(("source_id", "project_id", *STATE, *DAYS))
    newest = (
        f"SELECT {columns} FROM project_history QUALIFY version_no = max(version_no) OVER (PARTITION BY project_id)"
    )
    assert built.rows(f"{newest} ORDER BY ALL") == built.rows(f"SELECT {columns} FROM projects ORDER BY ALL")


@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6)]])
def test_the_changes_of_a_number_lead_from_one_state_to_the_next(models: ModelArchive, seed: int) -> None:
    histories.fill(models, random.Random(seed))
    built = models.build()
    steps = built.rows(
        """
        SELECT source_id, project_id, version_no, old, new
        FROM (
            SELECT *, progress_pct AS new, lag(progress_pct) OVER (PARTITION BY project_id ORDER BY version_no) AS old
            FROM project_history
        )
        WHERE new <> old
        """
    )
    said = built.rows(
        """
        SELECT source_id, project_id, version_no, old_value AS old, new_value AS new
        FROM project_changes WHERE field = 'progress_pct'
        """
    )
    assert steps
    assert [step for step in steps if step not in said] == []


@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2)]])
def test_a_project_has_one_state_on_each_day_by_the_rule_of_the_dictionary(models: ModelArchive, seed: int) -> None:
    histories.fill(models, random.Random(seed))
    built = models.build()
    on_a_day = """
        SELECT day, project_id, count(*) AS n
        FROM (SELECT DATE '2025-11-30' + n::INTEGER AS day FROM range(80) AS days(n))
        JOIN project_history ON bangkok_day(valid_from) <= day AND coalesce(bangkok_day(valid_to) > day, true)
        GROUP BY day, project_id
    """
    assert set(built.column(f"SELECT n FROM ({on_a_day})")) == {1}
    steps = """
        SELECT valid_to, status, lead(valid_from) OVER (PARTITION BY project_id ORDER BY version_no) AS next_from
        FROM project_history
    """
    assert built.column(f"SELECT count(*) FROM ({steps}) WHERE next_from < valid_to") == [0]
    assert built.column(f"SELECT count(*) FROM ({steps}) WHERE next_from > valid_to AND status = 'listed'") == [0]
