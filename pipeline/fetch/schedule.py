"""Which pages are due: open projects of current years nightly, quiet and finished ones at growing intervals."""

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from pipeline.archive.fetch_log import Outcome
from pipeline.archive.page_history import PageState
from pipeline.core.settings import FetchSettings

_DAY = dt.timedelta(days=1)
_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
_NOTHING_LEFT_OUT: Mapping[str, dt.datetime] = MappingProxyType({})
_FAILURES = frozenset({Outcome.FAILED, Outcome.REFUSED})
# A nightly job does not start at the same second every night.
SLACK = dt.timedelta(hours=2)
_QUIET_SHARE = 0.25
_FINISHED_SHARE = 0.5
_BANGKOK = dt.timezone(dt.timedelta(hours=7))


class Reason(StrEnum):
    """Why a page has the revisit interval it has."""

    NEVER_SEEN = "never seen"
    OPEN = "open project of a current year"
    QUIET = "quiet for a while"
    FINISHED = "finished or of a past year"
    FAILED = "failed last time"
    MISSING = "missing last time"
    LISTED_AGAIN = "missing last time or vanished, yet listed"
    LEFT_OUT = "known, yet off the listing and not asked for since"
    UNPUBLISHED = "changed, and no release holds the change yet"
    SAMPLE = "asked first, since most pages failed last time"
    ALWAYS = "asked for by name or by the source's setting"


class ProjectFacts(NamedTuple):
    """What the last release says of a project, as far as the schedule needs it; last_seen_at is its newest sighting."""

    fiscal_year_be: int | None
    progress_pct: float | None
    is_vanished: bool = False
    last_seen_at: dt.datetime | None = None


class Visit(NamedTuple):
    """One page and when it is due."""

    project_id: str
    reason: Reason
    due_at: dt.datetime


class Plan(NamedTuple):
    """The visits of one run, the most overdue first, and the pages that are not due yet.

    Where most pages failed last time, the first n_sample visits are a sample of all: the others are for a site that
    answers again.
    """

    due: tuple[Visit, ...]
    later: tuple[Visit, ...]
    n_sample: int = 0

    def counts(self) -> dict[Reason, tuple[int, int]]:
        """(due, later) by reason, in the order of Reason."""
        due, later = Counter(visit.reason for visit in self.due), Counter(visit.reason for visit in self.later)
        return {reason: (due[reason], later[reason]) for reason in Reason if due[reason] or later[reason]}


def make_plan(
    project_ids: Iterable[str],
    known: Mapping[str, PageState],
    facts: Mapping[str, ProjectFacts],
    now: dt.datetime,
    settings: FetchSettings,
    *,
    listed: Collection[str] = frozenset(),
    left_out: Mapping[str, dt.datetime] = _NOTHING_LEFT_OUT,
    is_forced: bool = False,
) -> Plan:
    """Sort the wanted pages into due and later.

    Args:
        project_ids: the wanted projects.
        known: what the archive knows of each page.
        facts: what the last release says of each project.
        now: the time of the run, UTC.
        settings: the intervals, and the size of the sample.
        listed: the projects that the site's listing names right now.
        left_out: since when complete listings leave out a project that they named before, or never did.
        is_forced: everything is due, whenever it was last seen.
    """
    is_failing = _is_failing(known, settings.sample_pages)
    due: list[Visit] = []
    later: list[Visit] = []
    for project_id in dict.fromkeys(project_ids):
        page, interval = known.get(project_id), (Reason.ALWAYS, 0.0)
        if page is None:
            interval = Reason.NEVER_SEEN, 0.0
        elif not is_forced:
            interval = _interval(
                page,
                facts.get(project_id),
                now,
                settings,
                is_listed=project_id in listed,
                left_out_since=None if project_id in listed else left_out.get(project_id),
                is_site_failing=is_failing,
            )
        visit = _next_visit(project_id, page, interval, settings)
        (due if is_forced or visit.due_at - SLACK <= now else later).append(visit)
    due.sort(key=lambda visit: visit.due_at)
    if is_failing and not is_forced:
        return _sample_first(due, later, known, now, settings)
    return Plan(tuple(due), tuple(later))


def is_failure(outcome: str) -> bool:
    """Whether a visit gave no usable answer; that there is no such page is one."""
    return outcome in _FAILURES


