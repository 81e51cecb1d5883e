"""The sections of a page: how much of each a capture shows, and what a whole one says whatever it was read from."""

from collections.abc import Callable

import pytest
from hypothesis import given

from parsers.html_page import read_page
from parsers.page import Page, PageKind
from parsers.records import PageRecord
from parsers.text_page import read_text
from tests.parsers.projects import PLAIN, StoredProject, parse
from tests.parsers.rendering import DETAIL_SKINS, GRID_SKINS, with_table
from tests.parsers.samples import FIXTURES, REAL_ID, Cells
from tests.parsers.stored import projects
from tests.parsers.test_text_page import REAL_TEXT, rendered

CODES = ("policy_id", "branch_id", "kpi_id", "agency", "unit")
SECTIONS = ("fields", "months", "updates", "reports")
WHOLE = {"present", "empty"}
FOOTER = "\n\n© ระบบติดตามประเมินผลแผนปฏิบัติราชการกรุงเทพมหานคร 2569\n\nPowered by Yii Framework\n"
REPORT: Cells = ("2023-01-31", "50.0", "1", "ไม่มี", "31/01/2566 : เริ่ม")
UPDATE: Cells = ("2023-01-31", "10:15", "user1", "แก้ไข", "ใช่", "2022-10-01", "2023-09-30", "100", "50", "ร้อยละ")


def states(record: PageRecord) -> dict[str, str]:
    return {section: str(getattr(record, f"{section}_state")) for section in SECTIONS}


def fingerprints(record: PageRecord) -> dict[str, int | None]:
    return {section: getattr(record, f"{section}_fingerprint") for section in SECTIONS}


def of_text(text: str, project_id: str = PLAIN.project_id) -> PageRecord:
    return parse(read_text(text), project_id).page


def test_a_page_shows_each_section_present_or_empty() -> None:
    assert states(PLAIN.reporting(REPORT).logging(UPDATE).parse().page) == dict.fromkeys(SECTIONS, "present")
    bare = PLAIN.having_months([]).reporting().logging().parse().page
    assert states(bare) == {"fields": "present", "months": "absent", "updates": "empty", "reports": "empty"}


def without_column(header: str) -> str:
    table = "".join(f"<th>{cell}</th>" for cell in header.split("|"))
    return f"<table><tr>{table}</tr><tr>{'<td>1</td>' * len(header.split('|'))}</tr></table>"


HEADER = "วันที่รายงาน|ความคืบหน้า|สถานะโครงการ|ปัญหาอปสรรค|รายละเอียด"
NOT_WHOLE = {
    "no table": ("", "absent"),
    "a table without one of its columns": (without_column(HEADER.rpartition("|")[0]), "unreadable"),
    "a row with other cells than its header": (
        without_column(HEADER).replace("</table>", "<tr><td>1</td></tr></table>"),
        "unreadable",
    ),
}


GRID = without_column(HEADER)
PAGER = '<ul class="pagination"><li class="active"><a href="?dp-1-page=1">1</a></li></ul>'
PARTS = {
    "two tables that differ": (GRID.replace("<tr><td>1", "<tr hidden><td>2") + GRID, "unreadable"),
    "two tables of which the first is empty": (GRID[: GRID.index("<tr><td>")] + "</table>" + GRID, "unreadable"),
    "the same table twice": (GRID + GRID, "present"),
    "a pager": (f'<div class="grid-view">{GRID}{PAGER}</div>', "cut"),
    "a pager without a link": (f'<div class="grid-view">{GRID}<ul class="pagination"><li>1</li></ul></div>', "present"),
    "a summary of pages": (f'<div class="grid-view"><div class="summary">หน้า 1 จาก 2</div>{GRID}</div>', "cut"),
    "a summary of one page": (f'<div class="grid-view"><div class="summary">หน้า 1 จาก 1</div>{GRID}</div>', "present"),
    "a summary in Thai digits": (
        f'<div class="grid-view"><div class="summary">แสดง ๑ ถึง ๑ จาก ๔</div>{GRID}</div>',
        "cut",
    ),
}


