"""The web archives that can be harvested: where their indexes are, how they are asked, and where a capture is."""

import datetime as dt
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from pipeline.core.errors import WrongUsageError
from pipeline.importing.cdx_index import FIELDS, Entry, IndexAnswerError

WAYBACK, COMMON_CRAWL = "wayback", "commoncrawl"
# An answer of so many lines has 3 MB at most.
MOST_LINES = 10_000
_YEAR_AND_WEEK = re.compile(r"CC-MAIN-(\d{4})-(\d{2})")
_NO_CAPTURES = b"no captures found"


class Dialect(StrEnum):
    """Which CDX server an archive runs: they differ in how a filter is written and how the rest is asked for."""

    WAYBACK = "wayback"
    PYWB = "pywb"


class Window(NamedTuple):
    """From when to when captures are asked for, both included, in UTC."""

    first: dt.datetime
    last: dt.datetime

    def halves(self) -> tuple["Window", "Window"] | None:
        """The window in two; None where it is too short for that."""
        span = (self.last - self.first) // 2
        if span < dt.timedelta(days=1):
            return None
        middle = (self.first + span).replace(microsecond=0)
        return Window(self.first, middle), Window(middle + dt.timedelta(seconds=1), self.last)


@dataclass(frozen=True, slots=True)
class WebArchive:
    """One web archive: index_url is asked for captures; collections_url lists several such where it is set instead.

    A capture is replayed at <replay_url>/<time>id_/<address>, or lies as a record in a file below data_url.
    """

    name: str
    dialect: Dialect
    home: str
    index_url: str | None = None
    collections_url: str | None = None
    replay_url: str | None = None
    data_url: str | None = None

    def replay_of(self, entry: Entry) -> str:
        """Where the capture is given as it was archived: no link in it rewritten, no banner put on it."""
        return f"{self.replay_url}/{entry.timestamp}id_/{entry.url}"

    def file_of(self, entry: Entry) -> str:
        """The WARC file that holds the record of the capture."""
        return f"{self.data_url}{quote(entry.filename or '')}"

    def address_of(self, entry: Entry) -> str:
        """What names the capture in this archive, and shows it to a person where the archive replays it."""
        if self.data_url is not None:
            return f"{self.file_of(entry)}#offset={entry.offset}&length={entry.length}"
        return f"{self.replay_url}/{entry.timestamp}/{entry.url}"


def web_archive(name: str) -> WebArchive:
    """The archive of a name, `wayback` or `commoncrawl`, or the pywb collection at an address (http or https)."""
    if name == WAYBACK:
        home = "https://web.archive.org/"
        return WebArchive(
            home, Dialect.WAYBACK, home, index_url=f"{home}cdx/search/cdx", replay_url="https://web.archive.org/web"
        )
    if name == COMMON_CRAWL:
        home = "https://index.commoncrawl.org/"
        return WebArchive(
            home,
            Dialect.PYWB,
            home,
            collections_url=f"{home}collinfo.json",
            data_url="https://data.commoncrawl.org/",
        )
    if not re.fullmatch(r"https?://[^/\s?#@]+(?:/[^\s?#]*)?", name) or not name.isprintable():
        raise WrongUsageError(
            f"{name!r:.80}: no such archive; there are {WAYBACK}, {COMMON_CRAWL} and the address of a pywb collection, "
            f"such as https://archive.example/collection"
        )
    home = name.rstrip("/")
    return WebArchive(home, Dialect.PYWB, home, index_url=f"{home}/cdx", replay_url=home)


def index_query(
    index_url: str,
    dialect: Dialect,
    base_url: str,
    window: Window,
    *,
    resume_key: str | None = None,
    page: int | None = None,
    counts_pages: bool = False,
) -> str:
    """The request for the captures of all project pages below base_url.

    An index knows addresses by a key without scheme and `www.`, its parameters sorted: one question for what begins
    with the address finds them all, in any order and with others between. The filter leaves out the site's other pages;
    which of the rest are project pages is told from their addresses.
    """
    asked = [("url", base_url), ("matchType", "prefix"), ("output", "json")]
    asked += [("from", f"{window.first:%Y%m%d%H%M%S}"), ("to", f"{window.last:%Y%m%d%H%M%S}")]
    if dialect is Dialect.WAYBACK:
        asked += [("filter", "urlkey:.*project_id=.*"), ("fl", ",".join(FIELDS))]
        asked += [("limit", str(MOST_LINES)), ("showResumeKey", "true")]
        asked += [("resumeKey", resume_key)] if resume_key is not None else []
    else:
        # Without the tilde it would not be a pattern.
        asked += [("filter", "~urlkey:.*project_id=.*")]
        asked += [("page", str(page))] if page is not None else []
        asked += [("showNumPages", "true")] if counts_pages else []
    return f"{index_url}?{urlencode(asked)}"


def says_nothing_found(status: int | None, body: bytes) -> bool:
    """Whether an index answers that it has no such capture: pywb says so with 404."""
    return status == 404 and _NO_CAPTURES in body.lower()


def collections_of(body: bytes, home: str, window: Window) -> list[str]:
    """The addresses of an archive's indexes that may have captures of a window, as listed. Raises IndexAnswerError.

    Those on another host than its home are left out.
    """
    try:
        listed = json.loads(body)
        found = [(str(one.get("id", "")), str(one["cdx-api"])) for one in listed]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IndexAnswerError(f"is no list of indexes ({type(error).__name__})") from error
    host = urlsplit(home).netloc
    return [address for name, address in found if _may_hold(name, window) and address.split("/")[2:3] == [host]]


def _may_hold(name: str, window: Window) -> bool:
    """Whether a crawl named by year and week may have captures of the window; one named otherwise may."""
    named = _YEAR_AND_WEEK.fullmatch(name)
    try:
        week = dt.datetime.fromisocalendar(int(named[1]), int(named[2]), 1) if named else None
    except ValueError:
        week = None
    if week is None:
        return True
    # A crawl takes some weeks and is named after one of them.
    begins, ends = (week.replace(tzinfo=dt.UTC) + dt.timedelta(weeks=weeks) for weeks in (-6, 6))
    return begins <= window.last and ends >= window.first
