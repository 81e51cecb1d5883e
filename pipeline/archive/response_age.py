"""The age of a copy from a cache: such a response shows the page as it was, not as it is."""

import datetime as dt
import re

from pipeline.archive.warc import Capture

LONGEST_AGE = dt.timedelta(days=7)


def stated_age(header: str | None) -> dt.timedelta:
    """How old a response was when it came, by its Age header (RFC 9111, 5.1); zero where the header is malformed."""
    if header is None or not re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return dt.timedelta()
    return dt.timedelta(seconds=int(header))


def age_of(header: str | None) -> dt.timedelta:
    """The age that is accepted for a capture: the stated one, at most a week."""
    return min(stated_age(header), LONGEST_AGE)


def dated_by_age(capture: Capture) -> Capture:
    """The capture at the time of the page it shows, with a note where that is before the response came."""
    age = age_of(capture.header("age"))
    if not age:
        return capture
    note = f"the capture time is that of a cache's copy: by its Age header it was {age.total_seconds():.0f} seconds old"
    note = f"{capture.note}; {note}" if capture.note else note
    return capture._replace(captured_at=capture.captured_at - age, note=note)
