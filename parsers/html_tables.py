"""The tables of a tree → label/value rows, or a grid with header cells."""

from selectolax.lexbor import LexborNode

from parsers.html_cells import cell_label, cell_value
from parsers.html_text import MOST_NODES, classes_of, element_text, tag_id
from parsers.labels import match_label
from parsers.page import Details, GridCells, Row

_FEWEST_KNOWN_LABELS = 3
TABLE = tag_id("table")
_TR, _TH, _TD = tag_id("tr"), tag_id("th"), tag_id("td")
_SECTIONS = frozenset({tag_id("thead"), tag_id("tbody"), tag_id("tfoot")})


def read_table(table: LexborNode) -> Details | GridCells | None:
    """Read a label/value table or a grid; None when the table is neither."""
    rows = _rows(table)
    if "detail-view" in classes_of(table) or _is_label_value_table(rows):
        return _details(rows)
    return _grid(rows)


def _rows(table: LexborNode) -> list[LexborNode]:
    """Rows of the table itself, never those of a table inside one of its cells."""
    rows: list[LexborNode] = []
    for section in table.iter():
        if section.tag_id == _TR:
            rows.append(section)
        elif section.tag_id in _SECTIONS:
            rows += [row for row in section.iter() if row.tag_id == _TR]
    return rows


def _are_pairs(cells: list[LexborNode]) -> bool:
    """Tell whether the cells of a row are a label and a value in turns."""
    return len(cells) % 2 == 0 and {value.tag_id for value in cells[1::2]} == {_TD}


def _is_label_value_table(rows: list[LexborNode]) -> bool:
    """Tell by its cells and labels that all rows of a table are labels and values: none is read to its end in vain."""
    if not rows or len(list(rows[0].iter())) != 2:
        return False
    known = 0
    for row in rows:
        cells = list(row.iter())
        if not _are_pairs(cells):
            return False
        known += sum(match_label(element_text(label, MOST_NODES)) is not None for label in cells[::2])
    return known >= _FEWEST_KNOWN_LABELS


def _details(rows: list[LexborNode]) -> Details:
    """Label/value rows of a table; the text of another row stands without a label."""
    labels: list[str] = []
    values: list[str | None] = []
    for row in rows:
        label = row.child
        value = label.next if label is not None and label.is_element_node else None
        # As nearly every row is written: a short way that takes a tenth off the time of a page.
        if label is not None and value is not None and value.tag_id == _TD and value.next is None:
            labels.append(cell_label(label))
            values.append(cell_value(value))
            continue
        # Kartik lays several pairs out in one row, in a table of its own.
        inner = row.css_first("table.kv-child-table") if "kv-child-table-row" in classes_of(row) else None
        for inner_row in _rows(inner) if inner is not None else [row]:
            pairs = _pairs(inner_row)
            labels += [pair.label for pair in pairs]
            values += [pair.value for pair in pairs]
    return Details(tuple(labels), tuple(values))


def _pairs(row: LexborNode) -> list[Row]:
    cells = list(row.iter())
    if _are_pairs(cells):
        pairs = zip(cells[::2], cells[1::2], strict=True)
        return [Row(cell_label(label), cell_value(value)) for label, value in pairs]
    text = element_text(row)
    return [Row("", text)] if text else []


def _grid(rows: list[LexborNode]) -> GridCells | None:
    """Cells of a table whose first row holds header cells only; None when there is no such row."""
    header_cells = list(rows[0].iter()) if rows else []
    if len(header_cells) < 2 or any(cell.tag_id != _TH for cell in header_cells):
        return None
    body: list[tuple[str | None, ...]] = []
    # Below its header, a GridView can have a row of search fields.
    first = 2 if len(rows) > 1 and "filters" in classes_of(rows[1]) else 1
    for row in rows[first:]:
        cells = list(row.iter())
        is_empty_mark = len(cells) == 1 and cells[0].css_first("div.empty") is not None
        if cells and not is_empty_mark:
            body.append(tuple([cell_value(cell) for cell in cells]))
    return GridCells(tuple([element_text(cell) for cell in header_cells]), tuple(body))
