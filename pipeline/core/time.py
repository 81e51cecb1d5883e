"""The time of day: every stage is handed a clock, so that a run can be simulated."""

import datetime as dt
from collections.abc import Callable

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The clock of every run that is not simulated."""
    return dt.datetime.now(dt.UTC)
