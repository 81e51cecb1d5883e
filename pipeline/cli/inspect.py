"""The commands for people, who look and tidy up: their flags; the work is in reading.py, imported when asked for."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Config, DataDir, Quiet, SourceId, settings_from
from pipeline.core.log import RunLog


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
    from pipeline.cli.reading import show as run

    raise typer.Exit(run(settings, project_id, source, version, is_raw=raw))


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help='A SELECT, such as "SELECT * FROM projects LIMIT 5".')],
    data_dir: DataDir = None,
    format_: Annotated[str, typer.Option("--format", help="table, csv, json or parquet.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", help="File to write instead of printing.")] = None,
    config: Config = None,
) -> None:
    """Ask the latest release a question in SQL; nothing can be changed by it."""
    settings = settings_from(data_dir, config=config)
    from pipeline.cli.reading import query as run

    raise typer.Exit(run(settings, sql, format_, output))


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
    from pipeline.cli.reading import export as run

    raise typer.Exit(run(settings, tables or [], format_, output, are_headings_thai=thai))


def status(
    data_dir: DataDir = None,
    json_: Annotated[bool, typer.Option("--json", help="As JSON, for a monitor.")] = False,
    config: Config = None,
    quiet: Quiet = False,
) -> None:
    """Last run, newest release and its age, failing pages, next due, disk use; exit code 1 when too old."""
    settings = settings_from(data_dir, config=config)
    from pipeline.cli.reading import status as run

    raise typer.Exit(run(settings, is_json=json_, is_quiet=quiet))


def verify(data_dir: DataDir = None, config: Config = None) -> None:
    """Read the whole archive again: digests, fetch log against WARC, torn tails; and check the latest release."""
    settings = settings_from(data_dir, config=config)
    from pipeline.cli.reading import verify as run

    raise typer.Exit(run(settings))


def releases(
    data_dir: DataDir = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to the release before the latest.")] = False,
    to: Annotated[str | None, typer.Option("--to", help="With --rollback: the release to go to.")] = None,
    config: Config = None,
) -> None:
    """List the releases, or switch `latest` back."""
    settings = settings_from(data_dir, config=config)
    from pipeline.cli.reading import releases as run

    raise typer.Exit(run(settings, goes_back=rollback, run_id=to))


def prune(
    data_dir: DataDir = None,
    keep: Annotated[int | None, typer.Option("--keep", help="Releases (and refused ones) that stay.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    config: Config = None,
    quiet: Quiet = False,
) -> None:
    """Remove old releases, refused candidates and parsed parts of an older parser; never the archive."""
    settings = settings_from(data_dir, config=config)
    from pipeline.cli.reading import prune as run

    raise typer.Exit(run(settings, RunLog(is_quiet=quiet), keep, is_rehearsal=dry_run))


def settings(config: Config = None, data_dir: DataDir = None) -> None:
    """Print every setting with its value, as a bma-projects.toml."""
    from pipeline.cli.reading import print_settings

    raise typer.Exit(print_settings(settings_from(data_dir, config=config)))
