"""Polite HTTP: the one place that speaks it. A Site asks for pages and answers with what came, never with an exception.

Trouble that belongs to one page is a value in the Reply; what ends the whole run raises RunOverError.
"""

import asyncio
import datetime as dt
import ipaddress
import random
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import Any, NamedTuple, cast
from urllib.parse import unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from yarl import URL

from pipeline.politeness import Breaker, Robots, Throttle, is_within, parse_window, retry_after
from pipeline.settings import FetchSettings, Source
from pipeline.software import software
from pipeline.warc import Headers

_MAX_REDIRECTS = 5
_OVERLOADED = (429, 503)
# One layer of deflate makes at most a thousand times of a chunk; brotli, or two layers, could make anything of it.
_ENCODINGS = frozenset({"identity", "gzip", "x-gzip", "deflate", ""})
Clock = Callable[[], dt.datetime]


class Trouble(StrEnum):
    """Why there is no whole response; the first three can heal."""

    CONNECT = "connect"
    TIMEOUT = "timeout"
    CUT = "cut"
    TOO_LARGE = "too_large"
    REDIRECT_LOOP = "redirect_loop"
    ELSEWHERE = "elsewhere"
    DISALLOWED = "disallowed"
    ENCODING = "encoding"


CAN_HEAL = frozenset({Trouble.CONNECT, Trouble.TIMEOUT, Trouble.CUT})
IS_REFUSED = frozenset({Trouble.ELSEWHERE, Trouble.DISALLOWED})


class Reply(NamedTuple):
    """One answered or failed request; body is decoded, headers are as received, requested_at is UTC."""

    url: str
    requested_at: dt.datetime
    elapsed_ms: int
    status: int | None = None
    reason: str = ""
    headers: Headers = ()
    request_headers: Headers = ()
    body: bytes = b""
    trouble: Trouble | None = None
    error: str | None = None

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


class RunOverError(Exception):
    """The run must end now; the message says why. What was fetched is kept."""


