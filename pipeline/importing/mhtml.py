"""MHTML: the page in a file that Chromium, Edge, Chrome on Android or Internet Explorer saved."""

import email
from collections.abc import Sequence
from email.message import Message
from email.policy import Compat32
from typing import NamedTuple

from pipeline.core.http_headers import http_date
from pipeline.importing.saved_page import Statement

# The time of the library grows with the square of a header's length.
_LONGEST_HEADER = 8192
# What the library raises for malformed messages.
_EMAIL_FAILS = (RecursionError, TypeError, ValueError, LookupError, AttributeError)


class _Bounded(Compat32):
    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)  # type: ignore[arg-type]
        return name, value[:_LONGEST_HEADER]


class MhtmlPage(NamedTuple):
    """The page itself: its bytes, its Content-Type, and the address and time that the file states."""

    body: bytes
    content_type: str
    statement: Statement


def read_mhtml(data: bytes) -> MhtmlPage | None:
    """Read the page of an MHTML file; None where it holds none. Never raises."""
    try:
        return _read(email.message_from_bytes(data, policy=_Bounded()))
    except _EMAIL_FAILS:
        return None


def _read(message: Message) -> MhtmlPage | None:
    page = _page_of(message)
    if page is None:
        return None
    body = page.get_payload(decode=True)
    if not isinstance(body, bytes):
        return None
    charset = page.get_content_charset()
    url = message["Snapshot-Content-Location"] or page["Content-Location"] or message["Content-Location"]
    raw_time = str(message["Date"] or "")
    return MhtmlPage(
        body,
        "text/html" if charset is None else f"text/html; charset={''.join(charset.split())}",
        Statement(None if url is None else "".join(str(url).split()), http_date(raw_time), raw_time),
    )


def _page_of(message: Message) -> Message | None:
    """The root of a multipart/related message: the part that `start` names, or the first page."""
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = message.get_param("start")
    named = (part for part in pages if start is not None and part["Content-ID"] == start)
    return next(named, pages[0] if pages else None)
