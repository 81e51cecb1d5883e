"""The revisit schedule: who is due tonight, and in which order."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from pipeline.archive.page_history import PageState
from pipeline.core.settings import FetchSettings
from pipeline.fetch.schedule import ProjectFacts, Reason, fiscal_year_be, make_plan

NOW = dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.UTC)  # fiscal year 2570
SETTINGS = FetchSettings()
OPEN, FINISHED, PAST = ProjectFacts(2570, 40.0), ProjectFacts(2570, 100.0), ProjectFacts(2566, 40.0)


def seen(days_ago: float, changed_days_ago: float | None = None, outcome: str = "unchanged", bad: int = 0) -> PageState:
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
    )


def reason_and_due(page: PageState | None, facts: ProjectFacts | None) -> tuple[Reason, bool]:
    # Two that answer: where most pages fail, it is the site.
    known = {"2": seen(1), "3": seen(1)} | ({} if page is None else {"1": page})
    plan = make_plan(["1"], known, {} if facts is None else {"1": facts}, NOW, SETTINGS)
    return (plan.due + plan.later)[0].reason, bool(plan.due)


def test_who_is_due() -> None:
    assert reason_and_due(None, None) == (Reason.NEVER_SEEN, True)
    assert reason_and_due(seen(1, 100), OPEN) == (Reason.OPEN, True)
    assert reason_and_due(seen(0.3, 100), OPEN) == (Reason.OPEN, False)
    assert reason_and_due(seen(1, 1), FINISHED) == (Reason.FINISHED, False)
    assert reason_and_due(seen(7, 7), FINISHED) == (Reason.FINISHED, True)
    assert reason_and_due(seen(7, 40), PAST) == (Reason.FINISHED, False)
    assert reason_and_due(seen(1, 100), ProjectFacts(2569, 40.0)) == (Reason.OPEN, True)
    assert reason_and_due(seen(1, 100), ProjectFacts(2568, 40.0)) == (Reason.FINISHED, False)
    assert reason_and_due(seen(1, 2), None) == (Reason.QUIET, True)
    assert reason_and_due(seen(3, 40), None) == (Reason.QUIET, False)
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
    assert plan.counts() == {Reason.NEVER_SEEN: (20, 0), Reason.OPEN: (0, 30)}


def test_the_most_overdue_come_first_and_nobody_twice() -> None:
    known = {"a": seen(2), "b": seen(9), "c": seen(5)}
    plan = make_plan(["a", "b", "c", "new", "b"], known, dict.fromkeys(known, OPEN), NOW, SETTINGS)
    assert [visit.project_id for visit in plan.due] == ["new", "b", "c", "a"]


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
    known = {one: seen(1) for one in IDS} | {one: seen(1, outcome="failed", bad=6) for one in IDS[:9]}
    plan = make_plan(IDS, known, dict.fromkeys(IDS, OPEN), NOW, SETTINGS)
    assert (plan.n_sample, [visit.project_id for visit in plan.later]) == (0, IDS[:9])
