"""A time that others wrote is believed where a capture can have been made then, and read alike on every machine."""

import datetime as dt
import os
import time

import pytest

from pipeline.importing.capture_time import CaptureTimeError, read_time

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("2023-05-01T08:21:00Z", dt.datetime(2023, 5, 1, 8, 21, tzinfo=dt.UTC)),
        ("2023-05-01T15:21:00+07:00", dt.datetime(2023, 5, 1, 8, 21, tzinfo=dt.UTC)),
        ("2026-11-30T11:59:59Z", dt.datetime(2026, 11, 30, 11, 59, 59, tzinfo=dt.UTC)),
    ],
)
def test_a_time_is_read_in_utc(raw: str, at: dt.datetime) -> None:
    assert read_time(raw, NOW) == at


@pytest.mark.parametrize("zone", ["Asia/Bangkok", "America/New_York"])
def test_without_a_zone_it_is_utc_on_every_machine(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    try:
        assert read_time("2023-05-01T08:21:00", NOW) == dt.datetime(2023, 5, 1, 8, 21, tzinfo=dt.UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("2566-05-01T08:21:00Z", "has not come yet; it looks like the Buddhist era, 2023 CE"),
        ("2026-11-30T12:00:01Z", "has not come yet$"),
        ("9999-12-31T23:59:59-23:59", "has not come yet$"),
        ("0001-01-01T00:00:00+14:00", "lies before the web"),
        ("1994-12-31T23:59:59Z", "lies before the web"),
        ("yesterday", "is not readable; expected is"),
        ("", "is not readable"),
    ],
)
def test_a_time_that_no_capture_can_have_is_refused_with_its_text(raw: str, said: str) -> None:
    with pytest.raises(CaptureTimeError, match=said) as error:
        read_time(raw, NOW)
    assert repr(raw) in str(error.value)