class Site:
    """One source during one run: its connections, cookies, pace, robots.txt, budget and breaker."""

    def __init__(self, source: Source, settings: FetchSettings, client: httpx.AsyncClient, clock: Clock) -> None:
        self.source, self.settings, self.clock = source, settings, clock
        self.concurrency = source.concurrency or settings.concurrency
        self.requests = 0
        rate = settings.rate if source.rate is None else source.rate
        self.throttle = Throttle(1 / rate if rate else 0.0, time.monotonic)
        self._client = client
        self._robots = Robots()
        self._breaker = Breaker(settings.breaker_failures)
        self._window = parse_window(settings.night_window)
        self._zone = ZoneInfo(settings.time_zone)
        self._reason: str | None = None
        self._over = asyncio.Event()

    def allows(self, url: str) -> bool:
        """Whether robots.txt lets us ask for this URL."""
        return self._robots.allows(url)

    async def read_robots(self) -> Reply:
        """Fetch and obey robots.txt; a site that cannot give it (5xx, no connection) ends the run (RFC 9309)."""
        reply = await self.ask(urljoin(self.source.base_url, "/robots.txt"))
        if reply.status is None or reply.trouble in CAN_HEAL or reply.status >= 500 or reply.status == 429:
            self.end(f"robots.txt cannot be read ({reply.error or f'HTTP {reply.status}'}): not now")
        elif reply.status == 200:
            self._robots = Robots(reply.body.decode("utf-8", "replace"))
            self.throttle.require(self._robots.interval)
        return reply

    async def ask(self, url: str, headers: Headers = ()) -> Reply:
        """Ask once for a URL, in turn, and follow redirects that stay on the site."""
        reply = await self._ask_in_turn(url, headers)
        for _ in range(_MAX_REDIRECTS):
            target = _redirect_target(reply)
            if target is None:
                return reply
            if not _same_site(self.source.base_url, target):
                return reply._replace(
                    trouble=Trouble.ELSEWHERE, error=f"redirect to another site refused: {target[:300]}"
                )
            if not self.allows(target):
                return reply._replace(
                    trouble=Trouble.DISALLOWED, error=f"robots.txt disallows the redirect {target[:300]}"
                )
            reply = await self._ask_in_turn(target, headers)
        if _redirect_target(reply) is None:
            return reply
        return reply._replace(trouble=Trouble.REDIRECT_LOOP, error=f"more than {_MAX_REDIRECTS} redirects")

    def end(self, reason: str) -> None:
        """Let every worker stop at its next request; the first reason given stands."""
        self._reason = self._reason or reason
        self._over.set()

    def check_still_welcome(self) -> None:
        """Raise RunOverError when the run must not ask for anything more."""
        if self._reason is None:
            if self.settings.max_requests and self.requests >= self.settings.max_requests:
                self.end(f"the budget of {self.settings.max_requests} requests is spent")
            elif not is_within(self._window, self.clock().astimezone(self._zone)):
                self.end(f"outside the night window {self.settings.night_window}")
        if self._reason is not None:
            raise RunOverError(self._reason)

    async def sleep(self, seconds: float) -> None:
        """Sleep, but wake up when the run is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    async def back_off(self, attempts: int) -> None:
        """Wait after that many failed attempts: longer each time, and never in step with others."""
        await self.sleep(self.settings.backoff * 2 ** (attempts - 1) * random.uniform(0.5, 1.5))  # noqa: S311

    async def _wait_for_turn(self) -> None:
        while (wait := self.throttle.take_turn()) > 0:
            if wait > self.settings.max_wait:
                self.end(f"the site asked us to stay away for {wait:.0f} seconds")
                return
            await self.sleep(wait)
            if not self.throttle.is_paused():
                return

    async def _ask_in_turn(self, url: str, headers: Headers) -> Reply:
        self.check_still_welcome()
        await self._wait_for_turn()
        self.check_still_welcome()
        self.requests += 1
        reply = await self._send(url, headers)
        is_alive = reply.trouble not in CAN_HEAL and (reply.status or 0) < 500
        if reply.status in _OVERLOADED:
            self.throttle.overloaded(retry_after(reply.header("retry-after"), self.clock()))
        elif is_alive:
            self.throttle.answered(reply.elapsed_ms / 1000)
        if self._breaker.heard(is_alive=is_alive):
            limit = self.settings.breaker_failures
            self.end(f"the site failed {limit} times in a row, last: {reply.error or f'HTTP {reply.status}'}")
        return reply

    async def _send(self, url: str, headers: Headers) -> Reply:
        requested_at, begin = self.clock(), time.perf_counter()
        request = self._client.build_request("GET", url, headers=list(headers))
        reply = Reply(url, requested_at, 0, request_headers=_pairs(request.headers))
        try:
            async with asyncio.timeout(self.settings.page_timeout):
                reply = await self._receive(request, reply)
        except (TimeoutError, httpx.TimeoutException) as error:
            trouble = Trouble.CONNECT if isinstance(error, httpx.ConnectTimeout) else Trouble.TIMEOUT
            reply = reply._replace(trouble=trouble, error=f"{trouble}: {str(error) or 'no answer in time'}")
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError) as error:
            trouble = _classify(error)
            reply = reply._replace(trouble=trouble, error=f"{trouble}: {error or type(error).__name__}")
        return reply._replace(elapsed_ms=round((time.perf_counter() - begin) * 1000))

    async def _receive(self, request: httpx.Request, reply: Reply) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            reply = reply._replace(
                status=response.status_code, reason=response.reason_phrase, headers=_pairs(response.headers)
            )
            encoding = response.headers.get("content-encoding", "identity").strip().lower()
            if encoding not in _ENCODINGS:
                return reply._replace(
                    trouble=Trouble.ENCODING, error=f"content encoding not asked for: {encoding[:60]!r}"
                )
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self.settings.max_body_bytes:
                    error = f"the body is larger than {self.settings.max_body_bytes} bytes"
                    return reply._replace(trouble=Trouble.TOO_LARGE, error=error)
            return reply._replace(body=bytes(body))
        finally:
            await response.aclose()


@asynccontextmanager
async def open_site(source: Source, settings: FetchSettings, clock: Clock | None = None) -> AsyncIterator[Site]:
    """Open the connections to a source for one run."""
    agent = f"{software()} (+{settings.contact})"
    async with httpx.AsyncClient(
        transport=_Transport(source, source.concurrency or settings.concurrency),
        headers={"User-Agent": agent, "Accept": "text/html,*/*;q=0.5", "Accept-Encoding": "gzip, deflate"},
        timeout=settings.timeout,
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield Site(source, settings, client, clock or _utc_now)


class _PrivateAddressError(OSError):
    """The site's name leads into a private network."""