@pytest.mark.parametrize(("table", "state"), PARTS.values(), ids=PARTS)
def test_a_table_is_whole_when_nothing_says_that_there_is_more(table: str, state: str) -> None:
    page = read_page(with_table(PLAIN.html(), table, behind="panel-info").encode())
    record = parse(page, PLAIN.project_id).page
    assert (record.reports_state, record.reports_fingerprint is not None) == (state, state == "present")


@pytest.mark.parametrize(("table", "state"), NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_a_table_that_cannot_be_told_whole_has_no_fingerprint(table: str, state: str) -> None:
    page = read_page(with_table(PLAIN.html(), table, behind="panel-info").encode())
    record = parse(page, PLAIN.project_id).page
    assert (record.reports_state, record.reports_fingerprint) == (state, None)
    assert record.fields_state == "present"


def test_a_label_without_a_text_says_as_much_as_none() -> None:
    def said_of(project: StoredProject) -> dict[str, int | None]:
        return fingerprints(project.parse().page)

    plain = said_of(PLAIN.without("remark"))
    assert said_of(PLAIN.without("remark").adding("หมายเหตุ", "")) == plain
    assert said_of(PLAIN.without("remark").adding("หมายเหตุ", None)) == plain
    assert said_of(PLAIN.without("remark").adding("หมายเหตุ", "ก")) != plain


def test_rows_that_change_places_say_the_same_and_one_that_is_said_twice_says_more() -> None:
    other = (REPORT[0], "55.0", *REPORT[2:])

    def fingerprint(*reports: Cells) -> int | None:
        return PLAIN.reporting(*reports).parse().page.reports_fingerprint

    assert fingerprint(REPORT, other) == fingerprint(other, REPORT)
    assert len({fingerprint(REPORT), fingerprint(REPORT, REPORT), fingerprint(REPORT, other)}) == 3


def test_an_unknown_column_with_a_text_is_content_and_an_empty_one_is_none() -> None:
    def fingerprint(header: str, cells: str) -> int | None:
        table = f"<table><tr><th>{header.replace('|', '</th><th>')}</th></tr><tr><td>{cells}</td></tr></table>"
        page = read_page(with_table(PLAIN.html(), table.replace("|", "</td><td>"), behind="panel-info").encode())
        return parse(page, PLAIN.project_id).page.reports_fingerprint

    plain = fingerprint(HEADER, "2023-01-31|50|1||ก")
    assert fingerprint(f"#|{HEADER}", "1|2023-01-31|50|1||ก") == plain
    assert fingerprint(f"{HEADER}|ผู้รายงาน", "2023-01-31|50|1||ก|") == plain
    assert fingerprint(f"{HEADER}|ผู้รายงาน", "2023-01-31|50|1||ก|สมชาย") != plain


@given(project=projects())
def test_no_skin_changes_what_a_section_says(project: StoredProject) -> None:
    said = []
    for details in DETAIL_SKINS.values():
        page = project.page(details=details)
        if page.kind is PageKind.PROJECT:
            said.append(fingerprints(parse(page, project.project_id).page))
    assert all(one == said[0] for one in said)


@pytest.mark.parametrize("grid", GRID_SKINS)
def test_no_skin_of_a_table_changes_what_it_says(grid: str) -> None:
    project = PLAIN.reporting(REPORT, ("2023-02-28", "60", "2", None, "ข  ค\nง")).logging(UPDATE)
    page = project.page(grid=GRID_SKINS[grid])
    assert fingerprints(parse(page, project.project_id).page) == fingerprints(project.parse().page)


def test_a_text_with_its_footer_says_what_its_page_says() -> None:
    project = PLAIN.reporting(REPORT).logging(UPDATE)
    from_text = of_text(rendered(project) + FOOTER)
    assert states(from_text) == dict.fromkeys(SECTIONS, "present")
    assert fingerprints(from_text) == fingerprints(project.parse().page)


REAL = of_text(REAL_TEXT + FOOTER, REAL_ID)
CHANGES: dict[str, Callable[[str], str]] = {
    "of the real page": lambda text: text,
    "with a report that begins with a day only": lambda text: text.replace("2023-02-20 55.0 1", "2023-02-20 .00 1"),
    "with a sign in a detail that begins footers": lambda text: text.replace("31/01/2566 :", "31/01/2566 :\n© ก\n"),
}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(change, id=name, marks=[] if name == "of the real page" else pytest.mark.slow)
        for name, change in CHANGES.items()
    ],
)
@pytest.mark.parametrize(
    "footer", ["", pytest.param(FOOTER, marks=pytest.mark.slow)], ids=["without footer", "with footer"]
)
def test_a_text_cut_anywhere_shows_whole_only_what_the_whole_text_says(
    change: Callable[[str], str], footer: str
) -> None:
    text = change(REAL_TEXT)
    whole = fingerprints(of_text(text + FOOTER, REAL_ID))
    text += footer
    # Where a section ends at every place, elsewhere at every seventh.
    ends = {*range(0, len(text) + 1, 7), *range(1590, 1640), *range(1970, len(text) + 1, 1 if footer else 7)}
    for end in sorted(ends):
        page = read_text(text[:end])
        if page.kind in (PageKind.PROJECT, PageKind.TRUNCATED):
            record = parse(page, REAL_ID).page
            for section, state in states(record).items():
                told = (end, section, state, text[max(0, end - 40) : end])
                if state in WHOLE:
                    assert fingerprints(record)[section] == whole[section], told
                else:
                    assert fingerprints(record)[section] is None, told


