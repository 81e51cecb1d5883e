"""Which pages are due: each at a pace of its own, by how often it is edited, and at once where something says so."""

import datetime as dt
import heapq
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from pipeline.archive.fetch_log import Outcome
from pipeline.archive.history.page_history import PageState
from pipeline.core.settings import FetchSettings
from pipeline.core.thai_time import BANGKOK
from pipeline.fetch.edit_rate import Watched, chance_of_edit, days_between_visits, edits_a_day

_DAY = dt.timedelta(days=1)
_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
_NOTHING_SAID: Mapping[str, dt.datetime] = MappingProxyType({})
_FAILURES = frozenset({Outcome.FAILED, Outcome.REFUSED})
# A nightly job does not start at exactly the same time every night.
SLACK = dt.timedelta(hours=2)
# When a page is asked for again whose answer was no answer.
_NEXT_NIGHT = 1.0


class Reason(StrEnum):
    """Why a page has the revisit interval it has."""

    NEVER_SEEN = "never seen"
    SHOWN = "the listing shows another value than at its last visit"
    OPEN = "open project of a current year, as often as it is edited"
    UNREAD = "not in a release yet, as often as it is edited"
    FINISHED = "finished or of a past year, the more rarely the longer it is quiet"
    FAILED = "failed last time"
    MISSING = "missing last time"
    LISTED_AGAIN = "missing last time or vanished, yet listed"
    LEFT_OUT = "known, yet off the listing and not asked for since"
    UNPUBLISHED = "changed, and no release holds the change yet"
    SAMPLE = "asked first, since most pages failed last time"
    ALWAYS = "asked for by name or by the source's setting"


class ProjectFacts(NamedTuple):
    """The facts of a project in the last release that the schedule needs; last_seen_at is its newest sighting."""

    fiscal_year_be: int | None
    progress_pct: float | None
    is_vanished: bool = False
    last_seen_at: dt.datetime | None = None


# Where a visit will bring something new whatever the page did before.
_CERTAIN = frozenset({Reason.NEVER_SEEN, Reason.SHOWN, Reason.LISTED_AGAIN})


class Visit(NamedTuple):
    """One page and when it is due.

    urgency is the time since the last visit as a share of the one that the page may be left for, infinite where it may
    be left no longer; chance_new the chance that a visit now brings something new.
    """

    project_id: str
    reason: Reason
    due_at: dt.datetime
    urgency: float = math.inf
    chance_new: float = 1.0


class Group(NamedTuple):
    """How many pages with one reason are due and are not, and how many of the due ones are expected to be new."""

    due: int
    later: int
    expected_new: float


class Plan(NamedTuple):
    """The visits of one run, the most urgent first, and the pages that are not due yet.

    Where most pages failed last time, the first n_sample visits are a sample of all pages; the others follow only if
    the site answers again.
    """

    due: tuple[Visit, ...]
    later: tuple[Visit, ...]
    n_sample: int = 0

    def groups(self) -> dict[Reason, Group]:
        """The pages by reason, in the order of Reason."""
        groups = {}
        for reason in Reason:
            chances = [visit.chance_new for visit in self.due if visit.reason == reason]
            n_later = sum(visit.reason == reason for visit in self.later)
            if chances or n_later:
                groups[reason] = Group(len(chances), n_later, math.fsum(chances))
        return groups


def make_plan(
    project_ids: Iterable[str],
    known: Mapping[str, PageState],
    facts: Mapping[str, ProjectFacts],
    now: dt.datetime,
    settings: FetchSettings,
    *,
    listed: Collection[str] = frozenset(),
    left_out: Mapping[str, dt.datetime] = _NOTHING_SAID,
    shown_since: Mapping[str, dt.datetime] = _NOTHING_SAID,
    is_forced: bool = False,
) -> Plan:
    """Sort the wanted pages into due and later.

    Args:
        project_ids: the wanted projects.
        known: the state of each page by the archive.
        facts: the facts of each project in the last release.
        now: the time of the run, UTC.
        settings: the intervals, and the size of the sample.
        listed: the projects that the site's listing names right now.
        left_out: since when complete listings leave out a project that they named before, or never did.
        shown_since: since when the listings show of a project what they show now, where they showed something else.
        is_forced: everything is due, whenever it was last seen.
    """
    is_failing = _is_failing(known, settings.sample_pages)
    due: list[Visit] = []
    later: list[Visit] = []
    for project_id in dict.fromkeys(project_ids):
        page = known.get(project_id)
        if page is None:
            due.append(Visit(project_id, Reason.NEVER_SEEN, _LONG_AGO + SLACK))
            continue
        rate_reason, rate = _edit_rate(page, facts.get(project_id), now)
        interval = Reason.ALWAYS, 0.0
        if not is_forced:
            interval = _at_once_or_later(
                page,
                facts.get(project_id),
                is_listed=project_id in listed,
                left_out_since=None if project_id in listed else left_out.get(project_id),
                shown_since=shown_since.get(project_id),
                is_site_failing=is_failing,
            ) or (rate_reason, days_between_visits(rate, settings.revisit_monthly_days))
        visit = _next_visit(project_id, page, interval, rate, now, settings)
        (due if is_forced or visit.due_at - SLACK <= now else later).append(visit)
    due.sort(key=lambda visit: (-visit.urgency, visit.due_at))
    if is_failing and not is_forced:
        return _sample_first(due, later, known, now, settings)
    return Plan(tuple(due), tuple(later))


def is_failure(outcome: str) -> bool:
    """Whether a visit gave no usable answer; "no such page" is a usable answer."""
    return outcome in _FAILURES


