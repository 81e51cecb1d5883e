"""Politeness, measured from the site's own log wherever it can be, and the rules behind it with a clock of our own."""

import datetime as dt
from collections.abc import Iterator
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.fetch.robots import Robots, RobotsError
from pipeline.fetch.throttle import Breaker, Throttle, is_within, parse_window, retry_after, waits
from tests.fetch.misbehaving import PATIENCE, MisbehavingSite, fetch, misbehaving_site, page, project, redirect

IDS = [f"50010000-{number:04d}" for number in range(24)]
NOW = dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.UTC)


@pytest.fixture
def site() -> Iterator[MisbehavingSite]:
    with misbehaving_site() as running:
        running.pages |= {project_id: project(project_id) for project_id in IDS}
        yield running


def gaps(site: MisbehavingSite) -> list[float]:
    times = sorted(asked.at for asked in site.asked)
    return [after - before for before, after in pairwise(times)]


def assert_never_ahead(site: MisbehavingSite, interval: float, skip: int = 0) -> None:
    """No request came before its turn. The first one may have been late: hence the grace, a few turns at most."""
    grace = max(0.1, 1.5 * interval)
    times = sorted(asked.at for asked in site.asked)[skip:]
    assert all(at - times[0] >= n * interval - grace for n, at in enumerate(times))


def robots(text: str, status: int = 200) -> dict[str, object]:
    return {"/robots.txt": page(text.encode(), status=status)}


def test_the_rate_holds_whatever_the_concurrency(site: MisbehavingSite, tmp_path: Path) -> None:
    summary = fetch(tmp_path, site, IDS, PATIENCE.model_copy(update={"rate": 20, "concurrency": 8})).summary
    assert summary.new == len(IDS)
    assert_never_ahead(site, 0.05)


