"""One web archive during one harvest: requests are rarer than to a site, and stop as soon as the archive says so."""

import asyncio
import datetime as dt
import time
from enum import StrEnum
from types import TracebackType
from typing import Self

from pipeline.archive.warc import Headers
from pipeline.core.settings import FetchSettings, HarvestSettings, Source
from pipeline.core.text import counted
from pipeline.core.time import Clock, utc_now
from pipeline.fetch.client import Connection, Reply, Trouble
from pipeline.fetch.throttle import OVERLOADED, Breaker, Throttle, retry_after, waits
from pipeline.fetch.transport import is_private

# The Wayback Machine allows 24 requests a minute to its index, others block after some hundred; settings stay below.
_MOST_INDEX_PER_MINUTE = 20.0
_MOST_REPLAYS_PER_SECOND = 1.0
# Seconds, if an archive does not give a time: the Wayback Machine blocks a client that continues for a minute.
_REST, _LONGEST_REST = 300.0, 7 * 86_400.0
_RAW = (("Accept-Encoding", "gzip, deflate, br, zstd"), ("Accept", "*/*"))


class Asked(StrEnum):
    """The kinds of request; each has its own pace."""

    INDEX = "index"
    REPLAY = "replay"


class HarvestOverError(Exception):
    """The harvest must end now; the message says why. The harvested captures are kept.

    is_planned distinguishes the budget from trouble with the archive. not_before is the time of the next allowed
    request. advice says how to continue.
    """

    def __init__(
        self,
        reason: str,
        *,
        is_planned: bool = False,
        not_before: dt.datetime | None = None,
        advice: str = "the same command goes on from here",
    ) -> None:
        super().__init__(reason)
        self.is_planned, self.not_before, self.advice = is_planned, not_before, advice


class ArchiveHost:
    """The connections to a web archive, with its paces, budget and breaker; for callers without an event loop.

    Leaving the `with` block closes them. A request is repeated as [fetch] says; 429 and 503 end the harvest at once.
    """

    def __init__(self, home: str, settings: HarvestSettings, fetch: FetchSettings, clock: Clock = utc_now) -> None:
        """home is the address of the archive, to which connect_to of the settings applies."""
        # The client guards sources: an archive in a private network needs connect_to like a source.
        # Not checked like a source: home is not the address of a script.
        source = Source.model_construct(
            source_id="archive", base_url=home, connect_to=settings.connect_to, concurrency=1
        )
        self.requests = 0
        self._settings, self._fetch, self._clock = settings, fetch, clock
        self._paces = {
            asked: Throttle(interval, time.monotonic) for asked, interval in seconds_between(settings).items()
        }
        for pace in self._paces.values():
            # The previous run may have sent a request just now: its pace continues.
            pace.take_turn()
        self._n_replays = 0
        self._breaker = Breaker(fetch.breaker_failures)
        self._runner = asyncio.Runner()
        self._connection = Connection(source, fetch, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._connection.__aexit__(kind, error, trace))
        finally:
            self._runner.close()

    def index(self, url: str) -> Reply:
        """Ask an index. Raises HarvestOverError."""
        return self._runner.run(self._ask(url, Asked.INDEX, (("Accept", "*/*"),)))

    def replay(self, url: str) -> Reply:
        """Request a capture; its body stays in the received coding. Raises HarvestOverError."""
        return self._runner.run(self._ask(url, Asked.REPLAY, _RAW, is_raw=True))

    def byte_range(self, url: str, offset: int, length: int) -> Reply:
        """Request a range of bytes; if the file is sent whole, only so much is read. Raises HarvestOverError."""
        headers = (("Range", f"bytes={offset}-{offset + length - 1}"), ("Accept-Encoding", "identity"))
        return self._runner.run(self._ask(url, Asked.REPLAY, headers, first_bytes=length, is_raw=True))

    async def _ask(
        self, url: str, asked: Asked, headers: Headers, first_bytes: int | None = None, *, is_raw: bool = False
    ) -> Reply:
        for wait in waits(self._fetch):
            await asyncio.sleep(wait)
            if self._settings.max_requests and self.requests >= self._settings.max_requests:
                raise self._budget_is_spent(asked)
            await asyncio.sleep(self._paces[asked].take_turn())
            self.requests += 1
            self._n_replays += asked is Asked.REPLAY
            reply = await self._connection.get(url, headers, first_bytes, is_raw=is_raw)
            self._check_welcome(reply)
            if not reply.has_failed:
                break
        return reply

    def _budget_is_spent(self, asked: Asked) -> HarvestOverError:
        reason = f"the budget of {counted(self._settings.max_requests, 'request')} is spent"
        if asked is Asked.REPLAY or self._n_replays:
            return HarvestOverError(reason, is_planned=True)
        # The same command would repeat the same requests to the index and never get further.
        advice = "raise harvest.max_requests, or ask for fewer months with --from and --to"
        return HarvestOverError(f"{reason} before the index is read to its end", advice=advice)

    def _check_welcome(self, reply: Reply) -> None:
        if reply.trouble is Trouble.ELSEWHERE:
            raise HarvestOverError(
                f"{reply.url}: {reply.error}", advice="for an archive set connect_to of [harvest] in the settings"
            )
        if reply.status in OVERLOADED:
            wait = retry_after(reply.header("retry-after"), self._clock())
            until = self._clock() + dt.timedelta(seconds=_REST if wait is None else min(wait, _LONGEST_REST))
            raise HarvestOverError(
                f"the archive answers HTTP {reply.status} and is left alone until {until:%Y-%m-%d %H:%M:%S} UTC",
                not_before=until,
            )
        if self._breaker.heard(is_alive=not reply.has_failed):
            limit = self._fetch.breaker_failures
            raise HarvestOverError(
                f"the archive failed {counted(limit, 'time')} in a row, last: {reply.error or f'HTTP {reply.status}'}"
            )


def seconds_between(settings: HarvestSettings) -> dict[Asked, float]:
    """The seconds between two requests of a kind; only an archive in a private network may be asked faster."""
    host = (settings.connect_to or "").rpartition(":")[0].strip("[]")
    rates = {Asked.INDEX: settings.index_per_minute / 60, Asked.REPLAY: settings.replays_per_second}
    most = {Asked.INDEX: _MOST_INDEX_PER_MINUTE / 60, Asked.REPLAY: _MOST_REPLAYS_PER_SECOND}
    if host != "localhost" and not is_private(host):
        rates = {asked: min(rate, most[asked]) if rate else most[asked] for asked, rate in rates.items()}
    return {asked: 1 / rate if rate else 0.0 for asked, rate in rates.items()}
