"""The only module that speaks HTTP. An answer, or an error, is a Reply, never an exception."""

import asyncio
import datetime as dt
import time
from enum import StrEnum
from types import TracebackType
from typing import NamedTuple, Self

import aiohttp
import httpx

from pipeline.archive.warc import LONGEST_URL, Headers
from pipeline.core.http_headers import content_codings, first_header
from pipeline.core.settings import FetchSettings, Source
from pipeline.core.time import Clock
from pipeline.core.version import product_token
from pipeline.fetch.cookies import SessionCookies
from pipeline.fetch.transport import Certificate, PrivateAddressError, Transport

# One layer of deflate makes a chunk at most a thousand times larger; brotli, or two layers, have no such limit.
_CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class Trouble(StrEnum):
    """Why there is no whole response; another attempt can help with the first three."""

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
    """One answered or failed request; body is decoded, headers are as received, requested_at is UTC.

    note says about a whole reply what its archived record would not show by itself.
    """

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
    note: str | None = None

    @property
    def has_failed(self) -> bool:
        """Whether the site failed, or has too much to do (429): another attempt may bring the page."""
        return self.trouble in CAN_HEAL or (self.status or 0) >= 500 or self.status == 429

    def header(self, name: str) -> str | None:
        """The first header of that name (in lower case)."""
        return first_header(self.headers, name)


class Connection:
    """The open connections to one source: a session with its cookies. Use it in an `async with` block."""

    def __init__(self, source: Source, settings: FetchSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._transport = Transport(source, source.concurrency or settings.concurrency)
        self._client = httpx.AsyncClient(
            transport=self._transport,
            headers={
                "User-Agent": f"{product_token()} (+{settings.contact})",
                "Accept": "text/html,*/*;q=0.5",
                "Accept-Encoding": "gzip, deflate",
            },
            cookies=SessionCookies(),
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

    @property
    def certificate(self) -> Certificate | None:
        """The certificate of the last TLS connection that was accepted."""
        return self._transport.certificate

    async def get(
        self, url: str, headers: Headers = (), first_bytes: int | None = None, *, is_raw: bool = False
    ) -> Reply:
        """Ask once for a URL; redirects are not followed.

        Only the first_bytes of a larger body are read; without first_bytes, a body larger than the settings allow is an
        error. With is_raw the body keeps the content coding of the answer.
        """
        requested_at, begin = self._clock(), time.perf_counter()
        if len(url) > LONGEST_URL:
            error = f"the address has {len(url)} characters, {LONGEST_URL} at most are asked for"
            return Reply(url, requested_at, 0, trouble=Trouble.ADDRESS, error=error)
        reply = Reply(url, requested_at, 0)
        try:
            request = self._client.build_request("GET", url, headers=list(headers))
            reply = reply._replace(request_headers=_pairs(request.headers))
            async with asyncio.timeout(self._settings.page_timeout):
                reply = await self._receive(request, reply, first_bytes, is_raw=is_raw)
        # httpx does not wrap some errors in a host's name; all of them are ValueErrors.
        except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError) as error:
            trouble = _classify(error)
            reply = reply._replace(trouble=trouble, error=f"{trouble}: {str(error) or 'no answer in time'}")
        return reply._replace(elapsed_ms=round((time.perf_counter() - begin) * 1000))

    async def _receive(self, request: httpx.Request, reply: Reply, first_bytes: int | None, *, is_raw: bool) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            reply = reply._replace(
                status=response.status_code, reason=response.reason_phrase, headers=_pairs(response.headers)
            )
            codings = content_codings(response.headers.get("content-encoding"))
            if not is_raw and (len(codings) > 1 or not _CODINGS.keys() >= set(codings)):
                return reply._replace(
                    trouble=Trouble.ENCODING, error=f"content encoding not asked for: {', '.join(codings)[:60]!r}"
                )
            # httpx decodes only the codings that it knows.
            response.headers["content-encoding"] = _CODINGS[codings[0]] if codings and not is_raw else "identity"
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if first_bytes is not None and len(body) > first_bytes:
                    note = f"the body is larger: its first {first_bytes} bytes were read and the rest was left"
                    return reply._replace(body=bytes(body[:first_bytes]), note=note)
                if first_bytes is None and len(body) > self._settings.max_body_bytes:
                    error = f"the body is larger than {self._settings.max_body_bytes} bytes"
                    return reply._replace(trouble=Trouble.TOO_LARGE, error=error)
            return reply._replace(body=bytes(body))
        finally:
            await response.aclose()


def _classify(error: Exception) -> Trouble:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PrivateAddressError):
            return Trouble.ELSEWHERE
        cause = cause.__cause__
    if isinstance(error, TimeoutError | httpx.ReadTimeout):
        return Trouble.TIMEOUT
    if isinstance(error, httpx.ReadError | httpx.RemoteProtocolError | httpx.DecodingError):
        return Trouble.CUT
    return Trouble.CONNECT


def _pairs(headers: httpx.Headers) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)
