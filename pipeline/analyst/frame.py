"""An Arrow table as a pandas data frame on which everyday operations work.

Arrow types in pandas keep decimals and time zones, but six everyday operations in thirty fail on them: dividing two
budgets, describe, nlargest, resample, to_excel, to_json. So a frame has the types of pandas itself, and Arrow types
only on request.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.types as is_type

from pipeline.analyst.query import QueryError

_NULLABLE: dict[pa.DataType, pd.api.extensions.ExtensionDtype] = {
    pa.int64(): pd.Int64Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def data_frame(table: pa.Table, *, is_exact: bool) -> pd.DataFrame:
    """Make a data frame of a table.

    Args:
        table: the table; its timestamps with a time zone are in UTC.
        is_exact: keep the Arrow types: decimals, dates, UTC timestamps, lists.

    Returns:
        Numbers as float64, whole numbers as Int64, flags as boolean, texts as string. Days and moments are datetime64
        without a time zone, because Excel knows none; moments are UTC. Spans are timedelta64, a month of one as 30
        days. Lists are tuples, which can be compared and counted.

    Raises QueryError for a day that datetime64 cannot hold.
    """
    try:
        columns = table.columns if is_exact else [_plain(column) for column in table.columns]
    except (pa.ArrowInvalid, OverflowError) as error:
        raise QueryError(f"the answer has a value that pandas cannot hold ({error}); ask with exact=True") from error
    # By number, since pyarrow takes the type of a column by its name, and an answer may give one name twice.
    numbered = pa.table(columns, names=[str(number) for number in range(table.num_columns)])
    frame: pd.DataFrame = numbered.to_pandas(types_mapper=lambda kind: _type_of(kind, is_exact=is_exact))
    for number, column in enumerate([] if is_exact else columns):
        if is_type.is_nested(column.type):
            rows = [_plain_item(row) for row in column.to_pylist(maps_as_pydicts="strict")]
            frame.isetitem(number, pd.Series(rows, dtype=object).to_numpy())
    frame.columns = pd.Index(table.column_names)
    return frame


def _type_of(kind: pa.DataType, *, is_exact: bool) -> pd.api.extensions.ExtensionDtype | None:
    return pd.ArrowDtype(kind) if is_exact else _NULLABLE.get(kind)


def _plain(column: "pa.ChunkedArray[Any]") -> "pa.ChunkedArray[Any]":
    if is_type.is_decimal(column.type):
        # Arrow's own cast turns 10.7 into 10.700000000000001; reading the text gives the nearest number.
        column = column.cast(pa.string())
        return column.cast(pa.float64())
    if column.type == pa.month_day_nano_interval():
        return pa.chunked_array([[_span(value) for value in column.to_pylist()]], pa.duration("us"))
    for is_one, plain_type in _PLAIN:
        if is_one(column.type):
            return column.cast(plain_type)
    return column


def _span(interval: Any) -> dt.timedelta | None:
    """A span of time; a month has 30 days, as DuckDB has it where it compares two."""
    if interval is None:
        return None
    return dt.timedelta(days=30 * interval.months + interval.days, microseconds=interval.nanoseconds // 1_000)


def _plain_item(item: object) -> object:
    """What stands in a list, a map or a struct, with tuples for lists and float for decimals as in columns."""
    if isinstance(item, list):
        return tuple(map(_plain_item, item))
    if isinstance(item, dict):
        return {key: _plain_item(value) for key, value in item.items()}
    return float(item) if isinstance(item, Decimal) else item


_PLAIN: tuple[tuple[Callable[[pa.DataType], bool], pa.DataType], ...] = (
    (is_type.is_floating, pa.float64()),
    (lambda kind: is_type.is_integer(kind) and kind != pa.uint64(), pa.int64()),
    (lambda kind: is_type.is_date(kind) or (is_type.is_timestamp(kind) and kind.tz is not None), pa.timestamp("us")),
)
