"""The discover command: the project pages of a source, or those that are due, without visiting any."""

from asyncio import CancelledError
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from pipeline.archive.recovery import recover
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.source_settings import about_source
from pipeline.core.settings import Settings, Source
from pipeline.core.signals import orderly_interruption, raise_if_interrupted
from pipeline.core.time import utc_now
from pipeline.fetch.fetch_run import FetchRun
from pipeline.fetch.schedule import Plan
from pipeline.run.fetch_source import fetch_settings_of, plan_visits, wanted_pages, with_sample_server
from pipeline.run.lock import data_dir_lock
from pipeline.run.record import free_run_id


class Discovered(NamedTuple):
    """The projects found, the plan when it was requested, and why the listing may be incomplete."""

    project_ids: Sequence[str]
    plan: Plan | None
    problems: Sequence[str]


def discover_source(
    settings: Settings,
    source: Source,
    wanted: Sequence[str] | None = None,
    *,
    makes_plan: bool = False,
) -> Discovered:
    """Find the projects of a source under the lock; the listing read on the way is archived.

    Args:
        settings: how to fetch, and the data directory.
        source: the source to ask.
        wanted: the projects to report; None for those of the site's listing.
        makes_plan: also make the plan for them, and for every page ever seen where the listing was read.

    Returns:
        The projects, the plan when one was asked for, and the problems of the listing.

    Raises:
        LockedError, DataDirError, ArchiveError: the data directory is in use or cannot be written.
        KeyboardInterrupt: a signal came; the archive is in good order.
    """
    with data_dir_lock(settings.data_dir, "bma-projects discover"):
        recover(settings.raw_dir)
        try:
            with orderly_interruption():
                return _discover(settings, source, wanted, makes_plan=makes_plan)
        except (KeyboardInterrupt, CancelledError):
            recover(settings.raw_dir)
            raise KeyboardInterrupt from None


def _discover(settings: Settings, source: Source, wanted: Sequence[str] | None, *, makes_plan: bool) -> Discovered:
    run_id = free_run_id(settings, utc_now())
    problems: Sequence[str] = ()
    listed: Sequence[str] = ()
    with ExitStack() as stack:
        source = with_sample_server(source, stack)
        about = {**about_source(source), "made-by": "fetch"}
        archive = stack.enter_context(ArchiveWriter(settings.raw_dir, run_id, source.source_id, about=about))
        run = stack.enter_context(
            FetchRun(
                source,
                fetch_settings_of(settings, source),
                archive,
                settings.raw_dir,
                parsed_dir=settings.parsed_dir,
            )
        )
        if wanted is None:
            found = run.discover()
            raise_if_interrupted()
            listed, problems = found.project_ids, found.problems
            wanted = wanted_pages(listed, run.known) if makes_plan else listed
        plan = plan_visits(settings, source, run.known, wanted, utc_now(), listed=listed) if makes_plan else None
    return Discovered(wanted, plan, problems)
