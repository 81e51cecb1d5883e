"""The same tables as build_with_pandas, with the same left out, made with polars."""

from collections.abc import Collection
from pathlib import Path

import polars as pl  # type: ignore[import-not-found,unused-ignore]

from benchmarks.build_with_pandas import CELL, ROWS, TELEPHONE

KEY = ["source_id", "project_id"]


def read(parsed_dir: Path, table: str) -> pl.LazyFrame:
    """One parsed table over all partitions."""
    return pl.scan_parquet(str(parsed_dir / "*" / f"{table}.parquet"))


def write(frame: pl.LazyFrame, out_dir: Path, name: str) -> None:
    """Write a table that is sorted by its key."""
    frame.collect().write_parquet(out_dir / f"{name}.parquet", compression="zstd", row_group_size=20_480)


def count_changes(parsed_dir: Path, pages: pl.LazyFrame) -> pl.LazyFrame:
    """How many cells differ from the version before, by the snapshot of the edited page."""
    edits = pages.filter(pl.col("previous_id").is_not_null()).select("snapshot_id", "previous_id")
    captures = pl.concat([edits.select("snapshot_id"), edits.select(snapshot_id="previous_id")])
    cells = read(parsed_dir, "page_cells").join(captures, on="snapshot_id", how="semi")
    cells = cells.select("snapshot_id", *CELL, "raw").with_columns(pl.col("row_label").fill_null("")).collect().lazy()
    new = edits.join(cells, on="snapshot_id")
    old = edits.join(cells.rename({"snapshot_id": "previous_id"}), on="previous_id")
    both = new.join(old, on=["snapshot_id", *CELL], how="full", suffix="_old", coalesce=True)
    differing = both.filter(pl.col("raw").ne_missing(pl.col("raw_old")))
    return differing.group_by("snapshot_id").agg(n_changes=pl.len())


def build_with_polars(parsed_dir: Path, out_dir: Path, *, tables: Collection[str]) -> None:
    """Make the four derived tables, and of page_fields and target_rows those that are named."""
    wanted = ["snapshot_id", "requested_at", "url", "run_id", "warc_file", "warc_offset"]
    fetches = read(parsed_dir, "visits").select(wanted)
    pages = read(parsed_dir, "pages").join(fetches, on="snapshot_id").sort([*KEY, "requested_at"])
    pages = pages.with_columns(
        version_no=pl.int_range(1, pl.len() + 1).over(KEY),
        valid_to=pl.col("requested_at").shift(-1).over(KEY),
        previous_id=pl.col("snapshot_id").shift(1).over(KEY),
    )
    pages = pages.collect().lazy()
    changes = count_changes(parsed_dir, pages)
    versions = pages.join(changes, on="snapshot_id", how="left", maintain_order="left")
    versions = versions.with_columns(pl.col("n_changes").fill_null(0))
    version = [*KEY, "version_no", "requested_at", "valid_to", "n_changes", "content_sha256", "snapshot_id"]
    write(versions.select(version), out_dir, "project_versions")
    newest = pages.unique(KEY, keep="last", maintain_order=True).collect().lazy()
    issues = read(parsed_dir, "issues").group_by("snapshot_id").agg(n_issues=pl.len())
    projects = newest.join(issues, on="snapshot_id", how="left", maintain_order="left").with_columns(
        pl.col("n_issues").fill_null(0),
        pl.col("responsible", "evaluator").str.replace_all(TELEPHONE, "${1}xx xxxx"),
    )
    write(projects, out_dir, "projects")
    ids = newest.select("snapshot_id")
    if "page_fields" in tables:
        rows = read(parsed_dir, "page_cells").filter(pl.col("section").is_in(["field", "month"])).select(*KEY, *ROWS)
        write(rows.join(ids, on="snapshot_id", how="semi").sort([*KEY, "ordinal"]), out_dir, "page_fields")
    if "target_rows" in tables:
        rows = read(parsed_dir, "month_rows").join(ids, on="snapshot_id", how="semi")
        write(rows.sort([*KEY, "ordinal"]), out_dir, "target_rows")
    targets = read(parsed_dir, "month_results")
    targets = targets.join(newest.select(["snapshot_id", "target_value", "target_unit"]), on="snapshot_id")
    write(targets.sort([*KEY, "month_no"]), out_dir, "targets")
    when = pages.select("snapshot_id", "requested_at", "version_no")
    reports = read(parsed_dir, "progress_rows").join(when, on="snapshot_id")
    reports = reports.sort([*KEY, "report_no", "version_no"])
    report = [*KEY, "reported_on_raw"]
    reports = reports.with_columns(
        first_seen_at=pl.col("requested_at").min().over(report), last_seen_at=pl.col("requested_at").max().over(report)
    )
    reports = reports.unique(report, keep="last", maintain_order=True)
    reports = reports.with_columns(change_pct=pl.col("progress_pct") - pl.col("previous_progress_pct"))
    write(reports, out_dir, "progress_history")
