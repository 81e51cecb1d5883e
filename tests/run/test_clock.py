"""A clock that is wrong: told by the servers where they are asked, and void for good where they were not."""

import datetime as dt
from email.utils import format_datetime
from pathlib import Path

import pytest

from pipeline.archive.history.page_history import page_states
from pipeline.archive.run_order import ClockError
from pipeline.core.errors import ExitCode
from pipeline.core.log import RunLog
from pipeline.run.import_captures import undo_import
from pipeline.run.record import new_record
from pipeline.run.status import read_status, status_lines
from tests.run.scripted_site import City, watched

FIRST_NIGHT = dt.datetime(2026, 11, 1, 18, 15, tzinfo=dt.UTC)
IDS = [f"50490000-{number:04d}" for number in range(1, 4)]
SOME = IDS[0]


def night(city: City, at: dt.datetime) -> ExitCode:
    city.now = at
    return city.refresh()[0]


def remark(city: City) -> object:
    ((found,),) = city.rows(f"SELECT remark FROM projects WHERE project_id = '{SOME}'")
    return found


@pytest.mark.parametrize(
    "off",
    [
        dt.timedelta(hours=25),
        *[pytest.param(off, marks=pytest.mark.slow) for off in (dt.timedelta(days=3653), -dt.timedelta(days=3653))],
    ],
)
def test_a_run_stops_when_the_servers_clock_is_more_than_a_day_off(
    tmp_path: Path, off: dt.timedelta, capsys: pytest.CaptureFixture[str]
) -> None:
    with watched(tmp_path / "data", *IDS) as city:
        city.site.clock = city.now = FIRST_NIGHT
        assert city.fetch()[0] == ExitCode.DONE
        files = sorted(city.settings.raw_dir.iterdir())
        city.now = FIRST_NIGHT + off
        code, record, published = city.refresh()
        assert (code, published) == (ExitCode.FAILED, None)
        assert "more than a day apart; set the one that is wrong" in record.problems[0]
        assert sorted(city.settings.raw_dir.iterdir()) == files, "nothing is dated by it"
        city.site.clock += dt.timedelta(days=1)
        capsys.readouterr()
        assert night(city, city.site.clock - dt.timedelta(hours=23)) == ExitCode.DONE
        assert capsys.readouterr().err == "", "the night after is as silent as any other"


@pytest.mark.slow
@pytest.mark.parametrize("site_clock", [True, False], ids=["a site with a clock", "a site without"])
def test_a_night_in_2036_is_void_once_a_run_with_the_right_clock_has_followed(tmp_path: Path, site_clock: bool) -> None:
    with watched(tmp_path / "data", *IDS) as city:
        assert night(city, FIRST_NIGHT) == ExitCode.DONE
        city.site.change(SOME, remark="2036")
        wrong = dt.datetime(2036, 1, 1, tzinfo=dt.UTC)
        assert night(city, wrong) == ExitCode.DONE
        assert remark(city) == "2036"
        right = FIRST_NIGHT + dt.timedelta(days=1)
        assert read_status(city.settings, right).misdated_runs == ["20360101T000000Z"], "it is to come"
        city.site.clock = right if site_clock else None
        city.site.change(SOME, remark="ใหม่")
        code = night(city, right)
        if not site_clock:
            # Which of the two clocks is wrong is not known; a run that went back years would void all runs before it.
            assert code == ExitCode.FAILED
            assert remark(city) == "2036"
            return
        assert code == ExitCode.DONE
        assert remark(city) == "ใหม่"
        assert city.rows("SELECT max(last_seen_at)::DATE FROM projects") == [(right.date(),)]
        assert city.rows("SELECT max(listed_at)::DATE FROM listings") == [(right.date(),)]
        assert city.rows("SELECT max(valid_from)::DATE FROM project_versions") == [(right.date(),)]
        known = page_states(city.settings.raw_dir, "city")[SOME]
        assert known.last_attempt_at == right
        status = read_status(city.settings, right + dt.timedelta(hours=1))
        assert (status.last_run or {})["run_id"] == f"{right:%Y%m%dT%H%M%SZ}"
        assert any("20360101T000000Z: began while the clock was wrong" in line for line in status_lines(status, right))
        city.site.clock = city.site.clock and right + dt.timedelta(days=1)
        city.site.change(SOME, remark="und weiter")
        assert night(city, right + dt.timedelta(days=1)) == ExitCode.DONE
        assert remark(city) == "und weiter"


def test_no_import_is_dated_by_a_clock_behind_the_archive(tmp_path: Path) -> None:
    with watched(tmp_path / "data", *IDS) as city:
        city.now = FIRST_NIGHT
        city.fetch()
        log, early = RunLog(is_quiet=True), dt.datetime(1970, 1, 1, 0, 5, tzinfo=dt.UTC)
        record = new_record(city.settings, "import", [], [], early)
        with pytest.raises(ClockError, match="an earlier run began at 2026-11-01"):
            undo_import(city.settings, "20260101T000000Z", record, log)


@pytest.mark.slow
def test_a_copy_of_a_cache_is_as_old_as_it_says(tmp_path: Path) -> None:
    with watched(tmp_path / "data", *IDS) as city:
        site = city.site
        stale = format_datetime(FIRST_NIGHT - dt.timedelta(days=30))
        answer = site._answer
        site._answer = lambda target: answer(target)._replace(headers=(("Date", stale), ("Age", str(30 * 86400))))  # type: ignore[method-assign]
        assert night(city, FIRST_NIGHT) == ExitCode.DONE
