"""The tree of a page → its content: title, headline, label/value rows and grids, in one walk."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.html_cells import shown_line
from parsers.html_shown import HIDDEN, how_not_shown
from parsers.html_tables import TABLE, read_table
from parsers.html_text import MOST_NODES, classes_of, element_text, tag_id
from parsers.labels import HEADLINE, TITLE
from parsers.numbers import read_count
from parsers.page import Details, Grid
from parsers.value_spelling import plain_value

_H1, _UL = tag_id("h1"), tag_id("ul")
# What layouts put around tables.
_DIALOG = tag_id("dialog")
_BOXES = frozenset({_DIALOG, *map(tag_id, ("div", "section", "main", "article", "form", "fieldset"))})
_HEADINGS = frozenset({_H1, tag_id("h2"), tag_id("h3"), tag_id("h4")})
_HEADING_CLASSES = frozenset({"panel-heading", "alert"})
# A longer one would be repeated at every table below it.
_LONGEST_HEADING = 1000
_COUNT = r"([0-9](?:[0-9,.' \u2019]*[0-9])?)"
_TOTAL = re.compile(rf"(?:จาก|ทั้งหมด|ของ|of|Total)\s*(?:{_COUNT}|\d)")
# Signs after which a count is another number: an unusual separator, or a word for thousands.
_GOES_ON = re.compile(r"[^\s.ก-๙A-Za-z<()]|\s*(?:พัน|หมื่น|แสน|ล้าน|[kK]\b)")
_PAGES = re.compile(rf"(?:หน้าที่|หน้า|page)\s*[0-9,]+\s*(?:จาก|of|/)\s*{_COUNT}", re.IGNORECASE)


class Content(NamedTuple):
    """The content of a page, before its kind is decided."""

    title_id: str | None
    headline: str | None
    labels: tuple[str, ...]
    values: tuple[str | None, ...]
    grids: tuple[Grid, ...]


@dataclass(slots=True)
class _GridView:
    """A GridView around tables: the number of rows in its summary (above or below them), and whether it has pages."""

    stated_total: int | None = None
    is_paged: bool = False


class _PlacedGrid(NamedTuple):
    grid: Grid
    grid_view: _GridView | None


def read_content(tree: LexborHTMLParser) -> Content:
    """Read the body of a page, and its title element where no heading names the project."""
    title_id = headline = None
    heading: LexborNode | str | None = None
    labels: list[str] = []
    values: list[str | None] = []
    grids: list[_PlacedGrid] = []
    for found in _outline(tree.body) if tree.body is not None else ():
        if isinstance(found, Details):
            labels += found.labels
            values += found.values
        elif isinstance(found, _PlacedGrid):
            if isinstance(heading, LexborNode):
                heading = element_text(heading, MOST_NODES)[:_LONGEST_HEADING]
            grids.append(found._replace(grid=found.grid._replace(heading=heading)))
        else:
            # Title and headline are above the rows; a similar text below them is an ordinary heading.
            text = element_text(found, MOST_NODES) if headline is None and not labels else ""
            if title_id is None and text.startswith(TITLE) and found.tag_id == _H1:
                title_id = _after_colon(text)
            elif text.startswith(HEADLINE) and ":" in text:
                headline = _after_colon(shown_line(found))
            else:
                heading = found
    if title_id is None:
        title = tree.css_first("title")
        text = element_text(title) if title is not None else ""
        title_id = _after_colon(text) if text.startswith(TITLE) else None
    # A summary can be below its table.
    whole = [
        grid if view is None else grid._replace(stated_total=view.stated_total, is_paged=view.is_paged)
        for grid, view in grids
    ]
    return Content(title_id, headline, tuple(labels), tuple(values), tuple(whole))


def _outline(body: LexborNode) -> Iterator[LexborNode | Details | _PlacedGrid]:
    """Headings, label/value tables and grids in page order; each element is visited once, however deep the page.

    A table that is read is not entered: all that is in its cells is their text. With each element goes how it, or one
    around it, does not show; a body that hides itself does until a program has loaded it.
    """
    open_elements: list[tuple[Iterator[LexborNode], _GridView | None, str | None]] = [(body.iter(), None, None)]
    while open_elements:
        siblings, grid_view, how = open_elements[-1]
        node = next(siblings, None)
        if node is None:
            open_elements.pop()
            continue
        tag = node.tag_id
        if tag == TABLE:
            table = read_table(node, how)
            if table is not None:
                yield table if isinstance(table, Details) else _PlacedGrid(table, grid_view)
                continue
        elif tag in _HEADINGS:
            yield node
        elif tag in _BOXES:
            attributes = node.attributes
            classes = (attributes.get("class") or "").split()
            how = how or how_not_shown(attributes)
            if tag == _DIALOG and "open" not in attributes:
                how = HIDDEN
            if not _HEADING_CLASSES.isdisjoint(classes):
                yield node
            if "grid-view" in classes:
                grid_view = _GridView()
            elif "summary" in classes and grid_view is not None and grid_view.stated_total is None:
                summary = plain_value(element_text(node, MOST_NODES))
                n_pages, total = _count(_PAGES.search(summary)), _count(_TOTAL.search(_PAGES.sub("", summary)))
                # An unreadable count does not say how many rows there are.
                grid_view.is_paged |= n_pages is None or n_pages > 1 or total is None
                grid_view.stated_total = total or None
        elif tag == _UL and grid_view is not None and "pagination" in classes_of(node):
            # Drawn only where there is more than one page.
            grid_view.is_paged |= node.css_first("a[href]") is not None
        open_elements.append((node.iter(), grid_view, how))


def _after_colon(text: str) -> str | None:
    return text.partition(":")[2].strip() or None


def _count(found: re.Match[str] | None) -> int | None:
    if found is None:
        return 0
    return None if found[1] is None or _GOES_ON.match(found.string, found.end()) else read_count(found[1])
