"""A site in trouble for nights on end, and a listing that leaves projects out: what is asked for and believed."""

import datetime as dt
from pathlib import Path

import pytest

from pipeline.core.errors import ExitCode
from pipeline.run.record import RunRecord
from pipeline.sample.server import Reply
from tests.parsers.projects import StoredProject
from tests.run.scripted_site import City, Shows, login_wall, unchanged, watched

FIRST_NIGHT = dt.datetime(2026, 11, 1, 18, 15, tzinfo=dt.UTC)
IDS = [f"50490000-{number:04d}" for number in range(1, 41)]
N_SAMPLE = 5

pytestmark = pytest.mark.slow


def night(city: City, number: int, *, is_released: bool = True) -> tuple[ExitCode, RunRecord]:
    """One night; where its release is not looked at, it makes none."""
    city.now = FIRST_NIGHT + dt.timedelta(days=number - 1)
    return city.refresh()[:2] if is_released else city.fetch()


def out_of_order(stored: StoredProject) -> Reply:
    return Reply(500, "text/plain", b"out of order")


@pytest.mark.parametrize(
    ("shows", "breaker"),
    [
        pytest.param(login_wall, 9, id="login"),
        pytest.param(out_of_order, 1000, id="500"),
        pytest.param(out_of_order, 9, id="dead"),
    ],
)
def test_an_outage_of_nine_nights_costs_no_night_more(tmp_path: Path, shows: Shows, breaker: int) -> None:
    with watched(tmp_path / "data", *IDS) as city:
        fetch = city.settings.fetch.model_copy(update={"sample_pages": N_SAMPLE, "breaker_failures": breaker})
        city.settings = city.settings.model_copy(update={"fetch": fetch})
        assert night(city, 1)[0] == ExitCode.DONE
        city.site.shows = shows
        assert night(city, 2)[0] != ExitCode.DONE
        for number in range(3, 11):
            # What comes of these nights is refused, or as it was: the first and the last of them show it.
            code, record = night(city, number, is_released=number == 10)
            assert code != ExitCode.DONE or (number < 10 and shows is login_wall)
            if breaker > 9 or shows is login_wall:
                assert record.counts["failed"] == N_SAMPLE
                assert f"{N_SAMPLE} of the {N_SAMPLE} pages asked for first gave no usable answer" in record.problems[0]
        city.site.shows = unchanged
        city.site.change(IDS[0], remark="หลังระบบล่ม")
        code, record = night(city, 11)
        assert (code, record.counts["unchanged"], record.counts["changed"]) == (ExitCode.DONE, len(IDS) - 1, 1)
        assert city.rows("SELECT count(*) FROM page_status WHERE last_outcome IN ('failed', 'refused')") == [(0,)]


def test_no_listing_makes_a_project_vanish_and_one_that_lacks_it_makes_its_page_due(tmp_path: Path) -> None:
    """Five finished projects are missing from two complete listings read seconds apart; their pages answer."""
    with watched(tmp_path / "data", *IDS) as city:
        city.revisit_by_edits()
        for project_id in IDS:
            city.site.change(project_id, progress="100")
        night(city, 1)
        night(city, 2, is_released=False)
        city.site.listed = IDS[5:]
        _, record = night(city, 3, is_released=False)
        assert record.counts["unchanged"] == 5, "what the listing lacks is asked for at once"
        city.now = city.clock() + dt.timedelta(seconds=8)
        city.fetch()
        assert night(city, 4)[1].counts["due"] == 0, "and once, since its page has answered"
        assert city.rows("SELECT count(*) FROM projects WHERE status = 'vanished'") == [(0,)]


def test_a_project_vanishes_by_its_own_page_and_is_asked_for_when_it_is_listed_again(tmp_path: Path) -> None:
    gone = IDS[0]
    with watched(tmp_path / "data", *IDS[:3]) as city:
        night(city, 1)
        stored = city.site.projects.pop(gone)
        night(city, 2, is_released=False)
        city.now = city.clock() + dt.timedelta(seconds=8)
        city.refresh()
        assert city.rows(f"SELECT status FROM projects WHERE project_id = '{gone}'") == [("listed",)]
        night(city, 3)
        assert city.rows(f"SELECT status FROM projects WHERE project_id = '{gone}'") == [("vanished",)]
        for number in range(4, 8):
            night(city, number, is_released=False)
        city.site.projects[gone] = stored
        _, record = night(city, 8)
        assert record.counts["unchanged"] == 3
        assert city.rows(f"SELECT status FROM projects WHERE project_id = '{gone}'") == [("listed",)]
