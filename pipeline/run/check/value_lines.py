"""The values of one page in a few lines: each with its label, its raw text, and the value or why it was refused."""

import unicodedata
from collections.abc import Iterator, Sequence

from parsers.labels import MONTH_FIELD, MONTH_LABEL
from pipeline.core.text import printable
from pipeline.run.check.page import ValueReading

_LONGEST, _MOST_LINES = 20, 15


def value_lines(values: Sequence[ValueReading], width: int) -> list[str]:
    """Print every value in page order, several per line: a page has about forty, and they should fit on one screen.

    A text that is longer than twenty characters is cut. The value follows after an arrow where it is not the raw text
    itself. On a page with many more rows than any known one the rest is only counted.
    """
    lines: list[str] = []
    for number, said in enumerate(_told(values)):
        if len(lines) == _MOST_LINES and _columns(lines[-1]) + 2 + _columns(said) > width:
            return [*lines, f"and {len(values) - number} more"]
        if lines and _columns(lines[-1]) + 2 + _columns(said) <= width:
            lines[-1] += f"; {said}"
        else:
            lines.append(said)
    return lines


def _told(values: Sequence[ValueReading]) -> Iterator[str]:
    before = None
    for value in values:
        is_next_month = value.field == before == MONTH_FIELD
        # The label of the month rows is printed once, before the first.
        label = value.label.removeprefix(MONTH_LABEL).strip() if is_next_month else value.label
        before = value.field
        yield f"{printable(label)} {_said(value)}"


def _said(value: ValueReading) -> str:
    if value.raw is None:
        return "not set"
    raw = f"'{_cut(value.raw)}'"
    if value.refused is not None:
        return f"{raw} refused ({value.refused})"
    if not value.field:
        return f"{raw} (label unknown)"
    if value.read is None:
        return f"{raw} → no value" if value.raw else raw
    return raw if value.read == value.raw else f"{raw} → {_cut(value.read)}"


def _cut(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _columns(text: str) -> int:
    """The width of a text on a terminal: Thai vowels and tone marks above and below take no column."""
    return sum(unicodedata.category(letter) not in ("Mn", "Me", "Cf") for letter in text)
