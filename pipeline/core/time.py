"""The time, and the run ids made from it: every stage gets a clock as a parameter, so that a run can be simulated."""

import datetime as dt
from collections.abc import Callable

_RUN_ID = "%Y%m%dT%H%M%SZ"
# A clock that was adjusted, or set back for the winter, is not a wrong clock.
MOST_APART = dt.timedelta(days=1)
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The clock of every run that is not simulated."""
    return dt.datetime.now(dt.UTC)


def new_run_id(now: dt.datetime) -> str:
    """Name a run after its start, so that names sort by time."""
    return now.astimezone(dt.UTC).strftime(_RUN_ID)


def started_at(run_id: str) -> dt.datetime | None:
    """When the run of this id began, in UTC; None where the text is not a run id."""
    try:
        return dt.datetime.strptime(run_id, _RUN_ID).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
