"""What a cache gave is dated by the age that the cache says, within bounds."""

import datetime as dt

import pytest

from pipeline.archive.response_age import age_of


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 0), ("120", 120), (" 5 ", 5), ("-3", 0), ("1.5", 0), ("ten", 0), ("๕", 0), ("999999999", 604_800)],
)
def test_the_age_of_a_response_is_bounded(header: str | None, seconds: int) -> None:
    assert age_of(header) == dt.timedelta(seconds=seconds)
