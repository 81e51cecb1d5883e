"""Gives a connection the macros of sql/macros.sql and the functions in Python that they call."""

from importlib import resources

import duckdb

from parsers.labels import COLUMNS
from pipeline.build.contacts import CONTACT_FIELDS, mask_contact, mask_text
from pipeline.core.sql_text import quoted


def define_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define every macro; pseudonyms also need the variables `salt` and `publish_user_names`.

    column_of(field) is the published column of a field of data/parsed, as `table.column` outside of projects.
    """
    for function in (mask_contact, mask_text):
        con.create_function(function.__name__, function, ["VARCHAR"], "VARCHAR")
    con.execute("SET VARIABLE contact_fields = $fields", {"fields": list(CONTACT_FIELDS)}).complete()
    columns = " ".join(f"WHEN {quoted(field)} THEN {quoted(column)}" for field, column in COLUMNS.items())
    con.execute(f"CREATE TEMP MACRO column_of(field) AS CASE field {columns} ELSE field END").complete()
    con.execute(resources.files("sql").joinpath("macros.sql").read_text(encoding="utf-8")).complete()
