"""The kind of a response, with the reason, before values are read from it."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

from parsers.html_text import element_text
from parsers.labels import GOAL_TEXT, LABELS, MONTH_FIELD, match_label
from parsers.page import Grid, PageKind


class PageKindResult(NamedTuple):
    """The kind of a page; reason is a sentence for every kind but `project` and `listing`."""

    kind: PageKind
    reason: str | None = None


# A stored text is HTML-escaped, so these tags can only come from PHP itself.
_PHP_FATAL = re.compile(r"<b>(?:Fatal|Parse|Recoverable fatal) error</b>:\s*([^\n<]{0,200})")
_PLAIN_FATAL = re.compile(r"(?:^|\n)(?:PHP )?(?:Fatal|Parse) error: ([^\n<]{0,200})")
_ERROR_PAGE = re.compile(r"\(#([0-9]{3})\)")
_EXCEPTION = re.compile(
    r"<title>[^<]{0,200}(?:Exception|Error)\b|class=\"call-stack\"|An internal server error occurred"
)
_MAINTENANCE = re.compile(r"ปิดปรับปรุง|ปิดระบบชั่วคราว|ปรับปรุงระบบ|under maintenance|maintenance mode", re.IGNORECASE)
_SCRIPT_REDIRECT = re.compile(
    r"(?:window\.|document\.|top\.|self\.)?location(?:\.href)?\s*=\s*[\"']|location\.(?:replace|assign)\(",
    re.IGNORECASE,
)
_LAYOUT = tuple(label.field for label in LABELS) + tuple(f"{MONTH_FIELD} {month}" for month in range(1, 13))
_NOT_ALWAYS_DUE = {label.field for label in LABELS if not label.is_due(None)}
_FEWEST_ROWS_CUT = 3
_TABLES_OF_A_PROJECT = 2
_TABLE, _TABLE_END = re.compile(r"<table\b", re.IGNORECASE), re.compile(r"</table\b", re.IGNORECASE)
# The distance of the end mark of a whole page from its end, at most, in characters.
_ENDS_WITHIN = 2048


def classify_response(text: str, status: int, location: str | None) -> PageKindResult | None:
    """Judge redirects and empty bodies, which need no look at the page; None when the page must be read."""
    if 300 <= status < 400 and status != 304:
        target = unquote(location or "")
        if "site/login" in target:
            return PageKindResult(PageKind.LOGIN, "the server redirects to its login page")
        return PageKindResult(PageKind.REDIRECT_STUB, f"HTTP {status} redirects to {target[:200]!r}")
    if not text.strip("\ufeff \t\r\n\0"):
        return PageKindResult(PageKind.EMPTY, f"HTTP {status} with an empty body")
    return None


def php_fatal(text: str) -> PageKindResult | None:
    """Judge a page by a PHP fatal error anywhere in its HTML."""
    fatal = _PHP_FATAL.search(text)
    if fatal is None:
        return None
    return PageKindResult(PageKind.SERVER_ERROR, f"PHP fatal error in the page: {fatal[1].strip()!r}")


def _judge_error(tree: LexborHTMLParser, text: str, status: int, *, has_rows: bool) -> PageKindResult | None:
    """Judge error pages, by Yii's `(#404)` in the heading of its error view or by the HTTP status."""
    error_view = None if has_rows else tree.css_first(".site-error h1")
    code = status if status >= 400 else 0
    if error_view is not None:
        named = _ERROR_PAGE.search(element_text(error_view))
        code = int(named[1]) if named is not None else code or 500
    if code in (404, 410):
        return PageKindResult(PageKind.NOT_FOUND, f"the site says {code}: no such page")
    if code in (401, 403):
        return PageKindResult(PageKind.LOGIN, f"the site says {code}: this page is not shown without permission")
    if code >= 500:
        if _MAINTENANCE.search(text):
            return PageKindResult(PageKind.MAINTENANCE, f"HTTP {status}: the site says it is under maintenance")
        return PageKindResult(PageKind.SERVER_ERROR, f"the site says {code}: server error")
    if code:
        return PageKindResult(PageKind.UNKNOWN, f"the site says {code}")
    return None


