"""What data/parsed holds as relations: parsed.*, one for each table of the parser, and one for each of the history."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from parsers.records import RECORD_TYPES
from pipeline.archive.history.intervals import TABLES
from pipeline.archive.history.state import State, newest_state
from pipeline.build.errors import BuildInputError
from pipeline.core.arrow_schema import UNREADABLE, duckdb_columns, schema_of
from pipeline.core.sql_text import quoted_list


def attach_partitions(con: duckdb.DuckDBPyConnection, parsed_dir: Path, fingerprint: str) -> list[Mapping[str, str]]:
    """Make the relations parsed.* on a connection: `parsed.pages` has each capture once, `parsed.every_pages` has all.

    Args:
        con: a connection without a database `parsed`.
        parsed_dir: the directory of the partitions; it may be missing.
        fingerprint: of the parser whose partitions are read; those of another parser are ignored.

    Returns:
        What the segments are about of which the history tells, the oldest first.

    Raises:
        BuildInputError: a partition is torn, has other columns, or does not go with the history.
    """
    con.execute("ATTACH ':memory:' AS parsed").complete()
    partitions = find_partitions(parsed_dir, fingerprint)
    for table, record_type in RECORD_TYPES.items():
        _attach_table(con, table, record_type, partitions)
    _leave_out_duplicates(con)
    state = newest_state(parsed_dir)
    _check_history(state, partitions, parsed_dir)
    for table, record_type in TABLES.items():
        made = f"VIEW parsed.{table} AS FROM {state.tables[table]}" if state is not None else None
        con.execute(f"CREATE {made or f'TABLE parsed.{table} ({duckdb_columns(record_type)})'}").complete()
    return [segment.about for segment in state.segments.values()] if state is not None else []


def find_partitions(parsed_dir: Path, fingerprint: str) -> list[Path]:
    """The directories of the partitions that the parser with this fingerprint made, in order of their names."""
    return sorted(path for path in parsed_dir.glob(f"*@{fingerprint}") if path.is_dir())


def find_damage(parsed_dir: Path, fingerprint: str) -> str | None:
    """Read every partition to its end and say which file cannot be read; slow, so only after an error."""
    for partition in find_partitions(parsed_dir, fingerprint):
        for file in sorted(partition.glob("*.parquet")):
            try:
                with pq.ParquetFile(file) as table:
                    for batch in table.iter_batches():
                        batch.validate(full=True)
            except UNREADABLE as error:
                return _torn(file, error)
    return None


def _attach_table(
    con: duckdb.DuckDBPyConnection, name: str, record_type: type[NamedTuple], partitions: Sequence[Path]
) -> None:
    """One relation over the files of all partitions; `filename` distinguishes the duplicates of a capture."""
    schema = schema_of(record_type)
    files = [file for partition in partitions for file in sorted(partition.glob(f"{name}*.parquet"))]
    for file in files:
        _check_columns(file, schema)
    if files:
        columns = ", ".join(f'"{column}"' for column in schema.names)
        query = f"SELECT {columns}, filename FROM read_parquet({quoted_list(files)}, filename = true)"
        con.execute(f"CREATE VIEW parsed.every_{name} AS {query}").complete()
    else:
        con.execute(f"CREATE TABLE parsed.every_{name} ({duckdb_columns(record_type)}, filename VARCHAR)").complete()


def _check_columns(file: Path, schema: pa.Schema) -> None:
    try:
        found = pq.read_schema(file)
    except UNREADABLE as error:
        raise BuildInputError(_torn(file, error)) from error
    if (found.names, found.types) != (schema.names, schema.types):
        raise BuildInputError(f"{file}: its columns are not those of the current parser; {_remedy(file)}")


def _leave_out_duplicates(con: duckdb.DuckDBPyConnection) -> None:
    """A capture that was imported twice is in two partitions; the rows of the first one by name count."""
    [(n_duplicates,)] = con.execute("""
        CREATE TABLE parsed.duplicates AS
        WITH repeated AS (
            SELECT snapshot_id FROM parsed.every_pages GROUP BY snapshot_id HAVING count(*) > 1
        )
        SELECT snapshot_id, parse_dirpath(filename) AS partition_path
        FROM parsed.every_pages
        SEMI JOIN repeated USING (snapshot_id)
        QUALIFY row_number() OVER (PARTITION BY snapshot_id ORDER BY filename) > 1
    """).fetchall()
    for name, record_type in RECORD_TYPES.items():
        columns = ", ".join(f'every."{column}"' for column in record_type._fields)
        keep = ""
        # With no duplicates the join is skipped, because it misleads the planner about how many rows are left.
        if n_duplicates and "snapshot_id" in record_type._fields:
            keep = """
                ANTI JOIN parsed.duplicates
                    ON every.snapshot_id = duplicates.snapshot_id
                    AND parse_dirpath(every.filename) = duplicates.partition_path
            """
        con.execute(
            f"CREATE VIEW parsed.{name} AS SELECT {columns} FROM parsed.every_{name} AS every {keep}"
        ).complete()


def _check_history(state: State | None, partitions: Sequence[Path], parsed_dir: Path) -> None:
    """The history and the partitions must be of the same segments, or pages would lack their times, or visits pages."""
    parsed = {partition.name.partition("@")[0]: partition for partition in partitions}
    folded = state.segments if state is not None else {}
    for name, partition in parsed.items():
        if name not in folded:
            raise BuildInputError(f"{partition}: the history of the pages does not know it; run `bma-projects parse`")
    for name, segment in folded.items():
        if segment.has_pages and name not in parsed:
            raise BuildInputError(f"{parsed_dir}: has no partition of {name}; run `bma-projects parse`")


def _torn(file: Path, error: Exception) -> str:
    return f"{file}: torn or unreadable ({' '.join(str(error).split())}); {_remedy(file)}"


def _remedy(file: Path) -> str:
    return f"delete the directory {file.parent} and run `bma-projects parse`"
