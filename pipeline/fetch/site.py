"""One source during one run: asks for its pages in turn, as robots.txt, pace, budget and night window allow.

Trouble with one page is a value in the Reply; trouble that ends the whole run raises RunOverError.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar
from urllib.parse import unquote, urljoin
from zoneinfo import ZoneInfo

from pipeline.archive.pages import PageReader
from pipeline.archive.warc import Headers
from pipeline.core.settings import FetchSettings, Source
from pipeline.core.text import counted
from pipeline.core.time import Clock, utc_now
from pipeline.fetch.client import Connection, Reply, Trouble
from pipeline.fetch.redirects import MOST_REDIRECTS, RedirectEnd, judge_robots_redirect, redirect_target, stays_on_site
from pipeline.fetch.robots import MOST_BYTES, Robots, RobotsError
from pipeline.fetch.server_clock import ServerClock
from pipeline.fetch.throttle import OVERLOADED, Breaker, Throttle, is_within, parse_window, retry_after, waits
from pipeline.fetch.transport import Certificate

Meaning = TypeVar("Meaning")


class RunOverError(Exception):
    """The run must end now; the message says why. What was fetched is kept.

    is_planned is true for a limit of the settings (budget, night window), false for trouble with the site.
    """

    def __init__(self, reason: str, *, is_planned: bool) -> None:
        super().__init__(reason)
        self.is_planned = is_planned


class Site:
    """One source during one run: its connections, cookies, pace, robots.txt, budget, breaker and page reader."""

    def __init__(
        self,
        source: Source,
        settings: FetchSettings,
        connection: Connection,
        reader: PageReader,
        clock: Clock,
        server_clock: ServerClock,
    ) -> None:
        self.source, self.settings, self.reader, self.clock = source, settings, reader, clock
        self.concurrency = source.concurrency or settings.concurrency
        self.requests = 0
        self.robots_url = urljoin(source.base_url, "/robots.txt")
        rate = settings.rate if source.rate is None else source.rate
        self.throttle = Throttle(1 / rate if rate else 0.0, time.monotonic)
        self._connection, self._server_clock = connection, server_clock
        self._robots = Robots()
        self._breaker = Breaker(settings.breaker_failures)
        self._window = parse_window(settings.night_window)
        self._zone = ZoneInfo(settings.time_zone)
        self._reason: str | None = None
        self._is_planned = False
        self._over = asyncio.Event()

    def allows(self, url: str) -> bool:
        """Whether robots.txt lets us ask for this URL."""
        return self._robots.allows(url)

    @property
    def robots_interval(self) -> float:
        """Seconds between two requests that robots.txt asks for."""
        return self._robots.interval

    @property
    def certificate(self) -> Certificate | None:
        """The certificate of the site; None over plain HTTP, and where no certificate was accepted."""
        return self._connection.certificate

    async def read_robots(self) -> Reply:
        """Fetch robots.txt and obey it from now on; if it cannot be reached or read, the run ends (RFC 9309).

        Its redirects are followed to any site (2.3.1.2): the rules still apply to this site.
        """
        reply = await self._follow(self.robots_url, judge_robots_redirect, first_bytes=MOST_BYTES + 1)
        problem: str | None = reply.error or f"HTTP {reply.status}"
        if reply.status is not None and 400 <= reply.status < 500 and reply.status != 429:
            problem = None
        elif reply.status is not None and 200 <= reply.status < 300 and reply.trouble is None:
            try:
                self._robots, problem = Robots(reply.body), None
            except RobotsError as error:
                problem = str(error)
        if problem is not None:
            self.end(f"robots.txt cannot be read ({problem}): not now")
        self.throttle.require(self._robots.interval)
        return reply

    async def ask(
        self, url: str, read: Callable[[Reply], Awaitable[tuple[Meaning, bool]]], headers: Headers = ()
    ) -> tuple[Reply, Meaning, int]:
        """Ask for a URL that robots.txt allows; again while another attempt can help and the settings allow it.

        read says what a reply means and whether another attempt can help. Returns the last reply, its meaning and
        the number of attempts, 0 where robots.txt disallows the URL. Raises RunOverError when the run ends before the
        first reply; one that ends later leaves the last reply as it is.
        """
        if not self.allows(url):
            reply = Reply(url, self.clock(), 0, trouble=Trouble.DISALLOWED, error="robots.txt disallows this page")
            meaning, _ = await read(reply)
            return reply, meaning, 0
        for attempt, wait in enumerate(waits(self.settings), 1):
            await self.sleep(wait)
            try:
                reply = await self._follow(url, self._judge_page_redirect, headers)
            except RunOverError:
                if attempt == 1:
                    raise
                return reply, meaning, attempt - 1
            meaning, can_heal = await read(reply)
            if not can_heal:
                break
        return reply, meaning, attempt

    def end(self, reason: str, *, is_planned: bool = False) -> None:
        """Let every worker stop at its next request; the first reason is kept."""
        if self._reason is None:
            self._reason, self._is_planned = reason, is_planned
        self._over.set()

    def check_still_welcome(self) -> None:
        """Raise RunOverError when the run must not send another request."""
        if self._reason is None:
            if self.settings.max_requests and self.requests >= self.settings.max_requests:
                self.end(f"the budget of {counted(self.settings.max_requests, 'request')} is spent", is_planned=True)
            elif not is_within(self._window, self.clock().astimezone(self._zone)):
                self.end(f"outside the night window {self.settings.night_window}", is_planned=True)
        if self._reason is not None:
            raise RunOverError(self._reason, is_planned=self._is_planned)

    async def sleep(self, seconds: float) -> None:
        """Sleep, but wake up when the run is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    async def _wait_for_turn(self) -> None:
        while (wait := self.throttle.take_turn()) > 0:
            if wait > self.settings.max_wait:
                self.end(f"the site asked us to stay away for {wait:.0f} seconds")
                return
            await self.sleep(wait)
            if not self.throttle.is_paused():
                return

    async def _follow(
        self,
        url: str,
        judge: Callable[[str], RedirectEnd | None],
        headers: Headers = (),
        first_bytes: int | None = None,
    ) -> Reply:
        for _ in range(MOST_REDIRECTS + 1):
            reply = await self._ask_in_turn(url, headers, first_bytes)
            target = redirect_target(reply)
            if target is None:
                return reply
            end = judge(target)
            if end is not None:
                return reply._replace(trouble=end.trouble, error=end.error)
            url = target
        return reply._replace(trouble=Trouble.REDIRECT_LOOP, error=f"more than {MOST_REDIRECTS} redirects")

    def _judge_page_redirect(self, target: str) -> RedirectEnd | None:
        # The redirect to a login is the answer: asking for the login form would only cost the site a request.
        if "site/login" in unquote(target):
            return RedirectEnd()
        if not stays_on_site(self.source.base_url, target):
            return RedirectEnd(Trouble.ELSEWHERE, f"redirect to another site refused: {target[:300]}")
        if not self.allows(target):
            return RedirectEnd(Trouble.DISALLOWED, f"robots.txt disallows the redirect {target[:300]}")
        return None

    async def _ask_in_turn(self, url: str, headers: Headers, first_bytes: int | None) -> Reply:
        self.check_still_welcome()
        await self._wait_for_turn()
        self.check_still_welcome()
        self.requests += 1
        reply = await self._connection.get(url, headers, first_bytes)
        self._server_clock.check(reply)
        # A site that answers 429 or 503 again and again is left alone.
        if reply.status in OVERLOADED:
            self.throttle.overloaded(retry_after(reply.header("retry-after"), self.clock()))
        elif not reply.has_failed and reply.status is not None:
            self.throttle.answered(reply.elapsed_ms / 1000)
        if self._breaker.heard(is_alive=not reply.has_failed):
            limit = self.settings.breaker_failures
            self.end(
                f"the site failed {counted(limit, 'time')} in a row, last: {reply.error or f'HTTP {reply.status}'}"
            )
        return reply


@asynccontextmanager
async def open_site(
    source: Source, settings: FetchSettings, clock: Clock | None = None, server_clock: ServerClock | None = None
) -> AsyncIterator[Site]:
    """Open the connections to a source for one run."""
    now = clock or utc_now
    async with Connection(source, settings, now) as connection:
        with PageReader() as reader:
            yield Site(source, settings, connection, reader, now, server_clock or ServerClock())
