"""The discover command: the project pages of a source, or those that are due, without visiting any."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

from pipeline.archive.recovery import recover
from pipeline.core.settings import Settings, Source
from pipeline.core.signals import orderly_interruption, raise_if_interrupted
from pipeline.core.time import utc_now
from pipeline.fetch.schedule import Plan
from pipeline.run.fetch_source import fetching, plan_visits, wanted_pages
from pipeline.run.lock import data_dir_lock
from pipeline.run.record import RUNNING, RunRecord, new_record, write_record


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
    arguments: Sequence[str] = (),
) -> Discovered:
    """Find the projects of a source under the lock; the listing read on the way is archived, with a run record.

    Args:
        settings: how to fetch, and the data directory.
        source: the source to ask.
        wanted: the projects to report; None for those of the site's listing.
        makes_plan: also make the plan for them, and for every page ever seen where the listing was read.
        arguments: the command line, for the record.

    Returns:
        The projects, the plan when one was asked for, and the problems of the listing.

    Raises:
        LockedError, DataDirError, ArchiveError, RecordError: the data directory is in use or cannot be written.
        KeyboardInterrupt: a signal came; the archive is in good order.
    """
    with data_dir_lock(settings.data_dir, "bma-projects discover"):
        recover(settings.raw_dir)
        record = new_record(settings, "discover", arguments, [source], utc_now())
        # Without a request nothing is archived, so that there is nothing to record.
        with nullcontext() if wanted is not None else _recorded(settings, record):
            try:
                with orderly_interruption():
                    found = _discover(settings, source, record.run_id, wanted, makes_plan=makes_plan)
            except KeyboardInterrupt:
                recover(settings.raw_dir)
                record.status = "interrupted"
                raise
            record.status = "failed" if found.problems else "done"
            record.problems.extend(found.problems)
            return found


@contextmanager
def _recorded(settings: Settings, record: RunRecord) -> Iterator[None]:
    """Keep the record of a run, from before it archives anything to its end."""
    name = f"{record.run_id}.json"
    write_record(settings.runs_dir, record.as_json(), name)
    try:
        yield
    finally:
        if record.status == RUNNING:
            record.status = "failed"
        record.finished_at = utc_now()
        write_record(settings.runs_dir, record.as_json(), name)


def _discover(
    settings: Settings, source: Source, run_id: str, wanted: Sequence[str] | None, *, makes_plan: bool
) -> Discovered:
    problems: Sequence[str] = ()
    listed: Sequence[str] = ()
    with fetching(settings, source, run_id) as run:
        if wanted is None:
            found = run.discover()
            raise_if_interrupted()
            listed, problems = found.project_ids, found.problems
            wanted = wanted_pages(listed, run.known) if makes_plan else listed
        plan = plan_visits(settings, source, run.known, wanted, utc_now(), listed=listed) if makes_plan else None
    return Discovered(wanted, plan, problems)
