"""The tables of a tree → label/value rows, or a grid with header cells."""

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.html_text import MOST_NODES, cell_value, clean_text, element_text, has_class
from parsers.labels import EXACT, match_label
from parsers.lifting import STAND_IN, MisplacedError
from parsers.page import Details, GridCells, Row

_TOTAL = re.compile(r"(?:จาก|ทั้งหมด|of|Total)\s*([0-9,]+)")
_FEWEST_KNOWN_LABELS = 3

_TAGS = LexborHTMLParser("<table><thead></thead><tbody><tr><th></th><td></td></tr></tbody><tfoot></tfoot></table>")
_TAG_IDS = {node.tag: node.tag_id for node in _TAGS.css("table, table *")}
# Comparing numbers instead of names halves the cost of walking a table.
TABLE, _TR, _TH, _TD = (_TAG_IDS[tag] for tag in ("table", "tr", "th", "td"))
_SECTIONS = frozenset(_TAG_IDS[tag] for tag in ("thead", "tbody", "tfoot"))


def table_rows_of(table: LexborNode) -> list[LexborNode]:
    """Rows of the table itself, never those of a table inside one of its cells."""
    rows: list[LexborNode] = []
    for section in table.iter():
        if section.tag_id == _TR:
            rows.append(section)
        elif section.tag_id in _SECTIONS:
            rows += [row for row in section.iter() if row.tag_id == _TR]
    return rows


def _label_text(cell: LexborNode) -> str:
    first = cell.child
    text = first.text_content if first is not None else None
    if first is None or text is None or first.next is not None:
        return element_text(cell)
    return text if text in EXACT else clean_text(text)


def _cells_in_pairs(row: LexborNode) -> list[LexborNode] | None:
    """The cells of one table row, a label and a value in turns; None when it holds no such pairs."""
    cells = list(row.iter())
    if not cells or len(cells) % 2 or any(value.tag_id != _TD for value in cells[1::2]):
        return None
    return cells


def _pairs(row: LexborNode) -> list[Row] | None:
    cells = _cells_in_pairs(row)
    if cells is None:
        return None
    return [Row(_label_text(label), cell_value(value)) for label, value in zip(cells[::2], cells[1::2], strict=True)]


def _details(table_rows: list[LexborNode]) -> Details:
    """Label/value rows of a table; the text of another row stands without a label."""
    labels: list[str] = []
    values: list[str | None] = []

    def take(pairs: Iterable[Row]) -> None:
        for label, value in pairs:
            labels.append(label)
            values.append(value)

    for row in table_rows:
        label = row.child
        value = label.next if label is not None else None
        if (
            label is not None
            and value is not None
            and value.next is None
            and value.tag_id == _TD
            and label.is_element_node
        ):
            # As nearly every row of every skin is written, so this is worth a short way.
            labels.append(_label_text(label))
            values.append(cell_value(value))
            continue
        pairs = _pairs(row)
        if pairs is not None:
            take(pairs)
            continue
        # Kartik lays several pairs out in one row, in a table of its own.
        inner = row.css_first("table.kv-child-table") if has_class(row, "kv-child-table-row") else None
        for inner_row in table_rows_of(inner) if inner is not None else [row]:
            pairs = _pairs(inner_row)
            if pairs is None:
                text = element_text(inner_row)
                pairs = [Row("", text)] if text else []
            take(pairs)
    return Details(tuple(labels), tuple(values))


def _is_label_value_table(table_rows: list[LexborNode]) -> bool:
    """Tell by its cells and labels that all rows of a table are labels and values: none is read to its end in vain."""
    known = 0
    for row in table_rows:
        cells = _cells_in_pairs(row)
        if cells is None:
            return False
        known += sum(match_label(element_text(label, MOST_NODES)) is not None for label in cells[::2])
    return known >= _FEWEST_KNOWN_LABELS


def read_details(table: LexborNode, table_rows: list[LexborNode]) -> Details | None:
    """Rows of a label/value table; None when the table is something else."""
    if has_class(table, "detail-view"):
        return _details(table_rows)
    if not table_rows or len(list(table_rows[0].iter())) != 2 or not _is_label_value_table(table_rows):
        return None
    return _details(table_rows)


class StatedTotals:
    """What the summaries of the GridViews of one page say; each is read once."""

    def __init__(self) -> None:
        self._totals: dict[int, int | None] = {}

    def of(self, grid_view: LexborNode | None) -> int | None:
        """How many rows a GridView says it has; None where it does not say.

        Raises MisplacedError when the summary holds a stand-in, and so would not say all that it says.
        """
        if grid_view is None:
            return None
        if grid_view.mem_id not in self._totals:
            self._totals[grid_view.mem_id] = _stated_total(grid_view)
        return self._totals[grid_view.mem_id]


def _stated_total(grid_view: LexborNode) -> int | None:
    summary = grid_view.css_first(".summary")
    if summary is None:
        return None
    if summary.css_first(f"table[id^={STAND_IN}]") is not None:
        raise MisplacedError
    found = _TOTAL.search(element_text(summary, MOST_NODES))
    return int(found[1].replace(",", "")[:12] or 0) if found is not None else None


def read_grid(rows: list[LexborNode]) -> GridCells | None:
    """Cells of a table whose first row holds header cells only; None when there is no such row."""
    header_cells = list(rows[0].iter()) if rows else []
    if len(header_cells) < 2 or any(cell.tag_id != _TH for cell in header_cells):
        return None
    body: list[tuple[str | None, ...]] = []
    # Below its header, a GridView can have a row of search fields.
    first = 2 if len(rows) > 1 and has_class(rows[1], "filters") else 1
    for row in rows[first:]:
        cells = list(row.iter())
        if len(cells) == 1 and cells[0].css_first("div.empty") is not None:
            continue
        if cells:
            body.append(tuple([cell_value(cell) for cell in cells]))
    return GridCells(tuple([element_text(cell) for cell in header_cells]), tuple(body))
