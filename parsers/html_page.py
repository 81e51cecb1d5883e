"""HTML bytes → Page, whatever the skin: Yii's and kartik's DetailView and GridView, hand-written tables."""

import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.encoding import Decoded, decode_page
from parsers.html_tables import TABLE, StatedTotals, read_details, read_grid, table_rows_of
from parsers.html_text import MOST_NODES, element_text
from parsers.labels import HEADLINE, TITLE
from parsers.lifting import STAND_IN, MisplacedError, Table, lift_tables
from parsers.page import Grid, GridCells, Page, PageKind
from parsers.page_kind import classify_page, classify_response, php_fatal
from parsers.surroundings import Surroundings

_OUTLINE = "h1,h2,h3,h4,.panel-heading,.alert,table"
# A longer one would stand whole at every table below it.
_LONGEST_HEADING = 1000
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
    labels: tuple[str, ...]
    values: tuple[str | None, ...]
    grids: tuple[Grid, ...]


def _after_colon(text: str) -> str | None:
    return text.partition(":")[2].strip() or None


def _read_table(table: LexborNode) -> Table | None:
    table_rows = table_rows_of(table)
    details = read_details(table, table_rows)
    return details if details is not None else read_grid(table_rows)


def _read_content(tree: LexborHTMLParser, lifted: Sequence[Table]) -> Content:
    """Read a page; lifted are the tables that belong where the stand-ins are.

    Raises MisplacedError when a stand-in is not where a table is read.
    """
    title_id = headline = None
    heading: LexborNode | None = None
    heading_text: str | None = None
    labels: list[str] = []
    values: list[str | None] = []
    grids: list[Grid] = []
    n_placed = 0
    # Nothing of it stands in the head, whose many elements would each be asked.
    outline = _SEARCH.selector.find(_OUTLINE, tree.body) if tree.body is not None else []
    surroundings = Surroundings(outline)
    totals = StatedTotals()
    for node in outline:
        if node.tag_id != TABLE:
            # Only the line below the title is a headline, and that stands before the rows.
            text = element_text(node, MOST_NODES) if headline is None and not labels else ""
            if title_id is None and text.startswith(TITLE) and node.tag == "h1":
                title_id = _after_colon(text)
            elif text.startswith(HEADLINE) and ":" in text:
                headline = _after_colon(text)
            else:
                heading, heading_text = node, None
            continue
        around = surroundings.of(node)
        if around.is_in_read_table:
            continue
        if n_placed < len(lifted) and node.id == f"{STAND_IN}{n_placed}":
            if around.is_in_outline:
                raise MisplacedError
            table = lifted[n_placed]
            n_placed += 1
        else:
            read = _read_table(node)
            if read is None:
                continue
            table = read
            surroundings.was_read(node)
        if isinstance(table, GridCells):
            if heading is not None and heading_text is None:
                heading_text = element_text(heading, MOST_NODES)[:_LONGEST_HEADING]
            grids.append(Grid(heading_text, *table, totals.of(around.grid_view)))
        else:
            labels += table.labels
            values += table.values
    if n_placed < len(lifted):
        raise MisplacedError
    if title_id is None:
        title = tree.css_first("title")
        text = element_text(title) if title is not None else ""
        title_id = _after_colon(text) if text.startswith(TITLE) else None
    return Content(title_id, headline, tuple(labels), tuple(values), tuple(grids))


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


def _read_page(
    body: bytes, lifted: Sequence[Table], status: int, content_type: str | None, location: str | None
) -> Page:
    decoded = decode_page(body, content_type)
    if lifted and not decoded.is_surely_utf8:
        raise MisplacedError
    text, utf8 = decoded.text, decoded.as_utf8()
    # How PHP begins a message of its own; searched for once, as this is a share of the whole time.
    speaks_php = "</b>:" in text
    flags = _flags(decoded, utf8, speaks_php=speaks_php)
    verdict = classify_response(text, status, location)
    if verdict is not None:
        return Page(verdict.kind, verdict.reason, None, None, (), (), (), "html", decoded.encoding, flags)
    tree = LexborHTMLParser(utf8)
    content = _read_content(tree, lifted)
    fatal = php_fatal(text) if speaks_php else None
    verdict = fatal or classify_page(tree, text, status, content.title_id, content.labels, content.grids)
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
    # An error page is judged by all of its text.
    lifted = lift_tables(body) if status < 400 else None
    if lifted is not None:
        with suppress(MisplacedError):
            return _read_page(lifted.rest, lifted.tables, status, content_type, location)
    return read_by_tree(body, status=status, content_type=content_type, location=location)
