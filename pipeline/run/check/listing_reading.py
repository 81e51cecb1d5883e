"""The listing of a source by its answers, and how long a crawl of all its projects takes."""

import math
from dataclasses import dataclass
from statistics import median

from parsers.encoding import decode_page
from pipeline.core.settings import FetchSettings, Source
from pipeline.fetch.discover import next_page
from pipeline.fetch.throttle import parse_window
from pipeline.run.check.answers import Answers
from pipeline.run.check.obstacle import obstacle_of

_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class ListingReading:
    """The listing; kind is that of the page, or `disallowed`, `not asked` or `none`.

    obstacle is what the site shows instead, as in PageReading. is_next_ours is None where there is no next link;
    second_page_new counts the projects that only the second page names. requests are those of a crawl of everything,
    nights the number of nights it takes at the set rate; both are None without a stated total.
    """

    kind: str
    http_status: int | None = None
    error: str | None = None
    obstacle: str | None = None
    rows: int = 0
    stated_total: int | None = None
    has_next: bool = False
    is_next_ours: bool | None = None
    second_page_new: int | None = None
    sort_keys: tuple[str, ...] = ()
    requests: int | None = None
    nights: int | None = None


def read_listing_of(source: Source, settings: FetchSettings, answers: Answers) -> ListingReading:
    """Read the listing, and compute how long a crawl of all its projects takes."""
    if not answers.listings:
        kind = "not asked" if answers.allows_listing else "disallowed"
        return ListingReading(kind, error=answers.ended)
    first, *others = answers.listings
    listing = first.listing
    if listing is None:
        kind = first.page.kind.value if first.page is not None else "none"
        error = first.reply.error or (first.page.reason if first.page is not None else None)
        text = decode_page(first.reply.body, first.reply.header("content-type")).text
        obstacle = obstacle_of(text, first.page.kind) if first.page is not None else None
        return ListingReading(kind, first.reply.status, error, obstacle)
    following = listing.next_href
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
        first.reply.status,
        rows=len(listing.project_ids),
        stated_total=listing.stated_total,
        has_next=following is not None,
        is_next_ours=None if following is None else next_page(source.base_url, first.url, listing) is not None,
        second_page_new=new,
        sort_keys=listing.sort_keys,
        requests=requests,
        nights=nights,
    )


def _nights(settings: FetchSettings, answers: Answers, requests: int, concurrency: int) -> int:
    """The nights at the set pace, or that of a slower site, within the night window and the budget."""
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
