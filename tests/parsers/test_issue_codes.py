"""The catalogue of issues: every code has a page that raises it and a page beside it that does not."""

from collections.abc import Callable
from typing import Any, NamedTuple, get_type_hints

import pytest

from parsers.dates import read_date
from parsers.html_page import read_page
from parsers.issue_codes import CATALOGUE, Severity, message_in_thai
from parsers.issue_collector import IssueCollector
from parsers.plausibility import check_project
from parsers.project import page_issue
from parsers.records import Issue, ProgressRow
from parsers.text_page import read_text
from tests.parsers.projects import PLAIN, StoredProject, parse
from tests.parsers.rendering import GRID_SKINS, with_table
from tests.parsers.samples import FIXTURES, Cells

Source = StoredProject | Callable[[], list[Issue]]
REPORT: Cells = ("2023-01-31", "50", "1", "ไม่มี", "31/01/2566 : ก")
TEXTS_OF_A_REPORT = [
    name for name, kind in get_type_hints(ProgressRow).items() if kind == str | None and not name.endswith("_id")
]
LAST: Cells = ("2023-05-02", "100", "2", "ไม่มี", "02/05/2566 : ข")


def issues_of(source: Source) -> list[Issue]:
    return source.parse().issues if isinstance(source, StoredProject) else source()


def html(source: str, **response: object) -> Callable[[], list[Issue]]:
    """The issues of a response, page-level ones included."""

    def read() -> list[Issue]:
        page = read_page(source.encode(), **response)  # type: ignore[arg-type]
        issue = page_issue(page, source_id="test", project_id=PLAIN.project_id, snapshot_id="s")
        if issue is not None and page.kind != "project":
            return [issue]
        return ([issue] if issue is not None else []) + parse(page, PLAIN.project_id).issues

    return read


def sent(body: bytes, content_type: str | None = None) -> Callable[[], list[Issue]]:
    return lambda: parse(read_page(body, content_type=content_type), PLAIN.project_id).issues


def text(source: str) -> Callable[[], list[Issue]]:
    return lambda: parse(read_text(source), PLAIN.project_id).issues


def table(header: Cells, *rows: Cells) -> str:
    return GRID_SKINS["handwritten"](tuple(cell or "" for cell in header), rows)


def having_table(markup: str, *, behind: str) -> Callable[[], list[Issue]]:
    return html(with_table(HTML, markup, behind=behind))


REAL_BEGINNING = (FIXTURES / "real" / "15000000-2677.txt").read_text("utf-8")
HEADER: Cells = ("วันที่รายงาน", "ความคืบหน้า", "สถานะโครงการ", "ปัญหาอปสรรค", "รายละเอียด")
HTML = PLAIN.html()
ERROR = '<html><body><div class="site-error"><h1>{}</h1></div></body></html>'
MIXED = HTML.encode().replace("ทางเท้าชำรุด".encode(), "ทางเท้าชำรุด".encode("cp874"))
FOOTER = "<tfoot><tr><td>รวม</td><td></td></tr></tfoot></table>"
SUMMARY = GRID_SKINS["grid-view"](tuple(cell or "" for cell in HEADER), [REPORT, LAST])


class Case(NamedTuple):
    """A page that raises a code and a page as near to it as can be that does not."""

    raises: Source
    near_miss: Source = PLAIN


