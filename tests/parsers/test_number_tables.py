"""docs/numbers.md: what each form of a number or a day is read as is what its tables say."""

import re
from decimal import Decimal

import pytest

from parsers.dates import read_date
from parsers.issue_codes import CATALOGUE
from parsers.numbers import Number, read_count, read_money, read_number, read_percent, read_result
from parsers.quantities import read_quantity
from tests.parsers.projects import PLAIN
from tests.parsers.samples import ROOT
from tests.parsers.test_several_texts import codes_of, showing

READERS = (read_money, read_percent, read_result, read_number)


def code(cell: str) -> str | None:
    """What stands between backquotes, its escapes resolved; None for a dash."""
    if cell == "–":
        return None
    return re.sub(r"\\u([0-9a-f]{4})", lambda escape: chr(int(escape[1], 16)), cell.strip("`"))


def table(heading: str) -> list[list[str]]:
    section = (ROOT / "docs" / "numbers.md").read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.split("\n") if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows]


NUMBERS = table("Amounts, percentages, other numbers")
QUANTITIES = table("Values with a unit")
COUNTS = table("Totals of listings and tables")
CODES = table("Codes")
DAYS = table("Days")
SHOWN = table("What a cell shows")
NO_VALUES = table("Texts that are not values")


def agrees(number: Number, cell: str) -> bool:
    """Whether a number is what a cell says: the number itself, or the issue code."""
    said = code(cell)
    if said in CATALOGUE:
        return number.issue_code == said and (number.value is None or said == "precision_reduced")
    return number == (Decimal(said or ""), None)


@pytest.mark.parametrize(("written", "said"), [(row[0], row[1:5]) for row in NUMBERS], ids=[row[0] for row in NUMBERS])
def test_a_number_is_read_as_the_table_says(written: str, said: list[str]) -> None:
    raw = code(written) or ""
    assert [agrees(read(raw), cell) for read, cell in zip(READERS, said, strict=True)] == [True] * 4


@pytest.mark.parametrize(
    ("written", "row", "value", "unit"), [row[:4] for row in QUANTITIES], ids=["  ".join(row[:2]) for row in QUANTITIES]
)
def test_a_value_with_a_unit_is_read_as_the_table_says(written: str, row: str, value: str, unit: str) -> None:
    quantity = read_quantity(code(written) or "", code(row))
    if value == "–":
        assert quantity == (None, code(unit), None)
    else:
        assert agrees(Number(quantity.value, quantity.issue_code), value)
        assert quantity.unit == code(unit)


@pytest.mark.parametrize(("written", "said"), [row[:2] for row in COUNTS], ids=[row[0] for row in COUNTS])
def test_a_total_is_read_as_the_table_says(written: str, said: str) -> None:
    assert read_count(code(written) or "") == (None if said == "refused" else int(said))


@pytest.mark.parametrize(("written", "said"), [row[:2] for row in CODES], ids=[row[0] for row in CODES])
@pytest.mark.parametrize("field", ["policy_id", "branch_id", "kpi_id"])
def test_a_code_is_read_as_the_table_says(field: str, written: str, said: str) -> None:
    parsed = PLAIN.having(**{field: code(written)}).parse()
    is_refused = code(said) in CATALOGUE
    assert parsed.page._asdict()[field] == (None if is_refused else code(said))
    assert codes_of(parsed, field) == ({code(said)} if is_refused else set())


@pytest.mark.parametrize(("written", "said"), [row[:2] for row in DAYS], ids=[row[0] for row in DAYS])
def test_a_day_is_read_as_the_table_says(written: str, said: str) -> None:
    date = read_date(code(written) or "")
    assert (str(date.value), date.issue_code) in ((said, None), ("None", code(said)))


@pytest.mark.parametrize(("written", "stored"), [row[:2] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_a_cell_is_stored_as_the_table_says(written: str, stored: str) -> None:
    parsed = showing("remark", code(written) or "")
    raw = next(row.raw for row in parsed.fields if row.field == "remark")
    assert raw == (None if stored == "null" else code(stored))


@pytest.mark.parametrize(
    ("text", "told", "published"), [row[:3] for row in NO_VALUES], ids=[row[0] for row in NO_VALUES]
)
def test_a_text_is_published_as_the_table_says(text: str, told: str, published: str) -> None:
    raw = code(text) or ""
    parsed = PLAIN.having(name=raw).parse()
    assert code(told) in codes_of(parsed, "name")
    assert parsed.page.name == (raw if published.startswith("yes") else None)


def test_each_table_has_forms_that_are_read_and_forms_that_are_refused() -> None:
    for rows in (
        [row[1] for row in NUMBERS],
        [row[2] for row in QUANTITIES],
        [row[1] for row in COUNTS],
        [row[1] for row in DAYS],
    ):
        assert {cell[:1].isdigit() for cell in rows} == {True, False}
