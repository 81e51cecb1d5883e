"""What the SQL models read: parsed parts, run records, the issue catalogue, the agencies and the sources."""

import csv
import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from parsers.issue_codes import CATALOGUE
from parsers.records import RECORD_TYPES
from pipeline.archive.fetch_log import FetchLogRow
from pipeline.archive.segments import ListingRow
from pipeline.build.models import RULE_TEXTS, Model
from pipeline.core.arrow_schema import duckdb_columns, schema_of
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Source


class RunRow(NamedTuple):
    """What the models read of a run record."""

    run_id: str
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    status: str | None
    counts: str | None
    durations: str | None


class RuleRow(NamedTuple):
    """One issue code, whoever raises it."""

    code: str
    severity: str
    raised_by: str
    title_th: str
    title_en: str
    advice_th: str
    advice_en: str
    message_th: str


class AgencyRow(NamedTuple):
    """One line of agencies.csv; `name_source` says how well the name is known."""

    agency_code: str
    agency: str | None
    kind: str | None
    name_source: str | None


class SourceRow(NamedTuple):
    """One source as the settings know it."""

    source_id: str
    base_url: str
    title: str
    is_invented: bool


class IssueRow(NamedTuple):
    """What a query in sql/quality may return; code and severity come from its header, what it leaves out is null."""

    code: str
    severity: str
    source_id: str
    project_id: str | None
    snapshot_id: str | None
    field: str | None
    label: str | None
    ordinal: int | None
    raw: str | None
    message: str
    first_seen_at: dt.datetime | None


class RealProjectRow(NamedTuple):
    """A real project within an invented source."""

    source_id: str
    project_id: str


PARSED_TABLES: Mapping[str, type[NamedTuple]] = {**RECORD_TYPES, "fetches": FetchLogRow, "listing": ListingRow}
# The built-in sample is invented in the shape of this one real page.
REAL_PROJECTS = [RealProjectRow("sample", "50490000-3607")]


class InputError(PipelineError):
    """A parsed part or run record cannot be used; the message says which and what to do."""


def attach_inputs(
    con: duckdb.DuckDBPyConnection,
    *,
    parsed_dir: Path,
    fingerprint: str,
    runs_dir: Path,
    models: Iterable[Model],
    sources: Iterable[Source],
) -> None:
    """Make the relations parsed.* (views over the parts) and input.* (small tables) on a DuckDB connection."""
    con.execute("ATTACH ':memory:' AS parsed").complete()
    con.execute("ATTACH ':memory:' AS input").complete()
    parts = find_partitions(parsed_dir, fingerprint)
    for table, record_type in PARSED_TABLES.items():
        _attach_parsed(con, table, record_type, parts)
    _leave_out_copies(con)
    _attach_rows(con, "runs", RunRow, read_runs(runs_dir))
    _attach_rows(con, "rules", RuleRow, issue_rules(models))
    _attach_rows(con, "agencies", AgencyRow, read_agencies())
    _attach_rows(
        con, "sources", SourceRow, [SourceRow(s.source_id, s.base_url, s.title, s.is_invented) for s in sources]
    )
    _attach_rows(con, "real_projects", RealProjectRow, REAL_PROJECTS)
    _attach_rows(con, "no_issues", IssueRow, [])


def find_partitions(parsed_dir: Path, fingerprint: str) -> list[Path]:
    """The part directories made by the current parser; parts of an older parser are none of ours."""
    return sorted(path for path in parsed_dir.glob(f"*@{fingerprint}") if path.is_dir())


def find_damage(parsed_dir: Path, fingerprint: str) -> str | None:
    """Read every part to its end and say which file cannot be read; slow, so only for when something went wrong."""
    for part in find_partitions(parsed_dir, fingerprint):
        for file in sorted(part.glob("*.parquet")):
            try:
                with pq.ParquetFile(file) as table:
                    for batch in table.iter_batches():
                        batch.validate(full=True)
            except (pa.ArrowException, OSError) as error:
                return _torn(file, error)
    return None


def read_runs(runs_dir: Path) -> list[RunRow]:
    """Read the run records; raises InputError for a file that is no JSON object."""
    return [_read_run(path) for path in sorted(runs_dir.glob("*.json"))]


