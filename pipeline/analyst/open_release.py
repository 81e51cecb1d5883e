"""The analyst API: the tables and views of the latest release as pandas data frames.

from pipeline import open_release
projects = open_release("data").table("projects_unique")
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from pipeline.analyst.frame import data_frame
from pipeline.analyst.parameters import plain_parameters
from pipeline.analyst.query import QueryError, ask_table
from pipeline.publish.latest import PublishError
from pipeline.publish.releases import latest_release, list_releases


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """One release; it stays the same when a newer one is published."""

    run_id: str
    path: Path

    @property
    def tables(self) -> list[str]:
        """Names of the tables and views."""
        return sorted(file.stem for file in self.path.glob("*.parquet"))

    def table(self, name: str, columns: str | Iterable[str] | None = None, *, exact: bool = False) -> pd.DataFrame:
        """One table or view, or some of its columns.

        Args:
            name: of the table or view.
            columns: those to read, or the one, in this order; all of them when none is named.
            exact: decimals, dates and UTC timestamps as Arrow types, lists as lists. Without it numbers are float64 or
                Int64, texts string, days and moments (UTC) datetime64 without a time zone, lists tuples.

        Raises:
            QueryError: there is no such table or column; the message names its neighbours.
        """
        if name not in self.tables:
            raise QueryError(f"release {self.run_id} has no table {_and_neighbours(name, self.tables)}")
        with pq.ParquetFile(self.path / f"{name}.parquet") as file:
            known = file.schema_arrow.names
            wanted = known if columns is None else [columns] if isinstance(columns, str) else list(columns)
            for unknown in [column for column in wanted if column not in known]:
                raise QueryError(f"table {name} has no column {_and_neighbours(unknown, known)}")
            return data_frame(file.read(columns=wanted), is_exact=exact)

    def query(
        self, sql: str, params: Iterable[object] | Mapping[str, object] = (), *, exact: bool = False
    ) -> pd.DataFrame:
        """The answer to a SELECT over the tables and views of the release, as `bma-projects query` gives it.

        Args:
            sql: one SELECT; `?` or `$name` stands for a parameter.
            params: the values of `?` in their order, or those of `$name` by name; of numpy and pandas too.
            exact: as in `table`.

        Times are UTC in any time zone of this machine. Raises QueryError.
        """
        return data_frame(ask_table(self.path, sql, plain_parameters(params)), is_exact=exact)


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


def _and_neighbours(unknown: str, known: Sequence[str]) -> str:
    """A name that does not exist, with similar names, else with all names."""
    near = difflib.get_close_matches(unknown, known) or [name for name in known if unknown[:4] in name]
    return f"{unknown!r:.60}; " + (f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}")
