"""The tables of a page in every writing that a browser takes: which rows and cells each one has."""

from collections.abc import Sequence

import pytest

from parsers.html_page import read_page
from parsers.page import Row, content_sha256
from tests.parsers.projects import PLAIN
from tests.parsers.rendering import NOT_SET

PAGE = PLAIN.html()
BASE = read_page(PAGE.encode())
HEAD = "<tr><th>วันที่รายงาน</th><th>ความคืบหน้า</th><th>สถานะโครงการ</th></tr>"
HEADER = ("วันที่รายงาน", "ความคืบหน้า", "สถานะโครงการ")
CELLS = ("2023-01-31", "50", "")


def row(progress: str) -> str:
    return f"<tr><td>2023-01-31</td><td>{progress}</td><td></td></tr>"


ROW = row("50")


def read_one(table: str) -> tuple[tuple[Row, ...], Sequence[object]]:
    """What a table adds to a page: label/value rows, and grids."""
    page = read_page(PAGE.replace("<footer", table + "<footer").encode())
    grids = [(grid.header, grid.rows) for grid in page.grids[len(BASE.grids) :]]
    return page.rows[len(BASE.rows) :], grids


GRIDS = {
    "without rows": (f"<table>{HEAD}</table>", ()),
    "with a row": (f"<table>{HEAD}{ROW}</table>", (CELLS,)),
    "in capital letters": (f"<TABLE>{HEAD}{ROW}</TABLE>", (CELLS,)),
    "with attributes": (f'<table class="table" a=b>{HEAD.replace("<th>", "<th width=10%>")}{ROW}</table>', (CELLS,)),
    "with sections": (f"<table><thead>{HEAD}</thead><tbody>{ROW}{ROW}</tbody></table>", (CELLS, CELLS)),
    "with an empty body": (f"<table>{HEAD}<tbody></tbody></table>", ()),
    "with white space": (
        f"<table>\r\n<thead>\r\n\t{HEAD}\r\n</thead>\n<tbody>{ROW} {ROW}</tbody>\r</table>",
        (CELLS,) * 2,
    ),
    "with space between cells": (f"<table>{HEAD}{ROW.replace('</td>', '</td> ')}</table>", (CELLS,)),
    "with a caption": (f"<table><caption>x</caption>{HEAD}{ROW}</table>", (CELLS,)),
    "with text between rows": (f"<table>{HEAD}ก{ROW}\u00a0{ROW}ก</table>", (CELLS, CELLS)),
    "with text between cells": (f"<table>{HEAD}{ROW.replace('</td>', '</td>b', 1)}</table>", (CELLS,)),
    "with empty rows": (f"<table>{HEAD}<tr></tr>{ROW}<tr></tr></table>", (CELLS,)),
    "with an unclosed row": (f"<table>{HEAD}<tr></table>", ()),
    "with a body closed twice": (f"<table>{HEAD}{ROW}</tbody></table>", (CELLS,)),
    "with a body never closed": (f"<table>{HEAD}<tbody>{ROW}</table>", (CELLS,)),
    "with a head closed twice": (f"<table>{HEAD}</thead>{ROW}</table>", (CELLS,)),
    "with all in the head": (f"<table><thead>{HEAD}{ROW}</table>", (CELLS,)),
    "with its header in the body": (f"<table><tbody>{HEAD}{ROW}</tbody></table>", (CELLS,)),
    "with its header twice": (f"<table>{HEAD}{ROW}{HEAD}</table>", (CELLS, HEADER)),
    "with a header cell in a row": (f"<table>{HEAD}{ROW.replace('td', 'th', 2)}</table>", (CELLS,)),
    "with rows of other lengths": (
        f"<table>{HEAD}<tr><td>1</td></tr><tr>{'<td>1</td>' * 4}</tr></table>",
        (("1",), ("1",) * 4),
    ),
    "with a cell that spans two columns": (
        f"<table>{HEAD}<tr><td colspan=2>1</td><td>1</td></tr></table>",
        (("1", "1"),),
    ),
    "with cells that span more columns than there are": (
        f"<table>{HEAD}<tr><td colspan='2 '>1</td><td>1</td><td>1</td></tr><tr><td colspan=900>1</td></tr></table>",
        (("1", "1", "1", ""), ("1", "", "", "")),
    ),
    "with a span that is none": (f"<table>{HEAD}{row('50').replace('<td>', '<td colspan=x>')}</table>", (CELLS,)),
    "with a value that is not set": (f"<table>{HEAD}{row(NOT_SET)}</table>", (("2023-01-31", None, ""),)),
    "with a line break": (
        f"<table>{HEAD}" + row("a<br />\n&amp; b") + "</table>",
        (("2023-01-31", "a\n& b", ""),),
    ),
    "with elements in a cell": (f"<table>{HEAD}{row('<b>50</b>')}</table>", (CELLS,)),
    "with a row of search fields": (f'<table>{HEAD}<tr class="filters">{"<td>a</td>" * 3}</tr>{ROW}</table>', (CELLS,)),
    "with GridView's empty footer": (
        f"<table>{HEAD}{ROW}<tfoot><tr>{'<td>&nbsp;</td>' * 3}</tr></tfoot></table>",
        (CELLS,),
    ),
    "with its footer above its rows": (
        f"<table><thead>{HEAD}</thead><tfoot><tr>{'<td>&nbsp;</td>' * 3}</tr></tfoot><tbody>{ROW}</tbody></table>",
        (CELLS,),
    ),
    "with a footer of sums": (
        f"<table>{HEAD}{ROW}<tfoot><tr><td>รวม</td><td>50</td><td></td></tr></tfoot></table>",
        (CELLS,),
    ),
    "with kartik's sums": (
        f'<table>{HEAD}{ROW}<tbody class="kv-page-summary-container">{row("50")}</tbody></table>',
        (CELLS,),
    ),
    "with an empty footer alone": (f"<table>{HEAD}<tfoot><tr>{'<td>&nbsp;</td>' * 3}</tr></tfoot></table>", ()),
    "with all rows in its footer": (f"<table>{HEAD}<tfoot>{ROW}</tfoot></table>", (CELLS,)),
    "with a cell that reaches into the next row, and one too many there": (
        f"<table>{HEAD}<tr><td rowspan=2>1</td><td>2</td><td>3</td></tr>{ROW}{ROW}</table>",
        (("1", "2", "3"), (*CELLS, ""), CELLS),
    ),
    "with a cell that reaches into all rows below": (
        f"<table>{HEAD}<tr><td>1</td><td>2</td><td rowspan=0>3</td></tr>{ROW * 40}</table>",
        (("1", "2", "3"), *((*CELLS, ""),) * 40),
    ),
    "with a cell that reaches into one row": (
        f"<table>{HEAD}{ROW.replace('<td>', '<td rowspan=1>')}{ROW}</table>",
        (CELLS, CELLS),
    ),
    "with a header cell that reaches into the rows": (
        f"<table>{HEAD.replace('<th>', '<th rowspan=2>', 1)}{ROW}{ROW}</table>",
        ((*CELLS, ""), CELLS),
    ),
    "that says it is empty": (
        f'<table>{HEAD}<tr><td colspan="3"><div class="empty">ไม่พบผลลัพธ์</div></td></tr></table>',
        (),
    ),
}


