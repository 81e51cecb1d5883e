"""Which projects exist: listings that repeat and omit, ids from files, ranges and the archive."""

import datetime as dt
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.archive.fetch_log import read_fetch_log
from pipeline.archive.segments import ArchiveWriter, sealed_segments
from pipeline.fetch.discover import Discovery, DiscoveryError, ids_from_archive, ids_from_file, ids_from_range, read_ids
from pipeline.fetch.fetch_run import FetchRun
from tests.fetch.misbehaving import (
    PATIENCE,
    MisbehavingSite,
    fetch,
    leading_to,
    listing,
    not_found,
    page,
    project,
    redirect,
)
from tests.parse.archived import BOTTOMLESS

RUN = "20261122T180000Z"


def discover(site: MisbehavingSite, raw_dir: Path, run_id: str = RUN, **settings: object) -> Discovery:
    patience = PATIENCE.model_copy(update=settings)
    with (
        ArchiveWriter(raw_dir, run_id, "site") as archive,
        FetchRun(site.source(), patience, archive, raw_dir) as run,
    ):
        return run.discover()


def test_a_whole_listing_is_complete(site: MisbehavingSite, tmp_path: Path) -> None:
    site.listing = listing([["1", "2"], ["3", "4"], ["5"]], total=5)
    assert discover(site, tmp_path) == (("1", "2", "3", "4", "5"), True, 5, ())
    [segment] = sealed_segments(tmp_path)
    assert segment.listing is not None
    stored = pq.read_table(segment.listing).to_pylist()
    assert [(entry["project_id"], entry["is_complete"], entry["stated_total"]) for entry in stored][:1] == [
        ("1", True, 5)
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("misfortune")
def test_a_listing_that_hangs_its_reader_is_told_and_what_came_before_counts(
    site: MisbehavingSite, tmp_path: Path
) -> None:
    whole = listing([["1"], ["2"], ["3"]], total=3)
    site.listing = lambda handler: (page(BOTTOMLESS) if "page=3" in handler.path else whole)(handler)
    found = discover(site, tmp_path)
    assert (found.project_ids, found.is_complete) == (("1", "2"), False)
    assert "page=3 is not a listing page (reading it took more than 5 seconds of processor time)" in found.problems[0]


def test_pages_past_the_end_are_never_asked_for(site: MisbehavingSite, tmp_path: Path) -> None:
    site.listing = listing([["1"], ["2"], ["3"]], total=3)
    discover(site, tmp_path)
    assert len(site.asked) == 1 + 3  # robots.txt and three pages


def test_rows_left_out_in_one_order_are_found_in_another(site: MisbehavingSite, tmp_path: Path) -> None:
    site.listing = listing([["1", "2"], ["2", "3"]], 4, {"project_id": [["1", "2"], ["3", "4"]]})
    found = discover(site, tmp_path)
    assert (set(found.project_ids), found.is_complete) == ({"1", "2", "3", "4"}, True)


def test_a_shortfall_that_stays_is_reported(site: MisbehavingSite, tmp_path: Path) -> None:
    site.listing = listing([["1", "2"], ["2", "3"]], 4)
    found = discover(site, tmp_path)
    assert found.project_ids == ("1", "2", "3")
    assert (found.is_complete, found.stated_total) == (False, 4)
    assert found.problems == ("the listing names 3 projects of the 4 it says there are",)
    asked = [entry.target for entry in site.asked if "index" in entry.target]
    assert sum("sort=project_id" in target for target in asked) == 2
    assert sum("sort=-project_id" in target for target in asked) == 2


def test_an_unchanged_listing_is_archived_once(site: MisbehavingSite, tmp_path: Path) -> None:
    site.listing = listing([["1"], ["2"]], total=2)
    discover(site, tmp_path)
    discover(site, tmp_path, "20261123T180000Z")
    assert [segment.warc is None for segment in sealed_segments(tmp_path)] == [False, True]


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (redirect("/dp/frontend/web/index.php?r=site%2Flogin"), "not a listing page"),
        (page(b"<html>maintenance</html>", status=503), "not a listing page"),
        (not_found, "not a listing page"),
    ],
)
def test_a_listing_behind_a_wall_is_a_problem_not_an_empty_site(
    site: MisbehavingSite, tmp_path: Path, behaviour: object, said: str
) -> None:
    site.listing = behaviour  # type: ignore[assignment]
    found = discover(site, tmp_path)
    assert (found.project_ids, found.is_complete, found.stated_total) == ((), False, None)
    assert said in found.problems[0]


