"""One record, several skins: Yii's own, kartik's, GridViews for the tables, and what hand-written pages add to them."""

import pytest

from parsers.html_page import read_page
from parsers.page import PageKind
from parsers.records import ParsedPage
from tests.parsers.projects import PLAIN, parse
from tests.parsers.rendering import DETAIL_SKINS, GRID_SKINS, NOT_SET, REPORT_HEADER, with_table
from tests.parsers.samples import FIXTURES, REAL, REAL_ID

SKINS = ("gridview", "kartik")


def record(parsed: ParsedPage) -> dict[str, object]:
    """Everything a page parsed to, without the fingerprint: it covers headings and totals, which a skin changes."""
    return parsed._asdict() | {"page": parsed.page._replace(content_sha256="")}


@pytest.mark.parametrize("skin", SKINS)
def test_the_real_page_in_another_skin_gives_the_same_record(skin: str) -> None:
    page = read_page((FIXTURES / "skins" / f"{REAL_ID}-{skin}.html").read_bytes())
    assert page.kind is PageKind.PROJECT
    assert record(parse(page, REAL_ID)) == record(parse(REAL.page(), REAL_ID))


@pytest.mark.parametrize("details", DETAIL_SKINS)
@pytest.mark.parametrize("grid", GRID_SKINS)
def test_every_pair_of_skins_gives_the_same_record(details: str, grid: str) -> None:
    page = PLAIN.page(details=DETAIL_SKINS[details], grid=GRID_SKINS[grid])
    assert record(parse(page, PLAIN.project_id)) == record(PLAIN.parse())


@pytest.mark.parametrize("grid", ["grid-view", "numbered-grid-view"])
def test_an_empty_grid_view_has_no_rows_although_it_shows_one(grid: str) -> None:
    page = PLAIN.reporting().page(grid=GRID_SKINS[grid])
    parsed = parse(page, PLAIN.project_id)
    assert parsed.progress == []
    assert parsed.page.reports_state == "empty"


