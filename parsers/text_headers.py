"""The headers of the two tables in extracted text, which show how the rows below them are written."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import product
from typing import NamedTuple

from parsers.labels import (
    PROGRESS_COLUMNS,
    ROW_NUMBER_COLUMNS,
    UPDATE_COLUMNS,
    UPDATED_AT,
    Label,
    columns_of,
    match_key,
)

_FEWEST_COLUMNS = 3
# The most lines of a header in which each cell has its own line, with empty ones between.
_MOST_LINES = 60
# The longest part of a line that is checked.
_LONGEST_LINE = 400


class RowForm(Enum):
    """How the cells of a row are separated."""

    TABS = auto()
    SPACES = auto()
    """By their contents."""
    LINES = auto()
    """Each has a line of its own, and an empty one has none."""
    UNKNOWN = auto()
    """They cannot be separated."""


class Header(NamedTuple):
    """The header of a table of a text.

    line and end: its first line and the line after its last. is_progress: of the progress table, else of the edit log.
    cells: '' where a column has no heading.
    """

    line: int
    end: int
    is_progress: bool
    cells: tuple[str, ...]
    form: RowForm


def _pattern(columns: Sequence[Label]) -> re.Pattern[str]:
    """A header line as match_key folds it, in any spelling of its columns, after a row counter or not."""
    counter = "|".join(re.escape(match_key(text)) for text in ROW_NUMBER_COLUMNS)
    spelled = ["|".join(re.escape(match_key(text)) for text in (column.text, *column.aliases)) for column in columns]
    return re.compile(f"(?P<counter>{counter})?" + "".join(f"(?:{texts})" for texts in spelled))


def _longest(columns: Sequence[Label]) -> int:
    return 2 + sum(max(len(match_key(text)) for text in (column.text, *column.aliases)) for column in columns)


_KNOWN = tuple(
    (columns is PROGRESS_COLUMNS, columns, _pattern(columns), _longest(columns))
    for columns in (PROGRESS_COLUMNS, UPDATE_COLUMNS)
)
_FIRST_KEYS = tuple(
    f"{counter}{match_key(columns[0].text)}"
    for counter, columns in product(("", *ROW_NUMBER_COLUMNS), (UPDATE_COLUMNS, PROGRESS_COLUMNS))
)


def _tabbed_header(cells: Sequence[str]) -> bool | None:
    """Whether cells head the progress table (or, False, the edit log); None for another table."""
    header = tuple(cells)
    if len(header) > 2 * len(UPDATE_COLUMNS):
        return None
    n_progress, n_updates = (
        sum(column is not None for column in columns_of(header, known))
        for known in (PROGRESS_COLUMNS, (*UPDATE_COLUMNS, UPDATED_AT))
    )
    return n_progress > n_updates if max(n_progress, n_updates) >= _FEWEST_COLUMNS else None


def header_at(lines: Sequence[str], number: int) -> Header | None:
    """The header that begins with a line: cells between tabs, cells joined by spaces, or one over several lines."""
    line = lines[number]
    if "\t" in line:
        cells = [cell.strip() for cell in line.rstrip().split("\t")]
        is_progress = _tabbed_header(cells)
        if is_progress is not None:
            return Header(number, number + 1, is_progress, tuple(cells), RowForm.TABS)
    key = match_key(line[:_LONGEST_LINE])
    if not key.startswith(_FIRST_KEYS):
        return None
    for end in range(number + 1, min(len(lines), number + _MOST_LINES) + 1):
        if end > number + 1:
            key += match_key(lines[end - 1][:_LONGEST_LINE])
        if len(key) > max(longest for *_, longest in _KNOWN):
            return None
        for is_progress, columns, pattern, _ in _KNOWN:
            found = pattern.fullmatch(key)
            if found is not None:
                cells = [column.text for column in columns]
                n_lines = sum(bool(line.strip()) for line in lines[number:end])
                form = {1: RowForm.SPACES, len(cells): RowForm.LINES}.get(n_lines, RowForm.UNKNOWN)
                if found["counter"] is not None:
                    form = RowForm.UNKNOWN
                return Header(number, end, is_progress, tuple(cells), form)
    return None


def headers_in(lines: Sequence[str]) -> Iterator[Header]:
    """The headers of the edit log and, after it, of the progress table; the lines after a header are its rows."""
    number = 0
    while number < len(lines):
        header = header_at(lines, number)
        if header is not None:
            yield header
            if header.is_progress:
                return
        number = header.end if header is not None else number + 1
