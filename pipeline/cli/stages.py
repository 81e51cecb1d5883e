"""The nightly job, and its stages that work on the archive: parse, build, report.

A command imports what it uses when it runs: help needs none of it, and a command without requests needs no HTTP.
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
    Quiet,
    Rate,
    SourceIds,
    Verbose,
    named_ids,
    settings_from,
)
from pipeline.core.errors import ExitCode, WrongUsageError
from pipeline.core.text import tell

if TYPE_CHECKING:
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
    """Do the nightly job: discover, fetch, parse, build, report, publish.

    Example: bma-projects refresh --source bmavisions --quiet
    """
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
    from pipeline.cli.summary import show_summary
    from pipeline.core.log import RunLog
    from pipeline.run.refresh import refresh as run

    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    project_ids = named_ids(settings, ids, None)
    code, record, published = run(settings, log, sys.argv[1:], project_ids=project_ids, accepted_because=accept)
    if log.shows_results:
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
    """Parse the archived pages that are not parsed yet.

    Example: bma-projects parse --verbose
    """
    settings = settings_from(data_dir, config=config, cluster=cluster)
    from pipeline.core.log import RunLog
    from pipeline.run.build_release import parse_archive
    from pipeline.run.lifecycle import run_stages

    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)

    def stages(record: "RunRecord") -> tuple[ExitCode, None]:
        parse_archive(settings, record, log)
        return ExitCode.DONE, None

    code, *_ = run_stages(settings, log, "parse", sys.argv[1:], stages)
    raise typer.Exit(code)


def build(
    data_dir: DataDir = None,
    accept: Accept = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Build and publish a release from the archive, without a request to any site.

    Example: bma-projects build --accept "the site has a new layout"
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.core.log import RunLog
    from pipeline.run.lifecycle import run_stages
    from pipeline.run.refresh import code_of, release_archive

    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)

    def stages(record: "RunRecord") -> "tuple[ExitCode, Published | None]":
        published = release_archive(settings, record, log, accepted_because=accept)
        return code_of(published), published

    code, *_ = run_stages(settings, log, "build", sys.argv[1:], stages)
    raise typer.Exit(code)


def report(
    data_dir: DataDir = None,
    output: Annotated[Path, typer.Option("--output", help="Directory for the pages and quality.json.")] = Path(
        "report"
    ),
    format_: Annotated[
        str, typer.Option("--format", help="html, or md for mail and chat (to standard output).")
    ] = "html",
    config: Config = None,
) -> None:
    """Write the data-quality report and the explorer page of the latest release again.

    Example: bma-projects report --format md
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.publish.releases import check_release, latest_release
    from pipeline.report.quality_page import report_markdown, write_report_of
    from pipeline.report.work_list import read_work_list

    if format_ not in ("html", "md"):
        raise WrongUsageError(f"{format_!r:.60}: no such format; there are html, md")
    release = latest_release(settings.curated_dir).path
    check_release(release)
    if format_ == "md":
        sys.stdout.write(report_markdown(release))
        return
    work_list = read_work_list(settings.work_list_file)
    for problem in work_list.problems:
        tell(problem.en)
    write_report_of(release, output, work_list)
    tell(str(output / "quality.html"))
    tell(str(output / "explorer.html"))
