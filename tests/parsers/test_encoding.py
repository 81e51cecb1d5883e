"""Encodings: what the header says, what the page says, and what the bytes really are."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.encoding import decode_page
from parsers.html_page import read_page
from tests.parsers.projects import PLAIN, parse
from tests.parsers.samples import REAL

HTML = PLAIN.html()
UNDECLARED = HTML.replace('    <meta charset="UTF-8">\n', "")
NAMES = ("windows-874", "WINDOWS-874", "x-windows-874", "cp874", "ms874", "dos-874", "TIS-620", "tis620", "iso-8859-11")
KEPT = [tuple(row) for row in PLAIN.page().rows]


def declaring(name: str) -> str:
    return HTML.replace('charset="UTF-8"', f'charset="{name}"')


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", ["header", "meta", "old meta"])
def test_windows_874_under_all_its_names(name: str, place: str) -> None:
    html, header = UNDECLARED, None
    if place == "header":
        header = f"text/html; charset={name}"
    elif place == "meta":
        html = declaring(name)
    else:
        html = HTML.replace('charset="UTF-8"', f"http-equiv='Content-Type' content='text/html; charset={name}'")
    page = read_page(html.encode("cp874"), content_type=header)
    assert (page.encoding, page.flags) == ("windows-874", frozenset())
    assert [tuple(row) for row in page.rows] == KEPT


class TestBytesThatAreNotWhatWasDeclared:
    def test_windows_874_without_any_name_is_read_by_its_bytes(self) -> None:
        page = read_page(UNDECLARED.encode("cp874"))
        assert page.encoding == "windows-874"
        assert [tuple(row) for row in page.rows] == KEPT

    @pytest.mark.parametrize("header", [None, "text/html; charset=UTF-8"])
    def test_utf_8_declared_but_windows_874_sent(self, header: str | None) -> None:
        page = read_page(HTML.encode("cp874"), content_type=header)
        assert (page.encoding, page.flags) == ("windows-874", frozenset({"encoding_repaired"}))
        assert [tuple(row) for row in page.rows] == KEPT
        assert "encoding_repaired" in {issue.code for issue in parse(page, PLAIN.project_id).issues}

    def test_windows_874_declared_but_utf_8_sent(self) -> None:
        page = read_page(HTML.encode(), content_type="text/html; charset=TIS-620")
        assert (page.encoding, page.flags) == ("utf-8", frozenset({"encoding_repaired"}))
        assert [tuple(row) for row in page.rows] == KEPT

    def test_utf_8_whose_only_thai_stands_in_the_table(self) -> None:
        table = HTML[HTML.index("<table") : HTML.index("</table>")]
        page = read_page(f'<!DOCTYPE html><meta charset="tis-620"><title>x</title>{table}</table></html>'.encode())
        assert (page.encoding, page.flags) == ("utf-8", frozenset({"encoding_repaired"}))

    def test_utf_8_in_the_middle_of_windows_874(self) -> None:
        start, end = HTML.index("<table"), HTML.index("</table>")
        page = read_page(HTML[:start].encode("cp874") + HTML[start:end].encode() + HTML[end:].encode("cp874"))
        assert (page.encoding, page.flags) == ("utf-8", frozenset({"undecodable_bytes"}))
        assert [tuple(row) for row in page.rows] == KEPT

    @pytest.mark.parametrize("name", ["iso-8859-1", "windows-1252", "us-ascii"])
    def test_a_western_name_over_thai_bytes_is_windows_874(self, name: str) -> None:
        page = read_page(UNDECLARED.encode("cp874"), content_type=f"text/html; charset={name}")
        assert (page.encoding, page.flags) == ("windows-874", frozenset({"encoding_repaired"}))

    @pytest.mark.parametrize(
        "name",
        ["", "klingon", "utf-8'; drop", "../../etc", "base64", "rot13", "undefined", "idna", "utf-7", "unicode_escape"],
    )
    def test_a_name_that_is_no_encoding_is_passed_over(self, name: str) -> None:
        page = read_page(HTML.encode(), content_type=f"text/html; charset={name}")
        assert page.encoding == "utf-8"
        assert [tuple(row) for row in page.rows] == KEPT
        assert (
            read_page(UNDECLARED.encode("cp874"), content_type=f"text/html; charset={name}").encoding == "windows-874"
        )

    def test_a_charset_far_from_the_beginning_of_the_page_declares_nothing(self) -> None:
        page = read_page(UNDECLARED.replace("</table>", '</table><meta charset="tis-620">', 1).encode())
        assert (page.encoding, page.flags) == ("utf-8", frozenset())

    def test_the_header_wins_over_the_meta_element(self) -> None:
        page = read_page(HTML.encode("cp874"), content_type="text/html; charset=windows-874")
        assert (page.encoding, page.flags) == ("windows-874", frozenset())


@pytest.mark.parametrize(
    ("bom", "codec", "named"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
    ],
)
def test_a_bom_decides_whatever_was_declared(bom: bytes, codec: str, named: str) -> None:
    page = read_page(bom + HTML.encode(codec), content_type="text/html; charset=TIS-620")
    assert page.encoding == named
    assert [tuple(row) for row in page.rows] == KEPT


class TestLostCharacters:
    def test_some_broken_bytes_in_a_utf_8_page_are_reported_and_the_rest_is_read(self) -> None:
        body = HTML.encode().replace("ปรับปรุงทางเท้า".encode(), "ปรับ".encode() + b"\xff\xfe" + "ทางเท้า".encode())
        page = read_page(body)
        assert (page.encoding, page.flags) == ("utf-8", frozenset({"undecodable_bytes"}))
        assert dict(page.rows)["ชื่อโครงการ"] == "ปรับ\ufffd\ufffdทางเท้า"
        codes = {issue.code for issue in parse(page, PLAIN.project_id).issues}
        assert {"undecodable_bytes", "replacement_character"} <= codes

    def test_some_windows_874_bytes_in_a_utf_8_page(self) -> None:
        body = HTML.encode().replace("ปรับปรุงทางเท้า".encode(), "ปรับปรุงทางเท้า".encode("cp874"))
        page = read_page(body)
        assert (page.encoding, page.flags) == ("utf-8", frozenset({"undecodable_bytes"}))
        assert "\ufffd" in (dict(page.rows)["ชื่อโครงการ"] or "")
        assert dict(page.rows)["หน่วยงาน"] == "สำนักงานเขตพระนคร"

    def test_bytes_that_windows_874_does_not_have(self) -> None:
        page = read_page(
            HTML.encode("cp874").replace(b"</h1>", b"\xdb\xff</h1>"), content_type="text/html; charset=TIS-620"
        )
        assert page.encoding == "windows-874"
        assert "undecodable_bytes" in page.flags

    def test_a_page_cut_within_a_character_is_still_utf_8(self) -> None:
        body = REAL.body()
        cut = body.index("ชื่อโครงการ".encode()) + 4
        page = read_page(body[:cut])
        assert (page.encoding, page.flags) == ("utf-8", frozenset({"undecodable_bytes"}))

    def test_a_replacement_character_that_was_stored_is_reported(self) -> None:
        parsed = PLAIN.having(name="ปรับ\ufffdปรุง").parse()
        found = [(issue.code, issue.field) for issue in parsed.issues]
        assert ("replacement_character", "name") in found

    def test_nul_characters_are_left_out_and_reported(self) -> None:
        page = PLAIN.having(name="ปรับ\0ปรุง", goal="\0").page()
        assert page.flags == {"nul_characters"}
        assert dict(page.rows)["ชื่อโครงการ"] == "ปรับปรุง"
        assert "nul_characters" in {issue.code for issue in parse(page, PLAIN.project_id).issues}


@pytest.mark.parametrize("declared", [None, "text/html; charset=UTF-8", "text/html; charset=tis-620"])
@pytest.mark.parametrize("times", [1, 400], ids=["a short value", "a value longer than all else"])
def test_a_page_whose_labels_are_utf_8_is_read_as_utf_8_whatever_a_value_is(times: int, declared: str | None) -> None:
    long = "ทางเท้าชำรุด " * times
    body = PLAIN.having(rationale=long).html().encode()
    page = read_page(body.replace(long.encode(), long.encode("cp874")), content_type=declared)
    assert page.encoding == "utf-8"
    assert "undecodable_bytes" in page.flags
    assert [tuple(row) for row in page.rows if row.label != "หลักการและเหตุผล"] == [
        row for row in KEPT if row[0] != "หลักการและเหตุผล"
    ]


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=40).map("text/html; charset={}".format)))
def test_any_bytes_decode_and_say_what_was_lost(body: bytes, content_type: str | None) -> None:
    decoded = decode_page(body, content_type)
    assert decoded.has_losses or "\ufffd" not in decoded.text
    decoded.text.encode("utf-8")


@given(st.text(st.sampled_from("กขคงจ่้ำaB1 <>&\n"), max_size=80).map(lambda text: text + "กรุงเทพมหานคร"))
def test_thai_text_is_read_right_in_both_encodings_whatever_the_header_says(text: str) -> None:
    for header in (None, "text/html; charset=utf-8", "text/html; charset=tis-620", "text/html; charset=iso-8859-1"):
        assert decode_page(text.encode("utf-8"), header).text == text
        assert decode_page(text.encode("cp874"), header).text == text
