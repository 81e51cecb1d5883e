"""Asks a new source, at most ten times, and keeps the answers under data/checks, never in the archive."""

import asyncio
import hashlib
import math
from collections.abc import Callable, Sequence

from parsers.page import Page
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.warc import Headers
from pipeline.core.settings import FetchSettings, Source
from pipeline.core.site_urls import listing_url, project_url
from pipeline.core.text import counted
from pipeline.core.time import Clock
from pipeline.core.worker_process import WorkerDiedError
from pipeline.fetch.client import Reply, Trouble
from pipeline.fetch.discover import next_page
from pipeline.fetch.outcome import capture_of, reply_outcome, visit_row
from pipeline.fetch.server_clock import ServerClock
from pipeline.fetch.site import RunOverError, Site, open_site
from pipeline.fetch.site_pages import log_site_page, read_robots
from pipeline.run.check.answers import Answer, Answers, is_project

MOST_REQUESTS = 10
MOST_PAGES = 3
_MOST_WAIT = 60.0
# Seconds between two requests above which a waiting person should be told.
_LONG = 5.0
Tell = Callable[[str], None]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
# The page that this program was built with, which the known instances have.
KNOWN_PROJECT = "50490000-3607"
_BUSY = 429
# A site that refuses our name may also close the connection, or never answer.
_MAY_BE_OUR_NAME = (None, Trouble.CONNECT, Trouble.CUT, Trouble.TIMEOUT)


class _Ear(ServerClock):
    """Accepts every answer: a check must report a wrong clock instead of stopping at it."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[Reply] = []

    def check(self, reply: Reply) -> None:
        self.replies.append(reply)


async def ask_site(
    source: Source,
    settings: FetchSettings,
    archive: ArchiveWriter,
    project_ids: Sequence[str],
    clock: Clock,
    tell: Tell,
) -> Answers:
    """Ask for robots.txt, two listing pages and three project pages, one of them twice and once as a browser does.

    The most useful requests come first, since redirects count among the ten requests too. robots.txt, rate and night
    window apply as in any run.

    Args:
        source: the source to ask.
        settings: how to fetch; a check does not retry.
        archive: gets the evidence.
        project_ids: the pages to ask for; when empty, some that the listing names, or KNOWN_PROJECT.
        clock: gives the time of each request.
        tell: called with a sentence where the requests take minutes.
    """
    budget = min(settings.max_requests or MOST_REQUESTS, MOST_REQUESTS)
    changes = {"attempts": 1, "max_requests": budget, "max_wait": min(settings.max_wait, _MOST_WAIT)}
    ear = _Ear()
    answers = Answers(heard=ear.replies)
    async with open_site(source, settings.model_copy(update=changes), clock, ear) as site:
        try:
            await _ask_all(site, archive, project_ids, answers, settings.max_wait, tell)
        except RunOverError as over:
            if site.requests < budget:
                answers.ended, answers.is_planned = str(over), over.is_planned
        answers.certificate = site.certificate
        answers.robots_interval, answers.interval = site.robots_interval, site.throttle.interval
    return answers


async def _ask_all(
    site: Site, archive: ArchiveWriter, project_ids: Sequence[str], answers: Answers, max_wait: float, tell: Tell
) -> None:
    base_url = site.source.base_url
    await read_robots(site, archive, {})
    answers.robots = answers.heard[-1] if answers.heard else None
    site.check_still_welcome()
    answers.is_robots_read = True
    # The delay of robots.txt is not a sign that the site is busy: a check keeps it, as a run does.
    most = min(max_wait, site.robots_interval + _MOST_WAIT)
    site.settings = site.settings.model_copy(update={"max_wait": most})
    if site.robots_interval > _LONG:
        minutes = math.ceil(site.robots_interval * (MOST_REQUESTS - 1) / 60)
        most_time = counted(minutes, "minute")
        tell(f"robots.txt asks for {site.robots_interval:g} s between requests: this takes {most_time} at most")
    index = listing_url(base_url)
    answers.allows_listing = site.allows(index)
    answers.allows_pages = site.allows(project_url(base_url, next(iter(project_ids), KNOWN_PROJECT)))
    following = None
    if answers.allows_listing:
        answers.listings.append(await _listing(site, archive, index))
        listing = answers.listings[0].listing
        if listing is not None:
            project_ids = project_ids or _spread(listing.project_ids)
            following = next_page(base_url, index, listing)
    answers.is_guess = answers.allows_pages and not project_ids
    wanted = list(dict.fromkeys(project_ids or [KNOWN_PROJECT]))[:MOST_PAGES] if answers.allows_pages else []
    if wanted:
        answers.pages.append(await _project(site, archive, wanted[0]))
        if is_project(answers.pages[0]):
            answers.again = await _project(site, archive, wanted[0])
    ours = answers.compared
    if ours is not None and ours.reply.trouble in _MAY_BE_OUR_NAME and ours.reply.status != _BUSY:
        browser = (("User-Agent", BROWSER),)
        answers.browser = await _as_before(site, archive, ours, browser)
        if answers.is_shown_to_browsers:
            answers.confirmed = await _as_before(site, archive, ours, ())
    if following is not None and site.allows(following):
        answers.listings.append(await _listing(site, archive, following))
    for project_id in wanted[1:]:
        answers.pages.append(await _project(site, archive, project_id))


def _spread(project_ids: Sequence[str]) -> list[str]:
    """The first, the middle and the last: neighbouring projects are often of one agency."""
    places = {0, len(project_ids) // 2, len(project_ids) - 1} if project_ids else ()
    return [project_ids[place] for place in sorted(places)]


async def _as_before(site: Site, archive: ArchiveWriter, asked: Answer, headers: Headers) -> Answer:
    if asked.project_id is None:
        return await _listing(site, archive, asked.url, headers)
    return await _project(site, archive, asked.project_id, headers)


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
