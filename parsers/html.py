"""HTML bytes → Page, whatever the skin: Yii's and kartik's DetailView and GridView, hand-written tables."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.cells import cell_value, clean_text, element_text, has_class
from parsers.detail_view import STAND_IN, lift_detail_view
from parsers.encoding import Decoded, decode_page
from parsers.gate import judge_page, judge_response, php_fatal
from parsers.labels import EXACT, HEADLINE, TITLE, match_label
from parsers.page import Grid, Page, PageKind, Row

_OUTLINE = "h1,h2,h3,h4,.panel-heading,.alert,table"
_TOTAL = re.compile(r"(?:จาก|ทั้งหมด|of|Total)\s*([0-9,]+)")
_FEWEST_KNOWN_LABELS = 3
_NO_FLAGS: frozenset[str] = frozenset()
# Makes a named tuple in half the time of calling its class.
_new = tuple.__new__
_PHP_WARNING = re.compile(r"<b>(?:Warning|Notice|Deprecated|Strict Standards)</b>:")

# Made and dropped at once: from then on glibc keeps the memory of a page for the next one instead of giving it back
# to the system, which takes a third off the time of the parse (160 → 95 µs a page of 20 kB).
bytearray(16 << 20)

_TAGS = LexborHTMLParser("<table><thead></thead><tbody><tr><th></th><td></td></tr></tbody><tfoot></tfoot></table>")
# One for all pages: each tree would make its own, for more than the search takes.
_SELECTOR = _TAGS.selector
_TAG_IDS = {node.tag: node.tag_id for node in _TAGS.css("table, table *")}
# Comparing numbers instead of names halves the cost of walking a table.
_TABLE, _TR, _TH, _TD = (_TAG_IDS[tag] for tag in ("table", "tr", "th", "td"))
_SECTIONS = frozenset(_TAG_IDS[tag] for tag in ("thead", "tbody", "tfoot"))


class Content(NamedTuple):
    """What the body of a page holds, before anyone judged what kind of page it is."""

    title_id: str | None
    headline: str | None
    rows: tuple[Row, ...]
    grids: tuple[Grid, ...]


class _MisplacedError(Exception):
    """What was lifted out of the page cannot be put back where it stood."""


def _table_rows(table: LexborNode) -> list[LexborNode]:
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


def _pairs(row: LexborNode) -> list[Row] | None:
    """Label/value pairs of one table row; None when it holds no such pairs."""
    cells = list(row.iter())
    if not cells or len(cells) % 2:
        return None
    pairs: list[Row] = []
    for label, value in zip(cells[::2], cells[1::2], strict=True):
        if value.tag_id != _TD:
            return None
        pairs.append(Row(_label_text(label), cell_value(value)))
    return pairs


def _detail_rows(table_rows: list[LexborNode]) -> tuple[list[Row], bool]:
    """Label/value rows of a table, and whether it has no other rows; the text of another row stands without a label."""
    rows: list[Row] = []
    is_regular = True
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
            rows.append(_new(Row, (_label_text(label), cell_value(value))))
            continue
        pairs = _pairs(row)
        if pairs is not None:
            rows += pairs
            continue
        # Kartik lays several pairs out in one row, in a table of its own.
        inner = row.css_first("table.kv-child-table") if has_class(row, "kv-child-table-row") else None
        for inner_row in _table_rows(inner) if inner is not None else [row]:
            pairs = _pairs(inner_row)
            if pairs is None:
                is_regular = False
                text = element_text(inner_row)
                pairs = [Row("", text)] if text else []
            rows += pairs
    return rows, is_regular


def _read_details(table: LexborNode, table_rows: list[LexborNode]) -> list[Row] | None:
    """Rows of a label/value table; None when the table is something else."""
    if has_class(table, "detail-view"):
        return _detail_rows(table_rows)[0]
    if not table_rows or len(list(table_rows[0].iter())) != 2:
        return None
    rows, is_regular = _detail_rows(table_rows)
    known = sum(match_label(row.label) is not None for row in rows)
    return rows if is_regular and known >= _FEWEST_KNOWN_LABELS else None


def _stated_total(table: LexborNode, totals: dict[int, int | None] | None) -> int | None:
    """What the summary of the GridView around a table says; totals remembers it for the next table of that GridView.

    totals is None on a page without a GridView.
    """
    if totals is None:
        return None
    node = table.parent
    for _ in range(6):
        if node is None:
            return None
        if has_class(node, "grid-view"):
            if node.mem_id not in totals:
                summary = node.css_first(".summary")
                if summary is not None and summary.css_first(f"#{STAND_IN}") is not None:
                    raise _MisplacedError
                found = _TOTAL.search(element_text(summary)) if summary is not None else None
                totals[node.mem_id] = int(found[1].replace(",", "")[:12] or 0) if found is not None else None
            return totals[node.mem_id]
        node = node.parent
    return None


def _read_grid(
    table: LexborNode, rows: list[LexborNode], heading: LexborNode | None, totals: dict[int, int | None] | None
) -> Grid | None:
    """A table whose first row holds header cells only; None when there is no such row."""
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
    header = tuple([element_text(cell) for cell in header_cells])
    total = _stated_total(table, totals)
    return Grid(element_text(heading) if heading is not None else None, header, tuple(body), total)


def _is_inside(node: LexborNode, inside: set[int], outside: set[int]) -> bool:
    """Tell whether an element stands in a table that was read, and remember its ancestors: deep pages cost no more."""
    passed: list[int] = []
    parent = node.parent
    while parent is not None and parent.mem_id not in outside:
        if parent.mem_id in inside:
            inside.update(passed)
            return True
        passed.append(parent.mem_id)
        parent = parent.parent
    outside.update(passed)
    return False


def _after_colon(text: str) -> str | None:
    return text.partition(":")[2].strip() or None


def _stands_alone(table: LexborNode, outline: Sequence[LexborNode]) -> bool:
    """Tell whether no heading and no other table is around a table."""
    around = {node.mem_id for node in outline}
    parent = table.parent
    while parent is not None and parent.mem_id not in around:
        parent = parent.parent
    return parent is None


def _read_content(tree: LexborHTMLParser, utf8: bytes, lifted: Sequence[Row]) -> Content:
    """Read a page whose tree was made of utf8; lifted are the rows that belong where the stand-in is.

    Raises _MisplacedError when the stand-in is not where a table is read.
    """
    title_id = headline = None
    heading: LexborNode | None = None
    rows: list[Row] = []
    grids: list[Grid] = []
    # Elements by their place in memory. Every ancestor of a table comes before it, so what was found out stays true.
    read_tables: set[int] = set()
    unread: set[int] = set()
    totals: dict[int, int | None] | None = {} if b"grid-view" in utf8 else None
    is_placed = not lifted
    outline = _SELECTOR.find(_OUTLINE, tree.root) if tree.root is not None else []
    for node in outline:
        if node.tag_id != _TABLE:
            # Only the line below the title is a headline, and that stands before the rows.
            text = element_text(node) if headline is None and not rows else ""
            if title_id is None and text.startswith(TITLE) and node.tag == "h1":
                title_id = _after_colon(text)
            elif text.startswith(HEADLINE) and ":" in text:
                headline = _after_colon(text)
            else:
                heading = node
            continue
        if read_tables and _is_inside(node, read_tables, unread):
            continue
        if not is_placed and node.id == STAND_IN:
            if not _stands_alone(node, outline):
                raise _MisplacedError
            rows += lifted
            is_placed = True
            continue
        table_rows = _table_rows(node)
        details = _read_details(node, table_rows)
        if details is not None:
            rows += details
            read_tables.add(node.mem_id)
            continue
        grid = _read_grid(node, table_rows, heading, totals)
        if grid is not None:
            grids.append(grid)
            read_tables.add(node.mem_id)
    if not is_placed:
        raise _MisplacedError
    if title_id is None:
        title = tree.css_first("title")
        text = element_text(title) if title is not None else ""
        title_id = _after_colon(text) if text.startswith(TITLE) else None
    return Content(title_id, headline, tuple(rows), tuple(grids))


def _flags(decoded: Decoded, utf8: bytes, *, speaks_php: bool) -> frozenset[str]:
    flags: set[str] = set()
    if decoded.is_repaired:
        flags.add("encoding_repaired")
    if decoded.has_losses:
        flags.add("undecodable_bytes")
    if b"\0" in utf8:
        flags.add("nul_characters")
    if speaks_php and _PHP_WARNING.search(decoded.text):
        flags.add("php_warnings")
    return frozenset(flags) if flags else _NO_FLAGS


def _read_page(body: bytes, lifted: Sequence[Row], status: int, content_type: str | None, location: str | None) -> Page:
    decoded = decode_page(body, content_type)
    if lifted and not decoded.is_sound:
        raise _MisplacedError
    text, utf8 = decoded.text, decoded.as_utf8()
    # How PHP begins a message of its own; searched for once, as this is a share of the whole time.
    speaks_php = "</b>:" in text
    flags = _flags(decoded, utf8, speaks_php=speaks_php)
    verdict = judge_response(text, status, location)
    if verdict is not None:
        return Page(verdict.kind, verdict.reason, None, None, (), (), "html", decoded.encoding, flags)
    tree = LexborHTMLParser(utf8)
    content = _read_content(tree, utf8, lifted)
    fatal = php_fatal(text) if speaks_php else None
    verdict = fatal or judge_page(tree, text, status, content.title_id, content.rows, content.grids)
    if verdict.kind is not PageKind.PROJECT:
        # Kept for the reader of the archive, never for the tables: the fingerprint tells two such pages apart.
        content = content._replace(grids=())
    return Page(verdict.kind, verdict.reason, *content, "html", decoded.encoding, flags)


def read_by_tree(
    body: bytes, *, status: int = 200, content_type: str | None = None, location: str | None = None
) -> Page:
    """Read a response by nothing but the tree of the whole page: what read_page has to agree with."""
    return _read_page(body, (), status, content_type, location)


def read_page(body: bytes, *, status: int = 200, content_type: str | None = None, location: str | None = None) -> Page:
    """Read a response: its kind, and everything a project page says. Never raises, whatever the bytes are.

    status, content_type and location are the response's; they help to tell redirects and error pages.
    """
    lifted = lift_detail_view(body)
    if lifted is not None:
        with suppress(_MisplacedError):
            return _read_page(lifted.rest, lifted.rows, status, content_type, location)
    return read_by_tree(body, status=status, content_type=content_type, location=location)
