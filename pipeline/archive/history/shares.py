"""Rows of many nights, parted by their pages into shares that fit into memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipeline.core.sql_text import quoted

_ROWS_AT_ONCE = 1_500_000


def shares(con: duckdb.DuckDBPyConnection, files: Sequence[str], name: str, rows: str, page: str) -> Iterator[str]:
    """Yield queries that together give the rows of a query, each page whole in one of them.

    Args:
        con: a connection with a directory for temporary files, through which the rows of many files go.
        files: the Parquet files that the query reads, which say how many rows there are.
        name: what the rows are called, a directory of its own.
        rows: the query.
        page: the columns that name a page.
    """
    n = 1 + sum(pq.read_metadata(file).num_rows for file in files) // _ROWS_AT_ONCE
    if n == 1:
        yield rows
        return
    [(folder,)] = con.execute("SELECT current_setting('temp_directory')").fetchall()
    parted = Path(folder) / name
    options = "FORMAT parquet, PARTITION_BY (share)"
    shared = f"SELECT *, hash({page}) % {n} AS share FROM ({rows})"
    con.execute(f"COPY ({shared}) TO {quoted(parted)} ({options})").complete()
    for share in sorted(parted.iterdir()):
        yield f"FROM read_parquet({quoted(share / '*.parquet')}, hive_partitioning = false)"
