"""Visits project pages: asks the site, tries again where that can help, writes the fetch log."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.archive.fetch_log import OF_VISITS, FetchLogRow, Outcome
from pipeline.archive.history.page_history import PageState
from pipeline.archive.page_outcome import FetchOutcome
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.warc import Capture, Headers
from pipeline.core.site_urls import project_url
from pipeline.fetch.client import Reply
from pipeline.fetch.outcome import reply_outcome, visit_row
from pipeline.fetch.schedule import SLACK, Plan, Visit, is_failure
from pipeline.fetch.site import RunOverError, Site

Progress = Callable[[FetchLogRow], None]


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """The outcomes of the pages that were due; ended_early says why a run stopped before the end of its plan.

    is_planned_end is true for an end by the settings (budget, night window), false for trouble with the site.
    wrongly_unmodified are the projects whose pages changed although the site had answered that they had not (304).
    """

    due: int
    new: int
    changed: int
    unchanged: int
    missing: int
    failed: int
    refused: int
    requests: int
    ended_early: str | None
    is_planned_end: bool = False
    wrongly_unmodified: tuple[str, ...] = ()

    @property
    def visited(self) -> int:
        """Pages that have an outcome."""
        return self.new + self.changed + self.unchanged + self.missing + self.failed + self.refused


async def visit_pages(
    site: Site,
    archive: ArchiveWriter,
    plan: Plan,
    known: Mapping[str, PageState],
    progress: Progress | None = None,
) -> CrawlSummary:
    """Visit the pages that are due, in order, with one worker for each connection that the site allows.

    Where the plan begins with a sample, the other pages are visited only if most of the sample answer.
    Raises ArchiveError when the archive cannot be written.
    """
    outcomes: Counter[str] = Counter()
    hidden: list[str] = []
    ended_early: list[RunOverError] = []

    async def store(row: FetchLogRow, capture: Capture | None) -> None:
        row = archive.append(row, capture)
        outcomes[row.outcome] += 1
        if row.project_id is not None and _was_wrongly_unmodified(row, known.get(row.project_id)):
            hidden.append(row.project_id)
        if progress is not None:
            progress(row)

    async def work(queue: Iterator[Visit]) -> None:
        # The next page is asked for before the last one is written: writing then fills the wait for the answer.
        storing: asyncio.Task[None] | None = None
        try:
            for visit in queue:
                visited = await _visit(site, archive, visit.project_id, known.get(visit.project_id))
                if storing is not None:
                    await storing
                storing = asyncio.create_task(store(*visited))
        except RunOverError as over:
            ended_early.append(over)
        finally:
            if storing is not None:
                await storing

    async def visit_all(visits: Sequence[Visit]) -> None:
        queue = iter(visits)
        workers = [asyncio.create_task(work(queue)) for _ in range(min(site.concurrency, len(visits)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    sample, others = plan.due[: plan.n_sample], plan.due[plan.n_sample :]
    await visit_all(sample)
    n_failed = sum(n for outcome, n in outcomes.items() if is_failure(outcome))
    if n_failed * 2 > len(sample):
        reason = f"the site still fails: {n_failed} of the {len(sample)} pages asked for first gave no usable answer"
        ended_early.append(RunOverError(reason, is_planned=False))
    if not ended_early:
        await visit_all(others)
    counts = {outcome.value: outcomes[outcome] for outcome in OF_VISITS}
    over = ended_early[0] if ended_early and outcomes.total() < len(plan.due) else None
    return CrawlSummary(
        due=len(plan.due),
        requests=site.requests,
        ended_early=None if over is None else str(over),
        is_planned_end=over is not None and over.is_planned,
        wrongly_unmodified=tuple(hidden),
        **counts,
    )


async def _visit(
    site: Site, archive: ArchiveWriter, project_id: str, known: PageState | None
) -> tuple[FetchLogRow, Capture | None]:
    url = project_url(site.source.base_url, project_id)

    async def read(reply: Reply) -> tuple[FetchOutcome, bool]:
        verdict = await reply_outcome(reply, project_id, known, site.reader)
        return verdict, verdict.can_heal

    conditions = _conditions(known, site.clock(), site.settings.not_modified_max_days)
    reply, verdict, attempts = await site.ask(url, read, conditions)
    return visit_row(archive, project_id, url, reply, verdict, known, attempts)


def _conditions(known: PageState | None, now: dt.datetime, max_days: float) -> Headers:
    """The headers with which the site need not send an unmodified page again; none when a whole page is due."""
    if known is None or known.content_sha256 is None or known.last_body_at is None:
        return ()
    if now - known.last_body_at + SLACK > dt.timedelta(days=max_days):
        return ()
    wanted = (("If-None-Match", known.etag), ("If-Modified-Since", known.last_modified))
    return tuple((name, value) for name, value in wanted if value is not None)


def _was_wrongly_unmodified(row: FetchLogRow, known: PageState | None) -> bool:
    """Whether a page changed while its validators stayed the same, so that the site answered "not modified"."""
    if known is None or not known.is_not_modified or row.outcome != Outcome.CHANGED:
        return False
    validators = (row.etag, row.last_modified)
    return validators == (known.etag, known.last_modified) and any(validators)
