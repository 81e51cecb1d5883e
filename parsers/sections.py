"""The sections of a page: how much of each a capture shows, and a fingerprint of what it says there.

White space, the skin, the order of rows and columns, "not set" or empty, and the reader are no content: two captures of
one state have the same fingerprints, whatever they were read from.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from parsers.labels import match_key
from parsers.records import PageCell

Key = tuple[str, str, str]
# ordinal, label, raw, field (None where the label is unknown), cell key
LabelledRow = tuple[int, str, str | None, str | None, str]
# row number, row label, the cells
TableRow = tuple[int, str | None, Sequence[str | None]]


class Section(StrEnum):
    """A part of a page that is compared, and superseded, as a whole."""

    FIELD = "field"
    """The label/value rows but for the months."""
    MONTH = "month"
    UPDATE = "update"
    """The page's own edit log."""
    PROGRESS = "progress"
    """The progress reports."""


class SectionState(StrEnum):
    """How much of a section a capture shows; the first two are whole."""

    PRESENT = "present"
    EMPTY = "empty"
    """The section is there and holds nothing."""
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    """Something of it could not be told apart."""
    CUT = "cut"

    @property
    def is_whole(self) -> bool:
        """Whether the section can be compared with another capture's, and take its place."""
        return self in (SectionState.PRESENT, SectionState.EMPTY)


def said(raw: str | None) -> str:
    """What a cell says: white space is one space, at the ends none, and "not set" says as much as an empty cell.

    As the macro `said` of sql/macros.sql has it.
    """
    return " ".join(raw.split()) if raw else ""


def report_field(field: str | None) -> str | None:
    """The published name of a column of the progress table."""
    return "progress_pct" if field == "progress" else field


def row_cells(key: Key, section: Section, rows: Iterable[LabelledRow]) -> list[PageCell]:
    """The cells of label/value rows; a row is known by its key and its repetition."""
    seen: Counter[str] = Counter()
    cells = []
    for ordinal, label, raw, field, cell_key in rows:
        seen[cell_key] += 1
        cells.append(PageCell(*key, section, ordinal, label, raw, field, None, seen[cell_key], cell_key))
    return cells


def table_cells(
    key: Key, section: Section, columns: Sequence[tuple[str | None, str]], rows: Iterable[TableRow]
) -> list[PageCell]:
    """The cells of a table; a row is known by its label and its repetition, a cell by its column.

    columns are the field of each, or None, and its heading; a row has a cell for each.
    """
    seen: Counter[str] = Counter()
    named = [(field, label, field or match_key(label)) for field, label in columns]
    cells = []
    for row_no, row_label, raws in rows:
        row_key = said(row_label)
        seen[row_key] += 1
        for (field, label, cell_key), raw in zip(named, raws, strict=True):
            cells.append(PageCell(*key, section, row_no, label, raw, field, row_label, seen[row_key], cell_key))
    return cells


def fingerprint(section: Section, cells: Iterable[PageCell]) -> int:
    """Fingerprint what the cells of a section say, whatever their order.

    A label/value row without a text is content by being there, an empty cell of a table is not.

    Returns:
        A signed number of 64 bits.
    """
    counts_empty = section in (Section.FIELD, Section.MONTH)
    texts = sorted(
        f"{said(cell.row_label)}\x1f{cell.occurrence}\x1f{cell.cell_key}\x1f{text}"
        for cell in cells
        if (text := said(cell.raw)) or counts_empty
    )
    digest = hashlib.sha256("\x1e".join(texts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
