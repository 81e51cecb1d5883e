"""What a replay of edits counts."""

import numpy as np
import pytest

from benchmarks.schedule.edit_process import BEGIN, COUNTS_FROM, COUNTS_UNTIL, PROCESSES, EditProcess, Edits, make_edits
from benchmarks.schedule.policies import Clairvoyant, RevisitSchedule, Uniform, earlier_rule
from benchmarks.schedule.replay import NIGHT, Mask, Observations, replay

SMALL = PROCESSES[0]._replace(projects_a_year=60)


def two_pages(*edited_at: float) -> Edits:
    """The first of them is edited at these moments, the second never."""
    n = len(edited_at)
    return Edits(np.full(2, 2568), np.full(2, BEGIN - 9.0), np.array(edited_at), np.zeros(n, np.int64), np.full(n, 40))


def every(nights: int, now: float, seen: Observations) -> Mask:
    return now - seen.last_seen_at > nights - 0.5


def test_an_edit_waits_for_the_next_visit_and_the_copy_is_old_from_the_first_that_it_lacks() -> None:
    begin = COUNTS_FROM + NIGHT
    # Visits every fourth night since BEGIN; two edits before one of them, one before the next.
    visit = begin + 8 + (BEGIN - COUNTS_FROM) % 4
    figures = replay(SMALL, two_pages(visit - 3, visit - 1, visit + 2), lambda now, seen: every(4, now, seen))
    assert figures.requests == pytest.approx(2 / 4, abs=0.02)
    assert figures.mean_delay == pytest.approx((3 + 1 + 2) / 3)
    assert 100 - figures.fresh_pct == pytest.approx(100 * (3 + 2) / (2 * (COUNTS_UNTIL - COUNTS_FROM)))


def test_uniform_asks_for_as_many_pages_as_it_is_given() -> None:
    figures = replay(SMALL, make_edits(SMALL, 1), Uniform(30.5))
    assert figures.requests == pytest.approx(30.5, abs=0.5)


def test_no_policy_beats_the_clairvoyant_one() -> None:
    edits = make_edits(SMALL, 1)
    limit = replay(SMALL, edits, Clairvoyant(edits))
    for policy in (earlier_rule, Uniform(60)):
        figures = replay(SMALL, edits, policy)
        assert figures.fresh_pct < limit.fresh_pct
        assert figures.mean_delay > limit.mean_delay
        assert figures.late_delay > limit.late_delay


@pytest.mark.slow
@pytest.mark.parametrize(
    "process",
    PROCESSES,
    ids=lambda process: process.name,
)
def test_the_revisit_schedule_beats_the_earlier_rule_and_uniform_visits_with_three_quarters_of_the_requests(
    process: EditProcess,
) -> None:
    """On small sites, with a seed of their own; `make bench-schedule` has the figures."""
    site = process._replace(projects_a_year=150)
    edits = make_edits(site, 5)
    ours, earlier = replay(site, edits, RevisitSchedule()), replay(site, edits, earlier_rule)
    uniform = replay(site, edits, Uniform(ours.requests))
    assert ours.requests <= 0.75 * earlier.requests
    for other in (earlier, uniform):
        assert ours.fresh_pct > other.fresh_pct
        assert ours.mean_delay < other.mean_delay
        assert ours.late_delay < other.late_delay
