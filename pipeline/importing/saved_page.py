"""The notes in a saved page: the address it was saved from and the time, as browsers and archives write them.

The notes are HTML comments and scripts of the saving program. Text of the page itself cannot imitate one: the site
escapes what people type.
"""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import NamedTuple

# Comments of browsers are before or after the opening tag; those of archives are at the end.
_BEGINNING = 8192
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY, _MONTH, _YEAR = r"(?P<day>\d{1,2})", r"(?P<month>\w{3})", r"(?P<year>\d{4})"
_CLOCK = r"(?P<clock>\d{2}:\d{2}:\d{2})"
_ARCHIVED_ADDRESS = re.compile(r"https?://[^/\s]+/(?:[^/\s]+/)?(\d{14})(?:[a-z]{2}_)?/(https?://\S+)")


class Statement(NamedTuple):
    """Address and time as a saved page states them, and the text of the time; None for what it does not state."""

    url: str | None = None
    at: dt.datetime | None = None
    raw_time: str = ""


def read_statement(body: bytes) -> Statement:
    """Read the notes of a saved page. Never raises."""
    beginning = body[:_BEGINNING].decode("utf-8", "replace")
    for pattern, read in _AT_THE_BEGINNING:
        if found := pattern.search(beginning):
            return read(found)
    for pattern, read in _ANYWHERE:
        if found := pattern.search(body.decode("utf-8", "replace")):
            return read(found)
    return Statement()


def _saved_from(found: re.Match[str]) -> Statement:
    url = unescape(found[1])
    archived = _ARCHIVED_ADDRESS.fullmatch(url)
    if archived is None:
        # A page that a browser opened from disk has the address of a file, or `about:internet`.
        return Statement(url if url.lower().startswith(("http://", "https://")) else None)
    return Statement(archived[2], _compact(archived[1]), archived[1])


def _single_file(found: re.Match[str]) -> Statement:
    statement = _saved_from(found)
    return statement if statement.at is not None else statement._replace(at=_worded(found[2]), raw_time=found[2])


def _httrack(found: re.Match[str]) -> Statement:
    url = unescape(found[1])
    return Statement(url if "://" in url else f"http://{url}", _worded(found[2]), found[2])


def _archived_on(found: re.Match[str]) -> Statement:
    return Statement(None, _worded(found[1]), found[1])


def _replayed(found: re.Match[str]) -> Statement:
    return Statement(found[2], _compact(found[1]), found[1])


_Reader = Callable[[re.Match[str]], Statement]
_AT_THE_BEGINNING: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (re.compile(r"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)\s+saved date:\s*([^\n<]{10,60})"), _single_file),
    (re.compile(r"<!--\s*Mirrored from (\S+) by HTTrack [^\]]{0,80}\], ([\w, :]{10,60})"), _httrack),
    (re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)"), _saved_from),
)
_ANYWHERE: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    # pywb, and the archives that run it.
    (
        re.compile(
            r"wbinfo\.timestamp = \"(\d{14})\";(?:(?!</script>).){0,400}wbinfo\.url = \"([^\"\s]+)\"", re.DOTALL
        ),
        _replayed,
    ),
    (re.compile(r"<!--\s*FILE ARCHIVED ON ([\w: ,]{10,40}) AND RETRIEVED FROM"), _archived_on),
)


def _compact(digits: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    except ValueError:
        return None


_WORDED = (
    re.compile(rf"\w{{3}} {_MONTH} {_DAY} {_YEAR} {_CLOCK} GMT(?P<zone>[+-]\d{{4}})"),  # JavaScript's
    re.compile(rf"\w{{3}}, {_DAY} {_MONTH} {_YEAR} {_CLOCK} GMT(?P<zone>)"),  # HTTP's
    re.compile(rf"{_CLOCK} {_MONTH} {_DAY}, {_YEAR}(?P<zone>)"),  # the Wayback Machine's
)


def _worded(text: str) -> dt.datetime | None:
    found = next((found for pattern in _WORDED if (found := pattern.match(text.strip()))), None)
    if found is None or found["month"].lower() not in _MONTHS:
        return None
    month = _MONTHS.index(found["month"].lower()) + 1
    moment = f"{found['year']}-{month}-{found['day']} {found['clock']} {found['zone'] or '+0000'}"
    try:
        return dt.datetime.strptime(moment, "%Y-%m-%d %H:%M:%S %z").astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
