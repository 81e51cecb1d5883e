"""Runs the SQL models in DuckDB: data/parsed → the tables of a release."""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipeline.build.comments import column_comment, parquet_metadata, table_comment
from pipeline.build.datapackage import write_datapackage
from pipeline.build.inputs import REAL_PROJECTS, InputError, attach_inputs, find_damage
from pipeline.build.models import Model, load_models, needed_for, read_macros
from pipeline.core.errors import PipelineError
from pipeline.core.settings import BuildSettings, Settings, Source
from pipeline.core.signals import interruptible_query, raise_if_interrupted

DATABASE = "bma_projects.duckdb"
_CATALOG = DATABASE.removesuffix(".duckdb")
# Small enough that one agency's rows fill few groups and that threads share a table of 100,000 rows, large enough to
# compress well; a multiple of DuckDB's vectors.
ROW_GROUP_SIZE = 20_480
# DuckDB 2 by itself writes what no older one can open. This version makes the file no larger; that of 1.0 would make it
# larger by a tenth and a build slower by a seventh.
_STORAGE_VERSION = "v1.4.0"
# Above so many parsed pages the tables that stay out of the release are made on disk, since tables in memory count
# uncompressed against its limit: 4 kB for each page.
_MOST_PAGES_STAGED_IN_MEMORY = 150_000
SALT_FILE = "user-names.salt"


class BuildError(PipelineError):
    """The tables cannot be built; the message says which file or model and what to do."""


def build(settings: Settings, *, fingerprint: str, out_dir: Path) -> dict[str, int]:
    """Build every curated table into out_dir as Parquet and as one DuckDB file; return the rows of each table.

    Only parts made by the parser with this fingerprint are read. out_dir must not exist or be empty. Raises BuildError.
    """
    with relations(settings, fingerprint=fingerprint, out_dir=out_dir) as (con, counts):
        note, used = _invented_note(con), _sources_used(con, settings)
    tables = sorted((model for model in load_models().values() if model.layer == "curated"), key=lambda one: one.name)
    write_datapackage(out_dir, tables, column_types(out_dir), used, note)
    (out_dir / DATABASE).chmod(0o444)
    return dict(sorted(counts.items()))


@contextlib.contextmanager
def relations(
    settings: Settings, *, fingerprint: str, out_dir: Path
) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, int]]]:
    """Make all that sql/ describes; yields a session that sees also what stays out of a release, and rows by table.

    The published tables are in out_dir afterwards, the rest is gone. Raises BuildError.
    """
    with _prepared(settings, fingerprint, out_dir, out_dir / DATABASE) as con:
        note = _invented_note(con)
        counts: dict[str, int] = {}
        for model in load_models().values():
            if model.layer == "curated":
                counts[model.name] = _write_table(con, model, out_dir, note)
            else:
                _make_relation(con, model, note)
        yield con, counts


def build_parquet(settings: Settings, *, fingerprint: str, out_dir: Path, tables: Collection[str]) -> dict[str, int]:
    """Build only these tables, and only as Parquet: rows and order are those of a whole release. Raises BuildError."""
    with _prepared(settings, fingerprint, out_dir, database=None) as con:
        note = _invented_note(con)
        counts: dict[str, int] = {}
        for model in needed_for(tables, load_models()).values():
            if model.name in tables:
                counts[model.name] = _write_parquet(con, model, _sorted(model), out_dir, note)
                file = _quoted(str(out_dir / f"{model.name}.parquet"))
                _execute(con, model, f"CREATE VIEW {model.name} AS FROM read_parquet({file})")
            else:
                _make_relation(con, model, note)
        return counts


def column_types(release: Path) -> dict[str, dict[str, str]]:
    """The DuckDB types of every table and view of a release."""
    types: dict[str, dict[str, str]] = {}
    with duckdb.connect(str(release / DATABASE), read_only=True) as con:
        query = (
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY column_index"
        )
        for table, column, data_type in con.execute(query).fetchall():
            types.setdefault(table, {})[column] = data_type
    return types


