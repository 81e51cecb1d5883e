"""What analysts use beside pandas reads the same release: polars, and the command line of DuckDB."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipeline.analyst.open_release import OpenRelease
from pipeline.build.database import DATABASE

CLI = Path(sys.executable).with_name("duckdb")
BY_AGENCY = """
    SELECT agency_code, count(*) AS n, sum(budget_received_thb) AS received, max(finish_date) AS last
    FROM {projects} WHERE status = 'listed' GROUP BY agency_code ORDER BY agency_code
"""


def test_polars_reads_the_rows_and_types_of_every_table_and_view(release: OpenRelease) -> None:
    for name in release.tables:
        file = release.path / f"{name}.parquet"
        frame = pl.read_parquet(file)
        assert frame.to_dicts() == pq.read_table(file).to_pylist(), name
    projects = pl.read_parquet(release.path / "projects_unique.parquet").schema
    assert {column: projects[column] for column in ("budget_received_thb", "fiscal_year_be", "finish_date")} == {
        "budget_received_thb": pl.Decimal(18, 2),
        "fiscal_year_be": pl.Int64(),
        "finish_date": pl.Date(),
    }
    assert projects["last_seen_at"] == pl.Datetime("us", "UTC")


def test_polars_gives_the_answer_that_sql_gives(release: OpenRelease) -> None:
    answer = (
        pl.scan_parquet(release.path / "projects_unique.parquet")
        .filter(pl.col("status") == "listed")
        .group_by("agency_code")
        .agg(n=pl.len(), received=pl.col("budget_received_thb").sum(), last=pl.col("finish_date").max())
        .sort("agency_code", nulls_last=True)
        .collect()
    )
    ours = release.query(BY_AGENCY.format(projects="projects_unique"), exact=True)
    assert answer["n"].to_list() == ours["n"].tolist()
    # A sum over nothing is 0 to polars and null to SQL.
    assert answer["received"].to_list() == [value or 0 for value in values(ours["received"])]
    assert answer["last"].to_list() == values(ours["last"])


def test_polars_takes_a_data_frame_of_ours(release: OpenRelease) -> None:
    for name in release.tables:
        assert pl.from_pandas(release.table(name)).height == len(release.table(name)), name


def ask(*arguments: str, cwd: Path) -> str:
    if not CLI.exists():
        pytest.skip("the command line of DuckDB is not installed here (package duckdb-cli of the group test)")
    return subprocess.run([str(CLI), *arguments], capture_output=True, text=True, check=True, cwd=cwd).stdout


@pytest.mark.parametrize("source", ["database", "files"])
def test_the_command_line_of_duckdb_reads_tables_and_views(release: OpenRelease, source: str) -> None:
    database = ["-readonly", DATABASE] if source == "database" else []

    def relation(name: str) -> str:
        return name if source == "database" else f"'{name}.parquet'"

    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {relation(name)}" for name in release.tables)
    counted = csv.reader(io.StringIO(ask(*database, "-csv", "-noheader", "-c", counts, cwd=release.path)))
    assert {name: int(n) for name, n in counted} == {name: len(release.table(name)) for name in release.tables}
    sql = BY_AGENCY.format(projects=relation("projects_unique"))
    said = json.loads(ask(*database, "-json", "-c", sql, cwd=release.path))
    ours = release.query(BY_AGENCY.format(projects="projects_unique"))
    assert [row["agency_code"] for row in said] == values(ours["agency_code"])
    assert [row["n"] for row in said] == values(ours["n"])
    assert [row["received"] for row in said] == values(ours["received"])


def values(column: "pd.Series[Any]") -> list[object]:
    return [None if pd.isna(value) else value for value in column]
