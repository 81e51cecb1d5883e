"""Makes the table of one model: a relation in DuckDB, and the Parquet file of a published table."""

from pathlib import Path
from typing import Any

import duckdb

from pipeline.build.comments import comment_statements, parquet_metadata
from pipeline.build.errors import BuildError
from pipeline.build.models import Model
from pipeline.core.sql_text import quoted

# For the Parquet files and the DuckDB file. Small enough that one agency's rows fill few groups and that threads
# share a table of 100,000 rows, large enough to compress well; a multiple of DuckDB's vectors.
ROW_GROUP_SIZE = 20_480


def make_relation(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Make a relation that is not published. Raises BuildError."""
    _execute(con, model, f"CREATE {model.kind} {model.relation} AS {model.sql}")


def make_published(con: duckdb.DuckDBPyConnection, model: Model, out_dir: Path, note: str) -> int:
    """Make a table or view of the release with its comments and its Parquet file, and count its rows.

    Raises BuildError.
    """
    _check_columns(con, model)
    is_table = model.kind == "TABLE"
    _execute(con, model, f"CREATE {model.kind} {model.name} AS {_sorted(model) if is_table else model.sql}")
    _execute(con, model, comment_statements(model, note))
    return _write_parquet(con, model, f"FROM {model.name}" if is_table else _sorted(model), out_dir, note)


def make_parquet(con: duckdb.DuckDBPyConnection, model: Model, out_dir: Path, note: str) -> None:
    """Make only the Parquet file of a published table, for other models to read. Raises BuildError."""
    _write_parquet(con, model, _sorted(model), out_dir, note)
    _execute(con, model, f"CREATE VIEW {model.name} AS FROM read_parquet({quoted(_parquet_file(model, out_dir))})")


def reason(error: Exception) -> str:
    """The error text; where DuckDB's advice names its own settings, it names the settings of the build instead."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return str(error).partition("\n")[0] + "; raise build.memory_limit, or lower build.threads"
    return str(error)


def _sorted(model: Model) -> str:
    described = ", ".join(f'"{column.name}"' for column in model.columns)
    order = ", ".join(f'"{column}"' for column in model.sort)
    return f"SELECT {described} FROM ({model.sql}) ORDER BY {order}"


def _write_parquet(con: duckdb.DuckDBPyConnection, model: Model, query: str, out_dir: Path, note: str) -> int:
    metadata = ", ".join(f"{quoted(name)}: {quoted(text)}" for name, text in parquet_metadata(model, note).items())
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_SIZE}, KV_METADATA {{{metadata}}}"
    rows = _execute(con, model, f"COPY ({query}) TO {quoted(_parquet_file(model, out_dir))} ({options})")
    return int(rows[0][0])


def _parquet_file(model: Model, out_dir: Path) -> Path:
    return out_dir / f"{model.name}.parquet"


def _check_columns(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Header and SELECT must name the same columns, except those that only sort the table; the header orders them."""
    made = [row[0] for row in _execute(con, model, f"DESCRIBE {model.sql}")]
    described = [column.name for column in model.columns]
    made = [column for column in made if column in described or column not in model.sort]
    if made != described and (model.layer == "views" or sorted(made) != sorted(described)):
        where = {
            "describe in the header, or do not select,": [column for column in made if column not in described],
            "select, or strike from the header,": [column for column in described if column not in made],
        }
        what_to_do = [f"{what} {', '.join(columns)}" for what, columns in where.items() if columns]
        told = "; ".join(what_to_do) or f"put the lines of the header in this order: {', '.join(made)}"
        raise BuildError(f"{model.path}: header and SELECT differ in their columns: {told}")


def _execute(con: duckdb.DuckDBPyConnection, model: Model, statement: str) -> list[tuple[Any, ...]]:
    try:
        return con.execute(statement).fetchall()
    except duckdb.Error as error:
        raise BuildError(f"{model.path}: {reason(error)}") from error