def in_other_spellings(text: str) -> str:
    """The text with labels of the catalogue's other spellings, as of the fixture of them."""
    for usual, other in (
        ("\nปี", "\nปีงบประมาณ"),
        ("\nชื่อโครงการ", "\nชื่อโครงการ/กิจกรรม"),
        ("\nหน่วยงาน", "\nหน่วยงานที่รับผิดชอบ"),
        ("\nวัตถุประสงค์", "\nวัตถุประสงค์ของโครงการ"),
        ("\nผู้รับผิดชอบ", "\nผู้รับผิดชอบโครงการ"),
        ("\nผู้ตรวจประเมิน", "\nผู้ตรวจประเมินผล"),
        ("\nค่าน้ำหนัก", "\nน้ำหนัก"),
        ("\nผลงานเดือนที่ ", "\nผลงานประจำเดือนที่ "),
    ):
        text = text.replace(usual, other)
    return text


COPY = (FIXTURES / "texts" / "copied-from-browser.txt").read_text("utf-8")
OTHER_FORMS = {
    "a copy with tabs": COPY,
    "a copy with tabs, lines in a cell": COPY.replace("\tไม่มี\t02/05", "\tไม่มี\nเลย\t02/05"),
    "a text in other spellings": in_other_spellings(REAL_TEXT) + FOOTER,
    "a copy in other spellings": in_other_spellings(COPY),
    "a text with a cell on each line": (FIXTURES / "misled" / "text-bs4-get_text.txt").read_text("utf-8"),
    "a text with lines behind its footer": f"{REAL_TEXT}{FOOTER}\nหน้า 1\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", OTHER_FORMS.values(), ids=OTHER_FORMS)
def test_another_form_of_text_cut_anywhere_shows_whole_only_what_all_of_it_says(text: str) -> None:
    whole = fingerprints(of_text(text, REAL_ID))
    record = of_text(text, REAL_ID)
    assert (record.fields_state, record.months_state, record.updates_state) == ("present", "present", "empty")
    rows_end = text.index("ประวัติการปรับปรุงข้อมูล")
    ends = {
        *range(0, len(text) + 1, 29),
        *range(rows_end - 20, rows_end + 30),
        *range(len(text) - 160, len(text) + 1, 2),
    }
    for end in sorted(ends):
        page = read_text(text[:end])
        if page.kind in (PageKind.PROJECT, PageKind.TRUNCATED):
            cut = parse(page, REAL_ID).page
            for section, state in states(cut).items():
                expected = whole[section] if state in WHOLE else None
                assert fingerprints(cut)[section] == expected, (end, section, state, text[max(0, end - 40) : end])
            for field in ("budget_received_thb", "progress_pct", "fiscal_year_be", "weight", *CODES):
                assert getattr(cut, field) in (None, getattr(REAL, field)), (end, field)