CASES: dict[str, Case] = {
    "page_not_found": Case(html(ERROR.format("Not Found (#404)"), status=404), html(HTML)),
    "page_login": Case(html("", status=302, location="/?r=site%2Flogin"), html("", status=302, location="/")),
    "page_maintenance": Case(html("<html><p>ปิดปรับปรุง</p></html>"), PLAIN.having(name="ปิดปรับปรุงถนน")),
    "page_server_error": Case(html(ERROR.format("Error (#500)"), status=500), html(HTML)),
    "page_truncated": Case(html(HTML[: HTML.index("<tr><th>หน่วยนับ")]), html(HTML)),
    "page_empty": Case(html(" \n"), html(HTML)),
    "page_redirect_stub": Case(html("", status=301, location="/new"), html(HTML)),
    "page_listing": Case(html('<html><div class="grid-view"><p>ก</p></div></html>'), html(HTML)),
    "page_unknown": Case(html("<html><p>ข่าว</p></html>"), html(HTML)),
    "wrong_project": Case(
        html(PLAIN.without("project_id").html().replace(": 50010000-0001", ": 50010000-0002")), html(HTML)
    ),
    "page_of_no_project": Case(
        html(PLAIN.without("project_id").html().replace(": 50010000-0001", "")),
        html(PLAIN.without("project_id").html()),
    ),
    "two_projects": Case(
        html(HTML.replace(": 50010000-0001", ": 50010000-0002")), PLAIN.adding("รหัสโครงการ", PLAIN.project_id)
    ),
    "php_warnings": Case(html("<b>Warning</b>:  x in <b>/v.php</b>" + HTML), PLAIN.having(name="<b>Warning</b>: ก")),
    "unknown_label": Case(PLAIN.adding("พิกัด", "1"), PLAIN.renaming("unit", "หน่วยนับ :")),
    "missing_label": Case(PLAIN.without("unit"), PLAIN.having(unit=None, target="", result="")),
    "renamed_label": Case(PLAIN.renaming("evaluator", "ผู้ตรวจประเมินผล"), PLAIN.renaming("evaluator", "ผู้ตรวจประเมิน : ")),
    "ambiguous_label": Case(
        PLAIN.without("month_goal").adding("เป้าหมาย", "ก", before="goal"), PLAIN.with_rows(PLAIN.rows[::-1])
    ),
    "duplicate_row": Case(PLAIN.adding("ปี", "2567"), PLAIN.adding("ปี", "2566")),
    "repeated_row": Case(PLAIN.adding("ปี", "2566"), PLAIN.adding("ปี", "2567")),
    "unknown_column": Case(
        having_table(table((*HEADER, "ผู้รายงาน"), (*LAST, "ก")), behind="panel-info"),
        having_table(table(("#", *HEADER), ("1", *LAST)), behind="panel-info"),
    ),
    "missing_column": Case(
        having_table(table(HEADER[:4], LAST[:4]), behind="panel-info"),
        having_table(table(HEADER[::-1], LAST[::-1]), behind="panel-info"),
    ),
    "missing_table": Case(having_table("", behind="panel-info"), PLAIN.reporting()),
    "unknown_table": Case(
        html(HTML.replace("<footer", table(("ก", "ข"), ("1", "2")) + "<footer")),
        html(HTML.replace("<footer", "<hr><footer")),
    ),
    "duplicate_table": Case(html(HTML.replace("<footer", table(HEADER, LAST) + "<footer")), html(HTML)),
    "malformed_table_row": Case(
        having_table(table(HEADER, LAST, REPORT[:3]), behind="panel-info"), PLAIN.reporting(REPORT, LAST)
    ),
    "table_footer": Case(
        having_table(table(HEADER, LAST).replace("</table>", FOOTER), behind="panel-info"),
        having_table(table(HEADER, LAST).replace("</table>", FOOTER.replace("รวม", " ")), behind="panel-info"),
    ),
    "incomplete_table": Case(
        having_table(SUMMARY.replace("ทั้งหมด <b>2</b>", "แสดง <b>1 ถึง 2</b> จาก <b>34</b>"), behind="panel-info"),
        having_table(SUMMARY, behind="panel-info"),
    ),
    "duplicate_report": Case(
        PLAIN.reporting(REPORT, LAST, REPORT), PLAIN.reporting(REPORT, (*REPORT[:4], "31/01/2566 : ค"), LAST)
    ),
    "unreadable_number": Case(
        PLAIN.having(budget_received="510,0003.01 บาท"), PLAIN.having(budget_received="510,003.01 บาท")
    ),
    "number_out_of_range": Case(PLAIN.having(budget_received="9" * 17), PLAIN.having(budget_received="9" * 15)),
    "precision_reduced": Case(PLAIN.having(budget_spent="1,100.005"), PLAIN.having(budget_spent="1,100.050")),
    "unreadable_date": Case(PLAIN.having(start_date="2023-02-29"), PLAIN.having(start_date="2023-02-28")),
    "ambiguous_date": Case(PLAIN.having(start_date="10/11/2022"), PLAIN.having(start_date="10/13/2022")),
    "incomplete_date": Case(PLAIN.having(start_date="ตค.65"), PLAIN.having(start_date="1 ตค.65")),
    "sentinel_date": Case(PLAIN.having(start_date="0000-00-00"), PLAIN.having(start_date=None)),
    "unreadable_year": Case(PLAIN.having(fiscal_year="2566-2567"), PLAIN.having(fiscal_year="")),
    "unreadable_quantity": Case(PLAIN.having(target="มากกว่า 80 ร้อยละ"), PLAIN.having(target=" ร้อยละ")),
    "placeholder_value": Case(PLAIN.having(weight="-"), PLAIN.having(weight="")),
    "truncated_value": Case(text(REAL_BEGINNING), html(HTML)),
    "ambiguous_text": Case(text(REAL_BEGINNING.replace("ปี2566", "ปี2566\nปี2567"))),
    "malformed_project_code": Case(
        lambda: parse(PLAIN.page(), "../../etc/passwd").issues, lambda: parse(PLAIN.page(), "12345678-123456").issues
    ),
    "progress_out_of_range": Case(PLAIN.having(progress="104.15"), PLAIN.having(progress="100.00")),
    "negative_money": Case(PLAIN.having(budget_spent="\u22121"), PLAIN.having(budget_spent="-0")),
    "spent_over_received": Case(PLAIN.having(budget_spent="127,800.01"), PLAIN.having(budget_spent="127,800.00")),
    "finish_before_start": Case(PLAIN.having(finish_date="2022-09-30"), PLAIN.having(finish_date="2022-10-01")),
    "outside_fiscal_year": Case(PLAIN.having(finish_date="2023-10-01"), PLAIN.having(finish_date="2023-09-30")),
    "other_calendar": Case(PLAIN.having(start_date="2565-10-01"), PLAIN.having(start_date="2022-10-01")),
    "month_conflict": Case(PLAIN.having(**{"month 6": "61"}), PLAIN.having(**{"month 6": "60.0"})),
    "month_layout_unknown": Case(
        PLAIN.having_months([(month, "1") for month in (2, 1, *range(3, 13))]),
        PLAIN.having_months([(month, "1") for month in range(1, 13)]),
    ),
    "reports_out_of_order": Case(PLAIN.reporting(LAST, REPORT), PLAIN.reporting(REPORT, (*LAST[:4], "ค"), LAST)),
    "progress_falls": Case(
        PLAIN.reporting(REPORT, ("2023-03-01", "49", "1", "", ""), LAST),
        PLAIN.reporting(REPORT, ("2023-03-01", "50.0", "1", "", ""), LAST),
    ),
    "latest_progress_differs": Case(PLAIN.having(progress="99"), PLAIN.having(progress="100.0")),
    "stamp_differs": Case(
        PLAIN.reporting((*LAST[:4], "03/05/2566 : ข")), PLAIN.reporting((*LAST[:4], "2/5/2566 : 03/05/2566 : ข"))
    ),
    "encoding_repaired": Case(sent(HTML.encode("cp874")), sent(HTML.encode("cp874"), "text/html; charset=tis-620")),
    "undecodable_bytes": Case(sent(MIXED), sent(HTML.encode())),
    "replacement_character": Case(PLAIN.having(name="ก\ufffdข"), PLAIN.having(name="ก?ข")),
    "mojibake": Case(PLAIN.having(name="ถนน".encode().decode("cp1252")), PLAIN.having(name="ธงà เนตร")),
    "program_text": Case(PLAIN.having(name="{{name}}"), PLAIN.having(name="(name) {ก} null")),
    "value_without_text": Case(
        html(HTML.replace("<td>ทางเท้าชำรุด</td>", '<td><i class="fa fa-check"></i></td>')),
        html(HTML.replace("<td>ทางเท้าชำรุด</td>", "<td><i></i></td>")),
    ),
    "text_not_shown": Case(
        html(HTML.replace("<td>ทางเท้าชำรุด</td>", "<td><s>ทางเท้าชำรุด</s></td>")),
        html(HTML.replace("<td>ทางเท้าชำรุด</td>", "<td><ins>ทางเท้าชำรุด</ins></td>")),
    ),
    "nul_characters": Case(PLAIN.having(name="ก\0ข"), PLAIN.having(name="กข")),
    "control_characters": Case(PLAIN.having(name="ก\x08ข"), PLAIN.having(name="ก\t\nข")),
    "hidden_characters": Case(PLAIN.having(budget_spent="1\u200b00"), PLAIN.having(budget_spent="\u00a0100")),
    "bidi_characters": Case(PLAIN.having(name="ก\u202eข"), PLAIN.having(name="ก\u201cข\u201d")),
    "doubled_marks": Case(PLAIN.having(name="ครั้งที่่1"), PLAIN.having(name="ครั้งที่ 1")),
    "decomposed_sara_am": Case(PLAIN.having(agency="ส\u0e4d\u0e32นัก"), PLAIN.having(agency="สำนัก")),
    "lookalike_null": Case(PLAIN.having(remark="(ไม่ได้ตั้ง)"), PLAIN.having(remark=None)),
}
# No page raises these by itself.
RAISED_ELSEWHERE = {
    "page_crashed_parser": "the stage that parses in worker processes raises it when one dies",
    "page_too_costly": "the same stage raises it when one takes too long",
}


