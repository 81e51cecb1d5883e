"""`field` is one name in every table: that of a published column."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from parsers.labels import COLUMNS, LABELS, MONTH_FIELD, PROGRESS_COLUMNS, UPDATE_COLUMNS, UPDATED_AT, Label
from pipeline.build.models import load_models
from tests.parsers.test_issue_codes import CASES, issues_of
from tests.sql.in_memory import ModelArchive

P = "50490000-3607"

CURATED = {name: model for name, model in load_models().items() if model.layer == "curated"}
FIELDS = {column.name for column in CURATED["projects"].columns} | {
    f"{table}.{column.name}" for table, model in CURATED.items() for column in model.columns
}
# What concerns all of a table names the table.
TABLES = {"progress_history", "update_history"}


@pytest.mark.parametrize("field", [*(label.field for label in LABELS), MONTH_FIELD])
def test_what_a_label_stands_for_is_a_column(field: str) -> None:
    assert COLUMNS.get(field, field) in FIELDS


@pytest.mark.parametrize("code", CASES)
def test_the_field_of_an_issue_is_a_column_or_a_table(code: str) -> None:
    fields = {issue.field for issue in issues_of(CASES[code].raises) if issue.field is not None}
    assert {COLUMNS.get(field, field) for field in fields} <= FIELDS | TABLES


@pytest.mark.parametrize(
    ("table", "labels"), [("progress_history", PROGRESS_COLUMNS), ("update_history", (*UPDATE_COLUMNS, UPDATED_AT))]
)
def test_what_a_heading_of_a_table_stands_for_is_a_column(table: str, labels: tuple[Label, ...]) -> None:
    for label in labels:
        field = f"{table}.{label.field}"
        assert COLUMNS.get(field, field) in FIELDS


def test_rows_changes_and_issues_name_a_field_alike(tmp_path: Path) -> None:
    archive = ModelArchive(tmp_path / "data")
    for day, value in (("01", "1"), ("02", "2")):
        archive.capture(
            P,
            f"2026-01-{day}",
            budget_spent_thb=value,
            issues=[("spent_over_received", "budget_spent", value), ("spent_over_received", "budget_spent_thb", value)],
            months=[(1, value, "canonical")],
            reports=[("2026-01-01", value, "1", "", "")],
        )
    built = archive.build()
    assert built.column("SELECT DISTINCT field FROM quality_issues WHERE code = 'spent_over_received'") == [
        "budget_spent_thb"
    ]
    assert built.column("SELECT field FROM project_changes ORDER BY field") == [
        "budget_spent_thb",
        "progress_history.progress_pct",
        "targets.result_value",
    ]
    assert built.column("SELECT field FROM page_fields ORDER BY field") == ["budget_spent_thb", "targets.result_value"]


def test_every_field_of_the_sample_is_a_column(sample_data: Path) -> None:
    release = sample_data / "curated" / "latest"
    for table in ("page_fields", "quality_issues", "project_changes"):
        found = pq.read_table(release / f"{table}.parquet", columns=["field"]).column("field").unique().to_pylist()
        assert {field for field in found if field is not None} <= FIELDS | TABLES, table
