"""Where tables, headings and summaries stand on a page, and what else may look like one."""

import re

import pytest

from parsers.html_page import read_page
from parsers.labels import PROGRESS_COLUMNS, columns_of
from parsers.page import PageKind
from tests.parsers.projects import PLAIN

PAGE = PLAIN.html()
DETAILS, UPDATES, REPORTS = re.findall("<table.*?</table>", PAGE, re.DOTALL)
WHOLE = read_page(PAGE.encode())
SMALL_GRID = "<table><tr><th>ก</th><th>ข</th><th>ค</th></tr></table>"


def with_before(table: str, markup: str) -> bytes:
    """The page with some markup before one of its tables."""
    return PAGE.replace(table, markup + table).encode()


# What follows is text or the value of an attribute.
HIDING = (
    *("<!--", "<![CDATA[", "<script>", "<style>", "<textarea>", "<title>", "<xmp>", "<iframe>", "<noembed>"),
    *("<template>", "<plaintext>", "<a href='", '<div title="', "<div title='"),
)


@pytest.mark.parametrize("markup", HIDING)
def test_a_table_that_is_text_is_not_read(markup: str) -> None:
    page = read_page(with_before(DETAILS, markup))
    assert (page.kind, page.rows) == (PageKind.TRUNCATED, ())


@pytest.mark.parametrize("markup", HIDING)
def test_a_hidden_grid_leaves_the_rows_above_it(markup: str) -> None:
    page = read_page(with_before(UPDATES, markup))
    assert (page.kind, page.rows) == (PageKind.PROJECT, WHOLE.rows)
    assert WHOLE.grids[0].rows not in [grid.rows for grid in page.grids]


ENCLOSING = (
    *("<!-- -->", "<p>", "<b><i>", "<li>", "<form>", "<button>", "<object>", "<marquee>", "<noscript>", "<select>"),
    *("<select><option>", "<svg>", "<svg><title>", "<math><mi>", "<frameset>", "</body></html>"),
    *('<div class="alert">', '<div class="panel-heading">', '<div class="grid-view">', "<h1>", "<h3>คืบหน้าล่าสุด : "),
    *("<table>", "<table><tbody>", "<table><tr>", "<table><tr><td>", "<table><caption>", "<table><tr><th>ปี</th><td>"),
)


@pytest.mark.parametrize("table", [DETAILS, UPDATES, REPORTS], ids=["details", "updates", "reports"])
@pytest.mark.parametrize("markup", ENCLOSING)
def test_a_table_inside_of_any_element_is_read(markup: str, table: str) -> None:
    page = read_page(with_before(table, markup))
    assert (page.kind, page.title_id, page.headline) == (WHOLE.kind, WHOLE.title_id, WHOLE.headline)
    assert page.rows == WHOLE.rows
    assert [(grid.header, grid.rows) for grid in page.grids] == [(grid.header, grid.rows) for grid in WHOLE.grids]


def test_a_table_before_the_label_value_rows_is_read() -> None:
    assert len(read_page(with_before(DETAILS, REPORTS)).grids) == 3


@pytest.mark.parametrize("between", ["", '<div class="alert"><p>', '<div class="grid-view">', "<ul><li><b>"])
def test_a_table_inside_of_a_read_one_is_text_of_it_whatever_is_between(between: str) -> None:
    inner = between + SMALL_GRID
    page = read_page(PAGE.replace("ปรับปรุงทางเท้า", inner).encode())
    assert page.grids == WHOLE.grids
    assert dict(page.rows)["ชื่อโครงการ"] == "ก ข ค"


def test_a_heading_inside_of_a_read_table_is_text_of_it() -> None:
    markup = "<h1>รายละเอียดโครงการ: 50010000-9999</h1><h3>คืบหน้าล่าสุด : 7</h3><h3>อื่น</h3>"
    page = read_page(PAGE.replace("ปรับปรุงทางเท้า", markup).encode())
    assert (page.title_id, page.headline) == (WHOLE.title_id, WHOLE.headline)
    assert page.grids == WHOLE.grids