def test_every_code_has_a_case_or_a_reason_why_not() -> None:
    assert set(CASES) | set(RAISED_ELSEWHERE) == set(CATALOGUE)
    assert not set(CASES) & set(RAISED_ELSEWHERE)


@pytest.mark.parametrize("code", CASES)
def test_the_page_that_raises_a_code(code: str) -> None:
    found = [issue for issue in issues_of(CASES[code].raises) if issue.code == code]
    assert found
    assert all(issue.severity == CATALOGUE[code].severity.value for issue in found)
    assert all(issue.message for issue in found)


@pytest.mark.parametrize("code", CASES)
def test_the_page_beside_it_that_does_not(code: str) -> None:
    assert code not in {issue.code for issue in issues_of(CASES[code].near_miss)}


def test_a_plain_project_has_no_issues() -> None:
    assert PLAIN.parse().issues == []


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_is_explained_in_thai_and_in_english(code: str) -> None:
    issue_code = CATALOGUE[code]
    assert issue_code.code == code
    assert issue_code.severity in Severity
    for thai, english in ((issue_code.title_th, issue_code.title_en), (issue_code.advice_th, issue_code.advice_en)):
        assert any("\u0e00" <= character <= "\u0e7f" for character in thai)
        assert english.isascii() or "–" in english
        assert len(english) > 10
    said = message_in_thai(issue_code.message_th, label="ป้าย", raw=None, row=7)
    assert any("\u0e00" <= character <= "\u0e7f" for character in said)
    assert not set("{}") & set(said), "only known placeholders, each filled"


