"""The known rows of a page by field: each value is read once, and whatever could not be read is reported."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from parsers.findings import Findings
from parsers.values import Date, Number, Quantity, Year, read_date, read_quantity, read_year

_NO_DATE = Date(None)
_NO_QUANTITY = Quantity(None, None)


class FieldRow(NamedTuple):
    """A row of the page with the field its label names."""

    ordinal: int
    label: str
    raw: str | None
    field: str


class Fields:
    """Known rows by field; no number or date is read from uncertain_ordinal, the row a truncated page was cut in."""

    __slots__ = ("_findings", "_rows", "_uncertain_ordinal")

    def __init__(self, findings: Findings, uncertain_ordinal: int | None) -> None:
        self._findings = findings
        self._rows: dict[str, FieldRow] = {}
        self._uncertain_ordinal = uncertain_ordinal

    def put(self, row: FieldRow) -> None:
        """Keep a row; of two rows with the same label, only what both agree on."""
        earlier = self._rows.setdefault(row.field, row)
        if earlier is row:
            return
        where = f"rows {earlier.ordinal} and {row.ordinal} are both {row.label[:100]!r}"
        if earlier.raw == row.raw:
            self._report("repeated_row", f"{where}, with the same value", row)
            return
        self._report("duplicate_row", f"{where}, with different values; neither is taken", row)
        self._rows[row.field] = earlier._replace(raw=None)

    def raw(self, field: str) -> str | None:
        """The text of a row as it stood; None when there is no such row or the page says "not set"."""
        row = self._rows.get(field)
        return row.raw if row is not None else None

    def text(self, field: str) -> str | None:
        """A text; an empty one is None."""
        return self.raw(field) or None

    def number(self, field: str, read: Callable[[str], Number]) -> Decimal | None:
        """A number; unreadable ones are None and reported."""
        row = self._rows.get(field)
        return self.value(row, read(row.raw)) if row is not None and row.raw else None

    def value(self, row: FieldRow, number: Number) -> Decimal | None:
        """The value of a number that was read from a row, with the remark about it reported."""
        if number.problem is not None:
            said = (
                "is no certain number" if number.value is None else f"has more decimals than are kept: {number.value}"
            )
            self._report(number.problem, f"{row.label[:100]} {row.raw!r:.120} {said}", row)
        return None if self._is_cut(row) else number.value

    def date(self, field: str) -> Date:
        """A day; unreadable ones are None and reported."""
        row = self._rows.get(field)
        if row is None or not row.raw:
            return _NO_DATE
        date = read_date(row.raw)
        if date.problem is not None:
            self._report(date.problem, f"{row.label} {row.raw!r:.120} is no certain day", row)
        if date.calendar == "be" and date.value is not None:
            self._report("other_calendar", f"{row.label} {row.raw!r:.60} is written in the Buddhist era", row)
        return _NO_DATE if self._is_cut(row) else date

    def quantity(self, field: str, unit: str | None) -> Quantity:
        """A value with its unit."""
        row = self._rows.get(field)
        if row is None or not row.raw:
            return _NO_QUANTITY
        quantity = read_quantity(row.raw, unit)
        if quantity.problem is not None:
            self._report(quantity.problem, f"{row.label} {row.raw!r:.120} is no value with a unit", row)
        return _NO_QUANTITY if self._is_cut(row) else quantity

    def fiscal_year(self) -> int | None:
        """The fiscal year in the Buddhist era."""
        row = self._rows.get("fiscal_year")
        if row is None or not row.raw:
            return None
        year: Year = read_year(row.raw)
        if year.problem is not None:
            self._report(year.problem, f"{row.label} {row.raw!r:.60} is no fiscal year", row)
        elif year.calendar in ("ce", "be2"):
            how = "in the Gregorian calendar" if year.calendar == "ce" else "with two digits"
            self._report("other_calendar", f"{row.label} {row.raw!r:.60} is written {how}", row)
        return None if self._is_cut(row) else year.value

    def _report(self, code: str, message: str, row: FieldRow) -> None:
        self._findings.add(code, message, field=row.field, label=row.label, ordinal=row.ordinal, raw=row.raw)

    def _is_cut(self, row: FieldRow) -> bool:
        return row.ordinal == self._uncertain_ordinal
