"""Pages read from their source and by nothing but their tree, which must agree."""

import re

from parsers.html_page import read_by_tree, read_page
from parsers.lifting import lift_tables
from parsers.page import Page
from tests.parsers.projects import PLAIN

PAGE = PLAIN.html()
TABLES = re.findall("<table.*?</table>", PAGE, re.DOTALL)
DETAILS, UPDATES, REPORTS = TABLES

# The next table of this one has the heading that is before the DetailView.
BARE = PAGE.replace("<h3>ประวัติการปรับปรุงข้อมูล</h3>", "").replace("<h3>คืบหน้าล่าสุด : ร้อยละ 100</h3>", "")


def around(before: str, behind: str, page: str = PAGE, table: str = DETAILS) -> bytes:
    """A page with something before and something behind one of its tables."""
    return page.replace(table, before + table + behind).encode()


def with_reports(table: str) -> bytes:
    """A page with another table where its reports are."""
    return PAGE.replace(REPORTS, table).encode()


def n_lifted(body: bytes) -> int:
    lifted = lift_tables(body)
    return len(lifted.tables) if lifted is not None else 0


def same_both_ways(body: bytes, content_type: str | None = None, status: int = 200) -> Page:
    page = read_page(body, content_type=content_type, status=status)
    assert page == read_by_tree(body, content_type=content_type, status=status)
    return page
