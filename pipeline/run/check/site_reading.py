"""What the answers of a source say of the site itself, of its listing, and of two readings of one page."""

import datetime as dt
import math
import re
from dataclasses import dataclass
from itertools import zip_longest
from statistics import median
from urllib.parse import urljoin

from parsers.encoding import decode_page
from parsers.page import Page, content_sha256
from pipeline.core.settings import FetchSettings, Source
from pipeline.fetch.client import Reply, Trouble
from pipeline.fetch.outcome import masked_sha256
from pipeline.fetch.redirects import redirect_target, stays_on_site
from pipeline.fetch.server_clock import served_at
from pipeline.fetch.throttle import parse_window
from pipeline.run.check.asking import Answer, Answers
from pipeline.run.check.page import obstacle_of

_HEADERS = ("server", "date", "age", "etag", "last-modified", "cache-control", "via", "x-cache", "retry-after")
_DAY = 24 * 3600
_CERTIFICATE = re.compile(r"certificate verify failed:?([^(\"\n]{0,200})", re.IGNORECASE)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class SecondReading:
    """Two readings of one page: is what it says the same, is all but the token, and which rows differ."""

    is_same_content: bool
    is_same_but_token: bool
    is_same_bytes: bool
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SiteReading:
    """The site as its answers show it.

    tls is a sentence. clock_difference_s is how far the site's clock is ahead of ours, None where no answer had a Date.
    headers are those of a page, cookies their names. browser says how a browser is answered otherwise than we are;
    it is "" where it is answered the same, and None where that was not asked. trouble, of the first request that got no
    whole response, is one of fetch.client.Trouble. interval_s is the pace that a run would keep.
    """

    requests: int
    redirects: tuple[str, ...]
    tls: str
    clock_difference_s: float | None
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    robots_status: int | None
    allows_listing: bool
    allows_pages: bool
    robots_interval_s: float
    interval_s: float
    median_ms: int | None
    browser: str | None
    is_browser_better: bool
    second_reading: SecondReading | None
    trouble: str | None
    error: str | None
    ended: str | None


@dataclass(frozen=True, slots=True)
class ListingReading:
    """The listing; kind is that of the page, or `disallowed`, `not asked` or `none`.

    obstacle is what stands in its place, as in PageReading. is_next_ours is None where there is no next link;
    second_page_new counts what the second page names beyond the first. requests are those of a crawl of everything,
    nights how many it takes at the set rate; both are None without a stated total.
    """

    kind: str
    error: str | None
    obstacle: str | None
    rows: int
    stated_total: int | None
    has_next: bool
    is_next_ours: bool | None
    second_page_new: int | None
    sort_keys: tuple[str, ...]
    requests: int | None
    nights: int | None


def read_site_of(source: Source, answers: Answers) -> SiteReading:
    """Say what all answers together show of the site."""
    heard = answers.heard
    page = next((answer.reply for answer in (*answers.pages, *answers.listings)), None) or answers.robots
    headers = page.headers if page is not None else ()
    failed = next((reply for reply in _last_replies(answers) if reply.trouble is not None), None)
    cookies = [
        value.partition("=")[0] for reply in heard for name, value in reply.headers if name.lower() == "set-cookie"
    ]
    browser, is_better = _compare_browser(answers)
    answered = [reply.elapsed_ms for reply in heard if reply.status is not None]
    return SiteReading(
        requests=len(heard),
        redirects=tuple(dict.fromkeys(_redirects(source, heard))),
        tls=_tls(source, heard),
        clock_difference_s=_clock_difference(heard),
        headers=tuple((name.lower(), value[:_LONGEST]) for name, value in headers if name.lower() in _HEADERS),
        cookies=tuple(dict.fromkeys(name[:_LONGEST] for name in cookies)),
        robots_status=answers.robots.status if answers.robots is not None else None,
        allows_listing=answers.allows_listing,
        allows_pages=answers.allows_pages,
        robots_interval_s=answers.robots_interval,
        interval_s=answers.interval,
        median_ms=round(median(answered)) if answered else None,
        browser=browser,
        is_browser_better=is_better,
        second_reading=_second_reading(answers),
        trouble=failed.trouble.value if failed is not None and failed.trouble is not None else None,
        error=failed.error if failed is not None else None,
        ended=answers.ended,
    )


def read_listing_of(source: Source, settings: FetchSettings, answers: Answers) -> ListingReading:
    """Say what the listing shows, and how long a crawl of all it names takes."""
    if not answers.listings:
        kind = "not asked" if answers.allows_listing else "disallowed"
        return ListingReading(kind, answers.ended, None, 0, None, False, None, None, (), None, None)
    first, *others = answers.listings
    listing = first.listing
    if listing is None:
        kind = first.page.kind.value if first.page is not None else "none"
        error = first.reply.error or (first.page.reason if first.page is not None else None)
        text = decode_page(first.reply.body, first.reply.header("content-type")).text
        return ListingReading(kind, error, obstacle_of(text), 0, None, False, None, None, (), None, None)
    following = listing.next_href
    is_ours = None if following is None else _is_ours(source.base_url, following)
    new = None
    if others and others[0].listing is not None:
        new = len(set(others[0].listing.project_ids) - set(listing.project_ids))
    requests = nights = None
    if listing.stated_total is not None:
        rows = max(1, len(listing.project_ids))
        requests = 1 + math.ceil(listing.stated_total / rows) + listing.stated_total
        nights = _nights(settings, answers, requests, source.concurrency or settings.concurrency)
    return ListingReading(
        "listing",
        None,
        None,
        len(listing.project_ids),
        listing.stated_total,
        following is not None,
        is_ours,
        new,
        listing.sort_keys,
        requests,
        nights,
    )


