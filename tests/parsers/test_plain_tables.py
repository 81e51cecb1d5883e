"""A plain table is read from the source as its tree reads it, and any other is left to the tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parsers.both_ways import DETAILS, PAGE, n_lifted, same_both_ways, with_reports
from tests.parsers.rendering import NOT_SET, ntext
from tests.parsers.stored import values


@pytest.mark.parametrize(
    "value",
    [
        "a<br />\r<br />\r\nb",
        "a<br />\n\rb",
        "a<br />b<br /><br />\n<br />",
        "&amp;lt; &#039; &quot; &gt;",
        "&nbsp;",
        "&#39;&amp",
        "a > b -->",
        "\u00a0 a \u2003",
        "<i>a</i>",
        "a<!-- b -->c",
        '<span class="not-set">(ไม่ได้ตั้ง)</span>',
        ' <span class="not-set">(ไม่ได้ตั้ง)</span>',
        '<span class="not-set">(not set)</span>',
        "\ufffd",
        "a\0b",
        "\x1f\x1e0",
        "</td><td>b",
        "</td></tr>\n<tr><th>ก</th><td>ข",
        "</td></tr> <tr><th>ก</th><td>ข",
        "</td></tr>ค\n<tr><th>ก</th><td>ข",
        "</th><td>",
        "<table><tr><td>x</td></tr></table>",
    ],
)
@pytest.mark.parametrize("old", ["ปรับปรุงทางเท้า", "ชื่อโครงการ", "ปัญหาอปสรรค", "2023-01-31"])
def test_a_cell_reads_the_same_both_ways(value: str, old: str) -> None:
    assert old in PAGE
    assert same_both_ways(PAGE.replace(old, value).encode()).rows


_HEAD = "<tr><th>วันที่รายงาน</th><th>ความคืบหน้า</th><th>สถานะโครงการ</th></tr>"
_ROW = "<tr><td>2023-01-31</td><td>50</td><td></td></tr>"
_PLAIN_GRIDS = (
    f"<table>{_HEAD}</table>",
    f"<table>{_HEAD}{_ROW}</table>",
    f"<table>{_HEAD}<tbody></tbody></table>",
    f"<table><thead>{_HEAD}</thead>{_ROW}{_ROW}</table>",
    f"<table>\r\n<thead>\r\n\t{_HEAD}\r\n</thead>\n<tbody>{_ROW}</tbody>\r</table>",
    f'<table class="table" id="x">{_HEAD.replace("<th>", """<th width="10%" style="a: b; c">""")}{_ROW}</table>',
    f"<table>{_HEAD}<tr><td>1</td></tr>{_ROW}</table>",
    f"<table>{_HEAD}<tr><td>1</td><td>2</td><td>3</td><td>4</td></tr></table>",
    f"<table>{_HEAD}{_ROW.replace('50', NOT_SET)}</table>",
    f"<table>{_HEAD}{_ROW.replace('50', 'a<br />' + chr(10) + '&amp; b')}</table>",
    f"<table>{_HEAD.replace('ความ', 'ก &amp;' + chr(10) + '  ข')}{_ROW}</table>",
)
_OTHER_GRIDS = (
    "<table></table>",
    "<table><tr></tr></table>",
    f"<table>{_ROW}</table>",
    "<table><tr><th>ปี</th><th>หน่วยงาน</th></tr></table>",
    "<table><tr><th>ปี</th><td>2566</td></tr></table>",
    f'<table class="detail-view">{_HEAD}</table>',
    f'<table class="detail-view" id="x">{_HEAD}</table>',
    f'<table class="detail&#45;view">{_HEAD}</table>',
    f"<table>{_HEAD}<tr></tr>{_ROW}</table>",
    f"<table>{_HEAD}{_ROW}<tr></tr></table>",
    f"<table>{_HEAD}{_ROW} {_ROW}{_ROW}</table>",
    f"<table>{_HEAD}{_ROW}\u00a0{_ROW}</table>",
    f"<table>{_HEAD}ก{_ROW}</table>",
    f"<table>{_HEAD}{_ROW}ก</table>",
    f"<table>{_HEAD}{_ROW.replace('<td>', '<td>a</td>b<td>', 1)}</table>",
    f"<table>{_HEAD}{_ROW.replace('</td>', '</td> ', 1)}</table>",
    f'<table>{_HEAD}<tr class="filters"><td>a</td><td>b</td><td>c</td></tr>{_ROW}</table>',
    f'<table>{_HEAD}<tr><td colspan="3"><div class="empty">ไม่พบผลลัพธ์</div></td></tr></table>',
    f"<table>{_HEAD}<tr><td><b>a</b></td><td>b</td><td>c</td></tr></table>",
    f"<table>{_HEAD}<tr><th>a</th><td>b</td><td>c</td></tr></table>",
    f"<table>{_HEAD}{_ROW}{_HEAD}</table>",
    f"<table>{_HEAD}{_ROW}</tbody></table>",
    f"<table>{_HEAD}<tbody>{_ROW}</table>",
    f"<table>{_HEAD}</thead>{_ROW}</table>",
    f"<table><thead>{_HEAD}{_ROW}</table>",
    f"<table><tbody>{_HEAD}{_ROW}</tbody></table>",
    f"<table>{_HEAD}<tr></table>",
    f"<table>{_HEAD}</tbody></table>",
    f"<table>{_HEAD}<tbody></table>",
    f"<table><caption>x</caption>{_HEAD}{_ROW}</table>",
    f"<table>{_HEAD.replace('ความ', '<a>ก</a>')}{_ROW}</table>",
    f"<table>{_HEAD.replace('ความ', '&nbsp;')}{_ROW}</table>",
    f"<table a=b>{_HEAD}{_ROW}</table>",
    f"<table>{_HEAD}<tr><td>a</td><td>b</td><td>c\0d</td></tr></table>",
    f"<table>{_HEAD}<tr><td>a</td><td>b</td><td>\ufffd</td></tr></table>",
    f"<table>{_HEAD.replace('ความ', 'ก' * 5000)}{_ROW}</table>",
    f"<TABLE>{_HEAD}{_ROW}</TABLE>",
)


@pytest.mark.parametrize("grid", _PLAIN_GRIDS)
def test_a_plain_grid_is_read_from_the_source(grid: str) -> None:
    body = with_reports(grid)
    assert n_lifted(body) == 3
    assert len(same_both_ways(body).grids) == 2


@pytest.mark.parametrize("grid", _OTHER_GRIDS, ids=range(len(_OTHER_GRIDS)))
def test_any_other_grid_is_left_to_the_tree(grid: str) -> None:
    body = with_reports(grid)
    assert n_lifted(body) == 2
    same_both_ways(body)


@given(
    texts=st.lists(st.lists(values, min_size=1, max_size=5), max_size=5), space=st.sampled_from(["", "\n", " \r\n\t"])
)
def test_a_grid_of_any_texts_reads_the_same_both_ways(texts: list[list[str | None]], space: str) -> None:
    lines = (space.join(f"<td>{ntext(text)}</td>" for text in row) for row in texts)
    rows = space.join(f"<tr>{line}</tr>" for line in lines)
    same_both_ways(with_reports(f"<table>{space}{_HEAD}{space}{rows}</table>"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<th>ปี</th>", "<th>ปี</th> "),
        ("<th>ปี</th>", "<th>ปี"),
        ("<th>ปี</th><td>", "<th>ปี</th><td></td><td>"),
        ("</td></tr></table>", "</td></tr>\n</table>"),
        ("</td></tr></table>", "ยาวมากจนกินเข้าไปในค่าสุดท้าย</table>"),
        ('id="w0"', 'id="w0" hidden'),
        ('detail-view"><tr><th>', 'detail-view">\n<tr><th>'),
        ("รหัสโครงการ", "รหัส&nbsp;โครงการ"),
        ("รหัสโครงการ", "รหัส\ufffdโครงการ"),
    ],
)
def test_label_value_rows_in_another_writing_are_left_to_the_tree(old: str, new: str) -> None:
    assert old in DETAILS
    body = PAGE.replace(DETAILS, DETAILS.replace(old, new)).encode()
    assert n_lifted(body) == 0
    same_both_ways(body)
