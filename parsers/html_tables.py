"""The tables of a tree → label/value rows, or a grid with header cells."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from parsers.html_cells import cell_label, cell_value, shown_label, value_not_shown
from parsers.html_shown import how_not_shown
from parsers.html_text import MOST_NODES, classes_of, element_text, tag_id
from parsers.labels import match_label
from parsers.page import Details, Grid, Row

_FEWEST_KNOWN_LABELS = 3
_SPAN = re.compile(r"\s*[0-9]{1,5}", re.ASCII)
# A header cell with a wider span does not belong to a known table.
_WIDEST = 30
_LONGEST = 65534
TABLE = tag_id("table")
_TR, _TH, _TD = tag_id("tr"), tag_id("th"), tag_id("td")
_FOOTER, _CAPTION = tag_id("tfoot"), tag_id("caption")
_SECTIONS = frozenset({tag_id("thead"), tag_id("tbody"), _FOOTER})
# The class of kartik's GridView for the sums of the visible rows.
_SUMS = "kv-page-summary-container"


class _Rows(NamedTuple):
    """The rows of a table, the hidden or struck ones by mem_id, those of a footer, and captions: often rows alone."""

    rows: list[LexborNode]
    not_shown: dict[int, str]
    footer: frozenset[int] = frozenset()
    captions: tuple[LexborNode, ...] = ()


def read_table(table: LexborNode, how: str | None = None) -> Details | Grid | None:
    """Read a label/value table or a grid; None when the table is neither.

    The content of a hidden or struck cell, row or table is not a value, as for such a text in a cell; how is STRUCK or
    HIDDEN if an element around the table is so.
    """
    found = _rows(table, how)
    if "detail-view" in classes_of(table) or _is_label_value_table(found.rows):
        return _details(found)
    return _grid(found)


def _rows(table: LexborNode, how: str | None) -> _Rows:
    """Rows of the table itself, never those of a table inside one of its cells."""
    rows: list[LexborNode] = []
    cancelled: list[tuple[str | None, list[LexborNode]]] = []
    footer: list[LexborNode] = []
    captions: list[LexborNode] = []
    for section in table.iter():
        if section.tag_id == _TR:
            rows.append(section)
        elif section.tag_id in _SECTIONS:
            of_section = [row for row in section.iter() if row.tag_id == _TR]
            rows += of_section
            attributes = section.attributes
            if section.tag_id == _FOOTER or _SUMS in (attributes.get("class") or "").split():
                footer += of_section
            if attributes:
                cancelled.append((how_not_shown(attributes), of_section))
        elif section.tag_id == _CAPTION:
            captions.append(section)
    cancelled += [(how_not_shown(of_row), [row]) for row in rows if (of_row := row.attributes)]
    cancelled.append((how or how_not_shown(table.attributes), rows))
    not_shown = {row.mem_id: way for way, some in cancelled if way is not None for row in some}
    return _Rows(rows, not_shown, frozenset([row.mem_id for row in footer]), tuple(captions))


def _are_pairs(cells: list[LexborNode]) -> bool:
    """Whether the cells of a row alternate between label and value."""
    return len(cells) % 2 == 0 and {value.tag_id for value in cells[1::2]} == {_TD}


def _is_label_value_table(rows: list[LexborNode]) -> bool:
    """Whether all rows of a table are labels and values; decided before reading, so that no other table is read."""
    if not rows or len(list(rows[0].iter())) != 2:
        return False
    known = 0
    for row in rows:
        cells = list(row.iter())
        if not _are_pairs(cells):
            return False
        known += sum(match_label(element_text(label, MOST_NODES)) is not None for label in cells[::2])
    return known >= _FEWEST_KNOWN_LABELS


def _details(found: _Rows) -> Details:
    """Label/value rows of a table; the text of a caption and of any other row has no label."""
    captions = [text for caption in found.captions if (text := element_text(caption))]
    labels: list[str] = [""] * len(captions)
    values: list[str | None] = [*captions]
    rows, how_rows = found.rows, found.not_shown
    covered = 0
    for row in rows:
        if covered:
            # A cell of a row above stands in this one, so that it is uncertain which cell is under which.
            covered -= 1
            labels.append("")
            values.append(element_text(row))
            continue
        label = row.child
        value = label.next if label is not None and label.is_element_node else None
        how = how_rows.get(row.mem_id) if how_rows else None
        # The form of nearly every row: this shorter path saves a tenth of the time of a page.
        if label is not None and value is not None and value.tag_id == _TD and value.next is None:
            is_plain = not (value.attributes or label.attributes)
            labels.append(cell_label(label) if is_plain else shown_label(label))
            values.append(cell_value(value) if is_plain and how is None else _value(value, how))
            covered = 0 if is_plain else _rows_below([label, value])
            continue
        # Kartik puts several pairs into one row, in an inner table.
        inner = row.css_first("table.kv-child-table") if "kv-child-table-row" in classes_of(row) else None
        of_inner = _rows(inner, how) if inner is not None else _Rows([row], {})
        for inner_row in of_inner.rows:
            pairs = _pairs(inner_row, how or of_inner.not_shown.get(inner_row.mem_id))
            labels += [pair.label for pair in pairs]
            values += [pair.value for pair in pairs]
    return Details(tuple(labels), tuple(values))


def _value(cell: LexborNode, how_row: str | None) -> str | None:
    how = how_row or how_not_shown(cell.attributes)
    return cell_value(cell) if how is None else value_not_shown(cell, how)


def _pairs(row: LexborNode, how: str | None) -> list[Row]:
    cells = list(row.iter())
    if _are_pairs(cells):
        pairs = zip(cells[::2], cells[1::2], strict=True)
        return [Row(shown_label(label), _value(value, how)) for label, value in pairs]
    text = element_text(row)
    return [Row("", text)] if text else []


def _grid(found: _Rows) -> Grid | None:
    """Cells of a table whose first row holds header cells only; None when there is no such row."""
    (rows, footer), how_rows = _without_footer(found), found.not_shown
    header_cells = list(rows[0].iter()) if rows else []
    if len(header_cells) < 2 or any(cell.tag_id != _TH for cell in header_cells):
        return None
    given = [cell.attributes for cell in header_cells]
    labels = [shown_label(cell) if has else cell_label(cell) for cell, has in zip(header_cells, given, strict=True)]
    header = [" ".join(label.split()) for label in labels]
    covered = _rows_below(header_cells) if any(given) else 0
    if [attributes for attributes in given if "colspan" in attributes]:
        # A header cell belongs to all the columns that it spans.
        spans = [_span(cell, "colspan", _WIDEST) or 1 for cell in header_cells]
        header = [text for cell, span in zip(header, spans, strict=True) for text in (cell, *[""] * (span - 1))]
    body: list[tuple[str | None, ...]] = []
    # Below its header, a GridView can have a row of search fields.
    first = 2 if len(rows) > 1 and "filters" in classes_of(rows[1]) else 1
    for row in rows[first:]:
        cells = list(row.iter())
        is_empty_mark = len(cells) == 1 and cells[0].css_first("div.empty") is not None
        if cells and not is_empty_mark:
            how = how_rows.get(row.mem_id) if how_rows else None
            is_plain = how is None and not covered and not [cell for cell in cells if cell.attributes]
            if is_plain:
                body.append(tuple([cell_value(cell) for cell in cells]))
                continue
            body.append(_cells(cells, how, len(header), is_covered=covered > 0))
            covered = max(covered - 1, _rows_below(cells))
    return Grid(None, tuple(header), tuple(body), None, footer=footer)


def _without_footer(found: _Rows) -> tuple[list[LexborNode], tuple[str, ...]]:
    """Rows without a footer, which holds sums or is empty, and the texts of the footer.

    A footer with text is kept if the table has no other row.
    """
    if not found.footer:
        return found.rows, ()
    body = [row for row in found.rows if row.mem_id not in found.footer]
    said = tuple([text for row in found.rows if row.mem_id in found.footer and (text := element_text(row))])
    return (found.rows, ()) if said and len(body) < 2 else (body, said)


def _cells(cells: Sequence[LexborNode], how: str | None, n_columns: int, *, is_covered: bool) -> tuple[str | None, ...]:
    """Cells of a row; one that spans too many columns gets extra empty cells, so that it does not fit the header.

    So does a row that a cell of a row above also covers: it is uncertain which of its cells is under which header cell.
    """
    values = tuple([_value(cell, how) for cell in cells])
    does_not_fit = is_covered or sum(_span(cell, "colspan", _WIDEST) for cell in cells) > n_columns
    return (*values, *[""] * (n_columns + 1 - len(cells))) if does_not_fit else values


def _span(cell: LexborNode, attribute: str, most: int) -> int:
    """How many columns or rows a cell covers, up to a limit; 0 is all the rest."""
    span = _SPAN.match(cell.attributes.get(attribute) or "")
    return min(int(span[0]), most) if span is not None else 1


def _rows_below(cells: Sequence[LexborNode]) -> int:
    """How many of the rows below some cells of a row cover."""
    spans = [_span(cell, "rowspan", _LONGEST) or _LONGEST for cell in cells if "rowspan" in cell.attributes]
    return max(spans, default=1) - 1
