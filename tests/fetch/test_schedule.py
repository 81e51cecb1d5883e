"""The revisit schedule: who is due tonight, and in which order."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.archive.history.page_history import PageState
from pipeline.core.settings import FetchSettings
from pipeline.fetch.schedule import Group, ProjectFacts, Reason, Visit, fiscal_year_be, make_plan

NOW = dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.UTC)  # fiscal year 2570
SETTINGS = FetchSettings()
OPEN, FINISHED, PAST = ProjectFacts(2570, 40.0), ProjectFacts(2570, 100.0), ProjectFacts(2566, 40.0)


def seen(
    days_ago: float,
    changed_days_ago: float | None = None,
    outcome: str = "unchanged",
    bad: int = 0,
    *,
    n_fetched: int = 1,
    n_changed: int = 0,
    since_days: float | None = None,
) -> PageState:
    at = NOW - dt.timedelta(days=days_ago)
    changed = NOW - dt.timedelta(days=changed_days_ago or days_ago)
    absences = bad if outcome == "missing" else 0
    return PageState(
        outcome,
        at,
        None if bad else at,
        changed,
        None,
        b"c",
        "snapshot",
        b"c",
        "snapshot",
        None,
        None,
        None,
        bad,
        absences,
        n_fetched=n_fetched,
        n_changed=n_changed,
        first_fetched_at=NOW - dt.timedelta(days=since_days or days_ago),
    )


def visit_of(page: PageState, facts: ProjectFacts | None = OPEN) -> Visit:
    # Two that answer: where most pages fail, it is the site.
    known = {"1": page, "2": seen(1), "3": seen(1)}
    plan = make_plan(["1"], known, {} if facts is None else {"1": facts}, NOW, SETTINGS)
    return (plan.due + plan.later)[0]


def reason_and_due(page: PageState | None, facts: ProjectFacts | None) -> tuple[Reason, bool]:
    # Two that answer: where most pages fail, it is the site.
    known = {"2": seen(1), "3": seen(1)} | ({} if page is None else {"1": page})
    plan = make_plan(["1"], known, {} if facts is None else {"1": facts}, NOW, SETTINGS)
    return (plan.due + plan.later)[0].reason, bool(plan.due)


def test_who_is_due() -> None:
    assert reason_and_due(None, None) == (Reason.NEVER_SEEN, True)
    assert reason_and_due(seen(2, 100), OPEN) == (Reason.OPEN, True)
    assert reason_and_due(seen(1, 100), OPEN) == (Reason.OPEN, False)
    assert reason_and_due(seen(1, 1, n_fetched=99, n_changed=30, since_days=99), OPEN) == (Reason.OPEN, True)
    assert reason_and_due(seen(5, 99, n_fetched=99, since_days=99), OPEN) == (Reason.OPEN, True)
    assert reason_and_due(seen(4, 99, n_fetched=99, since_days=99), OPEN) == (Reason.OPEN, False)
    assert reason_and_due(seen(3, 3), FINISHED) == (Reason.FINISHED, False)
    assert reason_and_due(seen(4, 4), FINISHED) == (Reason.FINISHED, True)
    assert reason_and_due(seen(7, 280), PAST) == (Reason.FINISHED, False)
    assert reason_and_due(seen(8, 280), PAST) == (Reason.FINISHED, True)
    assert reason_and_due(seen(2, 100), ProjectFacts(2569, 40.0)) == (Reason.OPEN, True)
    assert reason_and_due(seen(2, 100), ProjectFacts(2568, 40.0)) == (Reason.FINISHED, False)
    assert reason_and_due(seen(2, 2), None) == (Reason.UNREAD, True)
    assert reason_and_due(seen(1, 40), None) == (Reason.UNREAD, False)
    assert reason_and_due(seen(1, outcome="failed", bad=1), OPEN) == (Reason.FAILED, True)
    assert reason_and_due(seen(3, outcome="failed", bad=4), OPEN) == (Reason.FAILED, False)
    assert reason_and_due(seen(1, outcome="missing", bad=1), OPEN) == (Reason.MISSING, True)
    assert reason_and_due(seen(1, outcome="missing", bad=2), OPEN) == (Reason.MISSING, True)
    assert reason_and_due(seen(1, outcome="missing", bad=4), OPEN) == (Reason.MISSING, False)


def test_a_missing_page_that_is_listed_is_due_at_once() -> None:
    gone = {"1": seen(1, outcome="missing", bad=9), "2": seen(1, outcome="missing", bad=9)}
    plan = make_plan(["1", "2"], gone, {}, NOW, SETTINGS, listed={"2"})
    assert [(visit.project_id, visit.reason) for visit in plan.due] == [("2", Reason.LISTED_AGAIN)]
    assert [(visit.project_id, visit.reason) for visit in plan.later] == [("1", Reason.MISSING)]
    # Not twice in one night: a run that was interrupted has asked for it.
    asked = {"2": seen(0.1, outcome="missing", bad=9)}
    assert make_plan(["2"], asked, {}, NOW, SETTINGS, listed={"2"}).due == ()


def test_no_page_is_asked_for_again_within_twelve_hours() -> None:
    known = {"1": seen(11.9 / 24, outcome="missing", bad=9), "2": seen(12.1 / 24, outcome="missing", bad=9)}
    plan = make_plan(["1", "2"], known, {}, NOW, SETTINGS, listed={"1", "2"})
    assert [visit.project_id for visit in plan.due] == ["2"]


def test_an_interrupted_run_goes_on_with_what_is_missing() -> None:
    known = {str(n): seen(0.1) for n in range(30)}
    plan = make_plan([str(n) for n in range(50)], known, dict.fromkeys(known, OPEN), NOW, SETTINGS)
    assert [visit.project_id for visit in plan.due] == [str(n) for n in range(30, 50)]
    assert plan.groups() == {Reason.NEVER_SEEN: Group(20, 0, 20.0), Reason.OPEN: Group(0, 30, 0.0)}


def test_a_plan_says_how_many_pages_it_expects_to_be_new() -> None:
    known = {"a": seen(20, 20), "b": seen(20, 20), "gone": seen(9, outcome="missing", bad=2), "shown": seen(1, 1)}
    shown = {"shown": NOW}
    facts = dict.fromkeys(("a", "b", "shown"), OPEN)
    groups = make_plan([*known, "new"], known, facts, NOW, SETTINGS, shown_since=shown).groups()
    assert list(groups) == [Reason.NEVER_SEEN, Reason.SHOWN, Reason.OPEN, Reason.MISSING]
    assert groups[Reason.OPEN][:2] == (2, 0)
    assert groups[Reason.OPEN].expected_new == pytest.approx(2 * (1 - 1 / math.e))
    assert [groups[reason].expected_new for reason in (Reason.NEVER_SEEN, Reason.SHOWN, Reason.MISSING)] == [1, 1, 0]


@given(st.floats(0.1, 40), st.floats(0, 100), st.integers(1, 400), st.integers(0, 400), st.integers(1, 50))
def test_a_page_that_was_edited_more_often_is_due_no_later_and_no_less_urgent(
    days: float, before: float, n_fetched: int, n_changed: int, more: int
) -> None:
    def edited(times: int) -> Visit:
        return visit_of(seen(days, days, n_fetched=n_fetched, n_changed=times, since_days=days + before))

    rarely, often = edited(n_changed), edited(n_changed + more)
    assert often.due_at <= rarely.due_at
    assert often.urgency >= rarely.urgency
    assert often.chance_new >= rarely.chance_new


def test_a_page_of_which_the_listing_shows_another_value_is_due_at_once() -> None:
    known = {"before": seen(1), "since": seen(1), "never": seen(1), "just asked": seen(0.1)}
    since = {one: NOW - dt.timedelta(days=days) for one, days in (("before", 3), ("since", 0), ("just asked", 0))}
    plan = make_plan(known, known, dict.fromkeys(known, FINISHED), NOW, SETTINGS, shown_since=since)
    assert [(visit.project_id, visit.reason) for visit in plan.due] == [("since", Reason.SHOWN)]


def test_a_page_that_fails_is_not_asked_for_more_often_for_what_the_listing_shows() -> None:
    known = {"1": seen(2, outcome="failed", bad=4), "2": seen(1), "3": seen(1)}
    assert make_plan(["1"], known, {}, NOW, SETTINGS, shown_since={"1": NOW}).due == ()


def test_a_page_that_a_clock_dated_ahead_waits_and_ends_no_plan() -> None:
    visit = visit_of(seen(-0.9, -0.9, n_fetched=3, since_days=5))
    assert (visit.reason, visit.due_at > NOW, visit.chance_new) == (Reason.OPEN, True, 0)


@pytest.mark.parametrize("budget", [12, 30])
def test_a_budget_that_is_too_small_goes_to_busy_pages_and_leaves_none_behind(budget: int) -> None:
    """Of 200 pages, a tenth of them busy, so many a night as the budget allows, and some nights without a run."""
    facts = dict.fromkeys(IDS, OPEN) | dict.fromkeys(IDS[20:120], FINISHED)
    known = {one: seen(0, n_fetched=100, n_changed=30 if one in IDS[:20] else 1, since_days=100) for one in IDS}
    left, n_visits = 0.0, dict.fromkeys(IDS, 0)
    for day in (day for day in range(1, 121) if day % 10):
        now = NOW + dt.timedelta(days=day)
        for visit in make_plan(IDS, known, facts, now, SETTINGS).due[:budget]:
            page = known[visit.project_id]
            left = max(left, (now - page.last_attempt_at) / dt.timedelta(days=1))
            known[visit.project_id] = page._replace(last_attempt_at=now, last_success_at=now)
            n_visits[visit.project_id] += 1
    oldest = max((now - page.last_attempt_at) / dt.timedelta(days=1) for page in known.values())
    # All of them come to the longest interval in the same night, and then take their turns.
    assert max(left, oldest) <= SETTINGS.revisit_max_days + len(IDS) / budget / 0.9 + 1
    assert min(n_visits[one] for one in IDS[:20]) > 2 * max(n_visits[one] for one in IDS[20:])


def test_the_most_urgent_come_first_and_nobody_twice() -> None:
    busy = seen(5, n_fetched=50, n_changed=25, since_days=50)
    known = {"a": seen(2), "b": seen(9), "busy": busy, "c": seen(5), "longest": seen(29, 11_000)}
    facts = dict.fromkeys(known, OPEN) | {"longest": FINISHED}
    plan = make_plan([*known, "new", "b"], known, facts, NOW, SETTINGS)
    assert [visit.project_id for visit in plan.due] == ["new", "longest", "busy", "b", "c", "a"]


def test_force_makes_everything_due() -> None:
    plan = make_plan(["a"], {"a": seen(0.01)}, {"a": FINISHED}, NOW, SETTINGS, is_forced=True)
    assert [visit.reason for visit in plan.due] == [Reason.ALWAYS]


pages = st.builds(
    seen,
    st.floats(30, 400),
    st.floats(30, 4000),
    st.sampled_from(["unchanged", "missing", "failed"]),
    st.integers(1, 50),
)
facts = st.one_of(
    st.none(),
    st.builds(
        ProjectFacts,
        st.one_of(st.none(), st.integers(2500, 2580)),
        st.one_of(st.none(), st.floats(0, 45069)),
        st.booleans(),
        st.just(NOW - dt.timedelta(days=35)),
    ),
)


@given(pages, facts)
def test_everything_is_visited_at_least_once_in_30_days(page: PageState, facts: ProjectFacts | None) -> None:
    assert reason_and_due(page, facts)[1]


def test_the_fiscal_year_begins_in_october_in_bangkok() -> None:
    assert fiscal_year_be(dt.datetime(2022, 9, 30, 16, 59, tzinfo=dt.UTC)) == 2565
    assert fiscal_year_be(dt.datetime(2022, 9, 30, 17, 0, tzinfo=dt.UTC)) == 2566


def test_a_page_that_the_listing_leaves_out_is_due_at_once_and_then_at_its_own_pace() -> None:
    off = NOW - dt.timedelta(days=1.5)
    known = {"before": seen(2, 2), "since": seen(1, 2), "never left": seen(2, 2)}
    plan = make_plan(
        known, known, dict.fromkeys(known, FINISHED), NOW, SETTINGS, left_out={"before": off, "since": off}
    )
    assert [(visit.project_id, visit.reason) for visit in plan.due] == [("before", Reason.LEFT_OUT)]
    again = make_plan(
        ["before"], known, {"before": FINISHED}, NOW, SETTINGS, listed={"before"}, left_out={"before": off}
    )
    assert again.due == (), "an older listing left it out, this one names it"


def test_a_vanished_project_that_is_listed_again_is_due_at_once_whatever_its_last_answer_was() -> None:
    known = {"1": seen(1, outcome="failed", bad=9), "2": seen(1)}
    vanished = {"1": FINISHED._replace(is_vanished=True)}
    assert make_plan(["1"], known, vanished, NOW, SETTINGS).due == ()
    (visit,) = make_plan(["1"], known, vanished, NOW, SETTINGS, listed={"1"}).due
    assert visit.reason == Reason.LISTED_AGAIN


def test_what_no_release_holds_yet_is_due_the_next_night() -> None:
    known = {"1": seen(1, 1)}
    assert make_plan(["1"], known, {"1": FINISHED}, NOW, SETTINGS).due == ()
    refused = {"1": FINISHED._replace(last_seen_at=NOW - dt.timedelta(days=8))}
    (visit,) = make_plan(["1"], known, refused, NOW, SETTINGS).due
    assert visit.reason == Reason.UNPUBLISHED
    published = {"1": FINISHED._replace(last_seen_at=NOW - dt.timedelta(days=1))}
    assert make_plan(["1"], known, published, NOW, SETTINGS).due == ()


IDS = [f"{n:03}" for n in range(200)]


def test_while_most_pages_fail_a_sample_comes_first_and_no_page_backs_off() -> None:
    known = {one: seen(1, outcome="failed", bad=6) for one in IDS}
    plan = make_plan(IDS, known, {}, NOW, SETTINGS)
    sample = [visit.project_id for visit in plan.due[: plan.n_sample]]
    assert sample in [IDS[n::10] for n in range(10)], "spread over all"
    assert {visit.reason for visit in plan.due[: plan.n_sample]} == {Reason.SAMPLE}
    assert sorted(visit.project_id for visit in plan.due) == IDS, "all are due once it answers"


def test_every_night_has_another_sample_and_asks_first_for_what_answered_last() -> None:
    """Else pages that fail for good end every run before the others are asked for."""
    known = {one: seen(2, outcome="failed" if int(one) % 3 else "unchanged", bad=6) for one in IDS}
    sampled: set[str] = set()
    for night in range(10):
        plan = make_plan(IDS, known, {}, NOW + dt.timedelta(days=night), SETTINGS)
        sample, others = plan.due[: plan.n_sample], plan.due[plan.n_sample :]
        sampled |= {visit.project_id for visit in sample}
        for visits in (sample, others):
            outcomes = [known[visit.project_id].last_outcome for visit in visits]
            assert outcomes == sorted(outcomes, reverse=True)
    assert sampled == set(IDS)


def test_the_sample_is_not_asked_twice_in_one_night() -> None:
    known = {one: seen(1, outcome="failed", bad=6) for one in IDS}
    known |= {one: seen(0.1, outcome="failed", bad=7) for one in IDS[::10]}
    plan = make_plan(IDS, known, {}, NOW, SETTINGS)
    assert not {visit.project_id for visit in plan.due} & set(IDS[::10])
    asked = {one: seen(0.1, outcome="failed", bad=7) for one in IDS}
    assert make_plan(IDS, asked, {}, NOW, SETTINGS).due == ()


def test_a_few_broken_pages_back_off_by_themselves() -> None:
    known = {one: seen(2) for one in IDS} | {one: seen(2, outcome="failed", bad=6) for one in IDS[:9]}
    plan = make_plan(IDS, known, dict.fromkeys(IDS, OPEN), NOW, SETTINGS)
    assert (plan.n_sample, [visit.project_id for visit in plan.later]) == (0, IDS[:9])
