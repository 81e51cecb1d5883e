"""What a harvest would do, without doing it, and whether its archive may be asked at all."""

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple, TypeVar

from pipeline.archive.pages import PageReader
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings, Source
from pipeline.core.signals import raise_if_interrupted
from pipeline.core.time import Clock, utc_now
from pipeline.fetch.web_archive import ArchiveHost, Asked, HarvestOverError, seconds_between
from pipeline.importing.ledger import Ledger
from pipeline.importing.web_archives import WebArchive, Window
from pipeline.run.harvest_index import Listed, list_captures
from pipeline.run.record import read_records

_Value = TypeVar("_Value")


class ArchiveRestingError(PipelineError):
    """An archive asked to be left alone, and that time has not passed."""


class HarvestPlan(NamedTuple):
    """What a harvest would do: captures in the index, those held, those to fetch, and for how long at the pace set."""

    listed: Listed
    n_held: int
    n_fetched: int
    n_index_requests: int
    seconds: float
    ended_early: str | None = None


def plan_harvest(
    settings: Settings, source: Source, archive: WebArchive, window: Window, clock: Clock = utc_now
) -> HarvestPlan:
    """Ask an archive's index alone; nothing is fetched or written.

    Raises:
        ArchiveRestingError: the archive asked to be left alone.
        KeyboardInterrupt: a signal came.
    """
    check_rest(settings, archive, clock())
    ended = None
    with ExitStack() as stack:
        host = stack.enter_context(ArchiveHost(archive.home, settings.harvest, settings.fetch, clock))
        listed = Listed()
        try:
            interruptible(lambda: list(list_captures(host.index, archive, source, window, clock(), listed)))
        except HarvestOverError as over:
            ended = str(over)
        n_requests = host.requests
    with ExitStack() as stack:
        reader = stack.enter_context(PageReader())
        ledger = Ledger(settings.raw_dir, "", reader)
        n_held, wanted = 0, set()
        for target, entry in listed.captures:
            if ledger.holds(target, entry.at, entry.digest, archive.address_of(entry)):
                n_held += 1
            elif entry.digest is None or ledger.seen_with(target, entry.digest) is None:
                wanted.add((target.project_id, entry.digest or entry.timestamp))
    seconds = len(wanted) * seconds_between(settings.harvest)[Asked.REPLAY]
    return HarvestPlan(listed, n_held, len(wanted), n_requests, seconds, ended)


def interruptible(work: Callable[[], _Value]) -> _Value:
    """What the work gives. Raises KeyboardInterrupt for a signal that an event loop heard."""
    try:
        done = work()
    except asyncio.CancelledError:
        # What the interruption cancelled has been sealed on the way here.
        raise KeyboardInterrupt from None
    raise_if_interrupted()
    return done


def check_rest(settings: Settings, archive: WebArchive, now: dt.datetime) -> None:
    """Raise ArchiveRestingError while an archive's Retry-After lasts that an earlier harvest was told."""
    for record in read_records(settings.runs_dir):
        harvest = record.get("harvest")
        if not isinstance(harvest, dict) or harvest.get("archive") != archive.name:
            continue
        until = harvest.get("not_before")
        if isinstance(until, str) and dt.datetime.fromisoformat(until) > now:
            raise ArchiveRestingError(
                f"{archive.name}: asked to be left alone until {until}; run the harvest again then"
            )
