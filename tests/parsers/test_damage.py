"""Damaged pages: never an exception, never a value under the wrong label, never a cut page taken for a whole one."""

import random
import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parsers.html_page import read_page
from parsers.labels import match_label
from parsers.page import Page, PageKind, content_sha256
from parsers.project import page_issue, parse_project
from tests.parsers.projects import PLAIN, StoredProject, parse
from tests.parsers.rendering import DETAIL_SKINS, GRID_SKINS
from tests.parsers.samples import REAL, TRUTH, as_kept
from tests.parsers.stored import LAYOUT, projects
from tests.quick import quick


def mark(number: int) -> str:
    """What tells a row: four times its number, so that three flipped bytes cannot turn one mark into another."""
    return f"‹{f'{number:02d}' * 4}›"


def marked(number: int) -> str:
    """A value that says which row it belongs to, whatever part of it is left."""
    return mark(number) * 3


# A project whose every value carries the number of its row, so that a value under another label shows.
MARKED = StoredProject(
    "50010000-0001",
    "ร้อยละ 50",
    tuple((label, marked(number)) for number, label in enumerate(LAYOUT)),
    tuple((marked(n), marked(n + 1), marked(n + 2), marked(n + 3), marked(n + 4)) for n in (50, 60, 70)),
    None,
)
MARKS: dict[str, set[str]] = {}
for _number, _label in enumerate(LAYOUT):
    MARKS.setdefault(_label, set()).add(mark(_number))
_MONTH_DIGITS = re.compile("เดือนที่ ([0-9]+)".encode())
ALL_MARKS = {mark(number) for number in range(100)}


def misplaced(page: Page) -> list[tuple[str, str]]:
    """Rows under a known label which hold the mark of another row, also one that stands in a grid."""
    return [
        (label, value)
        for label, value in page.rows
        if label in MARKS and value and any(other in value for other in ALL_MARKS - MARKS[label])
    ]


def read_everything(body: bytes, content_type: str | None = None) -> Page:
    page = read_page(body, content_type=content_type)
    assert len(content_sha256(page)) == 64
    page_issue(page, source_id="test", project_id=PLAIN.project_id, snapshot_id="s")
    if page.kind in (PageKind.PROJECT, PageKind.TRUNCATED):
        parsed = parse(page, PLAIN.project_id)
        assert len(parsed.fields) == len(page.rows)
    else:
        with pytest.raises(ValueError, match="has no project to parse"):
            parse_project(page, source_id="test", project_id="x", snapshot_id="s")
    return page


def end_of_tables(body: bytes) -> int:
    """Where the last table is just not closed yet."""
    return body.rindex(b"</table>") + len(b"</tabl")


@pytest.mark.parametrize("skin", quick(1, DETAIL_SKINS))
def test_a_page_without_its_end_is_whole_once_all_its_rows_and_both_tables_are_there(skin: str) -> None:
    """SingleFile, html-minifier and html5lib leave </html> out."""
    body = replace(MARKED, updates=((marked(80),) * 10,)).html(details=DETAIL_SKINS[skin]).encode()
    whole = read_everything(body)
    for cut in range(end_of_tables(body) + 2, body.index(b"</html>")):
        page = read_everything(body[:cut])
        assert (page.kind, page.rows, page.grids) == (PageKind.PROJECT, whole.rows, whole.grids)


def test_a_page_without_the_end_tags_that_html_lets_out_is_whole() -> None:
    """As html-minifier and html5lib write it."""
    body = REAL.body()
    whole = read_everything(body)
    short = read_everything(re.sub(rb"</(?:td|th|tr|tbody|thead|li|p|body|html)>\s*", b"", body))
    assert short.kind is PageKind.PROJECT
    assert short.rows == whole.rows
    assert [grid.rows for grid in short.grids] == [grid.rows for grid in whole.grids]


def test_a_page_without_its_end_and_one_of_its_rows_is_cut() -> None:
    body = REAL.body()
    row_of_kpi = re.compile(rb"<tr><th>Kpi ID</th>.*?</tr>", re.DOTALL)
    assert len(row_of_kpi.findall(body)) == 1
    assert read_everything(row_of_kpi.sub(b"", body)).kind is PageKind.PROJECT
    assert read_everything(row_of_kpi.sub(b"", body).partition(b"</html>")[0]).kind is PageKind.TRUNCATED


