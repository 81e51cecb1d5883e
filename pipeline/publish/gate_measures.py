"""What is new in a release, in numbers the quality gate can judge: one count out of one total per question.

Everything is read from the release itself and from the one published before it, so that a release can be judged again
later and anywhere. *Visited* pages are those asked for since that one was built, by any number of runs; *fresh* ones
have other content than it had. What a refused run brought is therefore new until it is corrected or accepted. A first
release of a source has no *known* projects, so the questions that compare have no rows for it.

Differences without an edit of the site are our own, from another version of the parsers or a withdrawn import; they
have questions of their own (`compared`).
"""

import datetime as dt
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import duckdb

from parsers.labels import LABELS, MONTH_LAYOUT, PROGRESS_COLUMNS, UPDATE_COLUMNS
from pipeline.build.database import DATABASE
from pipeline.core.sql_text import quoted

# The page had a value that could not be read as a number, date or text for certain.
UNREADABLE_CODES = (
    "unreadable_number",
    "number_out_of_range",
    "unreadable_date",
    "ambiguous_date",
    "incomplete_date",
    "unreadable_year",
    "unreadable_quantity",
    "ambiguous_text",
    "ambiguous_label",
    "duplicate_row",
)
# What DuckDB raises when a release does not have a table or column that a query names.
OTHER_COLUMNS = (duckdb.BinderException, duckdb.CatalogException)
_COMPARED_TABLES = (
    "listings",
    "page_status",
    "progress_history",
    "project_changes",
    "project_versions",
    "projects",
    "quality_issues",
    "runs",
    "targets",
    "update_history",
)
# What is new, as tables that the questions share; each may name those before it.
_NEWS = (
    "visited",
    "fresh",
    "edited",
    "withdrawn",
    "had",
    "cells",
    "compared",
    "changed_fields",
    "rewritten",
    "rewritten_counts",
)
# A table that two questions share; when it cannot be made from a release of an older version, the other questions are
# still asked.
_NEEDED = {"dates_shifted": "dates_moved", "values_rewritten": "dates_moved"}
# The columns that are compared, by section of the page.
_COMPARED = {
    "field": ("projects", [label.field for label in LABELS if label.field != "project_id"]),
    "progress_history": ("progress_history", [column.field for column in PROGRESS_COLUMNS]),
    "update_history": ("update_history", [column.field for column in UPDATE_COLUMNS]),
}
_LABELS_PER_PAGE = sum(label.is_due(None) for label in LABELS) + len(set(MONTH_LAYOUT))


class Measure(NamedTuple):
    """The answer to one question about one source (and field): n out of total; detail names what was counted."""

    rule: str
    source_id: str
    field: str | None
    n: int
    total: int
    detail: str | None = None

    @property
    def share(self) -> float:
        return self.n / self.total if self.total else 0.0


def measure(
    release: Path,
    previous: Path | None,
    rules: tuple[str, ...],
    *,
    volatile_fields: Sequence[str] = (),
    lost_since: dt.datetime | None = None,
) -> list[Measure]:
    """Answer the named questions (files of sql/gate) for a built release, compared with the one published before.

    When a published release of an older version does not have the columns of a question, it is asked as for a first
    release.

    Args:
        release: the built release.
        previous: the one published before it, None for the first.
        rules: the questions.
        volatile_fields: columns of projects that differ at every reading.
        lost_since: losses after this moment are added up; None means that none are.
    """

    def ask(rules: tuple[str, ...], previous: Path | None) -> list[Measure]:
        try:
            with duckdb.connect() as con:
                attach_pair(con, release, previous, volatile_fields, lost_since)
                return [answer for rule in rules for answer in ask_one(con, rule, previous)]
        except OTHER_COLUMNS:
            if previous is None:
                raise
            return ask(rules, None)

    def ask_one(con: duckdb.DuckDBPyConnection, rule: str, previous: Path | None) -> list[Measure]:
        try:
            if needed := _NEEDED.get(rule):
                con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {needed} AS {_sql(needed)}").complete()
            answers = con.execute(_sql(rule))
            names = [column[0] for column in answers.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in answers.fetchall()]
            return [Measure(**{"rule": rule, "field": None, **row}) for row in rows]
        except OTHER_COLUMNS:
            if previous is None:
                raise
            return ask((rule,), None)

    return ask(rules, previous)


def attach_pair(
    con: duckdb.DuckDBPyConnection,
    release: Path,
    previous: Path | None,
    volatile_fields: Sequence[str] = (),
    lost_since: dt.datetime | None = None,
) -> None:
    """Attach a release as `candidate` and the one published before it as `published`, empty where there is none.

    The tables of _NEWS say what is new. Raises one of OTHER_COLUMNS where the two cannot be compared.
    """
    _attach(con, release, "candidate")
    if previous is None:
        con.execute("ATTACH ':memory:' AS published").complete()
        for table in _COMPARED_TABLES:
            con.execute(f"CREATE TABLE published.{table} AS FROM candidate.{table} LIMIT 0").complete()
    else:
        _attach(con, previous, "published")
    con.execute("SET VARIABLE labels_per_page = $n", {"n": _LABELS_PER_PAGE}).complete()
    con.execute("SET VARIABLE unreadable_codes = $codes", {"codes": list(UNREADABLE_CODES)}).complete()
    con.execute("SET VARIABLE volatile_fields = $fields::VARCHAR[]", {"fields": list(volatile_fields)}).complete()
    con.execute("SET VARIABLE lost_since = $since::TIMESTAMPTZ", {"since": lost_since}).complete()
    con.execute(_sql("macros")).complete()
    _name_columns(con)
    for name in _NEWS:
        con.execute(f"CREATE TEMP TABLE {name} AS {_sql(name)}").complete()


def _name_columns(con: duckdb.DuckDBPyConnection) -> None:
    """Set columns_of to the columns that are compared, by section, in the order of both releases together."""
    names = {"month": ["month", "month_value"]}
    for section, (table, fields) in _COMPARED.items():
        both = con.execute(f"FROM published.{table} UNION ALL BY NAME FROM candidate.{table} LIMIT 0").description or ()
        query = "SELECT list_filter($names, lambda name: list_contains($fields, without_unit(name)))"
        [(found,)] = con.execute(query, {"names": [column[0] for column in both], "fields": fields}).fetchall()
        names[section] = [*(["row"] if section != "field" else []), *found]
    con.execute("SET VARIABLE columns_of = map($sections, $names)", {"sections": [*names], "names": [*names.values()]})


def _attach(con: duckdb.DuckDBPyConnection, release: Path, name: str) -> None:
    con.execute(f"ATTACH {quoted(release / DATABASE)} AS {name} (READ_ONLY)").complete()


def _sql(name: str) -> str:
    return resources.files("sql").joinpath("gate", f"{name}.sql").read_text(encoding="utf-8")
