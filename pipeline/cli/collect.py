"""The commands that bring pages into the archive: from a site, or from files that others captured.

A command imports what it uses when it runs: help needs none of it, and a command without requests needs no HTTP.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import (
    BaseUrl,
    Concurrency,
    Config,
    DataDir,
    Ids,
    LogJson,
    Probe,
    Quiet,
    Rate,
    SourceId,
    SourceIds,
    Verbose,
    named_ids,
    settings_from,
)
from pipeline.core.errors import ExitCode, WrongUsageError
from pipeline.core.text import complain, counted, tell

if TYPE_CHECKING:
    from pipeline.publish.releases import Published
    from pipeline.run.record import RunRecord


def discover(
    data_dir: DataDir = None,
    source: SourceId = None,
    base_url: BaseUrl = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    ids: Ids = None,
    probe: Probe = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Print the projects in the archive, without a request.")
    ] = False,
    plan: Annotated[
        bool,
        typer.Option(
            "--plan", help="Print how many pages are due, why, and how many are expected to be new, not their ids."
        ),
    ] = False,
    config: Config = None,
) -> None:
    """Print which project pages exist: from the listing, a file, the archive or a range.

    Example: bma-projects discover --source bmavisions --plan
    """
    settings = settings_from(data_dir, source, config, base_url=base_url, rate=rate, concurrency=concurrency)
    from pipeline.archive.history.page_history import page_states
    from pipeline.core.settings_file import source_of
    from pipeline.fetch.discover import ids_from_archive
    from pipeline.run.discover_source import discover_source
    from pipeline.run.lifecycle import INTERRUPTED

    asked = source_of(settings)
    wanted = named_ids(settings, ids, probe)
    if archive:
        wanted = [
            *(wanted or []),
            *ids_from_archive(page_states(settings.raw_dir, asked.source_id, parsed_dir=settings.parsed_dir)),
        ]
    try:
        found = discover_source(settings, asked, wanted, makes_plan=plan, arguments=sys.argv[1:])
    except KeyboardInterrupt:
        complain(INTERRUPTED)
        raise typer.Exit(ExitCode.FAILED) from None
    if found.plan is None:
        for project_id in found.project_ids:
            tell(project_id)
    else:
        n_due, n_later = len(found.plan.due), len(found.plan.later)
        tell(f"{n_due:,} of {counted(n_due + n_later, 'page')} due")
        for reason, group in found.plan.groups().items():
            tell(f"{group.due:>8} due {group.expected_new:>8.0f} expected new {group.later:>8} later  {reason}")
    for problem in found.problems:
        complain(f"{asked.source_id}: {problem}")
    raise typer.Exit(ExitCode.FAILED if found.problems else ExitCode.DONE)


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
    """Fetch the pages that are due into the archive; build nothing.

    Example: bma-projects fetch --source bmavisions --ids ids.txt
    """
    settings = settings_from(data_dir, source, config, base_url=base_url, rate=rate, concurrency=concurrency)
    from pipeline.core.log import RunLog
    from pipeline.core.settings_file import sources_of
    from pipeline.run.lifecycle import run_stages
    from pipeline.run.refresh import fetch_sources

    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    sources = sources_of(settings)
    named = named_ids(settings, ids, probe)
    code, *_ = run_stages(
        settings,
        log,
        "fetch",
        sys.argv[1:],
        lambda record: (fetch_sources(settings, sources, record, log, named), None),
        sources=sources,
    )
    raise typer.Exit(code)


def import_(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Web archives, saved pages or extracted text; files or directories.")
    ] = None,
    data_dir: DataDir = None,
    source: SourceId = None,
    base_url: BaseUrl = None,
    captured_at: Annotated[
        str | None,
        typer.Option(
            "--captured-at",
            metavar="<time>",
            help="When files that do not say so were captured, such as 2023-05-01T08:21:00Z; without a zone it is UTC.",
        ),
    ] = None,
    undo: Annotated[
        str | None,
        typer.Option("--undo", metavar="<run>", help="Take the import of that run back; its pages stay archived."),
    ] = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Archive pages that others captured, or take an import back; then parse, build and publish.

    Example: bma-projects import saved-pages/ --source bmavisions --captured-at 2023-05-01
    """
    if (undo is None) == (not files):
        raise WrongUsageError("import takes files, or --undo with the run of the import to take back")
    if undo is not None and captured_at is not None:
        raise WrongUsageError("--captured-at goes with files, not with --undo")
    # A mistyped name is not a run: `status` would show it as the last one.
    if files and not any(map(os.path.lexists, files)):
        raise WrongUsageError(f"{files[0]}: there is no such file or directory; nothing was imported")
    settings = settings_from(data_dir, source, config, base_url=base_url)
    from pipeline.archive.withdrawal import check_withdrawable
    from pipeline.cli.summary import show_summary
    from pipeline.core.log import RunLog
    from pipeline.core.settings_file import source_of
    from pipeline.core.time import utc_now
    from pipeline.importing.capture_time import CaptureTimeError, read_time
    from pipeline.run.import_captures import import_captures, undo_import
    from pipeline.run.lifecycle import run_stages

    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    default_source = source_of(settings)
    given_at = None
    if captured_at is not None:
        try:
            given_at = read_time(captured_at, utc_now())
        except CaptureTimeError as error:
            raise WrongUsageError(f"--captured-at: {error}") from error

    def stages(record: "RunRecord") -> "tuple[ExitCode, Published | None]":
        if undo is not None:
            return undo_import(settings, undo, record, log)
        return import_captures(settings, default_source, files or [], record, log, given_at=given_at)

    if undo is not None:
        check_withdrawable(settings.raw_dir, undo)
    sources = [default_source] if undo is None else []
    code, record, published = run_stages(settings, log, "import", sys.argv[1:], stages, sources=sources)
    if published is not None and log.shows_results:
        show_summary(settings, record, published)
    raise typer.Exit(code)
