"""MHTML: the page in a file that Chromium, Edge, Chrome on Android or Internet Explorer saved it to."""

import datetime as dt
import email
import email.policy
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from pipeline.importing.saved_page import Statement


class MhtmlPage(NamedTuple):
    """The page itself: its bytes, its Content-Type, and what the file states of address and time."""

    body: bytes
    content_type: str
    statement: Statement


def read_mhtml(data: bytes) -> MhtmlPage | None:
    """Read the page of an MHTML file; None where it holds none."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
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
        Statement(None if url is None else "".join(str(url).split()), _time_of(raw_time), raw_time),
    )


def _page_of(message: Message) -> Message | None:
    """The root of a multipart/related message: the part that `start` names, or the first page."""
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = message.get_param("start")
    named = (part for part in pages if start is not None and part["Content-ID"] == start)
    return next(named, pages[0] if pages else None)


def _time_of(raw: str) -> dt.datetime | None:
    try:
        at = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError):
        return None
    return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at
