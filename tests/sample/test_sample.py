"""The built-in sample site answers as Yii2 does."""

import re
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from parsers.html_page import read_page
from parsers.listing_page import Listing, read_listing
from pipeline.core.settings import SAMPLE
from pipeline.run.fetch_source import reachable
from pipeline.sample.earlier_night import main as write_earlier_night
from pipeline.sample.server import Reply, answer, sample_pages, serve
from tests.cli.command import bma_here

INDEX = "/dp/frontend/web/index.php?r=tbl-project-main%2Findex"
VIEW = "/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id="


def listing(query: str = "") -> Listing:
    found = read_listing(answer(INDEX + query).body)
    assert found is not None
    return found


def test_only_one_project_is_real() -> None:
    assert [page.project_id for page in sample_pages() if not page.is_invented] == ["50490000-3607"]
    assert len({page.project_id for page in sample_pages()}) == len(sample_pages()) == 46


def test_the_listing_names_every_project_once() -> None:
    ids = [project_id for page in (1, 2, 3) for project_id in listing(f"&page={page}").project_ids]
    assert ids == [page.project_id for page in sample_pages()]
    assert listing("&page=3").next_href is None
    assert "แสดง <b>41 ถึง 46</b> จาก <b>46</b> รายการ" in answer(INDEX + "&page=3").body.decode()


@pytest.mark.parametrize(("asked", "answered"), [("99", "3"), ("0", "1"), ("-1", "1"), ("word", "1"), ("²", "1")])
def test_page_numbers_are_clamped_as_yii_does(asked: str, answered: str) -> None:
    assert listing(f"&page={quote(asked)}") == listing(f"&page={answered}")


def test_the_listing_can_be_sorted() -> None:
    ids = [project_id for page in (1, 2, 3) for project_id in listing(f"&sort=-project_id&page={page}").project_ids]
    assert ids == sorted((page.project_id for page in sample_pages()), reverse=True)


def test_every_response_has_a_token_of_its_own() -> None:
    tokens = {
        token
        for _ in range(5)
        for token in re.findall(rb'csrf-token" content="([^"]{88})"', answer(VIEW + "50490000-3607").body)
    }
    assert len(tokens) == 5


@pytest.mark.parametrize("project_id", ["../pages/50490000-3607", "..%2F..%2F..%2Fetc%2Fpasswd", "manifest.json", ""])
def test_a_path_in_a_request_finds_no_file(project_id: str) -> None:
    assert answer(VIEW + project_id).status in (400, 404)
    assert answer(f"/{project_id}").status == 404


def test_it_serves_over_http_and_stops() -> None:
    with serve() as address, urllib.request.urlopen(f"http://{address}{VIEW}{quote('../../etc/passwd', '')}") as reply:
        page = read_page(reply.read())
        assert reply.headers["Set-Cookie"].startswith("advanced-frontend=")
    assert page.title_id == "../../etc/passwd"
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://{address}/")


def test_another_answer_can_be_served() -> None:
    with (
        serve(lambda target: Reply(200, "text/plain", target.encode())) as address,
        urllib.request.urlopen(f"http://{address}/x") as reply,
    ):
        assert reply.read() == b"/x"


def test_its_server_runs_whatever_pace_is_set() -> None:
    with reachable(SAMPLE.model_copy(update={"rate": 1.0, "concurrency": 1})) as slower:
        assert slower.connect_to is not None
    elsewhere = SAMPLE.model_copy(update={"base_url": "http://elsewhere.test/index.php"})
    with reachable(elsewhere) as reached:
        assert reached == elsewhere


@pytest.mark.slow
def test_an_earlier_night_shows_edits_and_a_second_refresh_stays_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"

    def make_run() -> str:
        """What `make run` does."""
        monkeypatch.setattr("sys.argv", ["earlier_night", str(tmp_path / "earlier.warc.gz")])
        write_earlier_night()
        imported = bma_here("import", tmp_path / "earlier.warc.gz", "--data-dir", data, "--quiet")
        refreshed = bma_here("refresh", "--data-dir", data, "--quiet")
        assert (imported.returncode, refreshed.returncode) == (0, 0)
        return imported.stderr + refreshed.stderr

    assert make_run() == ""
    sql = "SELECT count(*) AS n, bool_and(is_invented) AS invented FROM edited_after_completion"
    asked = ("query", sql, "--format", "csv", "--data-dir", data)
    assert bma_here(*asked).stdout == "n,invented\n7,true\n"
    n_segments = len(list((data / "raw").glob("*.warc.gz")))
    assert make_run() == ""
    assert bma_here(*asked).stdout == "n,invented\n7,true\n"
    # Nothing new came of the earlier night, nor of this one.
    assert len(list((data / "raw").glob("*.warc.gz"))) == n_segments
