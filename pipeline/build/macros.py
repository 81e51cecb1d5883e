"""Gives a connection the macros of sql/macros.sql and the functions in Python that they call."""

from importlib import resources
from typing import get_type_hints

import duckdb

from parsers.labels import COLUMNS
from parsers.records import MonthRow, PageRecord, ProgressRow, UpdateRow
from pipeline.build.contacts.mask import CONTACT_FIELDS, mask_contact, mask_text
from pipeline.core.sql_text import quoted

# The columns that hold what agencies typed: a text that no row lacks is ours, as is the code of the agency. Names of
# users and contacts have rules of their own.
TYPED_TEXTS = sorted(
    {
        name
        for record_type in (PageRecord, MonthRow, ProgressRow, UpdateRow)
        for name, kind in get_type_hints(record_type).items()
        if kind == str | None
    }
    - {"agency_code", "user_name", *CONTACT_FIELDS}
)


def define_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define every macro; pseudonyms also need the variables `salt` and `publish_user_names`.

    column_of(field) is the published column of a field of data/parsed, as `table.column` outside of projects.
    """
    for function in (mask_contact, mask_text):
        con.create_function(function.__name__, function, ["VARCHAR"], "VARCHAR")
    con.execute("SET VARIABLE contact_fields = $fields", {"fields": list(CONTACT_FIELDS)}).complete()
    con.execute("SET VARIABLE typed_texts = $columns", {"columns": TYPED_TEXTS}).complete()
    columns = " ".join(f"WHEN {quoted(field)} THEN {quoted(column)}" for field, column in COLUMNS.items())
    con.execute(f"CREATE TEMP MACRO column_of(field) AS CASE field {columns} ELSE field END").complete()
    con.execute(resources.files("sql").joinpath("macros.sql").read_text(encoding="utf-8")).complete()
