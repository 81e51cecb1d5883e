"""The content fingerprint: the same for the same content however it was sent, another for any other content."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parsers.html_page import read_page
from parsers.page import Page, content_sha256
from parsers.text_page import read_text
from tests.parsers.projects import PLAIN, StoredProject
from tests.parsers.rendering import page_html
from tests.parsers.samples import REAL, as_kept
from tests.parsers.stored import LAYOUT, cells, projects, values


def fingerprint(project: StoredProject) -> str:
    return content_sha256(project.page())


def sent(project: StoredProject, *, token: str = "a==", stamp: str = "1795362253") -> Page:
    html = page_html(
        project.project_id, project.headline, project.rows, project.reports, project.updates, token=token, stamp=stamp
    )
    return read_page(html.encode())


@given(projects(), st.text("abcXYZ019-_=", min_size=1), st.integers(0, 2**32).map(str))
def test_a_new_csrf_token_an_asset_stamp_and_the_year_in_the_footer_change_nothing(
    project: StoredProject, token: str, stamp: str
) -> None:
    assert content_sha256(sent(project, token=token, stamp=stamp)) == content_sha256(sent(project))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'csrf-token" content="YTrTbH0U6', b'csrf-token" content="ZZZZZZZZZ'),
        (b"?v=1795362253", b"?v=1900000000"),
        (b"2569</p>", b"2570</p>"),
        (b'id="w0" class="table', b'id="w7" class="table'),
        (b"\r\n", b"\n"),
        (b"<tr><th>", b"<tr>\n  <th>"),
    ],
)
def test_what_differs_in_every_response_of_the_real_page_changes_nothing(old: bytes, new: bytes) -> None:
    body = REAL.body()
    assert old in body
    assert content_sha256(read_page(body.replace(old, new))) == content_sha256(read_page(body))


def test_the_encoding_and_a_bom_change_nothing() -> None:
    html = PLAIN.html()
    sources = (html.encode(), b"\xef\xbb\xbf" + html.encode(), html.encode("utf-16"), html.encode("cp874"))
    assert len({content_sha256(read_page(source)) for source in sources}) == 1


@given(st.integers(0, len(LAYOUT) - 1), values, values)
def test_any_other_value_is_another_fingerprint(index: int, old: str | None, new: str | None) -> None:
    assume(as_kept(old) != as_kept(new))
    rows = list(PLAIN.rows)
    rows[index] = (rows[index][0], old)
    before = fingerprint(PLAIN.with_rows(rows))
    rows[index] = (rows[index][0], new)
    assert fingerprint(PLAIN.with_rows(rows)) != before


@given(cells(5), cells(5))
def test_any_other_report_is_another_fingerprint(old: tuple[str | None, ...], new: tuple[str | None, ...]) -> None:
    assume(tuple(map(as_kept, old)) != tuple(map(as_kept, new)))
    assert fingerprint(PLAIN.reporting(old)) != fingerprint(PLAIN.reporting(new))


def test_null_and_empty_and_absent_are_different_content() -> None:
    variants = [
        PLAIN.having(remark=None),
        PLAIN.having(remark=""),
        PLAIN.having(remark="(ไม่ได้ตั้ง)"),
        PLAIN.without("remark"),
    ]
    assert len({fingerprint(variant) for variant in variants}) == 4


def test_the_order_of_rows_the_headings_and_a_missing_table_are_content() -> None:
    variants = [
        PLAIN,
        PLAIN.with_rows(PLAIN.rows[::-1]),
        PLAIN.reporting(),
        PLAIN.reporting(*(PLAIN.reports or ())[::-1]),
        StoredProject(PLAIN.project_id, "ร้อยละ 99", PLAIN.rows, PLAIN.reports, PLAIN.updates),
        StoredProject(PLAIN.project_id, PLAIN.headline, PLAIN.rows, None, PLAIN.updates),
        StoredProject("50010000-0002", PLAIN.headline, PLAIN.rows, PLAIN.reports, PLAIN.updates),
        PLAIN.renaming("unit", "หน่วย นับ"),
    ]
    assert len({fingerprint(variant) for variant in variants}) == len(variants)


@given(st.lists(st.tuples(st.text("ab\n|,\"'", max_size=3), st.text("ab\n|,\"'", max_size=3)), min_size=2, max_size=4))
def test_text_moved_from_one_cell_to_the_next_is_another_fingerprint(rows: list[tuple[str, str]]) -> None:
    moved = [(rows[0][0], rows[0][1] + "x"), *rows[1:]]
    other = [rows[0], (rows[1][0], "x" + rows[1][1]), *rows[2:]]
    columns = (tuple(zip(*candidate, strict=True)) for candidate in (moved, other))
    pages = [read_text("x")._replace(labels=labels, values=values) for labels, values in columns]
    assert content_sha256(pages[0]) != content_sha256(pages[1])
