"""The page-kind gate: what a response is judged to be, and why, before any value is read."""

from typing import NamedTuple

import pytest

from parsers.html_page import read_page
from parsers.page import PageKind, naming_problem
from parsers.project import page_issue
from tests.parsers.projects import PLAIN
from tests.parsers.samples import PAGES, REAL

WHOLE = PLAIN.html()
WARNING = (
    "<br />\n<b>Warning</b>:  mysqli_connect(): Too many connections in <b>/var/www/db.php</b> on line <b>7</b><br />\n"
)
FATAL = "<br />\n<b>Fatal error</b>:  Allowed memory size of 128 bytes exhausted in <b>/v.php</b> on line <b>9</b>\n"
PLAIN_FATAL = "PHP Fatal error:  Uncaught Error: Call to a member function format() on null in /var/www/v.php:9"


def page_of(body: str, *, title: str = "ระบบติดตามประเมินผล") -> str:
    return f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body>{body}</body>\n</html>\n"


def error_page(name: str, message: str) -> str:
    return page_of(f'<div class="site-error"><h1>{name}</h1><div class="alert alert-danger">{message}</div></div>')


LISTING = page_of(
    '<div id="w0" class="grid-view"><div class="summary">แสดง <b>1 ถึง 20</b> จาก <b>2,062</b> รายการ</div>'
    '<table class="table"><thead><tr><th>#</th><th>รหัสโครงการ</th></tr></thead><tbody>'
    '<tr data-key="1"><td>1</td><td><a href="/index.php?r=tbl-project-main%2Fview&amp;project_id=1">1</a></td></tr>'
    "</tbody></table></div>"
)


class Case(NamedTuple):
    """A response and what it must be judged as; reason is a part of the sentence."""

    body: str
    kind: PageKind
    reason: str | None
    status: int = 200
    location: str | None = None


