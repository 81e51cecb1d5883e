"""How web archives are asked: one question finds every spelling of an address, in months and in pages."""

import datetime as dt
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.core.errors import PipelineError
from pipeline.importing.cdx_index import Entry, IndexAnswerError
from pipeline.importing.web_archives import (
    Dialect,
    Window,
    collections_of,
    index_query,
    says_nothing_found,
    web_archive,
)

HOME = "https://policy.bangkok.go.th/bs2568/frontend/web/index.php"
URL = f"{HOME}?r=tbl-project-main%2Fview&project_id=50490000-3607"
WINDOW = Window(dt.datetime(2023, 1, 1, tzinfo=dt.UTC), dt.datetime(2023, 12, 31, 23, 59, 59, tzinfo=dt.UTC))
ENTRY = Entry(URL, "20230501082100", dt.datetime(2023, 5, 1, 8, 21, tzinfo=dt.UTC), "text/html", 200, None)


def asked(dialect: Dialect, **more: object) -> dict[str, list[str]]:
    return parse_qs(urlsplit(index_query("http://archive.test/cdx", dialect, HOME, WINDOW, **more)).query)  # type: ignore[arg-type]


def test_a_question_is_for_all_that_begins_with_the_address_in_the_window() -> None:
    for dialect in Dialect:
        query = asked(dialect)
        assert (query["url"], query["matchType"], query["output"]) == ([HOME], ["prefix"], ["json"])
        assert (query["from"], query["to"]) == (["20230101000000"], ["20231231235959"])


def test_each_server_is_asked_in_its_own_words() -> None:
    wayback, pywb = asked(Dialect.WAYBACK, resume_key="com,x) 2023!"), asked(Dialect.PYWB, page=3)
    assert (wayback["filter"], pywb["filter"]) == (["urlkey:.*project_id=.*"], ["~urlkey:.*project_id=.*"])
    assert (wayback["resumeKey"], wayback["showResumeKey"]) == (["com,x) 2023!"], ["true"])
    assert (pywb["page"], "fl" in pywb, "showResumeKey" in pywb) == (["3"], False, False)


def test_a_capture_has_an_address_for_people_and_one_for_its_raw_bytes() -> None:
    archive = web_archive("wayback")
    assert archive.address_of(ENTRY) == f"https://web.archive.org/web/20230501082100/{URL}"
    assert archive.replay_of(ENTRY) == f"https://web.archive.org/web/20230501082100id_/{URL}"
    national = web_archive("https://archive.example/city/")
    assert (national.index_url, national.name) == ("https://archive.example/city/cdx", "https://archive.example/city")
    crawl = web_archive("commoncrawl")
    placed = ENTRY._replace(filename="crawl-data/CC-MAIN-2023-23/a.warc.gz", offset=7, length=9)
    assert crawl.file_of(placed) == "https://data.commoncrawl.org/crawl-data/CC-MAIN-2023-23/a.warc.gz"
    assert crawl.address_of(placed) == f"{crawl.file_of(placed)}#offset=7&length=9"


def test_no_name_of_a_file_leads_away_from_the_archive() -> None:
    crawl = web_archive("commoncrawl")
    for hostile in ("https://evil.test/a.warc.gz", "//evil.test/a", "../../a", "\\\\evil.test\\a"):
        assert crawl.file_of(ENTRY._replace(filename=hostile)).startswith("https://data.commoncrawl.org/")


@pytest.mark.parametrize(
    "name",
    ["", "archive.org", "ftp://a/b", "https://", "https://a b/c", "https://u:p@a/b", "https://a/b?c=d", "file:///x"],
)
def test_what_is_no_archive_is_one_line(name: str) -> None:
    with pytest.raises(PipelineError, match="no such archive; there are wayback, commoncrawl and the address"):
        web_archive(name)


def test_a_window_is_halved_without_a_gap_until_it_is_a_day() -> None:
    first, second = WINDOW.halves() or pytest.fail("no halves")
    assert (first.first, second.last) == WINDOW
    assert second.first - first.last == dt.timedelta(seconds=1)
    assert Window(WINDOW.first, WINDOW.first + dt.timedelta(days=1)).halves() is None


def test_only_crawls_that_can_have_the_months_are_asked() -> None:
    dated = ["CC-MAIN-2026-40", "CC-MAIN-2023-50", "CC-MAIN-2023-06", "CC-MAIN-2022-05"]
    undated = ["CC-MAIN-2012", "CC-NEWS", "CC-MAIN-2023-54", "CC-MAIN-0001-01", "CC-MAIN-9999-52"]
    listed = [{"id": name, "cdx-api": f"https://index.test/{name}-index"} for name in dated + undated]
    listed += [{"id": "CC", "cdx-api": address} for address in ("https://evil.test/CC-index", "//evil.test", "x", "")]
    found = collections_of(json.dumps(listed).encode(), "https://index.test/", WINDOW)
    asked = [address.rpartition("/")[2].removesuffix("-index") for address in found]
    assert asked == ["CC-MAIN-2023-50", "CC-MAIN-2023-06", *undated]
    for damaged in (b"", b"{}x", b'[{"id": "CC"}]', b"[1]", b"[" * 200_000):
        with pytest.raises(IndexAnswerError):
            collections_of(damaged, "https://index.test/", WINDOW)


def test_no_capture_at_all_is_an_answer() -> None:
    assert says_nothing_found(404, b'{"message": "No Captures found for: policy.bangkok.go.th/*"}')
    assert not says_nothing_found(404, b"<h1>Not Found</h1>")
    assert not says_nothing_found(200, b"no captures found")
