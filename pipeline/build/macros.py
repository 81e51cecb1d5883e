"""Gives a connection the macros of sql/macros.sql and the functions in Python that they call."""

import duckdb

from pipeline.build.contacts import CONTACT_FIELDS, mask_contact, mask_text
from pipeline.build.models import read_macros


def define_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define every macro; pseudonyms also need the variables `salt` and `publish_user_names`."""
    for function in (mask_contact, mask_text):
        con.create_function(function.__name__, function, ["VARCHAR"], "VARCHAR")
    con.execute("SET VARIABLE contact_fields = $fields", {"fields": list(CONTACT_FIELDS)}).complete()
    con.execute(read_macros()).complete()
