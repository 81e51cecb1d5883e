"""Pages of sister systems, told by their address and by their text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.html_page import read_page
from parsers.page import PageKind, project_id_of
from parsers.sister_page import SisterPage, sister_of_address, sister_of_text
from parsers.text_page import read_text
from tests.parsers.projects import PLAIN

SISTERS = Path(__file__).parents[1] / "fixtures" / "sisters"
# Beginnings of pages as extracted text; what names persons in them is invented.
TEXTS = {
    "07000000-3660.txt": SisterPage.MYPROJECT,
    "22000000-3609.txt": SisterPage.MYPROJECT,
    "50090000-3318.txt": SisterPage.MYPROJECT,
    "50200000-6776.txt": SisterPage.MYPROJECT,
    "50230000-3455.txt": SisterPage.MYPROJECT,
    "mykpi-5010-0957.txt": SisterPage.MYKPI,
    "mykpi-5042-2005.txt": SisterPage.MYKPI,
    "reportprojectit662-selDEP-13.txt": SisterPage.REPORTPROJECTIT,
}


@pytest.mark.parametrize(
    ("url", "sister"),
    [
        ("http://monitor.bangkok.go.th/mobile/myproject.php?pid=22000000-3609", SisterPage.MYPROJECT),
        ("http://dailyplans.bangkok.go.th:80/mobile/myproject.php?pid=50230000-3455", SisterPage.MYPROJECT),
        ("https://DP2.Bangkok.go.th/x/mobile/mykpi.php?pid=5042-2005", SisterPage.MYKPI),
        ("http://cpud.bangkok.go.th/reportprojectit662.php?selDEP=13", SisterPage.REPORTPROJECTIT),
        ("http://dp.bangkok.go.th/it/reportprojectit.php", SisterPage.REPORTPROJECTIT),
        (
            "https://policy.bangkok.go.th/tracking/frontend/web/index.php?r=site%2Fprojectview&ID=123",
            SisterPage.PROJECTVIEW,
        ),
        ("https://policy.bangkok.go.th/tracking/frontend/web/?ID=123&r=site/projectview", SisterPage.PROJECTVIEW),
    ],
)
def test_addresses_of_sister_systems_are_known(url: str, sister: SisterPage) -> None:
    assert sister_of_address(url) is sister


@pytest.mark.parametrize(
    "url",
    [
        "https://policy.bangkok.go.th/bs2568/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=50490000-3607",
        "https://policy.bangkok.go.th/tracking/frontend/web/index.php?r=site%2Flogin",
        "http://monitor.bangkok.go.th/mobile/index.php?pid=22000000-3609",
        "http://monitor.bangkok.go.th/mobile/myproject.php.html",
        "http://bangkok.go.th.elsewhere.test/mobile/myproject.php?pid=22000000-3609",
        "http://notbangkok.go.th/mobile/myproject.php?pid=22000000-3609",
        "http://elsewhere.test/?u=http://monitor.bangkok.go.th/mobile/myproject.php",
        "ftp://monitor.bangkok.go.th/mobile/myproject.php",
        "http://[::1",
        "",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert sister_of_address(url) is None


def test_every_fixture_has_its_expectation() -> None:
    assert {path.name for path in SISTERS.iterdir()} == TEXTS.keys()


@pytest.mark.parametrize(("name", "sister"), TEXTS.items())
def test_texts_of_sister_systems_are_known_and_name_no_project(name: str, sister: SisterPage) -> None:
    text = (SISTERS / name).read_text(encoding="utf-8")
    page = read_text(text)
    assert sister_of_text(text) is sister
    assert (page.kind is PageKind.PROJECT, project_id_of(page)) == (False, None)


def test_what_a_page_says_is_known_behind_its_tags_and_entities() -> None:
    said = "<h4>&#3604;ูโครงการแผนปีฯ :\n <a href='x'>พิมพ์</a></h4><p>*** <b>สยป.</b>&nbsp;ประเมินโครงการ : ไตรมาสที่ 3</p>"
    assert sister_of_text(f"<html><script>{'x' * 100_000}</script>{said}</html>") is SisterPage.MYPROJECT


@pytest.mark.parametrize(
    "text",
    ["", "ดูโครงการแผนปีฯ : พิมพ์ข้อมูล", "*** สยป. ประเมินโครงการ : ไตรมาสที่ 3", "รายละเอียดตัวชี้วัด\nค่าเป้าหมาย ร้อยละ : 80"],
)
def test_a_text_that_says_less_is_of_no_sister(text: str) -> None:
    assert sister_of_text(text) is None


def test_a_project_page_is_of_no_sister() -> None:
    html = PLAIN.html()
    assert read_page(html.encode()).kind is PageKind.PROJECT
    assert sister_of_text(html) is None


@given(st.text(max_size=200))
def test_any_text_and_address_can_be_asked_of(text: str) -> None:
    assert sister_of_text(text) is None
    assert sister_of_address(text) is None
    assert sister_of_address(f"http://monitor.bangkok.go.th/mobile/{text}") in (None, *SisterPage)


def test_tags_that_never_close_take_no_time() -> None:
    assert sister_of_text("<" * 1_000_000) is None
    assert sister_of_text("<a " * 300_000) is None
