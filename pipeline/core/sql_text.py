"""Texts and names in SQL, for the statements in which DuckDB takes no parameters."""

from collections.abc import Iterable


def quoted(text: object) -> str:
    """A text, or what becomes one, as an SQL literal with its quotes: `'it''s'`."""
    return "'" + str(text).replace("'", "''") + "'"


def quoted_list(texts: Iterable[object]) -> str:
    """Texts as an SQL list: `['a', 'it''s']`."""
    return f"[{', '.join(map(quoted, texts))}]"


def quoted_name(name: str) -> str:
    """The name of a column or table as an SQL identifier with its quotes: `"a""b"`."""
    return '"' + name.replace('"', '""') + '"'
