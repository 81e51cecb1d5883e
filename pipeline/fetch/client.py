"""HTTP, and nothing but: the one place that speaks it. What came, or went wrong, is a Reply, never an exception."""

import asyncio
import datetime as dt
import errno
import ipaddress
import socket
import time
from enum import StrEnum
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from yarl import URL

from pipeline.archive.warc import LONGEST_URL, Headers
from pipeline.core.content_coding import content_codings
from pipeline.core.settings import FetchSettings, Source
from pipeline.core.time import Clock
from pipeline.core.version import product_token

# One layer of deflate makes at most a thousand times of a chunk; brotli, or two layers, could make anything of it.
_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})


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
    ADDRESS = "address"


CAN_HEAL = frozenset({Trouble.CONNECT, Trouble.TIMEOUT, Trouble.CUT})
IS_REFUSED = frozenset({Trouble.ELSEWHERE, Trouble.DISALLOWED, Trouble.ADDRESS})


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


class Connection:
    """The open connections to one source: a session with its cookies. Use it in an `async with` block."""

    def __init__(self, source: Source, settings: FetchSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._client = httpx.AsyncClient(
            transport=_Transport(source, source.concurrency or settings.concurrency),
            headers={
                "User-Agent": f"{product_token()} (+{settings.contact})",
                "Accept": "text/html,*/*;q=0.5",
                "Accept-Encoding": "gzip, deflate",
            },
            timeout=settings.timeout,
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, url: str, headers: Headers = ()) -> Reply:
        """Ask once for a URL; redirects are not followed."""
        requested_at, begin = self._clock(), time.perf_counter()
        if len(url) > LONGEST_URL:
            error = f"the address has {len(url)} characters, {LONGEST_URL} at most are asked for"
            return Reply(url, requested_at, 0, trouble=Trouble.ADDRESS, error=error)
        request = self._client.build_request("GET", url, headers=list(headers))
        reply = Reply(url, requested_at, 0, request_headers=_pairs(request.headers))
        try:
            async with asyncio.timeout(self._settings.page_timeout):
                reply = await self._receive(request, reply)
        except (TimeoutError, OSError, httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError) as error:
            trouble = _classify(error)
            reply = reply._replace(trouble=trouble, error=f"{trouble}: {error or 'no answer in time'}")
        return reply._replace(elapsed_ms=round((time.perf_counter() - begin) * 1000))

    async def _receive(self, request: httpx.Request, reply: Reply) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            reply = reply._replace(
                status=response.status_code, reason=response.reason_phrase, headers=_pairs(response.headers)
            )
            codings = content_codings(response.headers.get("content-encoding"))
            if len(codings) > 1 or not _ENCODINGS.issuperset(codings):
                return reply._replace(
                    trouble=Trouble.ENCODING, error=f"content encoding not asked for: {', '.join(codings)[:60]!r}"
                )
            if codings:
                # httpx knows gzip by one of its names.
                response.headers["content-encoding"] = codings[0].removeprefix("x-")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._settings.max_body_bytes:
                    error = f"the body is larger than {self._settings.max_body_bytes} bytes"
                    return reply._replace(trouble=Trouble.TOO_LARGE, error=error)
            return reply._replace(body=bytes(body))
        finally:
            await response.aclose()


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
                raise _PrivateAddressError(errno.EACCES, f"{host} leads to the private address {address[0]}: refused")
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
        cause = cause.__cause__
    if isinstance(error, TimeoutError | httpx.ReadTimeout):
        return Trouble.TIMEOUT
    if isinstance(error, httpx.ReadError | httpx.RemoteProtocolError | httpx.DecodingError):
        return Trouble.CUT
    return Trouble.CONNECT


def _pairs(headers: httpx.Headers) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)
