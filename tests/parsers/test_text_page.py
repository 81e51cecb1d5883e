"""Extracted text: the same record as the HTML of the page, cut texts, and texts that cannot be split for certain."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from parsers.labels import MONTH_LABEL
from parsers.page import PageKind
from parsers.project import page_issue
from parsers.text_page import read_text
from parsers.text_rows import UNSPLIT
from tests.parsers.projects import LABEL_OF, PLAIN, StoredProject, parse
from tests.parsers.samples import FIXTURES, REAL, REAL_ID, as_kept

TEXTS = FIXTURES / "real"
REAL_TEXT = (TEXTS / f"{REAL_ID}.txt").read_text("utf-8")
BEGINNINGS = sorted(path.stem for path in TEXTS.glob("*.txt") if path.stem != REAL_ID)
FROM_TEXT = parse(read_text(REAL_TEXT), REAL_ID)
FROM_HTML = parse(REAL.page(), REAL_ID)

# What text cannot carry. The page's heading and tables are the same; null and '' look alike only where both are blank,
# and the fingerprint covers what was read, so it differs wherever a value does.
DIFFERENT = {
    "reader": ("text", "html"),
    # Nothing behind the last report shows that the text is there to its end.
    "reports_state": ("cut", "present"),
    "reports_fingerprint": (None, FROM_HTML.page.reports_fingerprint),
    "content_sha256": (FROM_TEXT.page.content_sha256, FROM_HTML.page.content_sha256),
}


@pytest.mark.parametrize("field", FROM_HTML.page._fields)
def test_the_text_of_the_real_page_gives_the_same_field_as_its_html(field: str) -> None:
    pair = (getattr(FROM_TEXT.page, field), getattr(FROM_HTML.page, field))
    assert pair == DIFFERENT.get(field, (pair[1], pair[1]))


@pytest.mark.parametrize("ordinal", range(1, 42))
def test_the_text_of_the_real_page_gives_the_same_row_as_its_html(ordinal: int) -> None:
    assert FROM_TEXT.fields[ordinal - 1] == FROM_HTML.fields[ordinal - 1]


@pytest.mark.parametrize("table", ["months", "progress", "updates", "issues"])
def test_the_text_of_the_real_page_gives_the_same_table_as_its_html(table: str) -> None:
    assert getattr(FROM_TEXT, table) == getattr(FROM_HTML, table)


def test_the_real_text_is_a_whole_project_page() -> None:
    page = read_text(REAL_TEXT)
    assert (page.kind, page.reason, page.title_id, page.headline) == (PageKind.PROJECT, None, REAL_ID, "ร้อยละ 100")
    assert len(page.rows) == 41
    assert page_issue(page, source_id="test", project_id=REAL_ID, snapshot_id="s") is None


KNOWN_BEGINNINGS = {
    "15000000-2677": ("2566", "34", "1404", "1500-2072", "0", "0", "55", "สำนักเทศกิจ"),
    "18000000-6670": ("2566", "34", "1402", "1800-847", "27,731,000", "0", "89", "สำนักการวางผังและพัฒนาเมือง"),
    "22000000-4221": ("2566", "32", "0000000", "2200-1061", "132,182,444", "76,332,000", "60", "สำนักสิ่งแวดล้อม"),
    "50070000-3413": ("2566", "31", "1111", "5007-2017", "127,800", "55,979", "70", "สำนักงานเขตดุสิต"),
    "50310000-2954": ("2566", "31", "1111", "5031-2047", "80,900", "57,840", "65", "สำนักงานเขตบางซื่อ"),
}


@pytest.mark.parametrize("project_id", BEGINNINGS)
def test_every_beginning_of_a_real_page_is_truncated_and_its_lines_are_read(project_id: str) -> None:
    text = (TEXTS / f"{project_id}.txt").read_text("utf-8")
    page = read_text(text)
    assert page.kind is PageKind.TRUNCATED
    assert page.title_id == project_id
    parsed = parse(page, project_id)
    # Each line of these texts up to the first long one is a label with its value behind it.
    lines = [line for line in text.split("\n") if line]
    assert [row.label + (row.raw if row.raw is not None else "(ไม่ได้ตั้ง)") for row in parsed.fields[:12]] == lines[3:15]
    assert all(row.field is not None for row in parsed.fields)
    assert parsed.page.is_truncated
    assert "page_truncated" in {issue.code for issue in parsed.issues}


@pytest.mark.parametrize("project_id", KNOWN_BEGINNINGS)
def test_values_of_a_beginning(project_id: str) -> None:
    page = parse(read_text((TEXTS / f"{project_id}.txt").read_text("utf-8")), project_id).page
    found = (
        page.fiscal_year_raw,
        page.policy_id,
        page.branch_id,
        page.kpi_id,
        page.budget_received_thb_raw,
        page.budget_spent_thb_raw,
        page.progress_pct_raw,
        page.agency,
    )
    assert found == KNOWN_BEGINNINGS[project_id]


@pytest.mark.parametrize("start", range(4))
def test_the_real_text_cut_anywhere_keeps_whole_rows_and_distrusts_the_last(start: int) -> None:
    whole = read_text(REAL_TEXT).rows
    for cut in range(start * 4, len(REAL_TEXT) - 1, 16):
        page = read_text(REAL_TEXT[:cut])
        assert page.title_id in (None, REAL_ID)
        assert page.headline in (None, "ร้อยละ 100")
        assert page.rows[: len(page.rows) - 1] == whole[: max(0, len(page.rows) - 1)], REAL_TEXT[cut - 40 : cut]
        if page.kind is PageKind.TRUNCATED:
            record = parse(page, REAL_ID).page
            whole_record = FROM_HTML.page
            for field in (
                "budget_received_thb",
                "progress_pct",
                "start_date",
                "finish_date",
                "fiscal_year_be",
                "weight",
            ):
                assert getattr(record, field) in (None, getattr(whole_record, field)), (cut, field)


def rendered(project: StoredProject) -> str:
    """A project as text extraction leaves it: label and value on one line, cells of a table row joined by spaces."""

    def said(value: str | None) -> str:
        return "(ไม่ได้ตั้ง)" if value is None else value

    lines = [f"รายละเอียดโครงการ/กิจกรรม: {project.project_id}", "", f"คืบหน้าล่าสุด : {project.headline}", ""]
    lines += ["ข้อมูลโครงการ/กิจกรรม พิมพ์ PDF", ""]
    lines += [f"{label}{said(value)}" for label, value in project.rows]
    lines += ["", "ประวัติการปรับปรุงข้อมูล", ""]
    lines += ["วันที่ เวลา ชื่อผู้ใช้ กระทำ สอดคล้องตามนโยบาย เริ่มต้น สิ้นสุด เป้าหมาย ผลการดำเนินการ หน่วยนับ"]
    lines += [" ".join(map(said, row)) for row in project.updates or ()]
    lines += ["ความคืบหน้าล่าสุด", "วันที่รายงาน ความคืบหน้า สถานะโครงการ ปัญหาอปสรรค รายละเอียด"]
    lines += [" ".join(map(said, row)) for row in project.reports or ()]
    return "\n".join(lines).replace("\r\n", "\n")


def test_a_plain_project_reads_the_same_from_text_and_from_html() -> None:
    from_text, from_html = parse(read_text(rendered(PLAIN)), PLAIN.project_id), PLAIN.parse()
    assert from_text.fields == from_html.fields
    assert from_text.months == from_html.months
    assert from_text.progress == from_html.progress
    assert from_text.updates == from_html.updates
    assert from_text.issues == []


def test_month_1_with_a_value_is_told_from_month_10_without_one() -> None:
    months = [(1, "00"), (1, ""), (2, "2"), (3, ""), (1, "1"), (4, ""), (5, ""), (6, "")]
    months += [(7, ""), (8, ""), (6, ""), (6, ""), (9, "9"), (10, ""), (11, "1"), (12, "2")]
    page = read_text(rendered(PLAIN.having_months(months)))
    assert [tuple(row) for row in page.rows[-16:]] == [(f"{MONTH_LABEL} {month}", value) for month, value in months]


AMBIGUOUS = {
    "a label as a line of the goals": PLAIN.having(goal="ก\nผู้รับผิดชอบทุกคน\nข"),
    "the second เป้าหมาย inside a text": PLAIN.having(objective="ก\nเป้าหมายของเขต\nข"),
    "a month label below the second เป้าหมาย": PLAIN.having(month_goal=f"ก\n{MONTH_LABEL} 1 ดี"),
}


ORDERLY = {
    "a label that the order rules out": PLAIN.having(rationale="ก\nหน่วยนับเป็นร้อยละ\nข"),
    "a month label before the month rows": PLAIN.having(progress_note=f"ก\n{MONTH_LABEL} 1 ดี"),
    "the heading of a table": PLAIN.having(goal="ก\nประวัติการปรับปรุงข้อมูล\nความคืบหน้าล่าสุด"),
    "blank lines within a value": PLAIN.having(goal="ก\n\n\nข"),
    "nothing but labels": PLAIN.having(name="", agency=None, goal="", target="", result=None),
}


@pytest.mark.parametrize("project", ORDERLY.values(), ids=ORDERLY)
def test_the_order_of_the_rows_tells_labels_from_lines_that_look_like_them(project: StoredProject) -> None:
    page = read_text(rendered(project))
    assert [tuple(row) for row in page.rows] == [(label, as_kept(value)) for label, value in project.rows]
    assert parse(page, project.project_id).fields == project.parse().fields


def stored_values(project: StoredProject) -> dict[str, list[str | None]]:
    """What each label may have behind it; in text, a stored `(ไม่ได้ตั้ง)` is the same as none."""
    stored: dict[str, list[str | None]] = {}
    for label, value in project.rows:
        kept = as_kept(value)
        stored.setdefault(label, []).append(None if kept in ("(ไม่ได้ตั้ง)", "(not set)") else kept)
    return stored


@pytest.mark.parametrize("project", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_lines_that_could_be_two_rows_are_an_issue_and_no_guess(project: StoredProject) -> None:
    page = read_text(rendered(project))
    stored = stored_values(project)
    assert all(row.label == UNSPLIT or row.value in stored[row.label] for row in page.rows)
    codes = {issue.code for issue in parse(page, project.project_id).issues}
    assert "ambiguous_text" in codes
    assert UNSPLIT in {row.label for row in page.rows}


def test_a_line_behind_a_value_of_one_line_is_a_row_without_label() -> None:
    page = read_text(rendered(PLAIN.having(weight="1\nก")))
    assert (UNSPLIT, "ก") in page.rows
    assert (LABEL_OF["weight"], "1") in page.rows
    assert "ambiguous_text" in page.flags


def test_a_label_above_its_value_is_left_with_it() -> None:
    page = read_text(rendered(PLAIN).replace("\nค่าน้ำหนัก1\n", "\nค่าน้ำหนัก\n\n1\n"))
    assert (UNSPLIT, "ค่าน้ำหนัก\n\n1") in page.rows
    assert parse(page, PLAIN.project_id).page.weight_raw is None


def test_a_text_that_ends_behind_the_edit_log_is_cut() -> None:
    text = rendered(PLAIN)
    page = read_text(text[: text.index("\nความคืบหน้าล่าสุด\n")])
    assert (page.kind, page.reason) == (PageKind.TRUNCATED, "the text ends before the progress table")
    assert page.rows == read_text(text).rows


LINES = st.one_of(
    st.sampled_from([label for label, _ in PLAIN.rows]),
    st.sampled_from([label for label, _ in PLAIN.rows]).flatmap(
        lambda label: st.text("กข1 /:", max_size=4).map(label.__add__)
    ),
    st.text("กขค123 /:.-(),", max_size=12),
    st.sampled_from(["2023-01-31 50.0 1 ไม่มี 31/01/2566 : ก", "ความคืบหน้าล่าสุด", "(ไม่ได้ตั้ง)", "", "\u2028"]),
)
LONG = (
    "rationale",
    "objective",
    "goal",
    "responsible",
    "evaluator",
    "remark",
    "governor_policy",
    "progress_note",
    "name",
)


@given(st.dictionaries(st.sampled_from(LONG), st.lists(LINES, min_size=1, max_size=4).map("\n".join)))
def test_no_value_of_the_text_ever_comes_under_another_label(values: dict[str, str]) -> None:
    project = PLAIN.having(**values)
    page = read_text(rendered(project))
    stored = stored_values(project)
    for row in page.rows:
        assert row.label == UNSPLIT or row.value in stored[row.label], row
    if any(row.label == UNSPLIT for row in page.rows):
        assert "ambiguous_text" in page.flags


@given(st.lists(LINES, max_size=60).map("\n".join))
def test_any_lines_of_a_page_are_read_without_an_exception(text: str) -> None:
    page = read_text(text)
    if page.kind in (PageKind.PROJECT, PageKind.TRUNCATED):
        assert len(parse(page, PLAIN.project_id).fields) == len(page.rows)


@given(st.text(max_size=400))
@example("(#404)")
def test_any_text_is_a_page_of_some_kind(text: str) -> None:
    kinds = (PageKind.UNKNOWN, PageKind.EMPTY, PageKind.TRUNCATED, PageKind.NOT_FOUND)
    assert read_text(text).kind in kinds


def test_an_empty_text_and_a_text_of_something_else() -> None:
    assert read_text(" \n").kind is PageKind.EMPTY
    assert read_text("ข่าวประชาสัมพันธ์\nกรุงเทพมหานคร").kind is PageKind.UNKNOWN
    assert read_text("Not Found (#404)\nไม่พบหน้าที่ร้องขอ").kind is PageKind.NOT_FOUND


STAMPS = ("31/01/2566 :", "28/02/2566 :", "31/1/2566 :", "2023-01-31", "50.0", "1", "(ไม่ได้ตั้ง)")
WORDS = st.lists(st.one_of(st.sampled_from(STAMPS), st.text("กข1", min_size=1, max_size=3)), max_size=4)
PHRASES = WORDS.map(" ".join)
DETAILS = st.lists(PHRASES, min_size=1, max_size=3).map("\n".join)


@given(
    problem=PHRASES,
    detail=DETAILS,
    stamp=st.sampled_from(["31/01/2566 : ", ""]),
    status=st.sampled_from(["1", "2", "", None]),
    percent=st.sampled_from(["50.0", "100", "", "ครึ่ง"]),
)
def test_a_progress_row_is_split_rightly_or_left_whole(
    problem: str, detail: str, stamp: str, status: str | None, percent: str
) -> None:
    stored = ("2023-01-31", percent, status, problem, stamp + detail)
    # What makes the detail certain is the stamp with the day of the report, where the site puts it.
    assume("/01/2566 :" not in problem and "/1/2566 :" not in problem)
    assume(stamp or ("/01/2566 :" not in detail and "/1/2566 :" not in detail))
    # Nor can text tell a line of the detail that begins like a report from a report.
    assume(re.search(r"\n\s*2023-01-31 \d", detail) is None)
    page = read_text(rendered(PLAIN.reporting(stored)))
    if page.kind is not PageKind.PROJECT:
        return
    parsed = parse(page, PLAIN.project_id)
    if not parsed.progress:
        assert {issue.code for issue in parsed.issues} & {"malformed_table_row", "missing_label"} or not page.grids
        return
    (row,) = parsed.progress
    assert row.reported_on_raw == "2023-01-31"
    assert row.progress_pct_raw in (percent, None)
    assert row.status_code in (status or None, None)
    assert row.problem is None or as_kept(problem) == row.problem
    assert row.detail is None or as_kept(stored[4]) == row.detail


def test_a_progress_row_with_the_stamp_of_its_day_twice_is_left_whole() -> None:
    stored = ("2023-01-31", "50.0", "1", "31/01/2566 : ก", "31/01/2566 : ข")
    parsed = parse(read_text(rendered(PLAIN.reporting(stored))), PLAIN.project_id)
    assert parsed.progress == []
    assert [issue.raw for issue in parsed.issues if issue.code == "malformed_table_row"] == [" ".join(stored)]


@given(
    user=st.text("กa _", max_size=5),
    action=st.text("กข ", max_size=5),
    unit=st.sampled_from(["ร้อยละ", "ตาราง เมตร", "", "100"]),
)
def test_an_update_row_is_split_rightly_or_left_whole(user: str, action: str, unit: str) -> None:
    stored = ("11/03/2566", "14:33:29", user, action, "ใช่", "2022-10-01", "2023-09-30", "100", "50", unit)
    parsed = parse(read_text(rendered(PLAIN.logging(stored))), PLAIN.project_id)
    if not parsed.updates:
        assert "malformed_table_row" in {issue.code for issue in parsed.issues}
        return
    (row,) = parsed.updates
    assert (row.user_name, row.action, row.unit) == (user.strip(), action.strip(), unit)
    assert (row.target, row.result, row.policy_conformity) == ("100", "50", "ใช่")
