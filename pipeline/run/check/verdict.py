"""The verdict of a check: ready, ready with --ids only, or not ready; with the reason and what to do next."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from parsers.page import PageKind
from pipeline.core.settings import GateSettings
from pipeline.core.time import MOST_APART
from pipeline.run.check.advice import ADVICE, KINDS, OF_LISTING, TROUBLES, Judgement, Verdict
from pipeline.run.check.listing_reading import ListingReading
from pipeline.run.check.page import PageReading
from pipeline.run.check.site_reading import SiteReading

_MOST_NAMED = 6
_Found = tuple[str, str]


def judge(
    site: SiteReading | None, listing: ListingReading | None, pages: Sequence[PageReading], gate: GateSettings
) -> Judgement:
    """Give the one verdict: the first thing that stands in the way, from the connection to the values.

    Args:
        site: what the site shows; None where saved pages are checked.
        listing: what the listing shows; None where saved pages are checked.
        pages: the project pages that were read.
        gate: the shares above which the quality gate would refuse what the labels make of a night.
    """
    of_site: tuple[Callable[[SiteReading], _Found | None], ...] = (_connection, _clock, _robots, _user_agent)
    found = next((one for look in of_site if site is not None and (one := look(site)) is not None), None)
    found = found or _pages(pages, site, listing) or _labels(pages, gate) or _tables(pages)
    if (
        found is None
        and site is not None
        and site.second_reading is not None
        and not site.second_reading.is_same_content
    ):
        rows = _some(site.second_reading.differs)
        found = "restless", f"two readings of one page, seconds apart, differ in {rows}"
    if found is not None:
        return Judgement(Verdict.NOT_READY, found[0], found[1], ADVICE[found[0]])
    closed = _listing(listing)
    if closed is not None:
        return Judgement(Verdict.WITH_IDS, "listing", closed, ADVICE["listing"])
    n_bad = sum(not page.is_good for page in pages)
    bad = f"; {n_bad} of {len(pages)} pages could not be read" if n_bad else ""
    said = "the listing and the pages are as known" if listing is not None else "the pages are as known"
    return Judgement(Verdict.READY, "ready", said + bad, ADVICE["ready"] if site is not None else "import these files")


def _connection(site: SiteReading) -> _Found | None:
    if site.tls.startswith("certificate refused"):
        return "certificate", site.tls
    if site.ended is not None:
        # robots.txt could not be read, or the settings' own limits.
        reason = TROUBLES.get(site.trouble or "", "not_now")
        return reason, site.ended
    return None


def _clock(site: SiteReading) -> _Found | None:
    apart = site.clock_difference_s
    if apart is None or abs(apart) <= MOST_APART.total_seconds():
        return None
    return "clock", f"the site's clock is {abs(apart) / 3600:.0f} hours {'ahead of' if apart > 0 else 'behind'} ours"


def _robots(site: SiteReading) -> _Found | None:
    return None if site.allows_pages else ("disallowed", "robots.txt disallows the project pages")


def _user_agent(site: SiteReading) -> _Found | None:
    return ("user_agent", site.browser) if site.is_browser_better and site.browser else None


def _pages(pages: Sequence[PageReading], site: SiteReading | None, listing: ListingReading | None) -> _Found | None:
    """The trouble that most pages have; pages of other labels are judged by their labels."""
    if not pages:
        if site is not None and site.trouble is not None:
            return TROUBLES.get(site.trouble, "template"), site.error or site.trouble
        of_listing = listing.obstacle or OF_LISTING.get(listing.kind) if listing is not None else None
        return of_listing or "no_pages", f"no project page to ask for: the listing names none ({_closed(listing)})"
    bad = [
        page for page in pages if not page.is_good and not page.n_labels > page.labels_known + len(page.labels_renamed)
    ]
    if 2 * len(bad) < len(pages):
        return None
    reason = Counter(map(_reason_of, bad)).most_common(1)[0][0]
    shown = next(page for page in bad if _reason_of(page) == reason)
    if reason == "unreachable" and site is not None and site.trouble is not None:
        reason = TROUBLES.get(site.trouble, reason)
    return reason, f"{len(bad)} of {len(pages)} pages: {shown.error or shown.kind}"


def _reason_of(page: PageReading) -> str:
    if page.obstacle is not None:
        return page.obstacle
    return "unreachable" if page.kind == "none" else KINDS.get(page.kind, "template")


def _labels(pages: Sequence[PageReading], gate: GateSettings) -> _Found | None:
    rows = sum(page.n_labels for page in pages)
    unknown = [label for page in pages for label in page.labels_unknown]
    if rows and len(unknown) / rows > gate.labels_unknown_share:
        return "labels_unknown", f"{len(unknown)} of {rows} labels are not known: {_some(dict.fromkeys(unknown))}"
    missing = [label for page in pages for label in page.labels_missing]
    if rows and len(missing) / rows > gate.labels_missing_share:
        return "labels_missing", f"known labels are missing: {_some(dict.fromkeys(missing))}"
    return None


def _tables(pages: Sequence[PageReading]) -> _Found | None:
    good = [page for page in pages if page.is_good]
    for section in ("updates", "reports"):
        unread = [page for page in good if dict(page.sections).get(section) in ("absent", "unreadable")]
        if good and len(unread) == len(good):
            named = [sentence for page in good for sentence in page.tables]
            return "tables", f"no page shows the table of {section} as known: {_some(dict.fromkeys(named))}"
    return None


def _listing(listing: ListingReading | None) -> str | None:
    """Why the listing cannot name the projects; None where it can."""
    if listing is None:
        return None
    if listing.kind != PageKind.LISTING or not listing.rows:
        return f"the listing names no project ({_closed(listing)})"
    if listing.is_next_ours is False:
        return "the next link of the listing leads to another site"
    if listing.second_page_new == 0:
        return "the second page of the listing names the projects of the first"
    return None


def _closed(listing: ListingReading | None) -> str:
    if listing is None:
        return "not asked"
    if listing.kind == "disallowed":
        return "robots.txt disallows it"
    return f"{listing.kind}: {listing.error}" if listing.error else listing.kind


def _some(texts: Iterable[str]) -> str:
    named = list(texts)
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return ", ".join(named[:_MOST_NAMED]) + more