class _Resolver(aiohttp.abc.AbstractResolver):
    """Resolves to the source's connect_to where it has one, and otherwise to public addresses only."""

    def __init__(self, connect_to: str | None) -> None:
        self._connect_to = connect_to

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        target, target_port = host, port
        if self._connect_to is not None:
            target, _, number = self._connect_to.rpartition(":")
            target_port = int(number)
        found = await asyncio.get_running_loop().getaddrinfo(
            target, target_port, type=socket.SOCK_STREAM, family=family
        )
        for *_, address in found:
            if self._connect_to is None and not ipaddress.ip_address(address[0]).is_global:
                raise _PrivateAddressError(f"{host} leads to the private address {address[0]}: refused")
        return [
            {"hostname": host, "host": str(address[0]), "port": target_port, "family": kind, "proto": proto, "flags": 0}
            for kind, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is held open."""


class _ExactSession:
    """An aiohttp session that sends URLs as written: aiohttp would unquote the %2F of Yii's routes."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    def request(self, *, url: str, **options: Any) -> Any:
        return self._session.request(url=URL(url, encoded=True), **options)


class _Transport(AiohttpTransport):
    """aiohttp's connections under httpx's interface: httpx's own pool goes quadratic at high concurrency."""

    def __init__(self, source: Source, connections: int) -> None:
        super().__init__()
        self._resolver, self._connections = _Resolver(source.connect_to), connections
        self._session: aiohttp.ClientSession | None = None

    def get_client(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=self._resolver, limit=self._connections, ssl=self.ssl_context, ttl_dns_cache=300
            )
            # httpx keeps the cookies.
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return cast(aiohttp.ClientSession, _ExactSession(self._session))

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


def _classify(error: Exception) -> Trouble:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _PrivateAddressError):
            return Trouble.ELSEWHERE
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ReadError | httpx.RemoteProtocolError | httpx.DecodingError):
        return Trouble.CUT
    return Trouble.CONNECT


def _redirect_target(reply: Reply) -> str | None:
    location = reply.header("location")
    if reply.trouble is not None or reply.status not in (301, 302, 303, 307, 308) or location is None:
        return None
    # A login wall is the answer: asking for its form would only cost the site a request.
    if "site/login" in unquote(location):
        return None
    try:
        return urljoin(reply.url, location)
    except ValueError:
        return location


def _same_site(base_url: str, target: str) -> bool:
    """Whether a redirect stays: same host and port, the scheme the same or better."""
    try:
        home, there = urlsplit(base_url), urlsplit(target)
        default = {"http": 80, "https": 443}
        if (there.hostname or "").lower() != home.hostname or there.username is not None:
            return False
        if home.scheme == "http" and there.scheme == "https":
            return (home.port or 80) == 80 and (there.port or 443) == 443
        return there.scheme == home.scheme and (there.port or default[there.scheme]) == (
            home.port or default[home.scheme]
        )
    except (ValueError, KeyError):
        return False


def _pairs(headers: httpx.Headers) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