def _is_ours(base_url: str, href: str) -> bool:
    try:
        return stays_on_site(base_url, urljoin(base_url, href))
    except ValueError:
        return False


def _nights(settings: FetchSettings, answers: Answers, requests: int, concurrency: int) -> int:
    """At the set pace, or that of the site where it is slower; within the night window and the budget."""
    answered = [reply.elapsed_ms / 1000 for reply in answers.heard if reply.status is not None]
    seconds = max(answers.interval, (median(answered) if answered else 0.0) / concurrency, 0.001)
    per_night = int(_window_seconds(settings.night_window) / seconds) or 1
    if settings.max_requests:
        per_night = min(per_night, settings.max_requests)
    return math.ceil(requests / per_night)


def _window_seconds(window: str) -> int:
    hours = parse_window(window)
    if hours is None:
        return _DAY
    begin, end = (moment.hour * 3600 + moment.minute * 60 + moment.second for moment in hours)
    return (end - begin) % _DAY or _DAY


def _last_replies(answers: Answers) -> list[Reply]:
    asked = [answer.reply for answer in (*answers.listings, *answers.pages)]
    return [*([answers.robots] if answers.robots is not None else []), *asked]


def _redirects(source: Source, heard: list[Reply]) -> list[str]:
    """Every redirect, that of robots.txt too, as a sentence; one to another site says so."""
    found = []
    for reply in heard:
        target = redirect_target(reply)
        if target is not None:
            where = "" if stays_on_site(source.base_url, target) else " (another site)"
            found.append(f"{reply.url[:_LONGEST]} → {target[:_LONGEST]}{where}")
    return found


def _tls(source: Source, heard: list[Reply]) -> str:
    errors = [reply.error or "" for reply in heard if reply.trouble is Trouble.CONNECT]
    refused = next((found for error in errors if (found := _CERTIFICATE.search(error)) is not None), None)
    if refused is not None:
        return f"certificate refused: {refused[1].strip()}"
    if any(reply.url.startswith("https:") and reply.status is not None for reply in heard):
        return "certificate accepted"
    return "none, plain http" if source.base_url.startswith("http:") else "no connection"


def _clock_difference(heard: list[Reply]) -> float | None:
    for reply in heard:
        served = served_at(reply)
        if served is not None:
            own = reply.requested_at + dt.timedelta(milliseconds=reply.elapsed_ms)
            return round((served - own).total_seconds(), 1)
    return None


def _compare_browser(answers: Answers) -> tuple[str | None, bool]:
    """How a browser is answered otherwise than we are, and whether it got the page that we did not get."""
    browser, ours = answers.browser, next(iter((*answers.pages, *answers.listings)), None)
    if browser is None or ours is None:
        return None, False
    said = f"{_said(ours)}, a browser {_said(browser)}"
    got, had = _kind(browser), _kind(ours)
    if (browser.reply.status, got) == (ours.reply.status, had):
        return "", False
    return f"we get {said}", got in ("project", "listing") and had not in ("project", "listing")


def _said(answer: Answer) -> str:
    return f"{_kind(answer)} (HTTP {answer.reply.status})" if answer.reply.status is not None else "no answer"


def _kind(answer: Answer) -> str:
    return answer.page.kind.value if answer.page is not None else "none"


def _second_reading(answers: Answers) -> SecondReading | None:
    first, again = next(iter(answers.pages), None), answers.again
    if first is None or again is None or first.page is None or again.page is None:
        return None
    masks = [
        masked_sha256(answer.reply.body, answer.reply.status, answer.reply.header("content-type"))
        for answer in (first, again)
    ]
    return SecondReading(
        content_sha256(first.page) == content_sha256(again.page),
        masks[0] == masks[1],
        first.reply.body == again.reply.body,
        tuple(_differences(first.page, again.page)),
    )


def _differences(first: Page, again: Page) -> list[str]:
    """The labels and tables in which two pages differ; none is one of the page's texts but for its labels."""
    found = []
    if first.kind is not again.kind:
        found.append(f"kind {first.kind.value}, then {again.kind.value}")
    if (first.title_id, first.headline) != (again.title_id, again.headline):
        found.append("heading")
    for before, after in zip_longest(first.rows, again.rows):
        if before != after:
            found.append((before or after).label[:60])
    for place, (before_grid, after_grid) in enumerate(zip_longest(first.grids, again.grids), 1):
        if before_grid != after_grid:
            found.append(f"table {place}")
    return found
