"""Texts in the place of a value that are none, and cells without a text: null, with an issue each."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.html_page import read_page
from parsers.no_values import holds_php_message, no_value
from parsers.text_page import read_text
from tests.parsers.projects import PLAIN, parse
from tests.parsers.samples import REAL
from tests.parsers.test_several_texts import codes_of, showing
from tests.parsers.test_text_page import rendered

HTML = PLAIN.html()
NAME = "ปรับปรุงทางเท้า"
THAI = "สำนักงานเขตพระนคร จัดทำแผนงาน"


def as_windows_874(text: str) -> str:
    """UTF-8 read as windows-874, as browsers do it: what it does not have are control characters."""
    return "".join(bytes([byte]).decode("cp874", "replace").replace("\ufffd", chr(byte)) for byte in text.encode())


def as_windows_1252(text: str) -> str:
    return "".join(bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in text.encode())


# --- elements without a text

WITHOUT_TEXT = {
    "a glyph": '<span class="glyphicon glyphicon-ok text-success"></span>',
    "a bar": '<div class="progress"><div class="progress-bar" style="width:60.2%"></div></div>',
    "a box": '<input type="checkbox" checked>',
    "a picture": '<img src="ok.png" alt="60">',
    "a field": '<input type="text" value="60">',
    "a list": "<select><option selected>60</option></select>",
    "in kartik's view": '<div class="kv-attribute"><span class="glyphicon glyphicon-ok"></span></div>',
}


@pytest.mark.parametrize("markup", WITHOUT_TEXT.values(), ids=WITHOUT_TEXT)
@pytest.mark.parametrize("field", ["progress", "name", "start_date", "fiscal_year", "target", "policy_id"])
def test_a_cell_that_shows_something_without_a_text_is_no_value_and_no_empty_cell(field: str, markup: str) -> None:
    parsed = showing(field, markup)
    assert codes_of(parsed, field) == {"value_without_text"}
    row = next(row for row in parsed.fields if row.field == field)
    assert (row.raw or "").startswith("\ufffc<")
    page = parsed.page._asdict()
    column = {"progress": "progress_pct", "fiscal_year": "fiscal_year_be", "target": "target_value"}.get(field, field)
    assert page[column] is None


def test_a_status_shown_as_a_glyph_is_no_status() -> None:
    parsed = parse(
        read_page(HTML.replace("<td>2</td>", '<td><span class="glyphicon glyphicon-ok"></span></td>').encode()),
        PLAIN.project_id,
    )
    assert [row.status_code for row in parsed.progress] == ["1", None]
    assert codes_of(parsed, "progress_history.status_code") == {"value_without_text"}
    raw = next(cell.raw for cell in parsed.cells if cell.field == "status_code" and cell.ordinal == 2)
    assert raw == '\ufffc<span class="glyphicon glyphicon-ok">'


# --- texts that were lost, or that a program wrote

PHP = "Warning: Undefined variable $name in /var/www/frontend/views/tbl-project-main/view.php on line 12"
NO_VALUES = {
    "question marks": ("????????????????? ????????", "replacement_character"),
    "question marks and a year": ("??????? 2566", "replacement_character"),
    "two question marks": ("??", "replacement_character"),
    "replacement characters": ("\ufffd" * 8, "replacement_character"),
    "more lost than kept": ("ก\ufffd\ufffd\ufffdข", "replacement_character"),
    "windows-874 within UTF-8": (THAI.encode("cp874").decode("utf-8", "replace"), "replacement_character"),
    "UTF-8 as windows-1252": (as_windows_1252(THAI), "mojibake"),
    "UTF-8 as windows-1252, some lost": (THAI.encode().decode("cp1252", "ignore"), "mojibake"),
    "UTF-8 as windows-874": (as_windows_874(THAI), "mojibake"),
    "UTF-8 as windows-874, some lost": (THAI.encode().decode("cp874", "ignore"), "mojibake"),
    "a short one": (as_windows_874("คน"), "mojibake"),
    "a warning of PHP": (PHP, "program_text"),
    "a notice behind a text": (f"{NAME}\nPHP Notice:  Undefined index: a in /a/b.php on line 5", "program_text"),
    "a template": ("{{name}}", "program_text"),
    "a template within a text": ("โครงการ {{ project.name }} 2566", "program_text"),
    "a template of JavaScript": ("${project.name}", "program_text"),
    "a template of PHP": ("<%= name %>", "program_text"),
    "a template of Twig": ("{% if name %}", "program_text"),
    "undefined": ("undefined", "program_text"),
    "NaN": ("NaN", "program_text"),
    "null": ("null", "program_text"),
    "an object": ("[object Object]", "program_text"),
    "windows-874 as windows-1252": (THAI.encode("cp874").decode("cp1252", "replace"), "mojibake"),
    "an array": ("Array", "program_text"),
    "an object of PHP": ("stdClass", "program_text"),
    "an object of PHP, printed": ("stdClass Object", "program_text"),
    "an object of PHP with its values": ("stdClass Object\n(\n    [name] => ก\n)", "program_text"),
    "an array with its values": ("Array ( [th] => โครงการ )", "program_text"),
    "an array without values": ("Array\n(\n)", "program_text"),
    "an array of PHP, stored": ('a:1:{s:2:"th";s:3:"ก";}', "program_text"),
    "an object of PHP, dumped": ("object(stdClass)#1 (0) {}", "program_text"),
    "JSON": ('{"th":"โครงการ"}', "program_text"),
    "JSON with white space": ('{\n "th" : "โครงการ",\n "en": null }', "program_text"),
    "a list of JSON": ('[{"th":"โครงการ"}]', "program_text"),
    "a promise": ("[object Promise]", "program_text"),
    "a page that loads": ("Loading...", "program_text"),
    "a page that loads, in Thai": ("กำลังโหลด...", "program_text"),
    "one that loads its data": ("กำลังโหลดข้อมูล …", "program_text"),
    "a page that asks for patience": ("Please wait...", "program_text"),
    "a reference of Excel": ("#REF!", "program_text"),
    "a hidden address": ("[email\u00a0protected]", "program_text"),
    "a short UTF-8 as windows-874": (as_windows_874("นาย"), "mojibake"),
    "a short one, its last characters lost": ("ไม่มี".encode().decode("cp874", "ignore"), "mojibake"),
    "one letter": (as_windows_874("ก"), "mojibake"),
    "one letter as windows-1252": (as_windows_1252("ก"), "mojibake"),
    "a short windows-874 as windows-1252": ("นาย".encode("cp874").decode("cp1252"), "mojibake"),
    "the same with a number": ("นาย 2566".encode("cp874").decode("cp1252"), "mojibake"),
    "encoded twice as windows-1252": (as_windows_1252(as_windows_1252(NAME)), "mojibake"),
    "encoded twice as latin-1": (NAME.encode().decode("latin-1").encode().decode("latin-1"), "mojibake"),
    "encoded twice as windows-874": (as_windows_874(as_windows_874(NAME)), "mojibake"),
    "None": ("None", "program_text"),
    "null in brackets": ("<null>", "program_text"),
    "a name of Excel": ("#NAME?", "program_text"),
    "a name in brackets": ("{name}", "program_text"),
    "a value of Smarty": ("{$model->name}", "program_text"),
    "a number in brackets": ("{0}", "program_text"),
    "a name of Ruby": ("#{name}", "program_text"),
    "a name of wikis": ("[[name]]", "program_text"),
    "a name of PHP": ("$name", "program_text"),
    "a tag of PHP": ("<?= $x ?>", "program_text"),
    "a tag of PHP within a text": ("โครงการ <?php echo $x", "program_text"),
    "references": ("&#3626;&#3635;&#x0E19;", "program_text"),
    "references of references": ("&amp;#3626;&amp;#3635;", "program_text"),
    "escapes of JSON": ("\\u0e2a\\u0e33", "program_text"),
    "a message of SQL": ("SQLSTATE[42S02]: Base table or view not found", "program_text"),
    "a message of PHP without its kind": ("Undefined variable: name in /v.php on line 5", "program_text"),
}
VALUES = {
    "a question": "พร้อมหรือยัง????",
    "what": "What??? ... 2566",
    "an English name": "Smart \ufffdCity\ufffd for everyone",
    "one lost": "ปรับ\ufffd\ufffdทางเท้า",
    "words": "null และ undefined",
    "French": "à la carte, déjà vu",
    "เธอ": "เธอและเนตร เธอ เนินเนิน",
    "a warning of the agency": "Warning: ห้ามเข้า in the park",
    "braces": "{ก} {{ }",
    "a word in braces": "โครงการ {SMART} {12}",
    "companies": "R&D; Q&A & ก&ข;",
    "signs": "5 ² × 3 ± 1 «ก»",
    "two words of French": "déjà vu",
    "อเนกประสงค์": "อาคารอเนกประสงค์ เนติบัณฑิต เนกขัมมะ",
    "dollars": "$100 หรือ $5.00",
    "an array of solar cells": "Array (แผงโซลาร์เซลล์) และ Object",
    "a text in brackets": '["ร่าง"] โครงการ {"ก": 1} ใหม่',
    "loading": "Loading Area ใหม่ => กำลังโหลดสินค้า",
    "SQL": "อบรม SQL Server [ภาค 2]",
    "an address": "ติดต่อ [email protected] หรือ 1234",
}


@pytest.mark.parametrize(("text", "code"), NO_VALUES.values(), ids=NO_VALUES)
@pytest.mark.parametrize("field", ["name", "agency", "policy_id", "remark", "unit"])
def test_a_text_that_is_no_value_is_not_published_as_one(field: str, text: str, code: str) -> None:
    assert no_value(text) == code
    parsed = PLAIN.having(**{field: text}).parse()
    assert parsed.page._asdict()[field] is None
    assert code in codes_of(parsed, field)
    assert next(row.raw for row in parsed.fields if row.field == field) == text.strip()


@pytest.mark.parametrize(("text", "code"), NO_VALUES.values(), ids=NO_VALUES)
def test_neither_is_it_in_the_tables_nor_where_a_number_or_a_day_belongs(text: str, code: str) -> None:
    said = PLAIN.having(budget_spent=text, start_date=text, target=text, fiscal_year=text, **{"month 6": text})
    said = said.reporting(("2023-05-02", "100", text, text, text)).logging(
        ("11/03/2566", text, text, text, text, "2022-10-01", "2023-09-30", text, text, text)
    )
    parsed = said.parse()
    page, (report,), (update,) = parsed.page, parsed.progress, parsed.updates
    assert (page.budget_spent_thb, page.start_date, page.target_value, page.target_unit) == (None,) * 4
    assert (page.fiscal_year_be, next(row.value for row in parsed.months if row.month_no == 6)) == (None, None)
    assert (report.status_code, report.problem, report.detail) == (None, None, None)
    assert (update.updated_time, update.user_name, update.action, update.policy_conformity) == (None,) * 4
    assert (update.target, update.result, update.unit) == (None, None, None)
    for field in ("budget_spent", "start_date", "target", "fiscal_year", "month"):
        assert codes_of(parsed, field) >= {code}, field
        assert not codes_of(parsed, field) & {"unreadable_number", "unreadable_date", "placeholder_value"}
    assert code in codes_of(parsed, "progress_history.problem") & codes_of(parsed, "update_history.user_name")
    raws = {cell.raw for cell in parsed.cells if cell.field in ("problem", "user_name")}
    assert raws == {text.strip()}


@pytest.mark.parametrize("text", VALUES.values(), ids=VALUES)
def test_a_text_that_may_be_a_value_is_published(text: str) -> None:
    assert no_value(text) is None
    assert PLAIN.having(name=text).parse().page.name == text


def test_what_a_program_wrote_into_a_text_is_told_also_where_the_text_is_kept() -> None:
    parsed = PLAIN.having(responsible="ฝ่ายโยธา [email\u00a0protected]").parse()
    assert (parsed.page.responsible, codes_of(parsed, "responsible")) == (
        "ฝ่ายโยธา [email\u00a0protected]",
        {"program_text"},
    )
    assert codes_of(PLAIN.having(name="พร้อมหรือยัง????").parse(), "name") == {"replacement_character"}
    for text in ("ก&rsquo;ข โครงการพัฒนา", "โครงการ {name} ปี 2566"):
        parsed = PLAIN.having(name=text).parse()
        assert (parsed.page.name, codes_of(parsed, "name")) == (text, {"program_text"})


@given(st.text("?\ufffd กA1{}$%<>/bà¸เธฃ€น", max_size=20))
def test_a_value_that_is_withheld_has_an_issue_and_stays_as_it_stood(text: str) -> None:
    parsed = PLAIN.having(name=text, agency=text).parse()
    kept = text.strip()
    assert [row.raw for row in parsed.fields if row.field in ("name", "agency")] == [kept, kept]
    for field, value in (("name", parsed.page.name), ("agency", parsed.page.agency)):
        assert value == (kept or None) or (value is None and codes_of(parsed, field))


@pytest.mark.parametrize("text", ["-", "–", "ไม่มี", "ไม่ระบุ", "N/A"])
def test_what_stands_for_no_agency_is_no_agency(text: str) -> None:
    parsed = PLAIN.having(agency=text, remark=text).parse()
    assert (parsed.page.agency, codes_of(parsed, "agency")) == (None, {"placeholder_value"})
    assert (parsed.page.remark, codes_of(parsed, "remark")) == (text, set())


# --- messages of PHP without markup

XDEBUG = (
    '<font size="1"><table class="xdebug-error xe-notice"><tr><th colspan="5">( ! ) Notice: Undefined index: spent in '
    "/var/www/view.php on line <i>57</i></th></tr></table></font>"
)


@pytest.mark.parametrize(
    "markup",
    [f"\n{PHP}\n", XDEBUG, "\nPHP Deprecated:  x in /a.php on line 5\n", "<br />\n<b>Notice</b>:  x in <b>/a</b>"],
)
def test_a_message_of_php_is_told_wherever_it_stands(markup: str) -> None:
    page = read_page(HTML.replace('<div class="panel-body">', f'<div class="panel-body">{markup}').encode())
    parsed = parse(page, PLAIN.project_id)
    assert [issue.code for issue in parsed.issues] == ["php_warnings"]
    assert parsed.fields == PLAIN.parse().fields


def test_a_message_of_php_with_markup_in_a_cell_is_no_value() -> None:
    markup = "<br />\n<b>Warning</b>:  Undefined variable $name in <b>/var/www/view.php</b> on line <b>12</b><br />\n"
    parsed = showing("name", markup)
    assert (parsed.page.name, codes_of(parsed, "name")) == (None, {"program_text"})
    assert "php_warnings" in {issue.code for issue in parsed.issues}


def test_a_message_of_php_in_extracted_text_is_told() -> None:
    parsed = parse(read_text(rendered(PLAIN.having(name=PHP))), PLAIN.project_id)
    assert parsed.page.name is None
    assert {issue.code for issue in parsed.issues} >= {"php_warnings", "program_text"}


@pytest.mark.parametrize(
    "beginning", ["\ufffc<hidden>", "\ufffc<a>", "{a.b", "&amp;", "<?=", "เธ", "Ã¡", "SQLSTATE[", "¡"]
)
def test_many_beginnings_of_what_is_no_value_cost_little(beginning: str) -> None:
    begun = time.process_time()
    no_value(beginning * 50_000 + "a")
    assert time.process_time() - begun < 2


def test_many_beginnings_of_messages_cost_little() -> None:
    assert not holds_php_message("Warning: a in " * 200_000 + " on line x")
    assert not holds_php_message(" on line 1Warning: a" * 100_000)


# --- what people type where there is none


@pytest.mark.parametrize(
    "written", ["-", "--", "...", "____", "(ไม่มี)", "- ไม่มี -", "N/A", "n.a.", "TBD", "xxx", "0", "๑๒๓", "\u200b-"]
)
def test_what_stands_where_there_is_no_name_is_none(written: str) -> None:
    parsed = PLAIN.having(name=written, agency=written).parse()
    assert (parsed.page.name, parsed.page.agency) == (None, None)
    for field in ("name", "agency"):
        assert codes_of(parsed, field) - {"hidden_characters"} == {"placeholder_value"}


@pytest.mark.parametrize("written", ["ก", "ISO 9001", "(ร่าง) ปรับปรุงทางเท้า", "ไม่มีขยะตกค้าง", "-ปรับปรุง-", "X-ray"])
def test_a_name_with_letters_is_one(written: str) -> None:
    parsed = PLAIN.having(name=written).parse()
    assert (parsed.page.name, codes_of(parsed, "name")) == (written, set())


@pytest.mark.parametrize("written", ["-", "ไม่ระบุ", "N/A"])
def test_what_stands_where_there_is_no_unit_is_none(written: str) -> None:
    parsed = PLAIN.having(unit=written, target="100", result="100").parse()
    assert (parsed.page.unit, parsed.page.target_value) == (None, Decimal(100))
    assert codes_of(parsed, "unit") == {"placeholder_value"}
    assert PLAIN.having(unit="%", target="100", result="100").parse().page.unit == "%"


# --- a value in another encoding than its page


@pytest.mark.parametrize("declared", [None, "text/html; charset=UTF-8", "text/html; charset=tis-620"])
@pytest.mark.parametrize("times", [1, 400], ids=["a short one", "longer than all else"])
def test_a_value_in_another_encoding_costs_that_value_alone(times: int, declared: str | None) -> None:
    long = "ทางเท้าชำรุด " * times
    body = PLAIN.having(rationale=long).html().encode()
    assert long.strip().encode() in body
    body = body.replace(long.encode(), long.encode("cp874"))
    parsed = parse(read_page(body, content_type=declared), PLAIN.project_id)
    assert (parsed.page.encoding, parsed.page.rationale) == ("utf-8", None)
    assert codes_of(parsed, "rationale") == {"replacement_character"}
    whole = PLAIN.parse()
    others = [(row.label, row.raw) for row in parsed.fields if row.field != "rationale"]
    assert others == [(row.label, row.raw) for row in whole.fields if row.field != "rationale"]
    assert (parsed.page.budget_received_thb, parsed.page.agency) == (Decimal(127800), whole.page.agency)


def test_a_value_in_utf_8_within_windows_874_costs_that_value_alone() -> None:
    body = HTML.encode("cp874").replace("ทางเท้าชำรุด".encode("cp874"), "ทางเท้าชำรุด".encode())
    parsed = parse(read_page(body, content_type="text/html; charset=tis-620"), PLAIN.project_id)
    assert (parsed.page.encoding, parsed.page.rationale, parsed.page.name) == ("windows-874", None, NAME)
    assert "mojibake" in codes_of(parsed, "rationale")


def test_the_real_page_with_a_mis_encoded_value_keeps_all_others() -> None:
    name = "สร้างการสื่อสารสองทางระหว่าง กทม.และประชาชนผ่านสภาคนเมืองประจำเขต"
    page = read_page(REAL.body().replace(name.encode(), name.encode("cp874")))
    kept = [row for row in page.rows if "\ufffd" not in (row.value or "")]
    assert kept == [row for row in REAL.page().rows if name not in (row.value or "")]
