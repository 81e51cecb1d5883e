"""Night after night of invented edits against a policy: what it asked for, and how old its copies were."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.schedule.edit_process import BEGIN, COUNTS_FROM, COUNTS_UNTIL, END, EditProcess, Edits

NIGHT = 1.25 / 24  # a run asks at a quarter past one in the morning
Moments = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Observations(NamedTuple):
    """What is known of every project before a night; nothing but what the visits and the listings of the past showed.

    is_listed tells the projects that the listing names tonight, listed_progress what it shows of them (-1 where it
    shows nothing) and shown_since when it first showed that, -inf where it never showed anything else. Of a page that
    was never seen n_visits is 0.
    """

    fiscal_year_be: NDArray[np.int64]
    is_listed: Mask
    listed_progress: NDArray[np.int64]
    shown_since: Moments
    first_seen_at: Moments
    last_seen_at: Moments
    last_changed_at: Moments
    n_visits: NDArray[np.int64]
    n_changed: NDArray[np.int64]
    progress: NDArray[np.int64]


Policy = Callable[[float, Observations], Mask]


class Figures(NamedTuple):
    """Of the nights that count: pages asked for a night, the share of copies that say what the site says, and the days
    until an edit was seen, on average and at the 95th percentile.
    """

    requests: float
    fresh_pct: float
    mean_delay: float
    late_delay: float


def replay(process: EditProcess, edits: Edits, policy: Policy) -> Figures:
    """Let a policy choose the pages of every night; a page that was never seen is asked for under each of them."""
    n = edits.fiscal_year_be.size
    seen = Observations(
        edits.fiscal_year_be,
        np.zeros(n, bool),
        np.full(n, -1),
        *np.full((4, n), -np.inf),
        *np.zeros((3, n), np.int64),
    )
    progress, edited_at, done = np.zeros(n, np.int64), np.full(n, -np.inf), 0
    visits: list[tuple[float, NDArray[np.int64]]] = []
    for day in range(BEGIN, END):
        now = day + NIGHT
        upto = int(np.searchsorted(edits.at, now))
        progress[edits.project[done:upto]] = edits.progress[done:upto]
        edited_at[edits.project[done:upto]] = edits.at[done:upto]
        done = upto
        seen.is_listed[:] = edits.appears_at < now
        if process.is_progress_listed:
            shows_other = seen.is_listed & (seen.listed_progress != progress)
            is_known = shows_other & (seen.listed_progress >= 0)
            seen.shown_since[is_known] = now
            seen.listed_progress[shows_other] = progress[shows_other]
        asked = seen.is_listed & (policy(now, seen) | (seen.n_visits == 0))
        is_changed = asked & (seen.n_visits > 0) & (edited_at > seen.last_seen_at)
        is_new = asked & (seen.n_visits == 0)
        seen.first_seen_at[is_new] = now
        seen.last_changed_at[is_changed | is_new] = now
        seen.last_seen_at[asked] = now
        seen.n_visits[asked] += 1
        seen.n_changed[is_changed] += 1
        seen.progress[asked] = progress[asked]
        visits.append((now, np.flatnonzero(asked)))
    return _figures(edits, visits)


def _figures(edits: Edits, visits: list[tuple[float, NDArray[np.int64]]]) -> Figures:
    pages = np.concatenate([asked for _, asked in visits])
    times = np.concatenate([np.full(asked.size, now) for now, asked in visits])
    order = np.lexsort((times, pages))
    pages, times = pages[order], times[order]
    first_visit = np.full(edits.fiscal_year_be.size, np.inf)
    np.minimum.at(first_visit, pages, times)
    counts = (edits.at >= COUNTS_FROM) & (edits.at < COUNTS_UNTIL) & (edits.at > first_visit[edits.project])
    at, project = edits.at[counts], edits.project[counts]
    # One number orders visits by page and time.
    scale = 2.0 * END
    visit_keys = pages * scale + times
    found = np.searchsorted(visit_keys, project * scale + at)
    if not (pages[found] == project).all():
        raise ValueError("an edit was never seen")
    delays = times[found] - at
    # A copy is old from the first edit that it lacks.
    oldest = np.zeros(times.size)
    np.maximum.at(oldest, found, delays)
    watched = np.clip(COUNTS_UNTIL - np.maximum(first_visit, COUNTS_FROM), 0, None).sum()
    asked = ((times >= COUNTS_FROM) & (times < COUNTS_UNTIL)).sum()
    return Figures(
        float(asked) / (COUNTS_UNTIL - COUNTS_FROM),
        100 * (1 - float(oldest.sum() / watched)),
        float(delays.mean()),
        float(np.percentile(delays, 95)),
    )
