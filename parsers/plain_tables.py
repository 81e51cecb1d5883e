"""Tables in plain writing → their rows, from the source alone: Yii's DetailView to the byte, and hand-written grids."""

import re
from functools import lru_cache
from typing import NamedTuple

from parsers.page import Details, GridCells

# A DetailView: one line end between rows, nothing else between the tags.
_DETAILS_OPENING = re.compile('<table id="w[0-9]{1,4}" class="[a-z -]*\\bdetail-view"><tr><th>')
_DETAILS_CLOSING = "</td></tr></table>"
_BETWEEN_ROWS = "</td></tr>\n<tr><th>"
_BETWEEN_CELLS = "</th><td>"

# A grid: white space between the tags, attributes at the table and its header cells only.
_SPACE, _ATTRIBUTES = "[ \t\n]*", '(?: [a-z]+="[^"<>&]*")*'
_HEAD = re.compile(
    f"<table{_ATTRIBUTES}>{_SPACE}(?P<thead><thead>{_SPACE})?"
    f"<tr>{_SPACE}(?P<cells>(?:<th{_ATTRIBUTES}>[^<]*</th>{_SPACE})+)</tr>{_SPACE}(?(thead)</thead>{_SPACE})"
    f"(?P<tbody><tbody>{_SPACE})?(?P<end><tr>{_SPACE}|(?(tbody)</tbody>{_SPACE})</table>)"
)
_HEADER_CELL = re.compile(f"<th{_ATTRIBUTES}>([^<]*)</th>")
_NEXT_ROW = re.compile(f"</td>{_SPACE}</tr>{_SPACE}<tr>{_SPACE}<td>")
_NEXT_CELL = re.compile(f"</td>{_SPACE}<td>")
_LAST_ROW = re.compile(f"</td>{_SPACE}</tr>{_SPACE}(</tbody>{_SPACE})?</table>")
# A table of two columns could be one of labels and values.
_FEWEST_COLUMNS = 3
_LONGEST_HEAD = 4096

# What the table of a DetailView begins with, its attributes apart.
DETAIL_VIEW = 'detail-view"><tr><th>'
_NOT_SET = '<span class="not-set">(ไม่ได้ตั้ง)</span>'
# What PHP's htmlspecialchars writes, and nothing else.
_ENTITY = re.compile("&(?:(amp|lt|gt|quot|#039|#39);)?")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#039": "'", "#39": "'"}


class NotPlainError(ValueError):
    """A table is written in another way, or its cells hold something else than text, line breaks and the mark."""


def _decoded(entity: re.Match[str]) -> str:
    name = entity[1]
    if name is None:
        raise NotPlainError
    return _CHARACTERS[name]


def _text(source: str) -> str:
    if "<" in source:
        raise NotPlainError
    return _ENTITY.sub(_decoded, source).strip()


def _value(source: str) -> str | None:
    if source == _NOT_SET:
        return None
    return _text(source.replace("<br />\n", "\n").replace("<br />", "\n"))


def _with_line_feeds(source: str) -> str:
    # A text typed into a browser has such line ends, so this is worth a short way.
    with_breaks = "\n".join(source.split("<br />\r\n"))
    return with_breaks if "\r" not in with_breaks else source.replace("\r\n", "\n").replace("\r", "\n")


def read_details(source: str) -> Details:
    """Rows of a DetailView. Raises NotPlainError where it is not written as Yii writes it, to the byte."""
    opening = _DETAILS_OPENING.match(source)
    if opening is None or not source.endswith(_DETAILS_CLOSING):
        raise NotPlainError
    cells = _with_line_feeds(source[opening.end() : -len(_DETAILS_CLOSING)])
    rows = [row.partition(_BETWEEN_CELLS) for row in cells.split(_BETWEEN_ROWS)]
    labels, between, values = zip(*rows, strict=True)
    if not all(between):
        raise NotPlainError
    texts = [None if value == _NOT_SET else value.strip() for value in values]
    if "&" not in cells and "<" not in "".join([*labels, *filter(None, texts)]):
        return Details(tuple(map(str.strip, labels)), tuple(texts))
    return Details(tuple(map(_text, labels)), tuple(map(_value, values)))


class _Head(NamedTuple):
    header: tuple[str, ...]
    has_tbody: bool
    has_rows: bool


# What stands before the first cell is the same in nearly every page of a source.
@lru_cache(maxsize=64)
def _read_head(source: str) -> _Head:
    head = _HEAD.fullmatch(source)
    if head is None or "detail-view" in source:
        raise NotPlainError
    header = tuple([" ".join(_text(cell).split()) for cell in _HEADER_CELL.findall(head["cells"])])
    if len(header) < _FEWEST_COLUMNS:
        raise NotPlainError
    return _Head(header, head["tbody"] is not None, head["end"].startswith("<tr>"))


def read_grid(source: str) -> GridCells:
    """A table whose first row holds header cells only.

    Raises NotPlainError where it holds anything but text, line breaks, "not set" and white space, or fewer columns than
    three.
    """
    source = source if "\r" not in source else _with_line_feeds(source)
    start, end = source.find("<td>"), source.rfind("</td>")
    before = source[:start] if start >= 0 else source
    if len(before) > _LONGEST_HEAD:
        raise NotPlainError
    head = _read_head(before)
    if not head.has_rows:
        return GridCells(head.header, ())
    last = _LAST_ROW.fullmatch(source, end)
    if start < 0 or last is None or (last[1] is not None) != head.has_tbody:
        raise NotPlainError
    cells = source[start + len("<td>") : end]
    # In a table written by a loop what stands between two cells is the same everywhere.
    next_row, next_cell = _NEXT_ROW.search(cells), _NEXT_CELL.search(cells)
    rows = [[row] for row in (cells.split(next_row[0]) if next_row is not None else [cells])]
    if next_cell is not None:
        rows = [row.split(next_cell[0]) for (row,) in rows]
    # Of a grid of text alone, two tags a cell and two a row but for the first two and the last two.
    is_text = cells.count("<") == 2 * sum(map(len, rows)) + 2 * len(rows) - 4 and "&" not in cells
    value = str.strip if is_text else _value
    return GridCells(head.header, tuple([tuple(map(value, row)) for row in rows]))
