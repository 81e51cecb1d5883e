"""The label/value rows of texts: labels in every spelling of the catalogue, and texts that are laid out as tables."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.labels import LABELS, MONTH_LABEL
from parsers.page import PageKind
from parsers.project import page_issue
from parsers.text_page import read_text
from parsers.text_rows import UNSPLIT
from tests.parsers.projects import LABEL_OF, PLAIN, StoredProject, parse
from tests.parsers.samples import FIXTURES, REAL, REAL_ID, as_kept
from tests.parsers.test_text_page import rendered, stored_values
from tests.parsers.test_text_tables import FOOTER, copied, fingerprints, of, sample, states

REAL_HTML = parse(REAL.page(), REAL_ID)
ALIASES = [(label.field, alias) for label in LABELS for alias in label.aliases]


def test_the_real_page_in_other_spellings_of_the_catalogue_says_what_it_says() -> None:
    parsed = of(sample("known-aliases") + FOOTER, REAL_ID)
    assert fingerprints(parsed) == fingerprints(REAL_HTML)
    assert [row.raw for row in parsed.fields] == [row.raw for row in REAL_HTML.fields]
    assert [(issue.field, issue.label) for issue in parsed.issues if issue.code == "renamed_label"] == [
        ("fiscal_year", "ปีงบประมาณ"),
        ("name", "ชื่อโครงการ/กิจกรรม"),
        ("agency", "หน่วยงานที่รับผิดชอบ"),
        ("objective", "วัตถุประสงค์ของโครงการ"),
        ("responsible", "ผู้รับผิดชอบโครงการ"),
    ]
    page = parsed.page
    assert (page.fiscal_year_be, page.agency, page.responsible) == (2566, "สำนักงานเขตทุ่งครุ", "ฝ่ายปกครอง")


@pytest.mark.parametrize(("field", "alias"), ALIASES, ids=[alias for _, alias in ALIASES])
@pytest.mark.parametrize("render", [rendered, copied], ids=["text", "copy"])
def test_every_spelling_of_the_catalogue_is_a_label_beside_another(
    render: Callable[[StoredProject], str], field: str, alias: str
) -> None:
    other = ("objective", "วัตถุประสงค์ของโครงการ") if field != "objective" else ("agency", "หน่วยงานที่รับผิดชอบ")
    text = render(PLAIN.renaming(field, alias).renaming(*other))
    parsed = of(text)
    assert [row.raw for row in parsed.fields] == [as_kept(value) for _, value in PLAIN.rows]
    assert {(issue.field, issue.label) for issue in parsed.issues} == {(field, alias), other}


@pytest.mark.parametrize("label", ["ผลงานประจำเดือนที่", "ผลการดำเนินงานเดือนที่", "ผลงานเดือน"])
def test_months_in_another_spelling_are_months(label: str) -> None:
    parsed = of(rendered(PLAIN).replace(MONTH_LABEL, label) + FOOTER)
    assert [(row.month_no, row.raw) for row in parsed.months] == [
        (row.month_no, row.raw) for row in PLAIN.parse().months
    ]


@pytest.mark.parametrize(("field", "value"), [("evaluator", "ผลงานดี"), ("responsible", "โครงการพิเศษ")])
def test_a_value_that_begins_like_the_rest_of_a_label_is_left_with_it(field: str, value: str) -> None:
    said = PLAIN.having(**{field: value})
    text = rendered(said) + FOOTER
    assert (UNSPLIT, LABEL_OF[field] + value) in read_text(text).rows
    assert states(of(text)) == ("unreadable", "present", "present", "present")
    assert "ambiguous_text" in {issue.code for issue in of(text).issues}
    assert of(copied(said)).fields == said.parse().fields


def test_the_shorter_label_counts_where_the_order_of_the_rows_says_so() -> None:
    said = PLAIN.having(goal="โครงการนำร่อง 3 แห่ง", result="งานเสร็จ")
    assert of(rendered(said) + FOOTER).fields == said.parse().fields


def test_a_line_that_begins_like_another_spelling_is_a_text_where_the_label_stands() -> None:
    said = PLAIN.having(governor_policy="ก\nน้ำหนัก 5 กก.\nข", progress_note="ก\nรายละเอียดความคืบหน้า")
    assert of(rendered(said) + FOOTER).fields == said.parse().fields


@pytest.mark.parametrize(
    ("begun", "usual", "before"),
    [
        ("หน่วยงานที่รับ", "หน่วยงาน", "คืบหน้าล่าสุด"),
        ("ผู้รับผิดชอบโคร", "ผู้รับผิดชอบ", "เป้าหมาย"),
        ("เป้าหมายโค", "เป้าหมายโครงการ", "ค่าน้ำหนัก"),
    ],
)
def test_a_label_that_a_cut_may_have_shortened_is_no_row(begun: str, usual: str, before: str) -> None:
    text = rendered(PLAIN)
    page = read_text(text[: text.index(f"\n{usual}") + 1] + begun)
    assert (page.kind, page.rows[-1].label) == (PageKind.TRUNCATED, before)


MARKED = PLAIN.having(remark="ดี", governor_policy="ดูแล")
ROWS = rendered(MARKED)[: rendered(MARKED).index("\n\nประวัติการปรับปรุงข้อมูล")]


@pytest.mark.parametrize("behind", ["", "\n"])
def test_a_text_cut_anywhere_in_its_rows_gives_no_value_the_beginning_of_a_label(behind: str) -> None:
    stored = stored_values(MARKED)
    for end in range(ROWS.index(LABEL_OF["project_id"]), len(ROWS)):
        for row in read_text(ROWS[:end] + behind).rows:
            begins = [(value or "").startswith(row.value or "") for value in stored.get(row.label, [])]
            assert row.label == UNSPLIT or any(begins), row


def test_the_beginning_of_a_label_behind_a_value_of_one_line_is_no_part_of_it() -> None:
    page = read_text(ROWS[: ROWS.index("งบฯ ที่ได้รับ")] + "งบปร")
    assert [tuple(row) for row in page.rows[-2:]] == [("Kpi ID", "5001-2033"), (UNSPLIT, "งบปร")]


def with_colons(project: StoredProject, colon: str, *, headline: str = "คืบหน้าล่าสุด : ร้อยละ 100") -> str:
    rows = "\n".join(f"{label}{colon}{'(ไม่ได้ตั้ง)' if value is None else value}" for label, value in project.rows)
    text = rendered(project)
    first = text.index(LABEL_OF["project_id"])
    text = text[:first] + rows.replace("\r\n", "\n") + text[text.index("\n\nประวัติ") :] + FOOTER
    return text.replace(f"คืบหน้าล่าสุด : {project.headline}", headline)


COLONS = PLAIN.having(name=": ทางเท้า", evaluator="ผลงาน: ดี", rationale="ก\nปี 2566\nหมายเหตุ ข", remark="(ค: ง)")


@pytest.mark.parametrize("colon", [":", ": ", " :", " : ", "："])
@pytest.mark.parametrize("headline", ["คืบหน้าล่าสุด : ร้อยละ 100", ""])
def test_a_colon_behind_every_label_is_no_part_of_the_values(colon: str, headline: str) -> None:
    page = read_text(with_colons(COLONS, colon, headline=headline))
    said = [(row.label.rstrip(" :：").rstrip(), row.value) for row in page.rows]
    assert said == [(label, as_kept(value)) for label, value in COLONS.rows]
    parsed = parse(page, PLAIN.project_id)
    assert fingerprints(parsed) == fingerprints(COLONS.parse())
    assert parsed.issues == []


def test_a_colon_behind_one_label_is_a_part_of_its_value() -> None:
    said = PLAIN.having(remark=": ก", name=":ข")
    page = parse(read_text(rendered(said) + FOOTER), PLAIN.project_id).page
    assert (page.remark, page.name) == (": ก", ":ข")


def test_the_beginning_of_a_text_with_colons_keeps_them_out_of_its_values() -> None:
    text = with_colons(COLONS, ": ")
    page = read_text(text[: text.index("\nผู้รับผิดชอบ") + 5])
    assert page.kind is PageKind.TRUNCATED
    assert tuple(page.rows[-1]) == ("เป้าหมาย:", "ทางเท้า 3 แห่ง")
    assert page.headline == "ร้อยละ 100"


@pytest.mark.parametrize("label", ["ผู้ดูแล", "ผู้รับผิด\nชอบ"])
def test_a_row_whose_label_is_not_known_is_no_part_of_the_value_above(label: str) -> None:
    said = PLAIN.having(goal="ทางเท้า")
    page = read_text(rendered(said).replace("\nผู้รับผิดชอบ", f"\n{label}") + FOOTER)
    assert (UNSPLIT, f"เป้าหมายทางเท้า\n{label}ฝ่ายโยธา") in page.rows
    assert "ฝ่ายโยธา" not in (parse(page, PLAIN.project_id).page.goal or "")


def test_a_last_label_above_its_value_is_left_with_it() -> None:
    text = rendered(PLAIN).replace("\nผลงานเดือนที่ 12100\n", "\nผลงานเดือนที่ 12\n\n100\n") + FOOTER
    assert (UNSPLIT, "ผลงานเดือนที่ 12\n\n100") in read_text(text).rows
    parsed = of(text)
    assert 12 not in {row.month_no for row in parsed.months}
    assert states(parsed) == ("present", "unreadable", "present", "present")
    assert "ambiguous_text" in {issue.code for issue in parsed.issues}


PDF = rendered(PLAIN).replace("\nเป้าหมายทางเท้า", "\n\fเป้าหมายทางเท้า")
COLUMNS = {
    "pdftotext": sample("pdftotext-layout"),
    "page breaks of a PDF": PDF,
    "labels above their values": "\n".join(f"{label}\n" for label, _ in PLAIN.rows) + "\n2566",
    "pandoc": "\n".join(f"  {label:<40} {value or ''}" for label, value in PLAIN.rows),
    "lynx": "\n".join(f"   {label} {value or ''}" for label, value in PLAIN.rows),
}
MARKDOWN = {
    "html2text": (FIXTURES / "misled" / "text-html2text.txt").read_text("utf-8"),
    "GitHub": "\n".join(f"| {label} | {value or ''} |" for label, value in PLAIN.rows),
    "bold labels": "\n".join(f"| **{label}** | {value or ''} |" for label, value in PLAIN.rows),
    "a heading": "# รายละเอียดโครงการ/กิจกรรม: 50010000-0001\n\n" + rendered(PLAIN).replace("1. เพื่อ", "1\\. เพื่อ"),
    "a grid": "\n".join(f"| {label:<40} | {value or '':<20} |\n+----+----+" for label, value in PLAIN.rows),
}


@pytest.mark.parametrize("text", [*COLUMNS.values(), *MARKDOWN.values()], ids=[*COLUMNS, *MARKDOWN])
def test_a_text_laid_out_as_a_table_is_refused_and_says_what_helps(text: str) -> None:
    title = "" if "รายละเอียดโครงการ" in text else f"รายละเอียดโครงการ/กิจกรรม: {PLAIN.project_id}\n\n"
    page = read_text(title + text)
    form = "in Markdown" if text in MARKDOWN.values() else "in columns"
    assert page.kind is PageKind.UNKNOWN
    assert page.reason == (
        f"the text is laid out {form}, so its cells cannot be told apart; import HTML or a copy from a browser"
    )
    assert (page.rows, page.grids) == ((), ())
    issue = page_issue(page, source_id="test", project_id=PLAIN.project_id, snapshot_id="s")
    assert issue is not None
    assert issue.code == "page_unknown"


@pytest.mark.parametrize("n_rows", range(1, 13))
def test_no_beginning_of_a_markdown_table_names_a_project(n_rows: int) -> None:
    lines = MARKDOWN["html2text"].split("\n")
    first = next(number for number, line in enumerate(lines) if line.startswith("รหัสโครงการ|"))
    page = read_text("\n".join(lines[: first + n_rows]))
    assert page.title_id is None
    assert all("|" not in (row.value or "") for row in page.rows if row.label == "รหัสโครงการ")


VALUES = st.dictionaries(
    st.sampled_from(["rationale", "goal", "responsible", "evaluator", "remark", "governor_policy", "progress_note"]),
    st.lists(
        st.one_of(st.text("กข1 |*:/", max_size=8), st.sampled_from([alias for _, alias in ALIASES])), max_size=4
    ).map("\n".join),
)


@given(VALUES)
def test_no_value_comes_under_another_label_whatever_spellings_it_holds(values: dict[str, str]) -> None:
    project = PLAIN.having(**values)
    stored: dict[str, set[str]] = {}
    for label, value in project.rows:
        stored.setdefault(label, set()).add(as_kept(value) or "")
    for text in (rendered(project) + FOOTER, copied(project)):
        page = read_text(text)
        for row in page.rows:
            assert row.label == UNSPLIT or (row.value or "") in stored[row.label], row
        if any(row.label == UNSPLIT for row in page.rows):
            assert states(parse(page, PLAIN.project_id))[0] == "unreadable"
