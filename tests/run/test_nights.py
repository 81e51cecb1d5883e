"""Night after night against a scripted site: the history tells what happened, and cost follows what changed."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.core.errors import ExitCode
from tests.run.scripted_site import City, login_wall, project, unchanged, watched

FIRST_NIGHT = dt.datetime(2026, 11, 1, 18, 15, tzinfo=dt.UTC)
IDS = [f"50490000-{number:04d}" for number in range(1, 13)]
STEADY, EDITED, REWRITTEN, GONE, BACK, TRANSIENT = IDS[:6]
ADDED = "50490000-0099"


class Schedule(NamedTuple):
    """The nights on which something happens, the last one, and some of those on which nothing does."""

    edited: int
    added: int
    gone: int
    vanished: int
    edited_again: int
    restored: int
    back: int
    broken: int
    walled: int
    rewritten: int
    last: int
    quiet: Sequence[int]


WHOLE = Schedule(3, 5, 8, 9, 12, 13, 15, 10, 20, 25, 30, (2, 4, 6, 7, 14, 16, 22, 23, 24, 26, 27, 28, 29, 30))
# The same events night upon night.
SHORT = Schedule(2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, (8,))


def night(city: City, number: int) -> ExitCode:
    city.now = FIRST_NIGHT + dt.timedelta(days=number - 1)
    return city.refresh()[0]


def day(number: int) -> dt.date:
    return (FIRST_NIGHT + dt.timedelta(days=number - 1)).date()


class Month(NamedTuple):
    city: City
    at: Schedule


@pytest.fixture(
    scope="module",
    params=[pytest.param(SHORT, id="eventful nights"), pytest.param(WHOLE, id="every night")],
)
def month(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Month:
    """Nights of one month: projects are added, edited, vanish and come back; two nights go wrong."""
    at: Schedule = request.param
    with watched(tmp_path_factory.mktemp("month") / "data", *IDS) as city:
        site, codes = city.site, {}
        for number in range(1, at.last + 1):
            site.is_broken = number == at.broken
            site.shows = login_wall if number == at.walled else unchanged
            if number == at.edited:
                site.change(EDITED, budget_spent="60,000")
            if number == at.added:
                site.projects[ADDED] = project(ADDED, name="โครงการใหม่")
            if number == at.gone:
                for gone in (GONE, BACK):
                    del site.projects[gone]
            if number == at.edited_again:
                site.change(EDITED, budget_spent="70,000", progress="80")
                site.change(TRANSIENT, agency=None)
            if number == at.restored:
                site.change(TRANSIENT, agency="สำนักงานเขตพระนคร")
            if number == at.back:
                site.projects[BACK] = project(BACK, remark="กลับมาแล้ว")
            if number == at.rewritten:
                first, *others = site.projects[REWRITTEN].reports or ()
                site.projects[REWRITTEN] = site.projects[REWRITTEN].reporting(
                    (first[0], "40.0", *first[2:]), *others, ("2026-11-24", "100.0", "2", "ไม่มี", "เสร็จ")
                )
            codes[number] = night(city, number)
        assert {number: code for number, code in codes.items() if code != ExitCode.DONE} == {
            at.broken: ExitCode.FAILED,
            at.walled: ExitCode.REFUSED,
        }
        assert len([*city.settings.runs_dir.iterdir()]) == at.last
        return Month(city, at)


def versions(city: City, project_id: str) -> list[tuple[object, ...]]:
    return city.rows(
        "SELECT valid_from::DATE, valid_to::DATE, is_vanished, is_reappearance FROM project_versions "
        f"WHERE project_id = '{project_id}' ORDER BY version_no"
    )


# The nights wait for each other; on a crowded machine that is minutes, and no fault of theirs.
@pytest.mark.slow
@pytest.mark.timeout(600)
class TestAMonth:
    def test_every_project_that_ever_was_is_there(self, month: Month) -> None:
        rows = month.city.rows("SELECT project_id, status FROM projects ORDER BY project_id")
        assert rows == [(one, "vanished" if one == GONE else "listed") for one in [*IDS, ADDED]]

    def test_a_steady_project_has_one_version_seen_until_the_last_night(self, month: Month) -> None:
        assert versions(month.city, STEADY) == [(day(1), None, False, False)]
        ((last_seen,),) = month.city.rows(f"SELECT last_seen_at::DATE FROM projects WHERE project_id = '{STEADY}'")
        assert last_seen == day(month.at.last)

    def test_edits_are_versions_from_the_night_they_were_seen(self, month: Month) -> None:
        at = month.at
        assert [row[0] for row in versions(month.city, EDITED)] == [day(1), day(at.edited), day(at.edited_again)]
        changes = month.city.rows(
            "SELECT field, old, new, observed_at::DATE FROM project_changes "
            f"WHERE project_id = '{EDITED}' ORDER BY version_no, field"
        )
        assert changes == [
            ("budget_spent_thb", "55,979", "60,000", day(at.edited)),
            ("budget_spent_thb", "60,000", "70,000", day(at.edited_again)),
            ("progress_pct", "50", "80", day(at.edited_again)),
        ]

    def test_an_added_project_begins_when_it_was_listed(self, month: Month) -> None:
        assert versions(month.city, ADDED) == [(day(month.at.added), None, False, False)]

    def test_a_project_vanishes_with_the_second_absence(self, month: Month) -> None:
        ((began, ended, is_vanished, _),) = versions(month.city, GONE)
        assert (began, ended, is_vanished) == (day(1), day(month.at.vanished), True)

    def test_a_project_that_comes_back_shows_the_gap(self, month: Month) -> None:
        (_, gone_at, was_gone, _), (back_at, until, _, is_reappearance) = versions(month.city, BACK)
        assert (gone_at, was_gone) == (day(month.at.vanished), True)
        # Missing pages are asked for less and less often, but one that is listed again is asked for that very night.
        assert (back_at, until, is_reappearance) == (day(month.at.back), None, True)

    def test_a_value_that_disappears_briefly_is_two_versions_and_a_flag(self, month: Month) -> None:
        assert [row[0] for row in versions(month.city, TRANSIENT)] == [
            day(1),
            day(month.at.edited_again),
            day(month.at.restored),
        ]
        assert month.city.rows(
            f"SELECT count(*) FROM project_versions WHERE project_id = '{TRANSIENT}' AND is_transient"
        ) != [(0,)]

    def test_reports_edited_after_the_fact_keep_their_history(self, month: Month) -> None:
        rows = month.city.rows(
            "SELECT reported_on::VARCHAR, progress_pct::INTEGER, n_revisions, first_seen_at::DATE "
            f"FROM progress_history WHERE project_id = '{REWRITTEN}' ORDER BY report_no"
        )
        assert rows == [
            ("2023-01-31", 40, 2, day(1)),
            ("2023-05-02", 100, 1, day(1)),
            ("2026-11-24", 100, 1, day(month.at.rewritten)),
        ]

    def test_the_bad_nights_published_nothing_wrong(self, month: Month) -> None:
        broken, walled = month.at.broken, month.at.walled
        runs = month.city.rows("SELECT started_at::DATE, status FROM runs ORDER BY 1")
        assert len(runs) == len([*month.city.settings.runs_dir.iterdir()])
        assert (day(walled), "refused") in runs
        assert [path.name for path in (month.city.settings.curated_dir / "refused").iterdir()] == [
            f"{day(walled):%Y%m%d}T181500Z"
        ]
        failed = json.loads((month.city.settings.runs_dir / f"{day(broken):%Y%m%d}T181500Z.json").read_text())
        assert "robots.txt cannot be read" in failed["problems"][0]

    def test_the_report_of_the_last_night_tells_the_story(self, month: Month) -> None:
        report = json.loads((month.city.release / "quality.json").read_text(encoding="utf-8"))
        told = json.dumps(report, ensure_ascii=False)
        for code in ("project_vanished", "value_disappeared_briefly", "report_changed_later"):
            assert code in told
        page = (month.city.release / "quality.html").read_text(encoding="utf-8")
        assert GONE in page

    def test_quiet_nights_cost_no_body(self, month: Month) -> None:
        bodies = {path.name[:8] for path in month.city.settings.raw_dir.glob("*.warc.gz")}
        quiet = {f"{day(number):%Y%m%d}" for number in month.at.quiet}
        assert not bodies & quiet
        assert bodies


@pytest.mark.slow
def test_cost_follows_what_changed(tmp_path: Path) -> None:
    ids = [f"50490000-{number:04d}" for number in range(100)]
    with watched(tmp_path / "data", *ids) as city:
        city.now = FIRST_NIGHT
        _, first, _ = city.refresh()
        for project_id in ids[::50]:
            city.site.change(project_id, budget_spent="99")
        city.now += dt.timedelta(days=1)
        _, second, _ = city.refresh()
    assert (first.counts["new"], first.counts["pages_parsed"]) == (100, 100)
    assert (second.counts["changed"], second.counts["unchanged"], second.counts["pages_parsed"]) == (2, 98, 2)
    sizes = [path.stat().st_size for path in sorted(city.settings.raw_dir.glob("*.warc.gz"))]
    assert len(sizes) == 2
    # Two percent of the bodies, each with its request, and nothing else.
    assert sizes[1] < sizes[0] * 0.04


@pytest.mark.slow
def test_a_clock_that_jumps_back_an_hour_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with watched(tmp_path / "data", *IDS[:3]) as city:
        assert night(city, 1) == ExitCode.DONE
        city.now = FIRST_NIGHT - dt.timedelta(hours=1)
        city.site.change(IDS[1], remark="ใหม่")
        code, record, _ = city.refresh()
        assert code == ExitCode.DONE
        assert record.run_id == "20261101T171500Z"
        city.site.change(IDS[1], budget_spent="1")
        assert night(city, 2) == ExitCode.DONE
        assert len(city.rows("SELECT * FROM runs")) == 3
        assert city.rows("SELECT count(*) FROM projects WHERE status = 'listed'") == [(3,)]
        ((remark, spent),) = city.rows(
            f"SELECT remark, budget_spent_thb::INT FROM projects WHERE project_id = '{IDS[1]}'"
        )
        assert (remark, spent) == ("ใหม่", 1)
        assert (city.settings.curated_dir / "latest").readlink().name == "20261102T181500Z"


@pytest.mark.slow
def test_a_night_asks_for_what_is_due_by_its_edits_and_at_once_for_what_the_listing_shows_otherwise(
    tmp_path: Path,
) -> None:
    """One project reports every night, one finished and reports again, the others are never edited."""
    busy, finished = IDS[0], IDS[1]
    with watched(tmp_path / "data", *IDS) as city:
        city.revisit_by_edits()
        city.site.change(finished, progress="100")
        for number in range(1, 11):
            if number > 1:
                city.site.change(busy, budget_spent=f"{number + 60},000")
            if number == 7:
                city.site.change(finished, progress="95")
            assert night(city, number) == ExitCode.DONE
        asked = city.rows("SELECT project_id, n_attempts FROM page_status WHERE project_id IS NOT NULL")
        visits = {row[0]: row[1] for row in asked}
        assert visits[busy] == 8, "nights 1, 3, 5 and all that follow"
        assert {visits[one] for one in IDS[2:]} == {5}, (
            "nights 1, 3, 5, 7 and 9: without an edit its pace becomes slower"
        )
        assert city.rows(
            f"SELECT observed_at::DATE FROM project_changes WHERE project_id = '{finished}' AND field = 'progress_pct'"
        ) == [(day(7),)]
