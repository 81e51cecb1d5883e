"""HTML bytes → Page, for every skin: Yii's and kartik's DetailView and GridView, hand-written tables."""

import re

from selectolax.lexbor import LexborHTMLParser

from parsers.encoding import Decoded, decode_page
from parsers.html_content import read_content
from parsers.no_values import holds_php_message
from parsers.page import Page, PageKind
from parsers.page_kind import classify_page, classify_response, php_fatal

_PHP_WARNING = re.compile(r"<b>(?:Warning|Notice|Deprecated|Strict Standards)</b>:")


def _flags(decoded: Decoded, utf8: bytes, *, speaks_php: bool) -> frozenset[str]:
    flags: set[str] = set()
    if decoded.is_repaired:
        flags.add("encoding_repaired")
    if decoded.has_losses:
        flags.add("undecodable_bytes")
    if b"\0" in utf8:
        flags.add("nul_characters")
    if (speaks_php and _PHP_WARNING.search(decoded.text)) or holds_php_message(decoded.text):
        flags.add("php_warnings")
    return frozenset(flags)


def read_page(body: bytes, *, status: int = 200, content_type: str | None = None, location: str | None = None) -> Page:
    """Read a response in HTML: its kind, and the whole content of a project page. Never raises, for any bytes.

    Args:
        body: the bytes as received, in any encoding.
        status: the HTTP status of the response.
        content_type: its Content-Type header, which may name a charset.
        location: its Location header, which shows the meaning of a redirect.

    Returns:
        A page of any kind, with a reason unless it is a project page or a listing. A page that was cut has the rows
        before the cut; only a project page has grids.
    """
    decoded = decode_page(body, content_type)
    text, utf8 = decoded.text, decoded.as_utf8()
    # The beginning of PHP's own messages; searched only once, because it takes a noticeable share of the time.
    speaks_php = "</b>:" in text
    flags = _flags(decoded, utf8, speaks_php=speaks_php)
    judged = classify_response(text, status, location)
    if judged is not None:
        return Page(judged.kind, judged.reason, None, None, (), (), (), "html", decoded.encoding, flags)
    tree = LexborHTMLParser(utf8)
    content = read_content(tree)
    fatal = php_fatal(text) if speaks_php else None
    kind, reason = fatal or classify_page(tree, text, status, content.title_id, content.labels, content.grids)
    if kind is not PageKind.PROJECT:
        # Kept for readers of the archive, not for the tables: the fingerprint distinguishes two such pages.
        content = content._replace(grids=())
    return Page(kind, reason, *content, "html", decoded.encoding, flags)
