"""Characters that hide something or were lost: reported where they stand, and never changed."""

import itertools
import re
import unicodedata

import pytest
from hypothesis import example, given

from parsers.html_page import read_page
from parsers.no_values import no_value
from tests.parsers.projects import PLAIN, parse
from tests.parsers.samples import as_kept
from tests.parsers.stored import texts

ABOUT_CHARACTERS = {
    "replacement_character",
    "control_characters",
    "bidi_characters",
    "hidden_characters",
    "decomposed_sara_am",
    "doubled_marks",
    "lookalike_null",
}
TONES = "่้๊๋"
ABOVE = "ัิีึื"


def is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in "\t\n\r"


def expected(text: str) -> set[str]:
    """The codes of a text by the definition of each, character by character, as slow as may be."""
    found = set()
    if "\ufffd" in text or "????" in text or no_value(text) == "replacement_character":
        found.add("replacement_character")
    if any(map(is_control, text)):
        found.add("control_characters")
    if any(
        unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI") for c in text
    ):
        found.add("bidi_characters")
    if any(character in "\u061c\u200e\u200f" for character in text):
        found.add("bidi_characters")
    if any(character in "\u00ad\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff" for character in text):
        found.add("hidden_characters")
    if re.search(f"\u0e4d[{TONES}]?\u0e32|[{TONES}]\u0e4d\u0e32", text):
        found.add("decomposed_sara_am")
    marks = TONES + "็์"
    for one, other in itertools.pairwise(text):
        if (
            (one in marks and other in marks + ABOVE + "ุู")
            or (one in ABOVE and other in ABOVE)
            or (one in "เแโใไ" and other in marks + ABOVE + "าเแโใไ")
            or (one == "ำ" and other == "า")
        ):
            found.add("doubled_marks")
    if "\u0e3a" in text:
        found.add("doubled_marks")
    if text in ("(ไม่ได้ตั้ง)", "(not set)"):
        found.add("lookalike_null")
    return found


def codes(project_html: str, project_id: str, field: str) -> set[str]:
    parsed = parse(read_page(project_html.encode()), project_id)
    return {issue.code for issue in parsed.issues if issue.field == field and issue.code in ABOUT_CHARACTERS}


TABLE = {
    "ครั้งที่่1/2566": {"doubled_marks"},
    "ปฏิืบัติ": {"doubled_marks"},
    "โีครงการ": {"doubled_marks"},
    "ดำารง": {"doubled_marks"},
    "ใานโครงการ": {"doubled_marks"},
    "เเผนงาน": {"doubled_marks"},
    "เขา เธอ ใช้ แผน เนตร": set(),
    "พุทฺธ": {"doubled_marks"},
    "สํานักการระบายน้ำ": {"decomposed_sara_am"},
    "น้ํา": {"decomposed_sara_am"},
    "ดำเนิ นการ": set(),
    "เพื่อสร้างความปลอดภัย ทั้งนี้ ไม่ต่ำกว่าร้อยละ ๘๐": set(),
    "ก็ได้ สิทธิ์ ศักดิ์ รัฐธรรมนูญ ญี่ปุ่น": set(),
    "“มหานครแห่งเอเชีย” – ‘ดี’ …": set(),
    "ก\u00a0ข": set(),
    "ก\tข\nค": set(),
    "ก\x7fข": {"control_characters"},
    "ก\x85ข": {"control_characters"},
    "ก\ufeffข": {"hidden_characters"},
    "081\u200b4318031": {"hidden_characters"},
    "ก\u202eข\u202c": {"bidi_characters"},
    "(not set)": {"lookalike_null"},
    "(ไม่ได้ตั้ง) ": {"lookalike_null"},
    "ค่า (ไม่ได้ตั้ง)": set(),
    "\\u0000 \\b \\f": set(),
    "😀 ก": set(),
    "C:\\bma\\file \\u202e": set(),
}


@pytest.mark.parametrize("text", TABLE)
def test_a_text_and_what_is_odd_about_it(text: str) -> None:
    assert expected(as_kept(text) or "") == TABLE[text]
    assert codes(PLAIN.having(remark=text).html(), PLAIN.project_id, "remark") == TABLE[text]


@given(texts)
@example("่\u202e")
@example("ก\\\nb")
def test_every_odd_character_of_a_value_is_found_and_nothing_else_is(text: str) -> None:
    kept = as_kept(text) or ""
    assert codes(PLAIN.having(remark=text).html(), PLAIN.project_id, "remark") == expected(kept)


@given(texts)
def test_every_odd_character_of_a_report_is_found_and_nothing_else_is(text: str) -> None:
    project = PLAIN.reporting(("2023-05-02", "100", "2", text, "02/05/2566 : ข"))
    found = codes(project.html(), project.project_id, "progress_history.problem")
    assert found == expected(as_kept(text) or "")


@given(texts)
def test_the_text_itself_is_never_changed(text: str) -> None:
    parsed, kept = PLAIN.having(remark=text).parse(), as_kept(text) or ""
    assert parsed.page.remark == (kept if kept and no_value(kept) is None else None)
    assert next(row.raw for row in parsed.fields if row.field == "remark") == kept


def test_every_odd_text_of_a_page_is_reported_where_it_stands() -> None:
    project = PLAIN.having(name="ที่่", month_goal="ก\x08").adding("ป้\u200bาย", "ก")
    month_goal, last = project.index_of("month_goal") + 1, len(project.rows)
    project = project.logging(("11/03/2566", "14:33", "ก\u202eข", "แก้ไข", "ใช่", "", "", "", "", ""))
    found = {(issue.code, issue.field, issue.ordinal) for issue in project.parse().issues}
    assert found == {
        ("doubled_marks", "name", 3),
        ("control_characters", "month_goal", month_goal),
        ("unknown_label", None, last),
        ("hidden_characters", None, last),
        ("bidi_characters", "update_history.user_name", 1),
    }
