"""Texts in SQL, for the statements in which DuckDB takes no parameters."""


def quoted(text: object) -> str:
    """A text, or what becomes one, as an SQL literal with its quotes: `'it''s'`."""
    return "'" + str(text).replace("'", "''") + "'"
