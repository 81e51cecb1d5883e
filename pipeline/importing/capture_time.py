"""The check of times that other programs wrote: the time of a capture, and which times are accepted."""

import datetime as dt

from pipeline.core.errors import PipelineError

_FUTURE = dt.timedelta(days=1)
# Before this year there was no web.
_EARLIEST_YEAR = 1995
_BE_OFFSET = 543


class CaptureTimeError(PipelineError):
    """A capture cannot have been made at the stated time; the message has the text and the reason."""


def read_time(raw: str, now: dt.datetime) -> dt.datetime:
    """Read an ISO 8601 time that another program wrote.

    Args:
        raw: the text; without a zone it is UTC, in any time zone of this machine.
        now: the moment of the import, in UTC.

    Returns:
        The time in UTC.

    Raises:
        CaptureTimeError: it is not a time, or not one that a capture can have.
    """
    try:
        at = dt.datetime.fromisoformat(raw.strip())
    except ValueError as error:
        raise CaptureTimeError(
            f"capture time {raw[:60]!r} is not readable; expected is 2023-05-01T08:21:00Z"
        ) from error
    return believed(at if at.tzinfo else at.replace(tzinfo=dt.UTC), raw, now)


def believed(at: dt.datetime, raw: str, now: dt.datetime) -> dt.datetime:
    """A time in UTC that a capture can have. Raises CaptureTimeError for a future time and for one before the web."""
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
