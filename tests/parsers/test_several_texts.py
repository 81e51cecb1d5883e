"""Cells with several texts: kept apart in what is stored, and no number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.html_page import read_page
from parsers.records import ParsedPage
from tests.parsers.projects import LABEL_OF, PLAIN, parse

HTML = PLAIN.html()


def showing(field: str, markup: str) -> ParsedPage:
    """The page with other markup in the cell of a field."""
    cell = f"<th>{LABEL_OF[field]}</th><td>"
    start = HTML.index(cell) + len(cell)
    return parse(read_page((HTML[:start] + markup + HTML[HTML.index("</td>", start) :]).encode()), PLAIN.project_id)


def codes_of(parsed: ParsedPage, field: str) -> set[str]:
    return {issue.code for issue in parsed.issues if issue.field == field}


TWO_TEXTS = {
    "for phones and for screens": '<span class="visible-xs">127800</span><span class="hidden-xs">127800</span>',
    "with a no-break space": "<span>127</span>&nbsp;<span>800</span>",
    "with a comma": "<span>127</span>,<span>800</span>",
    "changed": "<del>100000</del><ins>120000</ins>",
    "with a footnote": "127800<sup>1</sup>",
    "with its end in another element": "127<b>,800</b>",
    "for sorting": '<span style="display:none">127800</span>127,800',
    "in blocks": "<div>127800</div><div>127800</div>",
    "on two lines": "127800<br>127800",
}


@pytest.mark.parametrize("markup", TWO_TEXTS.values(), ids=TWO_TEXTS)
def test_several_texts_in_a_cell_are_not_one_number(markup: str) -> None:
    parsed = showing("budget_received", markup)
    assert parsed.page.budget_received_thb is None
    assert codes_of(parsed, "budget_received") == {"unreadable_number"}
    parsed = showing("target", markup)
    assert parsed.page.target_value is None
    assert codes_of(parsed, "target") == {"unreadable_quantity"}


@pytest.mark.parametrize("markup", TWO_TEXTS.values(), ids=TWO_TEXTS)
@pytest.mark.parametrize("field", ["policy_id", "branch_id", "kpi_id"])
def test_several_texts_in_a_cell_are_not_one_code(field: str, markup: str) -> None:
    parsed = showing(field, markup)
    assert parsed.page._asdict()[field] is None
    assert codes_of(parsed, field) == {"unreadable_number"}


def test_one_number_in_one_element_is_read() -> None:
    assert showing("budget_received", '<b class="text-right">127,800</b>').page.budget_received_thb == 127800
    assert showing("budget_received", "<b>127,800</b> บาท").page.budget_received_thb == 127800


edges = st.sampled_from(["</b><b>", "</b>", "<b>", "<i></i>", "<sup>", "</b>&nbsp;<b>", "</b>&#8201;<b>", "</b>,<b>"])


@given(st.integers(0, 10**9), edges, st.integers(0, 10**9))
def test_no_two_numbers_with_an_edge_between_are_one(first: int, edge: str, second: int) -> None:
    parsed = showing("budget_received", f"<b>{first}{edge}{second}")
    assert parsed.page.budget_received_thb is None
    assert codes_of(parsed, "budget_received") == {"unreadable_number"}


@pytest.mark.parametrize("written", ["30,31", "30/31", "30และ31", "30;31", "-", "5049-2033,5049-2034"])
@pytest.mark.parametrize("field", ["policy_id", "branch_id", "kpi_id"])
def test_a_cell_with_several_codes_or_none_is_no_code(field: str, written: str) -> None:
    parsed = PLAIN.having(**{field: written}).parse()
    assert parsed.page._asdict()[field] is None
    assert "unreadable_number" in codes_of(parsed, field)
