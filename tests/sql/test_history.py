"""What was observed becomes versions: only evidence closes one, and the order of import does not matter."""

import itertools
from pathlib import Path

import pytest

from tests.conftest import Built, ParsedArchive, run_of
from tests.quick import quick
from tests.sql.in_memory import ModelArchive

P = "50490000-3607"


def versions(built: Built) -> list[tuple[object, ...]]:
    columns = "version_no, valid_from::VARCHAR AS valid_from, valid_to::VARCHAR AS valid_to"
    return [tuple(row.values()) for row in built.rows(f"SELECT {columns} FROM project_versions ORDER BY ALL")]


def test_unchanged_visits_extend_the_version(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02", "unchanged")
    archive.attempt(P, "2026-01-03", "unchanged")
    built = archive.build()
    (version,) = built.rows("project_versions")
    assert version["n_observations"] == 3
    assert str(version["last_seen_at"]) == "2026-01-03 00:00:00+00:00"
    assert (version["valid_to"], version["is_current"]) == (None, True)


def test_changed_content_closes_the_version_where_the_next_is_first_seen(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-05", "unchanged")
    archive.capture(P, "2026-01-09", name="b")
    built = archive.build()
    assert versions(built) == [
        (1, "2026-01-01 00:00:00+00", "2026-01-09 00:00:00+00"),
        (2, "2026-01-09 00:00:00+00", None),
    ]
    assert str(built.rows("project_versions")[1]["previous_seen_at"]) == "2026-01-05 00:00:00+00:00"


def test_content_that_comes_back_is_a_third_version(archive: ParsedArchive) -> None:
    for day, name in (("01", "a"), ("02", "b"), ("03", "a")):
        archive.capture(P, f"2026-01-{day}", name=name)
    assert [row[0] for row in versions(archive.build())] == [1, 2, 3]


@pytest.mark.parametrize("outcome", quick(1, ["failed", "refused"]))
def test_a_page_that_was_not_fetched_is_not_gone(archive: ParsedArchive, outcome: str) -> None:
    archive.capture(P, "2026-01-01", name="a")
    for day in range(2, 9):
        archive.attempt(P, f"2026-01-0{day}", outcome)
    built = archive.build()
    assert built.column("SELECT status FROM projects") == ["listed"]
    assert built.column("SELECT n_consecutive_failures FROM page_status") == [7]


def test_one_404_proves_nothing(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02", "missing")
    assert archive.build().column("SELECT status FROM projects") == ["listed"]


RUNS = ("20260401T000000Z", "20260402T000000Z")


@pytest.mark.parametrize(
    "second_run", [pytest.param(RUNS[0], marks=pytest.mark.slow), RUNS[1]], ids=["in one import", "in two imports"]
)
@pytest.mark.parametrize(
    ("second", "status", "vanished_at"),
    [
        pytest.param("2026-01-02T01:00:05", "listed", None, marks=pytest.mark.slow),
        ("2026-01-02T12:59:59", "listed", None),
        ("2026-01-02T13:00:00", "vanished", "2026-01-02 13:00:00+00"),
    ],
)
def test_absences_count_hours_apart_however_they_were_imported(
    archive: ParsedArchive, second: str, status: str, vanished_at: str | None, second_run: str
) -> None:
    archive.capture(P, "2026-01-01", run=RUNS[0], name="a")
    archive.attempt(P, "2026-01-02T01:00:00", "missing", run=RUNS[0])
    archive.attempt(P, second, "missing", run=second_run)
    (project,) = archive.build().rows("SELECT status, vanished_at::VARCHAR AS vanished_at FROM projects")
    assert project == {"status": status, "vanished_at": vanished_at}


@pytest.mark.slow
def test_how_far_apart_two_absences_must_be_is_a_setting(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02T01:00", "missing")
    archive.attempt(P, "2026-01-02T02:00", "missing")
    assert archive.build("listed").column("SELECT status FROM projects") == ["listed"]
    assert archive.build("gone", vanished_after_hours=1.0).column("SELECT status FROM projects") == ["vanished"]


def test_absences_of_half_a_day_are_one_and_the_next_one_closes_the_version(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    for at in ("01:00:00", "01:00:05", "12:30:00"):
        archive.attempt(P, f"2026-01-02T{at}", "missing")
    archive.attempt(P, "2026-01-05", "missing")
    assert archive.build().column("SELECT vanished_at::VARCHAR FROM projects") == ["2026-01-05 00:00:00+00"]


@pytest.mark.slow
def test_a_404_that_only_the_date_of_a_file_vouches_for_is_no_absence(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02", "missing")
    archive.attempt(P, "2026-01-03", "missing", run=RUNS[0], time_basis="file")
    assert archive.build().column("SELECT status FROM projects") == ["listed"]


def test_two_404s_in_two_runs_close_the_version(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02", "missing")
    archive.attempt(P, "2026-01-03", "missing")
    built = archive.build()
    (project,) = built.rows("projects")
    assert (project["status"], str(project["vanished_at"])) == ("vanished", "2026-01-03 00:00:00+00:00")
    assert versions(built) == [(1, "2026-01-01 00:00:00+00", "2026-01-03 00:00:00+00")]
    assert built.column("SELECT is_current FROM project_versions") == [False]


@pytest.mark.slow
def test_a_404_and_a_later_observation_start_the_count_again(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02", "missing")
    archive.attempt(P, "2026-01-03", "unchanged")
    archive.attempt(P, "2026-01-04", "missing")
    assert archive.build().column("SELECT status FROM projects") == ["listed"]


@pytest.mark.slow
def test_no_listing_makes_a_project_vanish(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.listing("2026-01-01T01:00", [P, "x"])
    for day in ("02", "03", "04"):
        archive.listing(f"2026-01-{day}", ["x"])
    assert archive.build("off").column("SELECT status FROM projects") == ["listed"]
    archive.attempt(P, "2026-01-04T01:00", "missing", run=run_of("2026-01-04"))
    archive.listing("2026-01-05", ["x"])
    assert archive.build("once").column("SELECT status FROM projects") == ["listed"]


@pytest.mark.slow
def test_a_listing_that_lacks_it_while_naming_a_page_that_is_gone_is_not_complete(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    for day in ("2026-01-02", "2026-01-03", "2026-01-04"):
        archive.listing(day, ["x"])
        archive.attempt("x", f"{day}T01:00", "missing", run=run_of(day))
    built = archive.build()
    assert versions(built) == [(1, "2026-01-01 00:00:00+00", None)]
    assert built.column("SELECT is_complete FROM listings") == [False, False, False]


@pytest.mark.slow
def test_a_listing_of_the_hour_before_a_page_went_stays_complete(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.capture("y", "2026-01-01", name="a")
    archive.listing("2026-01-02", [P, "x", "y"])
    archive.attempt("x", "2026-01-02T01:00", "missing", run=run_of("2026-01-02"))
    # What it lacks is gone as well, in the same run or before.
    archive.attempt(P, "2026-01-03", "missing")
    archive.listing("2026-01-04", ["x"])
    for gone in ("x", "y"):
        archive.attempt(gone, "2026-01-04T01:00", "missing", run=run_of("2026-01-04"))
    assert archive.build().column("SELECT is_complete FROM listings ORDER BY run_id") == [True, True]


@pytest.mark.slow
def test_being_listed_while_the_page_is_gone_does_not_keep_it(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    for day in ("02", "03"):
        archive.listing(f"2026-01-{day}", [P, "x"])
        archive.attempt(P, f"2026-01-{day}T01:00", "missing", run=f"202601{day}T000000Z")
    assert archive.build().column("SELECT status FROM projects") == ["vanished"]


def test_a_vanished_project_comes_back_as_a_new_version_and_the_gap_shows(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02", "missing")
    archive.attempt(P, "2026-01-03", "missing")
    archive.attempt(P, "2026-01-09", "unchanged")
    built = archive.build()
    assert versions(built) == [
        (1, "2026-01-01 00:00:00+00", "2026-01-03 00:00:00+00"),
        (2, "2026-01-09 00:00:00+00", None),
    ]
    assert built.column("SELECT is_reappearance FROM project_versions ORDER BY version_no") == [False, True]
    assert built.column("SELECT is_vanished FROM project_versions ORDER BY version_no") == [True, False]
    assert built.column("SELECT status FROM projects") == ["listed"]
    assert built.rows("project_changes") == []


def test_a_value_that_disappears_briefly_is_two_versions_and_a_flag(archive: ParsedArchive) -> None:
    for day, remark in (("01", "ok"), ("02", None), ("03", "ok")):
        archive.capture(P, f"2026-01-{day}", name="a", remark=remark)
    built = archive.build()
    assert built.column("SELECT is_transient FROM project_versions ORDER BY version_no") == [False, True, True]
    assert [(c["old"], c["new"], c["is_transient"]) for c in built.rows("project_changes")] == [
        ("ok", None, True),
        (None, "ok", True),
    ]
    assert built.column("SELECT code FROM quality_issues WHERE code = 'value_disappeared_briefly'") == [
        "value_disappeared_briefly"
    ]


@pytest.mark.slow
def test_a_value_that_goes_and_comes_back_different_is_not_transient(archive: ParsedArchive) -> None:
    for day, remark in (("01", "ok"), ("02", None), ("03", "better")):
        archive.capture(P, f"2026-01-{day}", name="a", remark=remark)
    assert archive.build().column("SELECT bool_or(is_transient) FROM project_versions") == [False]


CAPTURES = [
    ("2019-03-01T10:00", "a", [("2019-02-01", "10", "1", "ไม่มี", "x")]),
    ("2020-03-01T10:00", "b", [("2019-02-01", "10", "1", "ไม่มี", "x"), ("2020-02-01", "20", "1", "ไม่มี", "y")]),
    ("2021-03-01T10:00", "b", [("2019-02-01", "10", "1", "ไม่มี", "edited"), ("2020-02-01", "20", "1", "ไม่มี", "y")]),
    ("2022-03-01T10:00", "a", [("2020-02-01", "20", "1", "ไม่มี", "y")]),
]
HISTORY_TABLES = ("project_versions", "project_changes", "progress_history", "page_fields", "targets")


@pytest.mark.slow
def test_older_captures_imported_in_any_order_give_the_same_tables(tmp_path: Path) -> None:
    found = []
    for number, order in enumerate(itertools.permutations(range(4))):
        if number % 5:
            continue
        archive = ModelArchive(tmp_path / f"order-{number}")
        for import_no, index in enumerate(order):
            at, name, reports = CAPTURES[index]
            archive.capture(P, at, run=f"2026010{import_no}T000000Z", name=name, reports=reports)
        built = archive.build()
        found.append({table: built.rows(table) for table in HISTORY_TABLES})
    assert all(tables == found[0] for tables in found)
    assert len(found[0]["project_versions"]) == 4


@pytest.mark.slow
def test_an_older_visit_found_unchanged_by_a_later_import_counts_at_its_time(archive: ParsedArchive) -> None:
    archive.capture(P, "2022-01-01", run="20260101T000000Z", name="a")
    archive.attempt(P, "2019-01-01", "unchanged", run="20260102T000000Z")
    built = archive.build()
    assert versions(built) == [(1, "2019-01-01 00:00:00+00", None)]


@pytest.mark.slow
def test_the_same_capture_imported_twice_counts_once(archive: ParsedArchive) -> None:
    for run in ("20260101T000000Z", "20260102T000000Z"):
        archive.capture(
            P,
            "2022-01-01",
            run=run,
            name="a",
            months=[(1, "5", "canonical")],
            reports=[("2022-01-01", "5", "1", "", "")],
            issues=[("month_conflict", None, "5")],
        )
    built = archive.build()
    tables = ("projects", "page_fields", "target_rows", "progress_history")
    assert {table: len(built.rows(table)) for table in tables} == {
        "projects": 1,
        "page_fields": 2,
        "target_rows": 1,
        "progress_history": 1,
    }
    assert built.column("SELECT n_observations FROM project_versions") == [1]
    assert built.column("SELECT count(*) FROM quality_issues WHERE code = 'month_conflict'") == [1]


@pytest.mark.slow
def test_two_captures_at_the_same_second_are_both_kept_and_reported(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", run="20260101T000000Z", name="a")
    archive.capture(P, "2026-01-01", run="20260102T000000Z", name="b")
    built = archive.build()
    assert len(built.rows("projects")) == 1
    assert len(built.rows("project_versions")) == 2
    assert built.column("SELECT code FROM quality_issues") == ["captures_at_once"]


@pytest.mark.slow
def test_each_capture_of_one_moment_has_the_progress_of_the_one_before_it(archive: ParsedArchive) -> None:
    for run, progress in enumerate(("100", "50", "75", "100", "20"), 1):
        archive.capture(P, "2026-01-01", run=f"2026010{run}T000000Z", progress_pct=progress, remark=f"{run}")
    archive.capture(P, "2026-01-02", progress_pct="20", remark="last")
    said = archive.build().rows(
        """
        SELECT version_no, lag(progress_pct) OVER (ORDER BY version_no) AS before, is_after_completion
        FROM project_history LEFT JOIN project_changes USING (source_id, project_id, version_no)
        WHERE field IS NULL OR field = 'remark'
        """
    )
    assert [row["version_no"] for row in said] == [1, 2, 3, 4, 5, 6]
    assert [row["is_after_completion"] for row in said[1:]] == [row["before"] == 100 for row in said[1:]]


@pytest.mark.slow
def test_of_captures_at_one_moment_the_last_one_vanished(archive: ParsedArchive) -> None:
    for run in (1, 2, 3):
        archive.capture(P, "2026-01-01", run=f"2026010{run}T000000Z", name=f"{run}")
    for day in ("05", "06"):
        archive.attempt(P, f"2026-01-{day}", "missing")
    rows = archive.build().rows(
        "SELECT is_vanished, is_reappearance, (valid_to - valid_from)::VARCHAR AS held FROM project_versions"
    )
    assert sorted(tuple(row.values()) for row in rows) == [
        (False, False, "00:00:00"),
        (False, False, "00:00:00"),
        (True, False, "5 days"),
    ]


def test_the_same_project_id_on_two_sources_is_two_projects(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", source="bmavisions", name="a")
    archive.capture(P, "2026-01-01", source="bs2568", name="b")
    built = archive.build()
    assert built.rows("SELECT source_id, name FROM projects ORDER BY ALL") == [
        {"source_id": "bmavisions", "name": "a"},
        {"source_id": "bs2568", "name": "b"},
    ]
    assert built.rows("project_changes") == []


@pytest.mark.slow
def test_a_reader_that_reads_differently_makes_no_new_version_of_unchanged_visits(archive: ParsedArchive) -> None:
    """The fetch log keeps the fingerprint of its day; the capture decides what an unchanged visit showed."""
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02", "unchanged")
    old = archive.rows["20260101T000000Z"]["pages"]
    old[0] = old[0]._replace(content_sha256="as a newer reader sees it")
    assert archive.build().column("SELECT n_observations FROM project_versions") == [2]


def test_text_and_html_of_one_page_differ_in_nothing_text_can_carry(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", remark=None, reader="html")
    archive.capture(P, "2026-01-02", name="a", remark="", reader="text")
    assert archive.build().rows("project_changes") == []
