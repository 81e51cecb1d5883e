"""Builds the tables of a release from data/parsed: runs the models of sql/ in their order."""

import contextlib
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import duckdb

from pipeline.build.datapackage import write_datapackage
from pipeline.build.inputs import REAL_PROJECTS
from pipeline.build.models import load_models
from pipeline.build.session import open_session
from pipeline.build.sources import SourceRow
from pipeline.build.tables import make_published, make_relation
from pipeline.core.settings import Settings

DATABASE = "bma_projects.duckdb"


def build(settings: Settings, *, fingerprint: str, out_dir: Path) -> dict[str, int]:
    """Build every published table and view as Parquet and in one DuckDB file, with datapackage.json beside them.

    Args:
        settings: the data directory, the sources and the limits of the build.
        fingerprint: of the parser whose partitions are read; those of another parser are ignored.
        out_dir: where the files go; must not exist or be empty.

    Returns:
        The number of rows of each table and view.

    Raises:
        BuildError: an input or model cannot be used, or memory does not suffice; the message says which and what to do.
        ModelError: a file in sql/ is malformed.
    """
    with relations(settings, fingerprint=fingerprint, out_dir=out_dir) as (con, counts):
        note, used = _invented_note(con), _sources_used(con)
    tables = sorted((model for model in load_models().values() if model.is_published), key=attrgetter("name"))
    write_datapackage(out_dir, tables, column_types(out_dir), used, note)
    (out_dir / DATABASE).chmod(0o444)
    return dict(sorted(counts.items()))


@contextlib.contextmanager
def relations(
    settings: Settings, *, fingerprint: str, out_dir: Path
) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, int]]]:
    """Make all that sql/ describes; what is published stays in out_dir, the rest goes when the block ends.

    Args:
        settings: the data directory, the sources and the limits of the build.
        fingerprint: of the parser whose partitions are read.
        out_dir: where the files go; must not exist or be empty.

    Returns:
        A session that sees also what stays out of a release, and the number of rows of each published table and view.

    Raises:
        BuildError: as `build` does.
        ModelError: a file in sql/ is malformed.
    """
    with open_session(settings, fingerprint=fingerprint, out_dir=out_dir, database=out_dir / DATABASE) as con:
        note = _invented_note(con)
        counts: dict[str, int] = {}
        for model in load_models().values():
            if model.is_published:
                counts[model.name] = make_published(con, model, out_dir, note)
            else:
                make_relation(con, model)
        yield con, counts


def column_types(release: Path) -> dict[str, dict[str, str]]:
    """The DuckDB type of every column, by table or view of a built release and by column."""
    types: dict[str, dict[str, str]] = {}
    with duckdb.connect(str(release / DATABASE), read_only=True) as con:
        query = (
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY column_index"
        )
        for table, column, data_type in con.execute(query).fetchall():
            types.setdefault(table, {})[column] = data_type
    return types


def _invented_note(con: duckdb.DuckDBPyConnection) -> str:
    """The note that every table must have when its rows include a source of invented pages."""
    invented = con.execute("""
        SELECT DISTINCT source_id FROM parsed.pages SEMI JOIN (FROM input.sources WHERE is_invented) USING (source_id)
        ORDER BY source_id
    """).fetchall()
    real = ", ".join(f"{project.project_id}" for project in REAL_PROJECTS)
    names = ", ".join(source_id for (source_id,) in invented)
    return f"Rows of source {names} are INVENTED, except project {real}; see projects.is_invented." if names else ""


def _sources_used(con: duckdb.DuckDBPyConnection) -> list[SourceRow]:
    used = con.execute("""
        SELECT source_id, base_url, title, is_invented
        FROM input.sources SEMI JOIN parsed.run_visits USING (source_id)
        ORDER BY source_id
    """).fetchall()
    return [SourceRow(*row) for row in used]
