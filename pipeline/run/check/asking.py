"""Asks a source that is new to us, at most ten times, and keeps what came under data/checks: never in the archive."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from parsers.listing_page import Listing
from parsers.page import Page
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.warc import Headers
from pipeline.core.settings import FetchSettings, Source
from pipeline.core.site_urls import listing_url, project_url
from pipeline.core.time import Clock
from pipeline.core.worker_process import WorkerDiedError
from pipeline.fetch.client import Reply
from pipeline.fetch.outcome import capture_of, reply_outcome, visit_row
from pipeline.fetch.server_clock import ServerClock
from pipeline.fetch.site import RunOverError, Site, open_site
from pipeline.fetch.site_pages import log_site_page, read_robots

MOST_REQUESTS = 10
MOST_PAGES = 3
_MOST_WAIT = 60.0
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
_ANY_PROJECT = "00000000-0000"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: what was asked for, the last reply (after redirects), and the page; None where none came."""

    url: str
    project_id: str | None
    reply: Reply
    page: Page | None
    listing: Listing | None = None


@dataclass(slots=True)
class Answers:
    """All that was asked and answered; heard holds every reply, redirects among them.

    ended says why the asking ended early; it is None where everything was asked, or the ten requests were spent.
    """

    listings: list[Answer] = field(default_factory=list)
    pages: list[Answer] = field(default_factory=list)
    again: Answer | None = None
    browser: Answer | None = None
    heard: list[Reply] = field(default_factory=list)
    robots: Reply | None = None
    allows_listing: bool = True
    allows_pages: bool = True
    robots_interval: float = 0.0
    interval: float = 0.0
    ended: str | None = None


class _Ear(ServerClock):
    """Hears every answer and judges none: that a clock is wrong is what is to be told here."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[Reply] = []

    def check(self, reply: Reply) -> None:
        self.replies.append(reply)


async def ask_site(
    source: Source, settings: FetchSettings, archive: ArchiveWriter, project_ids: Sequence[str], clock: Clock
) -> Answers:
    """Ask for robots.txt, two listing pages and three project pages, one of them twice and once as a browser does.

    The most telling comes first, since redirects count among the ten requests too. robots.txt, rate and night window
    hold as in any run.

    Args:
        source: whom to ask.
        settings: how to fetch; a check never asks for the same again.
        archive: where the evidence goes.
        project_ids: the pages to ask for; when empty, some that the listing names.
        clock: says when each page was asked for.
    """
    budget = min(settings.max_requests or MOST_REQUESTS, MOST_REQUESTS)
    changes = {"attempts": 1, "max_requests": budget, "max_wait": min(settings.max_wait, _MOST_WAIT)}
    ear = _Ear()
    answers = Answers(heard=ear.replies)
    async with open_site(source, settings.model_copy(update=changes), clock, ear) as site:
        try:
            await _ask_all(site, archive, project_ids, answers)
        except RunOverError as over:
            if site.requests < budget:
                answers.ended = str(over)
        answers.robots_interval, answers.interval = site.robots_interval, site.throttle.interval
    return answers


async def _ask_all(site: Site, archive: ArchiveWriter, project_ids: Sequence[str], answers: Answers) -> None:
    base_url = site.source.base_url
    await read_robots(site, archive, {})
    answers.robots = answers.heard[-1] if answers.heard else None
    site.check_still_welcome()
    index = listing_url(base_url)
    answers.allows_listing = site.allows(index)
    answers.allows_pages = site.allows(project_url(base_url, next(iter(project_ids), _ANY_PROJECT)))
    following = None
    if answers.allows_listing:
        answers.listings.append(await _listing(site, archive, index))
        listing = answers.listings[0].listing
        if listing is not None:
            project_ids = project_ids or _spread(listing.project_ids)
            following = _next_page(base_url, index, listing)
    wanted = list(dict.fromkeys(project_ids))[:MOST_PAGES] if answers.allows_pages else []
    if wanted:
        answers.pages.append(await _project(site, archive, wanted[0]))
        if answers.pages[0].page is not None:
            answers.again = await _project(site, archive, wanted[0])
            answers.browser = await _project(site, archive, wanted[0], (("User-Agent", BROWSER),))
    elif answers.listings and answers.listings[0].page is not None:
        answers.browser = await _listing(site, archive, index, (("User-Agent", BROWSER),))
    if following is not None and site.allows(following):
        answers.listings.append(await _listing(site, archive, following))
    for project_id in wanted[1:]:
        answers.pages.append(await _project(site, archive, project_id))


def _spread(project_ids: Sequence[str]) -> list[str]:
    """The first, the middle and the last: those that stand together are often of one agency."""
    return (
        [project_ids[place] for place in sorted({0, len(project_ids) // 2, len(project_ids) - 1})]
        if project_ids
        else []
    )


def _next_page(base_url: str, index: str, listing: Listing) -> str | None:
    """The next page of the listing, where its link stays with the source."""
    following = urljoin(index, listing.next_href or "")
    is_ours = urlsplit(following)[:3] == urlsplit(base_url)[:3]
    return following if listing.next_href is not None and is_ours else None


async def _project(site: Site, archive: ArchiveWriter, project_id: str, headers: Headers = ()) -> Answer:
    url = project_url(site.source.base_url, project_id)
    reply, page = await _ask(site, url, headers)
    verdict = await reply_outcome(reply, project_id, None, site.reader)
    archive.append(*visit_row(archive, project_id, url, reply, verdict, None, 1))
    return Answer(url, project_id, reply, page)


async def _listing(site: Site, archive: ArchiveWriter, url: str, headers: Headers = ()) -> Answer:
    reply, page = await _ask(site, url, headers)
    kind = page.kind.value if page is not None else "unknown"
    log_site_page(archive, url, reply, {}, kind, hashlib.sha256(reply.body).digest(), 1)
    listing = None
    if reply.trouble is None and reply.status == 200:
        try:
            listing = await asyncio.wrap_future(site.reader.read_listing(reply.body, reply.header("content-type")))
        except WorkerDiedError:
            listing = None
    return Answer(url, None, reply, page, listing)


async def _ask(site: Site, url: str, headers: Headers) -> tuple[Reply, Page | None]:
    async def read(reply: Reply) -> tuple[Page | str | None, bool]:
        if reply.trouble is not None:
            return None, False
        try:
            return await asyncio.wrap_future(site.reader.read(capture_of(reply))), False
        except WorkerDiedError as death:
            return f"reading it {death}", False

    reply, meaning, _ = await site.ask(url, read, headers)
    if isinstance(meaning, str):
        return reply._replace(error=meaning), None
    return reply, meaning
