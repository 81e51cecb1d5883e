"""The six large curated tables made with pandas, as a yardstick for the SQL models.

It reads what our models read, joins, sorts by the same keys and writes the same Parquet. It leaves out what costs ours
most: every capture counts as a version, without a look at what changed (n_changes, is_blink), at unchanged visits or at
vanished projects; no issues are counted and no check runs; telephone numbers stay; a month has the number of its
values, not their list (raw_values); reports keep the number they have on the page, without the count of their wordings.
"""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

KEY = ["source_id", "project_id"]


def read(parsed_dir: Path, table: str) -> pd.DataFrame:
    """One parsed table over all parts, with Arrow types."""
    return pq.read_table(sorted(parsed_dir.glob(f"*/{table}.parquet"))).to_pandas(types_mapper=pd.ArrowDtype)


def write(frame: pd.DataFrame, out_dir: Path, name: str) -> None:
    """Write a table that is sorted by its key."""
    frame.to_parquet(out_dir / f"{name}.parquet", compression="zstd", row_group_size=20_480, index=False)


def build_with_pandas(parsed_dir: Path, out_dir: Path) -> None:
    """Make projects, project_versions, page_fields, target_rows, targets and progress_history."""
    fetches = read(parsed_dir, "fetches")[["snapshot_id", "requested_at", "url", "run_id", "warc_file", "warc_offset"]]
    pages = read(parsed_dir, "pages").merge(fetches, on="snapshot_id").sort_values([*KEY, "requested_at"])
    pages["version_no"] = pages.groupby(KEY).cumcount() + 1
    pages["valid_to"] = pages.groupby(KEY)["requested_at"].shift(-1)
    versions = pages[[*KEY, "version_no", "requested_at", "valid_to", "content_sha256", "snapshot_id"]]
    write(versions, out_dir, "project_versions")
    newest = pages.drop_duplicates(KEY, keep="last")
    write(newest, out_dir, "projects")
    ids = newest["snapshot_id"]
    fields = read(parsed_dir, "page_fields")
    write(fields[fields["snapshot_id"].isin(ids)].sort_values([*KEY, "ordinal"]), out_dir, "page_fields")
    del fields
    months = read(parsed_dir, "month_rows")
    months = months[months["snapshot_id"].isin(ids)].sort_values([*KEY, "ordinal"])
    write(months, out_dir, "target_rows")
    by_month = months.groupby([*KEY, "month_no"], sort=False)
    targets = by_month.agg(n_rows=("raw", "size"), n_values=("raw", "nunique")).reset_index()
    canonical = months[months["role"] == "canonical"][[*KEY, "month_no", "value", "raw"]]
    targets = targets.merge(canonical, on=[*KEY, "month_no"], how="left")
    targets = targets.merge(newest[[*KEY, "target_value", "target_unit"]], on=KEY)
    write(targets.sort_values([*KEY, "month_no"]), out_dir, "targets")
    reports = read(parsed_dir, "progress_rows").merge(
        pages[["snapshot_id", "requested_at", "version_no"]], on="snapshot_id"
    )
    reports = reports.sort_values([*KEY, "report_no", "version_no"])
    seen = reports.groupby([*KEY, "reported_on_raw"])["requested_at"]
    reports["first_seen_at"], reports["last_seen_at"] = seen.transform("min"), seen.transform("max")
    reports = reports.drop_duplicates([*KEY, "reported_on_raw"], keep="last")
    reports["change_pct"] = reports.groupby(KEY)["progress_pct"].diff()
    write(reports, out_dir, "progress_history")
