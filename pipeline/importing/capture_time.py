"""The door for times that others wrote: what a capture's time is, and which times are believed."""

import datetime as dt

from pipeline.core.errors import PipelineError

_FUTURE = dt.timedelta(days=1)
# There was no web to capture before.
_EARLIEST_YEAR = 1995
_BE_OFFSET = 543


class CaptureTimeError(PipelineError):
    """A capture cannot have been made at the time it names; the message has the text and says why."""


def read_time(raw: str, now: dt.datetime) -> dt.datetime:
    """Read an ISO 8601 time that somebody else wrote.

    Args:
        raw: the text; without a zone it is UTC, whatever the zone of this machine.
        now: the moment of the import, in UTC.

    Returns:
        The time in UTC.

    Raises:
        CaptureTimeError: it is no time, or none that a capture can have.
    """
    try:
        at = dt.datetime.fromisoformat(raw.strip())
    except ValueError as error:
        raise CaptureTimeError(
            f"capture time {raw[:60]!r} is not readable; expected is 2023-05-01T08:21:00Z"
        ) from error
    return believed(at if at.tzinfo else at.replace(tzinfo=dt.UTC), raw, now)


def believed(at: dt.datetime, raw: str, now: dt.datetime) -> dt.datetime:
    """A time in UTC that a capture can have. Raises CaptureTimeError for one to come, and for one before the web."""
    try:
        at = at.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        at = at.replace(tzinfo=dt.UTC)
    if at > now + _FUTURE:
        year_ce = at.year - _BE_OFFSET
        era = f"; it looks like the Buddhist era, {year_ce} CE" if _EARLIEST_YEAR <= year_ce <= now.year else ""
        raise CaptureTimeError(f"capture time {raw[:60]!r} has not come yet{era}")
    if at.year < _EARLIEST_YEAR:
        raise CaptureTimeError(f"capture time {raw[:60]!r} lies before the web")
    return at
