"""A capture changes in the tables what it shows whole and what it can date, and nothing else."""

from typing import get_type_hints

import pytest

from parsers.records import ProgressRow
from tests.conftest import Built, ParsedArchive, Report
from tests.quick import quick
from tests.sql.in_memory import ModelArchive

P, Q = "50490000-3607", "50010000-0001"
JANUARY: Report = ("2023-01-31", "50", "1", "ไม่มี", "หนึ่ง")
FEBRUARY: Report = ("2023-02-20", "55", "1", "ไม่มี", "สอง")
MARCH: Report = ("2023-03-27", "60", "1", "เลื่อน", "สาม")
RUN, UNDO = "20260301T000000Z", "20260302T000000Z"
TABLES = (
    "projects",
    "project_versions",
    "project_changes",
    "progress_history",
    "page_fields",
    "targets",
    "target_rows",
    "update_history",
    "quality_issues",
    "page_status",
    "agencies",
)


def found(built: Built, query: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in built.rows(query)]


def tables(built: Built) -> dict[str, list[dict[str, object]]]:
    return {table: built.rows(table) for table in TABLES}


@pytest.mark.parametrize(
    "state", [*[pytest.param(each, marks=pytest.mark.slow) for each in ("absent", "unreadable")], "cut"]
)
def test_reports_that_are_not_whole_remove_nothing_and_keep_those_of_the_last_whole_capture(
    archive: ParsedArchive, state: str
) -> None:
    whole = archive.capture(P, "2026-01-01", name="a", reports=[JANUARY, FEBRUARY])
    shown = [] if state == "absent" else [("2023-02-20", "5", "", None, "garbled")]
    newer = archive.capture(P, "2026-01-02", name="b", reports=shown, states={"reports": state})
    built = archive.build()
    columns = "detail, is_current, n_revisions, last_seen_at::VARCHAR, snapshot_id"
    assert found(built, f"SELECT {columns} FROM progress_history ORDER BY report_no") == [
        ("หนึ่ง", True, 1, "2026-01-01 00:00:00+00", whole),
        ("สอง", True, 1, "2026-01-01 00:00:00+00", whole),
    ]
    assert found(built, "SELECT section, field, old, new FROM project_changes") == [("field", "name", "a", "b")]
    assert found(built, "SELECT version_no, reports_state, snapshot_id FROM project_versions ORDER BY ALL") == [
        (1, "present", whole),
        (2, state, newer),
    ]
    newest = "SELECT name, snapshot_id, reports_state, reports_last_seen_at::VARCHAR FROM projects"
    assert found(built, newest) == [("b", newer, "present", "2026-01-01 00:00:00+00")]
    assert built.column("SELECT code FROM quality_issues WHERE code = 'report_changed_later'") == []


@pytest.mark.slow
def test_reports_are_compared_with_the_last_whole_ones_across_captures_without_them(archive: ParsedArchive) -> None:
    first = archive.capture(P, "2026-01-01", name="a", reports=[JANUARY, FEBRUARY])
    archive.capture(P, "2026-01-02", name="a", states={"reports": "absent"})
    third = archive.capture(P, "2026-01-03", name="a", reports=[FEBRUARY])
    built = archive.build()
    assert (
        found(
            built, "SELECT version_no, change_type, row_label, snapshot_id, previous_snapshot_id FROM project_changes"
        )
        == [(2, "removed", "2023-01-31", third, first)] * 5
    )
    assert found(built, "SELECT version_no, n_observations FROM project_versions ORDER BY ALL") == [(1, 2), (2, 1)]
    assert found(built, "SELECT detail, page_row_no FROM progress_history ORDER BY report_no") == [
        ("หนึ่ง", None),
        ("สอง", 1),
    ]


