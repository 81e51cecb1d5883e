"""What the packages import is declared, and what is declared is used: an installation by pyproject.toml alone works."""

import ast
import datetime as dt
import functools
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
OUR_OWN = {"pipeline", "parsers", "sql"}
# DuckDB imports it, where it fetches a TIMESTAMPTZ.
IMPORTED_BY_OTHERS = {"pytz"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@functools.cache
def imported_distributions() -> dict[str, str]:
    """The distributions that the packages import, each with a file that does."""
    owners = packages_distributions()
    found: dict[str, str] = {}
    for file in sorted(file for package in OUR_OWN for file in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for module in {name.partition(".")[0] for name in names} - OUR_OWN - sys.stdlib_module_names:
                found |= {normal(owner): str(file.relative_to(ROOT)) for owner in owners.get(module, [module])}
    return found


def declared_distributions() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return {normal(re.split(r"[^\w.-]", requirement)[0]) for group in groups for requirement in group}


def test_every_import_is_declared() -> None:
    declared = declared_distributions()
    assert {name: file for name, file in imported_distributions().items() if name not in declared} == {}


def test_everything_declared_is_imported() -> None:
    assert declared_distributions() - imported_distributions().keys() - IMPORTED_BY_OTHERS == set()


def test_duckdb_can_fetch_a_moment() -> None:
    with duckdb.connect() as con:
        (moment,) = con.execute("SELECT TIMESTAMPTZ '2026-11-22 21:20:23+07'").fetchall()[0]
    assert moment == dt.datetime(2026, 11, 22, 14, 20, 23, tzinfo=dt.UTC)
