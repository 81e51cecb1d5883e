"""HTML bytes → Page, whatever the skin: Yii's and kartik's DetailView and GridView, hand-written tables."""

import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.cells import element_text
from parsers.detail_view import STAND_IN, MisplacedError, lift_detail_view
from parsers.encoding import Decoded, decode_page
from parsers.gate import judge_page, judge_response, php_fatal
from parsers.html_tables import TABLE, StatedTotals, read_details, read_grid, table_rows_of
from parsers.labels import HEADLINE, TITLE
from parsers.page import Grid, Page, PageKind, Row

_OUTLINE = "h1,h2,h3,h4,.panel-heading,.alert,table"
_NO_FLAGS: frozenset[str] = frozenset()
_PHP_WARNING = re.compile(r"<b>(?:Warning|Notice|Deprecated|Strict Standards)</b>:")

# Made and dropped at once: from then on glibc keeps the memory of a page for the next one instead of giving it back
# to the system, which takes a third off the time of the parse (160 → 95 µs a page of 20 kB).
bytearray(16 << 20)


class _Search(threading.local):
    """One selector for all pages that a thread reads: each tree would make its own, for more than the search takes.

    Never one for two threads: a search that the garbage collector interrupts, whose finalizers may let another thread
    go on, would be searched over.
    """

    def __init__(self) -> None:
        self.selector = LexborHTMLParser("").selector


_SEARCH = _Search()


class Content(NamedTuple):
    """What the body of a page holds, before anyone judged what kind of page it is."""

    title_id: str | None
    headline: str | None
    rows: tuple[Row, ...]
    grids: tuple[Grid, ...]


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


def _read_content(tree: LexborHTMLParser, lifted: Sequence[Row]) -> Content:
    """Read a page; lifted are the rows that belong where the stand-in is.

    Raises MisplacedError when the stand-in is not where a table is read.
    """
    title_id = headline = None
    heading: LexborNode | None = None
    rows: list[Row] = []
    grids: list[Grid] = []
    # Elements by their place in memory. Every ancestor of a table comes before it, so what was found out stays true.
    read_tables: set[int] = set()
    unread: set[int] = set()
    is_placed = not lifted
    outline = _SEARCH.selector.find(_OUTLINE, tree.root) if tree.root is not None else []
    totals = StatedTotals()
    for node in outline:
        if node.tag_id != TABLE:
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
                raise MisplacedError
            rows += lifted
            is_placed = True
            continue
        table_rows = table_rows_of(node)
        details = read_details(node, table_rows)
        if details is not None:
            rows += details
            read_tables.add(node.mem_id)
            continue
        grid = read_grid(node, table_rows, heading, totals)
        if grid is not None:
            grids.append(grid)
            read_tables.add(node.mem_id)
    if not is_placed:
        raise MisplacedError
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
    if lifted and not decoded.is_surely_utf8:
        raise MisplacedError
    text, utf8 = decoded.text, decoded.as_utf8()
    # How PHP begins a message of its own; searched for once, as this is a share of the whole time.
    speaks_php = "</b>:" in text
    flags = _flags(decoded, utf8, speaks_php=speaks_php)
    verdict = judge_response(text, status, location)
    if verdict is not None:
        return Page(verdict.kind, verdict.reason, None, None, (), (), "html", decoded.encoding, flags)
    tree = LexborHTMLParser(utf8)
    content = _read_content(tree, lifted)
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
        with suppress(MisplacedError):
            return _read_page(lifted.rest, lifted.rows, status, content_type, location)
    return read_by_tree(body, status=status, content_type=content_type, location=location)
