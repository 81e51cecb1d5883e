"""How often a site may be asked: the pace, the attempts, the breaker, Retry-After and the night window."""

import datetime as dt
import random
from collections.abc import Callable, Iterator

from pipeline.core.http_headers import http_date
from pipeline.core.settings import FetchSettings

# The statuses by which a site says that it is asked too often.
OVERLOADED = (429, 503)
_SLOWEST = 60.0
_PENALTY = 1.0


class Throttle:
    """Spaces the requests of all workers: one turn every `interval` seconds.

    1. The interval is never shorter than the set one, nor than what robots.txt asks for.
    2. 429 and 503 double it (to at least a second, at most a minute); Retry-After stops everything until then.
    3. An average latency above three times the best one seen, plus a second, makes it grow by half.
    4. Every good answer reduces the penalty by a tenth.
    """

    def __init__(self, interval: float, clock: Callable[[], float]) -> None:
        self._base = self.interval = interval
        self._clock = clock
        self._next_turn = self._paused_until = 0.0
        self._latency = 0.0
        self._best_latency = float("inf")
        self._answers = 0

    def require(self, interval: float) -> None:
        """Keep at least this interval from now on."""
        self._base = max(self._base, interval)
        self.interval = max(self.interval, self._base)

    def take_turn(self) -> float:
        """Reserve the next turn and return how many seconds away it is."""
        now = self._clock()
        turn = max(now, self._next_turn, self._paused_until)
        self._next_turn = turn + self.interval
        return turn - now

    def is_paused(self) -> bool:
        """Whether the site's Retry-After still lasts."""
        return self._paused_until > self._clock()

    def answered(self, latency: float) -> None:
        """Learn from a good answer."""
        self._answers += 1
        self._latency = latency if self._answers == 1 else 0.8 * self._latency + 0.2 * latency
        if self._answers >= 5:
            self._best_latency = min(self._best_latency, self._latency)
        if self._latency > max(3 * self._best_latency, self._best_latency + 1.0):
            self._slow_down(1.5 * self.interval)
        else:
            excess = self.interval - self._base
            self.interval = self._base + 0.9 * excess if excess > 0.01 else self._base

    def overloaded(self, wait: float | None) -> None:
        """Learn from 429 or 503, with the seconds of Retry-After where the site gave them."""
        self._slow_down(2 * self.interval)
        if wait is not None:
            self._paused_until = max(self._paused_until, self._clock() + wait)

    def _slow_down(self, interval: float) -> None:
        self.interval = max(self._base, min(_SLOWEST, max(_PENALTY, interval)))


class Breaker:
    """Opens after a number of failures in a row, when the site must be considered down."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._in_a_row = 0

    def heard(self, *, is_alive: bool) -> bool:
        """Count an answer and say whether to give up."""
        self._in_a_row = 0 if is_alive else self._in_a_row + 1
        return self._in_a_row >= self._limit


def waits(settings: FetchSettings) -> Iterator[float]:
    """The seconds to wait before each attempt of a request: none before the first, then longer ten times.

    They are random so that workers do not ask at the same moment.
    """
    yield 0.0
    for number in range(settings.attempts - 1):
        yield settings.backoff * 2 ** min(number, 10) * random.uniform(0.5, 1.5)  # noqa: S311


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Read Retry-After, seconds or an HTTP date, as seconds from now; None when absent or unreadable."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value.strip())
    at = http_date(value)
    return None if at is None else max(0.0, (at - now).total_seconds())


def parse_window(window: str) -> tuple[dt.time, dt.time] | None:
    """The two times of a night window of the settings, "22:00-05:30"; None for "", any time."""
    if not window:
        return None
    begin, _, end = window.partition("-")
    return dt.time.fromisoformat(begin), dt.time.fromisoformat(end)


def is_within(window: tuple[dt.time, dt.time] | None, local: dt.datetime) -> bool:
    """Whether a local time is in the window, which may include midnight."""
    if window is None:
        return True
    begin, end = window
    now = local.time()
    return begin <= now < end if begin <= end else now >= begin or now < end
