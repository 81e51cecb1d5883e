"""A check asks politely, ten times at most, and keeps what it was answered apart from the archive."""

import datetime as dt
import json
import signal
import time
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.archive.segments import read_segment, sealed_segments
from pipeline.core.settings import Settings, Source
from pipeline.core.time import utc_now
from pipeline.run.check import asking
from pipeline.run.check.advice import ADVICE
from pipeline.run.check.source import check_source
from pipeline.run.lock import LockedError, data_dir_lock
from pipeline.run.verification import verify_data
from tests.cli.command import bma_here, start
from tests.fetch.misbehaving import (
    BASE_URL,
    PATIENCE,
    REAL_ID,
    Behaviour,
    Handler,
    MisbehavingSite,
    listing,
    misbehaving_site,
    page,
    project,
    redirect,
)
from tests.run.check.checked import LOGIN_FORM, A, B, C, check, line, robots
from tests.run.scripted_site import ScriptedSite, watched


def test_a_good_site_is_ready_and_asked_seven_times(site: MisbehavingSite, tmp_path: Path) -> None:
    report = check(site, tmp_path)
    assert report.judgement.verdict == "ready"
    assert site.asked_for_projects() == [A, A, A, B, C]
    agents = [one.headers["user-agent"].partition("/")[0] for one in site.asked if one.project_id]
    assert agents == ["bma-projects", "bma-projects", "Mozilla", "bma-projects", "bma-projects"]
    assert len(site.asked) == 7


def test_a_dead_site_is_asked_once(tmp_path: Path) -> None:
    with misbehaving_site() as gone:
        source = gone.source()
    report = check_source(Settings(data_dir=tmp_path, fetch=PATIENCE), source)
    assert (report.judgement.verdict, report.judgement.reason) == ("not ready", "unreachable")
    assert report.judgement.advice == ADVICE["unreachable"]
    assert report.site is not None
    assert report.site.requests == 1
    assert line(report, "robots.txt") == "robots.txt   no answer; nothing else was asked for"


def test_a_closed_listing_without_ids_is_judged_by_the_one_page_that_is_known(
    site: MisbehavingSite, tmp_path: Path
) -> None:
    site.listing = page(LOGIN_FORM)
    report = check(site, tmp_path)
    assert site.asked_for_projects() == [REAL_ID]
    assert (report.judgement.verdict, report.judgement.reason) == ("not ready", "no_pages")
    assert "the listing names no project (login: " in report.judgement.why
    assert f"{REAL_ID} is not there" in report.judgement.why
    assert "--ids" in report.judgement.advice
    site.pages[REAL_ID] = project(REAL_ID)
    report = check(site, tmp_path)
    assert (report.judgement.verdict, report.judgement.reason) == ("ready with --ids only", "listing")


def test_an_id_that_is_no_code_is_named_and_spoils_no_verdict(site: MisbehavingSite, tmp_path: Path) -> None:
    report = check(site, tmp_path, "5049-1")
    assert report.judgement.reason == "not_found"
    assert "'5049-1' is not a code such as 50490000-3607" in report.judgement.why
    report = check(site, tmp_path, A, "5049-1")
    assert report.judgement.verdict == "ready"
    assert report.judgement.why == "the listing and the pages are as known; but 1 of 2 pages could not be read"


def test_a_private_address_needs_connect_to(tmp_path: Path) -> None:
    source = Source(source_id="site", base_url="http://127.0.0.1:9/index.php")
    report = check_source(Settings(data_dir=tmp_path, fetch=PATIENCE), source)
    assert (report.judgement.reason, report.judgement.advice) == ("private", ADVICE["private"])


def test_outside_the_night_window_nobody_is_blamed(site: MisbehavingSite, tmp_path: Path) -> None:
    moment = dt.datetime(2026, 11, 22, 5, tzinfo=dt.UTC)
    settings = Settings(data_dir=tmp_path, fetch=PATIENCE.model_copy(update={"night_window": "22:00-05:00"}))
    report = check_source(settings, site.source(), clock=lambda: moment)
    assert site.asked == []
    assert (report.judgement.reason, report.judgement.advice) == ("window", ADVICE["window"])


