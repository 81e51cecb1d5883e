"""The commands that answer questions from the latest release: one project, SQL, spreadsheets."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Config, DataDir, SourceId, settings_from
from pipeline.core.errors import PipelineError
from pipeline.core.log import tell
from pipeline.core.text import printable


def show(
    project_id: Annotated[str, typer.Argument(help="Project code, such as 50490000-3607.")],
    data_dir: DataDir = None,
    source: SourceId = None,
    version: Annotated[int | None, typer.Option("--version", help="Number of an earlier version of the page.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Print the archived page itself.")] = False,
    config: Config = None,
) -> None:
    """One project: fields, months, progress, issues, versions, and where every value comes from."""
    settings = settings_from(data_dir, config=config)
    from pipeline.analyst.project import read_project_detail
    from pipeline.analyst.project_view import pour_out
    from pipeline.analyst.project_view import show as print_detail
    from pipeline.publish.releases import damage_told, latest_release

    release = latest_release(settings.curated_dir).path
    with damage_told(release):
        detail = read_project_detail(release, settings.raw_dir, project_id, source_id=source, version_no=version)
    (pour_out if raw else print_detail)(detail, settings.raw_dir)


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help='A SELECT, such as "SELECT * FROM projects LIMIT 5".')],
    data_dir: DataDir = None,
    format_: Annotated[str, typer.Option("--format", help="table, csv, json or parquet.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", help="File to write instead of printing.")] = None,
    config: Config = None,
) -> None:
    """Ask the latest release a question in SQL; nothing can be changed by it."""
    settings = settings_from(data_dir, config=config)
    from pipeline.analyst.query import invented_note
    from pipeline.analyst.query import query as answer
    from pipeline.core.signals import orderly_interruption, raise_if_interrupted
    from pipeline.publish.releases import damage_told, latest_release

    release = latest_release(settings.curated_dir).path
    with orderly_interruption():
        try:
            with damage_told(release):
                n_rows = answer(release, sql, format_, output)
                note = invented_note(release)
        except (PipelineError, RuntimeError):
            # DuckDB says one or the other of a query that was interrupted.
            raise_if_interrupted()
            raise
    _tell_invented(note)
    if output is not None:
        sys.stderr.write(f"{n_rows:,} rows in {printable(str(output))}\n")


def export(
    tables: Annotated[list[str] | None, typer.Argument(help="Tables or views; all tables when none is named.")] = None,
    data_dir: DataDir = None,
    format_: Annotated[str, typer.Option("--format", help="csv (for Excel, one file a table) or xlsx.")] = "csv",
    output: Annotated[Path, typer.Option("--output", help="Directory for the files.")] = Path("export"),
    thai: Annotated[bool, typer.Option("--thai", help="Thai headings, as on the pages.")] = False,
    config: Config = None,
) -> None:
    """Write tables for spreadsheets: safe from formulas, Thai readable in Excel."""
    settings = settings_from(data_dir, config=config)
    from pipeline.analyst.export import export as write
    from pipeline.analyst.query import invented_note
    from pipeline.publish.releases import damage_told, latest_release

    release = latest_release(settings.curated_dir).path
    with damage_told(release):
        exported = write(release, output, tables or [], format_, are_headings_thai=thai)
        note = invented_note(release)
    for file in exported.files:
        tell(str(file))
    n_rows = sum(exported.rows.values())
    tell(f"{n_rows:,} rows of {len(exported.rows)} tables; {exported.cut_cells} cells were too long and cut")
    _tell_invented(note)


def _tell_invented(note: str | None) -> None:
    if note is not None:
        sys.stderr.write(f"{note}\n")
