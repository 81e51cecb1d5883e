"""One SELECT over the latest release: as a table for people, or as CSV, JSON or Parquet for a program."""

import re
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from pipeline.build.database import DATABASE
from pipeline.core.arrow_schema import rows_of
from pipeline.core.errors import PipelineError
from pipeline.core.files import check_is_file, written_aside
from pipeline.core.signals import interruptible_query
from pipeline.core.sql_text import quoted, quoted_name
from pipeline.core.text import counted, printable

FORMATS = ("table", "csv", "xlsx", "json", "parquet")
_COPY_OPTIONS = {
    "csv": "FORMAT csv, HEADER true",
    "json": "FORMAT json, ARRAY true",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}
_MOST_ROWS_SHOWN = 1_000
# A PIVOT over values that are not named is several statements to DuckDB.
_QUESTIONS = frozenset({"SELECT", "MULTI", "EXPLAIN", "PRAGMA"})
# What only DuckDB has a text for, also within a list.
_DUCKDB_TEXT = re.compile(r"\b(?:INTERVAL|STRUCT|MAP|UNION|BIT|BIGNUM|VARIANT)\b")
Parameters = Sequence[object] | Mapping[str, object]


class QueryError(PipelineError):
    """A query or its output failed; the message is DuckDB's or says what to do."""

    exit_code = 2


class Answer(NamedTuple):
    """Rows of a query with the names of their columns; is_cut says that there are more rows."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    is_cut: bool


def ask(release: Path, sql: str, parameters: Sequence[object] = (), most_rows: int | None = None) -> Answer:
    """Run a SELECT on a release, read-only and without access to the file system. Raises QueryError."""
    with open_database(release) as con:
        return ask_open(con, sql, parameters, most_rows)


def ask_open(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = (), most_rows: int | None = None
) -> Answer:
    """The same on a database that open_database opened, for more questions than one."""
    with _asking(con):
        relation = _readable(_relation(con, sql, parameters))
        table: pa.Table = (relation if most_rows is None else relation.limit(most_rows + 1)).to_arrow_table()
        rows = list(rows_of(table))
    is_cut = most_rows is not None and len(rows) > most_rows
    return Answer(tuple(table.column_names), rows[:most_rows], is_cut)


def ask_table(release: Path, sql: str, parameters: Parameters = ()) -> pa.Table:
    """Run a SELECT on a release as ask does, for a program that takes Arrow. Raises QueryError."""
    with open_database(release) as con, _asking(con):
        table: pa.Table = _relation(con, sql, parameters).to_arrow_table()
    return table


@contextmanager
def _asking(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run a query that a signal interrupts, and report its errors as QueryError."""
    try:
        with interruptible_query(con.interrupt):
            yield
    except duckdb.Error as error:
        raise QueryError(_said(error)) from error
    except OverflowError as error:
        raise QueryError(
            "a day or moment of the answer lies outside the years 1 to 9999; cast it to VARCHAR"
        ) from error


def _relation(con: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters = ()) -> duckdb.DuckDBPyRelation:
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise QueryError("the query is not a text in UTF-8") from error
    statements = con.extract_statements(sql)
    # Of several statements DuckDB would run all and show the last.
    if len(statements) > 1:
        raise QueryError(f"the query holds {len(statements)} statements; ask them one at a time")
    # Some that are no question succeed and do nothing: a temporary table, CHECKPOINT.
    for other in [statement.type.name for statement in statements if statement.type.name not in _QUESTIONS]:
        raise QueryError(f"the query is of the kind {other}; nothing can be changed here, write a SELECT")
    relation = con.sql(sql, params=parameters or None)
    if relation is None:
        raise QueryError("the query is empty; write a SELECT")
    return relation


