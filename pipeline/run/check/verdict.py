"""The verdict of a check: ready, ready with --ids only, or not ready; with the reason and what to do next."""

from collections import Counter
from collections.abc import Callable, Sequence

from parsers.page import PROJECT_CODE, PageKind
from pipeline.core.settings import GateSettings
from pipeline.core.text import counted
from pipeline.core.time import MOST_APART
from pipeline.run.check.advice import ADVICE, OF_LISTING, Judgement, Verdict, reason_of_trouble
from pipeline.run.check.listing_reading import ListingReading
from pipeline.run.check.page import PageReading
from pipeline.run.check.page_verdict import (
    Found,
    judge_labels,
    judge_tables,
    judge_values,
    reason_of,
    some_of,
    what_is_odd,
)
from pipeline.run.check.site_reading import SiteReading

_BUSY = 429
# A delay of robots.txt above this is the reason why a check ended; below this it is that the site was busy.
_LONG = 60.0


def judge(
    site: SiteReading | None, listing: ListingReading | None, pages: Sequence[PageReading], gate: GateSettings
) -> Judgement:
    """Give the verdict by the first obstacle, from the connection to the values.

    Args:
        site: what the site shows; None where saved pages are checked.
        listing: what the listing shows; None where saved pages are checked.
        pages: the project pages that were read.
        gate: the shares above which the quality gate would refuse a night with these labels.
    """
    of_site: tuple[Callable[[SiteReading], Found | None], ...] = (_connection, _clock, _robots, _user_agent)
    found = next((one for look in of_site if site is not None and (one := look(site)) is not None), None)
    if found is not None and found[0] == "busy" and listing is not None and listing.kind == PageKind.MAINTENANCE:
        found = "maintenance", listing.error or found[1]
    found = (
        found or _pages(pages, site, listing) or judge_labels(pages, gate) or judge_tables(pages) or judge_values(pages)
    )
    if (
        found is None
        and site is not None
        and site.second_reading is not None
        and not site.second_reading.is_same_content
    ):
        rows = some_of(site.second_reading.differs)
        found = "restless", f"two readings of one page, seconds apart, differ in {rows}"
    if found is not None:
        return Judgement(Verdict.NOT_READY, found[0], found[1], ADVICE[found[0]])
    moved = f"set base_url to {site.moved_to}, where each page redirects to; then " if site and site.moved_to else ""
    odd = ", ".join(what_is_odd(pages))
    but = f"; but {odd}" if odd else ""
    closed = _listing(listing)
    if closed is not None:
        return Judgement(Verdict.WITH_IDS, "listing", closed + but, moved + ADVICE["listing"])
    said = "the listing and the pages are as known" if listing is not None else "the pages are as known"
    return Judgement(Verdict.READY, "ready", said + but, moved + ADVICE["ready" if site is not None else "files"])


def _connection(site: SiteReading) -> Found | None:
    if site.tls.startswith("certificate refused"):
        return "certificate", site.tls
    if site.ended is None:
        return None
    if site.is_planned:
        return "window", site.ended
    if not site.is_robots_read and site.trouble is not None:
        return reason_of_trouble(site.trouble, site.error or ""), site.ended
    if not site.is_robots_read and site.robots_status != _BUSY:
        return "robots", site.ended
    if site.robots_interval_s > _LONG:
        return "delay", f"robots.txt asks for {site.robots_interval_s:g} s between requests: {site.ended}"
    return "busy", site.ended


def _clock(site: SiteReading) -> Found | None:
    apart = site.clock_difference_s
    if apart is None or abs(apart) <= MOST_APART.total_seconds():
        return None
    return "clock", f"the site's clock is {abs(apart) / 86400:.1f} days {'ahead of' if apart > 0 else 'behind'} ours"


def _robots(site: SiteReading) -> Found | None:
    return None if site.allows_pages else ("disallowed", "robots.txt disallows the project pages")


def _user_agent(site: SiteReading) -> Found | None:
    return ("user_agent", site.browser) if site.is_browser_better and site.browser else None


def _pages(pages: Sequence[PageReading], site: SiteReading | None, listing: ListingReading | None) -> Found | None:
    """The trouble of most pages; pages with other labels are judged by their labels."""
    if not pages:
        if site is not None and site.trouble is not None:
            return reason_of_trouble(site.trouble, site.error or ""), site.error or site.trouble
        return "no_pages", f"no project page was asked for: the listing names none ({_closed(listing)})"
    if site is not None and site.is_guess and pages[0].kind == PageKind.NOT_FOUND:
        # Without listing and page, the base URL may be that of another application.
        is_lost = listing is not None and listing.kind == PageKind.NOT_FOUND
        of_listing = listing.obstacle or OF_LISTING.get(listing.kind) if listing is not None else None
        unknown = f"the listing names no project ({_closed(listing)}), and {pages[0].project_id} is not there"
        return of_listing or ("not_found" if is_lost else "no_pages"), unknown
    bad = [
        page for page in pages if not page.is_good and not page.n_labels > page.labels_known + len(page.labels_renamed)
    ]
    if any(page.is_good for page in pages):
        # Where another page is shown, the id of a missing page was probably typed wrongly.
        bad = [page for page in bad if page.kind != PageKind.NOT_FOUND]
    if not bad or 2 * len(bad) < len(pages):
        return None
    reason = Counter(map(reason_of, bad)).most_common(1)[0][0]
    shown = next(page for page in bad if reason_of(page) == reason)
    mistyped = shown.project_id or "" if shown.kind == PageKind.NOT_FOUND else ""
    hint = f"; {mistyped!r:.60} is not a code such as 50490000-3607" if not PROJECT_CODE.fullmatch(mistyped) else ""
    said = f"{len(bad)} of {counted(len(pages), 'page')}: {shown.error or shown.kind}"
    return reason, said + (hint if mistyped else "")


def _listing(listing: ListingReading | None) -> str | None:
    """Why the listing cannot name the projects; None where it can."""
    if listing is None:
        return None
    if listing.kind != PageKind.LISTING or not listing.rows:
        return f"the listing names no project ({_closed(listing)})"
    if listing.is_next_ours is False:
        return "the next link of the listing leads elsewhere"
    if listing.stated_total is not None and listing.stated_total > listing.rows and not listing.has_next:
        return (
            f"the listing names {listing.rows} of the {listing.stated_total} projects it states, and has no next link"
        )
    if listing.second_page_new == 0:
        return "the second page of the listing names the projects of the first"
    return None


def _closed(listing: ListingReading | None) -> str:
    if listing is None:
        return "not asked"
    if listing.kind == "disallowed":
        return "robots.txt disallows it"
    if listing.kind == PageKind.LISTING:
        return "it has no rows"
    return f"{listing.kind}: {listing.error}" if listing.error else listing.kind