def user_name_salt(data_dir: Path) -> str:
    """The secret that keys the pseudonyms of user names; made once per data directory and never published."""
    path = data_dir / SALT_FILE
    if not path.exists():
        # Written aside (mkstemp makes it readable for the owner alone) and linked: it is there whole or not at all.
        with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix=".salt-") as new:
            new.write(secrets.token_hex(32))
            new.flush()
            os.fsync(new.fileno())
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(new.name)
    salt = path.read_text(encoding="ascii").strip()
    if len(salt) < 32:
        raise BuildError(f"{path}: holds no salt; restore it, or delete it and every pseudonym changes")
    return salt


def _limits(settings: BuildSettings, scratch: Path) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": settings.memory_limit,
        "threads": settings.threads,
        # DuckDB 2.0.0 may wait for ever for its own threads when a COPY that writes by them is interrupted.
        "async_threads": 0,
        "temp_directory": str(scratch),
    }


def _scratch(temp_directory: Path | None, out_dir: Path) -> tempfile.TemporaryDirectory[str]:
    """Where to put what does not fit into memory: beside what is built, where the next build removes what is left."""
    try:
        return tempfile.TemporaryDirectory(dir=temp_directory or out_dir.parent, prefix="bma-projects-")
    except OSError as error:
        if temp_directory is None:
            raise
        raise BuildError(
            f"build.temp_directory {temp_directory}: cannot be written ({error.strerror}); make it or name another"
        ) from error