def test_what_robots_txt_asks_for_is_waited_for_as_far_as_the_settings_allow(
    site: MisbehavingSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_MOST_WAIT", 0.05)
    monkeypatch.setattr(asking, "_LONG", 0.05)
    robots("User-agent: *\nCrawl-delay: 0.1")(site)
    said: list[str] = []
    settings = Settings(data_dir=tmp_path, fetch=PATIENCE)
    assert check_source(settings, site.source(), (A,), tell=said.append).judgement.verdict == "ready"
    assert said == ["robots.txt asks for 0.1 s between requests: this takes 1 minute at most"]
    robots("User-agent: *\nCrawl-delay: 700")(site)
    report = check(site, tmp_path)
    assert (report.judgement.reason, report.judgement.advice) == ("delay", ADVICE["delay"])


def test_a_site_that_fails_once_is_not_said_to_turn_our_name_away(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages[A] = [page(b"", status=500), project(A)]
    report = check(site, tmp_path)
    assert site.asked_for_projects() == [A, A, A, B, C]
    assert "; at a second request we get project (HTTP 200)" in line(report, "User-Agent")
    assert report.judgement.verdict == "ready"
    assert report.judgement.why.endswith("; but 1 of 3 pages could not be read")


def test_a_browser_that_reads_other_values_is_told(site: MisbehavingSite, tmp_path: Path) -> None:
    def answer(handler: Handler) -> None:
        is_ours = "bma-projects" in handler.headers["User-Agent"]
        project(A, remark="" if is_ours else " ที่ซ่อนไว้")(handler)

    site.pages[A] = answer
    report = check(site, tmp_path, A)
    assert report.judgement.verdict == "ready"
    assert "a browser gets other rows: ชื่อโครงการ" in line(report, "User-Agent")


def test_where_neither_listing_nor_page_is_there_the_address_is_doubted(tmp_path: Path) -> None:
    with misbehaving_site() as site:
        report = check(site, tmp_path)
    assert (report.judgement.reason, report.judgement.advice) == ("not_found", ADVICE["not_found"])
    assert "correct base_url" in report.judgement.advice


def test_the_set_budget_and_rate_hold(site: MisbehavingSite, tmp_path: Path) -> None:
    report = check(site, tmp_path, fetch=PATIENCE.model_copy(update={"max_requests": 4, "rate": 4.0}))
    assert len(site.asked) == 4
    # The first request of a run begins with what is made once, so that it arrives late.
    moments = [asked.at for asked in site.asked[1:]]
    assert all(later - earlier > 0.15 for earlier, later in pairwise(moments))
    assert report.judgement.verdict == "ready"


def test_ten_requests_are_the_most_where_every_page_redirects(site: MisbehavingSite, tmp_path: Path) -> None:
    def doubled(handler: Handler) -> None:
        if "twice" in handler.path:
            listing([[A, B, C]], 3)(handler)
        else:
            redirect(f"{handler.path}&twice=1")(handler)

    def to_project(project_id: str) -> Behaviour:
        def send(handler: Handler) -> None:
            (project(project_id) if "twice" in handler.path else redirect(f"{handler.path}&twice=1"))(handler)

        return send

    site.listing = doubled
    site.pages = {one: to_project(one) for one in (A, B, C)}
    report = check(site, tmp_path)
    assert len(site.asked) == asking.MOST_REQUESTS
    assert report.judgement.verdict == "ready"
    assert "→" in line(report, "address")


def test_the_evidence_is_kept_apart_and_known_to_verify(site: MisbehavingSite, tmp_path: Path) -> None:
    check(site, tmp_path)
    settings = Settings(data_dir=tmp_path)
    (segment,) = sealed_segments(settings.checks_dir)
    assert [row.project_id for row, _ in read_segment(segment) if row.project_id] == [A, A, A, B, C]
    assert not settings.raw_dir.exists()
    assert not settings.curated_dir.exists()
    assert verify_data(settings).problems == ()
    assert segment.warc is not None
    segment.warc.write_bytes(segment.warc.read_bytes()[:-200])
    problems = verify_data(settings).problems
    assert problems
    assert all(problem.startswith(f"checks/{segment.name}") for problem in problems)
    assert all(problem.endswith("the rest can be removed as a whole") for problem in problems)


@pytest.mark.slow
def test_an_interrupted_check_leaves_its_evidence_in_order(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages = {A: page(b"", wait=30)}
    site.listing = listing([[A]], 1)
    config, data = tmp_path / "bma-projects.toml", tmp_path / "data"
    config.write_text(f'[sources.sample]\nconnect_to = "{site.address}"\n', encoding="utf-8")
    running = start("check", "--base-url", BASE_URL, "--config", config, "--data-dir", data)
    while not site.asked_for_projects():
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, complained = running.communicate(timeout=20)
    assert running.returncode == 1
    said = "interrupted; nothing is published and the pages that came are kept; run the check again"
    assert complained == f"bma-projects: {said}\n"
    settings = Settings(data_dir=data)
    assert len(sealed_segments(settings.checks_dir)) == 1
    assert verify_data(settings).problems == ()


def test_two_checks_of_one_second_have_names_of_their_own(site: MisbehavingSite, tmp_path: Path) -> None:
    now = utc_now()
    for _ in range(2):
        check_source(Settings(data_dir=tmp_path, fetch=PATIENCE), site.source(), (A,), clock=lambda: now)
    assert len(sealed_segments(Settings(data_dir=tmp_path).checks_dir)) == 2


def test_a_check_waits_for_no_run(site: MisbehavingSite, tmp_path: Path) -> None:
    with data_dir_lock(tmp_path, "bma-projects refresh"), pytest.raises(LockedError):
        check(site, tmp_path)
    assert site.asked == []


def test_the_sample_is_ready(tmp_path: Path) -> None:
    done = bma_here("check", "--data-dir", tmp_path)
    assert done.returncode == 0, done.stdout
    assert "verdict      ready: the listing and the pages are as known" in done.stdout
    assert f"do next      {ADVICE['ready']}" in done.stdout
    assert "46 stated" in done.stdout


def test_an_address_without_a_source_is_asked_at_the_set_pace(site: MisbehavingSite, tmp_path: Path) -> None:
    config = tmp_path / "bma-projects.toml"
    config.write_text(f'[fetch]\nrate = 20.0\n[sources.sample]\nconnect_to = "{site.address}"\n', encoding="utf-8")
    flags = ("--config", config, "--data-dir", tmp_path / "data", "--json")
    found = json.loads(bma_here("check", "--base-url", BASE_URL, *flags).stdout)
    assert (found["source_id"], found["base_url"], found["judgement"]["verdict"]) == ("new", BASE_URL, "ready")
    assert found["site"]["interval_s"] == 0.05


@pytest.mark.slow
def test_refresh_of_a_source_never_fetched_hints_once_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipeline.core.log import RunLog
    from pipeline.run.refresh import refresh

    with watched(tmp_path, city=ScriptedSite(A)) as city:
        code, _, _ = refresh(city.settings, RunLog(), ["refresh"])
        first = capsys.readouterr().err
        refresh(city.settings, RunLog(), ["refresh"])
        second = capsys.readouterr().err
    assert code == 0
    assert first.count("bma-projects check --source city") == 1
    assert "bma-projects check" not in second
