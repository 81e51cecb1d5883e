"""Records become the columns of a table and come back as they were."""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pytest

from pipeline.core.arrow_schema import rows_of, schema_of, table_of


class Reading(NamedTuple):
    name: str
    at: dt.datetime | None
    on: dt.date | None
    paid_thb: Decimal | None


READINGS = [
    Reading(
        "หนึ่ง", dt.datetime(2026, 11, 30, 23, 59, 59, 999_999, tzinfo=dt.UTC), dt.date(2026, 11, 30), Decimal("1.50")
    ),
    Reading("สอง", None, None, None),
]


def test_rows_are_the_records_they_were_made_of() -> None:
    assert list(rows_of(table_of(READINGS, schema_of(Reading)))) == READINGS


def test_a_moment_of_another_zone_keeps_its_zone() -> None:
    bangkok = dt.timezone(dt.timedelta(hours=7))
    moment = dt.datetime(2026, 11, 30, 6, 59, tzinfo=bangkok)
    [(found,)] = rows_of(pa.table({"at": pa.array([moment], pa.timestamp("us", "Asia/Bangkok"))}))
    assert isinstance(found, dt.datetime)
    assert (found, found.utcoffset()) == (moment, dt.timedelta(hours=7))


def test_a_moment_beyond_the_calendar_is_an_error() -> None:
    table = pa.table({"at": pa.array([2**62], pa.int64()).cast(pa.timestamp("us", "UTC"))})
    with pytest.raises(OverflowError):
        list(rows_of(table))
