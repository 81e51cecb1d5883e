"""The same six tables as build_with_pandas, with the same left out, made with polars."""

from pathlib import Path

import polars as pl  # type: ignore[import-not-found,unused-ignore]

KEY = ["source_id", "project_id"]


def read(parsed_dir: Path, table: str) -> pl.LazyFrame:
    """One parsed table over all parts."""
    return pl.scan_parquet(str(parsed_dir / "*" / f"{table}.parquet"))


def write(frame: pl.LazyFrame, out_dir: Path, name: str) -> None:
    """Write a table that is sorted by its key."""
    frame.collect().write_parquet(out_dir / f"{name}.parquet", compression="zstd", row_group_size=20_480)


def build_with_polars(parsed_dir: Path, out_dir: Path) -> None:
    """Make projects, project_versions, page_fields, target_rows, targets and progress_history."""
    wanted = ["snapshot_id", "requested_at", "url", "run_id", "warc_file", "warc_offset"]
    fetches = read(parsed_dir, "fetches").select(wanted)
    pages = read(parsed_dir, "pages").join(fetches, on="snapshot_id").sort([*KEY, "requested_at"])
    pages = pages.with_columns(
        version_no=pl.int_range(1, pl.len() + 1).over(KEY), valid_to=pl.col("requested_at").shift(-1).over(KEY)
    )
    pages = pages.collect().lazy()
    version = [*KEY, "version_no", "requested_at", "valid_to", "content_sha256", "snapshot_id"]
    write(pages.select(version), out_dir, "project_versions")
    newest = pages.unique(KEY, keep="last", maintain_order=True).collect().lazy()
    write(newest, out_dir, "projects")
    ids = newest.select("snapshot_id")
    fields = read(parsed_dir, "page_fields").join(ids, on="snapshot_id", how="semi")
    write(fields.sort([*KEY, "ordinal"]), out_dir, "page_fields")
    months = read(parsed_dir, "month_rows").join(ids, on="snapshot_id", how="semi").sort([*KEY, "ordinal"])
    months = months.collect().lazy()
    write(months, out_dir, "target_rows")
    targets = months.group_by([*KEY, "month_no"]).agg(n_rows=pl.len(), n_values=pl.col("raw").n_unique())
    canonical = months.filter(pl.col("role") == "canonical").select([*KEY, "month_no", "value", "raw"])
    targets = targets.join(canonical, on=[*KEY, "month_no"], how="left")
    targets = targets.join(newest.select([*KEY, "target_value", "target_unit"]), on=KEY)
    write(targets.sort([*KEY, "month_no"]), out_dir, "targets")
    when = pages.select("snapshot_id", "requested_at", "version_no")
    reports = read(parsed_dir, "progress_rows").join(when, on="snapshot_id")
    reports = reports.sort([*KEY, "report_no", "version_no"])
    report = [*KEY, "reported_on_raw"]
    reports = reports.with_columns(
        first_seen_at=pl.col("requested_at").min().over(report), last_seen_at=pl.col("requested_at").max().over(report)
    )
    reports = reports.unique(report, keep="last", maintain_order=True)
    reports = reports.with_columns(change_pct=pl.col("progress_pct").diff().over(KEY))
    write(reports, out_dir, "progress_history")
