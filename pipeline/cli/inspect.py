"""The commands that check and clean a data directory: its state, whether it is complete, what can be removed."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import BaseUrl, Config, DataDir, Ids, Quiet, SourceId, settings_from
from pipeline.core.errors import ExitCode, WrongUsageError
from pipeline.core.text import complain, counted, tell


def status(
    data_dir: DataDir = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON, for a monitor.")] = False,
    config: Config = None,
    quiet: Quiet = False,
) -> None:
    """Show last run, release, fetches, failing pages, disk use; exit code 1 when data are too old or damaged.

    Example: bma-projects status --json
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.core.time import utc_now
    from pipeline.run.status import read_status, status_json, status_lines

    now = utc_now()
    found = read_status(settings, now)
    if json_:
        sys.stdout.write(json.dumps(status_json(found), indent=1) + "\n")
    elif found.is_alarming or not quiet:
        for line in status_lines(found, now):
            tell(line)
    raise typer.Exit(ExitCode.FAILED if found.is_alarming else ExitCode.DONE)


def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Saved pages or web archives to check, instead of asking the site.")
    ] = None,
    data_dir: DataDir = None,
    source: SourceId = None,
    base_url: BaseUrl = None,
    ids: Ids = None,
    draft: Annotated[
        Path | None,
        typer.Option("--draft", metavar="<dir>", help="Directory for a fixture draft of each page, contacts masked."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="As JSON, with every value of every page.")] = False,
    config: Config = None,
) -> None:
    """Say whether a source can be refreshed, with ten requests at most; exit code 1 when not ready.

    Example: bma-projects check --source bmavisions
    """
    if files and (source, base_url, ids) != (None, None, None):
        raise WrongUsageError("check takes files, or a source to ask (--source, --base-url, --ids), not both")
    settings = settings_from(data_dir, source, config, base_url=base_url)
    from pipeline.core.settings import Source
    from pipeline.core.settings_file import source_of
    from pipeline.core.time import utc_now
    from pipeline.fetch.discover import ids_from_file
    from pipeline.run.check.advice import Verdict
    from pipeline.run.check.report import report_json, report_lines
    from pipeline.run.check.source import check_files, check_source

    try:
        if files:
            report = check_files(settings, files, utc_now(), draft)
        else:
            asked = source_of(settings)
            if base_url is not None and asked.is_invented:
                # An address without a source: it has neither the pace nor the invented pages of the sample.
                asked = Source(source_id="new", base_url=asked.base_url, connect_to=asked.connect_to)
            named = ids_from_file(ids) if ids is not None else []
            report = check_source(settings, asked, named, draft_dir=draft, tell=_note)
    except KeyboardInterrupt:
        complain("interrupted; nothing is published and the pages that came are kept; run the check again")
        raise typer.Exit(ExitCode.FAILED) from None
    if json_:
        sys.stdout.write(json.dumps(report_json(report), indent=1, ensure_ascii=False) + "\n")
    else:
        for line in report_lines(report):
            tell(line)
    is_ready = report.judgement.verdict is not Verdict.NOT_READY
    raise typer.Exit(ExitCode.DONE if is_ready else ExitCode.FAILED)


def _note(said: str) -> None:
    sys.stderr.write(f"{said}\n")


def verify(data_dir: DataDir = None, config: Config = None) -> None:
    """Read all stored data again and name what is damaged or missing: archive, parsed data, releases.

    Example: bma-projects verify
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.run.verification import verify_data

    if not settings.data_dir.is_dir():
        raise WrongUsageError(f"{settings.data_dir}: there is no such directory; name the data directory")
    found = verify_data(settings)
    for problem in found.problems:
        tell(problem)
    if found.running is not None:
        tell(f"a run is at work ({found.running}); its unfinished files are left out")
    audit = found.audit
    withdrawn = f", {counted(audit.withdrawn, 'import')} withdrawn" if audit.withdrawn else ""
    withdrawn += f", {counted(audit.given_up, 'segment')} given up as lost" if audit.given_up else ""
    tell(
        f"{counted(audit.segments, 'segment')}, {counted(audit.records, 'record')}, "
        f"{counted(audit.rows, 'fetch-log row')}{withdrawn}, {found.checked}: {counted(len(found.problems), 'problem')}"
    )
    raise typer.Exit(ExitCode.FAILED if found.problems else ExitCode.DONE)


def releases(
    data_dir: DataDir = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to the release before the latest.")] = False,
    to: Annotated[str | None, typer.Option("--to", help="With --rollback: the release to go to.")] = None,
    config: Config = None,
) -> None:
    """List the releases and their contents, or switch `latest` back.

    Example: bma-projects releases --rollback
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.publish.releases import list_releases
    from pipeline.publish.rollback import rollback as roll_back
    from pipeline.publish.rollback import withdrawn_release
    from pipeline.run.lock import data_dir_lock

    if to is not None and not rollback:
        raise WrongUsageError("--to goes with --rollback")
    if not rollback:
        from pipeline.report.release_list import release_lines

        listed = list_releases(settings.curated_dir)
        for line in release_lines(listed):
            tell(line)
        if not listed:
            tell(f"{settings.curated_dir}: no release yet; run `bma-projects refresh`")
        return
    with data_dir_lock(settings.data_dir, "bma-projects releases --rollback"):
        latest = roll_back(settings.curated_dir, to)
    tell(f"latest is {latest.run_id} now")
    withdrawn = withdrawn_release(settings.curated_dir)
    if withdrawn is not None:
        tell(
            "it stays until you accept the next release (`bma-projects build --accept REASON`) "
            f"or go back (`bma-projects releases --rollback --to {withdrawn}`)"
        )


def prune(
    data_dir: DataDir = None,
    keep: Annotated[int | None, typer.Option("--keep", help="How many releases to keep. [default: 14]")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be removed; remove nothing.")] = False,
    config: Config = None,
    quiet: Quiet = False,
) -> None:
    """Remove old and refused releases and data parsed by an older version; never the archive.

    Example: bma-projects prune --keep 3 --dry-run
    """
    settings = settings_from(data_dir, config=config)
    from pipeline.core.log import RunLog
    from pipeline.publish.prune import prunable, remove
    from pipeline.run.lock import data_dir_lock

    log = RunLog(is_quiet=quiet)
    kept = settings.build.keep_releases if keep is None else keep
    if kept < 1:
        raise WrongUsageError(f"--keep {kept}: at least one release stays")
    with data_dir_lock(settings.data_dir, "bma-projects prune"):
        paths = prunable(settings, kept)
        for path in paths:
            if not dry_run:
                remove(path)
            if log.shows_results:
                tell(f"{'would go' if dry_run else 'removed'}  {path}")
    n_pruned = counted(len(paths), "directory", "directories")
    log.info(f"{n_pruned}; data/raw is never touched" if paths else "nothing to prune")


def settings(config: Config = None, data_dir: DataDir = None) -> None:
    """Print every setting with its value, as a bma-projects.toml.

    Example: bma-projects settings
    """
    from pipeline.core.settings_toml import settings_as_toml

    for line in settings_as_toml(settings_from(data_dir, config=config)):
        tell(line)
