"""The tables of texts: cells told by tabs or by what stands in them, and rows that nobody can tell apart."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.page import PageKind
from parsers.records import ParsedPage
from parsers.text_page import read_text
from tests.parsers.projects import PLAIN, StoredProject, parse
from tests.parsers.rendering import REPORT_HEADER, UPDATE_HEADER
from tests.parsers.samples import FIXTURES, REAL, REAL_ID, Cells, as_kept
from tests.parsers.test_text_page import REAL_TEXT, rendered

FOOTER = "\n\n© ระบบติดตามประเมินผลแผนปฏิบัติราชการกรุงเทพมหานคร 2569\n\nPowered by Yii Framework\n"


def sample(name: str) -> str:
    return (FIXTURES / "texts" / f"{name}.txt").read_text("utf-8")


def of(text: str, project_id: str = PLAIN.project_id) -> ParsedPage:
    return parse(read_text(text), project_id)


def states(parsed: ParsedPage) -> tuple[str, str, str, str]:
    page = parsed.page
    return (page.fields_state, page.months_state, page.updates_state, page.reports_state)


def fingerprints(parsed: ParsedPage) -> tuple[int | None, ...]:
    page = parsed.page
    return (page.fields_fingerprint, page.months_fingerprint, page.updates_fingerprint, page.reports_fingerprint)


def copied(
    project: StoredProject, row: Callable[[list[str]], str] = "\t".join, cell: Callable[[str], str] = str
) -> str:
    """A project as a browser or a spreadsheet copies it: tabs between the cells, line ends in them as they are."""

    def line(cells: Cells) -> str:
        return row([cell("(ไม่ได้ตั้ง)" if text is None else text.replace("\r\n", "\n")) for text in cells])

    lines = [f"รายละเอียดโครงการ/กิจกรรม: {project.project_id}", f"คืบหน้าล่าสุด : {project.headline}"]
    lines += ["ข้อมูลโครงการ/กิจกรรม พิมพ์ PDF", *(line(pair) for pair in project.rows)]
    lines += ["ประวัติการปรับปรุงข้อมูล", line(UPDATE_HEADER), *map(line, project.updates or ())]
    lines += ["ความคืบหน้าล่าสุด", line(REPORT_HEADER), *map(line, project.reports or ())]
    return "\n".join(lines) + FOOTER


# --- cells told by tabs

COPY = of(sample("copied-from-browser"), REAL_ID)
REAL_HTML = parse(REAL.page(), REAL_ID)


@pytest.mark.parametrize("table", ["fields", "months", "progress", "updates", "issues"])
def test_a_copy_from_a_browser_gives_every_cell_of_the_real_page(table: str) -> None:
    assert getattr(COPY, table) == getattr(REAL_HTML, table)


def test_a_copy_from_a_browser_shows_every_section_whole() -> None:
    assert states(COPY) == ("present", "present", "empty", "present")
    assert fingerprints(COPY) == fingerprints(REAL_HTML)
    assert [(str(row.reported_on), str(row.progress_pct), row.status_code) for row in COPY.progress] == [
        ("2023-01-31", "50.0", "1"),
        ("2023-02-20", "55.0", "1"),
        ("2023-03-27", "60.0", "1"),
        ("2023-05-02", "100.0", "2"),
    ]


LINED = PLAIN.having(goal="1. ก\n2. ข", remark="ค\n\nง").reporting(
    ("2023-01-31", "50.0", "1", "ไม่มี\nเงิน", "31/01/2566 : เริ่ม\nงาน\n\n31/01/2566 : ต่อ"),
    ("2023-02-28", "55.0", "1", None, ""),
    ("31 มี.ค. 2566", ".00", "1", "", "27/03/2566 : ก"),
    ("2023-05-02", "-", "2", "ก", "ไม่มีวันที่"),
)


def quoted(cell: str) -> str:
    """As a spreadsheet writes a cell: with several lines between marks, those inside doubled."""
    return '"' + cell.replace('"', '""') + '"' if "\n" in cell else cell


COPIES: dict[str, str] = {
    "as a browser copies it": copied(LINED),
    "with a tab behind every row": copied(LINED, lambda cells: "\t".join([*cells, ""])),
    "without tabs at the ends of lines": "\n".join(line.rstrip() for line in copied(LINED).split("\n")),
    "with an empty column before": copied(LINED, lambda cells: "\t".join(["", *cells])),
    "with an empty column between": copied(LINED, lambda cells: "\t".join([cells[0], "", *cells[1:]])),
    "with the marks of a spreadsheet": copied(LINED, cell=quoted),
    "with line ends of Windows": copied(LINED).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES)
def test_every_cell_of_a_copy_is_told_by_its_tabs(text: str) -> None:
    parsed = of(text)
    assert [(row.label, row.raw) for row in parsed.fields] == [(label, as_kept(value)) for label, value in LINED.rows]
    cells = [
        (row.reported_on_raw, row.progress_pct_raw, row.status_code, row.problem, row.detail) for row in parsed.progress
    ]
    assert cells == [
        ("2023-01-31", "50.0", "1", "ไม่มี\nเงิน", "31/01/2566 : เริ่ม\nงาน\n\n31/01/2566 : ต่อ"),
        ("2023-02-28", "55.0", "1", None, None),
        ("31 มี.ค. 2566", ".00", "1", None, "27/03/2566 : ก"),
        ("2023-05-02", "-", "2", "ก", "ไม่มีวันที่"),
    ]
    assert states(parsed) == ("present", "present", "present", "present")
    assert fingerprints(parsed) == fingerprints(LINED.parse())


def test_marks_around_a_text_of_one_line_stay() -> None:
    said = PLAIN.having(name='"ทางเท้า"', remark='ก "ข"')
    assert of(copied(said)).page.name == '"ทางเท้า"'
    assert of(copied(said.having(goal="ก\nข"), cell=quoted)).page.remark == 'ก "ข"'


def test_a_text_that_opens_a_mark_swallows_no_row() -> None:
    said = PLAIN.having(name='"ทางเท้า', goal='สวย"')
    assert (of(copied(said)).page.name, of(copied(said)).page.goal) == ('"ทางเท้า', 'สวย"')
    assert len(of(copied(said)).fields) == len(PLAIN.rows)


def test_rows_whose_last_tabs_are_gone_and_could_be_one_are_left_whole() -> None:
    short = PLAIN.reporting(("2023-01-31", "50.0", "1", "", ""), ("2023-02-28", "55.0", "1", "", ""))
    parsed = of("\n".join(line.rstrip() for line in copied(short).split("\n")))
    assert (parsed.page.reports_state, parsed.progress) == ("unreadable", [])


def test_a_column_that_the_site_added_is_a_column() -> None:
    text = copied(PLAIN).replace("\tรายละเอียด\n", "\tรายละเอียด\tผู้รายงาน\n").replace(" : เริ่มงาน", " : เริ่มงาน\tสมชาย")
    parsed = of(text)
    assert [row.detail for row in parsed.progress] == ["31/01/2566 : เริ่มงาน", "02/05/2566 : แล้วเสร็จ"]
    assert [(issue.code, issue.label) for issue in parsed.issues] == [("unknown_column", "ผู้รายงาน")]


def test_a_table_without_results_is_empty() -> None:
    text = copied(PLAIN.logging().reporting()).replace("หน่วยนับ\nความ", "หน่วยนับ\nไม่พบผลลัพธ์\nความ")
    assert states(of(text)) == ("present", "present", "empty", "empty")


def test_two_labels_with_their_values_in_one_line_are_two_rows() -> None:
    text = copied(PLAIN).replace("\t30\nBranch ID", "\t30\tBranch ID")
    assert [tuple(row) for row in read_text(text).rows[3:5]] == [("Policy ID", "30"), ("Branch ID", "0000")]
    assert fingerprints(of(text)) == fingerprints(PLAIN.parse())


@pytest.mark.parametrize("end", range(0, 160, 5))
def test_a_copy_cut_in_its_last_report_tells_no_shortened_number(end: int) -> None:
    text = copied(PLAIN).removesuffix(FOOTER)
    parsed = of(text[: text.rindex("2023-05-02") + end])
    assert parsed.page.reports_state == "cut"
    assert [str(row.progress_pct) for row in parsed.progress] in ([], ["50.0"], ["50.0", "100.0"])


WORDS = st.text("กข1 .:/-", min_size=1, max_size=6).map(str.strip)
LINES = st.lists(st.one_of(WORDS, st.sampled_from(["", "31/01/2566 : ก", "2023-01-31", "ปี"])), max_size=4)
REPORTS = st.tuples(
    st.sampled_from(["2023-01-31", "31/01/2566", "31 ม.ค. 2566", "", "0000-00-00"]),
    st.sampled_from(["50.0", "100", ".00", "", "-", "ครึ่ง"]),
    st.sampled_from(["1", "", None]),
    st.one_of(st.none(), LINES.map("\n".join)),
    st.one_of(st.none(), LINES.map("\n".join)),
).filter(lambda row: any(as_kept(cell) for cell in row))  # an editor leaves nothing of an empty row


@given(st.lists(REPORTS, max_size=4), st.sampled_from(["as it is", "tabs cut off"]))
def test_a_row_of_a_copy_is_split_rightly_or_left_whole(stored: list[Cells], ending: str) -> None:
    text = copied(PLAIN.reporting(*stored))
    if ending == "tabs cut off":
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    parsed = of(text)
    said = {tuple(as_kept(cell) or "" for cell in row) for row in stored}
    for row in parsed.progress:
        cells = (row.reported_on_raw, row.progress_pct_raw, row.status_code, row.problem, row.detail)
        assert tuple(cell or "" for cell in cells) in said
    if parsed.page.reports_state == "present":
        assert len(parsed.progress) == len(stored)


# --- cells joined by spaces


def test_the_text_of_the_real_page_with_its_footer_ends_its_last_report_before_it() -> None:
    parsed = of(sample("with-footer"), REAL_ID)
    assert states(parsed) == ("present", "present", "empty", "present")
    assert parsed.progress[-1].detail == "02/05/2566 : ดำเนินการแก้ไขปัญหา พื้นผิวจราจรที่ชำรุดเรียบร้อยแล้ว"
    assert parsed.progress == REAL_HTML.progress


FOOTERS = {
    "two lines": "© กรุงเทพมหานคร 2569\nPowered by Yii Framework",
    "one line": "© กรุงเทพมหานคร 2569 Powered by Yii Framework",
    "(C)": "(C) กรุงเทพมหานคร 2569\n\nPowered by [Yii Framework](https://www.yiiframework.com/)",
    "lines behind it": "© กรุงเทพมหานคร 2569\nPowered by Yii Framework\n\nหน้า 1/1\nhttp://www.bmavisions.com/",
    "one of its lines": "© กรุงเทพมหานคร 2569",
}


@pytest.mark.parametrize("footer", FOOTERS.values(), ids=FOOTERS)
def test_a_text_ends_at_its_footer(footer: str) -> None:
    parsed = of(f"{REAL_TEXT}\n\n{footer}\n", REAL_ID)
    assert (parsed.page.reports_state, parsed.progress) == ("present", REAL_HTML.progress)


def test_behind_half_a_footer_something_else_may_belong_to_the_last_report() -> None:
    parsed = of(f"{REAL_TEXT}\n© กรุงเทพมหานคร 2569\nข้อความ", REAL_ID)
    assert parsed.page.reports_state == "cut"


def test_a_footer_in_a_report_is_no_end_of_the_table() -> None:
    text = REAL_TEXT.replace("\n2023-02-20", "\n© กรุงเทพมหานคร 2569\nPowered by Yii Framework\n2023-02-20")
    parsed = of(text, REAL_ID)
    assert (parsed.page.reports_state, len(parsed.progress)) == ("cut", 4)


def test_a_report_whose_progress_is_written_without_its_zero_is_a_report() -> None:
    parsed = of(sample("percent-dot00"), REAL_ID)
    assert [(row.report_no, row.reported_on_raw, row.progress_pct_raw) for row in parsed.progress] == [
        (1, "2023-01-31", "50.0"),
        (2, "2023-02-20", ".00"),
        (3, "2023-03-27", "60.0"),
        (4, "2023-05-02", "100.0"),
    ]
    assert parsed.progress[0].detail == REAL_HTML.progress[0].detail
    assert [(issue.code, issue.raw) for issue in parsed.issues if issue.severity != "info"][:1] == [
        ("progress_falls", ".00")
    ]


SECOND = "2023-02-20 55.0 1"
FORMS = {
    "20 กุมภาพันธ์ 2566 55.0 1": 4,
    "2023-02-20 .00 1": 4,
    "2023-02-20 .5 1": 4,
    # What begins so, or has the stamp of its day, is a report of its own, and the row before it is read.
    "31 ม.ค. 2566 50 1": 3,
    "2023-02-20 - 1": 3,
    "20 ก.พ. 2566 - 1": 3,
    "20 ก.พ. 2566 60% 1": 3,
    "2023-02-20 60% 1": 3,
    "2023-02-20 60 % 1": 3,
    "2023-02-20 ร้อยละ 60 1": 3,
    "2023-02-20 -5.0 1": 3,
    "2023-02-20 1,000.0 1": 3,
    "2023-02-20 1,000 1": 3,
    "2023-02-20 60% (ไม่ได้ตั้ง)": 3,
    "2023-02-20 ครึ่ง 1": 3,
    "2023-02-20 60%": 3,
    # A day that is not that of the stamp could begin a line of the text above.
    "2023-02-21 ครึ่ง 1": 2,
    "2023-02-21 60%": 2,
}


@pytest.mark.parametrize(("form", "n_read"), FORMS.items(), ids=FORMS)
def test_a_row_of_another_form_is_read_or_an_issue_and_never_part_of_the_row_before(form: str, n_read: int) -> None:
    parsed = of(REAL_TEXT.replace(SECOND, form) + FOOTER, REAL_ID)
    assert len(parsed.progress) == n_read
    assert all(row.detail in {real.detail for real in REAL_HTML.progress} for row in parsed.progress)
    codes = {issue.code for issue in parsed.issues} & {"malformed_table_row"}
    assert (parsed.page.reports_state, codes) == (
        ("present", set()) if n_read == 4 else ("unreadable", {"malformed_table_row"})
    )


@pytest.mark.parametrize("status", ["", "กำลังดำเนินการ", "12"])
def test_a_report_without_a_status_of_one_digit_is_left_whole(status: str) -> None:
    said = f"2023-02-20 55.0 {status}".strip()
    parsed = of(REAL_TEXT.replace(SECOND, said) + FOOTER, REAL_ID)
    assert (parsed.page.reports_state, len(parsed.progress)) == ("unreadable", 3)


@pytest.mark.parametrize("not_set", ["(ไม่ได้ตั้ง)", "(not set)"])
def test_a_cell_that_is_not_set_is_none(not_set: str) -> None:
    said = PLAIN.reporting(("2023-01-31", "50.0", None, None, "31/01/2566 : ก")).logging(
        ("11/03/2566", "14:33:29", "plan_5001", None, "ใช่", "2022-10-01", "2023-09-30", "100", "50", None)
    )
    text = rendered(said)
    for rendering in (text, copied(said)):
        parsed = of(rendering.replace("(ไม่ได้ตั้ง)", not_set) + FOOTER)
        assert parsed.progress == said.parse().progress
        assert parsed.updates == (said.parse().updates if not_set == "(ไม่ได้ตั้ง)" or rendering is not text else [])


def test_a_day_in_words_within_a_text_begins_no_report() -> None:
    said = PLAIN.reporting(
        ("2023-03-27", "60.0", "1", "ไม่มี", "27/03/2566 : เชิญ\n26 มีนาคม 2566 ณ มหาวิทยาลัย\n5 ม.ค. 66\n2 ครั้ง 25 3 1 ข")
    )
    parsed = of(rendered(said) + FOOTER)
    assert parsed.progress == said.parse().progress


def test_a_day_alone_on_a_line_makes_its_report_and_the_one_before_unreadable() -> None:
    said = PLAIN.reporting(("2023-03-27", "60.0", "1", "ไม่มี", "27/03/2566 : เชิญ\n2023-03-28\nข"))
    parsed = of(rendered(said) + FOOTER)
    assert (parsed.page.reports_state, parsed.progress) == ("unreadable", [])


def test_a_header_within_a_report_is_no_new_table_and_no_text() -> None:
    detail = "27/03/2566 : ก\n" + " ".join(REPORT_HEADER) + "\nข"
    said = PLAIN.reporting(*PLAIN.reports or (), ("2023-05-27", "60.0", "1", "ไม่มี", detail.replace("27/03", "27/05")))
    for text in (rendered(said) + FOOTER, copied(said).replace(" ".join(REPORT_HEADER), "\t".join(REPORT_HEADER))):
        parsed = of(text)
        assert parsed.page.reports_state == "unreadable"
        assert len(parsed.progress) == 2


def test_a_header_in_the_other_spellings_of_the_catalogue_is_a_header() -> None:
    text = rendered(PLAIN).replace("ปัญหาอปสรรค", "ปัญหาอุปสรรค").replace(" ความคืบหน้า สถานะโครงการ", " ความก้าวหน้า สถานะ")
    assert of(text + FOOTER).progress == PLAIN.parse().progress


UNREADABLE = {
    "a row counter": (" ".join(REPORT_HEADER), "# " + " ".join(REPORT_HEADER)),
    "a header over two lines": ("สถานะโครงการ ปัญหาอปสรรค", "สถานะโครงการ\nปัญหาอปสรรค"),
    "a cell on each line": (" ".join(REPORT_HEADER), "\n\n".join(REPORT_HEADER)),
}


@pytest.mark.parametrize(("usual", "found"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_table_whose_rows_cannot_be_told_apart_is_unreadable(usual: str, found: str) -> None:
    parsed = of((rendered(PLAIN) + FOOTER).replace(usual, found))
    assert states(parsed) == ("present", "present", "present", "unreadable")
    assert parsed.progress == []
    assert [issue.code for issue in parsed.issues] == ["malformed_table_row"]


BS4 = (FIXTURES / "misled" / "text-bs4-get_text.txt").read_text("utf-8")


def test_a_text_with_a_cell_on_each_line_gives_every_cell_of_the_tables_of_the_real_page() -> None:
    page = read_text(BS4)
    parsed = parse(page, REAL_ID)
    assert page.kind is PageKind.PROJECT
    assert (parsed.progress, parsed.updates) == (REAL_HTML.progress, REAL_HTML.updates)
    assert states(parsed) == ("present", "present", "empty", "present")
    assert fingerprints(parsed) == fingerprints(REAL_HTML)


def cell_on_each_line(project: StoredProject) -> str:
    """A project whose tables have each cell that is not empty on a line of its own, as get_text("\\n") leaves them."""
    text = rendered(project.logging().reporting())
    for header, rows in ((UPDATE_HEADER, project.updates or ()), (REPORT_HEADER, project.reports or ())):
        cells = ["(ไม่ได้ตั้ง)" if cell is None else cell for row in (header, *rows) for cell in row]
        text = text.replace(" ".join(header), "\n\n".join(cell for cell in cells if cell))
    return text + FOOTER


def test_a_cell_on_each_line_is_a_cell_of_both_tables() -> None:
    parsed = of(cell_on_each_line(PLAIN))
    assert (parsed.progress, parsed.updates) == (PLAIN.parse().progress, PLAIN.parse().updates)
    assert fingerprints(parsed) == fingerprints(PLAIN.parse())


LINED_REPORTS: dict[str, Cells] = {
    "an empty problem": ("2023-02-28", "55.0", "1", "", "28/02/2566 : ก"),
    "a problem of two lines": ("2023-02-28", "55.0", "1", "ก\nข", "28/02/2566 : ก"),
    "a detail of two lines": ("2023-02-28", "55.0", "1", "ก", "28/02/2566 : ก\nข"),
    "no problem and a detail of two lines": ("2023-02-28", "55.0", "1", "", "28/02/2566 : ก\nข"),
    "a day on a line of the detail": ("2023-02-28", "55.0", "1", "ก", "28/02/2566 : ก\n2023-03-01\nข"),
    "a progress of another form": ("2023-02-28", "60%", "1", "ก", "28/02/2566 : ก"),
    "a detail without its day": ("2023-02-28", "60.0", "1", "ก", "ข"),
    "a status that is not set": ("2023-02-28", "60.0", None, "1", "28/02/2566 : ก"),
}


@pytest.mark.parametrize("report", LINED_REPORTS.values(), ids=LINED_REPORTS)
def test_a_row_whose_lines_do_not_fit_its_cells_is_left_whole_and_those_beside_it_are_read(report: Cells) -> None:
    first, last = PLAIN.reports or ()
    parsed = of(cell_on_each_line(PLAIN.reporting(first, report, last)))
    assert [row.detail for row in parsed.progress] == ["31/01/2566 : เริ่มงาน", "02/05/2566 : แล้วเสร็จ"]
    assert parsed.page.reports_state == "unreadable"
    (issue,) = [issue for issue in parsed.issues if issue.code == "malformed_table_row"]
    said = ["(ไม่ได้ตั้ง)" if cell is None else cell for cell in report]
    assert issue.raw == "\n".join(line for cell in said for line in cell.split("\n") if line)


# A problem that begins with a digit alone could be a status in the place of an empty one.
PROBLEMS = st.one_of(st.none(), LINES.map("\n".join)).filter(lambda text: not (text or "").strip()[:1].isdigit())
LINED_ROWS = st.tuples(
    st.sampled_from(["2023-01-31", "31/01/2566", "31 ม.ค. 2566", "27-01-2566"]),
    st.sampled_from(["50.0", "100", ".00", "", "-", "60%"]),
    st.sampled_from(["1", "", None]),
    PROBLEMS.filter(lambda text: "31/01/2566 :" not in (text or "")),
    LINES.map(lambda lines: "\n".join(["31/01/2566 : ข", *lines])),
)


@given(st.lists(LINED_ROWS, min_size=1, max_size=4))
def test_a_row_with_a_cell_on_each_line_is_split_rightly_or_left_whole(stored: list[Cells]) -> None:
    text = "\n".join(line for line in cell_on_each_line(PLAIN.reporting(*stored)).split("\n") if line.strip())
    said = {tuple(as_kept(cell) or "" for cell in row) for row in stored}
    for row in of(text).progress:
        cells = (row.reported_on_raw, row.progress_pct_raw, row.status_code, row.problem, row.detail)
        assert tuple(cell or "" for cell in cells) in said


@pytest.mark.parametrize("day", ["27-03-2566", "27-3-66", "27/3/66", "27.03.2566", "27 มี.ค. 2566", "2566-03-27"])
def test_a_report_whose_day_has_another_form_is_a_report(day: str) -> None:
    parsed = of(REAL_TEXT.replace("2023-03-27 60.0 1", f"{day} 60.0 1") + FOOTER, REAL_ID)
    assert [(row.reported_on, row.detail) for row in parsed.progress] == [
        (row.reported_on, row.detail) for row in REAL_HTML.progress
    ]
    said = PLAIN.logging(("11-3-66", "14:33:29", "plan_5001", "แก้ไข", "ใช่", "2565-10-01", day, "100", "50", "ร้อยละ"))
    if " " not in day:
        assert of(rendered(said) + FOOTER).updates == said.parse().updates


OTHER_DAYS = ["(ไม่ได้ตั้ง)", "มีนาคม 2566", "-", ""]


@pytest.mark.parametrize(
    ("day", "progress"),
    [(day, progress) for day in OTHER_DAYS for progress in ("60.0", "60%", "-5.0")]
    + [(day, progress) for day in ("27-03-2566", "27/3/66", "27.03.2566") for progress in ("60%", "-5.0")],
)
def test_a_report_of_another_form_is_never_a_part_of_the_one_before(day: str, progress: str) -> None:
    line = f"{day} {progress} 1".strip()
    text = REAL_TEXT.replace("2023-03-27 60.0 1", line) + "\n\n© กรุงเทพมหานคร 2566\n"
    assert line in text
    record = parse(read_text(text), REAL_ID)
    assert (record.page.reports_state, record.page.reports_fingerprint) == ("unreadable", None)
    assert "20/02/2566" not in " ".join(
        row.detail or "" for row in record.progress if "27/03/2566" in (row.detail or "")
    )


def test_a_row_of_a_copy_whose_tabs_became_spaces_is_never_a_part_of_the_one_before() -> None:
    copied = sample("copied-from-browser")
    begin = copied.index("2023-05-02\t")
    end = copied.index("\n", begin)
    text = copied[:begin] + copied[begin:end].replace("\t", " ") + copied[end:]
    assert parse(read_text(copied), REAL_ID).page.reports_state == "present"
    assert parse(read_text(text), REAL_ID).page.reports_state == "unreadable"