@pytest.mark.parametrize(
    "href", ["http://[", "http://other.test/dp/frontend/web/index.php?page=2", "/other.php?page=2"]
)
def test_a_next_link_that_leads_elsewhere_is_a_problem(site: MisbehavingSite, tmp_path: Path, href: str) -> None:
    site.listing = leading_to(href)
    found = discover(site, tmp_path)
    assert (found.project_ids, found.is_complete) == (("1",), False)
    assert found.problems[0].endswith("leads elsewhere")
    assert len(site.asked) == 2


def test_a_listing_whose_site_cannot_be_reached_says_why(site: MisbehavingSite, tmp_path: Path) -> None:
    site.paths["/robots.txt"] = page(b"", status=503)
    assert discover(site, tmp_path).problems == ("robots.txt cannot be read (HTTP 503): not now",)


def test_a_listing_that_fails_where_the_run_ends_is_logged_and_the_end_is_the_reason(
    site: MisbehavingSite, tmp_path: Path
) -> None:
    site.listing = page(b"<html>maintenance</html>", status=503)
    assert discover(site, tmp_path, max_requests=2).problems == ("the budget of 2 requests is spent",)
    [segment] = sealed_segments(tmp_path)
    assert [row.http_status for row in read_fetch_log(segment.fetches) if "index" in row.url] == [503]


def test_ids_come_one_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("\ufeff50490000-3607\n\n# a comment\n 50010000-0001 \n50490000-3607\n../../etc/passwd\n", "utf-8")
    ids = ["50490000-3607", "50010000-0001", "../../etc/passwd"]
    assert ids_from_file(str(path)) == ids
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(ids)))
    assert ids_from_file("-") == ids


@pytest.mark.parametrize("content", [b"ok\n\x1b[2J\n", b"x" * 30_000, b"\xff\xfe\x00"])
def test_what_cannot_be_ids_is_refused_with_its_place(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ids.txt"
    path.write_bytes(content)
    with pytest.raises(DiscoveryError, match=r"ids\.txt"):
        ids_from_file(str(path))


def test_a_missing_file_of_ids_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DiscoveryError, match=r"nowhere.txt: cannot be read as a list of ids \(No such file or direc"):
        ids_from_file(str(tmp_path / "nowhere.txt"))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(DiscoveryError, match=r"bytes: cannot be read as a list of ids \(it is not UTF-8 text\)"):
        ids_from_file(str(tmp_path / "bytes"))


@given(st.lists(st.text(max_size=30), max_size=10))
def test_any_lines_are_ids_or_refused(lines: list[str]) -> None:
    try:
        ids = read_ids(lines, "test")
    except DiscoveryError:
        return
    assert all(project_id.isprintable() for project_id in ids)


def test_a_range_leaves_out_what_was_confirmed_absent(site: MisbehavingSite, tmp_path: Path) -> None:
    site.pages["50490000-3501"] = project("50490000-3501")
    wanted = ids_from_range("50490000:3499-3502", {})
    assert wanted == ["50490000-3499", "50490000-3500", "50490000-3501", "50490000-3502"]
    for day in (21, 22):
        at = dt.datetime(2026, 11, day, 18, tzinfo=dt.UTC)
        fetch(tmp_path, site, wanted, run_id=f"202611{day}T180000Z", at=at)
    with ArchiveWriter(tmp_path, RUN, "site") as archive, FetchRun(site.source(), PATIENCE, archive, tmp_path) as run:
        assert ids_from_range("50490000:3499-3502", run.known) == ["50490000-3501"]
        assert ids_from_archive(run.known) == ["50490000-3501"]


@pytest.mark.parametrize(
    "text", ["", "50490000", "50490000:3700-3500", "x:1-2", "50490000:1-99999", "../..:1-2", "๕๐๔๙๐๐๐๐:1-2"]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(DiscoveryError, match="50490000:3500-3700"):
        ids_from_range(text, {})
