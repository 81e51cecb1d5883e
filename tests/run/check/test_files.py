"""`check FILE…` reads what `import` reads, asks no site and keeps nothing."""

import gzip
import json
from pathlib import Path

import pytest

from pipeline.archive.segments import sealed_segments
from pipeline.core.errors import WrongUsageError
from pipeline.core.settings import Settings
from pipeline.core.time import utc_now
from pipeline.run.check.report import CheckReport
from pipeline.run.check.source import check_files, check_source
from tests.cli.command import assert_one_line, bma_here
from tests.fetch.misbehaving import PATIENCE, REAL_ID, listing, misbehaving_site, project
from tests.importing.bring import BODY, CASES, PROJECT


def check(*paths: Path) -> CheckReport:
    return check_files(Settings(), paths, utc_now())


@pytest.mark.parametrize(
    "name",
    ["chromium.mhtml", "one.wacz", "page.har", "revisit-1-original.warc", "singlefile-default.html"],
)
def test_a_container_is_read_as_import_reads_it(name: str) -> None:
    report = check(CASES / name)
    assert [(page.kind, page.project_id) for page in report.pages] == [("project", PROJECT)]
    assert report.judgement.verdict == "ready"
    assert len(report.pages[0].values) > 30


def test_a_packed_page_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "page.html.gz").write_bytes(gzip.compress(BODY))
    assert check(tmp_path / "page.html.gz").pages[0].project_id == PROJECT


def test_of_a_web_archive_the_first_three_projects_are_looked_at_on_whatever_host(tmp_path: Path) -> None:
    ids = [f"50490000-000{number}" for number in range(1, 6)]
    with misbehaving_site() as site:
        site.pages = {one: project(one) for one in ids}
        site.listing = listing([ids], 5)
        check_source(Settings(data_dir=tmp_path, fetch=PATIENCE), site.source(), ids)
    (segment,) = sealed_segments(Settings(data_dir=tmp_path).checks_dir)
    assert segment.warc is not None
    report = check(segment.warc)
    # Its first page was asked for three times: an address counts once.
    assert [page.project_id for page in report.pages] == ids[:3]
    assert str(segment.warc) in report.pages[0].where


def test_what_is_no_page_is_one_line_and_2(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 ...")
    assert_one_line(bma_here("check", tmp_path / "x.pdf"), 2, "x.pdf", "PDF")
    known = json.loads((CASES / "page.har").read_text(encoding="utf-8"))
    known["log"]["entries"][0]["request"]["url"] = "https://example.org/"
    (tmp_path / "other.har").write_text(json.dumps(known), encoding="utf-8")
    with pytest.raises(WrongUsageError, match=r"other\.har: holds no page whose address has"):
        check(tmp_path / "other.har")
    with pytest.raises(WrongUsageError, match="is a directory; name the files in it"):
        check(tmp_path)
    (tmp_path / "cut.warc.gz").write_bytes((CASES / "lower.warc.gz").read_bytes()[:40])
    with pytest.raises(WrongUsageError, match=r"cut\.warc\.gz: "):
        check(tmp_path / "cut.warc.gz")


def test_a_draft_of_a_container_is_that_of_its_page(tmp_path: Path) -> None:
    report = check_files(Settings(), [CASES / "page.har"], utc_now(), tmp_path)
    assert report.drafts == (str(tmp_path / REAL_ID),)
    assert (tmp_path / REAL_ID / "page.html").is_file()
