"""The commands of the nightly job and its stages: each reads its flags, runs the stages and says how they went.

What a command works with is imported when it runs: help needs none of it, and what asks no site needs no HTTP.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from pipeline.core.errors import ExitCode, WrongUsageError
from pipeline.core.log import RunLog, tell
from pipeline.core.text import printable

if TYPE_CHECKING:
    from pipeline.core.settings import Settings
    from pipeline.publish.releases import Published
    from pipeline.run.record import RunRecord


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
    from pipeline.cli.summary import show_summary
    from pipeline.run.refresh import refresh as run

    project_ids = _named_ids(settings, ids, None)
    code, record, published = run(settings, log, sys.argv[1:], project_ids=project_ids, accepted_because=accept)
    if log.shows_results:
        show_summary(settings, record, published)
    raise typer.Exit(code)


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
    from pipeline.archive.page_history import page_states
    from pipeline.core.settings_file import source_of
    from pipeline.fetch.discover import ids_from_archive
    from pipeline.run.discover_source import discover_source
    from pipeline.run.lifecycle import INTERRUPTED

    asked = source_of(settings)
    wanted = _named_ids(settings, ids, probe)
    if archive:
        wanted = [*(wanted or []), *ids_from_archive(page_states(settings.raw_dir, asked.source_id))]
    try:
        found = discover_source(settings, asked, wanted, makes_plan=plan)
    except KeyboardInterrupt:
        sys.stderr.write(f"{INTERRUPTED}\n")
        raise typer.Exit(ExitCode.FAILED) from None
    if found.plan is None:
        for project_id in found.project_ids:
            tell(project_id)
    else:
        n_due, n_later = len(found.plan.due), len(found.plan.later)
        tell(f"{n_due} of {n_due + n_later} pages are due")
        for reason, (due, later) in found.plan.counts().items():
            tell(f"{due:>8} due {later:>8} later  {reason}")
    for problem in found.problems:
        sys.stderr.write(f"{asked.source_id}: {printable(problem)}\n")
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
    """Fetch the pages that are due into the archive, without building anything."""
    settings = settings_from(data_dir, source, config, base_url=base_url, rate=rate, concurrency=concurrency)
    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.core.settings_file import sources_of
    from pipeline.run.lifecycle import run_stages
    from pipeline.run.refresh import fetch_sources

    sources = sources_of(settings)
    named = _named_ids(settings, ids, probe)
    code, _ = run_stages(
        settings,
        log,
        "fetch",
        sys.argv[1:],
        lambda record: fetch_sources(settings, sources, record, log, named),
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
        typer.Option(
            "--undo", metavar="<run>", help="Take the import of that run back; what it brought stays archived."
        ),
    ] = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Archive pages that others captured, or take an import back; then parse, build and publish."""
    if (undo is None) == (not files):
        raise WrongUsageError("import takes files, or --undo with the run whose import is to be taken back")
    if undo is not None and captured_at is not None:
        raise WrongUsageError("--captured-at goes with files, not with --undo")
    settings = settings_from(data_dir, source, config, base_url=base_url)
    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    from pipeline.archive.withdrawal import check_withdrawable
    from pipeline.cli.summary import show_summary
    from pipeline.core.settings_file import source_of
    from pipeline.core.time import utc_now
    from pipeline.importing.capture_time import CaptureTimeError, read_time
    from pipeline.run.import_captures import import_captures, undo_import
    from pipeline.run.lifecycle import run_stages

    default_source = source_of(settings)
    given_at = None
    if captured_at is not None:
        try:
            given_at = read_time(captured_at, utc_now())
        except CaptureTimeError as error:
            raise WrongUsageError(f"--captured-at: {error}") from error

    releases: list[Published | None] = []

    def stages(record: "RunRecord") -> ExitCode:
        if undo is not None:
            code, published = undo_import(settings, undo, record, log)
        else:
            code, published = import_captures(settings, default_source, files or [], record, log, given_at=given_at)
        releases.append(published)
        return code

    if undo is not None:
        check_withdrawable(settings.raw_dir, undo)
    sources = [default_source] if undo is None else []
    code, record = run_stages(settings, log, "import", sys.argv[1:], stages, sources=sources)
    for published in releases:
        if published is not None and log.shows_results:
            show_summary(settings, record, published)
    raise typer.Exit(code)


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
    from pipeline.run.build_release import parse_archive
    from pipeline.run.lifecycle import run_stages

    def stages(record: "RunRecord") -> ExitCode:
        parse_archive(settings, record, log)
        return ExitCode.DONE

    code, _ = run_stages(settings, log, "parse", sys.argv[1:], stages)
    raise typer.Exit(code)


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
    from pipeline.run.lifecycle import run_stages
    from pipeline.run.refresh import code_of, release_archive

    code, _ = run_stages(
        settings,
        log,
        "build",
        sys.argv[1:],
        lambda record: code_of(release_archive(settings, record, log, accepted_because=accept)),
    )
    raise typer.Exit(code)


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
    from pipeline.publish.releases import check_release, latest_release
    from pipeline.report.quality_page import report_markdown, write_report_of

    if format_ not in ("html", "md"):
        raise WrongUsageError(f"{format_!r:.60}: no such format; there are html, md")
    release = latest_release(settings.curated_dir).path
    check_release(release)
    if format_ == "md":
        sys.stdout.write(report_markdown(release))
        return
    write_report_of(release, output)
    tell(str(output / "quality.html"))


def _named_ids(settings: "Settings", ids: str | None, probe: str | None) -> list[str] | None:
    """The ids named by --ids and --probe; None when neither was given."""
    if ids is None and probe is None:
        return None
    from pipeline.archive.page_history import page_states
    from pipeline.core.settings_file import source_of
    from pipeline.fetch.discover import ids_from_file, ids_from_range

    named = ids_from_file(ids) if ids is not None else []
    if probe is not None:
        named += ids_from_range(probe, page_states(settings.raw_dir, source_of(settings).source_id))
    return named
