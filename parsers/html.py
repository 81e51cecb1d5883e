"""HTML bytes → Page, whatever the skin: Yii's and kartik's DetailView and GridView, hand-written tables."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.cells import cell_value, element_text, has_class
from parsers.encoding import Decoded, decode_page
from parsers.gate import judge_page, judge_response
from parsers.labels import HEADLINE, TITLE, match_label
from parsers.page import Grid, Page, PageKind, Row

_OUTLINE = "h1,h2,h3,h4,.panel-heading,.alert,table"
_TOTAL = re.compile(r"(?:จาก|ทั้งหมด|of|Total)\s*([0-9,]+)")
_FEWEST_KNOWN_LABELS = 3
_PHP_WARNING = re.compile(r"<b>(?:Warning|Notice|Deprecated|Strict Standards)</b>:")


class Content(NamedTuple):
    """What the body of a page holds, before anyone judged what kind of page it is."""

    title_id: str | None
    headline: str | None
    rows: tuple[Row, ...]
    grids: tuple[Grid, ...]


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        if child.is_element_node:
            yield child
        child = child.next


def _table_rows(table: LexborNode) -> Iterator[LexborNode]:
    """Rows of the table itself, never those of a table inside one of its cells."""
    for section in _children(table):
        if section.tag == "tr":
            yield section
        elif section.tag in ("thead", "tbody", "tfoot"):
            for row in _children(section):
                if row.tag == "tr":
                    yield row


def _detail_rows(table: LexborNode) -> Iterator[Row | None]:
    """Label/value pairs of a table; None stands for a row that is no such pair."""
    for row in _table_rows(table):
        label = row.child
        if label is not None and label.is_element_node:
            value = label.next
            if value is not None and value.tag == "td" and value.next is None:
                # As Yii's DetailView writes every row, so this is worth a short way.
                yield Row(element_text(label), cell_value(value))
                continue
        cells = list(_children(row))
        if len(cells) == 1 and has_class(row, "kv-child-table-row"):
            # Kartik lays several pairs out in one row, in a table of its own.
            inner = cells[0].css_first("table.kv-child-table")
            if inner is not None:
                yield from _detail_rows(inner)
                continue
        if not cells or len(cells) % 2 or any(cell.tag != "td" for cell in cells[1::2]):
            yield None
            continue
        for label, value in zip(cells[::2], cells[1::2], strict=True):
            yield Row(element_text(label), cell_value(value))


def _read_details(table: LexborNode) -> list[Row] | None:
    """Rows of a label/value table; None when the table is something else."""
    is_detail_view = has_class(table, "detail-view")
    if not is_detail_view:
        first = next(_table_rows(table), None)
        if first is None or sum(1 for _ in _children(first)) != 2:
            return None
    pairs = list(_detail_rows(table))
    rows = [pair for pair in pairs if pair is not None]
    if is_detail_view:
        return rows
    known = sum(match_label(row.label) is not None for row in rows)
    return rows if len(rows) == len(pairs) and known >= _FEWEST_KNOWN_LABELS else None


def _stated_total(table: LexborNode) -> int | None:
    node = table.parent
    for _ in range(6):
        if node is None:
            return None
        if has_class(node, "grid-view"):
            summary = node.css_first(".summary")
            found = _TOTAL.search(element_text(summary)) if summary is not None else None
            return int(found[1].replace(",", "")[:12] or 0) if found is not None else None
        node = node.parent
    return None


def _read_grid(table: LexborNode, heading: str | None) -> Grid | None:
    """A table whose first row holds header cells only; None when there is no such row."""
    rows = _table_rows(table)
    first = next(rows, None)
    header_cells = list(_children(first)) if first is not None else []
    if len(header_cells) < 2 or any(cell.tag != "th" for cell in header_cells):
        return None
    body: list[tuple[str | None, ...]] = []
    for row in rows:
        cells = list(_children(row))
        if len(cells) == 1 and cells[0].css_first("div.empty") is not None:
            continue
        if cells and not has_class(row, "filters"):
            body.append(tuple([cell_value(cell) for cell in cells]))
    header = tuple([element_text(cell) for cell in header_cells])
    return Grid(heading, header, tuple(body), _stated_total(table))


def _is_inside(node: LexborNode, outer: set[int]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.mem_id in outer:
            return True
        parent = parent.parent
    return False


def _after_colon(text: str) -> str | None:
    return text.partition(":")[2].strip() or None


def _read_content(tree: LexborHTMLParser) -> Content:
    title_id = headline = heading = None
    rows: list[Row] = []
    grids: list[Grid] = []
    read_tables: set[int] = set()
    for node in tree.css(_OUTLINE):
        if node.tag != "table":
            text = element_text(node)
            if node.tag == "h1" and title_id is None and text.startswith(TITLE):
                title_id = _after_colon(text)
            elif headline is None and text.startswith(HEADLINE) and ":" in text:
                headline = _after_colon(text)
            else:
                heading = text
            continue
        if read_tables and _is_inside(node, read_tables):
            continue
        details = _read_details(node)
        if details is not None:
            rows += details
            read_tables.add(node.mem_id)
            continue
        grid = _read_grid(node, heading)
        if grid is not None:
            grids.append(grid)
            read_tables.add(node.mem_id)
    if title_id is None:
        title = tree.css_first("title")
        text = element_text(title) if title is not None else ""
        title_id = _after_colon(text) if text.startswith(TITLE) else None
    return Content(title_id, headline, tuple(rows), tuple(grids))


def _flags(decoded: Decoded) -> frozenset[str]:
    flags = set()
    if decoded.is_repaired:
        flags.add("encoding_repaired")
    if decoded.has_losses:
        flags.add("undecodable_bytes")
    if "\0" in decoded.text:
        flags.add("nul_characters")
    if _PHP_WARNING.search(decoded.text):
        flags.add("php_warnings")
    return frozenset(flags)


def read_page(body: bytes, *, status: int = 200, content_type: str | None = None, location: str | None = None) -> Page:
    """Read a response: its kind, and everything a project page says. Never raises, whatever the bytes are.

    status, content_type and location are the response's; they help to tell redirects and error pages.
    """
    decoded = decode_page(body, content_type)
    flags = _flags(decoded) if body else frozenset()
    verdict = judge_response(decoded.text, status, location)
    if verdict is not None:
        return Page(verdict.kind, verdict.reason, None, None, (), (), "html", decoded.encoding, flags)
    tree = LexborHTMLParser(decoded.text)
    content = _read_content(tree)
    verdict = judge_page(tree, decoded.text, status, content.title_id, content.rows, content.grids)
    if verdict.kind is not PageKind.PROJECT:
        # Kept for the reader of the archive, never for the tables: the fingerprint tells two such pages apart.
        content = content._replace(grids=())
    return Page(verdict.kind, verdict.reason, *content, "html", decoded.encoding, flags)