CELLS = {
    "one break for br and the line end after it": ("ก<br />\r\nข", "ก\nข"),
    "br without a line end": ("ก<br>ข", "ก\nข"),
    "two breaks": ("ก<br /><br />ข", "ก\n\nข"),
    "an empty line between": ("ก<br />\n<br />\nข", "ก\n\nข"),
    "breaks before other line ends": ("ก<br />\r<br />\r\nข", "ก\n\nข"),
    "a break before LF CR": ("ก<br />\n\rข", "ก\n\nข"),
    "breaks with and without line ends": ("ก<br />ข<br /><br />\n<br />", "ก\nข"),
    "entities decoded once": ("&lt;b&gt; &amp;lt; &amp;nbsp; &#039;&quot;", "<b> &lt; &nbsp; '\""),
    "entities cut short": ("&#39;&amp", "'&"),
    "a stray bracket": ("ก > ข -->", "ก > ข -->"),
    "a stored entity": ("&amp;rsquo;", "&rsquo;"),
    "nothing": ("", ""),
    "white space alone": (" \n\t ", ""),
    "Yii's not set": (NOT_SET, None),
    "Yii's not set in English": ('<span class="not-set">(not set)</span>', None),
    "not set with white space around": (f"\n  {NOT_SET}\n  ", None),
    "a stored text that looks like it": ("(ไม่ได้ตั้ง)", "(ไม่ได้ตั้ง)"),
    "not set beside a text": (f"ก {NOT_SET}", "ก \ufffc<not-set>(ไม่ได้ตั้ง)</not-set>"),
    "a mark of not set around a value": ('<span class="not-set">127800</span>', "\ufffc<not-set>127800</not-set>"),
    "struck out": ("<del>100000</del>", "\ufffc<struck>100000</struck>"),
    "struck out by its style": (
        '<b style="text-decoration: line-through">1</b> 2',
        "\ufffc<struck>1</struck> 2",
    ),
    "hidden": (
        '<b hidden>1</b>2<i style="Display : none">3</i>',
        "\ufffc<hidden>1</hidden> 2 \ufffc<hidden>3</hidden>",
    ),
    "hidden by its class": ('<b class="a d-none">1<i>2</i></b>', "\ufffc<hidden>1 2</hidden>"),
    "a hidden element without a text": ('<b hidden><i class="fa"></i></b>2', "2"),
    "a glyph beside a number": ('127800<i class="fa fa-times"></i>', '127800 \ufffc<i class="fa fa-times">'),
    "a picture within an element": ('<b><img alt="x">ก</b>', '\ufffc<img alt="x"> ก'),
    "a button": ("<button>127800</button>", '\ufffc<button text="127800">'),
    "a button beside a text": ('ก <button class="btn">แก้ไข</button>', 'ก \ufffc<button class="btn" text="แก้ไข">'),
    "a script that may write": ("<script>document.write(1)</script>", "\ufffc<script>"),
    "for browsers without scripts": ("<noscript>1</noscript>", "\ufffc<noscript>"),
    "a drawing": ("<svg><text>1</text></svg>", '\ufffc<svg text="1">'),
    "what PHP left unread": ("<?= $x ?>", "<?= $x ?>"),
    "an empty kartik value": ('<div class="kv-attribute"></div>', ""),
    "a kartik value that is not set": (f'<div class="kv-attribute">{NOT_SET}</div>', None),
    "kartik edit mode": (
        '<div class="kv-attribute">ก</div><div class="kv-form-attribute"><textarea>ข</textarea><input value="ค"></div>',
        "ก",
    ),
    "a separator of the content text": ("ก\x1f\x1e0ข", "ก\x1f\x1e0ข"),
    "an end tag of another cell": ("ก</th>ข", "กข"),
    "a nested table": ("<table><tr><td>ก</td><td>ข</td></tr><tr><td>ค</td></tr></table>", "ก ข\nค"),
    "a nested label/value table": ('<table class="detail-view"><tr><th>ปี</th><td>2599</td></tr></table>', "ปี 2599"),
    "a link": ('<a href="http://192.0.2.1/x">แนบไฟล์</a>', "แนบไฟล์"),
    "paragraphs and lists": ("<p>ก</p><ul><li>ข</li><li>ค</li></ul>", "ก\nข\nค"),
    "bold within a word": ("ก<b>ข</b>ค", "กขค"),
    "a footnote behind a word": ("ก<sup>1</sup>", "ก1"),
    "a footnote behind a number": ("127800<sup>1</sup>", "127800 1"),
    "neighbours": ("<b>ก</b><i>ข</i>", "ก ข"),
    "neighbours within one another": ("<b>ก<u>ข</u></b><i>ค</i>", "กข ค"),
    "neighbours with a space between": ("<b>ก</b> <i>ข</i>", "ก ข"),
    "neighbours with a break between": ("<b>ก</b><br><i>ข</i>", "ก\nข"),
    "numbers with a no-break space between": ("<b>1</b>&nbsp;<ins>200</ins>", "1 \u00a0 200"),
    "numbers with a comma between": ("<b>1</b>,<ins>200</ins>", "1 , 200"),
    "texts around a script": ("127<script>alert(1)</script>800", "127 800"),
    "numbers around a comment": ("127<!-- -->,800", "127,800"),
    "an element without anything": ("<span></span>", ""),
    "elements without anything": ("<p><b></b></p><br>", ""),
    "a hidden field": ('<input type="hidden" name="_csrf" value="a==">', ""),
    "an element that is not shown": ('<span class="a" style="display: none"></span>', ""),
    "a picture": ('<img src="a.png" alt="ผ่าน">', '\ufffc<img alt="ผ่าน">'),
    "a picture that says nothing": ('<img src="a.png">', "\ufffc<img>"),
    "a glyph": ('<span id="w1" class="glyphicon glyphicon-ok"></span>', '\ufffc<span class="glyphicon glyphicon-ok">'),
    "a box": ('<input type="checkbox" name="a" checked disabled>', '\ufffc<input type="checkbox" checked="">'),
    "hostile attributes": ('<img alt="&lt;b&gt;&quot;x&quot;">', '\ufffc<img alt=" b x ">'),
    "a script": ("ก<script>alert(1)</script>", "ก"),
    "a comment": ("ก<!-- ข -->ค", "กค"),
    "a control character": ("ก\x08\x1bข", "ก\x08\x1bข"),
    "a NUL": ("กข\0ค", "กขค"),
    "U+FFFD": ("ก\ufffd", "ก\ufffd"),
    "leading white space": ("\u00a0\u00a0 \t1. ก", "1. ก"),
}