@contextlib.contextmanager
def _prepared(
    settings: Settings, fingerprint: str, out_dir: Path, database: Path | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the inputs attached; the tables go into the database, or into one that is thrown away."""
    out_dir.mkdir(parents=True, exist_ok=True)
    if any(out_dir.iterdir()):
        raise BuildError(f"{out_dir}: not empty; build into a new directory")
    with _scratch(settings.build.temp_directory, out_dir) as name:
        scratch = Path(name)
        con = duckdb.connect(config=_limits(settings.build, scratch))
        try:
            with interruptible_query(con.interrupt):
                attach_inputs(
                    con,
                    parsed_dir=settings.parsed_dir,
                    fingerprint=fingerprint,
                    runs_dir=settings.runs_dir,
                    models=load_models().values(),
                    sources=settings.sources.values(),
                )
                _attach_outputs(con, database, scratch)
                _check_captures(con)
                _set_variables(con, settings)
                con.execute(read_macros()).complete()
                yield con
        except InputError as error:
            raise BuildError(str(error)) from error
        except (BuildError, duckdb.Error) as error:
            raise_if_interrupted()
            # A part that is torn within shows only when a model reads it: name the part rather than the model.
            raise BuildError(find_damage(settings.parsed_dir, fingerprint) or _reason(error)) from error
        finally:
            con.close()


def _attach_outputs(con: duckdb.DuckDBPyConnection, database: Path | None, scratch: Path) -> None:
    [(n_pages,)] = con.execute("SELECT count(*) FROM parsed.every_pages").fetchall()
    for layer in ("staging", "quality"):
        place = ":memory:" if n_pages <= _MOST_PAGES_STAGED_IN_MEMORY else str(scratch / f"{layer}.duckdb")
        con.execute(f"ATTACH {_quoted(place)} AS {layer}").complete()
    # By the name it has when a reader opens it, since views keep the name of their database.
    file = _quoted(str(database or scratch / DATABASE))
    options = f"ROW_GROUP_SIZE {ROW_GROUP_SIZE}, STORAGE_VERSION '{_STORAGE_VERSION}'"
    con.execute(f"ATTACH {file} AS {_CATALOG} ({options})").complete()
    con.execute(f"USE {_CATALOG}").complete()


def _set_variables(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    con.execute("SET VARIABLE salt = $salt", {"salt": user_name_salt(settings.data_dir)}).complete()
    publish = {"publish": settings.build.publish_user_names}
    con.execute("SET VARIABLE publish_user_names = $publish", publish).complete()


def _check_captures(con: duckdb.DuckDBPyConnection) -> None:
    """Every parsed page must have its fetch log row, or its capture time and address would be lost."""
    orphans = con.execute("""
        SELECT filename, count(*), min(snapshot_id)
        FROM parsed.every_pages ANTI JOIN parsed.fetches USING (snapshot_id)
        GROUP BY filename ORDER BY filename
    """).fetchall()
    for filename, n_pages, snapshot_id in orphans:
        part = Path(filename).parent
        raise BuildError(
            f"{part}: {n_pages} pages (first snapshot {snapshot_id}) have no fetch log row; "
            f"delete the directory and run `bma-projects parse`"
        )


def _invented_note(con: duckdb.DuckDBPyConnection) -> str:
    """What every table must say when a source of made-up pages is among its rows."""
    invented = con.execute("""
        SELECT DISTINCT source_id FROM parsed.pages SEMI JOIN (FROM input.sources WHERE is_invented) USING (source_id)
        ORDER BY source_id
    """).fetchall()
    real = ", ".join(f"{project.project_id}" for project in REAL_PROJECTS)
    names = ", ".join(source_id for (source_id,) in invented)
    return f"Rows of source {names} are INVENTED, except project {real}; see projects.is_invented." if names else ""


def _sources_used(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[Source]:
    used = con.execute("SELECT DISTINCT source_id FROM parsed.fetches ORDER BY source_id").fetchall()
    return [settings.sources[source_id] for (source_id,) in used if source_id in settings.sources]


def _make_relation(con: duckdb.DuckDBPyConnection, model: Model, note: str) -> None:
    """Make one relation that stays out of the release, or a view of it."""
    kind = "VIEW" if model.layer == "views" or model.tags.get("form") == "view" else "TABLE"
    if model.layer == "views":
        _check_columns(con, model)
    _execute(con, model, f"CREATE {kind} {model.relation} AS {model.sql}")
    if model.layer == "views":
        _comment(con, model, "VIEW", note)


def _write_table(con: duckdb.DuckDBPyConnection, model: Model, out_dir: Path, note: str) -> int:
    """Make one published table, sorted by its key, and its Parquet file."""
    _check_columns(con, model)
    _execute(con, model, f"CREATE TABLE {model.name} AS {_sorted(model)}")
    _comment(con, model, "TABLE", note)
    return _write_parquet(con, model, f"FROM {model.name}", out_dir, note)


def _sorted(model: Model) -> str:
    described = ", ".join(f'"{column.name}"' for column in model.columns)
    order = ", ".join(f'"{column}"' for column in model.sort)
    return f"SELECT {described} FROM ({model.sql}) ORDER BY {order}"


def _write_parquet(con: duckdb.DuckDBPyConnection, model: Model, query: str, out_dir: Path, note: str) -> int:
    metadata = ", ".join(f"{_quoted(name)}: {_quoted(text)}" for name, text in parquet_metadata(model, note).items())
    rows = _execute(
        con,
        model,
        f"COPY ({query}) TO {_quoted(str(out_dir / f'{model.name}.parquet'))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_SIZE}, KV_METADATA {{{metadata}}})",
    )
    return int(rows[0][0])


def _execute(con: duckdb.DuckDBPyConnection, model: Model, statement: str) -> list[tuple[Any, ...]]:
    try:
        return con.execute(statement).fetchall()
    except duckdb.Error as error:
        raise BuildError(f"{model.path}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """What went wrong and, where DuckDB's advice names settings that are none of ours, what to do."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return str(error).partition("\n")[0] + "; raise build.memory_limit, or lower build.threads"
    return str(error)


def _check_columns(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Header and SELECT must name the same columns, but for those that only sort the table; its header orders them."""
    made = [row[0] for row in _execute(con, model, f"DESCRIBE {model.sql}")]
    described = [column.name for column in model.columns]
    made = [column for column in made if column in described or column not in model.sort]
    if made != described and (model.layer == "views" or sorted(made) != sorted(described)):
        odd = sorted(set(made) ^ set(described)) or made
        raise BuildError(f"{model.path}: header and SELECT differ in their columns: {', '.join(odd)}")


def _comment(con: duckdb.DuckDBPyConnection, model: Model, kind: str, note: str) -> None:
    comments = [f"COMMENT ON {kind} {model.name} IS {_quoted(table_comment(model, note))}"]
    comments += [
        f'COMMENT ON COLUMN {model.name}."{column.name}" IS {_quoted(column_comment(column))}'
        for column in model.columns
    ]
    # One transaction for all of them: each would sync the file by itself.
    con.execute("; ".join(["BEGIN", *comments, "COMMIT"])).complete()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
