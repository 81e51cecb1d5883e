"""The command that harvests web archives: reads its flags, asks, and prints the result."""

import datetime as dt
import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Config, DataDir, LogJson, Quiet, SourceId, Verbose, settings_from
from pipeline.core.errors import ExitCode, WrongUsageError
from pipeline.core.text import complain, counted, tell

if TYPE_CHECKING:
    from pipeline.importing.web_archives import Window
    from pipeline.run.harvest_plan import HarvestPlan

# The web is not older than this.
_FIRST = dt.datetime(1995, 1, 1, tzinfo=dt.UTC)
_BE_OFFSET, _FIRST_YEAR_BE = 543, 2400


def harvest(
    data_dir: DataDir = None,
    source: SourceId = None,
    archive: Annotated[
        str | None,
        typer.Option("--archive", help="wayback, commoncrawl, or the address of a pywb collection."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="<month>", help="First month to request, such as 2023-01.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="<month>", help="Last month to request, such as 2024-12.")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Ask only the index: how many captures, from when to when, how long.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Request captures again that earlier harvests refused."),
    ] = False,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Archive the captures that a web archive has of a source's project pages; then parse, build and publish.

    Example: bma-projects harvest --source bs2568 --archive wayback --from 2023-01 --plan
    """
    settings = settings_from(data_dir, source, config, archive=archive)
    from pipeline.cli.summary import show_summary
    from pipeline.core.log import RunLog
    from pipeline.core.settings_file import source_of
    from pipeline.core.time import utc_now
    from pipeline.importing.web_archives import COMMON_CRAWL, WAYBACK, web_archive
    from pipeline.run.harvest_captures import harvest_captures
    from pipeline.run.harvest_plan import plan_harvest
    from pipeline.run.lifecycle import INTERRUPTED, run_stages

    log = RunLog(is_quiet=quiet, is_json=log_json, is_verbose=verbose)
    asked, named = source_of(settings), web_archive(settings.harvest.archive)
    if asked.is_invented and settings.harvest.archive in (WAYBACK, COMMON_CRAWL):
        real = ", ".join(known.source_id for known in settings.sources.values() if not known.is_invented)
        raise WrongUsageError(
            f"source {asked.source_id} is invented and in no web archive; --source names a real one: {real}"
        )
    window = _window(from_, to, utc_now())
    if plan:
        try:
            planned = plan_harvest(settings, asked, named, window, asks_again=again)
        except KeyboardInterrupt:
            complain(INTERRUPTED)
            raise typer.Exit(ExitCode.FAILED) from None
        _show_plan(planned, settings.harvest.max_requests)
        raise typer.Exit(ExitCode.FAILED if planned.listed.problems or planned.ended_early else ExitCode.DONE)

    code, record, published = run_stages(
        settings,
        log,
        "harvest",
        sys.argv[1:],
        lambda record: harvest_captures(settings, asked, named, window, record, log, asks_again=again),
        sources=[asked],
    )
    if published is not None and log.shows_results:
        show_summary(settings, record, published)
    raise typer.Exit(code)


def _window(first: str | None, last: str | None, now: dt.datetime) -> "Window":
    from pipeline.importing.web_archives import Window

    begins = _FIRST if first is None else max(_FIRST, _month("--from", first))
    ends = now if last is None else _month("--to", last)
    if last is not None:
        ends = (ends + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(seconds=1)
    if ends < begins:
        raise WrongUsageError(f"--from {begins:%Y-%m} lies behind --to {last or 'now'}")
    return Window(begins, min(ends, now))


def _month(flag: str, written: str) -> dt.datetime:
    try:
        if not re.fullmatch(r"\d{4}-\d\d", written):
            raise ValueError(written)
        month = dt.datetime.strptime(written, "%Y-%m").replace(tzinfo=dt.UTC)
    except ValueError:
        raise WrongUsageError(f"{flag} {written!r:.40}: write a month as 2023-01, in years CE") from None
    if month.year >= _FIRST_YEAR_BE:
        raise WrongUsageError(f"{flag} {written}: write the year CE, {month.year - _BE_OFFSET}-{written[5:]}")
    return month


def _show_plan(plan: "HarvestPlan", budget: int) -> None:
    captures = plan.listed.captures
    trouble = [*plan.listed.problems, *([plan.ended_early] if plan.ended_early else [])]
    # An index that did not answer is not an empty index.
    if captures or not trouble:
        _tell_counts(plan, budget)
    for problem in (*plan.listed.notes, *trouble):
        complain(problem)


def _tell_counts(plan: "HarvestPlan", budget: int) -> None:
    captures = plan.listed.captures
    projects = counted(len({target.project_id for target, _ in captures}), "project")
    tell(f"{counted(len(captures), 'capture')} of {projects} in the index")
    if captures:
        times = [entry.at for _, entry in captures]
        tell(f"from {min(times):%Y-%m-%d} to {max(times):%Y-%m-%d}")
    n_same = len(captures) - plan.n_held - plan.n_refused_before - plan.n_fetched
    if plan.n_refused_before:
        tell(f"{counted(plan.n_refused_before, 'was', 'were')} refused before; --again asks again")
    held, fetched = (counted(count, "is", "are") for count in (plan.n_held, plan.n_fetched))
    tell(f"{held} held already, {fetched} to be fetched, {counted(n_same, 'has', 'have')} the content of another")
    for status, count in sorted(plan.listed.left_out.items()):
        tell(f"{counted(count, f'of HTTP {status} is', f'of HTTP {status} are')} left out")
    minutes, seconds = divmod(round(plan.seconds), 60)
    requests = counted(budget, "request")
    runs = f", {counted(plan.n_runs, 'run')} of {requests}" if budget and plan.n_runs is not None else ""
    if plan.n_runs is None:
        runs = f", and more than the {requests} of a run for the index alone: raise harvest.max_requests"
    tell(f"this takes at least {minutes // 60} h {minutes % 60} min {seconds} s{runs}")