@pytest.mark.parametrize(("table", "rows"), GRIDS.values(), ids=GRIDS)
def test_a_grid(table: str, rows: tuple[tuple[str | None, ...], ...]) -> None:
    assert read_one(table) == ((), [(HEADER, rows)])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("ก &amp;\n  ข", "ก & ข"),
        ("<a href='?sort=1'>ก</a>ข", "กข"),
        ("ก<br>ข", "ก ข"),
        ("&nbsp;ก", "ก"),
        ("ก" * 5000, "ก" * 5000),
    ],
)
def test_a_header_cell_is_one_line(cell: str, text: str) -> None:
    table = f"<table>{HEAD.replace('ความคืบหน้า', cell)}</table>"
    assert read_one(table) == ((), [((HEADER[0], text, HEADER[2]), ())])


@pytest.mark.parametrize(
    "table",
    [
        "<table></table>",
        "<table><tr></tr></table>",
        f"<table>{ROW}</table>",
        "<table><tr><th>ปี</th></tr></table>",
        "<table><tr><th>ปี</th><td>2566</td></tr></table>",
        "<table><tr><th>ปี<td>1<tr><th>หน่วยงาน<td>1<tr><th>หน่วยนับ<td>1<tr><td>x</table>",
    ],
)
def test_any_other_table_is_not_read(table: str) -> None:
    assert read_one(table) == ((), [])


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ('<table class="detail-view"><tr><th>ปี</th><td>1</td></tr></table>', [("ปี", "1")]),
        ('<table class="x detail&#45;view"><tr><th>ปี<td>1</table>', [("ปี", "1")]),
        ('<table class="detail-view"><tr> <th>ปี</th>\n<td>1</td> </tr></table>', [("ปี", "1")]),
        ('<table class="detail-view"><tr><td>ปี</td><td>1</td></tr></table>', [("ปี", "1")]),
        ('<table class="detail-view"><tr><th> ก\nข </th><td> 1\n2 </td></tr></table>', [("ก\nข", "1\n2")]),
        ('<table class="detail-view"><tr><th>ก<td>1<th>ข<td>2</table>', [("ก", "1"), ("ข", "2")]),
        ('<table class="detail-view"><tr><th>ก<th>ข</table>', [("", "ก ข")]),
        ('<table class="detail-view"><tr><th>ก<td>1<td>2</table>', [("", "ก 1 2")]),
        (
            '<table class="detail-view"><tr><th>ก<td rowspan=2>1<tr><th>ข<td>2<tr><th>ค<td>3</table>',
            [("ก", "1"), ("", "ข 2"), ("ค", "3")],
        ),
        ('<table class="detail-view"><tr><th rowspan=2>ก<td>1<tr><th>ข<td>2</table>', [("ก", "1"), ("", "ข 2")]),
        ('<table class="detail-view"><caption>ข้อมูล</caption><tr><th>ก<td>1</table>', [("", "ข้อมูล"), ("ก", "1")]),
        ('<table class="detail-view"><caption> </caption><tr><th>ก<td>1</table>', [("ก", "1")]),
        ('<table class="detail-view"><tr><th>ก</table>', [("", "ก")]),
        ('<table class="detail-view"><tr> 1 <td>2</table>', [("", "2")]),
        ('<table class="detail-view"><tr> <td>1<br>2</table>', [("", "1 2")]),
        ('<table class="detail-view"><tr></tr></table>', []),
        (f'<table class="detail-view"><tr><th>{NOT_SET}<td>{NOT_SET}</table>', [("", None)]),
        (
            "<table><tr><th>ปี<td>1<tr><th>หน่วยงาน<td>2<tr><td>หน่วยนับ<td>3</table>",
            [("ปี", "1"), ("หน่วยงาน", "2"), ("หน่วยนับ", "3")],
        ),
    ],
)
def test_a_label_value_table(table: str, rows: list[tuple[str, str | None]]) -> None:
    found, grids = read_one(table)
    assert ([tuple(row) for row in found], grids) == (rows, [])