@pytest.mark.parametrize("start", [0, 5, *[pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3, 4, 6, 7)]])
def test_the_real_page_cut_anywhere_is_never_taken_for_whole(start: int) -> None:
    body = REAL.body()
    end = end_of_tables(body)
    stored = [(label, as_kept(value)) for label, value in REAL.rows]
    for cut in range(start * 3, end, 24):
        page = read_everything(body[:cut])
        assert page.kind in (PageKind.TRUNCATED, PageKind.EMPTY, PageKind.UNKNOWN), cut
        for row, (label, value) in zip(page.rows, stored, strict=False):
            # Only the last row may be a part of the stored one.
            assert label.startswith(row.label.rstrip("\ufffd"))
            assert row == (label, value) or row == page.rows[-1]
        if page.rows:
            # A cut within a tag leaves its beginning, one within a character U+FFFD.
            kept = re.sub("\ufffc<not-set>(.*?)</not-set> ", r"\1", page.rows[-1].value or "").rstrip("\ufffd</")
            label, value = stored[len(page.rows) - 1]
            # A label without its value is a row that is no pair: its text stands without a label.
            whole = (value or "(ไม่ได้ตั้ง)") if page.rows[-1].label else label
            assert whole.startswith(kept)


@pytest.mark.parametrize("skin", quick(2, DETAIL_SKINS))
def test_a_page_cut_anywhere_keeps_every_value_under_its_label(skin: str) -> None:
    body = MARKED.html(details=DETAIL_SKINS[skin]).encode()
    for cut in range(0, end_of_tables(body), 37):
        page = read_everything(body[:cut])
        assert page.kind != PageKind.PROJECT, cut
        assert misplaced(page) == []


@cache
def marked_page(skin: str, grid: str) -> tuple[bytes, frozenset[int]]:
    """The marked project in some skin, and where the digits of its month labels are."""
    body = MARKED.html(details=DETAIL_SKINS[skin], grid=GRID_SKINS[grid]).encode()
    return body, frozenset(place for digits in _MONTH_DIGITS.finditer(body) for place in range(*digits.span(1)))


@pytest.mark.parametrize("skin", DETAIL_SKINS)
@pytest.mark.parametrize("grid", quick(1, GRID_SKINS))
@given(data=st.data())
def test_flipped_bytes_never_put_a_value_under_another_label(skin: str, grid: str, data: st.DataObject) -> None:
    whole, digits_of_months = marked_page(skin, grid)
    body = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=3)):
        # One flipped digit makes month 3 of month 2, and nothing on the page could tell.
        if place not in digits_of_months:
            body[place] ^= data.draw(st.integers(1, 255))
    assert misplaced(read_everything(bytes(body))) == []


# Every byte is lost once: one skin is enough for every day.
@pytest.mark.parametrize(
    "skin", [*[*DETAIL_SKINS][:1], *[pytest.param(one, marks=pytest.mark.slow) for one in [*DETAIL_SKINS][1:]]]
)
def test_no_single_lost_byte_of_the_markup_puts_a_value_under_another_label(skin: str) -> None:
    body = MARKED.html(details=DETAIL_SKINS[skin]).encode()
    first = body.index("รหัสโครงการ".encode())
    last = body.index(b"Start Date")
    # ASCII bytes are the markup; a lost byte inside a Thai character cannot move anything.
    for place in (place for place in range(first, last) if body[place] < 0x80):
        assert misplaced(read_page(body[:place] + body[place + 1 :])) == [], body[place - 40 : place + 40]


@given(projects(), st.randoms(use_true_random=False))
def test_shuffled_rows_keep_their_values_and_never_get_a_wrong_field(
    project: StoredProject, chance: random.Random
) -> None:
    rows = list(project.rows)
    chance.shuffle(rows)
    shuffled = project.with_rows(rows)
    page = shuffled.page()
    assert [tuple(row) for row in page.rows] == [(label, as_kept(value)) for label, value in rows]
    if page.kind is PageKind.PROJECT:
        for row in parse(page, project.project_id).fields:
            match = match_label(row.label)
            allowed = {match.field if match else None} | (
                {None, "goal", "month_goal"} if row.label == "เป้าหมาย" else set()
            )
            assert row.field in allowed


@given(st.sampled_from([truth for truth in TRUTH if truth.status == 200]), st.data())
@example(TRUTH[0], None)
def test_damage_of_any_kind_is_never_an_exception(truth: object, data: st.DataObject | None) -> None:
    assert hasattr(truth, "body")
    body: bytes = truth.body()
    if data is not None:
        for _ in range(data.draw(st.integers(1, 4))):
            start = data.draw(st.integers(0, len(body)))
            end = min(len(body), start + data.draw(st.integers(0, 400)))
            body = data.draw(
                st.sampled_from(
                    [
                        body[:start] + body[end:],
                        body[:start] + body[start:end] * 3 + body[end:],
                        body[:start] + data.draw(st.binary(max_size=20)) + body[start:],
                        body[start:] + body[:start],
                    ]
                )
            )
    charset = (
        data.draw(st.sampled_from([None, "text/html; charset=tis-620", "text/html; charset=utf-16"])) if data else None
    )
    read_everything(body, charset)