def _readable(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The answer with a text in place of each value that only DuckDB can write as one: an interval, a map, a struct."""
    kinds = [_DUCKDB_TEXT.search(str(kind)) is not None for kind in relation.types]
    if not any(kinds):
        return relation
    columns = [
        f"#{place}::VARCHAR AS {quoted_name(name)}" if is_text else f"#{place}"
        for place, (name, is_text) in enumerate(zip(relation.columns, kinds, strict=True), 1)
    ]
    return relation.project(", ".join(columns))


def open_database(release: Path) -> duckdb.DuckDBPyConnection:
    """Open the DuckDB file of a release; a query cannot change or write anything."""
    file = release / DATABASE
    # What does not fit into memory goes there, as long as the query runs, and not beside the release.
    scratch = Path(tempfile.gettempdir()) / f"bma-projects-{uuid.uuid4().hex}"
    try:
        # Opening a pipe would wait for ever.
        check_is_file(file)
        con = duckdb.connect(
            str(file), read_only=True, config={"enable_external_access": "false", "temp_directory": str(scratch)}
        )
        con.execute("SET TimeZone = 'UTC'").complete()
        con.execute("SET lock_configuration = true").complete()
    except (OSError, duckdb.Error) as error:
        raise QueryError(f"{file}: cannot be opened ({_said(error)}); `bma-projects build` makes a new one") from error
    return con


def query(release: Path, sql: str, format_: str, output: Path | None) -> int:
    """Answer a query on standard output or into a file; returns the number of rows shown or written."""
    if format_ == "table":
        if output is not None:
            raise QueryError("--output needs --format csv, xlsx, json or parquet")
        # Imported here: the other formats do not need the library that draws tables.
        from pipeline.analyst.result_table import print_answer

        answer = ask(release, sql, most_rows=_MOST_ROWS_SHOWN)
        print_answer(answer.columns, answer.rows, is_cut=answer.is_cut)
        return len(answer.rows)
    if format_ not in FORMATS:
        raise QueryError(f"{format_!r:.40} is not a format; there are {', '.join(FORMATS)}")
    if output is not None and (output.is_dir() or not output.name):
        raise QueryError(f"{output}: cannot be written (a directory); name a file with --output")
    if output is None and (format_ == "xlsx" or (format_ == "parquet" and sys.stdout.isatty())):
        raise QueryError(f"--format {format_} needs a file; name one with --output")
    if output is not None and format_ in ("csv", "xlsx"):
        return _write_for_spreadsheets(release, sql, format_, output)
    with tempfile.TemporaryDirectory(prefix="bma-projects-") as scratch:
        file = Path(scratch) / "answer"
        n_rows = _write(release, sql, _COPY_OPTIONS[format_], file)
        if output is None:
            _pour_out(file, is_text=format_ != "parquet")
        else:
            place(file, output)
    return n_rows


def _write_for_spreadsheets(release: Path, sql: str, format_: str, output: Path) -> int:
    """Write an answer as `export` writes a table: no text acts as a formula, and Excel reads the Thai."""
    # Imported here: the other formats do not need them.
    from pipeline.analyst.spreadsheet import rows_in, write_csv
    from pipeline.analyst.workbook import SheetColumn, Workbook

    about = [f"bma-projects, release {release.name}; times are UTC.", invented_note(release) or "", *sql.splitlines()]
    try:
        with open_database(release) as con, _asking(con), written_aside(output) as partial:
            reader = _readable(_relation(con, sql)).to_arrow_reader()
            names = list(reader.schema.names)
            if format_ == "csv":
                n_rows, n_cut = write_csv(partial, names, rows_in(reader))
            else:
                with Workbook(partial) as book:
                    n_rows = book.add_table("answer", [SheetColumn(name, name) for name in names], rows_in(reader))
                    n_cut = book.cells.n_cut
                    book.add_notes(about)
    except OSError as error:
        raise QueryError(f"{output}: cannot be written ({error.strerror})") from error
    if n_cut:
        cut = counted(n_cut, "cell was", "cells were")
        sys.stderr.write(f"{cut} too long for a spreadsheet and cut; --format json keeps all of the text\n")
    return n_rows


def place(file: Path, output: Path) -> None:
    """Move a finished file to its place; a failure leaves no part of it there."""
    try:
        with written_aside(output) as partial:
            shutil.copyfile(file, partial)
    except OSError as error:
        raise QueryError(f"{output}: cannot be written ({error.strerror})") from error


def invented_note(release: Path) -> str | None:
    """The note for rows of a release with invented pages; None for a release without any."""
    answer = ask(
        release,
        """
        SELECT source_id, list(project_id ORDER BY project_id) FILTER (NOT is_invented)
        FROM projects GROUP BY source_id HAVING bool_or(is_invented) ORDER BY source_id
        """,
    )
    notes = [f"Source {source_id} is invented data{_but(real)}: do not quote it." for source_id, real in answer.rows]
    return printable(" ".join(notes)) or None


def _but(real: object) -> str:
    return f", except {', '.join(real)}" if isinstance(real, list) and real else ""


def _write(release: Path, sql: str, options: str, file: Path) -> int:
    """Write the answer with a second connection: only this one has access to the file system, and it runs no query."""
    with open_database(release) as con, duckdb.connect() as writer, _asking(con):
        writer.register("answer", _relation(con, sql).to_arrow_reader())
        written = writer.execute(f"COPY answer TO {quoted(file)} ({options})").fetchall()
    return int(written[0][0])


def _pour_out(file: Path, *, is_text: bool) -> None:
    """Copy a file to standard output; on a terminal without characters that it could read as commands."""
    if is_text and sys.stdout.isatty():
        with file.open(encoding="utf-8", errors="replace", newline="") as lines:
            for line in lines:
                sys.stdout.write(printable(line.rstrip("\r\n")) + "\n")
        return
    sys.stdout.flush()
    with file.open("rb") as content:
        shutil.copyfileobj(content, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _said(error: OSError | duckdb.Error) -> str:
    """DuckDB's message on one line, without the picture of the query."""
    return " ".join(str(error).split("\n\nLINE")[0].split())
