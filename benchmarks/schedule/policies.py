"""The revisit schedule, and what it is compared with: the rule before it, none at all, and one that knows all."""

import datetime as dt

import numpy as np

from benchmarks.schedule.edit_process import FIRST_DAY, Edits
from benchmarks.schedule.replay import Mask, Observations
from pipeline.archive.fetch_log import Outcome
from pipeline.archive.history.page_history import PageState
from pipeline.core.settings import FetchSettings
from pipeline.fetch.schedule import SLACK, ProjectFacts, fiscal_year_be, make_plan

_SLACK = 2 / 24
_MOST = 29.0
_EPOCH = dt.datetime.combine(FIRST_DAY, dt.time(), dt.timezone(dt.timedelta(hours=7)))
_PAGE = PageState(
    "unchanged", _EPOCH, _EPOCH, _EPOCH, _EPOCH, b"c", "snapshot", b"c", "snapshot", None, None, None, 0, 0
)


def earlier_rule(now: float, seen: Observations) -> Mask:
    """The schedule until 2026-11: open projects of this fiscal year and the last nightly, others by how long quiet."""
    is_finished = (seen.progress >= 100) | (seen.fiscal_year_be < fiscal_year_be(_moment(now)) - 1)
    interval = np.where(is_finished, np.maximum(7.0, (now - seen.last_changed_at) / 2), 1.0)
    return now - seen.last_seen_at >= np.minimum(interval, _MOST) - _SLACK


class Uniform:
    """The same number of pages every night: those that were not asked for longest, without what is known of them."""

    def __init__(self, a_night: float) -> None:
        self._a_night, self._owed = a_night, 0.0

    def __call__(self, now: float, seen: Observations) -> Mask:
        """Choose tonight's; pages that are new tonight are taken off its number."""
        due = np.zeros(seen.is_listed.size, bool)
        known = np.flatnonzero(seen.is_listed & (seen.n_visits > 0))
        self._owed += self._a_night - (seen.is_listed & (seen.n_visits == 0)).sum()
        n = int(min(max(self._owed, 0), known.size))
        due[known[np.argsort(seen.last_seen_at[known], kind="stable")[:n]]] = True
        self._owed -= n
        return due


class Clairvoyant:
    """The pages that changed, and no others but those that no rule may leave longer."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits

    def __call__(self, now: float, seen: Observations) -> Mask:
        upto = int(np.searchsorted(self._edits.at, now))
        edited_at = np.full(seen.is_listed.size, -np.inf)
        np.maximum.at(edited_at, self._edits.project[:upto], self._edits.at[:upto])
        return (edited_at > seen.last_seen_at) | (now - seen.last_seen_at >= _MOST - _SLACK)


class RevisitSchedule:
    """The plan of the product: what it knows of each page is kept from night to night as the archive would tell it.

    It is asked only about pages that may be due, those whose time has come and those that something has happened to,
    since it would say the same of the others as the night before.
    """

    def __init__(self, monthly_days: float | None = None) -> None:
        default = FetchSettings(max_requests=0)
        self._settings = (
            default if monthly_days is None else default.model_copy(update={"revisit_monthly_days": monthly_days})
        )
        self._known: dict[str, PageState] = {}
        self._facts: dict[str, ProjectFacts] = {}
        self._due_at: dict[str, dt.datetime] = {}
        self._year = 0

    def __call__(self, now: float, seen: Observations) -> Mask:
        """Choose tonight's as `bma-projects refresh` would, from what the night before left."""
        for page in np.flatnonzero(seen.last_seen_at > now - 1.5).tolist():
            self._remember(page, seen)
        at = _moment(now)
        if self._year != fiscal_year_be(at):
            self._year = fiscal_year_be(at)
            self._due_at.clear()
        shown = {
            str(page): _moment(seen.shown_since[page]) for page in np.flatnonzero(seen.shown_since >= now).tolist()
        }
        listed = map(str, np.flatnonzero(seen.is_listed).tolist())
        asked = [one for one in listed if one in shown or self._due_at.get(one, at) <= at + SLACK]
        plan = make_plan(
            asked, self._known, self._facts, at, self._settings, listed=frozenset(asked), shown_since=shown
        )
        self._due_at |= {visit.project_id: visit.due_at for visit in plan.later}
        due = np.zeros(seen.is_listed.size, bool)
        due[[int(visit.project_id) for visit in plan.due]] = True
        return due

    def _remember(self, page: int, seen: Observations) -> None:
        self._due_at.pop(str(page), None)
        at, changed_at = _moment(seen.last_seen_at[page]), _moment(seen.last_changed_at[page])
        outcome = Outcome.UNCHANGED if changed_at < at else Outcome.CHANGED
        self._known[str(page)] = _PAGE._replace(
            last_outcome=outcome,
            last_attempt_at=at,
            last_success_at=at,
            last_changed_at=changed_at,
            n_fetched=int(seen.n_visits[page]),
            n_changed=int(seen.n_changed[page]),
            first_fetched_at=_moment(seen.first_seen_at[page]),
        )
        self._facts[str(page)] = ProjectFacts(
            int(seen.fiscal_year_be[page]), float(seen.progress[page]), last_seen_at=at
        )


def _moment(day: float) -> dt.datetime:
    return _EPOCH + dt.timedelta(days=float(day))
