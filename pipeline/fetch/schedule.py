"""Which pages are due: open projects of current years nightly, quiet and finished ones at growing intervals."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from pipeline.archive.fetch_log import Outcome
from pipeline.archive.page_history import PageState
from pipeline.core.settings import FetchSettings

_DAY = dt.timedelta(days=1)
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
    LISTED_AGAIN = "missing last time, yet listed"
    ALWAYS = "asked for by name or by the source's setting"


class ProjectFacts(NamedTuple):
    """What the last release says of a project, as far as the schedule needs it."""

    fiscal_year_be: int | None
    progress_pct: float | None


class Visit(NamedTuple):
    """One page and when it is due."""

    project_id: str
    reason: Reason
    due_at: dt.datetime


class Plan(NamedTuple):
    """The visits of one run, the most overdue first, and the pages that are not due yet."""

    due: tuple[Visit, ...]
    later: tuple[Visit, ...]

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
    is_forced: bool = False,
) -> Plan:
    """Sort the wanted pages into due and later; listed are those that the site's listing names right now.

    is_forced: everything is due, whenever it was last seen.
    """
    due: list[Visit] = []
    later: list[Visit] = []
    for project_id in dict.fromkeys(project_ids):
        page, about = known.get(project_id), facts.get(project_id)
        visit = _next_visit(project_id, page, about, now, settings, is_listed=project_id in listed)
        if is_forced:
            visit = visit._replace(reason=Reason.ALWAYS)
        (due if is_forced or visit.due_at - SLACK <= now else later).append(visit)
    due.sort(key=lambda visit: visit.due_at)
    return Plan(tuple(due), tuple(later))


def _next_visit(
    project_id: str,
    page: PageState | None,
    facts: ProjectFacts | None,
    now: dt.datetime,
    settings: FetchSettings,
    *,
    is_listed: bool,
) -> Visit:
    if page is None:
        return Visit(project_id, Reason.NEVER_SEEN, dt.datetime.min.replace(tzinfo=dt.UTC) + SLACK)
    reason, days = _interval(page, facts, now, settings, is_listed=is_listed)
    interval = min(days, settings.revisit_max_days) * _DAY
    # The shortest interval must hold against the slack too: it is what makes an interrupted run go on, not over.
    interval = max(interval, dt.timedelta(hours=settings.min_revisit_hours) + SLACK)
    return Visit(project_id, reason, page.last_attempt_at + interval)


def _interval(
    page: PageState, facts: ProjectFacts | None, now: dt.datetime, settings: FetchSettings, *, is_listed: bool
) -> tuple[Reason, float]:
    nightly = settings.revisit_open_days
    if page.last_outcome == Outcome.MISSING:
        if is_listed:
            # The site contradicts itself or has brought the page back; which of the two, only the page can tell.
            return Reason.LISTED_AGAIN, 0.0
        # Two absences confirm that a page is gone; from then on it is asked for less and less often.
        return Reason.MISSING, nightly * 2.0 ** max(0, min(page.consecutive_absences - 2, 10))
    if page.last_outcome in (Outcome.FAILED, Outcome.REFUSED):
        return Reason.FAILED, nightly * 2.0 ** min(page.consecutive_failures - 1, 10)
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