def test_no_more_requests_at_once_than_set(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages |= {project_id: project(project_id, wait=0.02) for project_id in IDS}
    fetch(tmp_path, site, IDS, PATIENCE.model_copy(update={"concurrency": 3}))
    assert site.peak == 3


# The throttle waits longer each time: a second for three, a minute for nine.
@pytest.mark.parametrize("limit", [3, pytest.param(9, marks=pytest.mark.slow)])
def test_a_site_that_asks_for_peace_again_and_again_ends_the_run(
    site: MisbehavingSite, tmp_path: Path, limit: int
) -> None:
    site.pages |= {project_id: page(b"", status=429, headers=[("Retry-After", "0")]) for project_id in IDS}
    summary = fetch(tmp_path, site, IDS, PATIENCE.model_copy(update={"breaker_failures": limit})).summary
    assert summary.ended_early == f"the site failed {limit} times in a row, last: HTTP 429"
    assert len(site.asked_for_projects()) <= limit + 1


def test_a_disallowed_path_is_never_asked_for(site: MisbehavingSite, tmp_path: Path) -> None:
    site.paths |= robots(
        f"User-agent: *\nDisallow: /dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id={IDS[3]}\n"
    )  # type: ignore[arg-type]
    rows = fetch(tmp_path, site, IDS[:6]).rows
    assert (rows[IDS[3]].outcome, rows[IDS[3]].attempts) == ("refused", 0)
    assert "robots.txt" in (rows[IDS[3]].error or "")
    assert sorted(site.asked_for_projects()) == sorted(set(IDS[:6]) - {IDS[3]})


def test_rules_for_our_robot_come_before_those_for_all(site: MisbehavingSite, tmp_path: Path) -> None:
    site.paths |= robots("User-agent: *\nDisallow: /\n\nUser-agent: bma-projects\nDisallow:\n")  # type: ignore[arg-type]
    assert fetch(tmp_path, site, IDS[:2]).summary.new == 2


def test_a_redirect_to_a_disallowed_path_is_not_followed(site: MisbehavingSite, tmp_path: Path) -> None:
    site.paths |= robots("User-agent: *\nDisallow: /private\n")  # type: ignore[arg-type]
    site.pages[IDS[0]] = redirect("/private/page")
    row = fetch(tmp_path, site, IDS[:1]).rows[IDS[0]]
    assert (row.outcome, row.attempts) == ("refused", 1)
    assert "robots.txt" in (row.error or "")
    assert "/private/page" not in [asked.target for asked in site.asked]


@pytest.mark.parametrize("line", ["Crawl-delay: 0.2", "Request-rate: 5/1"])
def test_the_delay_the_site_wishes_for_is_kept(site: MisbehavingSite, tmp_path: Path, line: str) -> None:
    site.paths |= robots(f"User-agent: *\n{line}\n")  # type: ignore[arg-type]
    fetch(tmp_path, site, IDS[:6], PATIENCE.model_copy(update={"rate": 100, "concurrency": 4}))
    assert_never_ahead(site, 0.2, skip=1)  # robots.txt itself came before its wishes were known


@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_unreachable_robots_txt_means_not_now(site: MisbehavingSite, tmp_path: Path, status: int) -> None:
    site.paths |= robots("", status)  # type: ignore[arg-type]
    summary = fetch(tmp_path, site, IDS).summary
    assert summary.ended_early == f"robots.txt cannot be read (HTTP {status}): not now"
    assert [asked.target for asked in site.asked] == ["/robots.txt"]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_stops_every_worker(site: MisbehavingSite, tmp_path: Path, form: str) -> None:
    def slow_down(handler: object) -> None:
        # An HTTP date has whole seconds: the one after next is more than a second away.
        at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
        value = "1" if form == "seconds" else format_datetime(at.replace(microsecond=0), usegmt=True)
        page(b"slow down", status=429, headers=[("Retry-After", value)])(handler)  # type: ignore[arg-type]

    site.pages[IDS[1]] = [slow_down, project(IDS[1])]
    summary = fetch(tmp_path, site, IDS[:4], PATIENCE.model_copy(update={"rate": 20, "concurrency": 2})).summary
    assert summary.new == 4
    stop = next(n for n, asked in enumerate(site.asked) if asked.project_id == IDS[1])
    # The other worker's request may have been on its way already.
    assert max(gaps(site)[stop : stop + 2]) > 0.95


def test_a_site_that_wants_to_be_left_alone_for_long_ends_the_run(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages[IDS[2]] = page(b"", status=503, headers=[("Retry-After", "7200")])
    summary = fetch(tmp_path, site, IDS, PATIENCE.model_copy(update={"concurrency": 1})).summary
    assert summary.ended_early == "the site asked us to stay away for 7200 seconds"
    assert len(site.asked) == 4


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_overload_slows_down_and_good_answers_bring_the_set_rate_back() -> None:
    throttle = Throttle(0.5, Clock())
    throttle.overloaded(None)
    assert throttle.interval == 1.0
    throttle.overloaded(None)
    assert throttle.interval == 2.0
    for _ in range(60):
        throttle.answered(0.1)
    assert throttle.interval == 0.5


def test_a_good_answer_takes_a_tenth_of_the_penalty_back() -> None:
    throttle = Throttle(0.5, Clock())
    throttle.overloaded(None)
    throttle.answered(0.1)
    assert throttle.interval == pytest.approx(0.95)


def test_what_robots_txt_asks_for_holds_from_the_next_turn_on_and_makes_nothing_faster() -> None:
    throttle = Throttle(0.5, Clock())
    throttle.require(2.0)
    assert throttle.interval == 2.0
    throttle.require(0.1)
    throttle.answered(0.1)
    assert throttle.interval == 2.0


def test_the_first_answers_do_not_tell_how_quick_a_site_is() -> None:
    throttle = Throttle(0.1, Clock())
    for latency in (0.01, *[2.0] * 5):
        throttle.answered(latency)
    assert throttle.interval == 0.1


def test_a_quick_site_may_take_a_second_more() -> None:
    throttle = Throttle(0.1, Clock())
    for latency in [0.01] * 10 + [0.9] * 10:
        throttle.answered(latency)
    assert throttle.interval == 0.1


def test_rising_latency_slows_down() -> None:
    throttle = Throttle(0.1, Clock())
    for _ in range(10):
        throttle.answered(0.2)
    assert throttle.interval == 0.1
    for _ in range(10):
        throttle.answered(5.0)
    assert throttle.interval > 1


def test_a_slow_but_steady_site_gets_its_set_rate() -> None:
    throttle = Throttle(0.1, Clock())
    for _ in range(50):
        throttle.answered(3.0)
    assert throttle.interval == 0.1


@given(
    st.lists(st.one_of(st.floats(0.001, 30), st.sampled_from(["overloaded", "retry"])), max_size=60),
    st.floats(0.05, 5),
)
def test_the_throttle_is_never_faster_than_the_set_rate(events: list[float | str], interval: float) -> None:
    clock = Clock()
    throttle = Throttle(interval, clock)
    turns = []
    for event in events:
        clock.now += (wait := throttle.take_turn())
        turns.append(clock.now)
        assert 0 <= wait <= 60 + interval
        if isinstance(event, float):
            throttle.answered(event)
        else:
            throttle.overloaded(10.0 if event == "retry" else None)
        assert interval <= throttle.interval <= max(60, interval)
    assert all(after - before >= interval - 1e-9 for before, after in pairwise(turns))


def test_retry_after_reads_both_forms() -> None:
    assert retry_after("120", NOW) == 120
    assert retry_after("Sun, 22 Nov 2026 18:01:30 GMT", NOW) == 90
    assert retry_after("Sun, 22 Nov 2026 18:01:30 -0000", NOW) == 90
    assert retry_after("Sun, 22 Nov 2026 17:00:00 GMT", NOW) == 0
    assert retry_after("soon", NOW) is None
    assert retry_after(None, NOW) is None


@given(st.text(max_size=40))
@example("0\x1f")
@example("Sun, 22 Nov 2026 18:01:30 +99999999999")
def test_retry_after_reads_any_text(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or wait >= 0


def test_the_night_window_may_run_over_midnight() -> None:
    window = parse_window("22:00-05:30")
    hours = [hour for hour in range(24) if is_within(window, NOW.replace(hour=hour))]
    assert hours == [0, 1, 2, 3, 4, 5, 22, 23]
    assert is_within(parse_window(""), NOW)
    small_hours = parse_window("01:00-05:30")
    assert [hour for hour in range(24) if is_within(small_hours, NOW.replace(hour=hour))] == [1, 2, 3, 4, 5]


def test_attempts_wait_twice_as_long_each_time_up_to_half_an_hour() -> None:
    first, *others = waits(PATIENCE.model_copy(update={"attempts": 2_000, "backoff": 2.0}))
    assert (first, len(others)) == (0.0, 1_999)
    assert all(0.5 <= wait / (2.0 * 2 ** min(number, 10)) <= 1.5 for number, wait in enumerate(others))


def test_the_breaker_counts_failures_in_a_row() -> None:
    breaker = Breaker(3)
    assert [breaker.heard(is_alive=alive) for alive in (False, False, True, False, False, False)] == [False] * 5 + [
        True
    ]


@given(st.text(max_size=300))
def test_any_robots_txt_can_be_read(text: str) -> None:
    try:
        rules = Robots(text.encode("utf-8", "surrogatepass"))
    except RobotsError:
        assert "\0" in text
        return
    assert isinstance(rules.allows("http://site.test/x"), bool)
    assert rules.interval >= 0
