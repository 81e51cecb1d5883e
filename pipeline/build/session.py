"""A DuckDB session in which the models can run: its limits, inputs, output directory, variables and macros."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipeline.build.errors import BuildError, BuildInputError
from pipeline.build.inputs import attach_build_inputs
from pipeline.build.macros import define_macros
from pipeline.build.partitions import attach_partitions, find_damage
from pipeline.build.salt import user_name_salt
from pipeline.build.tables import ROW_GROUP_SIZE, reason
from pipeline.core.settings import BuildSettings, Settings
from pipeline.core.signals import interruptible_query, raise_if_interrupted
from pipeline.core.sql_text import quoted

# By default DuckDB 2 writes files that older versions cannot open. This storage version makes the file no larger; that
# of 1.0 would make it a tenth larger and the build a seventh slower.
_STORAGE_VERSION = "v1.4.0"
# Above this number of parsed pages the unpublished tables are made on disk, since tables in memory count uncompressed
# against its limit: 4 kB for each page.
_MOST_PAGES_STAGED_IN_MEMORY = 150_000


@contextlib.contextmanager
def open_session(
    settings: Settings, *, fingerprint: str, out_dir: Path, database: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a session for the models of one build; a signal interrupts the query that runs in it.

    Args:
        settings: the data directory, the sources and the limits of the build.
        fingerprint: of the parser whose partitions are read.
        out_dir: where the release is built; made when it is missing.
        database: the DuckDB file that takes the published tables; without it they are removed when the session ends.

    Raises:
        BuildError: out_dir is not empty; an input is torn, missing or malformed; or the block raised it, or a DuckDB
            error. Where the cause is a damaged partition the message names it.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    if any(out_dir.iterdir()):
        raise BuildError(f"{out_dir}: not empty; build into a new directory")
    with _scratch(settings.build.temp_directory, out_dir) as name:
        con = duckdb.connect(config=_config(settings.build, name))
        try:
            with interruptible_query(con.interrupt):
                prepare_session(con, settings, fingerprint=fingerprint, scratch=Path(name), database=database)
                yield con
        except BuildInputError:
            raise
        except (BuildError, duckdb.Error) as error:
            raise_if_interrupted()
            # Damage inside a partition appears only when a model reads it: name the partition, not the model.
            raise BuildError(find_damage(settings.parsed_dir, fingerprint) or reason(error)) from error
        finally:
            con.close()


def prepare_session(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    fingerprint: str,
    scratch: Path,
    database: Path | None = None,
) -> None:
    """Give a new connection all that models need: inputs, a place to write, variables and macros.

    Args:
        con: the connection.
        settings: the data directory, the sources, whether user names are published, and when a project has vanished.
        fingerprint: of the parser whose partitions are read.
        scratch: a directory for the unpublished tables, where memory is too small for them.
        database: the DuckDB file that takes the published tables; without it they stay in memory.

    Raises:
        BuildInputError: a partition, run record or salt cannot be used.
        ModelError: a file in sql/ is malformed.
    """
    abouts = attach_partitions(con, settings.parsed_dir, fingerprint)
    attach_build_inputs(con, settings, abouts)
    _attach_outputs(con, database, scratch)
    con.execute("SET VARIABLE salt = $salt", {"salt": user_name_salt(settings.data_dir)}).complete()
    publish = {"publish": settings.build.publish_user_names}
    con.execute("SET VARIABLE publish_user_names = $publish", publish).complete()
    hours = {"hours": settings.build.vanished_after_hours}
    con.execute("SET VARIABLE vanished_after_hours = $hours", hours).complete()
    define_macros(con)


def _scratch(temp_directory: Path | None, out_dir: Path) -> tempfile.TemporaryDirectory[str]:
    """The directory for data that does not fit into memory: beside the build, where the next build removes it."""
    try:
        return tempfile.TemporaryDirectory(dir=temp_directory or out_dir.parent, prefix="bma-projects-")
    except OSError as error:
        if temp_directory is None:
            raise
        raise BuildError(
            f"build.temp_directory {temp_directory}: cannot be written ({error.strerror}); make it or name another"
        ) from error


def _config(settings: BuildSettings, temp_directory: str) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": settings.memory_limit,
        "threads": settings.threads,
        # DuckDB 2.0.0 may wait for ever for its own threads when a COPY that writes by them is interrupted.
        "async_threads": 0,
        "temp_directory": temp_directory,
        # What a model frees goes back to the system before the next one takes it.
        "allocator_bulk_deallocation_flush_threshold": "32MB",
        "allocator_flush_threshold": "16MB",
    }


def _attach_outputs(con: duckdb.DuckDBPyConnection, database: Path | None, scratch: Path) -> None:
    [(n_pages,)] = con.execute("SELECT count(*) FROM parsed.every_pages").fetchall()
    for layer in ("staging", "quality"):
        place = ":memory:" if n_pages <= _MOST_PAGES_STAGED_IN_MEMORY else scratch / f"{layer}.duckdb"
        con.execute(f"ATTACH {quoted(place)} AS {layer}").complete()
    if database is not None:
        options = f"ROW_GROUP_SIZE {ROW_GROUP_SIZE}, STORAGE_VERSION '{_STORAGE_VERSION}'"
        # Attached under the name it has when a reader opens it, since views keep the name of their database.
        con.execute(f"ATTACH {quoted(database)} AS {database.stem} ({options})").complete()
        con.execute(f"USE {database.stem}").complete()
