"""What the models read beside the parsed pages: run records, issue catalogue, agencies, sources."""

import csv
import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import duckdb

from parsers.issue_codes import CATALOGUE
from pipeline.build.errors import BuildInputError
from pipeline.build.headers import RULE_TEXTS
from pipeline.build.models import Model, load_models
from pipeline.build.sources import SourceRow, known_sources
from pipeline.core.arrow_schema import duckdb_columns
from pipeline.core.settings import Settings


class RunRow(NamedTuple):
    """The part of a run record that the models read."""

    run_id: str
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    status: str | None
    counts: str | None
    durations: str | None
    command: str | None
    harvest: str | None


class RuleRow(NamedTuple):
    """One issue code of the parser or of a check."""

    code: str
    severity: str
    raised_by: str
    title_th: str
    title_en: str
    advice_th: str
    advice_en: str
    message_th: str


class AgencyRow(NamedTuple):
    """One line of agencies.csv; `name_source` says how well the name is known, other_names are separated by `|`."""

    agency_code: str
    agency_listed: str | None
    kind: str | None
    name_source: str | None
    other_names: tuple[str | None, ...]
    parent_code: str | None
    name_en: str | None
    dopa_code: str | None


class RealProjectRow(NamedTuple):
    """A real project within an invented source."""

    source_id: str
    project_id: str


# The built-in sample is invented in the shape of this one real page.
REAL_PROJECTS = [RealProjectRow("sample", "50490000-3607")]


def attach_build_inputs(
    con: duckdb.DuckDBPyConnection, settings: Settings, abouts: Iterable[Mapping[str, str]]
) -> None:
    """Make the relations input.* on a connection: what the models read beside the parsed pages.

    Args:
        con: a connection without a database `input`.
        settings: the data directory, whose run records are read, and the sources.
        abouts: what the segments are about, the oldest first: they tell of sources that the settings do not know.

    Raises:
        BuildInputError: a run record cannot be read.
        ModelError: a file in sql/ is malformed.
    """
    con.execute("ATTACH ':memory:' AS input").complete()
    _attach_rows(con, "runs", RunRow, read_runs(settings.runs_dir))
    _attach_rows(con, "rules", RuleRow, issue_rules(load_models().values()))
    _attach_rows(con, "agencies", AgencyRow, read_agencies())
    _attach_rows(con, "sources", SourceRow, known_sources(settings.sources.values(), abouts))
    _attach_rows(con, "real_projects", RealProjectRow, REAL_PROJECTS)


def read_runs(runs_dir: Path) -> list[RunRow]:
    """Read the run records in order of time; raises BuildInputError for a file that is not a run record."""
    return [_read_run(path) for path in sorted(runs_dir.glob("*.json"))]


def read_agencies() -> list[AgencyRow]:
    """The agencies known so far, each with the source of its name."""
    text = resources.files("pipeline.build").joinpath("agencies.csv").read_text(encoding="utf-8")
    rows = []
    for line in csv.DictReader(text.splitlines()):
        others = tuple(filter(None, line.pop("other_names").split("|")))
        rows.append(AgencyRow(**{name: value or None for name, value in line.items()}, other_names=others))  # type: ignore[arg-type]
    return rows


def _read_run(path: Path) -> RunRow:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return RunRow(
            run_id=str(record["run_id"]),
            started_at=_moment(record.get("started_at")),
            finished_at=_moment(record.get("finished_at")),
            status=record.get("status"),
            counts=_compact(record.get("counts")),
            durations=_compact(record.get("durations")),
            command=record.get("command"),
            harvest=_compact(record.get("harvest")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BuildInputError(f"{path}: not a run record ({error}); move it away and build again") from error


def _moment(value: str | None) -> dt.datetime | None:
    return None if value is None else dt.datetime.fromisoformat(value).astimezone(dt.UTC)


def _compact(value: object) -> str | None:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else None


def issue_rules(models: Iterable[Model]) -> list[RuleRow]:
    """Every issue code with its texts: those of the parser first, then the checks of sql/quality."""
    rules = [RuleRow(code, severity.value, "parser", *texts) for code, severity, *texts in CATALOGUE.values()]
    for check in models:
        if check.layer == "quality":
            severity, *texts = [check.tags[name] for name in RULE_TEXTS]
            rules.append(RuleRow(check.name, severity, "sql/quality", *texts))
    return rules


def _attach_rows(
    con: duckdb.DuckDBPyConnection, name: str, record_type: type[NamedTuple], rows: Sequence[NamedTuple]
) -> None:
    # As a parameter: pyarrow would import pandas to make a table of them, which takes longer than everything else here.
    con.execute(
        f"CREATE TABLE input.{name} AS "
        f"SELECT unnest($rows::STRUCT({duckdb_columns(record_type)})[], recursive := true)",
        {"rows": [row._asdict() for row in rows]},
    ).complete()
