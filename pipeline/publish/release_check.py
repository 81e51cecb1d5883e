"""Checks a built release from outside: DuckDB and pyarrow read it, keys are unique, references are complete."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipeline.build.database import DATABASE
from pipeline.build.headers import Reference
from pipeline.build.models import Model, load_models
from pipeline.core.arrow_schema import UNREADABLE
from pipeline.core.errors import PipelineError
from pipeline.core.signals import interruptible_query
from pipeline.core.sql_text import quoted
from pipeline.core.text import counted


class VerifyError(PipelineError):
    """A release breaks a promise; the message names the table and the promise."""


def verify_release(release: Path, counts: Mapping[str, int]) -> None:
    """Raise VerifyError unless each table and view is complete, sorted by a unique key, and refers to existing rows."""
    tables = {model.name: model for model in load_models().values() if model.is_published}
    if counts.keys() != tables.keys():
        odd = ", ".join(sorted(counts.keys() ^ tables.keys()))
        raise VerifyError(
            f"{release}: the run record and sql/ differ in their tables and views: {odd}; "
            "where another version built it, `bma-projects build` makes one of this version"
        )
    for name in tables:
        _check_footer(release / f"{name}.parquet", counts[name])
    try:
        with duckdb.connect(str(release / DATABASE), read_only=True) as con, interruptible_query(con.interrupt):
            for model in tables.values():
                _check_table(con, release, model, counts[model.name])
            for model in tables.values():
                for reference in model.references:
                    _check_reference(con, release, model, reference)
    except duckdb.Error as error:
        raise VerifyError(f"{release}: DuckDB cannot read it: {error}") from error


def _check_footer(file: Path, n_rows: int) -> None:
    try:
        with pq.ParquetFile(file) as table:
            found = table.metadata.num_rows
            if found:
                table.read_row_group(table.num_row_groups - 1)
    except UNREADABLE as error:
        raise VerifyError(f"{file}: pyarrow cannot read it: {error}") from error
    if found != n_rows:
        raise VerifyError(f"{file}: holds {counted(found, 'row')}, the run record says {n_rows}")


def _check_table(con: duckdb.DuckDBPyConnection, release: Path, model: Model, n_rows: int) -> None:
    missing = " OR ".join(f'"{column}" IS NULL' for column in model.key) or "false"
    query = f"SELECT count(*), count(*) FILTER (WHERE {missing}) FROM {model.name}"
    [(found, incomplete)] = con.execute(query).fetchall()
    if found != n_rows:
        raise VerifyError(f"{release}: table {model.name} holds {counted(found, 'row')}, the run record says {n_rows}")
    if not model.key:
        return
    # The file is sorted by its key, so one pass that compares each row with the one before it finds every duplicate.
    key = ", ".join(f'"{column}"' for column in model.key)
    file = quoted(release / f"{model.name}.parquet")
    unordered = _number(
        con,
        f"""
        WITH keys AS (SELECT row({key}) AS key, lag(row({key})) OVER () AS key_before FROM read_parquet({file}))
        SELECT count(*) FROM keys WHERE key <= key_before
        """,
    )
    if unordered:
        rows = counted(unordered, "row")
        raise VerifyError(f"{release}: {model.name} has {rows} whose key ({key}) is doubled or out of order")
    if incomplete:
        raise VerifyError(f"{release}: {model.name} has {counted(incomplete, 'row')} without a whole key ({key})")


def _check_reference(con: duckdb.DuckDBPyConnection, release: Path, model: Model, reference: Reference) -> None:
    pairs = zip(reference.columns, reference.target_key, strict=True)
    on = " AND ".join(f'here."{column}" = there."{key}"' for column, key in pairs)
    given = " AND ".join(f'here."{column}" IS NOT NULL' for column in reference.columns)
    dangling = _number(
        con, f"SELECT count(*) FROM {model.name} AS here ANTI JOIN {reference.table} AS there ON {on} WHERE {given}"
    )
    if dangling:
        columns = ", ".join(reference.columns)
        raise VerifyError(
            f"{release}: {reference.table} has no row for {counted(dangling, 'row')} of {model.name} ({columns})"
        )


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.execute(query).fetchall()[0][0])