def without_lines(text: str, is_lost: Callable[[str], bool]) -> str:
    return "\n".join(line for line in text.split("\n") if not is_lost(line))


def without_repeated_lines(text: str) -> str:
    return "\n".join(dict.fromkeys(text.split("\n")))


LOST = {
    "repeated lines": without_repeated_lines(REAL_TEXT + FOOTER),
    "a field": without_lines(REAL_TEXT + FOOTER, lambda line: line.startswith("หน่วยนับ")),
    "empty fields": without_lines(REAL_TEXT + FOOTER, lambda line: line in ("ผู้ตรวจประเมิน", "นโยบาย ผว.")),
    "a month in the middle": without_lines(REAL_TEXT + FOOTER, lambda line: line == "ผลงานเดือนที่ 9"),
    "a field behind a long one": without_lines(REAL_TEXT + FOOTER, lambda line: line.startswith("ผู้รับผิดชอบ")),
    "a row of a copy": without_lines(COPY, lambda line: line.startswith("ค่าน้ำหนัก\t")),
    "repeated lines of a copy": without_repeated_lines(COPY),
}


@pytest.mark.parametrize("text", LOST.values(), ids=LOST)
def test_a_text_that_lost_a_row_may_have_lost_any_line_and_shows_nothing_whole(text: str) -> None:
    record = of_text(text, REAL_ID)
    assert states(record) == dict.fromkeys(SECTIONS, "unreadable")
    assert fingerprints(record) == dict.fromkeys(SECTIONS)


def test_a_text_without_its_short_lines_shows_nothing_whole() -> None:
    record = of_text(without_lines(REAL_TEXT + FOOTER, lambda line: len(line) < 16), REAL_ID)
    assert not set(states(record).values()) & WHOLE


def test_a_page_without_a_row_shows_its_sections_all_the_same() -> None:
    record = PLAIN.without("unit").without("month 3").parse().page
    assert states(record) == dict.fromkeys(SECTIONS, "present")


def test_of_a_cut_text_nothing_is_missed_that_may_stand_behind_the_cut() -> None:
    for end in range(0, len(REAL_TEXT), 7):
        page = read_text(REAL_TEXT[:end])
        if page.kind in (PageKind.PROJECT, PageKind.TRUNCATED):
            codes = {issue.code for issue in parse(page, REAL_ID).issues}
            assert not codes & {"missing_label", "missing_table"}, REAL_TEXT[max(0, end - 40) : end]


UNIT = REAL_TEXT.index("หน่วยนับ")


def test_a_code_that_a_cut_may_have_shortened_is_withheld() -> None:
    for end in (*range(0, REAL_TEXT.index("หลักการและเหตุผล"), 2), *range(UNIT, UNIT + 40)):
        page = read_text(REAL_TEXT[:end])
        if page.kind is PageKind.TRUNCATED:
            record = parse(page, REAL_ID).page
            for code in CODES:
                assert getattr(record, code) in (None, getattr(REAL, code)), (end, code)


def test_lines_that_cannot_be_told_apart_make_the_section_they_stand_in_unreadable() -> None:
    among_fields = of_text(REAL_TEXT.replace("ปี2566", "ปี2566\nปี2567") + FOOTER, REAL_ID)
    assert states(among_fields) == states(REAL) | {"fields": "unreadable"}
    among_months = of_text(REAL_TEXT.replace("ผลงานเดือนที่ 3100", "ผลงานเดือนที่ 3100\nข้อความ") + FOOTER, REAL_ID)
    assert states(among_months) == states(REAL) | {"months": "unreadable"}


def test_lines_between_two_sections_make_both_unreadable() -> None:
    said = PLAIN.having(month_goal="ก\nผลงานเดือนที่ 1 ดี")
    record = of_text(rendered(said) + FOOTER)
    assert (record.fields_state, record.months_state, record.reports_state) == ("unreadable", "unreadable", "present")


def test_a_page_in_which_one_goal_could_be_the_other_is_compared_with_none() -> None:
    page: Page = PLAIN.without("month_goal").adding("เป้าหมาย", "ก", before="goal").page()
    record = parse(page, PLAIN.project_id).page
    assert (record.fields_state, record.months_state) == ("unreadable", "present")
