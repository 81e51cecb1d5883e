"""A listing page (Yii's GridView of projects) → project ids, the total the site states, the next page."""

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.encoding import decode_page
from parsers.labels import LABELS, columns_of
from parsers.numbers import read_count

_VIEW_ROUTE = "tbl-project-main/view"


class Listing(NamedTuple):
    """The content of one listing page.

    project_ids are in page order, each once. stated_total is the number of projects in the whole listing, None where
    that is not certain. next_href is the link to the next page as written (HTML entities resolved), None on the last
    page. sort_keys are the columns the site can sort by. shown has, of each project, the cells of its row under known
    labels as one text, "" where there are none but its id.
    """

    project_ids: tuple[str, ...]
    stated_total: int | None
    next_href: str | None
    sort_keys: tuple[str, ...]
    shown: tuple[str, ...]


def read_listing(body: bytes, *, content_type: str | None = None) -> Listing | None:
    """Read a listing page. Never raises, for any bytes.

    Args:
        body: the bytes as received, in any encoding.
        content_type: the Content-Type header of the response, which may name a charset.

    Returns:
        The listing; None when the page has no GridView (a login form, an error page).
    """
    tree = LexborHTMLParser(decode_page(body, content_type).text)
    grid = tree.css_first(".grid-view")
    if grid is None:
        return None
    header = tuple(cell.text().strip() for cell in grid.css("thead tr:first-child > th"))
    fields = columns_of(header, LABELS)
    shown: dict[str, str] = {}
    for row in grid.css("tbody tr"):
        text = _shown(row, fields)
        for link in row.css("a[href]"):
            project_id = _project_id(link.attributes.get("href") or "")
            if project_id is not None:
                shown.setdefault(project_id, text)
    next_link = grid.css_first(".pagination li.next:not(.disabled) a[href]")
    counts = [part.text() for part in grid.css(".summary b")]
    is_empty = grid.css_first("tbody .empty") is not None
    total = read_count(counts[-1]) if counts else 0 if is_empty else None
    keys = tuple(link.attributes.get("data-sort") or "" for link in grid.css("thead a[data-sort]"))
    return Listing(
        tuple(shown),
        total,
        None if next_link is None else next_link.attributes.get("href"),
        tuple(key.lstrip("-") for key in keys if key),
        tuple(shown.values()),
    )


def _shown(row: LexborNode, fields: tuple[str | None, ...]) -> str:
    """The known cells of a row by their fields, so that neither a counter nor the order of columns makes a change."""
    cells = [" ".join(cell.text().split()) for cell in row.css("td")]
    if len(cells) != len(fields):
        return ""
    named = sorted((field, cell) for field, cell in zip(fields, cells, strict=True) if field is not None)
    return "\n".join(f"{field} {cell}" for field, cell in named if field != "project_id")


def _project_id(href: str) -> str | None:
    try:
        query = parse_qs(urlsplit(href).query)
    except ValueError:
        return None
    if query.get("r", [""])[-1] != _VIEW_ROUTE:
        return None
    return query.get("project_id", [None])[-1]
