"""Which tables a SELECT reads: found by sqlglot, and kept for the files of sql/.

Loading sqlglot and running it over all files takes a fifth of the time of a small build. So what it found is kept
beside them, by the digest of the SELECT: one that was edited is parsed again.
"""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import resources

KEPT = "reads.json"


class NotASelectError(ValueError):
    """A text is not readable as SQL, or something else than one SELECT; the message says which."""


def tables_read(sql: str) -> frozenset[str]:
    """Find the tables and views that a SELECT reads. Raises NotASelectError."""
    kept = _kept().get(digest(sql))
    return frozenset(kept) if kept is not None else find_tables(sql)


def find_tables(sql: str) -> frozenset[str]:
    """Find the tables and views that a SELECT reads, whatever is kept. Raises NotASelectError."""
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise NotASelectError(f"not readable as SQL: {str(error).splitlines()[0]}") from error
    if not isinstance(tree, exp.Query):
        raise NotASelectError("must hold one SELECT")
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = {".".join(part.name for part in table.parts) for table in tree.find_all(exp.Table)}
    return frozenset(tables - ctes)


def digest(sql: str) -> str:
    """The name under which it is kept what a SELECT reads."""
    return hashlib.sha256(sql.encode()).hexdigest()[:32]


@functools.cache
def _kept() -> Mapping[str, Sequence[str]]:
    kept: dict[str, list[str]] = json.loads(resources.files("sql").joinpath(KEPT).read_text(encoding="utf-8"))
    return kept
