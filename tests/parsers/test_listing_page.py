"""Listing pages as Yii 2 renders them, and pages that are none."""

from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.listing_page import read_listing

LISTING = Path(__file__).parents[1] / "fixtures" / "listing"
OTHER = files("pipeline") / "sample" / "site" / "other"


def test_a_first_page() -> None:
    listing = read_listing((LISTING / "page-1.html").read_bytes())
    assert listing is not None
    assert len(listing.project_ids) == 20
    assert listing.project_ids[5:7] == ("50210000-0001", "50190000-0003")
    assert listing.stated_total == 2062
    assert listing.next_href == "/dp/frontend/web/index.php?r=tbl-project-main%2Findex&page=2"
    assert listing.sort_keys == ("project_id", "year", "project_name", "department_id", "progress_latest")


def test_the_last_page_has_no_next_link() -> None:
    listing = read_listing((LISTING / "page-104.html").read_bytes())
    assert listing is not None
    assert listing.project_ids == ("50250000-0060", "50350000-0052")
    assert (listing.stated_total, listing.next_href) == (2062, None)


def test_every_link_of_a_row_counts_once_and_ids_are_unquoted() -> None:
    link = '<a href="/dp/index.php?r=tbl-project-main%2Fview&amp;project_id=..%2F..%2Fetc+x">'
    rows = f"<tr><td>{link}a</a></td><td>{link}b</a></td><td><a href='?r=site%2Findex'>home</a></td></tr>"
    summary = '<div class="summary">Showing <b>1-1</b> of <b>1</b> item.</div>'
    listing = read_listing(f'<div class="grid-view">{summary}<table><tbody>{rows}</tbody></table></div>'.encode())
    assert listing is not None
    assert listing.project_ids == ("../../etc x",)
    assert listing.stated_total == 1


def test_an_empty_listing_states_zero() -> None:
    row = '<tr><td colspan="7"><div class="empty">ไม่พบผลลัพธ์</div></td></tr>'
    empty = f'<div class="grid-view"><table><tbody>{row}</tbody></table></div>'
    assert read_listing(empty.encode()) == ((), 0, None, (), ())


HEADER = "<th>#</th><th>รหัสโครงการ</th><th>ปี</th><th>คืบหน้าล่าสุด</th><th></th>"


def listing_of(row: str, header: str = HEADER) -> bytes:
    table = f"<table><thead><tr>{header}</tr></thead><tbody>{row}</tbody></table>"
    return f'<div class="grid-view">{table}</div>'.encode()


def row_of(*cells: str) -> str:
    link = '<a href="?r=tbl-project-main%2Fview&amp;project_id=1">1</a>'
    return "<tr>" + "".join(f"<td>{link if cell == 'ID' else cell}</td>" for cell in cells) + "</tr>"


def shown(body: bytes) -> tuple[str, ...]:
    listing = read_listing(body)
    assert listing is not None
    return listing.shown


def test_what_a_row_shows_are_its_cells_under_known_labels_wherever_they_stand() -> None:
    first = read_listing((LISTING / "page-1.html").read_bytes())
    assert first is not None
    assert len(first.shown) == len(first.project_ids)
    assert [line.split()[0] for line in first.shown[0].splitlines()] == ["agency", "fiscal_year", "name", "progress"]
    plain = shown(listing_of(row_of("7", "ID", "2566", " 40 ", "ID")))
    assert plain == ("fiscal_year 2566\nprogress 40",)
    header = "<th>ลำดับ</th><th>ความคืบหน้าล่าสุด</th><th>รหัสโครงการ</th><th>ปี</th>"
    assert shown(listing_of(row_of("9", "40", "ID", "2566"), header=header)) == plain
    assert shown(listing_of(row_of("7", "ID", "2566", "45", "ID"))) != plain


@pytest.mark.parametrize("row", [row_of("ID"), row_of("7", "ID", "2566", "40", "ID", "one more")])
def test_a_row_that_does_not_fit_its_header_shows_nothing(row: str) -> None:
    assert shown(listing_of(row)) == ("",)


def test_a_listing_of_ids_alone_shows_nothing() -> None:
    assert shown(listing_of(row_of("7", "ID"), header="<th>#</th><th>รหัสโครงการ</th>")) == ("",)


@pytest.mark.parametrize(
    ("said", "total"),
    [
        ("1,012", 1012),
        ("1 012", 1012),
        ("1.012", 1012),
        ("1&nbsp;012", 1012),
        ("1&#8201;012", 1012),
        ("1 12", None),
        ("0,500", None),
    ],
)
def test_a_total_in_groups_is_read_whole_or_not_at_all(said: str, total: int | None) -> None:
    summary = f'<div class="summary">แสดง <b>1 ถึง 12</b> จาก <b>{said}</b> รายการ</div>'
    listing = read_listing(f'<div class="grid-view">{summary}</div>'.encode())
    assert listing is not None
    assert listing.stated_total == total


def test_a_total_of_thousands_of_digits_is_refused() -> None:
    html = f'<div class="grid-view"><div class="summary">ทั้งหมด <b>{"9" * 5000}</b> รายการ</div></div>'
    listing = read_listing(html.encode())
    assert listing is not None
    assert listing.stated_total is None


@pytest.mark.parametrize("name", ["login.html", "not-found.html", "bad-request.html"])
def test_a_page_without_a_grid_is_no_listing(name: str) -> None:
    assert read_listing((OTHER / name).read_bytes()) is None


@given(st.binary(max_size=300), st.integers(0, 100_000))
def test_damaged_pages_never_raise(noise: bytes, at: int) -> None:
    whole = (LISTING / "page-1.html").read_bytes()
    listing = read_listing(whole[: at % len(whole)] + noise + whole[at % len(whole) + len(noise) :])
    assert listing is None or all(isinstance(project_id, str) for project_id in listing.project_ids)
