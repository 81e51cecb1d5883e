"""A DetailView read from the source is the one that the tree of the whole page has, wherever it stands."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.pages import pages
from parsers.detail_view import STAND_IN, lift_detail_view
from parsers.html import read_by_tree, read_page
from parsers.page import Page
from tests.parsers.projects import PLAIN, StoredProject
from tests.parsers.rendering import yii_details
from tests.parsers.stored import projects

_SAMPLE = Path(__file__).parents[2] / "pipeline" / "sample_site" / "pages"
SITE_PAGES = sorted(_SAMPLE.glob("*.html"))
DETAILS = yii_details(PLAIN.rows)
PAGE = PLAIN.html()


# The next table of this one has the heading that is before the DetailView.
BARE = PAGE.replace("<h3>ประวัติการปรับปรุงข้อมูล</h3>", "").replace("<h3>คืบหน้าล่าสุด : ร้อยละ 100</h3>", "")


def around(before: str, behind: str, page: str = PAGE) -> bytes:
    """A page with something before and something behind its DetailView."""
    return page.replace(DETAILS, before + DETAILS + behind).encode()


def same_both_ways(body: bytes, content_type: str | None = None) -> Page:
    page = read_page(body, content_type=content_type)
    assert page == read_by_tree(body, content_type=content_type)
    return page


@pytest.mark.parametrize("path", SITE_PAGES, ids=lambda path: path.stem)
def test_a_page_of_the_site_reads_the_same_both_ways(path: Path) -> None:
    same_both_ways(path.read_bytes())


def test_the_pages_of_the_site_go_the_short_way() -> None:
    bodies = [path.read_bytes() for path in SITE_PAGES]
    with_details = [body for body in bodies if b'detail-view"><tr><th>' in body]
    lifted = [body for body in with_details if lift_detail_view(body) is not None]
    assert len(lifted) >= 0.9 * len(with_details) > 30


@given(project=projects())
def test_any_stored_text_reads_the_same_both_ways(project: StoredProject) -> None:
    same_both_ways(project.html().encode())


# What may stand before a table, so that it is a table no more or one inside of something.
_BEFORE = (
    *(
        "<!--",
        "<!-- -->",
        "<script>",
        "<style>",
        "<textarea>",
        "<title>",
        "<xmp>",
        "<iframe>",
        "<noscript>",
        "<noembed>",
    ),
    *("<select>", "<select><option>", "<template>", "<svg>", "<svg><title>", "<math><mi>", "<plaintext>", "<frameset>"),
    *("<table>", "<table><tr>", "<table><tr><td>", "<table><caption>", "<table><tr><th>ปี</th><td>", "<table><tbody>"),
    *('<div class="alert">', '<div class="panel-heading">', "<h1>", "<h3>คืบหน้าล่าสุด : ", "<p>", "<b><i>", "<a href='"),
    *(
        '<div title="',
        "<div title='",
        "<button>",
        "<form>",
        "<li>",
        "<object>",
        "<marquee>",
        "</body></html>",
        "<![CDATA[",
    ),
    *(
        '<table class="detail-view"><tr class="kv-child-table-row"><td>',
        '<div class="grid-view">',
        f'<p id="{STAND_IN}">',
        f'<table id="{STAND_IN}"></table>',
    ),
)
_BEHIND = (
    *("-->", "</script>", "</textarea>", "</select>", "</template>", "</svg>", "</td></tr></table>", "</div>", "</h3>"),
    *("</table>", "'>", '">', "]]>", "</b>", "<tr><th>ปี</th><td>2599</td></tr>", f'<table id="{STAND_IN}"></table>'),
    *(DETAILS, "</body>", '<meta charset="tis-620">', "<b>Fatal error</b>: x"),
)


@pytest.mark.parametrize("before", _BEFORE)
@pytest.mark.parametrize("behind", ["", *_BEHIND])
def test_a_table_inside_of_anything_reads_the_same_both_ways(before: str, behind: str) -> None:
    same_both_ways(around(before, behind))
    same_both_ways(around(before, behind, BARE))


@given(before=st.lists(st.sampled_from(_BEFORE), max_size=4), behind=st.lists(st.sampled_from(_BEHIND), max_size=4))
def test_a_table_in_any_surroundings_reads_the_same_both_ways(before: list[str], behind: list[str]) -> None:
    same_both_ways(around("".join(before), "".join(behind)))


@given(data=st.data(), n_changes=st.integers(1, 6))
def test_a_damaged_page_reads_the_same_both_ways(data: st.DataObject, n_changes: int) -> None:
    body = bytearray(PAGE.encode())
    for _ in range(n_changes):
        at = data.draw(st.integers(0, len(body)))
        piece = data.draw(st.one_of(st.binary(max_size=2), st.sampled_from((*_BEFORE, *_BEHIND)).map(str.encode)))
        body[at : at + data.draw(st.integers(0, 8))] = piece
    same_both_ways(bytes(body))


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
@pytest.mark.parametrize("where", ["label", "value"])
def test_a_cell_reads_the_same_both_ways(value: str, where: str) -> None:
    old = "ปรับปรุงทางเท้า" if where == "value" else "ชื่อโครงการ"
    page = same_both_ways(PAGE.replace(DETAILS, DETAILS.replace(old, value)).encode())
    assert page.rows


@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=utf-8", "text/html; charset=tis-620"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp874"])
def test_a_page_in_any_encoding_reads_the_same_both_ways(encoding: str, content_type: str) -> None:
    body = PAGE.encode(encoding, "replace")
    assert same_both_ways(body, content_type=content_type).rows


def test_an_empty_table_that_calls_itself_the_stand_in_is_none() -> None:
    body = PAGE.replace("<h1>", f'<table id="{STAND_IN}"></table><h1>').encode()
    assert same_both_ways(body).headline == "ร้อยละ 100"


def test_a_summary_around_the_table_keeps_what_the_table_says() -> None:
    said = DETAILS.replace("ปรับปรุงทางเท้า", "ทั้งหมด 7")
    body = BARE.replace(DETAILS, f'<div class="grid-view"><div class="summary">{said}</div><div><div><div>')
    assert [grid.stated_total for grid in same_both_ways(body.encode()).grids] == [7, 7]


@pytest.mark.parametrize("name", ["grid-view", "grid&#45;view", "gri&#x64;-view"])
def test_a_summary_counts_however_the_class_around_it_is_spelled(name: str) -> None:
    body = BARE.replace(DETAILS, f'<div class="{name}"><div class="summary">ทั้งหมด 7</div>{DETAILS}<div><div><div>')
    assert [grid.stated_total for grid in same_both_ways(body.encode()).grids] == [7, 7]


def test_a_charset_behind_the_table_stays_as_far_from_the_beginning_as_it_was() -> None:
    body = around("", '<meta charset="tis-620">', PAGE.replace('<meta charset="UTF-8">', ""))
    assert same_both_ways(body).flags == frozenset()


def test_a_page_in_thai_only_in_its_table_is_not_taken_for_ascii() -> None:
    body = f'<!DOCTYPE html><meta charset="tis-620"><title>x</title>{DETAILS}</html>'.encode()
    assert same_both_ways(body).flags == {"encoding_repaired"}


def test_a_table_in_another_encoding_than_the_page_around_it_decides_as_before() -> None:
    before, behind = PAGE.split(DETAILS)
    body = before.encode("cp874") + DETAILS.encode() + behind.encode("cp874")
    assert same_both_ways(body).flags == {"undecodable_bytes"}


@example(cut=1)
@given(cut=st.integers(1, 4000))
def test_a_cut_page_reads_the_same_both_ways(cut: int) -> None:
    same_both_ways(next(pages(1, size=6000))[:-cut])
