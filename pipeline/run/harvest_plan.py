"""The plan of a harvest without requests for captures, and the check whether its archive accepts requests now."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from pipeline.archive.pages import PageReader
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings, Source
from pipeline.core.signals import orderly_interruption, raise_if_interrupted
from pipeline.core.time import Clock, utc_now
from pipeline.fetch.archive_host import ArchiveHost, Asked, HarvestOverError, seconds_between
from pipeline.importing.addresses import Target
from pipeline.importing.cdx_index import Entry
from pipeline.importing.ledger import Ledger
from pipeline.importing.web_archives import WebArchive, Window
from pipeline.run.harvest_index import Listed, list_captures
from pipeline.run.lock import data_dir_lock
from pipeline.run.record import new_record, read_records, write_record


class ArchiveRestingError(PipelineError):
    """An archive asked to be left alone, and that time has not passed."""


class HarvestPlan(NamedTuple):
    """The plan of a harvest: captures in the index, captures held, refused before and to fetch, and the time it takes.

    n_runs is the number of runs that the budget requires; None if the budget is too small for the index alone.
    """

    listed: Listed
    n_held: int
    n_refused_before: int
    n_fetched: int
    n_runs: int | None
    seconds: float
    ended_early: str | None = None


def plan_harvest(
    settings: Settings,
    source: Source,
    archive: WebArchive,
    window: Window,
    clock: Clock = utc_now,
    *,
    asks_again: bool = False,
) -> HarvestPlan:
    """Ask only an archive's index; nothing is fetched, and nothing is stored except that the archive asked for a pause.

    The data directory is locked meanwhile, so that no harvest asks the same archive at the same time.

    Raises:
        LockedError: a run holds the data directory.
        DataDirError: the data directory cannot be used.
        ArchiveRestingError: the archive asked to be left alone.
        RecordError: what the archive asks for cannot be written down.
        KeyboardInterrupt: a signal came.
    """
    with data_dir_lock(settings.data_dir, "bma-projects harvest --plan"), orderly_interruption():
        return _plan(settings, source, archive, window, clock, asks_again=asks_again)


def _plan(
    settings: Settings, source: Source, archive: WebArchive, window: Window, clock: Clock, *, asks_again: bool
) -> HarvestPlan:
    check_rest(settings, archive, clock())
    ended = None
    listed = Listed()
    with ArchiveHost(archive.home, settings.harvest, settings.fetch, clock) as host:
        try:
            for _ in list_captures(host.index, archive, source, window, clock(), listed):
                raise_if_interrupted()
        except HarvestOverError as over:
            ended = f"{over}; {over.advice}" if over.not_before is None else str(over)
            if over.not_before is not None:
                _note_rest(settings, source, archive, over, clock())
        n_requests = host.requests
    counts: Counter[str] = Counter()
    wanted = set()
    with PageReader() as reader:
        ledger = Ledger(settings.raw_dir, "", reader)
        for target, entry in listed.captures:
            if known := known_as(ledger, archive, target, entry, asks_again=asks_again):
                counts[known] += 1
            elif entry.digest is None or ledger.seen_with(target, entry.digest) is None:
                # Equal contents are requested once, also if they belong to several projects.
                wanted.add(archive.address_of(entry) if entry.digest is None else entry.digest)
    pace = seconds_between(settings.harvest)
    n_runs = _runs(len(wanted), n_requests, settings.harvest.max_requests)
    seconds = len(wanted) * pace[Asked.REPLAY] + (n_runs or 1) * n_requests * pace[Asked.INDEX]
    return HarvestPlan(listed, counts["known"], counts["refused_before"], len(wanted), n_runs, seconds, ended)


def known_as(ledger: Ledger, archive: WebArchive, target: Target, entry: Entry, *, asks_again: bool) -> str | None:
    """The count of a capture that is not requested, because it is held or was refused; None if it is requested."""
    address = archive.address_of(entry)
    if ledger.holds(target, entry.at, entry.digest, address):
        return "known"
    return "refused_before" if not asks_again and ledger.has_refused(target, address) else None


def _runs(n_fetched: int, n_index_requests: int, budget: int) -> int | None:
    """The number of runs, each of which asks the index again."""
    if not budget or n_fetched + n_index_requests <= budget:
        return 1
    return -(-n_fetched // (budget - n_index_requests)) if n_index_requests < budget else None


def _note_rest(
    settings: Settings, source: Source, archive: WebArchive, over: HarvestOverError, now: dt.datetime
) -> None:
    record = new_record(settings, "harvest", ["harvest", "--plan"], [source], now)
    record.status, record.finished_at, record.ended_early = "failed", now, f"{source.source_id}: {over}"
    record.harvest = {
        "archive": archive.name,
        "source_id": source.source_id,
        "not_before": None if over.not_before is None else over.not_before.isoformat(),
    }
    write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")


def check_rest(settings: Settings, archive: WebArchive, now: dt.datetime) -> None:
    """Raise ArchiveRestingError until the time of the Retry-After that the archive sent to an earlier harvest."""
    for record in read_records(settings.runs_dir):
        harvest = record.get("harvest")
        if not isinstance(harvest, dict) or harvest.get("archive") != archive.name:
            continue
        until = harvest.get("not_before")
        if isinstance(until, str) and dt.datetime.fromisoformat(until) > now:
            raise ArchiveRestingError(
                f"{archive.name}: asked to be left alone until {until}; run the harvest again then"
            )