def test_a_thai_message_quotes_page_text_as_it_stands_and_cuts_it() -> None:
    template = CATALOGUE["progress_falls"].message_th
    assert message_in_thai(template, label=None, raw="{row}", row=3).count("{row}") == 1
    assert len(message_in_thai(template, label=None, raw="9" * 500, row=3)) < 200


class TestWhatAnIssueSays:
    def test_it_names_the_field_the_label_the_row_and_the_raw_text(self) -> None:
        (issue,) = PLAIN.having(budget_received="510,0003.01 บาท").parse().issues
        assert (issue.field, issue.label, issue.ordinal) == ("budget_received", "งบฯ ที่ได้รับ (บาท)", 7)
        assert issue.raw == "510,0003.01 บาท"
        assert "510,0003.01 บาท" in issue.message

    def test_a_report_is_named_by_its_number(self) -> None:
        (issue,) = PLAIN.reporting(REPORT, (LAST[0], "ครึ่ง", *LAST[2:])).parse().issues
        assert (issue.code, issue.field, issue.ordinal) == ("unreadable_number", "progress_history.progress_pct", 2)

    def test_a_long_raw_text_is_cut(self) -> None:
        (issue,) = PLAIN.having(name="ก\x08" + "ข" * 5000).parse().issues
        assert issue.raw is not None
        assert len(issue.raw) == 2001

    def test_a_message_holds_no_control_characters(self) -> None:
        evil = "\x1b[31m\r\n\x07\u202eก"
        project = PLAIN.having(budget_spent=evil, start_date=evil, fiscal_year=evil, target=evil, progress=evil)
        project = project.having(**{"month 6": evil})
        project = project.adding(f"ป้าย{evil}", evil).reporting((evil, evil, evil, evil, evil)).logging((evil,) * 10)
        for issue in project.parse().issues:
            assert issue.message.isprintable(), issue.message