def test_a_table_has_the_nearest_heading_above_it() -> None:
    grids = [f"<h2>หนึ่ง</h2>{SMALL_GRID}{SMALL_GRID}", f'<div class="panel-heading">สอง</div>{SMALL_GRID}']
    page = read_page(PAGE.replace("<footer", "".join(grids) + "<footer").encode())
    assert [grid.heading for grid in page.grids[2:]] == ["หนึ่ง", "หนึ่ง", "สอง"]


def stated_totals(markup: str) -> list[int | None]:
    return [grid.stated_total for grid in read_page(PAGE.replace("<footer", markup + "<footer").encode()).grids[2:]]


SUMMARY = '<div class="summary">แสดง <b>1 ถึง 2</b> จาก <b>1,007</b> รายการ</div>'


@pytest.mark.parametrize("name", ["grid-view", "x grid-view", "grid&#45;view", "gri&#x64;-view"])
def test_a_grid_view_says_how_many_rows_there_are(name: str) -> None:
    assert stated_totals(f'<div class="{name}">{SUMMARY}{SMALL_GRID}{SMALL_GRID}</div>') == [1007, 1007]


@pytest.mark.parametrize(
    ("said", "total", "is_paged"),
    [
        ("1 007", 1007, False),
        ("1&nbsp;007", 1007, False),
        ("1.007", 1007, False),
        ("1&#8201;007", 1007, False),
        ("1 07", None, True),
        ("2 รายการ 3", 2, False),
    ],
)
def test_a_total_in_groups_is_read_whole_or_the_table_may_go_on(said: str, total: int | None, is_paged: bool) -> None:
    summary = f'<div class="summary">แสดง <b>1 ถึง 2</b> จาก <b>{said}</b> รายการ</div>'
    markup = f'<div class="grid-view">{summary}{SMALL_GRID}</div>'
    grid = read_page(PAGE.replace("<footer", markup + "<footer").encode()).grids[2]
    assert (grid.stated_total, grid.is_paged) == (total, is_paged)


def test_a_summary_may_stand_below_its_table() -> None:
    assert stated_totals(f'<div class="grid-view">{SMALL_GRID}{SUMMARY}</div>') == [1007]


def test_of_two_summaries_the_first_counts() -> None:
    other = '<div class="summary">ทั้งหมด 3</div>'
    assert stated_totals(f'<div class="grid-view">{SUMMARY}{other}{SMALL_GRID}{other}</div>') == [1007]


def test_a_summary_counts_for_its_own_grid_view_only() -> None:
    inner = '<div class="grid-view"><div class="summary">ทั้งหมด 3</div>' + SMALL_GRID + "</div>"
    assert stated_totals(f'<div class="grid-view">{SUMMARY}{inner}{SMALL_GRID}</div>{SMALL_GRID}') == [3, 1007, None]


def test_a_summary_outside_of_any_grid_view_counts_for_no_table() -> None:
    assert stated_totals(f'{SUMMARY}{SMALL_GRID}<div class="grid-view">{SMALL_GRID}</div>') == [None, None]


@pytest.mark.parametrize(
    "written", ["1_012", "1٬012", "1·012", "1，012", "1-012", "1 พัน", "1ล้าน", "1k", "10/20", "１０１２"]
)
def test_a_total_that_goes_on_otherwise_is_not_its_beginning(written: str) -> None:
    summary = f'<div class="summary">แสดง <b>1 ถึง 2</b> จาก {written} รายการ</div>'
    markup = f'<div class="grid-view">{summary}{SMALL_GRID}</div>'
    grid = read_page(PAGE.replace("<footer", markup + "<footer").encode()).grids[2]
    assert (grid.stated_total, grid.is_paged) == (None, True)


def test_of_two_columns_for_one_field_neither_is_taken() -> None:
    header = ("วันที่รายงาน", "ความคืบหน้า", "สถานะโครงการ", "สถานะ", "ความคืบหน้า")
    assert columns_of(header, PROGRESS_COLUMNS) == ("reported_on", None, None, None, None)
