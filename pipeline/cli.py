"""Commands and flags; every command's work lives elsewhere and is imported when it is asked for."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipeline.errors import PipelineError, skip_repeated_errors
from pipeline.narrator import Narrator, printable
from pipeline.options import (
    Accept,
    BaseUrl,
    Concurrency,
    Config,
    DataDir,
    Ids,
    LogJson,
    NotifyUrl,
    OnFailure,
    Probe,
    Quiet,
    Rate,
    SourceId,
    SourceIds,
    Verbose,
    settings_from,
)

STAGES, PEOPLE = "The nightly job and its stages", "For people"

app = typer.Typer(
    name="bma-projects",
    help="The public project pages of the Bangkok Metropolitan Administration, as tables to trust and trace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(rich_help_panel=STAGES)
def refresh(
    data_dir: DataDir = None,
    source: SourceIds = None,
    base_url: BaseUrl = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    ids: Ids = None,
    accept: Accept = None,
    notify_url: NotifyUrl = None,
    on_failure: OnFailure = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """The nightly job: discover, fetch, parse, build, report, publish."""
    settings = settings_from(
        data_dir,
        source,
        config,
        base_url=base_url,
        rate=rate,
        concurrency=concurrency,
        notify_url=notify_url,
        on_failure=on_failure,
    )
    narrator = Narrator(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.commands import refresh as run

    raise typer.Exit(run(settings, narrator, ids=ids, accepted_because=accept))


@app.command(rich_help_panel=STAGES)
def discover(
    data_dir: DataDir = None,
    source: SourceId = None,
    base_url: BaseUrl = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    ids: Ids = None,
    probe: Probe = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Name the projects the archive knows; ask the site nothing.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say how many pages are due and why, instead of naming them.")
    ] = False,
    config: Config = None,
) -> None:
    """Which project pages exist: from the listing, a file, the archive or a range; prints ids, or the plan."""
    settings = settings_from(data_dir, source, config, base_url=base_url, rate=rate, concurrency=concurrency)
    from pipeline.commands import discover as run

    raise typer.Exit(run(settings, ids=ids, probe=probe, from_archive=archive, shows_plan=plan))


@app.command(rich_help_panel=STAGES)
def fetch(
    data_dir: DataDir = None,
    source: SourceIds = None,
    base_url: BaseUrl = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    ids: Ids = None,
    probe: Probe = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Fetch the pages that are due into the archive, without building anything."""
    settings = settings_from(data_dir, source, config, base_url=base_url, rate=rate, concurrency=concurrency)
    narrator = Narrator(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.commands import fetch as run

    raise typer.Exit(run(settings, narrator, ids=ids, probe=probe))


@app.command(name="import", rich_help_panel=STAGES)
def import_(
    files: Annotated[list[Path], typer.Argument(help="WARC, WET, saved HTML or extracted text; files or directories.")],
    data_dir: DataDir = None,
    source: SourceId = None,
    base_url: BaseUrl = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Archive pages that others captured, then parse, build and publish."""
    settings = settings_from(data_dir, source, config, base_url=base_url)
    narrator = Narrator(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.commands import import_files as run

    raise typer.Exit(run(settings, narrator, files))


@app.command(rich_help_panel=STAGES)
def parse(
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Parse what the archive holds and data/parsed does not have yet."""
    settings = settings_from(data_dir, config=config)
    narrator = Narrator(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.commands import parse as run

    raise typer.Exit(run(settings, narrator))


@app.command(rich_help_panel=STAGES)
def build(
    data_dir: DataDir = None,
    accept: Accept = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Build and publish a release from what is archived, without asking any site."""
    settings = settings_from(data_dir, config=config)
    narrator = Narrator(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.commands import build as run

    raise typer.Exit(run(settings, narrator, accepted_because=accept))


@app.command(rich_help_panel=STAGES)
def report(
    data_dir: DataDir = None,
    output: Annotated[Path, typer.Option("--output", help="Directory for quality.html and quality.json.")] = Path(
        "report"
    ),
    format_: Annotated[
        str, typer.Option("--format", help="html, or md for mail and chat (to standard output).")
    ] = "html",
    config: Config = None,
) -> None:
    """Write the data-quality report of the latest release once more."""
    settings = settings_from(data_dir, config=config)
    from pipeline.commands import report as run

    raise typer.Exit(run(settings, output, format_))


@app.command(rich_help_panel=PEOPLE)
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
    from pipeline.reading import show as run

    raise typer.Exit(run(settings, project_id, source, version, is_raw=raw))


@app.command(rich_help_panel=PEOPLE)
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help='A SELECT, such as "SELECT * FROM projects LIMIT 5".')],
    data_dir: DataDir = None,
    format_: Annotated[str, typer.Option("--format", help="table, csv, json or parquet.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", help="File to write instead of printing.")] = None,
    config: Config = None,
) -> None:
    """Ask the latest release a question in SQL; nothing can be changed by it."""
    settings = settings_from(data_dir, config=config)
    from pipeline.reading import query as run

    raise typer.Exit(run(settings, sql, format_, output))


@app.command(rich_help_panel=PEOPLE)
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
    from pipeline.reading import export as run

    raise typer.Exit(run(settings, tables or [], format_, output, are_headings_thai=thai))


@app.command(rich_help_panel=PEOPLE)
def status(
    data_dir: DataDir = None,
    json_: Annotated[bool, typer.Option("--json", help="As JSON, for a monitor.")] = False,
    config: Config = None,
    quiet: Quiet = False,
) -> None:
    """Last run, newest release and its age, failing pages, next due, disk use; exit code 1 when too old."""
    settings = settings_from(data_dir, config=config)
    from pipeline.reading import status as run

    raise typer.Exit(run(settings, is_json=json_, is_quiet=quiet))


@app.command(rich_help_panel=PEOPLE)
def verify(data_dir: DataDir = None, config: Config = None) -> None:
    """Read the whole archive again: digests, fetch log against WARC, torn tails; and check the latest release."""
    settings = settings_from(data_dir, config=config)
    from pipeline.reading import verify as run

    raise typer.Exit(run(settings))


@app.command(rich_help_panel=PEOPLE)
def releases(
    data_dir: DataDir = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to the release before the latest.")] = False,
    to: Annotated[str | None, typer.Option("--to", help="With --rollback: the release to go to.")] = None,
    config: Config = None,
) -> None:
    """List the releases, or switch `latest` back."""
    settings = settings_from(data_dir, config=config)
    from pipeline.reading import releases as run

    raise typer.Exit(run(settings, goes_back=rollback, run_id=to))


@app.command(rich_help_panel=PEOPLE)
def prune(
    data_dir: DataDir = None,
    keep: Annotated[int | None, typer.Option("--keep", help="Releases (and refused ones) that stay.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    config: Config = None,
    quiet: Quiet = False,
) -> None:
    """Remove old releases, refused candidates and parsed parts of an older parser; never the archive."""
    settings = settings_from(data_dir, config=config)
    from pipeline.reading import prune as run

    raise typer.Exit(run(settings, Narrator(is_quiet=quiet), keep, is_rehearsal=dry_run))


@app.command(rich_help_panel=PEOPLE)
def settings(config: Config = None, data_dir: DataDir = None) -> None:
    """Print every setting with its value, as a bma-projects.toml."""
    from pipeline.reading import print_settings

    raise typer.Exit(print_settings(settings_from(data_dir, config=config)))


def _fail(message: str, code: int) -> NoReturn:
    print(f"bma-projects: {printable(message)}", file=sys.stderr)  # noqa: T201
    raise SystemExit(code)


def main(run: Callable[[], object] = app) -> None:
    """Run the command line; expected trouble is one line and an exit code, never a trace."""
    sys.unraisablehook = skip_repeated_errors
    try:
        run()
    except PipelineError as error:
        _fail(str(error), error.exit_code)
