"""Each curated table says what its page said, and nothing else."""

import re
from typing import cast

import pytest

from parsers.labels import UPDATE_COLUMNS
from parsers.records import Issue, PageCell, PageRecord
from parsers.sections import Section, read_table_cells
from tests.conftest import Built, ParsedArchive, Report
from tests.sql.in_memory import ModelArchive

P = "50490000-3607"
LAYOUT = (1, 1, 2, 3, 1, 4, 5, 6, 7, 8, 6, 6, 9, 10, 11, 12)
FEBRUARY: Report = ("2023-02-20", "55", "1", "ไม่มี", "สอง")
JANUARY: Report = ("2023-01-31", "50", "1", "ไม่มี", "หนึ่ง")
MARCH: Report = ("2023-03-27", "60", "1", "เลื่อน", "สาม")


def test_targets_take_the_canonical_row_and_keep_all_values_in_page_order(archive: ParsedArchive) -> None:
    months = [
        (1, "10", "extra"),
        (1, "20", "canonical"),
        (2, "", "canonical"),
        (1, "30", "extra"),
        (3, None, "canonical"),
        (6, "", "canonical"),
        (6, "", "extra"),
        (7, "5", "canonical"),
        (7, "5", "extra"),
    ]
    archive.capture(P, "2026-01-01", name="a", months=months, target_value="100", target_unit="ร้อยละ")
    targets = archive.build().rows(
        "SELECT month_no, result_value::DOUBLE AS v, result_raw AS raw, n_rows, is_conflicting, raw_values FROM targets"
    )
    assert [tuple(row.values()) for row in targets] == [
        (1, 20.0, "20", 3, True, ["10", "20", "30"]),
        (2, None, "", 1, False, [""]),
        (3, None, None, 1, False, [None]),
        (6, None, "", 2, False, ["", ""]),
        (7, 5.0, "5", 2, False, ["5", "5"]),
    ]


