"""A listing page (Yii's GridView of projects) → project ids, the total the site states, the next page."""

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser

from parsers.encoding import decode_page
from parsers.numbers import read_count

_VIEW_ROUTE = "tbl-project-main/view"


class Listing(NamedTuple):
    """What one listing page says.

    project_ids are in page order, each once. stated_total is the number of projects in the whole listing, None where
    that is not certain. next_href is the link to the next page as written (HTML entities resolved), None on the last
    page. sort_keys are the columns the site can sort by.
    """

    project_ids: tuple[str, ...]
    stated_total: int | None
    next_href: str | None
    sort_keys: tuple[str, ...]


def read_listing(body: bytes, *, content_type: str | None = None) -> Listing | None:
    """Read a listing page. Never raises, whatever the bytes are.

    Args:
        body: the bytes as they came, in any encoding.
        content_type: the Content-Type header of the response, which may name a charset.

    Returns:
        What the listing says; None when the page has no GridView (a login form, an error page).
    """
    tree = LexborHTMLParser(decode_page(body, content_type).text)
    grid = tree.css_first(".grid-view")
    if grid is None:
        return None
    ids = dict.fromkeys(
        project_id
        for link in grid.css("tbody a[href]")
        if (project_id := _project_id(link.attributes.get("href") or "")) is not None
    )
    next_link = grid.css_first(".pagination li.next:not(.disabled) a[href]")
    counts = [part.text() for part in grid.css(".summary b")]
    is_empty = grid.css_first("tbody .empty") is not None
    total = read_count(counts[-1]) if counts else 0 if is_empty else None
    keys = tuple(link.attributes.get("data-sort") or "" for link in grid.css("thead a[data-sort]"))
    return Listing(
        tuple(ids),
        total,
        None if next_link is None else next_link.attributes.get("href"),
        tuple(key.lstrip("-") for key in keys if key),
    )


def _project_id(href: str) -> str | None:
    try:
        query = parse_qs(urlsplit(href).query)
    except ValueError:
        return None
    if query.get("r", [""])[-1] != _VIEW_ROUTE:
        return None
    return query.get("project_id", [None])[-1]
