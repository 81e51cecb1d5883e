"""The unit of a number is certain, or the number is not read: units in captions, numbers in units, percentages."""

from decimal import Decimal

import pytest

from parsers.html_page import read_page
from parsers.records import ParsedPage
from tests.parsers.projects import PLAIN, parse
from tests.parsers.test_several_texts import codes_of

HTML = PLAIN.html()
FIRST_ROW = "<tr><th>รหัสโครงการ</th>"


def months_of(parsed: ParsedPage) -> set[Decimal | None]:
    return {row.value for row in parsed.months}


def with_text(markup: str) -> ParsedPage:
    """The page with other markup before the first row of its label/value table."""
    assert FIRST_ROW in HTML
    return parse(read_page(HTML.replace(FIRST_ROW, markup + FIRST_ROW).encode()), PLAIN.project_id)


STATED = {
    "a caption": "<caption>หน่วย : ล้านบาท</caption>",
    "a caption in brackets": "<caption>ข้อมูลโครงการ (พันบาท)</caption>",
    "a caption with a scale": "<caption>งบประมาณ (ล้าน)</caption>",
    "an English caption": "<caption>Budget in million baht</caption>",
    "a row": "<tr><th colspan=2>หน่วย: ล้านบาท</th></tr>",
    "a header": "<thead><tr><th>รายการ</th><th>จำนวน (ล้านบาท)</th></tr></thead>",
    "another unit": "<caption>หน่วยนับ: คน</caption>",
}


@pytest.mark.parametrize("markup", STATED.values(), ids=STATED)
def test_beside_another_unit_no_amount_target_or_result_is_read(markup: str) -> None:
    parsed = with_text(markup)
    page = parsed.page
    assert (page.budget_received_thb, page.budget_spent_thb, page.target_value, page.result_value) == (None,) * 4
    assert months_of(parsed) == {None}
    assert (page.budget_received_thb_raw, page.name) == ("127,800", "ปรับปรุงทางเท้า")
    assert page.progress_pct == 100
    for field in ("budget_received", "budget_spent", "month"):
        assert codes_of(parsed, field) == {"unreadable_number"}
    for field in ("target", "result"):
        assert codes_of(parsed, field) == {"unreadable_quantity"}
    assert "unknown_label" in {issue.code for issue in parsed.issues}


@pytest.mark.parametrize("text", ["หน่วย : บาท", "(หน่วย: บาท)", "ข้อมูลโครงการ", "หน่วยงานที่รับผิดชอบ", "แผนพัฒนาพันธุ์ไม้"])
def test_beside_any_other_text_they_are(text: str) -> None:
    parsed = with_text(f"<caption>{text}</caption>")
    assert parsed.page.budget_received_thb == 127800
    assert [(issue.code, issue.raw) for issue in parsed.issues] == [("unknown_label", text)]


@pytest.mark.parametrize("unit", ["1000 คน", "๑๐๐๐ คน", "คน (x1000)", "1000", "½ วัน"])
def test_a_unit_with_a_number_is_no_unit_and_no_value_is_counted_in_it(unit: str) -> None:
    parsed = PLAIN.having(target="5 คน", result=f"5 {unit}", unit=unit).parse()
    assert (parsed.page.target_value, parsed.page.result_value, parsed.page.unit) == (None, None, None)
    assert months_of(parsed) == {None}
    for field in ("target", "result", "unit"):
        assert codes_of(parsed, field) == {"unreadable_quantity"}
    assert codes_of(parsed, "month") == {"unreadable_number"}
    assert parsed.page.budget_received_thb == 127800


@pytest.mark.parametrize("written", ["50%", "ร้อยละ 50", "50 เปอร์เซ็นต์"])
def test_a_month_in_percent_is_read_where_the_unit_is_a_percentage(written: str) -> None:
    for unit in ("ร้อยละ", "%", "ร้อยละของแผน"):
        said = PLAIN.having(target=f"100 {unit}", result="", unit=unit, **{"month 3": written})
        assert next(row.value for row in said.parse().months if row.month_no == 3) == 50
    without_row = PLAIN.having(target="100 %", result="", unit=None, **{"month 3": written})
    assert next(row.value for row in without_row.parse().months if row.month_no == 3) == 50


@pytest.mark.parametrize("written", ["50%", "ร้อยละ 50", "50 เปอร์เซ็นต์"])
@pytest.mark.parametrize("unit", ["คน", None])
def test_a_month_in_percent_is_no_number_of_people(unit: str | None, written: str) -> None:
    parsed = PLAIN.having(target="100 คน", result="", unit=unit, **{"month 3": written}).parse()
    assert next(row.value for row in parsed.months if row.month_no == 3) is None
    assert codes_of(parsed, "month") == {"unreadable_number"}
