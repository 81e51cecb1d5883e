"""The web archives that can be harvested: addresses of their indexes, requests to them, address of a capture."""

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
# An answer with this number of lines has at most 3 MB.
MOST_LINES = 10_000
_YEAR_AND_WEEK = re.compile(r"CC-MAIN-(\d{4})-(\d{2})")
_NO_CAPTURES = b"no captures found"


class Dialect(StrEnum):
    """The kind of CDX server: the kinds differ in the form of a filter and in the request for the next part."""

    WAYBACK = "wayback"
    PYWB = "pywb"


class Window(NamedTuple):
    """The first and the last time of the requested captures, both included, in UTC."""

    first: dt.datetime
    last: dt.datetime

    def halves(self) -> tuple["Window", "Window"] | None:
        """The two halves of the window; None if it is too short."""
        span = (self.last - self.first) // 2
        if span < dt.timedelta(days=1):
            return None
        middle = (self.first + span).replace(microsecond=0)
        return Window(self.first, middle), Window(middle + dt.timedelta(seconds=1), self.last)


@dataclass(frozen=True, slots=True)
class WebArchive:
    """One web archive: index_url is its index of captures; if collections_url is set instead, it lists several indexes.

    A capture is replayed at <replay_url>/<time>id_/<address>, or is a record in a file below data_url.
    """

    name: str
    dialect: Dialect
    home: str
    index_url: str | None = None
    collections_url: str | None = None
    replay_url: str | None = None
    data_url: str | None = None

    def replay_of(self, entry: Entry) -> str:
        """The address of the capture as archived, without rewritten links and without a banner."""
        return f"{self.replay_url}/{entry.timestamp}id_/{entry.url}"

    def file_of(self, entry: Entry) -> str:
        """The WARC file that holds the record of the capture."""
        return f"{self.data_url}{quote(entry.filename or '')}"

    def address_of(self, entry: Entry) -> str:
        """The name of the capture in this archive; if the archive has a replay, people can open it."""
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

    An index knows addresses by a key without scheme and `www.`, with sorted parameters: one question for everything
    that begins with the address finds any order of the parameters, also with others between. The filter leaves out the
    site's other pages; the addresses of the rest show which are project pages.
    """
    asked = [("url", base_url), ("matchType", "prefix"), ("output", "json")]
    asked += [("from", f"{window.first:%Y%m%d%H%M%S}"), ("to", f"{window.last:%Y%m%d%H%M%S}")]
    if dialect is Dialect.WAYBACK:
        asked += [("filter", "urlkey:.*project_id=.*"), ("fl", ",".join(FIELDS))]
        asked += [("limit", str(MOST_LINES)), ("showResumeKey", "true")]
        asked += [("resumeKey", resume_key)] if resume_key is not None else []
    else:
        # Without the tilde the text is not a pattern.
        asked += [("filter", "~urlkey:.*project_id=.*")]
        asked += [("page", str(page))] if page is not None else []
        asked += [("showNumPages", "true")] if counts_pages else []
    return f"{index_url}?{urlencode(asked)}"


def says_nothing_found(status: int | None, body: bytes) -> bool:
    """Whether an index answers that it has no matching capture: pywb does so with 404."""
    return status == 404 and _NO_CAPTURES in body.lower()


def collections_of(body: bytes, home: str, window: Window) -> list[str]:
    """The addresses of an archive's indexes that may have captures of a window, as listed. Raises IndexAnswerError.

    Indexes on another host than the archive's home are left out.
    """
    try:
        listed = json.loads(body)
        found = [(str(one.get("id", "")), str(one["cdx-api"])) for one in listed]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IndexAnswerError(f"is not a list of indexes ({type(error).__name__})") from error
    host = urlsplit(home).netloc
    return [address for name, address in found if _may_hold(name, window) and address.split("/")[2:3] == [host]]


def _may_hold(name: str, window: Window) -> bool:
    """Whether a crawl may have captures of the window, by the year and week in its name; True for any other name."""
    named = _YEAR_AND_WEEK.fullmatch(name)
    if named is None:
        return True
    try:
        week = dt.datetime.fromisocalendar(int(named[1]), int(named[2]), 1).replace(tzinfo=dt.UTC)
        # A crawl takes some weeks and is named after one of them.
        begins, ends = (week + dt.timedelta(weeks=weeks) for weeks in (-6, 6))
    except (ValueError, OverflowError):
        return True
    return begins <= window.last and ends >= window.first
