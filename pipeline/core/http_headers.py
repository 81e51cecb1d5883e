"""HTTP headers as servers write them: one of several, a date, the codings of a body."""

import datetime as dt
from collections.abc import Iterable
from email.utils import parsedate_to_datetime

# What servers write when the body has no coding.
_NO_CODING = frozenset({"", "identity", "none", "binary", "8bit"})


def first_header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """The first header of that name (in lower case); None where there is none."""
    return next((value for key, value in headers if key.lower() == name), None)


def http_date(header: str | None) -> dt.datetime | None:
    """The moment of a date as HTTP and mail write it (RFC 9110, 5.6.7), in UTC; None where it is not one."""
    try:
        at = parsedate_to_datetime(header or "")
        return at.astimezone(dt.UTC) if at.tzinfo else at.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None


def content_codings(header: str | None) -> tuple[str, ...]:
    """The codings that were applied to a body, in that order, without `none`, `identity` and names of charsets."""
    names = (name.strip().strip("\"'").lower() for name in (header or "").split(","))
    return tuple(name for name in names if name not in _NO_CODING and not _is_charset(name))


def _is_charset(name: str) -> bool:
    try:
        # Python has codecs that are not charsets, such as zlib, and refuses to encode text with them.
        "".encode(name.replace("windows-", "cp"))
    except (LookupError, ValueError):
        return False
    return True
