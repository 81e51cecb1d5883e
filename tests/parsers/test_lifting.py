"""A table read from the source is the one that the tree of the whole page has, wherever it stands."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.pages import pages
from parsers.page import PageKind
from tests.parsers.both_ways import (
    BARE,
    DETAILS,
    PAGE,
    REPORTS,
    TABLES,
    UPDATES,
    around,
    n_lifted,
    same_both_ways,
    with_reports,
)
from tests.parsers.projects import StoredProject
from tests.parsers.stored import projects

_SAMPLE = Path(__file__).parents[2] / "pipeline" / "sample" / "site" / "pages"
SITE_PAGES = sorted(_SAMPLE.glob("*.html"))


@pytest.mark.parametrize("path", SITE_PAGES, ids=lambda path: path.stem)
def test_a_page_of_the_site_reads_the_same_both_ways(path: Path) -> None:
    same_both_ways(path.read_bytes())


def test_the_pages_of_the_site_go_the_short_way() -> None:
    bodies = [path.read_bytes() for path in SITE_PAGES]
    with_details = [body for body in bodies if b'detail-view"><tr><th>' in body]
    assert sum(n_lifted(body) == body.count(b"<table") for body in with_details) >= 0.9 * len(with_details) > 30


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
        '<div class="grid-view"><div class="summary">',
        UPDATES,
    ),
)
_BEHIND = (
    *("-->", "</script>", "</textarea>", "</select>", "</template>", "</svg>", "</td></tr></table>", "</div>", "</h3>"),
    *("</table>", "'>", '">', "]]>", "</b>", "<tr><th>ปี</th><td>2599</td></tr>", "</html>"),
    *(DETAILS, "</body>", '<meta charset="tis-620">', "<b>Fatal error</b>: x"),
)


@pytest.mark.parametrize("table", TABLES, ids=["details", "updates", "reports"])
@pytest.mark.parametrize("before", _BEFORE)
@pytest.mark.parametrize("behind", ["", *_BEHIND])
def test_a_table_inside_of_anything_reads_the_same_both_ways(before: str, behind: str, table: str) -> None:
    same_both_ways(around(before, behind, PAGE, table))
    same_both_ways(around(before, behind, BARE, table))


_PIECES = st.lists(st.sampled_from((*_BEFORE, *_BEHIND, *TABLES)), max_size=4).map("".join)


@given(pieces=st.tuples(*[_PIECES] * (len(TABLES) + 1)))
def test_tables_in_any_surroundings_read_the_same_both_ways(pieces: tuple[str, ...]) -> None:
    start, *behind = pieces
    body = PAGE.replace(DETAILS, start + DETAILS)
    for table, piece in zip(TABLES, behind, strict=True):
        body = body.replace(table, table + piece)
    same_both_ways(body.encode())


@given(data=st.data(), n_changes=st.integers(1, 6))
def test_a_damaged_page_reads_the_same_both_ways(data: st.DataObject, n_changes: int) -> None:
    body = bytearray(PAGE.encode())
    for _ in range(n_changes):
        at = data.draw(st.integers(0, len(body)))
        piece = data.draw(st.one_of(st.binary(max_size=2), st.sampled_from((*_BEFORE, *_BEHIND)).map(str.encode)))
        body[at : at + data.draw(st.integers(0, 8))] = piece
    same_both_ways(bytes(body))


def test_a_table_before_the_label_value_rows_is_left_to_the_tree() -> None:
    body = around(REPORTS, "")
    assert n_lifted(body) == 3
    assert len(same_both_ways(body).grids) == 3


def test_a_table_inside_of_a_read_one_is_text_of_it_whatever_is_between() -> None:
    inner = '<div class="alert"><p><table><tr><th>ก</th><th>ข</th><th>ค</th></tr></table></div>'
    body = with_reports(f'<table class="detail-view"><tr><th>ก</th> <td>{inner}</td></tr></table>')
    assert len(same_both_ways(body).grids) == 1


def test_an_end_before_the_table_is_no_end_of_the_page() -> None:
    for table in TABLES:
        same_both_ways(f"{PAGE.partition(table)[0]}</html>{table}".encode())
    cut = f"{PAGE.partition(DETAILS)[0]}</html>{DETAILS}"
    assert same_both_ways(cut.encode()).kind is PageKind.TRUNCATED


def test_what_an_error_page_says_in_its_table_counts() -> None:
    details = DETAILS.replace("ปรับปรุงทางเท้า", "ปิดระบบชั่วคราว")
    body = f"<html><h1>โครงการ</h1>{details}</html>".encode()
    assert n_lifted(body) == 1
    assert same_both_ways(body, status=503).kind is PageKind.MAINTENANCE


@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=utf-8", "text/html; charset=tis-620"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp874"])
def test_a_page_in_any_encoding_reads_the_same_both_ways(encoding: str, content_type: str) -> None:
    body = PAGE.encode(encoding, "replace")
    assert same_both_ways(body, content_type=content_type).rows


def test_a_summary_around_the_table_keeps_what_the_table_says() -> None:
    said = DETAILS.replace("ปรับปรุงทางเท้า", "ทั้งหมด 7")
    body = BARE.replace(DETAILS, f'<div class="grid-view"><div class="summary">{said}</div><div><div><div>')
    assert [grid.stated_total for grid in same_both_ways(body.encode()).grids] == [7, 7]


@pytest.mark.parametrize("name", ["grid-view", "grid&#45;view", "gri&#x64;-view"])
@pytest.mark.parametrize("table", [DETAILS, REPORTS], ids=["before", "inside"])
def test_a_summary_counts_however_the_class_around_it_is_spelled(name: str, table: str) -> None:
    body = BARE.replace(table, f'<div class="{name}"><div class="summary">ทั้งหมด 7</div>{table}<div><div><div>')
    assert same_both_ways(body.encode()).grids[-1].stated_total == 7


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
