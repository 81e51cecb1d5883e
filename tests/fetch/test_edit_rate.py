"""How often a page is edited by what its visits found, and how long it may be left for that."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.edit_rate import Watched, chance_of_edit, days_between_visits, edits_a_day

# A wrong clock or an archive with gaps may leave anything here.
any_days = st.floats(-40_000, 40_000)
watched = st.builds(Watched, st.integers(-2, 5_000), st.integers(0, 5_000), any_days, any_days, st.booleans())


@given(watched)
def test_every_page_has_a_rate_and_a_pace_whatever_is_known_of_it(page: Watched) -> None:
    rate = edits_a_day(page)
    assert 0 < rate < math.inf
    assert 0 < days_between_visits(rate, 2.2) < math.inf
    assert days_between_visits(rate, 0) == 0, "every night"


@given(watched, st.integers(0, 100), st.floats(0, 1000))
def test_more_edits_found_are_more_to_come_and_more_quiet_days_fewer(page: Watched, more: int, days: float) -> None:
    rate = edits_a_day(page)
    assert edits_a_day(page._replace(n_edited=page.n_edited + more)) >= rate
    assert edits_a_day(page._replace(watched_days=page.watched_days + days)) <= rate
    assert edits_a_day(page._replace(quiet_days=page.quiet_days + days)) <= rate


@given(st.floats(1e-6, 100), st.floats(1, 100), st.floats(0, 400))
def test_a_page_that_is_edited_more_often_is_visited_sooner_and_surely_changed_sooner(
    rate: float, times: float, days: float
) -> None:
    assert days_between_visits(rate * times, 2.2) <= days_between_visits(rate, 2.2)
    assert 0 <= chance_of_edit(rate, days) <= chance_of_edit(rate * times, days) <= 1


def test_a_page_edited_four_times_as_often_is_left_for_half_the_time() -> None:
    assert days_between_visits(1 / 30, 2.2) == pytest.approx(2.2)
    assert days_between_visits(4 / 30, 2.2) == pytest.approx(1.1)
    assert days_between_visits(1 / 120, 2.2) == pytest.approx(4.4)


def test_a_page_without_a_history_is_taken_for_one_edited_every_twenty_days() -> None:
    assert edits_a_day(Watched()) == pytest.approx(1 / 20)
    assert edits_a_day(Watched(has_ended=True)) == pytest.approx(1 / 90)


def test_edits_that_no_visit_could_tell_apart_are_counted_too() -> None:
    """Of a page with one edit a day, at any time of it, 63 of 100 daily visits find some: 1 - 1/e."""
    assert edits_a_day(Watched(n_visits=1000, n_edited=632, watched_days=1000)) == pytest.approx(1, abs=0.03)
    assert edits_a_day(Watched(n_visits=100, n_edited=100, watched_days=100)) > 4


def test_what_an_ended_project_did_before_does_not_count() -> None:
    busy = Watched(n_visits=300, n_edited=100, watched_days=300, quiet_days=30, has_ended=True)
    assert edits_a_day(busy) == edits_a_day(Watched(quiet_days=30, has_ended=True)) == pytest.approx(1 / 120)


def test_the_chance_of_an_edit_is_that_of_a_poisson_process() -> None:
    assert chance_of_edit(1 / 20, 20) == pytest.approx(1 - 1 / math.e)
    assert chance_of_edit(1 / 20, -3) == 0, "a clock that went back"
