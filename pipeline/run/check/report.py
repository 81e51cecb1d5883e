"""The result of a check, as one screen of text and as JSON."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.core.text import counted
from pipeline.run.check.advice import Judgement
from pipeline.run.check.listing_reading import ListingReading
from pipeline.run.check.page import PageReading
from pipeline.run.check.page_verdict import MOST_NAMED, some_of
from pipeline.run.check.site_reading import SiteReading
from pipeline.run.check.value_lines import value_lines

# The version of the JSON; it becomes 2 when a key is removed or changes its meaning.
FORMAT = 1
_MOST_REDIRECTS = 2
# The width of a line of values on a terminal of 100 columns.
_COLUMNS = 87


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The result of a check; site and listing are None where saved pages were checked. evidence is a WARC file."""

    source_id: str | None
    base_url: str | None
    checked_at: dt.datetime
    evidence: str | None
    drafts: tuple[str, ...]
    judgement: Judgement
    site: SiteReading | None
    listing: ListingReading | None
    pages: tuple[PageReading, ...]


def report_json(report: CheckReport) -> Mapping[str, object]:
    """The whole report, every value of every page in it, for json.dumps."""
    found = dataclasses.asdict(report) | {"format": FORMAT, "checked_at": report.checked_at.isoformat()}
    if report.site is not None:
        found["site"]["headers"] = dict(report.site.headers)
    for page, reading in zip(found["pages"], report.pages, strict=True):
        page["sections"] = dict(reading.sections)
    return found


def report_lines(report: CheckReport) -> list[str]:
    """The report in lines of a name and a finding, the verdict last."""
    asked = f"{report.source_id} {report.base_url}" if report.source_id else "saved pages"
    found = [("check", f"{asked}, {report.checked_at:%Y-%m-%d %H:%M} UTC")]
    if report.site is not None:
        found += _site(report.site)
    if report.listing is not None:
        found.append(("listing", _listing(report.listing)))
    found += _pages(report.pages)
    if report.evidence is not None:
        found.append(("evidence", report.evidence))
    if report.drafts:
        found.append(("drafts", _named(report.drafts)))
    found.append(("verdict", f"{report.judgement.verdict}: {report.judgement.why}"))
    found.append(("do next", report.judgement.advice))
    return [f"{name:<12} {text}".rstrip() for name, text in found]


def _site(site: SiteReading) -> Iterator[tuple[str, str]]:
    yield (
        "address",
        f"{counted(site.requests, 'request')}; TLS: {site.tls}; redirects: {_named(site.redirects, _MOST_REDIRECTS)}",
    )
    apart = site.clock_difference_s
    yield "clock", "no answer has a Date" if apart is None else f"the site's is {apart:+.0f} s from ours"
    of = dict(site.headers)
    shown = [f"{name} {of.get(name, 'none')}" for name in ("server", "date", "age", "etag", "cache-control")]
    yield "headers", f"{'; '.join(shown)}; cookies {_named(site.cookies)}"
    allowed = [
        name for name, is_allowed in (("listing", site.allows_listing), ("pages", site.allows_pages)) if is_allowed
    ]
    delay = f"asks for {site.robots_interval_s:g} s between requests; a run keeps {site.interval_s:g} s"
    told = f"allows {_named(allowed)}; {delay}" if site.is_robots_read else "nothing else was asked for"
    status = "no answer" if site.robots_status is None else f"HTTP {site.robots_status}"
    yield "robots.txt", f"{status}; {told}"
    yield (
        "User-Agent",
        {None: "not compared", "": "a browser is answered the same"}.get(site.browser, site.browser or ""),
    )
    yield "two readings", _second_reading(site)


def _second_reading(site: SiteReading) -> str:
    second = site.second_reading
    if second is None:
        return "not compared"
    if not second.is_same_content:
        return f"what the page says differs: {_named(second.differs)}"
    if second.is_same_bytes:
        return "the very same bytes; the content fingerprint stays the same"
    beside = f"more than the CSRF token differs ({second.beside or 'in white space'})"
    what = "only the CSRF token differs" if second.is_same_but_token else beside
    return f"{what}; the content fingerprint stays the same"


def _listing(listing: ListingReading) -> str:
    if listing.kind == "not asked":
        return listing.kind
    if listing.kind != "listing":
        return f"{listing.kind}{f': {listing.error}' if listing.error else ''}"
    total = "no stated total, so a run cannot know whether it is complete"
    if listing.stated_total is not None:
        crawl = f"{counted(listing.requests or 0, 'request')}, {counted(listing.nights or 0, 'night')}"
        total = f"{listing.stated_total:,} stated; a full crawl: {crawl}"
    following = {None: "none", True: "yes", False: "leads elsewhere"}[listing.is_next_ours]
    sorts = _named(listing.sort_keys)
    if "project_id" not in listing.sort_keys:
        sorts += ", not by project_id, so rows that slip between pages stay unseen"
    return f"{counted(listing.rows, 'row')}, {total}; next link {following}; sorts by {sorts}"


def _pages(pages: tuple[PageReading, ...]) -> Iterator[tuple[str, str]]:
    for page in pages:
        name = page.project_id or page.where
        states = ", ".join(f"{section} {state}" for section, state in page.sections)
        said = f"{name}: {page.kind}, template {page.template}{f', {page.obstacle}' if page.obstacle else ''}"
        yield "page", f"{said}{f'; {states}' if states else ''}{f'; {page.error}' if page.error else ''}"
    if not pages:
        yield "page", "none was asked for"
        return
    encodings = [
        f"declared {page.encoding_declared or 'none'}, found {page.encoding_found or 'none'}" for page in pages
    ]
    flags = dict.fromkeys(flag for page in pages for flag in page.flags)
    yield "encoding", f"{_named(dict.fromkeys(encodings))}; flags {_named(flags)}"
    renamed = dict.fromkeys(label for page in pages for label in page.labels_renamed)
    unknown = dict.fromkeys(label for page in pages for label in page.labels_unknown)
    missing = dict.fromkeys(label for page in pages for label in page.labels_missing)
    known = f"{sum(page.labels_known for page in pages)} of {sum(page.n_labels for page in pages)} known"
    yield "labels", f"{known}; renamed {_named(renamed)}; unknown {_named(unknown)}; missing {_named(missing)}"
    yield "months", f"layout {_named(dict.fromkeys(page.months for page in pages))}"
    columns = dict.fromkeys(
        f"{table} {known} of {n} columns known" for page in pages for table, known, n in page.columns
    )
    odd = dict.fromkeys(sentence for page in pages for sentence in page.tables)
    yield "tables", f"{_named(columns)}; not as known: {_named(odd)}"
    values = [value for page in pages for value in page.values if value.raw]
    refused = [f"{value.label} {value.raw!r:.60} ({value.refused})" for value in values if value.refused is not None]
    n_read, named = sum(value.read is not None for value in values), _named(dict.fromkeys(refused))
    yield "values", f"{n_read} read; {len(refused)} refused: {named}"
    # One screen holds the values of one page; those of the others are in the JSON.
    shown = next((page for page in pages if page.values), None)
    if shown is not None:
        yield f"  of {shown.project_id or 'page 1'}", ""
        yield from (("", text) for text in value_lines(shown.values, _COLUMNS))


def _named(texts: Iterable[str], most: int = MOST_NAMED) -> str:
    return some_of(texts, most) or "none"
