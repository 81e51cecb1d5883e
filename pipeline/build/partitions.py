"""The partitions of data/parsed as relations: parsed.*, one for each table of the parser and of the fetch log."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from parsers.records import RECORD_TYPES
from pipeline.archive.fetch_log import FetchLogRow
from pipeline.archive.segments import ListingRow
from pipeline.build.errors import BuildInputError
from pipeline.core.arrow_schema import UNREADABLE, duckdb_columns, duckdb_type, schema_of
from pipeline.core.sql_text import quoted

PARSED_TABLES: Mapping[str, type[NamedTuple]] = {**RECORD_TYPES, "fetches": FetchLogRow, "listing": ListingRow}


def attach_partitions(con: duckdb.DuckDBPyConnection, parsed_dir: Path, fingerprint: str) -> None:
    """Make the relations parsed.* on a connection: `parsed.pages` has each capture once, `parsed.every_pages` has all.

    Args:
        con: a connection without a database `parsed`.
        parsed_dir: the directory of the partitions; it may be missing.
        fingerprint: of the parser whose partitions are read; those of another parser are left aside.

    Raises:
        BuildInputError: a partition is torn, has other columns, or lacks the fetch log of its pages.
    """
    con.execute("ATTACH ':memory:' AS parsed").complete()
    partitions = find_partitions(parsed_dir, fingerprint)
    for table, record_type in PARSED_TABLES.items():
        _attach_table(con, table, record_type, partitions)
    _leave_out_duplicates(con)
    _check_captures(con)


def find_partitions(parsed_dir: Path, fingerprint: str) -> list[Path]:
    """The directories of the partitions that the parser with this fingerprint made, in order of their names."""
    return sorted(path for path in parsed_dir.glob(f"*@{fingerprint}") if path.is_dir())


def find_logs(parsed_dir: Path, fingerprint: str) -> list[Path]:
    """The fetch logs of these partitions, in the same order."""
    return [log for partition in find_partitions(parsed_dir, fingerprint) for log in partition.glob("fetches.parquet")]


def find_damage(parsed_dir: Path, fingerprint: str) -> str | None:
    """Read every partition to its end and say which file cannot be read; slow, so only when something went wrong."""
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
    """One relation over the files of all partitions; by `filename` duplicates of a capture can be told apart."""
    schema = schema_of(record_type)
    files = [file for partition in partitions for file in sorted(partition.glob(f"{name}*.parquet"))]
    lacking = [_lacking_columns(file, schema, is_parsed=name in RECORD_TYPES) for file in files]
    if files:
        by_none = set.intersection(*lacking)
        columns = ", ".join(
            f'NULL::{duckdb_type(field.type)} AS "{field.name}"' if field.name in by_none else f'"{field.name}"'
            for field in schema
        )
        listed = ", ".join(map(quoted, files))
        by_name = ", union_by_name = true" if any(lacking) else ""
        query = f"SELECT {columns}, filename FROM read_parquet([{listed}], filename = true{by_name})"
        con.execute(f"CREATE VIEW parsed.every_{name} AS {query}").complete()
    else:
        con.execute(f"CREATE TABLE parsed.every_{name} ({duckdb_columns(record_type)}, filename VARCHAR)").complete()


def _lacking_columns(file: Path, schema: pa.Schema, *, is_parsed: bool) -> set[str]:
    """The last columns of a table that may be null, where a file of data/raw was written before there were any."""
    try:
        found = pq.read_schema(file)
    except UNREADABLE as error:
        raise BuildInputError(_torn(file, error)) from error
    known, later = list(schema)[: len(found)], list(schema)[len(found) :]
    columns = [(field.name, field.type) for field in known]
    may_lack = not is_parsed and all(field.nullable for field in later)
    if list(zip(found.names, found.types, strict=True)) != columns or (later and not may_lack):
        raise BuildInputError(f"{file}: its columns are not those of the current parser; {_remedy(file)}")
    return {field.name for field in later}


def _leave_out_duplicates(con: duckdb.DuckDBPyConnection) -> None:
    """A capture that was imported twice stands in two partitions; the rows of the first one by name count."""
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
    for name, record_type in PARSED_TABLES.items():
        columns = ", ".join(f'every."{column}"' for column in record_type._fields)
        keep = ""
        # With no duplicates the join is skipped, because it misleads the planner about how many rows are left.
        if n_duplicates and "snapshot_id" in record_type._fields and name != "fetches":
            keep = """
                ANTI JOIN parsed.duplicates
                    ON every.snapshot_id = duplicates.snapshot_id
                    AND parse_dirpath(every.filename) = duplicates.partition_path
            """
        con.execute(
            f"CREATE VIEW parsed.{name} AS SELECT {columns} FROM parsed.every_{name} AS every {keep}"
        ).complete()


def _check_captures(con: duckdb.DuckDBPyConnection) -> None:
    """Every parsed page must have its fetch log row, or its capture time and address would be lost."""
    orphans = con.execute("""
        SELECT filename, count(*), min(snapshot_id)
        FROM parsed.every_pages ANTI JOIN parsed.fetches USING (snapshot_id)
        GROUP BY filename ORDER BY filename
    """).fetchall()
    for filename, n_pages, snapshot_id in orphans:
        partition = Path(filename).parent
        raise BuildInputError(
            f"{partition}: {n_pages} pages (first snapshot {snapshot_id}) have no fetch log row; "
            f"delete the directory and run `bma-projects parse`"
        )


def _torn(file: Path, error: Exception) -> str:
    return f"{file}: torn or unreadable ({' '.join(str(error).split())}); {_remedy(file)}"


def _remedy(file: Path) -> str:
    return f"delete the directory {file.parent} and run `bma-projects parse`"