def _is_failing(known: Mapping[str, PageState], n: int) -> bool:
    """Whether most of the last n pages that were asked for failed: then the site fails, not the pages."""
    newest = heapq.nlargest(n, known.values(), key=lambda page: page.last_attempt_at)
    return sum(is_failure(page.last_outcome) for page in newest) * 2 > len(newest)


def _sample_first(
    due: Sequence[Visit],
    later: Sequence[Visit],
    known: Mapping[str, PageState],
    now: dt.datetime,
    settings: FetchSettings,
) -> Plan:
    """Put a sample of all pages that may be asked for now first: spread over their ids, different pages every night.

    In both parts, pages that answered last time come first, so that pages that always fail do not end the run early.
    """

    def failed_last(visit: Visit) -> bool:
        page = known.get(visit.project_id)
        return page is not None and is_failure(page.last_outcome)

    allowed = sorted(
        one._replace(reason=Reason.SAMPLE)
        for one in (*due, *later)
        if _may_be_asked_at(known.get(one.project_id), settings) - SLACK <= now
    )
    step = max(1, len(allowed) // settings.sample_pages)
    sample = sorted(allowed[now.toordinal() % step :: step][: settings.sample_pages], key=failed_last)
    names = {visit.project_id for visit in sample}
    others, waiting = ([visit for visit in visits if visit.project_id not in names] for visits in (due, later))
    return Plan((*sample, *sorted(others, key=failed_last)), tuple(waiting), len(sample))


def _next_visit(
    project_id: str,
    page: PageState,
    interval: tuple[Reason, float],
    rate: float,
    now: dt.datetime,
    settings: FetchSettings,
) -> Visit:
    reason, days = interval
    due_at = max(page.last_attempt_at + min(days, settings.revisit_max_days) * _DAY, _may_be_asked_at(page, settings))
    waited = (now - page.last_attempt_at) / _DAY
    # However little a page promises, all of them have their turn: none is left behind those that promise more.
    is_at_once = days <= 0 or waited >= settings.revisit_max_days - SLACK / _DAY
    unseen_days = (now - (page.last_success_at or page.last_attempt_at)) / _DAY
    chance = 1.0 if reason in _CERTAIN else 0.0 if reason == Reason.MISSING else chance_of_edit(rate, unseen_days)
    return Visit(project_id, reason, due_at, math.inf if is_at_once else waited / days, chance)


def _may_be_asked_at(page: PageState | None, settings: FetchSettings) -> dt.datetime:
    if page is None:
        return _LONG_AGO + SLACK
    # The shortest interval must hold against the slack too: it is what makes an interrupted run go on, not over.
    return page.last_attempt_at + dt.timedelta(hours=settings.min_revisit_hours) + SLACK


def _at_once_or_later(
    page: PageState,
    facts: ProjectFacts | None,
    *,
    is_listed: bool,
    left_out_since: dt.datetime | None,
    shown_since: dt.datetime | None,
    is_site_failing: bool,
) -> tuple[Reason, float] | None:
    """Why a known page is asked for again and after how many days; None where only its edits tell."""
    if left_out_since is not None and page.last_attempt_at < left_out_since:
        return Reason.LEFT_OUT, 0.0
    if is_listed and (page.last_outcome == Outcome.MISSING or (facts is not None and facts.is_vanished)):
        # The site contradicts itself or has brought the page back; only the page can show which.
        return Reason.LISTED_AGAIN, 0.0
    if page.last_outcome == Outcome.MISSING:
        # Two absences confirm that a page is gone; from then on it is asked for less and less often.
        return Reason.MISSING, _NEXT_NIGHT * 2.0 ** max(0, min(page.consecutive_absences - 2, 10))
    if is_failure(page.last_outcome):
        # A page backs off by itself only for failures of its own.
        return Reason.FAILED, 0.0 if is_site_failing else _NEXT_NIGHT * 2.0 ** min(page.consecutive_failures - 1, 10)
    changed_at, published_at = page.last_changed_at, facts and facts.last_seen_at
    if changed_at is not None and published_at is not None and changed_at > published_at:
        # The quality gate refused it: a second reading tells a passing fault from what the site says now.
        return Reason.UNPUBLISHED, _NEXT_NIGHT
    if shown_since is not None and page.last_attempt_at < shown_since:
        return Reason.SHOWN, 0.0
    return None


def _edit_rate(page: PageState, facts: ProjectFacts | None, now: dt.datetime) -> tuple[Reason, float]:
    """How many edits a day are to be expected of a page, and what that is judged by."""
    seen_at = page.last_success_at or page.last_attempt_at
    watched = Watched(
        n_visits=page.n_fetched - 1,
        n_edited=page.n_changed,
        watched_days=(seen_at - (page.first_fetched_at or seen_at)) / _DAY,
        quiet_days=(seen_at - (page.last_changed_at or seen_at)) / _DAY,
    )
    if facts is None or facts.fiscal_year_be is None:
        return Reason.UNREAD, edits_a_day(watched)
    is_finished = facts.progress_pct is not None and facts.progress_pct >= 100
    if is_finished or facts.fiscal_year_be < fiscal_year_be(now) - 1:
        return Reason.FINISHED, edits_a_day(watched._replace(has_ended=True))
    return Reason.OPEN, edits_a_day(watched)


def fiscal_year_be(now: dt.datetime) -> int:
    """The Thai fiscal year in Buddhist era: 2566 runs from 2022-10-01 to 2023-09-30."""
    local = now.astimezone(BANGKOK)
    return local.year + 543 + (local.month >= 10)