def test_a_header_cell_stands_above_all_the_columns_that_it_spans() -> None:
    _, grids = read_one(f"<table>{HEAD.replace('<th>', '<th colspan=2>', 1)}<tr>{'<td>1</td>' * 4}</tr></table>")
    assert grids == [((HEADER[0], "", *HEADER[1:]), (("1",) * 4,))]


@pytest.mark.parametrize(
    ("footer", "said"),
    [
        (f"<tfoot>{'<tr>' + '<td>&nbsp;</td>' * 3 + '</tr>'}</tfoot>", ()),
        ("<tfoot><tr><td>รวม</td><td>150</td><td></td></tr></tfoot>", ("รวม 150",)),
        (f'<tbody class="kv-page-summary-container">{row("150")}</tbody>', ("2023-01-31 150",)),
    ],
    ids=["empty", "sums", "kartik's sums"],
)
def test_the_text_of_a_footer_is_kept_beside_the_rows(footer: str, said: tuple[str, ...]) -> None:
    page = read_page(PAGE.replace("<footer", f"<table>{HEAD}{ROW}{footer}</table><footer").encode())
    without = read_page(PAGE.replace("<footer", f"<table>{HEAD}{ROW}</table><footer").encode())
    assert page.grids[-1].footer == said
    assert page.grids[-1]._replace(footer=()) == without.grids[-1]
    assert (content_sha256(page) == content_sha256(without)) == (not said)