def missing_tail(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Name the last fields of the known layout when the rows stop before them, forward or in reverse.

    Empty when rows are missing in the middle: that is another layout, not a page that was cut.
    """
    found = _known_fields(labels)
    for layout in (_LAYOUT, _LAYOUT[::-1]):
        present = [position for position, field in enumerate(layout) if field in found]
        if not present:
            return _LAYOUT
        last = present[-1]
        if len(present) >= 0.9 * (last + 1):
            return layout[last + 1 :]
    return ()


def _known_fields(labels: tuple[str, ...]) -> set[str]:
    found = set()
    for label in labels:
        match = match_label(label)
        if match is not None:
            found.add(f"{MONTH_FIELD} {match.month_no}" if match.month_no is not None else match.field)
    if sum(label.strip() == GOAL_TEXT for label in labels) > 1:
        found.add(LABELS[-1].field)
    return found


def _is_whole(text: str) -> bool:
    end = text[-_ENDS_WITHIN:]
    return "</html" in end or "</html" in end.lower()


def _is_closed(text: str, labels: tuple[str, ...], grids: tuple[Grid, ...]) -> bool:
    """Whether every known row and both tables are complete; programs that save pages leave out </html>."""
    return (
        len(grids) == _TABLES_OF_A_PROJECT
        and (_known_fields(labels) | _NOT_ALWAYS_DUE).issuperset(_LAYOUT)
        and len(_TABLE.findall(text)) == len(_TABLE_END.findall(text))
    )


def _judge_project(text: str, labels: tuple[str, ...], grids: tuple[Grid, ...]) -> PageKindResult:
    if not _is_whole(text) and not _is_closed(text, labels, grids):
        plain = _PLAIN_FATAL.search(text[-_ENDS_WITHIN:])
        if plain is not None:
            return PageKindResult(PageKind.SERVER_ERROR, f"PHP fatal error in the page: {plain[1].strip()!r}")
        return PageKindResult(PageKind.TRUNCATED, f"the page ends without </html> after {len(labels)} rows")
    if grids:
        return PageKindResult(PageKind.PROJECT)
    # The rows are the end of the page, so it may have been cut and closed again.
    tail = missing_tail(labels)
    if len(tail) >= _FEWEST_ROWS_CUT:
        return PageKindResult(PageKind.TRUNCATED, f"the page stops before the row {tail[0]!r} and {len(tail) - 1} more")
    return PageKindResult(PageKind.PROJECT)


def classify_page(
    tree: LexborHTMLParser,
    text: str,
    status: int,
    title_id: str | None,
    labels: tuple[str, ...],
    grids: tuple[Grid, ...],
) -> PageKindResult:
    """Judge a page by its content: first signs that it is not a project page, then its rows, then the rest."""
    error = _judge_error(tree, text, status, has_rows=bool(labels))
    if error is not None:
        return error
    if labels:
        return _judge_project(text, labels, grids)
    if tree.css_first("#login-form, input[name^=LoginForm], input[type=password]") is not None:
        return PageKindResult(PageKind.LOGIN, "the page is a login form")
    if _EXCEPTION.search(text):
        return PageKindResult(PageKind.SERVER_ERROR, "the page is an exception page")
    plain = _PLAIN_FATAL.search(text)
    if plain is not None:
        return PageKindResult(PageKind.SERVER_ERROR, f"PHP fatal error in the page: {plain[1].strip()!r}")
    is_whole = _is_whole(text)
    if title_id is not None:
        return PageKindResult(PageKind.TRUNCATED, f"a project page of {title_id!r} without its label/value rows")
    refresh = tree.css_first("meta[http-equiv=refresh i]")
    if refresh is not None and "url" in (refresh.attributes.get("content") or "").lower():
        return PageKindResult(PageKind.REDIRECT_STUB, "the page sends the reader elsewhere by meta refresh")
    if is_whole and tree.css_first(".grid-view, [data-key]") is not None:
        return PageKindResult(PageKind.LISTING)
    if _MAINTENANCE.search(text):
        return PageKindResult(PageKind.MAINTENANCE, "the page says the site is under maintenance")
    if len(text) < 4096 and _SCRIPT_REDIRECT.search(text):
        return PageKindResult(PageKind.REDIRECT_STUB, "the page sends the reader elsewhere by script")
    if not is_whole and re.search(r"<html|<!doctype", text[:_ENDS_WITHIN], re.IGNORECASE):
        return PageKindResult(PageKind.TRUNCATED, "the page ends without </html> before any row")
    return PageKindResult(PageKind.UNKNOWN, "the page has no label/value rows and is not of a known kind")
