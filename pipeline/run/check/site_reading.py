"""The site by the answers of a source: address, TLS, clock, headers, robots.txt, pace."""

import datetime as dt
import re
from dataclasses import dataclass
from statistics import median

from pipeline.core.settings import Source
from pipeline.fetch.client import Reply, Trouble
from pipeline.fetch.redirects import redirect_target, stays_on_site
from pipeline.fetch.server_clock import served_at
from pipeline.fetch.transport import Certificate
from pipeline.run.check.answers import Answers
from pipeline.run.check.comparison import SecondReading, compare_browser, compare_readings

_HEADERS = ("server", "date", "age", "etag", "last-modified", "cache-control", "via", "x-cache", "retry-after")
_DAY = 24 * 3600
_CERTIFICATE = re.compile(r"certificate verify failed:?([^(\"\n]{0,200})", re.IGNORECASE)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class SiteReading:
    """The site by its answers.

    moved_to is the base URL that the pages redirect to. tls is a sentence. clock_difference_s is how far the site's
    clock is ahead of ours, None where no answer had a Date. headers are those of a page, cookies their names.
    is_robots_read says that robots.txt was answered and understood; without it, no other request is sent.
    interval_s is the pace that a run would keep. browser says how the answer to a browser differs from ours; it is
    "" where it is the same, and None where that was not asked. is_guess says that the page asked for was not named by
    the user. trouble, of the first request without a whole response, is one of fetch.client.Trouble. ended says
    why the asking ended early, is_planned that our own settings ended it.
    """

    requests: int
    redirects: tuple[str, ...]
    moved_to: str | None
    tls: str
    clock_difference_s: float | None
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    robots_status: int | None
    is_robots_read: bool
    allows_listing: bool
    allows_pages: bool
    robots_interval_s: float
    interval_s: float
    median_ms: int | None
    browser: str | None
    is_browser_better: bool
    second_reading: SecondReading | None
    is_guess: bool
    trouble: str | None
    error: str | None
    ended: str | None
    is_planned: bool


def read_site_of(source: Source, answers: Answers) -> SiteReading:
    """Read the site from all its answers."""
    heard = answers.heard
    page = next((answer.reply for answer in (*answers.pages, *answers.listings)), None) or answers.robots
    headers = page.headers if page is not None else ()
    failed = next((reply for reply in _last_replies(answers) if reply.trouble is not None), None)
    cookies = [
        value.partition("=")[0] for reply in heard for name, value in reply.headers if name.lower() == "set-cookie"
    ]
    browser, is_better = compare_browser(answers)
    answered = [reply.elapsed_ms for reply in heard if reply.status is not None]
    return SiteReading(
        requests=len(heard),
        redirects=tuple(dict.fromkeys(_redirects(source, heard))),
        moved_to=_moved_to(source, answers),
        tls=_tls(source, heard, answers.certificate),
        clock_difference_s=_clock_difference(heard),
        headers=tuple((name.lower(), value[:_LONGEST]) for name, value in headers if name.lower() in _HEADERS),
        cookies=tuple(dict.fromkeys(name[:_LONGEST] for name in cookies)),
        robots_status=answers.robots.status if answers.robots is not None else None,
        is_robots_read=answers.is_robots_read,
        allows_listing=answers.allows_listing,
        allows_pages=answers.allows_pages,
        robots_interval_s=answers.robots_interval,
        interval_s=answers.interval,
        median_ms=round(median(answered)) if answered else None,
        browser=browser,
        is_browser_better=is_better,
        is_guess=answers.is_guess,
        second_reading=compare_readings(answers),
        trouble=failed.trouble.value if failed is not None and failed.trouble is not None else None,
        error=failed.error if failed is not None else None,
        ended=answers.ended,
        is_planned=answers.is_planned,
    )


def _last_replies(answers: Answers) -> list[Reply]:
    asked = [answer.reply for answer in (*answers.listings, *answers.pages)]
    return [*([answers.robots] if answers.robots is not None else []), *asked]


def _redirects(source: Source, heard: list[Reply]) -> list[str]:
    """Every redirect, including that of robots.txt, as a sentence; a redirect to another site says so."""
    found = []
    for reply in heard:
        target = redirect_target(reply)
        if target is not None:
            where = "" if stays_on_site(source.base_url, target) else " (another site)"
            found.append(f"{reply.url[:_LONGEST]} → {target[:_LONGEST]}{where}")
    return found


def _moved_to(source: Source, answers: Answers) -> str | None:
    """The address at which the first page was found, if it is not at the base URL."""
    shown = next((one for one in answers.pages if one.page is not None and one.reply.trouble is None), None)
    there = None if shown is None else shown.reply.url.partition("?")[0][:_LONGEST]
    is_elsewhere = shown is not None and shown.reply.url != shown.url and there != source.base_url
    return there if is_elsewhere else None


def _tls(source: Source, heard: list[Reply], certificate: Certificate | None) -> str:
    errors = [reply.error or "" for reply in heard if reply.trouble is Trouble.CONNECT]
    refused = next((found for error in errors if (found := _CERTIFICATE.search(error)) is not None), None)
    if refused is not None:
        return f"certificate refused: {refused[1].strip()}"
    if any(reply.url.startswith("https:") and reply.status is not None for reply in heard):
        if certificate is None:
            return "certificate accepted"
        until = f"{certificate.valid_until:%Y-%m-%d}"
        return f"certificate of {certificate.subject} by {certificate.issuer}, valid until {until}"
    return "none, plain http" if source.base_url.startswith("http:") else "no connection"


def _clock_difference(heard: list[Reply]) -> float | None:
    for reply in heard:
        served = served_at(reply)
        if served is not None:
            own = reply.requested_at + dt.timedelta(milliseconds=reply.elapsed_ms)
            return round((served - own).total_seconds(), 1)
    return None
