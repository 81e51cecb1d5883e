"""The sections of a page: how completely a capture shows each, and a fingerprint of its content.

White space, tags, the skin, the order of rows and columns, the difference between "not set", empty and no row, and the
reader are not content: two captures of one state have the same fingerprints, from HTML or from text.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain, repeat
from typing import NamedTuple, Self, TypeVar

from parsers.labels import match_key
from parsers.records import PageCell

_TAG = re.compile(r"</?[A-Za-z][^<>\0]*>")
Key = tuple[str, str, str]
# ordinal, label, field (None where the label is unknown), cell key
LabelledRow = tuple[int, str, str | None, str]
# row number, row label, the cells
TableRow = tuple[int, str | None, Sequence[str | None]]
# The field of a column, or None, and its heading.
Column = tuple[str | None, str]
_Value = TypeVar("_Value")


class Section(StrEnum):
    """A part of a page that is compared, and superseded, as a whole."""

    FIELD = "field"
    """The label/value rows without the months."""
    MONTH = "month"
    UPDATE = "update"
    """The page's own edit log."""
    PROGRESS = "progress"
    """The progress reports."""


class SectionState(StrEnum):
    """How completely a capture shows a section; the first two states are whole."""

    PRESENT = "present"
    EMPTY = "empty"
    """The section is there and has no rows."""
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    """A part of it could not be read for certain."""
    CUT = "cut"

    @property
    def is_whole(self) -> bool:
        """Whether the section can be compared with that of another capture, and replace it."""
        return self in (SectionState.PRESENT, SectionState.EMPTY)


def said(raw: str | None) -> str:
    """The text of a cell that is compared: a tag or white space is one space, at the ends none; "not set" is ''.

    The macro `said` of sql/macros.sql has the same rule.
    """
    return " ".join(_without_tags(raw).split()) if raw else ""


def _without_tags(text: str) -> str:
    """HTML that was typed into a value is markup to one reader and text to another."""
    return _TAG.sub(" ", text) if "<" in text else text


def report_field(field: str | None) -> str | None:
    """The published name of a column of the progress table."""
    return "progress_pct" if field == "progress" else field


class SectionCells(NamedTuple):
    """The cells of a section, and a signed number of 64 bits for their texts, which does not depend on their order."""

    cells: Sequence[PageCell]
    fingerprint: int


NO_CELLS = SectionCells((), 0)


class RowLayout(NamedTuple):
    """The label/value rows of a section, column by column: the part that depends only on the labels.

    A row is identified by its key and its repetition; names has these, in_order the places of the rows sorted by them.
    """

    section: Section
    ordinals: tuple[int, ...]
    labels: tuple[str, ...]
    fields: tuple[str | None, ...]
    cell_keys: tuple[str, ...]
    occurrences: tuple[int, ...]
    names: tuple[str, ...]
    in_order: tuple[int, ...]

    @classmethod
    def of(cls, section: Section, rows: Sequence[LabelledRow]) -> Self:
        """Number the rows of each key in page order."""
        ordinals, labels, fields, cell_keys = zip(*rows, strict=True) if rows else ((), (), (), ())
        seen: Counter[str] = Counter()
        occurrences = []
        for cell_key in cell_keys:
            seen[cell_key] += 1
            occurrences.append(seen[cell_key])
        names = tuple([f"{cell_key} {occurrence}" for cell_key, occurrence in zip(cell_keys, occurrences, strict=True)])
        in_order = tuple(sorted(range(len(rows)), key=names.__getitem__))
        return cls(section, ordinals, labels, fields, cell_keys, tuple(occurrences), names, in_order)

    def read(self, key: Key, raws: Sequence[str | None]) -> SectionCells:
        """The cells of the rows with these texts; a row without text is not content, since a skin may leave it out."""
        columns = (self.ordinals, self.labels, raws, self.fields, repeat(None), self.occurrences, self.cell_keys)
        cells = list(map(PageCell, *map(repeat, (*key, self.section)), *columns))
        # A text that begins with a letter or a digit is not empty: most texts need no further check.
        told = [place for place in self.in_order if (raw := raws[place]) and (raw[0].isalnum() or said(raw))]
        return SectionCells(
            cells, _fingerprint([_digest([text for place in told for text in (self.names[place], raws[place] or "")])])
        )


def read_table_cells(key: Key, section: Section, columns: Sequence[Column], rows: Sequence[TableRow]) -> SectionCells:
    """The cells of a table: a cell is identified by its column, a row by its text, at any place.

    An empty cell is not content: a table without a column is the same as one in which the column is empty.

    Args:
        key: source_id, project_id and snapshot_id of the page.
        section: which the table is.
        columns: the field of each and its heading, in the order of the catalogue; then those without a field.
        rows: their numbers, labels and texts, one for each column.
    """
    if not rows:
        return NO_CELLS
    n_known = sum(field is not None for field, _ in columns)
    fields, labels = zip(*columns, strict=True)
    cell_keys = [field or match_key(label) for field, label in columns]
    seen: dict[str, int] = {}
    occurrences, digests = [], []
    for _, row_label, raws in rows:
        row_key = said(row_label)
        seen[row_key] = seen.get(row_key, 0) + 1
        occurrences.append(seen[row_key])
        of_unknown = [
            (name, text) for name, raw in zip(cell_keys[n_known:], raws[n_known:], strict=True) if (text := said(raw))
        ]
        digests.append(_digest([*[raw or "" for raw in raws[:n_known]], *chain(*sorted(of_unknown))]))
    row_nos, row_labels, texts = zip(*rows, strict=True)
    width, n_rows = len(columns), len(rows)
    cells = map(
        PageCell,
        *map(repeat, (*key, section)),
        _each(row_nos, width),
        labels * n_rows,
        chain.from_iterable(texts),
        fields * n_rows,
        _each(row_labels, width),
        _each(occurrences, width),
        cell_keys * n_rows,
    )
    return SectionCells(list(cells), _fingerprint(digests))


def _each(values: Iterable[_Value], times: int) -> Iterator[_Value]:
    return chain.from_iterable(map(repeat, values, repeat(times)))


def _digest(texts: Iterable[str]) -> bytes:
    """The compared texts, one after the other, separated by NUL, which no text of a page contains."""
    text = " ".join(_without_tags(" \0 ".join(texts)).split())
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _fingerprint(digests: Iterable[bytes]) -> int:
    """One number for rows in any order."""
    return int.from_bytes(hashlib.sha256(b"".join(sorted(digests))).digest()[:8], "big", signed=True)