def read_agencies() -> list[AgencyRow]:
    """The agencies known so far, each with the source of its name."""
    text = resources.files("pipeline.build").joinpath("agencies.csv").read_text(encoding="utf-8")
    return [AgencyRow(*(value or None for value in row.values())) for row in csv.DictReader(text.splitlines())]  # type: ignore[arg-type]


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
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not a run record ({error}); move it away and build again") from error


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
    # As a parameter: pyarrow would import pandas to make a table of them, which takes longer than all the rest.
    con.execute(
        f"CREATE TABLE input.{name} AS "
        f"SELECT unnest($rows::STRUCT({duckdb_columns(record_type)})[], recursive := true)",
        {"rows": [row._asdict() for row in rows]},
    ).complete()


def _attach_parsed(
    con: duckdb.DuckDBPyConnection, name: str, record_type: type[NamedTuple], parts: Sequence[Path]
) -> None:
    """One view over the files of all parts; `filename` stays so that copies of one capture can be told apart."""
    schema = schema_of(record_type)
    con.execute(f"CREATE TABLE parsed.empty_{name} ({duckdb_columns(record_type)}, filename VARCHAR)").complete()
    files = [file for part in parts for file in sorted(part.glob(f"{name}*.parquet"))]
    are_older = [_lacks_columns(file, schema, record_type._field_defaults) for file in files]
    columns = ", ".join(f'"{column}"' for column in schema.names)
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    if not files:
        query = f"SELECT * FROM parsed.empty_{name}"
    elif any(are_older):
        read = f"FROM read_parquet([{listed}], filename = true, union_by_name = true)"
        query = f"SELECT {columns}, filename FROM ({read} UNION ALL BY NAME FROM parsed.empty_{name})"
    else:
        query = f"SELECT {columns}, filename FROM read_parquet([{listed}], filename = true)"
    con.execute(f"CREATE VIEW parsed.every_{name} AS {query}").complete()


def _lacks_columns(file: Path, schema: pa.Schema, defaults: Mapping[str, object]) -> bool:
    """Whether a file was written before its last columns were added, which then have a default."""
    try:
        found = pq.read_schema(file)
    except (pa.ArrowException, OSError) as error:
        raise InputError(_torn(file, error)) from error
    there, expected = ([(column.name, column.type) for column in columns] for columns in (found, schema))
    if there != expected[: len(there)] or any(name not in defaults for name, _ in expected[len(there) :]):
        raise InputError(f"{file}: its columns are not those of the current parser; {_remedy(file)}")
    return len(there) < len(expected)


def _torn(file: Path, error: Exception) -> str:
    return f"{file}: torn or unreadable ({' '.join(str(error).split())}); {_remedy(file)}"


def _remedy(file: Path) -> str:
    return f"delete the directory {file.parent} and run `bma-projects parse`"


def _leave_out_copies(con: duckdb.DuckDBPyConnection) -> None:
    """A capture that was imported twice stands in two parts; the rows of the first part in name order count."""
    [(n_copies,)] = con.execute("""
        CREATE TABLE parsed.copies AS
        WITH repeated AS (
            SELECT snapshot_id FROM parsed.every_pages GROUP BY snapshot_id HAVING count(*) > 1
        )
        SELECT snapshot_id, parse_dirpath(filename) AS part
        FROM parsed.every_pages
        SEMI JOIN repeated USING (snapshot_id)
        QUALIFY row_number() OVER (PARTITION BY snapshot_id ORDER BY filename) > 1
    """).fetchall()
    # With no duplicates the join is skipped, because it misleads the planner about how many rows are left.
    for name, record_type in PARSED_TABLES.items():
        columns = ", ".join(f'every."{column}"' for column in record_type._fields)
        keep = ""
        if n_copies and "snapshot_id" in record_type._fields and name != "fetches":
            keep = """
                ANTI JOIN parsed.copies
                    ON every.snapshot_id = copies.snapshot_id AND parse_dirpath(every.filename) = copies.part
            """
        con.execute(
            f"CREATE VIEW parsed.{name} AS SELECT {columns} FROM parsed.every_{name} AS every {keep}"
        ).complete()