@pytest.mark.parametrize(("html", "value"), CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("place", ["detail", "grid"])
def test_value_of_a_cell(place: str, html: str, value: str | None) -> None:
    source = PLAIN.having(remark="@@").reporting(("2023-01-31", "50", "1", "@2@", "ก")).html()
    page = read_page(source.replace("@2@" if place == "grid" else "@@", html).encode())
    found = dict(page.rows)["หมายเหตุ"] if place == "detail" else page.grids[-1].rows[0][3]
    assert found == value
    assert [row.label for row in page.rows] == [label for label, _ in PLAIN.rows]


SPLIT = {
    "a cell more": ("</td><td>ข", [("", "หมายเหตุ ข")]),
    "an empty cell more": ("</th><td>", [("", "หมายเหตุ")]),
    "a row more": ("</td></tr>\n<tr><th>ก</th><td>ข", [("หมายเหตุ", ""), ("ก", "ข")]),
    "a row more and a text between": ("ก</td></tr>ค\n<tr><th>ก</th><td>ข", [("หมายเหตุ", "ก"), ("ก", "ข")]),
}


@pytest.mark.parametrize(("html", "rows"), SPLIT.values(), ids=SPLIT)
def test_a_value_with_the_markup_of_a_table_splits_its_row_and_no_other(
    html: str, rows: list[tuple[str, str | None]]
) -> None:
    page = read_page(PLAIN.having(remark="@@").html().replace("@@", html).encode())
    at = PLAIN.index_of("remark")
    expected = list(PLAIN.page().rows)
    assert [tuple(row) for row in page.rows] == [*expected[:at], *rows, *expected[at + 1 :]]


def test_the_tables_are_known_by_their_header_cells_in_whatever_order_they_stand() -> None:
    source = PLAIN.html()
    start, end = source.index("<h3>ประวัติการปรับปรุงข้อมูล"), source.index('<div class="panel panel-info">')
    history, rest = source[start:end], source[end:]
    close = rest.index("</table></div>") + len("</table></div>")
    swapped = source[:start] + rest[:close] + history + rest[close:]
    parsed, expected = parse(read_page(swapped.encode()), PLAIN.project_id), PLAIN.parse()
    assert parsed.progress == expected.progress
    assert parsed.updates == expected.updates


def test_columns_are_read_by_their_header_whatever_their_order() -> None:
    header = ("รายละเอียด", "#", "ความคืบหน้า", "วันที่รายงาน", "ปัญหาอุปสรรค", "สถานะ")
    table = GRID_SKINS["handwritten"](header, [("31/01/2566 : ก", "1", "50", "2023-01-31", "ไม่มี", "2")])
    source = with_table(PLAIN.reporting().html(), table, behind="panel-info")
    (row,) = parse(read_page(source.encode()), PLAIN.project_id).progress
    assert (row.reported_on_raw, row.progress_pct_raw, row.status_code) == ("2023-01-31", "50", "2")
    assert (row.problem, row.detail) == ("ไม่มี", "31/01/2566 : ก")


def test_of_two_tables_of_one_kind_the_first_is_read() -> None:
    other = GRID_SKINS["handwritten"](REPORT_HEADER, [("2023-06-01", "1", "1", "ข", "ค")])
    page = read_page(PLAIN.html().replace("<footer", other + "<footer").encode())
    parsed = parse(page, PLAIN.project_id)
    assert parsed.progress == PLAIN.parse().progress
    assert [issue.code for issue in parsed.issues] == ["duplicate_table"]


@pytest.mark.parametrize(
    ("both", "day", "time"),
    [
        ("11/03/2566 14:33:29", "11/03/2566", "14:33:29"),
        ("2566-03-11 14:33", "2566-03-11", "14:33"),
        ("11-3-66 14.33 น.", "11-3-66", "14.33 น."),
        ("11 มี.ค. 2566 14:33:29", "11 มี.ค. 2566", "14:33:29"),
        ("11 มี.ค. 2566", "11 มี.ค. 2566", None),
        ("11/03/2566", "11/03/2566", None),
    ],
)
def test_a_kartik_grid_with_date_and_time_in_one_column(both: str, day: str, time: str | None) -> None:
    header = ("วันที่ เวลา", "ชื่อผู้ใช้", "กระทำ", "สอดคล้องตามนโยบาย")
    table = GRID_SKINS["grid-view"](header, [(both, "plan_5001", "แก้ไข", "ใช่")])
    source = with_table(PLAIN.logging().html(), table, behind="ประวัติการปรับปรุง")
    (row,) = parse(read_page(source.encode()), PLAIN.project_id).updates
    assert (row.updated_on_raw, row.updated_time, row.user_name) == (day, time, "plan_5001")
    assert str(row.updated_on) == "2023-03-11"


def test_a_kartik_row_that_lays_out_several_pairs() -> None:
    pairs = "".join(
        f"<th>{label}</th><td><div class='kv-attribute'>{value}</div></td>" for label, value in PLAIN.rows[1:3]
    )
    cell = f"<td class='kv-child-table-cell' colspan='2'><table class='kv-child-table'><tr>{pairs}</tr></table></td>"
    row = f"<tr class='kv-child-table-row'>{cell}</tr>"
    source = PLAIN.html()
    start = source.index("<tr><th>ปี</th>")
    end = source.index("<tr><th>Policy ID</th>")
    page = read_page((source[:start] + row + source[end:]).encode())
    assert page.rows == PLAIN.page().rows


def test_the_search_fields_of_a_grid_view_are_no_row() -> None:
    source = PLAIN.html(grid=GRID_SKINS["grid-view"])
    fields = '<tr id="w1-filters" class="filters">' + '<td><input type="text" name="S[a]"></td>' * 5 + "</tr>\n</thead>"
    end = source.rindex("</thead>")
    page = read_page((source[:end] + fields + source[end + len("</thead>") :]).encode())
    assert parse(page, PLAIN.project_id).progress == PLAIN.parse().progress


def test_an_absent_table_differs_from_an_empty_one() -> None:
    absent = parse(read_page(PLAIN.html().replace("<th ", "<td ").encode()), PLAIN.project_id)
    empty = PLAIN.reporting().logging().parse()
    assert (absent.page.reports_state, absent.page.updates_state) == ("absent", "absent")
    assert (empty.page.reports_state, empty.page.updates_state) == ("empty", "empty")
