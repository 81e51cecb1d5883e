"""The views answer what analysts and journalists ask first."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.build.database import DATABASE
from pipeline.build.models import load_models
from tests.conftest import ParsedArchive
from tests.quick import quick

P, Q = "50490000-3607", "50010000-0001"


def test_the_chain_from_policy_to_agency(archive: ParsedArchive) -> None:
    archive.capture(
        P, "2026-01-01", policy_id="30", name="a", budget_received_thb="200", budget_spent_thb="50", progress_pct="10"
    )
    (row,) = archive.build().rows("SELECT * REPLACE (spent_share_pct::DOUBLE AS spent_share_pct) FROM policy_chain")
    assert (row["policy_id"], row["agency_listed"], row["spent_share_pct"]) == ("30", "สำนักงานเขตทุ่งครุ", 25.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "view",
    [
        "policy_chain",
        *[
            pytest.param(one, marks=pytest.mark.slow)
            for one in ("outliers", "silent_projects", "budget_by_agency_year")
        ],
    ],
)
def test_a_view_gives_the_printed_agency_apart_from_the_one_of_the_code(archive: ParsedArchive, view: str) -> None:
    archive.capture(
        P,
        "2026-01-01",
        agency="สำนักงานเขตบางรัก",
        progress_pct="60",
        budget_received_thb="100",
        budget_spent_thb="0",
    )
    assert archive.build().rows(f"SELECT agency_code, agency, agency_listed, name_source FROM {view}") == [
        {
            "agency_code": "50490000",
            "agency": "สำนักงานเขตบางรัก",
            "agency_listed": "สำนักงานเขตทุ่งครุ",
            "name_source": "printed on a page",
        }
    ]


@pytest.mark.slow
def test_sums_group_by_code_alone(archive: ParsedArchive) -> None:
    for number, printed in enumerate(("สำนักงานเขตทุ่งครุ", "สำนักงานเขตบางรัก", None), 1):
        archive.capture(f"50490000-000{number}", "2026-01-01", agency=printed, budget_received_thb="100")
    assert archive.build().column("SELECT budget_received_thb::INTEGER FROM budget_by_agency_year") == [300]


@pytest.mark.slow
def test_no_share_of_nothing(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", budget_received_thb="0", budget_spent_thb="0")
    assert archive.build().column("SELECT spent_share_pct FROM policy_chain") == [None]


@pytest.mark.slow
def test_budget_use_counts_a_project_of_two_sources_once_and_leaves_vanished_ones_out(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", source="bmavisions", budget_received_thb="200", budget_spent_thb="0")
    archive.capture("50490000-0002", "2026-01-01", source="bmavisions", budget_received_thb="100")
    archive.capture(P, "2026-01-02", source="bs2568", budget_received_thb="300", budget_spent_thb="150")
    archive.capture("50490000-0003", "2026-01-01", source="bs2568", budget_received_thb="999")
    archive.capture("50490000-0004", "2026-01-01", source="sample", budget_received_thb="7")
    for day in ("02", "03"):
        archive.attempt("50490000-0003", f"2026-01-{day}", "missing", source="bs2568")
    rows = archive.build().rows(
        """
        SELECT is_invented, n_projects, n_spent_zero, budget_received_thb::INTEGER AS received,
            spent_share_pct::DOUBLE AS share
        FROM budget_by_agency_year
        """
    )
    assert [tuple(row.values()) for row in rows] == [(False, 2, 0, 400, 50.0), (True, 1, 0, 7, None)]


def unique(archive: ParsedArchive) -> list[tuple[object, ...]]:
    rows = archive.build().rows("SELECT source_id, name, n_sources FROM projects_unique ORDER BY project_id")
    return [tuple(row.values()) for row in rows]


@pytest.mark.slow
def test_of_two_sources_the_content_that_was_first_seen_last_counts(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", source="bs2568", name="a")
    archive.capture(P, "2026-01-02", source="bmavisions", name="frozen copy")
    archive.capture(P, "2026-01-03", source="bs2568", name="edited")
    archive.capture(Q, "2026-01-01", source="bmavisions", name="other")
    archive.attempt(P, "2026-01-09", "unchanged", source="bmavisions")
    assert unique(archive) == [("bmavisions", "other", 1), ("bs2568", "edited", 2)]


@pytest.mark.parametrize(
    ("worse", "better"),
    quick(
        1,
        [
            ({"source": "sample"}, {"source": "bs2568"}),
            ({"source": "bs2568", "states": {"fields": "cut"}}, {"source": "bmavisions"}),
            ({"source": "bs2568", "time_basis": "file"}, {"source": "bmavisions", "time_basis": "given"}),
        ],
    ),
    ids=["invented", "cut", "dated by a file"],
)
def test_a_newer_page_that_is_worth_less_does_not_count(
    archive: ParsedArchive, worse: dict[str, Any], better: dict[str, Any]
) -> None:
    archive.capture(Q, "2026-01-01", name="better", **better)
    archive.capture(Q, "2026-02-01", name="worse", **worse)
    assert [row[1:] for row in unique(archive)] == [("better", 2)]


@pytest.mark.slow
def test_a_project_that_vanished_from_one_source_counts_as_the_other_has_it(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", source="bs2568", name="there")
    archive.capture(P, "2026-01-02", source="bmavisions", name="gone")
    for day in ("03", "04"):
        archive.attempt(P, f"2026-01-{day}", "missing", source="bmavisions")
    assert unique(archive) == [("bs2568", "there", 2)]


@pytest.mark.parametrize(
    "view",
    [
        "policy_chain",
        *[
            pytest.param(one, marks=pytest.mark.slow)
            for one in ("outliers", "silent_projects", "changes_since_last_month")
        ],
    ],
)
def test_a_project_on_two_sources_is_one(archive: ParsedArchive, view: str) -> None:
    said: dict[str, Any] = {"progress_pct": "60", "budget_received_thb": "100", "budget_spent_thb": "0"}
    for source, day in (("bs2568", "01"), ("bmavisions", "02")):
        archive.capture(P, f"2026-01-{day}", source=source, name="a", **said)
        archive.capture(P, f"2026-03-{day}", source=source, name="b", **said)
    assert archive.build().column(f"SELECT source_id FROM {view}") == ["bmavisions"]


def test_silent_projects_are_measured_to_the_day_they_were_last_seen(archive: ParsedArchive) -> None:
    def report(day: str) -> list[tuple[str, str, str, str, str]]:
        return [(day, "50", "1", "", "")]

    # In Bangkok it is already the second of March.
    archive.capture("50010000-0001", "2026-03-01T18:15", progress_pct="50", reports=report("2026-01-01"))
    archive.capture("50010000-0002", "2026-03-02T16:59", progress_pct="50", reports=report("2026-01-02"))
    archive.capture("50010000-0003", "2026-03-02", progress_pct="100", reports=report("2025-01-01"))
    archive.capture("50010000-0004", "2026-03-02", progress_pct="0")
    rows = archive.build().rows("SELECT project_id, days_silent FROM silent_projects ORDER BY project_id")
    assert [tuple(row.values()) for row in rows] == [("50010000-0001", 60), ("50010000-0004", None)]


@pytest.mark.parametrize(
    ("progress", "report", "is_silent"),
    [
        ("90", ("2025-01-01", "90.5", "1", "", ""), True),
        pytest.param(None, ("2025-01-01", "90", "1", "", ""), True, marks=pytest.mark.slow),
        pytest.param("90", ("2025-01-01", "100", "1", "", ""), False, marks=pytest.mark.slow),
        pytest.param("90", ("2025-01-01", "90", "2", "", ""), False, marks=pytest.mark.slow),
        ("100", ("2025-01-01", "90", "1", "", ""), False),
    ],
)
def test_what_is_done_is_not_silent(
    archive: ParsedArchive, progress: str | None, report: tuple[str, str, str, str, str], *, is_silent: bool
) -> None:
    earlier = ("2024-12-01", "100", "2", "", "")
    archive.capture(P, "2026-03-01", name="a", progress_pct=progress, reports=[report, earlier])
    rows = archive.build().rows("SELECT last_report_pct::DOUBLE AS pct, last_status_code AS code FROM silent_projects")
    assert rows == ([{"pct": float(report[1]), "code": report[2]}] if is_silent else [])


@pytest.mark.slow
def test_every_view_answers_in_a_release_attached_under_another_name(tmp_path: Path) -> None:
    archive = ParsedArchive(tmp_path / "data")
    archive.capture(P, "2026-01-01T17:00", progress_pct="50")
    built = archive.build()
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{built.path / DATABASE}' AS other (READ_ONLY)")
        for view in [model.name for model in load_models().values() if model.layer == "views"]:
            con.sql(f"FROM other.{view}").to_arrow_table()
        day = "SELECT other.bangkok_day(last_seen_at)::VARCHAR FROM other.silent_projects"
        assert con.execute(day).fetchall() == [("2026-01-02",)]


@pytest.mark.slow
def test_a_report_dated_ahead_does_not_hide_the_silence_after_it(archive: ParsedArchive) -> None:
    mistyped = [("2025-12-01", "40", "1", "", ""), ("2625-12-15", "50", "1", "", "")]
    for day in ("2025-12-20", "2026-02-17", "2026-02-18"):
        archive.capture(P, day, name=day, progress_pct="50", reports=mistyped)
    silent = "SELECT last_reported_on::VARCHAR AS day, days_silent FROM silent_projects"
    assert archive.build().rows(silent) == [{"day": "2025-12-20", "days_silent": 60}]


def test_outliers_of_each_kind(archive: ParsedArchive) -> None:
    archive.capture("50010000-0001", "2026-01-01", budget_received_thb="100", budget_spent_thb="0", progress_pct="50")
    archive.capture(
        "50010000-0002", "2026-01-01", budget_received_thb="100", budget_spent_thb="80", progress_pct="49.9"
    )
    archive.capture("50010000-0003", "2026-01-01", budget_received_thb="100", budget_spent_thb="60", progress_pct="60")
    archive.capture("50010000-0004", "2026-01-01", budget_received_thb="0", budget_spent_thb="0", progress_pct="90")
    archive.capture("50010000-0006", "2026-01-01", budget_received_thb="9", budget_spent_thb="9.01", progress_pct="60")
    archive.capture("50010000-0007", "2026-01-01", budget_received_thb="9", budget_spent_thb="10", progress_pct="10")
    archive.capture("50010000-0008", "2026-01-01", budget_received_thb="0", budget_spent_thb="10")
    archive.capture(
        "50010000-0009", "2026-01-01", budget_received_thb="100", budget_spent_thb="79.99", progress_pct="1"
    )
    archive.capture(
        "50010000-0005",
        "2026-01-01",
        target_value="100",
        months=[(1, "100", "canonical"), (2, "", "canonical")],
        reports=[("2026-01-01", "50", "1", "", "")],
    )
    rows = archive.build().rows("SELECT project_id, kind FROM outliers ORDER BY ALL")
    assert [tuple(row.values()) for row in rows] == [
        ("50010000-0001", "nothing_spent"),
        ("50010000-0002", "spent_ahead"),
        ("50010000-0005", "months_against_reports"),
        ("50010000-0006", "overspent"),
        ("50010000-0007", "overspent"),
        ("50010000-0007", "spent_ahead"),
        ("50010000-0008", "overspent"),
    ]


@pytest.mark.slow
def test_a_mistyped_year_does_not_make_a_report_the_last(archive: ParsedArchive) -> None:
    mistyped = ("2626-01-01", "10", "1", "", "")
    months = [(1, "90", "canonical")]
    archive.capture(P, "2026-01-05", target_value="100", months=months, reports=[mistyped])
    later = [mistyped, ("2026-01-20", "80", "1", "", "")]
    archive.capture(P, "2026-01-21", target_value="100", months=months, reports=later)
    assert archive.build().rows("outliers") == []


def test_edits_after_completion(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", progress_pct="99")
    archive.capture(P, "2026-01-02", name="a", progress_pct="100")
    archive.capture(P, "2026-01-03", name="b", progress_pct="100")
    built = archive.build()
    assert built.rows("SELECT version_no, old, new FROM edited_after_completion") == [
        {"version_no": 3, "old": "a", "new": "b"}
    ]
    assert built.column("SELECT code FROM quality_issues") == ["edited_after_completion"]


@pytest.mark.slow
def test_an_edit_that_two_sources_show_is_one(archive: ParsedArchive) -> None:
    def said(name: str, spent: str) -> dict[str, Any]:
        return {"name": name, "progress_pct": "100", "budget_spent_thb": spent}

    for day, source, name, spent in (
        ("01", "bmavisions", "a", "0"),
        ("02", "bmavisions", "a", "5"),
        ("03", "bmavisions", "a", "0"),
        ("04", "bmavisions", "a", "5"),
        ("01", "bs2568", "a", "0"),
        ("05", "bs2568", "a", "5"),
        ("06", "bs2568", "b", "5"),
    ):
        archive.capture(P, f"2026-01-{day}", source=source, **said(name, spent))
    archive.capture(Q, "2026-01-01", source="bmavisions", **said("c", "1"))
    archive.capture(Q, "2026-01-03", source="bmavisions", **said("c", "2"))
    # The newest page is of a source that shows no edit.
    archive.capture(Q, "2026-01-04", source="bs2568", **said("c", "2"))
    built = archive.build()
    rows = built.rows("SELECT project_id, source_id, old, new FROM edited_after_completion ORDER BY ALL")
    assert [tuple(row.values()) for row in rows] == [
        (Q, "bmavisions", "1", "2"),
        # Back and forth on one source, once on the other.
        (P, "bmavisions", "0", "5"),
        (P, "bmavisions", "5", "0"),
        (P, "bs2568", "0", "5"),
        (P, "bs2568", "a", "b"),
    ]
    assert built.column("SELECT count(*) FROM project_changes WHERE is_after_completion") == [6]


def test_the_sums_of_tables_and_views_agree(archive: ParsedArchive) -> None:
    for number, sources in enumerate((["bmavisions", "bs2568"], ["bs2568"], ["bmavisions", "bs2568"]), 1):
        for source in sources:
            archive.capture(f"50490000-000{number}", "2026-01-01", source=source, budget_received_thb="100")
    for day in ("02", "03"):
        archive.attempt("50490000-0001", f"2026-01-{day}", "missing", source="bs2568")
        for source in ("bmavisions", "bs2568"):
            archive.attempt("50490000-0003", f"2026-01-{day}", "missing", source=source)
    built = archive.build()
    (agency,) = built.rows("SELECT n_projects, n_vanished FROM agencies WHERE n_projects > 0")
    (unique,) = built.rows("SELECT count(*) AS n, count(*) FILTER (status = 'vanished') AS gone FROM projects_unique")
    (by_year,) = built.rows("SELECT n_projects AS n, budget_received_thb::INTEGER AS sum FROM budget_by_agency_year")
    assert tuple(agency.values()) == tuple(unique.values()) == (3, 1)
    assert tuple(by_year.values()) == (2, 200)


def test_every_view_of_projects_says_what_is_invented(archive: ParsedArchive) -> None:
    archive.capture(Q, "2026-01-01", source="sample", progress_pct="40", budget_received_thb="1", name="a")
    archive.capture(Q, "2026-01-02", source="sample", progress_pct="100", budget_received_thb="1", name="a")
    archive.capture(Q, "2026-01-03", source="sample", progress_pct="60", budget_received_thb="1", budget_spent_thb="0")
    archive.capture(Q, "2026-03-03", source="sample", progress_pct="60", budget_received_thb="2", budget_spent_thb="0")
    for source, name in (("sample", "a"), ("bs2568", "b")):
        archive.capture("50010000-0003", "2026-01-01", source=source, name=name)
    built = archive.build()
    for view in (model for model in load_models().values() if model.layer == "views"):
        assert "is_invented" in [column.name for column in view.columns], f"{view.path}: publish is_invented"
        said = built.column(f"SELECT is_invented FROM {view.name} ORDER BY ALL")
        assert said, f"{view.path}: this test needs a page that is in the view"
        assert True in said, f"{view.path}: an invented page counts as real"


@pytest.mark.slow
def test_the_same_project_on_two_sources(archive: ParsedArchive) -> None:
    for source, progress in (("bmavisions", "40"), ("bs2568", "100")):
        archive.capture(P, "2026-01-01", source=source, progress_pct=progress)
        archive.capture(Q, "2026-01-01", source=source, progress_pct="7")
    built = archive.build()
    assert built.rows(
        "SELECT project_id, progress_pct::INTEGER AS a, other_progress_pct::INTEGER AS b FROM same_project_two_sources"
    ) == [{"project_id": P, "a": 40, "b": 100}]
    assert built.column("SELECT message FROM quality_issues") == [
        "differs from bs2568 in progress_pct",
        "differs from bmavisions in progress_pct",
    ]


def test_what_changed_since_last_month_by_how_much(archive: ParsedArchive) -> None:
    first: dict[str, Any] = {"budget_received_thb": "100", "budget_spent_thb": "10", "progress_pct": "20"}
    for project_id, agency in ((P, "a"), ("50490000-0002", "a"), (Q, "b")):
        archive.capture(project_id, "2026-01-01", agency=agency, **first)
    # In Bangkok it is the first of February, the day at whose end the state before is taken.
    archive.capture(P, "2026-01-31T17:00", agency="a", **first | {"budget_received_thb": "150"})
    archive.capture(P, "2026-02-10", agency="a", **first | {"budget_received_thb": "400", "progress_pct": "30"})
    archive.capture(P, "2026-02-11", agency="a", **first | {"budget_received_thb": "170", "progress_pct": "35"})
    archive.capture("50490000-0002", "2026-02-20", agency="a", budget_received_thb="90", budget_spent_thb=None)
    archive.capture("50490000-0009", "2026-02-20", budget_received_thb="5")
    archive.attempt(Q, "2026-03-01", "unchanged")
    built = archive.build()
    rows = built.rows(
        """
        SELECT project_id, since_on::VARCHAR AS since, n_changes, previous_budget_received_thb::INTEGER AS before,
            budget_received_change_thb::INTEGER AS received, budget_spent_change_thb::INTEGER AS spent,
            progress_change_pct::INTEGER AS progress
        FROM changes_since_last_month ORDER BY project_id
        """
    )
    assert [tuple(row.values()) for row in rows] == [
        ("50490000-0002", "2026-02-01", 3, 100, -10, None, None),
        (P, "2026-02-01", 4, 150, 20, 0, 15),
    ]
    by_agency = (
        "SELECT agency_code, sum(budget_received_change_thb)::INTEGER AS n FROM changes_since_last_month GROUP BY 1"
    )
    assert built.rows(by_agency) == [{"agency_code": "50490000", "n": 10}]


@pytest.mark.slow
def test_what_vanished_since_last_month_is_there_and_what_vanished_before_is_not(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.capture(Q, "2026-01-01", name="a")
    archive.capture("50490000-0002", "2026-01-01", name="stays")
    for project_id, month in ((P, "02"), (Q, "01")):
        for day in ("04", "06"):
            archive.attempt(project_id, f"2026-{month}-{day}", "missing")
    archive.attempt("50490000-0002", "2026-03-01", "unchanged")
    rows = archive.build().rows("SELECT project_id, status, n_changes FROM changes_since_last_month")
    assert rows == [{"project_id": P, "status": "vanished", "n_changes": 0}]


@pytest.mark.slow
def test_the_views_of_an_empty_release_are_empty(archive: ParsedArchive) -> None:
    built = archive.build()
    for model in load_models().values():
        if model.layer == "views":
            assert built.rows(model.name) == []


def test_each_project_has_one_state_made_of_what_the_other_views_say(archive: ParsedArchive) -> None:
    old, fresh = ("2026-01-01", "10", "1", "", ""), ("2026-05-01", "40", "1", "", "")
    archive.capture("50490000-0001", "2026-05-02", reports=[old], budget_received_thb="5", budget_spent_thb="9")
    archive.capture("50490000-0002", "2026-05-02", reports=[fresh], budget_received_thb="5", budget_spent_thb="5")
    archive.capture("50490000-0003", "2026-05-02", reports=[("2026-05-01", "40", "2", "", "")], progress_pct="40")
    archive.capture("50490000-0004", "2026-05-02", progress_pct="60", budget_received_thb="5", budget_spent_thb="0")
    archive.capture("50490000-0005", "2026-05-02", states={"reports": "absent"})
    archive.capture("50490000-0006", "2026-05-01", name="a", progress_pct="100")
    archive.capture("50490000-0006", "2026-05-02", name="b", progress_pct="100")
    archive.capture("50490000-0007", "2026-05-02", progress_pct="40", budget_received_thb="5", budget_spent_thb="5")
    built = archive.build()
    rows = built.rows("SELECT * EXCLUDE (source_id, is_invented) FROM project_states ORDER BY project_id")
    said = {
        str(row["project_id"])[-1]: {str(row["stage"]), *(name for name, value in row.items() if value is True)}
        for row in rows
    }
    assert said == {
        "1": {"under_way", "is_silent", "is_overspent"},
        "2": {"under_way"},
        "3": {"done"},
        "4": {"not_reported", "is_silent", "is_nothing_spent"},
        "5": {"None"},
        "6": {"done", "is_edited_after_completion"},
        "7": {"not_reported", "is_silent", "is_spent_ahead"},
    }
    assert built.column("SELECT project_id FROM silent_projects ORDER BY ALL") == [
        row["project_id"] for row in rows if row["is_silent"]
    ]
