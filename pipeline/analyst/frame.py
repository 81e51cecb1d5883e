"""An Arrow table as a pandas data frame whose columns do what people do with data frames.

Arrow types in pandas keep decimals and time zones, but six everyday operations in thirty fail on them: dividing two
budgets, describe, nlargest, resample, to_excel, to_json. So a frame has the types of pandas itself, and Arrow types
only where they are asked for.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.types as is_type

_NULLABLE: dict[pa.DataType, pd.api.extensions.ExtensionDtype] = {
    pa.int64(): pd.Int64Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def data_frame(table: pa.Table, *, is_exact: bool) -> pd.DataFrame:
    """Make a data frame of a table.

    Args:
        table: whose timestamps with a time zone are in UTC.
        is_exact: keep the Arrow types: decimals, dates, UTC timestamps, lists.

    Returns:
        Numbers as float64, whole numbers as Int64, flags as boolean, texts as string. Days and moments are datetime64
        without a time zone, because Excel knows none; moments are UTC. Lists are tuples, which can be compared and
        counted.
    """
    columns = table.columns if is_exact else [_plain(column) for column in table.columns]
    # By number, since pyarrow takes the type of a column by its name, and an answer may give one name twice.
    numbered = pa.table(columns, names=[str(number) for number in range(table.num_columns)])
    frame: pd.DataFrame = numbered.to_pandas(types_mapper=lambda kind: _type_of(kind, is_exact=is_exact))
    for number, column in enumerate([] if is_exact else columns):
        if is_type.is_list(column.type):
            rows = [None if row is None else tuple(row) for row in column.to_pylist()]
            frame.isetitem(number, pd.Series(rows, dtype=object).to_numpy())
    frame.columns = pd.Index(table.column_names)
    return frame


def _type_of(kind: pa.DataType, *, is_exact: bool) -> pd.api.extensions.ExtensionDtype | None:
    return pd.ArrowDtype(kind) if is_exact else _NULLABLE.get(kind)


def _plain(column: "pa.ChunkedArray[Any]") -> "pa.ChunkedArray[Any]":
    if is_type.is_decimal(column.type):
        # Arrow's own cast makes 10.700000000000001 of 10.7; the text is read as the number nearest to it.
        column = column.cast(pa.string())
        return column.cast(pa.float64())
    for is_one, plain_type in _PLAIN:
        if is_one(column.type):
            return column.cast(plain_type)
    return column


_PLAIN: tuple[tuple[Callable[[pa.DataType], bool], pa.DataType], ...] = (
    (is_type.is_floating, pa.float64()),
    (lambda kind: is_type.is_integer(kind) and kind != pa.uint64(), pa.int64()),
    (lambda kind: is_type.is_date(kind) or (is_type.is_timestamp(kind) and kind.tz is not None), pa.timestamp("us")),
)
