"""First contact with a source: can it be refreshed, and what would go wrong? Nothing is published."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from parsers.page import Page
from pipeline.archive.pages import PageReader
from pipeline.archive.recovery import recover
from pipeline.archive.segments import ArchiveWriter, sealed_segments
from pipeline.archive.source_settings import about_source
from pipeline.archive.warc import Capture
from pipeline.core.settings import Settings, Source
from pipeline.core.signals import orderly_interruption
from pipeline.core.time import Clock, utc_now
from pipeline.core.worker_process import WorkerDiedError
from pipeline.fetch.outcome import capture_of
from pipeline.run.check.answers import Answer
from pipeline.run.check.asking import Tell, ask_site
from pipeline.run.check.draft import write_draft
from pipeline.run.check.listing_reading import read_listing_of
from pipeline.run.check.masking import DraftError
from pipeline.run.check.page import PageReading, read_capture_of
from pipeline.run.check.report import CheckReport
from pipeline.run.check.saved import saved_pages
from pipeline.run.check.site_reading import read_site_of
from pipeline.run.check.verdict import judge
from pipeline.run.fetch_source import fetch_settings_of, reachable
from pipeline.run.lock import data_dir_lock
from pipeline.run.record import free_run_id


def _say_nothing(sentence: str) -> None:
    """A calling program reads the report instead."""


def check_source(
    settings: Settings,
    source: Source,
    project_ids: Sequence[str] = (),
    clock: Clock = utc_now,
    draft_dir: Path | None = None,
    tell: Tell = _say_nothing,
) -> CheckReport:
    """Ask a source politely, at most ten times, under the lock; the evidence is kept under data/checks.

    Args:
        settings: how to fetch, and the data directory.
        source: the source to ask.
        project_ids: the pages to ask for, the first three; when empty, some that the listing names.
        clock: gives the time of each request.
        draft_dir: where a fixture draft of each page goes; None for none.
        tell: called with a sentence where the requests take minutes.

    Raises:
        LockedError, DataDirError, ArchiveError: the data directory is in use or cannot be written.
        KeyboardInterrupt: a signal came; the evidence is in good order.
    """
    with data_dir_lock(settings.data_dir, "bma-projects check"):
        recover(settings.checks_dir)
        try:
            with orderly_interruption():
                return _check(settings, source, project_ids, clock, draft_dir, tell)
        except KeyboardInterrupt:
            recover(settings.checks_dir)
            raise


def _check(
    settings: Settings, source: Source, project_ids: Sequence[str], clock: Clock, draft_dir: Path | None, tell: Tell
) -> CheckReport:
    now = clock()
    fetch = fetch_settings_of(settings, source)
    run_id = free_run_id(settings, now)
    about = {**about_source(source), "made-by": "check"}
    with (
        reachable(source) as reached,
        ArchiveWriter(settings.checks_dir, run_id, source.source_id, about=about) as archive,
    ):
        answers = asyncio.run(ask_site(reached, fetch, archive, project_ids, clock, tell))
    site = read_site_of(source, answers)
    listing = read_listing_of(source, fetch, answers)
    pages = tuple(map(_reading_of, answers.pages))
    verdict = judge(site, listing, pages, settings.gate)
    kept = next((one for one in sealed_segments(settings.checks_dir) if one.run_id == run_id), None)
    evidence = None if kept is None else str(kept.warc or kept.fetches)
    drafts = _drafts(draft_dir, [(capture_of(one.reply), one.page) for one in answers.pages if one.page is not None])
    return CheckReport(source.source_id, source.base_url, now, evidence, drafts, verdict, site, listing, pages)


def check_files(
    settings: Settings, paths: Sequence[Path], now: dt.datetime, draft_dir: Path | None = None
) -> CheckReport:
    """Check saved pages, in any format that `import` reads; no site is asked and nothing is kept.

    Args:
        settings: the limits for labels and values that differ from the known ones.
        paths: files of one page, or containers, whose first three project pages are read.
        now: the moment of the check, UTC.
        draft_dir: where a fixture draft of each page goes; None for none.

    Raises:
        WrongUsageError: a file cannot be read, or holds no project page.
    """
    readings: list[PageReading] = []
    read: list[tuple[Capture, Page]] = []
    with PageReader() as reader:
        for path in paths:
            for where, capture in saved_pages(path, now):
                try:
                    page = reader.read(capture).result()
                except WorkerDiedError as death:
                    readings.append(PageReading(where, None, None, "none", f"reading it {death}"))
                    continue
                readings.append(read_capture_of(capture, page, None, where))
                read.append((capture, page))
    verdict = judge(None, None, readings, settings.gate)
    return CheckReport(None, None, now, None, _drafts(draft_dir, read), verdict, None, None, tuple(readings))


def _drafts(directory: Path | None, pages: Sequence[tuple[Capture, Page]]) -> tuple[str, ...]:
    """Write a draft of each page; returns the folders, and the reason for each page that cannot be drafted."""
    if directory is None:
        return ()
    told = []
    for number, (capture, page) in enumerate(pages, 1):
        try:
            told.append(str(write_draft(directory, capture, page, number)))
        except DraftError as error:
            told.append(f"no draft of page {number}: {error}")
    return tuple(told)


def _reading_of(answer: Answer) -> PageReading:
    if answer.page is None:
        reply = answer.reply
        return PageReading(
            answer.url, answer.project_id, reply.status, "none", reply.error or "no answer", reply.trouble
        )
    return read_capture_of(capture_of(answer.reply), answer.page, answer.project_id, answer.url)
