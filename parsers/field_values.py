"""FieldValues: the typed values of the known rows of a page; a value that cannot be read becomes an issue."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from parsers.dates import Date, read_date, read_year
from parsers.issue_collector import IssueCollector
from parsers.labels import MONTH_FIELD
from parsers.no_values import no_value, value_or_none, without_pictures
from parsers.numbers import Number
from parsers.page_layout import Layout
from parsers.quantities import Quantity, holds_number, read_quantity, states_another_unit
from parsers.value_spelling import PLACEHOLDERS, is_no_name, plain_value

_NO_DATE = Date(None)
_NO_QUANTITY = Quantity(None, None)

# 30, 0000, 5049-2033, IN12; but 30.0 and 1e5 are numbers that a spreadsheet made of codes.
_CODE = re.compile(r"[0-9A-Za-z]+(?:[-.][0-9A-Za-z]+)*")
_NO_CODE = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:e[-.]?[0-9]+)?", re.IGNORECASE)
# The fields whose numbers are in baht, and in the unit of the project.
_IN_BAHT, _IN_UNITS = frozenset({"budget_received", "budget_spent"}), frozenset({"target", "result", MONTH_FIELD})


def _is_placeholder(text: str) -> bool:
    return text.casefold() in PLACEHOLDERS


class FieldValues:
    """Known rows by field; numbers and dates are not read from the last row of a page that was cut there (is_cut).

    may_lack_values says that some text of the page may not be a value, by the rules of parsers.no_values; such a text
    is not read, and the checks of texts report it.
    """

    __slots__ = ("_index", "_issues", "_labels", "_layout", "_said", "_text", "_uncertain", "_value", "_values", "raw")

    # The text of a field as printed; None when there is no such row or the page says "not set".
    raw: Callable[[str], str | None]
    # The same without texts that are certainly not values.
    _value: Callable[[str], str | None]
    # The same without pictures beside a text.
    _text: Callable[[str], str | None]

    def __init__(
        self,
        issues: IssueCollector,
        labels: Sequence[str],
        values: Sequence[str | None],
        layout: Layout,
        *,
        is_cut: bool,
        may_lack_values: bool,
    ) -> None:
        self._issues = issues
        self._labels = labels
        self._values = values
        self._said = values if not may_lack_values else [value_or_none(value) for value in values]
        self._layout = layout
        self._index = layout.first_rows
        self._uncertain = len(labels) - 1 if is_cut else None
        if layout.repeats:
            self._index = dict(layout.first_rows)
            for first, again in layout.repeats:
                self._compare(first, again)
        unit_row = self._index.get("unit")
        if unit_row is not None and (unit := self._said[unit_row]) and holds_number(unit):
            self._withhold(_IN_UNITS, f"the unit {unit!r:.80} holds a number")
        for row in layout.unlabelled:
            if (text := self._said[row]) and states_another_unit(text):
                self._withhold(_IN_BAHT | _IN_UNITS, f"{text!r:.80} beside the rows states another unit")
        self.raw = {field: values[row] for field, row in self._index.items()}.get
        self._value = self._text = self.raw
        if self._said is not values:
            said = {field: self._said[row] for field, row in self._index.items()}
            self._value = said.get
            self._text = {field: without_pictures(value) for field, value in said.items() if value}.get

    def _compare(self, first: int, again: int) -> None:
        """Where two rows have the same label, the value is taken only if both agree."""
        where = f"rows {first + 1} and {again + 1} are both {self._labels[again][:100]!r}"
        if self._values[first] == self._values[again]:
            self._report("repeated_row", f"{where}, with the same value", again)
            return
        self._report("duplicate_row", f"{where}, with different values; neither is taken", again)
        field = self._layout.fields[first]
        if field is not None and field in self._index:
            self._index = {name: index for name, index in self._index.items() if name != field}

    def _withhold(self, fields: frozenset[str], because: str) -> None:
        """Read no number of these fields, whose unit is uncertain."""
        said = list(self._said)
        for row, field in enumerate(self._layout.fields):
            if field in fields and said[row]:
                code = "unreadable_quantity" if field in ("target", "result") else "unreadable_number"
                message = f"{self._labels[row][:100]} {said[row]!r:.120} cannot be read for certain: {because}"
                self._report(code, message, row)
                said[row] = None
        self._said = said

    def text(self, field: str) -> str | None:
        """A text, without pictures beside it; an empty one is None."""
        return self._text(field) or None

    def code(self, field: str) -> str | None:
        """A text that has another meaning when letters are missing, such as an id or a unit."""
        return self.text(field) if self._index.get(field) != self._uncertain else None

    def proper_name(self, field: str) -> str | None:
        """The name of an agency; what people type where there is none is none, and it is told."""
        return self._unless(self.code(field), field, is_no_name)

    def title(self, field: str) -> str | None:
        """The name of a project, of which a part says something too: the same."""
        return self._unless(self.text(field), field, is_no_name)

    def unit(self, field: str) -> str | None:
        """The unit of values; the same holds for what stands where there is none, and for one that holds a number."""
        unit = self._unless(self.code(field), field, _is_placeholder)
        if unit is None or not holds_number(unit):
            return unit
        index = self._index[field]
        self._report("unreadable_quantity", f"{self._labels[index]} {unit!r:.120} is not a unit alone", index)
        return None

    def _unless(self, text: str | None, field: str, is_none: Callable[[str], bool]) -> str | None:
        if text is None or not is_none(text):
            return text
        index = self._index[field]
        self._report("placeholder_value", f"{self._labels[index]} {text!r:.120} stands where there is no value", index)
        return None

    def number_code(self, field: str) -> str | None:
        """The code of a policy, a branch or an indicator, in Arabic digits.

        Several codes in a cell, and a number with decimals or an exponent, are None and reported.
        """
        code, index = self._value(field), self._index.get(field)
        if not code or index is None or index == self._uncertain:
            return None
        plain = plain_value(code)
        if _CODE.fullmatch(plain) and (plain.isdigit() or not _NO_CODE.fullmatch(plain)):
            return plain
        self._report("unreadable_number", f"{self._labels[index]} {code!r:.120} is not one code", index)
        return None

    def number(self, field: str, read: Callable[[str], Number]) -> Decimal | None:
        """A number; an unreadable one is None and reported."""
        index = self._index.get(field)
        return self.number_at(index, read) if index is not None else None

    def number_at(self, index: int, read: Callable[[str], Number]) -> Decimal | None:
        """The number of one row of the page; an unreadable one is None and reported."""
        raw = self._said[index]
        if not raw:
            return None
        number = read(raw)
        if number.issue_code is not None:
            how = f"has more decimals than are kept: {number.value}"
            if number.value is None:
                how = "cannot be read for certain as a number"
            self._report(number.issue_code, f"{self._labels[index][:100]} {raw!r:.120} {how}", index)
        return number.value if index != self._uncertain else None

    def date(self, field: str) -> Date:
        """A day; unreadable ones are None and reported."""
        raw = self._value(field)
        if not raw:
            return _NO_DATE
        date, index = read_date(raw), self._index[field]
        if date.issue_code is not None:
            how = "cannot be read for certain as a date"
            self._report(date.issue_code, f"{self._labels[index]} {raw!r:.120} {how}", index)
        if date.calendar == "be" and date.value is not None:
            self._report("other_calendar", f"{self._labels[index]} {raw!r:.60} is in the Buddhist era", index)
        return date if index != self._uncertain else _NO_DATE

    def quantity(self, field: str, unit: str | None) -> Quantity:
        """A value with its unit."""
        raw = self._value(field)
        if not raw:
            return _NO_QUANTITY
        quantity, index = read_quantity(raw, unit), self._index[field]
        if quantity.unit and (no_value(quantity.unit) or without_pictures(raw) != raw):
            quantity = Quantity(None, None, "unreadable_quantity")
        if quantity.issue_code is not None:
            self._report(quantity.issue_code, f"{self._labels[index]} {raw!r:.120} is not a value with a unit", index)
        return quantity if index != self._uncertain else _NO_QUANTITY

    def fiscal_year(self) -> int | None:
        """The fiscal year in the Buddhist era."""
        raw = self._value("fiscal_year")
        if not raw:
            return None
        year, index = read_year(raw), self._index["fiscal_year"]
        label = self._labels[index]
        if year.issue_code is not None:
            self._report(year.issue_code, f"{label} {raw!r:.60} is not a fiscal year", index)
        elif year.calendar in ("ce", "be2"):
            how = "in the Gregorian calendar" if year.calendar == "ce" else "with two digits"
            self._report("other_calendar", f"{label} {raw!r:.60} is written {how}", index)
        return year.value if index != self._uncertain else None

    def _report(self, code: str, message: str, index: int) -> None:
        label, raw = self._labels[index], self._values[index]
        field = self._layout.fields[index]
        self._issues.add(code, message, field=field, label=label, ordinal=index + 1, raw=raw)
