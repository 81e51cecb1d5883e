"""The analyst API: the tables of the latest release as pandas data frames.

from pipeline import open_release
projects = open_release("data").table("projects")
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.analyst.query import ask_table
from pipeline.publish.releases import PublishError, latest_release, list_releases


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """One release; it stays the same when a newer one is published."""

    run_id: str
    path: Path

    @property
    def tables(self) -> list[str]:
        """Names of the tables."""
        return sorted(file.stem for file in self.path.glob("*.parquet"))

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """One table, or some of its columns, with Arrow types: nullable integers, decimals, dates, UTC timestamps."""
        if name not in self.tables:
            raise PublishError(f"{name}: no such table in release {self.run_id}; there are {', '.join(self.tables)}")
        return _frame(pq.read_table(self.path / f"{name}.parquet", columns=columns))

    def query(self, sql: str) -> pd.DataFrame:
        """The answer to a SELECT over the tables and views of the release, as `bma-projects query` gives it.

        Times are UTC whatever the time zone of this machine. Raises QueryError.
        """
        return _frame(ask_table(self.path, sql))


def open_release(data_dir: str | Path = "data", run_id: str | None = None) -> OpenRelease:
    """Open the latest release below a data directory, or a named one. Raises PublishError where there is none."""
    curated_dir = Path(data_dir) / "curated"
    if run_id is None:
        latest = latest_release(curated_dir)
        return OpenRelease(latest.run_id, latest.path.resolve())
    found = [release for release in list_releases(curated_dir) if release.run_id == run_id]
    if not found:
        raise PublishError(f"{run_id}: no such release in {curated_dir}")
    return OpenRelease(run_id, found[0].path.resolve())


def _frame(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas(types_mapper=pd.ArrowDtype)
