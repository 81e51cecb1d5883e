"""The texts of the SQL headers as DuckDB comments and Parquet metadata."""

import json

from pipeline.build.headers import Column
from pipeline.build.models import Model
from pipeline.core.sql_text import quoted


def table_comment(model: Model, note: str = "") -> str:
    """One text for a table: its description, its warnings for analysts, and a note on this release."""
    warnings = [f"Beware: {warning}" for warning in model.warnings]
    return "\n".join(part for part in (model.description, *warnings, note) if part)


def column_comment(column: Column) -> str:
    """One text for a column: description, unit, Thai label and the meaning of null."""
    notes = [
        column.description,
        f"unit: {column.unit}" if column.unit else "",
        f"label: {column.label}" if column.label else "",
        f"null {column.null_means}" if column.null_means else "",
    ]
    return "; ".join(note for note in notes if note)


def comment_statements(model: Model, note: str = "") -> str:
    """The statements that put all comments on a table or view."""
    comments = [f"COMMENT ON {model.kind} {model.name} IS {quoted(table_comment(model, note))}"]
    comments += [
        f'COMMENT ON COLUMN {model.name}."{column.name}" IS {quoted(column_comment(column))}'
        for column in model.columns
    ]
    # One transaction for all, because each statement alone would sync the file.
    return "; ".join(["BEGIN", *comments, "COMMIT"])


def parquet_metadata(model: Model, note: str = "") -> dict[str, str]:
    """Key-value metadata of a table's Parquet file; `columns` is a JSON object from column to comment."""
    columns = {column.name: column_comment(column) for column in model.columns}
    return {
        "description": table_comment(model, note),
        "key": ", ".join(model.key),
        "columns": json.dumps(columns, ensure_ascii=False),
    }