def test_a_table_that_is_there_and_empty_removes_its_rows(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[JANUARY])
    archive.capture(P, "2026-01-02", name="a", reports=[])
    built = archive.build()
    assert built.column("SELECT is_current FROM progress_history") == [False]
    assert built.column("SELECT reports_state FROM projects") == ["empty"]
    assert built.column("SELECT DISTINCT change_type FROM project_changes") == ["removed"]


def test_a_section_seen_whole_for_the_first_time_is_no_edit(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[("2023-01-31", "1", "", "", "cut")], states={"reports": "cut"})
    later = archive.capture(P, "2026-01-02", name="a", reports=[JANUARY, FEBRUARY])
    built = archive.build()
    assert found(built, "SELECT version_no, n_observations, n_changes FROM project_versions") == [(1, 2, 0)]
    assert built.rows("project_changes") == []
    assert found(built, "SELECT detail, first_seen_at::VARCHAR, snapshot_id FROM progress_history") == [
        ("หนึ่ง", "2026-01-02 00:00:00+00", later),
        ("สอง", "2026-01-02 00:00:00+00", later),
    ]


@pytest.mark.slow
def test_a_report_known_from_a_cut_table_alone_was_seen_when_that_page_was_captured(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", states={"reports": "absent"})
    cut = archive.capture(P, "2026-01-05", name="a", reports=[JANUARY], states={"reports": "cut"})
    archive.capture(P, "2026-01-09", name="b", states={"reports": "absent"})
    built = archive.build()
    seen = "first_seen_at::VARCHAR, last_seen_at::VARCHAR, snapshot_id"
    assert found(built, f"SELECT detail, is_current, n_revisions, {seen} FROM progress_history") == [
        ("หนึ่ง", True, 1, "2026-01-05 00:00:00+00", "2026-01-05 00:00:00+00", cut)
    ]
    assert found(built, "SELECT reports_state, reports_last_seen_at FROM projects") == [("cut", None)]


@pytest.mark.parametrize(
    "text",
    [
        name
        for name, kind in get_type_hints(ProgressRow).items()
        if kind == str | None and not name.endswith("_id") and name != "reported_on_raw"
    ],
)
def test_another_text_in_any_cell_of_a_report_is_a_revision(archive: ParsedArchive, text: str) -> None:
    for day in ("01", "02"):
        archive.capture(P, f"2026-01-{day}", reports=[(*JANUARY[:4], f"seen on day {day}")])
    for run, records in archive.rows.items():
        records["progress_rows"] = [row._replace(**{"detail": "x", text: run}) for row in records["progress_rows"]]
    assert archive.build().column("SELECT n_revisions FROM progress_history") == [2]


@pytest.mark.slow
def test_a_text_with_other_white_space_and_order_of_the_same_page_is_no_version(archive: ParsedArchive) -> None:
    first = archive.capture(
        P,
        "2026-01-01",
        name="a b",
        remark=None,
        months=[(1, None, "canonical"), (2, "5", "canonical")],
        reports=[("2023-01-31", "50", "1", None, "หนึ่ง  สอง"), FEBRUARY],
        updates=[("2025-12-01", "10:00", "u")],
    )
    archive.capture(
        P,
        "2026-01-02",
        reader="text",
        remark="",
        name=" a\u00a0b\n",
        months=[(2, "5", "canonical"), (1, "", "canonical")],
        reports=[FEBRUARY, ("2023-01-31", "50", "1", "", "หนึ่ง สอง ")],
        updates=[(" 2025-12-01", "10:00 ", "u")],
    )
    built = archive.build()
    assert found(built, "SELECT version_no, n_observations, snapshot_id FROM project_versions") == [(1, 2, first)]
    assert built.rows("project_changes") == []
    assert built.column("SELECT DISTINCT snapshot_id FROM progress_history") == [first]


@pytest.mark.parametrize("empty", quick(1, [None, "", " \n", "<br>"]))
def test_a_skin_that_leaves_out_rows_without_a_text_changes_nothing(archive: ParsedArchive, empty: str | None) -> None:
    months = [(1, "5", "canonical"), (2, empty and "", "canonical")]
    archive.capture(P, "2026-01-01", name="a", agency="", remark=empty, months=months)
    archive.capture(P, "2026-01-02", name="a", months=months[:1])
    archive.capture(P, "2026-01-03", name="a", remark=empty, months=months)
    built = archive.build()
    assert found(built, "SELECT n_observations, n_changes FROM project_versions") == [(3, 0)]
    assert built.rows("project_changes") == []


@pytest.mark.slow
def test_a_month_row_left_out_before_others_of_its_label_edits_none_of_them(archive: ParsedArchive) -> None:
    hidden = [(1, "5", "canonical"), (1, "7", "extra"), (2, "9", "canonical")]
    archive.capture(P, "2026-01-01", months=[(1, "", "extra"), *hidden])
    archive.capture(P, "2026-01-02", months=hidden)
    archive.capture(P, "2026-01-03", months=[(1, "", "extra"), (1, "5", "canonical"), (1, "8", "extra"), hidden[2]])
    changes = "SELECT version_no, label, occurrence, change_type, old, new FROM project_changes"
    assert found(archive.build(), changes) == [(3, "ผลงานเดือนที่ 1", 3, "edited", "7", "8")]


@pytest.mark.slow
def test_a_row_with_a_text_that_comes_or_goes_is_added_or_removed(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", remark="ข")
    archive.capture(P, "2026-01-02", name="a", months=[(1, "5", "canonical")])
    archive.capture(P, "2026-01-03", name="a", remark="", months=[(1, None, "canonical")])
    changes = "SELECT version_no, section, change_type, old, new FROM project_changes ORDER BY ALL"
    assert found(archive.build(), changes) == [
        (2, "field", "removed", "ข", None),
        (2, "month", "added", None, "5"),
        (3, "month", "edited", "5", None),
    ]


MORNING: Report = ("2023-02-20", "55", "1", "ไม่มี", "เช้า")
NOON: Report = ("2023-02-20", "56", "1", "ไม่มี", "เที่ยง")
EVENING: Report = ("2023-02-20", "58", "2", "ไม่มี", "เย็น")
HISTORY = """
    SELECT detail, n_revisions, is_current, day(first_seen_at) AS first_day, day(last_seen_at) AS last_day
    FROM progress_history ORDER BY report_no
"""


@pytest.mark.slow
def test_reports_of_one_day_that_change_places_are_no_version(archive: ParsedArchive) -> None:
    log = [("2025-12-01", "10:00", "u1"), ("2025-12-01", "10:00", "u2")]
    archive.capture(P, "2026-01-01", name="a", reports=[MORNING, NOON, MORNING], updates=log)
    archive.capture(P, "2026-01-02", name="a", reports=[NOON, MORNING, MORNING], updates=log[::-1])
    built = archive.build()
    assert found(built, "SELECT n_observations, n_changes FROM project_versions") == [(2, 0)]
    assert found(built, HISTORY) == [
        ("เช้า", 1, True, 1, 2),
        ("เที่ยง", 1, True, 1, 2),
        ("เช้า", 1, True, 1, 2),
    ]
    assert built.rows("quality_issues") == []


@pytest.mark.slow
def test_one_more_report_of_a_day_above_the_others_edits_none_of_them(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[MORNING])
    archive.capture(P, "2026-01-02", name="a", reports=[NOON, MORNING])
    archive.capture(P, "2026-01-03", name="a", reports=[EVENING, NOON, MORNING])
    built = archive.build()
    columns = "version_no, occurrence, change_type, new"
    changes = f"SELECT {columns} FROM project_changes WHERE field = 'progress_history.detail' ORDER BY ALL"
    assert found(built, changes) == [(2, 1, "added", "เที่ยง"), (3, 1, "added", "เย็น")]
    assert built.column("SELECT DISTINCT change_type FROM project_changes") == ["added"]
    assert found(built, HISTORY) == [
        ("เช้า", 1, True, 1, 3),
        ("เที่ยง", 1, True, 2, 3),
        ("เย็น", 1, True, 3, 3),
    ]
    assert built.rows("quality_issues") == []


@pytest.mark.slow
def test_of_reports_of_one_day_the_one_that_went_is_named_and_came_back(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[MORNING, NOON])
    archive.capture(P, "2026-01-02", name="a", reports=[NOON])
    archive.capture(P, "2026-01-03", name="a", reports=[NOON, MORNING])
    built = archive.build()
    changes = "SELECT version_no, occurrence, change_type, is_transient, coalesce(old, new) FROM project_changes"
    assert found(built, f"{changes} WHERE field = 'progress_history.detail' ORDER BY ALL") == [
        (2, 1, "removed", True, "เช้า"),
        (3, 2, "added", True, "เช้า"),
    ]
    assert built.column("SELECT count(*) FROM project_changes") == [10]
    raised = "SELECT code, raw, message FROM quality_issues WHERE label = 'รายละเอียด' ORDER BY ALL"
    assert found(built, raised) == [
        ("report_changed_later", "เช้า", "report of 2023-02-20: รายละเอียด was removed"),
        ("value_disappeared_briefly", "เช้า", "gone in version 2, back in version 3 (row of 2023-02-20)"),
    ]
    assert found(built, HISTORY) == [("เช้า", 1, True, 1, 3), ("เที่ยง", 1, True, 1, 3)]


@pytest.mark.slow
def test_a_report_that_came_is_not_the_one_of_its_day_that_went(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[MORNING, NOON])
    archive.capture(P, "2026-01-02", name="a", reports=[NOON])
    archive.capture(P, "2026-01-03", name="a", reports=[EVENING, NOON])
    built = archive.build()
    assert built.column("SELECT DISTINCT is_transient FROM project_changes") == [False]
    assert built.column("SELECT code FROM quality_issues WHERE code = 'value_disappeared_briefly'") == []


@pytest.mark.slow
def test_of_reports_of_one_day_the_one_that_says_something_else_is_edited(archive: ParsedArchive) -> None:
    reworded: Report = ("2023-02-20", "56", "1", "ไม่มี", "เที่ยงวัน")
    archive.capture(P, "2026-01-01", name="a", reports=[MORNING, NOON, EVENING])
    archive.capture(P, "2026-01-02", name="a", reports=[EVENING, reworded, MORNING])
    built = archive.build()
    changes = "SELECT row_label, occurrence, change_type, field, old, new FROM project_changes"
    assert found(built, changes) == [("2023-02-20", 2, "edited", "progress_history.detail", "เที่ยง", "เที่ยงวัน")]
    assert found(built, HISTORY) == [
        ("เช้า", 1, True, 1, 2),
        ("เที่ยง", 1, False, 1, 1),
        ("เย็น", 1, True, 1, 2),
        ("เที่ยงวัน", 1, True, 2, 2),
    ]


@pytest.mark.slow
def test_a_gap_shows_also_where_the_day_of_a_report_has_other_white_space(archive: ParsedArchive) -> None:
    for number, (day, detail) in enumerate((("เร็ว ๆ นี้", "x"), ("เร็ว  ๆ นี้", ""), ("เร็ว ๆ นี้", "x")), 1):
        archive.capture(P, f"2026-01-0{number}", reports=[(day, "5", "1", "", detail)])
    built = archive.build()
    assert found(built, "SELECT version_no, field, is_transient FROM project_changes ORDER BY ALL") == [
        (2, "progress_history.detail", True),
        (3, "progress_history.detail", True),
    ]
    messages = "SELECT message FROM quality_issues WHERE code = 'value_disappeared_briefly'"
    assert built.column(messages) == ["gone in version 2, back in version 3 (row of เร็ว  ๆ นี้)"]


@pytest.mark.parametrize(
    "file_date",
    ["2026-01-01T12:00", *[pytest.param(at, marks=pytest.mark.slow) for at in ("2020-01-01", "2026-02-01")]],
)
def test_what_only_the_date_of_a_file_vouches_for_counts_for_nothing_beside_what_has_a_time(
    archive: ParsedArchive, file_date: str
) -> None:
    for day, percent in (("01", "100"), ("02", "100")):
        archive.capture(P, f"2026-01-{day}", name="a", progress_pct=percent, reports=[JANUARY, FEBRUARY])
    before = tables(archive.build())
    archive.capture(
        P,
        file_date,
        run=RUN,
        time_basis="file",
        name="old",
        progress_pct="60",
        reports=[JANUARY],
        issues=[("placeholder_value", "name", "old")],
    )
    after = tables(archive.build("later"))
    assert after.pop("page_status")[0]["n_attempts"] == 3
    assert before.pop("page_status")[0]["n_attempts"] == 2
    assert after == before


LOST = {"reports": "absent", "months": "absent"}


@pytest.mark.slow
def test_a_section_that_no_dated_capture_shows_stays_as_an_undated_one_shows_it(archive: ParsedArchive) -> None:
    months = [(1, "5", "canonical"), (2, "6", "canonical")]
    log = [("2025-12-01", "10:00", "u")]
    reports = [JANUARY, FEBRUARY, MARCH, NOON]
    old = archive.capture(
        P,
        "2020-01-01",
        run=RUN,
        time_basis="file",
        name="old",
        months=months,
        updates=log,
        reports=reports,
        issues=[("placeholder_value", "progress_history.detail", "x"), ("placeholder_value", "name", "old")],
    )
    before = archive.build()
    assert before.column("SELECT count(*) FROM progress_history") == [4]
    new = archive.capture(P, "2026-01-01", name="a", progress_pct="50", updates=log, states=LOST)
    archive.capture(P, "2026-01-02", name="b", progress_pct="50", updates=log, states=LOST | {"updates": "absent"})
    built = archive.build("later")
    assert found(built, "SELECT detail, is_current, snapshot_id FROM progress_history ORDER BY report_no") == [
        ("หนึ่ง", True, old),
        ("สอง", True, old),
        ("สาม", True, old),
        ("เที่ยง", True, old),
    ]
    assert found(built, "SELECT month_no, result_raw, snapshot_id FROM targets ORDER BY ALL") == [
        (1, "5", old),
        (2, "6", old),
    ]
    of_months = "SELECT raw, snapshot_id FROM page_fields WHERE field = 'targets.result_value' ORDER BY ordinal"
    assert found(built, of_months) == [
        ("5", old),
        ("6", old),
    ]
    assert built.column("SELECT snapshot_id FROM update_history") == [new]
    states = "name, time_basis, months_state, reports_state, reports_last_seen_at, first_seen_at::VARCHAR"
    assert found(built, f"SELECT {states} FROM projects") == [
        ("b", "protocol", "present", "present", None, "2026-01-01 00:00:00+00")
    ]
    assert found(built, "SELECT version_no, reports_state, n_changes FROM project_versions ORDER BY ALL") == [
        (1, "absent", 0),
        (2, "absent", 1),
    ]
    assert found(built, "SELECT code, field, snapshot_id FROM quality_issues") == [
        ("placeholder_value", "progress_history.detail", old)
    ]
    assert built.rows("silent_projects") == []


@pytest.mark.slow
def test_a_part_of_a_section_with_a_time_stands_before_all_of_it_without_one(archive: ParsedArchive) -> None:
    archive.capture(P, "2020-01-01", run=RUN, time_basis="file", name="old", reports=[JANUARY, FEBRUARY])
    cut = archive.capture(P, "2026-01-01", name="a", reports=[JANUARY], states={"reports": "cut"})
    assert archive.build().column("SELECT snapshot_id FROM progress_history") == [cut]


@pytest.mark.slow
def test_a_file_that_shows_the_same_as_a_capture_is_no_observation_of_its_date(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-09", "unchanged", run=RUN, time_basis="file")
    built = archive.build()
    assert found(built, "SELECT n_observations, last_seen_at::VARCHAR FROM project_versions") == [
        (1, "2026-01-01 00:00:00+00")
    ]
    assert built.column("SELECT code FROM quality_issues") == []


@pytest.mark.slow
def test_undated_captures_alone_are_one_version_without_changes(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-03", run=RUN, time_basis="file", name="cut", states={"reports": "cut"})
    most = archive.capture(P, "2026-01-02", run=RUN, time_basis="file", name="most", reports=[JANUARY])
    archive.capture(P, "2026-01-01", run=RUN, time_basis="file", name="as much", reports=[JANUARY, FEBRUARY])
    built = archive.build()
    assert found(built, "SELECT name, time_basis, n_versions, snapshot_id FROM projects") == [("most", "file", 1, most)]
    assert found(built, "SELECT version_no, n_observations, time_basis FROM project_versions") == [(1, 1, "file")]
    assert built.rows("project_changes") == []
    assert built.column("SELECT detail FROM progress_history") == ["หนึ่ง"]
    assert found(built, "SELECT last_success_at, n_attempts FROM page_status") == [(None, 3)]


@pytest.mark.slow
def test_a_capture_imported_with_two_proofs_has_the_better_one_in_any_order(archive: ParsedArchive) -> None:
    runs = {"file": "20260101T000000Z", "protocol": "20260102T000000Z"}
    for time_basis, run in runs.items():
        archive.capture(P, "2022-01-01", run=run, time_basis=time_basis, name="a")
        archive.capture(
            Q, "2022-01-01", run=runs["file" if time_basis == "protocol" else "protocol"], time_basis=time_basis
        )
    assert archive.build().column("SELECT time_basis FROM projects") == ["protocol", "protocol"]


def test_a_withdrawn_import_leaves_the_tables_as_if_it_had_never_been(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[JANUARY, FEBRUARY], months=[(1, "5", "canonical")])
    archive.attempt(P, "2026-01-03", "missing")
    before = tables(archive.build())
    archive.capture(
        P,
        "2026-01-02",
        run=RUN,
        name="wrong",
        reports=[MARCH],
        months=[(1, "9", "canonical")],
        updates=[("2025-12-01", "10:00", "u")],
        issues=[("placeholder_value", "name", "wrong")],
    )
    archive.attempt(P, "2026-01-04", "missing", run=RUN)
    archive.capture(Q, "2026-01-02", run=RUN, name="of the import alone")
    with_import = tables(archive.build("with-import"))
    assert all(with_import[table] != before[table] for table in TABLES)
    archive.withdraw(RUN, UNDO)
    assert tables(archive.build("later")) == before


@pytest.mark.slow
def test_a_version_that_says_again_what_an_earlier_one_said_names_the_first_of_them(archive: ParsedArchive) -> None:
    for day, name, reports in (
        ("01", "a", []),
        ("02", "b", []),
        ("03", "a", []),
        ("04", "a", [JANUARY]),
        ("05", "a", []),
    ):
        archive.capture(P, f"2026-01-{day}", name=name, reports=reports)
    returns = "SELECT returns_to_version_no FROM project_versions ORDER BY version_no"
    assert archive.build().column(returns) == [None, None, 1, None, 1]


@pytest.mark.slow
def test_a_version_returns_to_what_is_known_of_an_earlier_one_at_its_end(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", states={"reports": "absent"})
    archive.capture(P, "2026-01-02", name="a", reports=[JANUARY])
    archive.capture(P, "2026-01-03", name="b", reports=[JANUARY])
    archive.capture(P, "2026-01-04", name="a", states={"reports": "unreadable"})
    returns = "SELECT returns_to_version_no FROM project_versions ORDER BY version_no"
    assert archive.build().column(returns) == [None, None, 1]


@pytest.mark.slow
def test_a_project_that_came_back_as_it_was_returns_to_its_earlier_version(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02", "missing")
    archive.attempt(P, "2026-01-03", "missing")
    archive.attempt(P, "2026-01-04", "unchanged")
    columns = "is_reappearance, returns_to_version_no, n_changes"
    assert found(archive.build(), f"SELECT {columns} FROM project_versions ORDER BY version_no") == [
        (False, None, 0),
        (True, 1, 0),
    ]


@pytest.mark.slow
def test_a_cut_capture_after_a_vanishing_starts_a_version_and_changes_nothing(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[JANUARY])
    archive.attempt(P, "2026-01-02", "missing")
    archive.attempt(P, "2026-01-03", "missing")
    archive.capture(P, "2026-01-04", states={"fields": "cut", "reports": "absent"})
    built = archive.build()
    columns = "version_no, is_reappearance, fields_state, n_changes"
    assert found(built, f"SELECT {columns} FROM project_versions ORDER BY ALL") == [
        (1, False, "present", 0),
        (2, True, "cut", 0),
    ]
    assert found(built, "SELECT name, fields_state, status FROM projects") == [("a", "present", "listed")]


def test_silence_is_told_only_of_reports_that_were_seen_at_a_known_time(archive: ParsedArchive) -> None:
    at = "2026-03-02"
    archive.capture("50010000-0001", at, progress_pct="50", reports=[JANUARY])
    for number, state in enumerate(("absent", "unreadable", "cut"), 2):
        archive.capture(f"50010000-000{number}", at, progress_pct="50", reports=[JANUARY], states={"reports": state})
    archive.capture("50010000-0005", at, progress_pct="50")
    archive.capture("50010000-0006", at, progress_pct="50", reports=[JANUARY], time_basis="file")
    assert found(archive.build(), "SELECT project_id, n_reports FROM silent_projects ORDER BY ALL") == [
        ("50010000-0001", 1),
        ("50010000-0005", 0),
    ]


@pytest.mark.slow
def test_silence_is_measured_to_the_day_on_which_the_reports_were_last_seen_whole(archive: ParsedArchive) -> None:
    archive.capture(P, "2023-05-01", progress_pct="50", reports=[JANUARY, FEBRUARY])
    archive.capture(P, "2023-12-01", progress_pct="50", states={"reports": "absent"})
    assert archive.build().column("SELECT days_silent FROM silent_projects") == [70]


@pytest.mark.slow
def test_contradictions_are_told_only_of_months_and_reports_that_were_seen_whole(archive: ParsedArchive) -> None:
    months = [(1, "100", "canonical")]
    for number, states in enumerate(({}, {"reports": "cut"}, {"months": "cut"}), 1):
        archive.capture(
            f"50010000-000{number}", "2026-01-01", target_value="100", months=months, reports=[JANUARY], states=states
        )
    assert archive.build().column("SELECT project_id FROM outliers") == ["50010000-0001"]


@pytest.mark.slow
def test_captures_of_one_moment_are_reported_only_where_both_show_a_section_whole(archive: ParsedArchive) -> None:
    for project_id, state in ((P, "present"), (Q, "cut")):
        archive.capture(project_id, "2026-01-01", run="20260101T000000Z", name="a", reports=[JANUARY])
        archive.capture(
            project_id, "2026-01-01", run="20260102T000000Z", name="a", reports=[FEBRUARY], states={"reports": state}
        )
    built = archive.build()
    assert found(built, "SELECT code, project_id FROM quality_issues WHERE code <> 'report_changed_later'") == [
        ("captures_at_once", P)
    ]
    assert found(built, "SELECT project_id, n_versions FROM projects ORDER BY ALL") == [(Q, 1), (P, 2)]


def test_sections_stand_as_different_captures_show_them_and_every_row_names_its_own(archive: ParsedArchive) -> None:
    months = [(1, "5", "canonical"), (1, "6", "extra"), (2, "7", "canonical")]
    first = archive.capture(
        P,
        "2026-01-01",
        name="a",
        target_value="50",
        months=months,
        reports=[JANUARY],
        updates=[("2025-12-01", "10:00", "u")],
    )
    second = archive.capture(
        P,
        "2026-01-02",
        name="b",
        remark="c",
        agency="d",
        target_value="80",
        months=months[:1],
        states={"months": "cut", "reports": "absent", "updates": "absent"},
    )
    third = archive.capture(
        P,
        "2026-01-03",
        reports=[JANUARY, MARCH],
        states={"fields": "unreadable", "months": "unreadable", "updates": "cut"},
    )
    built = archive.build()
    assert found(built, "SELECT ordinal, raw, snapshot_id FROM page_fields ORDER BY ordinal") == [
        (1, "b", second),
        (2, "c", second),
        (3, "d", second),
        (4, "80", second),
        (7, "5", first),
        (8, "6", first),
        (9, "7", first),
    ]
    targets = "SELECT month_no, result_raw, target_value::INTEGER, snapshot_id FROM targets ORDER BY month_no"
    assert found(built, targets) == [(1, "5", 80, first), (2, "7", 80, first)]
    assert found(built, "SELECT raw, snapshot_id FROM target_rows ORDER BY ordinal") == [
        ("5", first),
        ("6", first),
        ("7", first),
    ]
    assert built.column("SELECT snapshot_id FROM update_history") == [first]
    assert found(built, "SELECT detail, snapshot_id FROM progress_history ORDER BY report_no") == [
        ("หนึ่ง", third),
        ("สาม", third),
    ]
    states = "fields_state, months_state, updates_state, reports_state"
    assert found(built, f"SELECT version_no, {states} FROM project_versions ORDER BY version_no") == [
        (1, "present", "present", "present", "present"),
        (2, "present", "cut", "absent", "absent"),
        (3, "unreadable", "unreadable", "cut", "present"),
    ]
    assert found(built, f"SELECT snapshot_id, {states} FROM projects") == [
        (second, "present", "present", "present", "present")
    ]


@pytest.mark.slow
def test_after_an_edit_the_months_keep_their_positions(archive: ParsedArchive) -> None:
    months = [(1, "5", "canonical"), (2, "7", "canonical")]
    first = archive.capture(P, "2026-01-01", name="a", remark="c", months=months)
    second = archive.capture(P, "2026-01-02", name="b", remark="c", months=months)
    assert found(archive.build(), "SELECT ordinal, raw, snapshot_id FROM page_fields ORDER BY ordinal") == [
        (1, "b", second),
        (2, "c", second),
        (3, "5", first),
        (4, "7", first),
    ]


@pytest.mark.slow
def test_captures_of_one_history_give_the_same_tables_in_any_order_of_import(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    captures = [
        ("2019-03-01", "a", [JANUARY], "protocol", {}),
        ("2020-03-01", "b", [], "stated", {"reports": "absent"}),
        ("2021-03-01", "b", [JANUARY, FEBRUARY], "given", {}),
        ("2026-03-01", "a", [JANUARY], "file", {}),
        ("2022-03-01", "", [FEBRUARY], "protocol", {"fields": "cut"}),
    ]
    told = []
    compared = ("project_versions", "project_changes", "progress_history", "page_fields", "quality_issues")
    for shift in range(len(captures)):
        archive = ModelArchive(tmp_path_factory.mktemp("order") / "data")
        for number, (at, name, reports, time_basis, states) in enumerate(captures[shift:] + captures[:shift], 1):
            archive.capture(
                P, at, run=f"2026010{number}T000000Z", name=name, reports=reports, time_basis=time_basis, states=states
            )
        built = archive.build()
        told.append({table: built.rows(table) for table in compared})
    assert all(one == told[0] for one in told)
    assert [row["version_no"] for row in told[0]["project_versions"]] == [1, 2, 3, 4]
