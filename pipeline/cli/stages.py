"""The commands of the nightly job and its stages: their flags; the work is in commands.py, imported when asked for."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import (
    Accept,
    BaseUrl,
    Cluster,
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
from pipeline.core.log import RunLog


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
    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.cli.commands import refresh as run

    raise typer.Exit(run(settings, log, ids=ids, accepted_because=accept))


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
    from pipeline.cli.commands import discover as run

    raise typer.Exit(run(settings, ids=ids, probe=probe, from_archive=archive, shows_plan=plan))


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
    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.cli.commands import fetch as run

    raise typer.Exit(run(settings, log, ids=ids, probe=probe))


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
    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.cli.commands import import_files as run

    raise typer.Exit(run(settings, log, files))


def parse(
    data_dir: DataDir = None,
    cluster: Cluster = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Parse what the archive holds and data/parsed does not have yet."""
    settings = settings_from(data_dir, config=config, cluster=cluster)
    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.cli.commands import parse as run

    raise typer.Exit(run(settings, log))


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
    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.cli.commands import build as run

    raise typer.Exit(run(settings, log, accepted_because=accept))


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
    from pipeline.cli.commands import report as run

    raise typer.Exit(run(settings, output, format_))
