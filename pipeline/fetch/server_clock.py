"""Compares the clock of this machine with that of the servers: a wrong clock would put visits in a wrong order."""

import datetime as dt

from pipeline.archive.response_age import stated_age
from pipeline.archive.run_order import ClockError
from pipeline.core.http_headers import http_date
from pipeline.core.time import MOST_APART
from pipeline.fetch.client import Reply


class ServerClock:
    """The check of this machine's clock by the Date headers of one source.

    sealed_last is the start of the last run in the archive. A clock that shows an earlier day than that is accepted
    only when a server shows the same.
    """

    def __init__(self, sealed_last: dt.datetime | None = None) -> None:
        self._sealed_last = sealed_last

    def check(self, reply: Reply) -> None:
        """Raise ClockError when an answer's Date is more than a day off, or is missing where it is needed."""
        own = reply.requested_at + dt.timedelta(milliseconds=reply.elapsed_ms)
        served = served_at(reply)
        if served is not None and abs(served - own) > MOST_APART:
            raise ClockError(
                f"the clock of this machine says {own:%Y-%m-%d %H:%M} UTC, the site's {served:%Y-%m-%d %H:%M}: "
                f"more than a day apart; set the one that is wrong and run again"
            )
        if served is None and self._sealed_last is not None and own < self._sealed_last - MOST_APART:
            raise ClockError(
                f"the clock of this machine says {own:%Y-%m-%d %H:%M} UTC, yet an earlier run began at "
                f"{self._sealed_last:%Y-%m-%d %H:%M}, and the site does not say which is right; set the clock and run "
                f"again"
            )
        self._sealed_last = None if served is not None else self._sealed_last


def served_at(reply: Reply) -> dt.datetime | None:
    """The moment of an answer by its Date and, where a cache gave it, its Age; None without a Date."""
    date = http_date(reply.header("date"))
    try:
        return None if date is None else date + stated_age(reply.header("age"))
    except OverflowError:
        return None
