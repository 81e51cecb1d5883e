"""A site that contradicts itself is told so in the run's record: no answer of its is believed against another."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.core.log import RunLog
from pipeline.core.settings import Settings
from pipeline.run.fetch_source import fetch_source
from pipeline.run.record import RunRecord, new_record
from tests.fetch.misbehaving import PATIENCE, MisbehavingSite, listing, misbehaving_site, page, project

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
        f"site: the listing names 1 projects whose pages do not exist, {GHOST} first, and "
        f"leaves out 1 whose pages do, {TWO} first; it counts as incomplete"
    )


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
        f"site: the site said of 1 pages that they were not modified (304), {ONE} first, yet they "
    )
    assert "fetch.not_modified_max_days" in problem