class TestChecksOfReports:
    def test_duplicates_are_found_wherever_they_stand_and_named_once_each(self) -> None:
        reports = [REPORT, LAST, REPORT, LAST, REPORT]
        found = [issue for issue in PLAIN.reporting(*reports).parse().issues if issue.code == "duplicate_report"]
        assert [(issue.ordinal, issue.message[:15]) for issue in found] == [
            (3, "reports 1 and 3"),
            (4, "reports 2 and 4"),
            (5, "reports 1 and 5"),
        ]

    @pytest.mark.parametrize("text", TEXTS_OF_A_REPORT)
    def test_reports_that_differ_in_any_text_are_no_duplicates(self, text: str) -> None:
        parsed = PLAIN.reporting(REPORT, REPORT).parse()
        dates = [read_date(REPORT[0] or "")] * 2

        def codes(reports: list[ProgressRow]) -> list[str]:
            issues = IssueCollector("test", PLAIN.project_id, "snapshot")
            check_project(issues, parsed.page, reports, dates)
            return [issue.code for issue in issues.collected]

        one, other = parsed.progress
        changed: dict[str, Any] = {text: "x"}
        assert "duplicate_report" in codes([one, other])
        assert "duplicate_report" not in codes([one, other._replace(**changed)])

    def test_equal_days_are_in_order(self) -> None:
        reports = (REPORT, (*REPORT[:4], "31/01/2566 : ข"), LAST)
        assert PLAIN.reporting(*reports).parse().issues == []

    def test_the_latest_report_is_the_one_with_the_latest_day(self) -> None:
        codes = [issue.code for issue in PLAIN.reporting(LAST, REPORT).parse().issues]
        assert codes == ["reports_out_of_order"]

    def test_of_two_reports_on_the_latest_day_the_lower_one_is_the_latest(self) -> None:
        before = (LAST[0], "50", *LAST[2:4], "02/05/2566 : ก")
        assert PLAIN.reporting(before, LAST).parse().issues == []

    def test_a_report_in_the_buddhist_era_beside_gregorian_ones(self) -> None:
        found = PLAIN.reporting(("2566-01-31", *REPORT[1:]), LAST).parse()
        assert [(issue.code, issue.ordinal) for issue in found.issues] == [("other_calendar", 1)]
        assert str(found.progress[0].reported_on) == "2023-01-31"

    def test_a_stamp_that_is_no_day_is_reported(self) -> None:
        (issue,) = PLAIN.reporting((*LAST[:4], "31/02/2566 : ข")).parse().issues
        assert (issue.code, issue.field, issue.ordinal) == ("unreadable_date", "progress_history.detail_date", 1)


@pytest.mark.parametrize(("n_columns", "codes"), [(2, {"unknown_table", "missing_table"}), (3, {"missing_column"})])
def test_a_table_is_known_by_three_of_its_columns(n_columns: int, codes: set[str]) -> None:
    read = having_table(table(HEADER[:n_columns], LAST[:n_columns]), behind="panel-info")
    assert {issue.code for issue in read()} == codes


def test_rows_that_cannot_be_read_are_counted_all_the_same() -> None:
    page = read_page(with_table(HTML, table(HEADER, REPORT[:3], LAST), behind="panel-info").encode())
    assert [row.report_no for row in parse(page, PLAIN.project_id).progress] == [2]


class TestTheHeading:
    @pytest.mark.parametrize(
        ("headline", "codes"),
        [
            ("ร้อยละ 100", []),
            ("100", []),
            ("100%", []),
            (None, []),
            ("ร้อยละ", []),
            ("ร้อยละ ครึ่ง", ["unreadable_number"]),
            ("ร้อยละ 1e2", ["unreadable_number"]),
            ("ร้อยละ -", ["placeholder_value"]),
            ("ร้อยละ 55", ["latest_progress_differs"]),
        ],
    )
    def test_its_progress_is_read_or_reported(self, headline: str | None, codes: list[str]) -> None:
        project = StoredProject(PLAIN.project_id, headline, PLAIN.rows, PLAIN.reports, PLAIN.updates)
        assert [issue.code for issue in project.parse().issues] == codes
