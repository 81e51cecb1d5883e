"""A site that contradicts itself is told so in the run's record: no answer of its is believed against another."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.analyst.query import ask
from pipeline.core.log import RunLog
from pipeline.core.settings import Settings
from pipeline.publish.releases import latest_release
from pipeline.run.fetch_source import fetch_source
from pipeline.run.record import RunRecord, new_record
from pipeline.run.refresh import refresh
from tests.fetch.misbehaving import (
    PATIENCE,
    Behaviour,
    Handler,
    MisbehavingSite,
    listing,
    misbehaving_site,
    page,
    project,
)

ONE, TWO, GHOST = "50010000-0001", "50010000-0002", "50010000-0009"


@pytest.fixture
def site() -> Iterator[MisbehavingSite]:
    with misbehaving_site() as running:
        yield running


def night(data_dir: Path, site: MisbehavingSite, day: int) -> RunRecord:
    """One run of discover and fetch on a day of November."""
    at = dt.datetime(2026, 11, day, 18, tzinfo=dt.UTC)
    source = site.source(is_revisited_always=True)
    settings = Settings(data_dir=data_dir, sources={"site": source}, source="site", fetch=PATIENCE)
    record = new_record(settings, "fetch", [], [source], at)
    assert fetch_source(settings, source, record, RunLog(is_quiet=True), clock=lambda: at)
    return record


def test_a_listing_of_another_day_is_told(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages = {ONE: project(ONE), TWO: project(TWO)}
    site.listing = listing([[ONE, TWO]], 2)
    assert night(tmp_path, site, 1).problems == []
    site.listing = listing([[ONE, GHOST]], 2)
    (problem,) = night(tmp_path, site, 2).problems
    assert problem == (
        f"site: the listing names 1 project without a page, {GHOST} first, and "
        f"leaves out 1 with a page, {TWO} first; it counts as incomplete"
    )


@pytest.mark.slow
def test_a_project_that_went_is_no_contradiction(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages = {ONE: project(ONE), TWO: project(TWO)}
    site.listing = listing([[ONE, TWO]], 2)
    night(tmp_path, site, 1)
    del site.pages[TWO]
    assert night(tmp_path, site, 2).problems == []
    site.listing = listing([[ONE, GHOST]], 2)
    assert night(tmp_path, site, 3).problems == []


def test_a_304_that_hid_an_edit_is_told(site: MisbehavingSite, tmp_path: Path) -> None:
    site.listing = listing([[ONE]], 1)
    etag = [("ETag", '"id-1"')]
    site.pages = {
        ONE: [project(ONE, headers=etag), page(b"", status=304, headers=etag), project(ONE, "x", headers=etag)]
    }
    assert [night(tmp_path, site, day).problems for day in (1, 2)] == [[], []]
    (problem,) = night(tmp_path, site, 9).problems
    assert problem.startswith(
        f"site: 1 page changed under the same ETag or Last-Modified, {ONE} first, though the site "
    )
    assert "fetch.not_modified_max_days" in problem


def etag_of_the_id(remark: str = "") -> Behaviour:
    """The page for a request without conditions; to any other, that it was not modified."""
    etag = [("ETag", '"id-1"')]

    def answer(handler: Handler) -> None:
        is_conditional = handler.headers.get("If-None-Match") is not None
        (page(b"", status=304, headers=etag) if is_conditional else project(ONE, remark, headers=etag))(handler)

    return answer


@pytest.mark.slow
def test_an_edit_behind_an_etag_of_the_id_is_published_within_nine_days(site: MisbehavingSite, tmp_path: Path) -> None:
    site.listing = listing([[ONE]], 1)

    def told(day: int) -> tuple[str, int, str]:
        """The end of the name, the number of versions, and the day on which the project was last seen."""
        at = dt.datetime(2026, 11, day, 18, tzinfo=dt.UTC)
        sources = {"site": site.source(is_revisited_always=True)}
        settings = Settings(data_dir=tmp_path, sources=sources, source="site", fetch=PATIENCE)
        refresh(settings, RunLog(is_quiet=True), ["refresh"], clock=lambda: at)
        release = latest_release(settings.curated_dir).path
        ((name, n_versions, seen),) = ask(release, "SELECT name, n_versions, last_seen_at::DATE FROM projects").rows
        return str(name)[-4:], int(str(n_versions)), str(seen)

    site.pages[ONE] = etag_of_the_id()
    before = told(1)
    site.pages[ONE] = etag_of_the_id("ใหม่")
    assert told(2) == (before[0], 1, "2026-11-02")
    assert told(9) == ("ใหม่", 2, "2026-11-09")