def test_an_empty_cell_beside_a_value_is_a_conflict(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", months=[(1, "", "canonical"), (1, "80", "extra")])
    assert archive.build().column("SELECT is_conflicting FROM targets") == [True]


def test_a_month_without_a_canonical_row_has_no_value(archive: ParsedArchive) -> None:
    months = [(1, "7", "extra"), (2, "5", "extra"), (1, "8", "extra"), (2, "5", "extra"), (3, "6", "extra")]
    archive.capture(P, "2026-01-01", name="a", months=months)
    targets = archive.build().rows("SELECT result_value, result_raw, n_rows, is_conflicting, raw_values FROM targets")
    assert [tuple(row.values()) for row in targets] == [
        (None, None, 2, True, ["7", "8"]),
        (None, None, 2, False, ["5", "5"]),
        (None, None, 1, False, ["6"]),
    ]


def test_target_rows_keep_the_layout_of_the_site(archive: ParsedArchive) -> None:
    roles = ["extra" if no in LAYOUT[:n] else "canonical" for n, no in enumerate(LAYOUT)]
    archive.capture(P, "2026-01-01", name="a", months=[(no, "1", role) for no, role in zip(LAYOUT, roles, strict=True)])
    assert archive.build().column("SELECT month_no FROM target_rows ORDER BY ordinal") == list(LAYOUT)


def test_page_fields_keep_not_set_and_empty_apart(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="", remark=None, unknown={"ป้ายใหม่": "x"})
    rows = archive.build().rows("SELECT ordinal, raw, field FROM page_fields ORDER BY ordinal")
    assert [tuple(row.values()) for row in rows] == [(1, "", "name"), (2, None, "remark"), (3, "x", None)]


def test_only_the_newest_page_is_in_the_tables_of_the_present(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="old", months=[(1, "1", "canonical")])
    archive.capture(P, "2026-01-02", name="new", months=[(1, "2", "canonical")])
    built = archive.build()
    assert built.column("SELECT raw FROM page_fields") == ["new", "2"]
    assert built.column("SELECT result_raw FROM targets") == ["2"]
    assert built.column("SELECT name FROM projects") == ["new"]


def test_change_is_the_step_from_the_report_before_by_day(archive: ParsedArchive) -> None:
    undated: Report = ("เร็ว ๆ นี้", "99", "1", "", "")
    archive.capture(P, "2026-01-01", name="a", reports=[MARCH, JANUARY, undated, FEBRUARY])
    rows = archive.build().rows("SELECT reported_on_raw AS day, change_pct::INTEGER AS step FROM progress_history")
    assert [tuple(row.values()) for row in rows] == [
        ("2023-03-27", 5),
        ("2023-01-31", None),
        ("เร็ว ๆ นี้", None),
        ("2023-02-20", 5),
    ]


def history(archive: ParsedArchive) -> list[tuple[object, ...]]:
    rows = archive.build().rows(
        """
        SELECT
            report_no, page_row_no, reported_on_raw, detail, n_revisions, is_current, left(first_seen_at::VARCHAR, 10)
        FROM progress_history ORDER BY report_no
        """
    )
    return [tuple(row.values()) for row in rows]


@pytest.mark.slow
def test_a_report_keeps_its_number_and_first_observation_as_others_join(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[JANUARY])
    archive.capture(P, "2026-02-01", name="a", reports=[JANUARY, FEBRUARY])
    archive.capture(P, "2026-03-01", name="a", reports=[JANUARY, FEBRUARY, MARCH])
    assert history(archive) == [
        (1, 1, "2023-01-31", "หนึ่ง", 1, True, "2026-01-01"),
        (2, 2, "2023-02-20", "สอง", 1, True, "2026-02-01"),
        (3, 3, "2023-03-27", "สาม", 1, True, "2026-03-01"),
    ]


def test_a_removed_report_stays_in_history_and_is_not_current(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[JANUARY, FEBRUARY])
    archive.capture(P, "2026-02-01", name="a", reports=[FEBRUARY])
    assert history(archive) == [
        (1, None, "2023-01-31", "หนึ่ง", 1, False, "2026-01-01"),
        (2, 1, "2023-02-20", "สอง", 1, True, "2026-01-01"),
    ]


def test_an_edited_report_shows_its_newest_revision(archive: ParsedArchive) -> None:
    edited: Report = ("2023-01-31", "50", "1", "ไม่มี", "แก้แล้ว")
    archive.capture(P, "2026-01-01", name="a", reports=[JANUARY, FEBRUARY])
    archive.capture(P, "2026-02-01", name="a", reports=[edited, FEBRUARY])
    assert history(archive)[0] == (1, 1, "2023-01-31", "แก้แล้ว", 2, True, "2026-01-01")


@pytest.mark.slow
def test_a_cell_not_set_on_one_page_and_empty_on_another_is_no_other_revision(archive: ParsedArchive) -> None:
    """Extracted text cannot tell the two; a text that moved to another cell is another revision all the same."""
    archive.capture(P, "2026-01-01", name="a", reports=[("2023-01-31", "50", "1", None, "หนึ่ง"), FEBRUARY])
    archive.capture(P, "2026-02-01", name="b", reports=[("2023-01-31", "50", "1", "", "หนึ่ง"), FEBRUARY], reader="text")
    archive.capture(P, "2026-03-01", name="c", reports=[("2023-01-31", "50", "1", "หนึ่ง", ""), FEBRUARY], reader="text")
    assert [row[4] for row in history(archive)] == [2, 1]


@pytest.mark.slow
def test_two_reports_of_one_day_are_two(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", reports=[JANUARY, JANUARY])
    archive.capture(P, "2026-02-01", name="b", reports=[JANUARY, JANUARY])
    assert [row[:2] for row in history(archive)] == [(1, 1), (2, 2)]


def changes(archive: ParsedArchive) -> set[tuple[object, ...]]:
    rows = archive.build().rows(
        "SELECT section, field, row_label, occurrence, change_type, old, new FROM project_changes"
    )
    return {tuple(row.values()) for row in rows}


def test_changes_name_each_edited_added_and_removed_row_and_not_set_says_no_more_than_empty(
    archive: ParsedArchive,
) -> None:
    archive.capture(P, "2026-01-01", name="a", remark="", unknown={"ป้าย": "x"})
    archive.capture(P, "2026-01-02", name="b", remark=None, agency="c")
    assert changes(archive) == {
        ("field", "name", None, 1, "edited", "a", "b"),
        ("field", "agency", None, 1, "added", None, "c"),
        ("field", None, None, 1, "removed", "x", None),
    }


@pytest.mark.slow
def test_changes_of_month_rows_name_the_repetition(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", months=[(1, "1", "canonical"), (1, "2", "extra")])
    archive.capture(P, "2026-01-02", months=[(1, "1", "canonical"), (1, "3", "extra"), (2, "4", "canonical")])
    assert changes(archive) == {
        ("month", "targets.result_value", None, 2, "edited", "2", "3"),
        ("month", "targets.result_value", None, 1, "added", None, "4"),
    }


def test_changes_of_reports_follow_the_day_not_the_row(archive: ParsedArchive) -> None:
    edited: Report = ("2023-02-20", "56", "1", "ไม่มี", "สอง")
    archive.capture(P, "2026-01-01", reports=[JANUARY, FEBRUARY])
    archive.capture(P, "2026-01-02", reports=[MARCH, edited, JANUARY])
    assert changes(archive) == {
        ("progress", "progress_history.progress_pct", "2023-02-20", 1, "edited", "55", "56"),
        ("progress", "progress_history.reported_on", "2023-03-27", 1, "added", None, "2023-03-27"),
        ("progress", "progress_history.progress_pct", "2023-03-27", 1, "added", None, "60"),
        ("progress", "progress_history.status_code", "2023-03-27", 1, "added", None, "1"),
        ("progress", "progress_history.problem", "2023-03-27", 1, "added", None, "เลื่อน"),
        ("progress", "progress_history.detail", "2023-03-27", 1, "added", None, "สาม"),
    }


@pytest.mark.slow
def test_changes_of_the_edit_log_are_seen(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", updates=[("2025-12-01", "10:00", "u")])
    archive.capture(P, "2026-01-02", updates=[("2025-12-01", "10:00", "u"), ("2025-12-02", "11:00", "u")])
    found = {(section, field, change_type) for section, field, _, _, change_type, _, _ in changes(archive)}
    names = ("updated_on", "updated_time", "user_name", "action")
    assert found == {("update", f"update_history.{name}", "added") for name in names}


@pytest.mark.slow
def test_an_edit_that_joins_leaves_others_of_its_day_as_they_are(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", updates=[("2025-12-01", "11:00", "u")])
    archive.capture(P, "2026-01-02", updates=[("2025-12-01", "10:00", "u"), ("2025-12-01", "11:00", "u")])
    assert {(label, change_type) for _, _, label, _, change_type, _, _ in changes(archive)} == {
        ("2025-12-01 10:00", "added")
    }


@pytest.mark.slow
def test_every_cell_of_an_edit_is_compared_under_its_name(archive: ParsedArchive) -> None:
    columns = [(column.field, column.text) for column in UPDATE_COLUMNS if column.field != "user_name"]
    for day in ("01", "02"):
        archive.capture(P, f"2026-01-{day}", updates=[("2025-12-01", f"{day}:00", "u")])
        rows = archive.rows[f"202601{day}T000000Z"]
        (page,) = cast("list[PageRecord]", rows["pages"])
        raws = [f"{field} {day}" for field, _ in columns]
        rows["page_cells"] = [
            *read_table_cells(page[:3], Section.UPDATE, columns, [(1, "2025-12-01 11:00", raws)]).cells
        ]
    assert {(field, old, new) for _, field, _, _, _, old, new in changes(archive)} == {
        (f"update_history.{field}", f"{field} 01", f"{field} 02") for field, _ in columns
    }


def test_a_cut_page_never_replaces_a_whole_one(archive: ParsedArchive) -> None:
    cut = {"fields": "cut", "months": "absent", "updates": "absent", "reports": "absent"}
    archive.capture(P, "2026-01-01", name="whole", reports=[JANUARY])
    archive.capture(P, "2026-01-02", name="cut", states=cut)
    archive.capture("50490000-0002", "2026-01-02", name="only cut", states=cut)
    for rows in archive.rows.values():
        pages = cast("list[PageRecord]", rows["pages"])
        rows["pages"] = [page._replace(is_truncated=page.fields_state == "cut") for page in pages]
    built = archive.build()
    columns = "name, is_truncated, n_versions, fields_state, reports_state, reports_last_seen_at::VARCHAR AS reports_at"
    assert [tuple(row.values()) for row in built.rows(f"SELECT {columns} FROM projects ORDER BY name")] == [
        ("only cut", True, 1, "cut", "absent", None),
        ("whole", False, 1, "present", "present", "2026-01-01 00:00:00+00"),
    ]
    assert built.rows("project_changes") == []
    assert built.column("SELECT detail FROM progress_history") == ["หนึ่ง"]


@pytest.mark.slow
def test_a_page_that_was_cut_is_told_as_whole_where_another_shows_what_lies_beyond_the_cut(
    archive: ParsedArchive,
) -> None:
    beyond = {"updates": "absent", "reports": "absent"}
    archive.capture(P, "2026-01-01", name="a", states=beyond)
    (page,) = cast("list[PageRecord]", archive.rows["20260101T000000Z"]["pages"])
    archive.rows["20260101T000000Z"]["pages"] = [page._replace(is_truncated=True)]
    assert archive.build().column("SELECT is_truncated FROM projects") == [True]
    archive.capture(P, "2026-01-02", name="a", reports=[JANUARY])
    assert archive.build("later").column("SELECT is_truncated FROM projects") == [False]


def test_page_status_counts_failures_since_the_last_answer(archive: ParsedArchive) -> None:
    archive.attempt(P, "2026-01-01", "failed")
    archive.capture(P, "2026-01-02", name="a")
    archive.attempt(P, "2026-01-03", "refused")
    archive.attempt(P, "2026-01-04", "failed")
    (status,) = archive.build().rows("page_status")
    assert (status["n_attempts"], status["n_consecutive_failures"], status["last_outcome"]) == (4, 2, "failed")
    assert str(status["last_success_at"]) == "2026-01-02 00:00:00+00:00"
    assert status["last_error"] == "no answer"


def test_open_issues_are_those_of_the_newest_page_with_their_first_observation(archive: ParsedArchive) -> None:
    archive.capture(
        P, "2026-01-01", name="a", issues=[("month_conflict", "month", "x"), ("placeholder_value", "name", "-")]
    )
    archive.capture(P, "2026-01-02", name="b", issues=[("month_conflict", "month", "x")])
    rows = archive.build().rows("SELECT code, left(first_seen_at::VARCHAR, 10) AS day FROM quality_issues")
    assert rows == [{"code": "month_conflict", "day": "2026-01-01"}]


def test_an_issue_counts_from_the_day_since_which_every_state_has_it_with_the_same_text(archive: ParsedArchive) -> None:
    texts = {"01": "-", "02": "x", "03": "-", "05": "-"}
    for day, raw in texts.items():
        # Seen at 18:00 UTC, one hour into the next day in Bangkok; other values change on each of these days.
        later = [("placeholder_value", "remark", "-")] if day > "01" else []
        issues = [("placeholder_value", "name", raw), *later]
        archive.capture(P, f"2026-01-{day}T18:00", name=raw, progress_pct=day, issues=issues)
    archive.attempt(P, "2026-01-04", "unchanged")
    archive.attempt(P, "2026-01-06", "unchanged")
    days = "field, present_since::VARCHAR AS day, first_seen_at::DATE::VARCHAR AS at"
    rows = archive.build().rows(f"SELECT {days} FROM quality_issues WHERE code <> 'value_disappeared_briefly'")
    assert {row["field"]: (row["day"], row["at"]) for row in rows} == {
        "name": ("2026-01-04", "2026-01-01"),
        "remark": ("2026-01-03", "2026-01-02"),
    }


def test_a_capture_without_the_section_does_not_end_its_issues(archive: ParsedArchive) -> None:
    issue = ("unreadable_date", "progress_history.reported_on", "31/02")
    report = ("", "5", "1", "", "x")
    archive.capture(P, "2026-01-01", reports=[report], issues=[issue])
    archive.capture(P, "2026-01-02", name="b", states={"reports": "cut"})
    archive.capture(P, "2026-01-03", name="c", reports=[report], issues=[issue])
    assert archive.build().column("SELECT present_since::VARCHAR FROM quality_issues") == ["2026-01-01"]


def test_a_day_that_only_a_file_vouches_for_is_no_day_of_an_issue(archive: ParsedArchive) -> None:
    issue = ("placeholder_value", "name", "-")
    archive.capture(P, "2026-01-01", time_basis="file", name="-", agency="a", issues=[issue])
    days = "SELECT DISTINCT present_since FROM quality_issues"
    assert archive.build().column(days) == [None]
    archive.capture(P, "2026-02-01", run="20260201T000000Z", name="-", agency="a", issues=[issue])
    assert archive.build("later").column(f"SELECT present_since::VARCHAR FROM ({days})") == ["2026-02-01"]


@pytest.mark.slow
def test_an_issue_of_a_page_that_could_not_be_read_stays_open_until_one_can(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a")
    archive.attempt(P, "2026-01-02", "failed", snapshot="evidence")
    archive.rows["20260102T000000Z"]["issues"].append(issue_on("evidence"))
    built = archive.build()
    assert built.column("SELECT code FROM quality_issues") == ["page_login"]
    assert built.column("SELECT n_issues FROM projects") == [1]
    archive.attempt(P, "2026-01-03", "unchanged")
    assert archive.build("later").column("SELECT code FROM quality_issues") == []


def issue_on(snapshot_id: str) -> Issue:
    return Issue("page_login", "error", "sample", P, snapshot_id, None, None, None, None, "a login form")


PRINTED: list[tuple[str, str | None, list[str]]] = [
    (P, "สำนักงานเขตทุ่งครุ", []),
    (P, "สำนักงาน เขต ทุ่งครุ", []),
    (P, "สํานักงานเขตทุ่งครุ", []),
    (P, "สำนักงานเขตบางรัก", ["agency_name_differs"]),
    ("04160000-0001", "สำนักงานการต่างประเทศ", []),
    ("04160000-0001", "สำนักปลัดกรุงเทพมหานคร", []),
    ("04160000-0001", "กองประชาสัมพันธ์", ["agency_name_differs"]),
    ("04010000-0001", "กองกลาง", []),
    ("04210000-0001", "กองกลาง", []),
    ("04190000-0001", "กองการเจ้าหน้าที่", []),
    ("04170000-0001", "สำนักปลัดกรุงเทพมหานคร", []),
    ("18000000-0001", "สำนักผังเมือง", []),
    ("25000000-0001", "สำนักผังเมือง", []),
    ("25000000-0001", "สำนักการโยธา", ["agency_name_differs"]),
    ("20000000-0001", "สำนักงบประมาณ กทม.", []),
    ("04000000-0001", "สำนักปลัด", []),
    ("00000000-0001", "กรุงเทพมหานคร", []),
    (P, "กรุงเทพมหานคร", ["agency_name_differs"]),
    (P, "เขตทุ่งครุ", []),
    (P, "สนข.ทุ่งครุ", []),
    (P, "สนข. เขตทุ่งครุ", []),
    (P, "สำนักงานเขตทุ่งครุ (ฝ่ายโยธา)", []),
    (P, "สำนักงานเขตทุ่งครุ [5049]", []),
    (P, "สำนักงานเขตทุ่งครุ.", []),
    (P, "สำนักงานเขตทุ่งครุ กรุงเทพมหานคร", []),
    (P, "เขตบางรัก (ทุ่งครุ)", ["agency_name_differs"]),
    (P, "ฝ่ายโยธา สำนักงานเขตทุ่งครุ", []),
    (P, "ฝ่ายโยธาสำนักงานเขตทุ่งครุ", []),
    (P, "กลุ่มงานกฎหมาย เขตทุ่งครุ", []),
    (P, "งานนโยบายและแผน ฝ่ายปกครอง สำนักงานเขตทุ่งครุ กรุงเทพมหานคร", []),
    (P, "สำนักงานเขตทุ่งครุ ฝ่ายโยธา", []),
    (P, "เขตทุ่งครุฯ", []),
    (P, "เขตทุ่งฯ", []),
    (P, "ฝ่ายโยธา", ["agency_name_differs"]),
    (P, "ฝ่ายโยธา สำนักงานเขตบางรัก", ["agency_name_differs"]),
    (P, "สำนักงานเขตบางรัก ฝ่ายโยธา", ["agency_name_differs"]),
    (P, "เขตบางฯ", ["agency_name_differs"]),
    (P, "เขตฯ", ["agency_name_differs"]),
    (P, "สำนักฯ", ["agency_name_differs"]),
    ("50010000-0001", "ฝ่ายโยธา สำนักงานเขตพระนคร", []),
    ("50020000-0001", "เขตป้อมปราบฯ", []),
    ("50020000-0001", "สำนักงานเขตป้อมปราบ ฯ", []),
    ("50010000-0001", "เขตป้อมปราบฯ", ["agency_name_differs"]),
    (P, None, []),
    ("18000000-0001", "สำนักการวางผังและพัฒนาเมือง", []),
]
NAMES: list[tuple[str | None, list[str] | None, str | None]] = [
    ("(P145) (P147) โครงการ ส่งเสริม", ["P145", "P147"], "โครงการส่งเสริม"),
    ("(P145)(P147)โครงการส่งเสริม", ["P145", "P147"], "โครงการส่งเสริม"),
    (" ( p๑๔๕, P147 )\u00a0โครงการส่งเสริม", ["P145", "P147"], "โครงการส่งเสริม"),
    ("โครงการ “ส่งเสริม” ปี ๒๕๖๖", [], "โครงการส่งเสริมปี2566"),
    ('โครงการ "ส่งเสริม"\r\nปี 2566', [], "โครงการส่งเสริมปี2566"),
    ("ส\u0e4d\u0e32นักงาน น\u0e4d\u0e49\u0e32 น\u0e49\u0e4d\u0e32", [], "สำนักงานน้ำน้ำ"),
    ("โครงการ (P145) ส่งเสริม", [], "โครงการ(P145)ส่งเสริม"),
    ("(PM2.5) โครงการ", [], "(PM2.5)โครงการ"),
    ("(P145)/(P147) โครงการ", ["P145", "P147"], "โครงการ"),
    ("(P145),(P147) โครงการ", ["P145", "P147"], "โครงการ"),
    ("(P145,147) โครงการ", ["P145", "P147"], "โครงการ"),
    ("(P145, P147) โครงการ", ["P145", "P147"], "โครงการ"),
    ("(P145 และ P147) โครงการ", ["P145", "P147"], "โครงการ"),
    ("[P145] (P-147) และ (P.149) - โครงการ", ["P145", "P147", "P149"], "โครงการ"),
    ("(P147) (P145) (P147) โครงการ", ["P147", "P145"], "โครงการ"),
    ("(P145-P147) โครงการ", None, "(P145-P147)โครงการ"),
    ("(P145/1) โครงการ", None, "(P145/1)โครงการ"),
    ("(P145/2566) โครงการ", None, "(P145/2566)โครงการ"),
    ("(P145, 2566) โครงการ", None, "(P145,2566)โครงการ"),
    ("(P145,66) โครงการ", None, "(P145,66)โครงการ"),
    ("(P145/66) โครงการ", None, "(P145/66)โครงการ"),
    ("(P145 และ ๖๖) โครงการ", None, "(P145และ66)โครงการ"),
    ("(P145) (P147,66) โครงการ", None, "(P147,66)โครงการ"),
    ("(P145) โครงการ (P147,66)", ["P145"], "โครงการ(P147,66)"),
    ("(P145,66", None, "(P145,66"),
    ("(P145/147) โครงการ", ["P145", "P147"], "โครงการ"),
    ("(P145;147) โครงการ", ["P145", "P147"], "โครงการ"),
    ("(P145)-(P147) โครงการ", ["P145", "P147"], "โครงการ"),
    ("ซอย 1 12", [], "ซอย1 12"),
    ("ซอย 11\n2", [], "ซอย11 2"),
    ("ซอย ๑\u00a0 ๑ 2 แห่ง", [], "ซอย1 1 2แห่ง"),
    ("(P145)", ["P145"], None),
    ("", [], None),
    (None, [], None),
]


@pytest.fixture(scope="module")
def printed_and_named(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A project for each of PRINTED and NAMES, numbered as they are."""
    archive = ModelArchive(tmp_path_factory.mktemp("named") / "data")
    for number, (project_id, printed, _) in enumerate(PRINTED):
        archive.capture(f"{project_id[:8]}-1{number:03}", "2026-01-01", agency=printed)
    for number, (name, *_) in enumerate(NAMES):
        archive.capture(f"50490000-2{number:03}", "2026-01-01", name=name)
    return archive.build()


@pytest.mark.parametrize(
    ("number", "codes"), [pytest.param(n, codes, id=f"{code} {name}") for n, (code, name, codes) in enumerate(PRINTED)]
)
def test_the_printed_agency_may_be_any_name_of_the_code_or_the_bureau_it_is_part_of(
    printed_and_named: Built, number: int, codes: list[str]
) -> None:
    found = f"SELECT code FROM quality_issues WHERE project_id LIKE '%-1{number:03}'"
    assert printed_and_named.column(found) == codes


@pytest.mark.parametrize(
    ("number", "tags", "key"), [pytest.param(n, tags, key, id=repr(name)) for n, (name, tags, key) in enumerate(NAMES)]
)
def test_a_name_gives_its_policy_tags_and_a_key_for_joining(
    printed_and_named: Built, number: int, tags: list[str] | None, key: str | None
) -> None:
    found = f"SELECT policy_tags, name_key FROM projects WHERE project_id LIKE '%-2{number:03}'"
    assert printed_and_named.rows(found) == [{"policy_tags": tags, "name_key": key}]


def test_unknown_cells_are_published_of_the_newest_page_with_contacts_masked(archive: ParsedArchive) -> None:
    def cell(section: str, row: int, label: str, raw: str | None, *where: object) -> None:
        heading, table_no, key = where
        kept = PageCell("sample", P, snapshot, section, row, label, raw, None, heading, table_no, key)  # type: ignore[arg-type]
        archive.rows[f"202601{day}T000000Z"]["page_cells"].append(kept)

    for day in ("01", "02"):
        snapshot = archive.capture(P, f"2026-01-{day}", name=day, reports=[JANUARY])
        cell("progress", 1, "พิกัด", "13.7", "2023-01-31", 1, "พิกัด")
        cell("other", 1, "วาระ", day, "คณะ โทร. 8031", 1, "002")
        cell("other", 1, "ที่นั่ง", None, "คณะ โทร. 8031", 1, "001")
        cell("other", 1, "ผู้บันทึก", "somchai", None, 2, "001")
        cell("other", 2, "", "โทร. 8031", None, 2, "002")
    columns = "stands_in, table_no, heading, row_no, cell_no, label, raw"
    rows = archive.build().rows(f"SELECT {columns} FROM unknown_cells ORDER BY ALL")
    assert re.fullmatch("user-[0-9a-f]{12}", str(rows[3].pop("raw")))
    assert [tuple(row.values()) for row in rows] == [
        ("progress_history", 1, None, 1, 1, "พิกัด", "13.7"),
        ("unknown table", 1, "คณะ โทร. xxxx", 1, 1, "ที่นั่ง", None),
        ("unknown table", 1, "คณะ โทร. xxxx", 1, 2, "วาระ", "02"),
        ("unknown table", 2, None, 1, 1, "ผู้บันทึก"),
        ("unknown table", 2, None, 2, 1, "", "โทร. xxxx"),
    ]


def test_an_unknown_agency_code_is_an_issue_and_an_agency_row(archive: ParsedArchive) -> None:
    archive.capture("99990000-0001", "2026-01-01", agency="ใหม่")
    built = archive.build()
    assert built.column("SELECT code FROM quality_issues") == ["agency_unknown"]
    assert built.rows(
        "SELECT agency, agency_listed, name_source, other_names FROM agencies WHERE agency_code = '99990000'"
    ) == [{"agency": "ใหม่", "agency_listed": None, "name_source": None, "other_names": []}]


def test_an_agency_has_the_keys_of_other_data(archive: ParsedArchive) -> None:
    wanted = "agency_listed, name_source, other_names, parent_code, name_en, dopa_code, kind"
    query = f"SELECT {wanted} FROM agencies WHERE agency_code IN ('04010000', '50050000') ORDER BY agency_code"
    assert [tuple(row.values()) for row in archive.build().rows(query)] == [
        (
            "สำนักงานเลขานุการปลัดกรุงเทพมหานคร", "printed on a page", ["กองกลาง"], "04000000", None, None,
            "office of the permanent secretary",
        ),
        ("สำนักงานเขตปทุมวัน", "list of the city", [], None, "Pathum Wan District Office", "1007", "district"),
    ]  # fmt: skip


def test_every_listed_name_says_how_it_is_known(archive: ParsedArchive) -> None:
    counted = "SELECT name_source, count(*) AS n FROM agencies GROUP BY name_source ORDER BY name_source"
    assert {str(row["name_source"]): row["n"] for row in archive.build().rows(counted)} == {
        "list of the city": 31,
        "printed on a page": 61,
    }


def test_a_withdrawn_import_is_marked_and_in_no_other_table(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="true")
    archive.capture(P, "2026-02-01", run="20260301T000000Z", name="false", reports=[MARCH])
    archive.capture("50490000-0002", "2026-02-01", run="20260301T000000Z", name="never there")
    archive.withdraw("20260301T000000Z", "2026-03-02")
    release = archive.build()
    assert release.column("SELECT name FROM projects") == ["true"]
    assert release.column("SELECT n_versions FROM projects") == [1]
    assert release.rows("SELECT * FROM progress_history") == []
    assert release.column("SELECT project_id FROM page_status") == [P]
    assert release.rows("SELECT run_id, withdrawn_by, n_attempts, n_changed FROM runs ORDER BY run_id") == [
        {"run_id": "20260101T000000Z", "withdrawn_by": None, "n_attempts": 1, "n_changed": 1},
        {"run_id": "20260301T000000Z", "withdrawn_by": "20260302T000000Z", "n_attempts": 2, "n_changed": 2},
        {"run_id": "20260302T000000Z", "withdrawn_by": None, "n_attempts": 0, "n_changed": 0},
    ]


@pytest.mark.slow
def test_what_was_withdrawn_and_imported_again_counts_again(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-02-01", run="20260301T000000Z", name="page")
    archive.withdraw("20260301T000000Z", "2026-03-02")
    archive.capture(P, "2026-02-01", run="20260303T000000Z", name="page")
    release = archive.build()
    assert release.column("SELECT name FROM projects") == ["page"]
    assert release.column("SELECT warc_file FROM projects") == ["20260303T000000Z-sample.warc.gz"]
