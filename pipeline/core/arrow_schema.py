"""The Parquet schema of a typed record, derived from its annotations in this one place."""

import datetime as dt
import functools
import types
import typing
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa

# What reading a torn or damaged Parquet file raises: pyarrow does not check names and dates.
UNREADABLE = (OSError, ValueError, OverflowError, pa.ArrowException)

# A SHA-256 digest, the only bytes that a record holds.
Sha256 = bytes
_SCALARS: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    bytes: pa.binary(32),
    dt.datetime: pa.timestamp("us", tz="UTC"),
    dt.date: pa.date32(),
}
_TEXTS = pa.list_(pa.string())
_MOMENT = _SCALARS[dt.datetime]
_DUCKDB_TYPES: dict[pa.DataType, str] = {
    _SCALARS[str]: "VARCHAR",
    _SCALARS[int]: "BIGINT",
    _SCALARS[bool]: "BOOLEAN",
    _SCALARS[bytes]: "BLOB",
    _SCALARS[dt.datetime]: "TIMESTAMPTZ",
    _SCALARS[dt.date]: "DATE",
    _TEXTS: "VARCHAR[]",
}
# Baht with satang; percentages as reported (45,069.0000 occurs); any other value has room for a budget in satang.
_THB, _PCT, _VALUE = pa.decimal128(18, 2), pa.decimal128(12, 4), pa.decimal128(24, 6)


@functools.cache
def schema_of(record_type: type[NamedTuple]) -> pa.Schema:
    """Derive the Arrow schema of a NamedTuple; `X | None` is nullable, everything else is not.

    Raises TypeError for an annotation that has no column type.
    """
    return pa.schema([_column(record_type, name, hint) for name, hint in typing.get_type_hints(record_type).items()])


def table_of(records: Iterable[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    """Put records, of which there is at least one, into the columns of their schema."""
    columns = zip(zip(*records, strict=True), schema, strict=True)
    return pa.Table.from_arrays([pa.array(values, field.type) for values, field in columns], schema=schema)


def rows_of(table: pa.Table | pa.RecordBatch) -> Iterator[tuple[object, ...]]:
    """The rows of a table as values of Python. Raises OverflowError for a moment that Python cannot hold."""
    return zip(*(_values(column) for column in table.columns), strict=True)


def duckdb_columns(record_type: type[NamedTuple]) -> str:
    """The columns of a NamedTuple as DuckDB declares them: `"name" VARCHAR, …`."""
    return ", ".join(f'"{field.name}" {duckdb_type(field.type)}' for field in schema_of(record_type))


def duckdb_type(kind: pa.DataType) -> str:
    """What DuckDB calls the type of a column."""
    return _DUCKDB_TYPES.get(kind) or str(kind).replace("decimal128", "DECIMAL")


def decimal_type(column: str) -> "pa.Decimal128Type[int, int]":
    """The decimal type of a column by its unit suffix: `_thb`, `_pct`, or any other value."""
    if column.endswith("_thb"):
        return _THB
    return _PCT if column.endswith("_pct") else _VALUE


def _values(column: "pa.ChunkedArray[Any] | pa.Array[Any]") -> list[object]:
    if column.type != _MOMENT:
        return column.to_pylist()
    # For a moment with a time zone pyarrow imports pandas, which takes longer than most commands.
    without_zone: Any = column.cast(pa.timestamp("us"))
    return [None if moment is None else moment.replace(tzinfo=dt.UTC) for moment in without_zone.to_pylist()]


def _column(record_type: type[NamedTuple], name: str, hint: object) -> "pa.Field[pa.DataType]":
    alternatives = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    kinds = [kind for kind in alternatives if kind is not types.NoneType]
    nullable = len(kinds) < len(alternatives)
    kind = kinds[0] if len(kinds) == 1 else None
    if kind is Decimal:
        return pa.field(name, decimal_type(name), nullable=nullable)
    if kind == tuple[str | None, ...]:
        return pa.field(name, _TEXTS, nullable=nullable)
    if isinstance(kind, type) and kind in _SCALARS:
        return pa.field(name, _SCALARS[kind], nullable=nullable)
    raise TypeError(f"{record_type.__name__}.{name}: no column type for {hint}")