CASES = {
    "a whole page": Case(WHOLE, PageKind.PROJECT, None),
    "PHP warnings before the doctype": Case(WARNING * 3 + WHOLE, PageKind.PROJECT, None),
    "PHP warnings inside the page": Case(WHOLE.replace("<h1>", WARNING + "<h1>"), PageKind.PROJECT, None),
    "a BOM before the doctype": Case("\ufeff" + WHOLE, PageKind.PROJECT, None),
    "a page without any table below the rows": Case(PLAIN.html().replace("<th ", "<td "), PageKind.PROJECT, None),
    "a stored text that looks like a fatal error": Case(
        PLAIN.having(rationale=FATAL + "\n" + PLAIN_FATAL).html(), PageKind.PROJECT, None
    ),
    "a stored text that looks like maintenance": Case(
        PLAIN.having(name="ปิดปรับปรุงถนน under maintenance").html(), PageKind.PROJECT, None
    ),
    "a stored text that looks like a login": Case(
        PLAIN.having(goal='<form id="login-form"><input type="password">').html(), PageKind.PROJECT, None
    ),
    "a listing": Case(LISTING, PageKind.LISTING, None),
    "Yii's 404": Case(error_page("Not Found (#404)", "ไม่พบหน้าที่ร้องขอ"), PageKind.NOT_FOUND, "404", 404),
    "Yii's 404 with status 200": Case(error_page("Not Found (#404)", "ไม่พบ"), PageKind.NOT_FOUND, "404"),
    "a bare 404": Case(page_of("<h1>404</h1>"), PageKind.NOT_FOUND, "404", 404),
    "410": Case(page_of("gone"), PageKind.NOT_FOUND, "410", 410),
    "a 403 is refused like a login": Case(error_page("Forbidden (#403)", "ไม่อนุญาต"), PageKind.LOGIN, "403", 403),
    "a 401": Case(page_of("Unauthorized"), PageKind.LOGIN, "401", 401),
    "a bad request": Case(error_page("Bad Request (#400)", "พารามิเตอร์"), PageKind.UNKNOWN, "400", 400),
    "a redirect to the login page": Case(
        "", PageKind.LOGIN, "redirects to its login page", 302, "/dp/frontend/web/index.php?r=site%2Flogin"
    ),
    "a redirect elsewhere": Case("", PageKind.REDIRECT_STUB, "HTTP 302 redirects to 'http", 302, "http://192.0.2.1/"),
    "a redirect without a target": Case("", PageKind.REDIRECT_STUB, "HTTP 301", 301),
    "a login form with status 200": Case(
        page_of('<form id="login-form"><input type="password" name="LoginForm[password]"></form>'),
        PageKind.LOGIN,
        "login form",
    ),
    "meta refresh": Case(
        '<html><head><meta http-equiv="Refresh" content="0; URL=/new"></head></html>', PageKind.REDIRECT_STUB, "meta"
    ),
    "a script that goes elsewhere": Case(
        "<html><script>window.location.href = '/new';</script></html>", PageKind.REDIRECT_STUB, "script"
    ),
    "location.replace": Case("<script>location.replace('/x')</script>", PageKind.REDIRECT_STUB, "script"),
    "maintenance with status 503": Case(page_of("ขออภัย ระบบปิดปรับปรุง"), PageKind.MAINTENANCE, "503", 503),
    "maintenance with status 200": Case(page_of("Site under maintenance"), PageKind.MAINTENANCE, "maintenance"),
    "a 500": Case(page_of("oops"), PageKind.SERVER_ERROR, "500", 500),
    "a 502 of the proxy": Case("<html><h1>502 Bad Gateway</h1></html>", PageKind.SERVER_ERROR, "502", 502),
    "Yii's error page with status 200": Case(
        error_page("Internal Server Error (#500)", "ข้อผิดพลาด"), PageKind.SERVER_ERROR, "500"
    ),
    "Yii's exception page in debug mode": Case(
        page_of('<div class="call-stack">…</div>', title="PDO Exception – yii\\db\\Exception"),
        PageKind.SERVER_ERROR,
        "exception page",
    ),
    "a fatal error alone, status 200": Case(FATAL, PageKind.SERVER_ERROR, "Allowed memory size"),
    "a fatal error in the middle of the rows": Case(
        WHOLE[: WHOLE.index("<tr><th>หน่วยนับ")] + FATAL, PageKind.SERVER_ERROR, "Allowed memory size"
    ),
    "a fatal error in the middle of a page that goes on": Case(
        WHOLE.replace("<h3>ประวัติ", FATAL + "<h3>ประวัติ"), PageKind.SERVER_ERROR, "Allowed memory size"
    ),
    "a plain fatal error at the end of the rows": Case(
        WHOLE[: WHOLE.index("<tr><th>หน่วยนับ")] + "\n" + PLAIN_FATAL, PageKind.SERVER_ERROR, "Call to a member"
    ),
    "nothing": Case("", PageKind.EMPTY, "empty body"),
    "nothing but white space": Case("\ufeff \r\n\t", PageKind.EMPTY, "empty body"),
    "cut before the rows": Case(WHOLE[: WHOLE.index("<table")], PageKind.TRUNCATED, "without its label/value rows"),
    "cut in the head": Case(WHOLE[:60], PageKind.TRUNCATED, "without </html>"),
    "cut in the rows": Case(
        WHOLE[: WHOLE.index("<tr><th>หน่วยนับ")], PageKind.TRUNCATED, "ends without </html> after 22 rows"
    ),
    "cut behind the rows": Case(WHOLE[: WHOLE.rindex("</table>")], PageKind.TRUNCATED, "ends without </html>"),
    "only its end left out": Case(WHOLE[: WHOLE.index("</html>")], PageKind.PROJECT, None),
    "closed, but the rows stop in the middle": Case(
        page_of(WHOLE[WHOLE.index("<h1>") : WHOLE.index("<tr><th>หน่วยนับ")]),
        PageKind.TRUNCATED,
        "stops before the row 'unit'",
    ),
    "JSON": Case('{"error": "not a page"}', PageKind.UNKNOWN, "not of a known kind"),
    "a page of something else": Case(page_of("<p>ข่าว</p>"), PageKind.UNKNOWN, "not of a known kind"),
    "a table of something else": Case(
        page_of("<table><tr><th>ก</th><td>ข</td></tr><tr><th>ค</th><td>ง</td></tr></table>"),
        PageKind.UNKNOWN,
        "no label/value",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_kind(case: Case) -> None:
    page = read_page(case.body.encode(), status=case.status, location=case.location)
    assert page.kind is case.kind, page.reason
    assert page.reason is None if case.reason is None else case.reason in (page.reason or "")


def test_every_kind_has_a_case() -> None:
    assert {case.kind for case in CASES.values()} == set(PageKind)


@pytest.mark.parametrize("kind", [kind for kind in PageKind if kind is not PageKind.PROJECT])
def test_every_kind_but_project_is_an_issue_with_the_reason(kind: PageKind) -> None:
    case = next(case for case in CASES.values() if case.kind is kind)
    page = read_page(case.body.encode(), status=case.status, location=case.location)
    issue = page_issue(page, source_id="test", project_id="50010000-0001", snapshot_id="s")
    assert issue is not None
    assert issue.code == f"page_{kind}"
    assert case.reason is None or case.reason in issue.message


@pytest.mark.parametrize(
    ("file", "status", "kind"),
    [("login", 200, PageKind.LOGIN), ("not-found", 404, PageKind.NOT_FOUND), ("bad-request", 400, PageKind.UNKNOWN)],
)
def test_pages_rendered_by_yii(file: str, status: int, kind: PageKind) -> None:
    body = (PAGES / "other" / f"{file}.html").read_bytes()
    assert read_page(body, status=status).kind is kind
    # Yii's error view names the error, so that a server which loses the status changes nothing.
    if file != "bad-request":
        assert read_page(body).kind is kind


def test_a_page_is_cut_wherever_the_real_page_stops_before_its_tables_end() -> None:
    body = REAL.body()
    for end in (b"<table", b"<th>", b"</th>", b"<td>", b"</td>", b"</tr>", b"</table>"):
        cut = body[: body.rindex(end)]
        assert read_page(cut).kind is PageKind.TRUNCATED, end


def test_an_end_before_the_last_table_is_no_end_of_the_page() -> None:
    before, table, _ = WHOLE.rpartition("</table>")
    head, opening, reports = before.rpartition("<table")
    assert read_page(f"{head}</html>{opening}{reports}{table}".encode()).kind is PageKind.PROJECT
    assert read_page(f"{head}</html>{opening}{reports * 4}".encode()).kind is PageKind.TRUNCATED


def test_what_an_error_page_says_in_its_rows_counts() -> None:
    html = PLAIN.having(name="ปิดระบบชั่วคราว").html()
    assert read_page(html.encode(), status=503).kind is PageKind.MAINTENANCE
    assert read_page(WHOLE.encode(), status=503).kind is PageKind.SERVER_ERROR


NAMES_ANOTHER = PLAIN.having(project_id="50010000-0003").html()
WRONG = {
    "by its title": (
        PLAIN.without("project_id").html().replace(": 50010000-0001", ": 50010000-0002"),
        "wrong_project",
        "the title names project '50010000-0002'",
    ),
    "by its code row": (
        NAMES_ANOTHER.replace(": 50010000-0001", ""),
        "wrong_project",
        "the row รหัสโครงการ names project '50010000-0003'",
    ),
    "by a code in other digits": (
        PLAIN.having(project_id="๕๐๐๑๐๐๐๐-๐๐๐๑").html(),
        "wrong_project",
        "the row รหัสโครงการ names project '๕๐๐๑๐๐๐๐-๐๐๐๑'",
    ),
    "as one of two, in title and code row": (
        NAMES_ANOTHER,
        "two_projects",
        "the page names the projects '50010000-0001', '50010000-0003'",
    ),
    "as one of two, in two code rows": (
        PLAIN.adding("รหัสโครงการ", "50010000-0002").html(),
        "two_projects",
        "the page names the projects '50010000-0001', '50010000-0002'",
    ),
    "by none": (
        PLAIN.without("project_id").html().replace(": 50010000-0001", ""),
        "page_of_no_project",
        "neither title nor code row names a project by its code",
    ),
    "by an empty code row": (
        PLAIN.having(project_id="").html().replace(": 50010000-0001", ""),
        "page_of_no_project",
        "neither title nor code row names a project by its code",
    ),
}


@pytest.mark.parametrize(("html", "code", "reason"), WRONG.values(), ids=WRONG)
def test_a_page_that_does_not_name_its_project_and_no_other_is_refused(html: str, code: str, reason: str) -> None:
    page = read_page(html.encode())
    assert reason in (naming_problem(page, "50010000-0001") or ("", ""))[1]
    issue = page_issue(page, source_id="test", project_id="50010000-0001", snapshot_id="s")
    assert issue is not None
    assert issue.code == code


@pytest.mark.parametrize("html", [PLAIN.without("project_id").html(), WHOLE.replace(": 50010000-0001", "")])
def test_a_project_is_named_by_the_title_or_the_code_row(html: str) -> None:
    assert naming_problem(read_page(html.encode()), "50010000-0001") is None
