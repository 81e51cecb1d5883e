"""The six large curated tables made with pandas, as a yardstick for the SQL models.

It reads what our models read, joins, sorts by the same keys and writes the same Parquet; it counts what changed from
version to version and the issues of each project, and masks telephone numbers, if roughly. What costs ours more it
leaves out: every capture counts as a version, without a look at its sections, at unchanged visits, vanished projects
and values that disappear briefly; no check runs; reports keep the number they have on the page, without the count of
their revisions.
"""

from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

KEY = ["source_id", "project_id"]
CELL = ["section", "row_label", "occurrence", "cell_key"]
ROWS = ["ordinal", "label", "raw", "field", "snapshot_id"]
TELEPHONE = r"(\d[ .()-]{0,5}\d[ .()-]{0,5}\d)(?:[ .()-]{0,5}\d){4,}"


def read(parsed_dir: Path, table: str, only: Iterable[str] | None = None) -> pd.DataFrame:
    """One parsed table over all partitions, with Arrow types; only the rows of these snapshots, if any are named."""
    files = sorted(parsed_dir.glob(f"*/{table}.parquet"))
    filters = None if only is None else pc.field("snapshot_id").isin([*only])
    return pq.read_table(files, filters=filters).to_pandas(types_mapper=pd.ArrowDtype)


def write(frame: pd.DataFrame, out_dir: Path, name: str) -> None:
    """Write a table that is sorted by its key."""
    frame.to_parquet(out_dir / f"{name}.parquet", compression="zstd", row_group_size=20_480, index=False)


def count_changes(parsed_dir: Path, pages: pd.DataFrame) -> pd.Series:
    """How many cells differ from the version before, by the snapshot of the edited page."""
    edits = pages.loc[pages["previous_id"].notna(), ["snapshot_id", "previous_id"]]
    captures = [*edits["snapshot_id"], *edits["previous_id"]]
    cells = read(parsed_dir, "page_cells", captures)[["snapshot_id", *CELL, "raw"]]
    cells["row_label"] = cells["row_label"].fillna("")
    new = edits.merge(cells, on="snapshot_id")
    old = edits.merge(cells.rename(columns={"snapshot_id": "previous_id"}), on="previous_id")
    both = new.merge(old, on=["snapshot_id", *CELL], how="outer", suffixes=("", "_old"))
    said, before = (both[column].fillna("\0") for column in ("raw", "raw_old"))
    return both[said != before].groupby("snapshot_id").size()


def build_with_pandas(parsed_dir: Path, out_dir: Path, *, tables: Collection[str]) -> None:
    """Make the four derived tables, and of page_fields and target_rows those that are named."""
    fetches = read(parsed_dir, "visits")[["snapshot_id", "requested_at", "url", "run_id", "warc_file", "warc_offset"]]
    pages = read(parsed_dir, "pages").merge(fetches, on="snapshot_id").sort_values([*KEY, "requested_at"])
    in_time = pages.groupby(KEY)
    pages["version_no"] = in_time.cumcount() + 1
    pages["valid_to"], pages["previous_id"] = in_time["requested_at"].shift(-1), in_time["snapshot_id"].shift(1)
    pages["n_changes"] = pages["snapshot_id"].map(count_changes(parsed_dir, pages)).fillna(0)
    versions = pages[[*KEY, "version_no", "requested_at", "valid_to", "n_changes", "content_sha256", "snapshot_id"]]
    write(versions, out_dir, "project_versions")
    newest = pages.drop_duplicates(KEY, keep="last")
    issues = read(parsed_dir, "issues", newest["snapshot_id"]).groupby("snapshot_id").size()
    projects = newest.assign(n_issues=newest["snapshot_id"].map(issues).fillna(0))
    for contact in ("responsible", "evaluator"):
        projects[contact] = projects[contact].str.replace(TELEPHONE, r"\1xx xxxx", regex=True)
    write(projects, out_dir, "projects")
    ids = newest["snapshot_id"]
    if "page_fields" in tables:
        rows = read(parsed_dir, "page_cells", ids)
        rows = rows.loc[rows["section"].isin(["field", "month"]), [*KEY, *ROWS]]
        write(rows.sort_values([*KEY, "ordinal"]), out_dir, "page_fields")
        del rows
    if "target_rows" in tables:
        write(read(parsed_dir, "month_rows", ids).sort_values([*KEY, "ordinal"]), out_dir, "target_rows")
    targets = read(parsed_dir, "month_results").merge(newest[["snapshot_id", "target_value", "target_unit"]])
    write(targets.sort_values([*KEY, "month_no"]), out_dir, "targets")
    reports = read(parsed_dir, "progress_rows").merge(
        pages[["snapshot_id", "requested_at", "version_no"]], on="snapshot_id"
    )
    reports = reports.sort_values([*KEY, "report_no", "version_no"])
    seen = reports.groupby([*KEY, "reported_on_raw"])["requested_at"]
    reports["first_seen_at"], reports["last_seen_at"] = seen.transform("min"), seen.transform("max")
    reports = reports.drop_duplicates([*KEY, "reported_on_raw"], keep="last")
    reports["change_pct"] = reports["progress_pct"] - reports["previous_progress_pct"]
    write(reports, out_dir, "progress_history")