def _is_failing(known: Mapping[str, PageState], n: int) -> bool:
    """Whether most of the n pages that were asked for last failed: then it is the site that fails, not its pages."""
    newest = heapq.nlargest(n, known.values(), key=lambda page: page.last_attempt_at)
    return sum(is_failure(page.last_outcome) for page in newest) * 2 > len(newest)


def _sample_first(
    due: Sequence[Visit],
    later: Sequence[Visit],
    known: Mapping[str, PageState],
    now: dt.datetime,
    settings: FetchSettings,
) -> Plan:
    """Put a sample of all pages that may be asked for now before the others: spread over their ids, others every night.

    Pages that answered last come first in both, so that those that fail for good do not end the run before them.
    """

    def failed_last(visit: Visit) -> bool:
        page = known.get(visit.project_id)
        return page is not None and is_failure(page.last_outcome)

    first = Reason.SAMPLE, 0.0
    at_once = (_next_visit(one.project_id, known.get(one.project_id), first, settings) for one in (*due, *later))
    allowed = sorted(visit for visit in at_once if visit.due_at - SLACK <= now)
    step = max(1, len(allowed) // settings.sample_pages)
    sample = sorted(allowed[now.toordinal() % step :: step][: settings.sample_pages], key=failed_last)
    names = {visit.project_id for visit in sample}
    others, waiting = ([visit for visit in visits if visit.project_id not in names] for visits in (due, later))
    return Plan((*sample, *sorted(others, key=failed_last)), tuple(waiting), len(sample))


def _next_visit(
    project_id: str, page: PageState | None, interval: tuple[Reason, float], settings: FetchSettings
) -> Visit:
    reason, days = interval
    if page is None:
        return Visit(project_id, reason, _LONG_AGO + SLACK)
    # The shortest interval must hold against the slack too: it is what makes an interrupted run go on, not over.
    shortest = dt.timedelta(hours=settings.min_revisit_hours) + SLACK
    return Visit(project_id, reason, page.last_attempt_at + max(min(days, settings.revisit_max_days) * _DAY, shortest))


def _interval(
    page: PageState,
    facts: ProjectFacts | None,
    now: dt.datetime,
    settings: FetchSettings,
    *,
    is_listed: bool,
    left_out_since: dt.datetime | None,
    is_site_failing: bool,
) -> tuple[Reason, float]:
    """Why a known page is asked for again, and after how many days."""
    nightly = settings.revisit_open_days
    if left_out_since is not None and page.last_attempt_at < left_out_since:
        return Reason.LEFT_OUT, 0.0
    if is_listed and (page.last_outcome == Outcome.MISSING or (facts is not None and facts.is_vanished)):
        # The site contradicts itself or has brought the page back; which of the two, only the page can tell.
        return Reason.LISTED_AGAIN, 0.0
    if page.last_outcome == Outcome.MISSING:
        # Two absences confirm that a page is gone; from then on it is asked for less and less often.
        return Reason.MISSING, nightly * 2.0 ** max(0, min(page.consecutive_absences - 2, 10))
    if is_failure(page.last_outcome):
        # A page backs off by itself only for failures of its own.
        return Reason.FAILED, 0.0 if is_site_failing else nightly * 2.0 ** min(page.consecutive_failures - 1, 10)
    changed_at, published_at = page.last_changed_at, facts and facts.last_seen_at
    if changed_at is not None and published_at is not None and changed_at > published_at:
        # The quality gate refused it: a second reading tells a passing fault from what the site says now.
        return Reason.UNPUBLISHED, nightly
    quiet_days = (now - (page.last_changed_at or page.last_attempt_at)) / _DAY
    if facts is None or facts.fiscal_year_be is None:
        return Reason.QUIET, max(nightly, _QUIET_SHARE * quiet_days)
    is_finished = facts.progress_pct is not None and facts.progress_pct >= 100
    if is_finished or facts.fiscal_year_be < fiscal_year_be(now) - 1:
        return Reason.FINISHED, max(settings.revisit_finished_days, _FINISHED_SHARE * quiet_days)
    return Reason.OPEN, nightly


def fiscal_year_be(now: dt.datetime) -> int:
    """The Thai fiscal year in Buddhist era: 2566 runs from 2022-10-01 to 2023-09-30."""
    local = now.astimezone(_BANGKOK)
    return local.year + 543 + (local.month >= 10)
