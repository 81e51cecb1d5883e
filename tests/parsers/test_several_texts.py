"""Cells with several texts: kept apart in what is stored, and no number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.html_page import read_page
from parsers.page import naming_problem
from parsers.records import ParsedPage
from tests.parsers.projects import LABEL_OF, PLAIN, parse

HTML = PLAIN.html()


def showing(field: str, markup: str) -> ParsedPage:
    """The page with other markup in the cell of a field, or with another cell (`<td hidden>…`)."""
    label = f"<th>{LABEL_OF[field]}</th>"
    start = HTML.index(label) + len(label)
    cell = markup if markup.startswith("<td") else f"<td>{markup}"
    return parse(read_page((HTML[:start] + cell + HTML[HTML.index("</td>", start) :]).encode()), PLAIN.project_id)


def codes_of(parsed: ParsedPage, field: str) -> set[str]:
    return {issue.code for issue in parsed.issues if issue.field == field}


TWO_TEXTS = {
    "with a no-break space": "<span>127</span>&nbsp;<span>800</span>",
    "with a comma": "<span>127</span>,<span>800</span>",
    "with a footnote": "127800<sup>1</sup>",
    "with its end in another element": "127<b>,800</b>",
    "in blocks": "<div>127800</div><div>127800</div>",
    "on two lines": "127800<br>127800",
    "with a glyph": '127800<i class="fa fa-times"></i>',
    "with a picture before it": '<img src="minus.png"> 127800',
    "with a button": "127800 <button>แก้ไข</button>",
}
NOT_SHOWN = {
    "for phones and for screens": '<span class="visible-xs">127800</span><span class="hidden-xs">127800</span>',
    "changed": "<del>100000</del><ins>120000</ins>",
    "for sorting": '<span style="display:none">127800</span>127,800',
    "struck out": "<del>100000</del>",
    "struck out otherwise": "<b><s>100000</s></b>",
    "struck out as of old": "<strike>100000</strike>",
    "struck out by its style": '<span style="text-decoration:line-through">100000</span>',
    "struck out by its class": '<span class="text-decoration-line-through">100000</span>',
    "hidden": "<span hidden>100000</span>",
    "hidden beside the page": '<span style="position: absolute; left: -9999px">100000</span>',
    "hidden by its size": '<span style="FONT-SIZE: 0px">100000</span>',
    "hidden by its style": '<span style="display: none">100000</span>',
    "hidden by its class": '<span class="text-right hidden">100000</span>',
    "not set": '<span class="not-set">127800</span>',
    "in kartik's view": '<div class="kv-attribute"><span class="not-set">127800</span></div>',
}


@pytest.mark.parametrize("markup", TWO_TEXTS.values(), ids=TWO_TEXTS)
def test_several_texts_in_a_cell_are_not_one_number(markup: str) -> None:
    parsed = showing("budget_received", markup)
    assert parsed.page.budget_received_thb is None
    assert codes_of(parsed, "budget_received") - {"value_without_text"} == {"unreadable_number"}
    parsed = showing("target", markup)
    assert parsed.page.target_value is None
    assert codes_of(parsed, "target") - {"value_without_text"} == {"unreadable_quantity"}


@pytest.mark.parametrize("markup", TWO_TEXTS.values(), ids=TWO_TEXTS)
@pytest.mark.parametrize("field", ["policy_id", "branch_id", "kpi_id"])
def test_several_texts_in_a_cell_are_not_one_code(field: str, markup: str) -> None:
    parsed = showing(field, markup)
    assert parsed.page._asdict()[field] is None
    assert codes_of(parsed, field) - {"value_without_text"} == {"unreadable_number"}


@pytest.mark.parametrize("markup", NOT_SHOWN.values(), ids=NOT_SHOWN)
@pytest.mark.parametrize("field", ["budget_received", "target", "policy_id", "fiscal_year", "name", "agency", "remark"])
def test_a_text_that_the_page_takes_back_is_no_value_and_neither_is_what_stands_beside_it(
    field: str, markup: str
) -> None:
    column = {"budget_received": "budget_received_thb", "target": "target_value", "fiscal_year": "fiscal_year_be"}
    parsed = showing(field, markup)
    assert parsed.page._asdict()[column.get(field, field)] is None
    assert codes_of(parsed, field) == {"text_not_shown"}
    raw = next(row.raw for row in parsed.fields if row.field == field) or ""
    assert "\ufffc<" in raw
    assert "00" in raw


CELL = f"<tr><th>{LABEL_OF['budget_received']}</th><td>"
TAKEN_BACK = {
    "a row": ("<tr hidden>", "<td>"),
    "a cell": ("<tr>", "<td hidden>"),
    "a row by its style": ('<tr class="active" style="color:red; DISPLAY :\tnone !important">', "<td>"),
    "a cell by its style": ("<tr>", '<td style="visibility: hidden">'),
    "a row by a style with a comment": ('<tr style="display/* so */:none">', "<td>"),
    "a row that nobody can see through": ('<tr style="opacity:0">', "<td>"),
    "a row by its class": ('<tr class="text-right d-none">', "<td>"),
    "a cell by its class": ("<tr>", '<td class="hide">'),
    "a row that is struck out": ('<tr style="text-decoration: line-through">', "<td>"),
    "a cell that is struck out": ("<tr>", '<td style="text-decoration-line:underline line-through">'),
}
SHOWN = {
    "a row on large screens": ('<tr class="d-none d-md-table-row">', "<td>"),
    "a cell on large screens": ("<tr>", '<td class="hidden-xs">'),
    "a row with a style": ('<tr style="display:table-row; opacity:0.5">', "<td>"),
    "a cell with a style": ("<tr>", '<td style="fill-opacity:0; overflow:hidden">'),
}


def with_the_cell_in(row: str, cell: str) -> ParsedPage:
    assert CELL in HTML
    other = CELL.replace("<tr>", row).replace("<td>", cell)
    return parse(read_page(HTML.replace(CELL, other).encode()), PLAIN.project_id)


@pytest.mark.parametrize(("row", "cell"), TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_a_value_in_what_the_page_takes_back_is_none(row: str, cell: str) -> None:
    parsed = with_the_cell_in(row, cell)
    assert parsed.page.budget_received_thb is None
    assert codes_of(parsed, "budget_received") == {"text_not_shown"}
    assert "127,800" in (parsed.page.budget_received_thb_raw or "")


@pytest.mark.parametrize(("row", "cell"), SHOWN.values(), ids=SHOWN)
def test_a_value_that_shows_somewhere_is_read(row: str, cell: str) -> None:
    parsed = with_the_cell_in(row, cell)
    assert parsed.page.budget_received_thb == 127800
    assert not parsed.issues


@pytest.mark.parametrize(
    ("beginning", "other"),
    [
        ('<table id="w0"', '<table style="display: none" id="w0"'),
        ('<table id="w0"', '<div hidden><table id="w0"'),
        ("detail-view", "detail-view hidden"),
    ],
    ids=["a table", "around it", "by its class"],
)
def test_no_value_of_a_hidden_table_is_one(beginning: str, other: str) -> None:
    assert beginning in HTML
    parsed = parse(read_page(HTML.replace(beginning, other, 1).encode()), PLAIN.project_id)
    said = [value for name, value in parsed.page._asdict().items() if name in COLUMNS]
    assert len(said) == len(COLUMNS)
    assert set(said) == {None}
    assert {issue.code for issue in parsed.issues} == {"text_not_shown"}


COLUMNS = ["name", "agency", "budget_received_thb", "progress_pct", "start_date", "target_value", "unit", "remark"]


@pytest.mark.parametrize("where", ["row", "section", "table"])
def test_no_cell_of_a_hidden_report_is_a_value(where: str) -> None:
    before, row, behind = HTML.rpartition("<tr>")
    table = before.rindex("<table")
    page = {
        "row": f"{before}<tr hidden>{behind}",
        "section": f"{before}<tbody hidden>{row}{behind}",
        "table": f"{before[:table]}<table hidden{before[table + 6 :]}{row}{behind}",
    }[where]
    parsed = parse(read_page(page.encode()), PLAIN.project_id)
    report = parsed.progress[-1]
    assert (report.reported_on, report.progress_pct, report.status_code, report.detail) == (None,) * 4
    assert "text_not_shown" in codes_of(parsed, "progress_history.detail")
    assert (parsed.progress[0].reported_on is None) == (where == "table")


def test_a_page_that_is_hidden_as_a_whole_until_it_is_loaded_is_read() -> None:
    page = HTML.replace("<body", '<body style="display:none"', 1)
    assert page != HTML
    assert parse(read_page(page.encode()), PLAIN.project_id) == parse(read_page(HTML.encode()), PLAIN.project_id)


@pytest.mark.parametrize(
    "label",
    [
        "<th><del>{}</del></th>",
        "<th><b><s>{}</s></b></th>",
        "<th><strike>{}</strike></th>",
        '<th style="text-decoration:line-through">{}</th>',
        '<th><span style="text-decoration: line-through">{}</span></th>',
        '<th class="line-through">{}</th>',
        "<th hidden>{}</th>",
        "<th>{} <del>เดิม</del></th>",
    ],
)
def test_a_label_that_the_page_takes_back_names_no_value(label: str) -> None:
    text = LABEL_OF["budget_received"]
    parsed = parse(read_page(HTML.replace(f"<th>{text}</th>", label.format(text)).encode()), PLAIN.project_id)
    assert (parsed.page.budget_received_thb, parsed.page.budget_received_thb_raw) == (None, None)
    assert {issue.code for issue in parsed.issues} == {"unknown_label", "missing_label", "text_not_shown"}
    assert [(row.raw, row.field) for row in parsed.fields if text in row.label] == [("127,800", None)]
    assert parsed.page.budget_spent_thb == 55979


def test_a_label_that_some_screens_hide_names_its_value() -> None:
    text = LABEL_OF["budget_received"]
    shown = HTML.replace(f"<th>{text}</th>", f'<th class="hidden-xs" style="width:20%"><b>{text}</b></th>')
    assert parse(read_page(shown.encode()), PLAIN.project_id) == PLAIN.parse()


@pytest.mark.parametrize("header", ["<th><del>{}</del></th>", "<th hidden>{}</th>"])
def test_a_column_whose_header_cell_is_taken_back_has_no_values(header: str) -> None:
    cell = '<th width="10%">ความคืบหน้า</th>'
    assert cell in HTML
    parsed = parse(read_page(HTML.replace(cell, header.format("ความคืบหน้า")).encode()), PLAIN.project_id)
    assert [(row.progress_pct, row.progress_pct_raw) for row in parsed.progress] == [(None, None)] * 2
    assert {issue.code for issue in parsed.issues} == {"unknown_column", "missing_column"}
    assert parsed.page.reports_state == "unreadable"


CLOSED = {
    "a dialog": ("<dialog>", "</dialog>"),
    "a popover": ("<div popover>", "</div>"),
    "a dialog of Bootstrap": ('<div class="modal fade"><div class="modal-dialog">', "</div></div>"),
}
OPEN = {
    "a dialog": ("<dialog open>", "</dialog>"),
    "a dialog of Bootstrap": ('<div class="modal fade in">', "</div>"),
    "details": ("<details>", "</details>"),
}


@pytest.mark.parametrize(("before", "behind"), CLOSED.values(), ids=CLOSED)
def test_what_a_closed_dialog_holds_is_no_value(before: str, behind: str) -> None:
    parsed = showing("budget_received", f"{before}127,800{behind}")
    assert (parsed.page.budget_received_thb, codes_of(parsed, "budget_received")) == (None, {"text_not_shown"})
    start, end = HTML.index('<table id="w0"'), HTML.index("</table>") + len("</table>")
    page = HTML[:start] + before + HTML[start:end] + behind + HTML[end:]
    parsed = parse(read_page(page.encode()), PLAIN.project_id)
    assert (parsed.page.name, parsed.page.budget_received_thb) == (None, None)
    assert {issue.code for issue in parsed.issues} == {"text_not_shown"}


@pytest.mark.parametrize(("before", "behind"), OPEN.values(), ids=OPEN)
def test_what_an_open_dialog_holds_is_read(before: str, behind: str) -> None:
    assert showing("budget_received", f"{before}127,800{behind}").page == PLAIN.parse().page


def test_a_hidden_row_names_the_project() -> None:
    row = f"<tr><th>{LABEL_OF['project_id']}</th><td>{PLAIN.project_id}</td>"
    assert row in HTML
    hidden = row.replace("<tr>", "<tr hidden>")
    assert naming_problem(read_page(HTML.replace(row, hidden).encode()), PLAIN.project_id) is None
    other = read_page(HTML.replace(row, hidden.replace(PLAIN.project_id, "50010000-0002")).encode())
    assert (naming_problem(other, PLAIN.project_id) or (None,))[0] == "two_projects"


def test_neither_is_it_in_the_tables() -> None:
    shown = HTML.replace("<td>50.0</td>", "<td><del>50.0</del></td>").replace("<td>1</td>", "<td><s>1</s></td>")
    parsed = parse(read_page(shown.encode()), PLAIN.project_id)
    assert (parsed.progress[0].progress_pct, parsed.progress[0].status_code) == (None, None)
    for field in ("progress", "status_code"):
        assert "text_not_shown" in codes_of(parsed, f"progress_history.{field}")


@pytest.mark.parametrize("field", ["name", "agency", "remark", "unit"])
def test_a_text_beside_a_picture_is_published_without_it_and_told(field: str) -> None:
    parsed = showing(field, '<i class="fa fa-home"></i> ร้อยละ<button>แก้ไข</button>')
    assert parsed.page._asdict()[field] == "ร้อยละ"
    assert codes_of(parsed, field) == {"value_without_text"}
    raw = next(row.raw for row in parsed.fields if row.field == field)
    assert raw == '\ufffc<i class="fa fa-home"> ร้อยละ \ufffc<button text="แก้ไข">'


def test_a_page_is_of_the_project_whose_code_stands_beside_a_picture() -> None:
    cell = f"<td>{PLAIN.project_id}</td>"
    assert cell in HTML
    page = read_page(HTML.replace(cell, cell.replace("</td>", '<i class="fa fa-copy"></i></td>')).encode())
    assert naming_problem(page, PLAIN.project_id) is None
    struck = read_page(HTML.replace(cell, f"<td><s>{PLAIN.project_id}</s></td>").encode())
    assert naming_problem(struck, PLAIN.project_id) is not None


def test_a_picture_beside_a_label_is_no_part_of_it() -> None:
    page = HTML.replace("<th>หน่วยงาน</th>", '<th><i class="fa fa-home"></i> หน่วยงาน</th>')
    assert parse(read_page(page.encode()), PLAIN.project_id).fields == PLAIN.parse().fields


@pytest.mark.parametrize(
    "markup",
    [
        "ก<hr>ข",
        "ก<section>ข</section>",
        "ก<center>ข</center>",
        "<dl><dt>ก</dt><dd>ข</dd></dl>",
        "<details><summary>ก</summary>ข</details>",
    ],
)
def test_what_a_page_shows_on_two_lines_is_stored_on_two(markup: str) -> None:
    assert showing("remark", markup).page.remark == "ก\nข"


def test_one_number_in_one_element_is_read() -> None:
    assert showing("budget_received", '<b class="text-right">127,800</b>').page.budget_received_thb == 127800
    assert showing("budget_received", "<b>127,800</b> บาท").page.budget_received_thb == 127800


edges = st.sampled_from(["</b><b>", "</b>", "<b>", "<i></i>", "<sup>", "</b>&nbsp;<b>", "</b>&#8201;<b>", "</b>,<b>"])


@given(st.integers(0, 10**9), edges, st.integers(0, 10**9))
def test_no_two_numbers_with_an_edge_between_are_one(first: int, edge: str, second: int) -> None:
    parsed = showing("budget_received", f"<b>{first}{edge}{second}")
    assert parsed.page.budget_received_thb is None
    assert codes_of(parsed, "budget_received") == {"unreadable_number"}


@pytest.mark.parametrize("written", ["30,31", "30/31", "30และ31", "30;31", "-", "5049-2033,5049-2034", "30.0", "1e5"])
@pytest.mark.parametrize("field", ["policy_id", "branch_id", "kpi_id"])
def test_a_cell_with_several_codes_or_none_is_no_code(field: str, written: str) -> None:
    parsed = PLAIN.having(**{field: written}).parse()
    assert parsed.page._asdict()[field] is None
    assert "unreadable_number" in codes_of(parsed, field)


around = st.sampled_from(
    [
        *(("<del>", "</del>"), ("<b><s>", "</s></b>"), ("<b hidden>", "</b>"), ('<p class="a hidden">', "</p>")),
        *(('<i style="display:none">', "</i>"), ('<span class="not-set">', "</span>"), ("<button>", "</button>")),
    ]
)
beside = st.sampled_from(["", "5", " 5 ", "<b>5</b>", " บาท", "<br>", "<i></i>"])


@given(around, st.integers(0, 10**9), beside, beside)
def test_a_number_that_does_not_show_as_one_never_counts(
    tags: tuple[str, str], number: int, before: str, behind: str
) -> None:
    parsed = showing("budget_received", f"{before}{tags[0]}{number}{tags[1]}{behind}")
    assert parsed.page.budget_received_thb is None
    assert codes_of(parsed, "budget_received")
    assert str(number) in (next(row.raw for row in parsed.fields if row.field == "budget_received") or "")


WAYS_OF_HIDING = {
    "shown backwards": '<bdo dir="rtl">127800</bdo>',
    "shown backwards by its style": '<span style="unicode-bidi: bidi-override; direction: rtl">127800</span>',
    "a class of Bulma": '<span class="is-hidden">127800</span>',
    "a class of Angular": '<span class="ng-hide">127800</span>',
    "a class of images for text": '<span class="text-hide">127800</span>',
    "transparent by its class": '<span class="opacity-0">127800</span>',
    "transparent by its colour": '<span style="color: transparent">127800</span>',
    "without height": '<span style="max-height:0;overflow:hidden">127800</span>',
    "without width": '<span style="width:0px; overflow:hidden">127800</span>',
    "clipped": '<span style="clip-path: inset(50%)">127800</span>',
    "scaled to nothing": '<span style="transform: scale(0)">127800</span>',
    "beside the page": '<span style="margin-left:-9999px">127800</span>',
    "struck out by a class": '<span class="strike">127800</span>',
}


@pytest.mark.parametrize("markup", WAYS_OF_HIDING.values(), ids=WAYS_OF_HIDING)
def test_a_number_that_no_reader_sees_as_it_is_written_is_not_read(markup: str) -> None:
    parsed = showing("budget_received", markup)
    assert parsed.page.budget_received_thb is None
    assert codes_of(parsed, "budget_received") == {"text_not_shown"}


@pytest.mark.parametrize("style", ["width:0.5em", "height:100%", "right:-1px", "line-height:0", "transform:scale(0.9)"])
def test_a_number_in_another_style_is_read(style: str) -> None:
    assert showing("budget_received", f'<span style="{style}">127800</span>').page.budget_received_thb == 127800


BESIDE_KARTIK = {
    "a second value": '<div class="kv-attribute">127800</div><div class="kv-attribute">999999</div>',
    "a text": '<div class="kv-attribute">127800</div> 999999',
    "an element": '<div class="kv-attribute">127800</div><span>999999</span>',
}


@pytest.mark.parametrize("markup", BESIDE_KARTIK.values(), ids=BESIDE_KARTIK)
def test_a_text_beside_the_value_of_kartiks_view_is_read_too(markup: str) -> None:
    parsed = showing("budget_received", markup)
    assert parsed.page.budget_received_thb is None
    assert codes_of(parsed, "budget_received") == {"unreadable_number"}


def test_a_value_that_only_a_script_shows_is_not_an_empty_cell() -> None:
    parsed = showing("budget_received", '<span data-value="127800"></span>')
    assert codes_of(parsed, "budget_received") == {"value_without_text"}


@pytest.mark.parametrize(
    "markup", ["<s>52</s>", "<del>50</del> 52", "<span hidden>52</span>", '<bdo dir="rtl">52</bdo>']
)
def test_a_number_that_the_heading_takes_back_is_not_read(markup: str) -> None:
    said = f"<h3>คืบหน้าล่าสุด : {PLAIN.headline}</h3>"
    assert said in HTML
    parsed = parse(read_page(HTML.replace(said, f"<h3>คืบหน้าล่าสุด : ร้อยละ {markup}</h3>").encode()), PLAIN.project_id)
    assert parsed.page.headline_progress_pct is None
    assert codes_of(parsed, "headline_progress_pct") == {"unreadable_number"}
