"""Sealed segments name each other: what is missing or rotten shows, and what a segment is about stays with it."""

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.archive.audit import audit_archive
from pipeline.archive.fetch_log import read_about
from pipeline.archive.recovery import recover
from pipeline.archive.segments import ArchiveWriter, ListingRow
from pipeline.archive.source_settings import about_source
from pipeline.core.settings import Source
from tests.archive.archived import AT, capture, row

RUNS = ["20261122T180000Z", "20261123T180000Z", "20261124T180000Z"]
SOURCE = Source(source_id="site", base_url="http://site.test/index.php", title="An invented site", is_invented=True)


@pytest.fixture
def raw_dir(tmp_path: Path) -> Path:
    """Three nights of one source, each with a listing."""
    for day, run_id in enumerate(RUNS):
        with ArchiveWriter(tmp_path, run_id, "site", about=about_source(SOURCE)) as archive:
            at = AT + dt.timedelta(days=day)
            archive.append(row("1", at=at)._replace(run_id=run_id), capture("1")._replace(captured_at=at))
            archive.write_listing([ListingRow(run_id, "site", "1", at, True, 1)])
    return tmp_path


def test_an_archive_that_lacks_nothing_has_no_problem(raw_dir: Path) -> None:
    assert audit_archive(raw_dir).problems == ()


def test_a_night_that_is_missing_altogether_is_named_by_the_next(raw_dir: Path) -> None:
    for path in raw_dir.glob(f"{RUNS[1]}*"):
        path.unlink()
    (problem,) = audit_archive(raw_dir).problems
    assert problem == (
        f"{RUNS[1]}-site.fetches.parquet: missing, though the segment sealed after it, {RUNS[2]}-site, names it; "
        "restore it from a copy of data/raw"
    )


@pytest.mark.parametrize("file", ["site.fetches.parquet", "site.listing.parquet", "site.warc.gz"])
def test_another_file_in_the_place_of_a_sealed_one_is_found(raw_dir: Path, file: str) -> None:
    (raw_dir / f"{RUNS[0]}-{file}").write_bytes((raw_dir / f"{RUNS[1]}-{file}").read_bytes())
    problems = [problem for problem in audit_archive(raw_dir).problems if f"{RUNS[0]}-{file}: not the file" in problem]
    assert problems


def test_a_listing_whose_values_changed_is_found_though_it_can_be_read(raw_dir: Path) -> None:
    listing = raw_dir / f"{RUNS[0]}-site.listing.parquet"
    pq.write_table(pq.read_table(listing).slice(0, 0), listing)
    (problem,) = audit_archive(raw_dir).problems
    assert problem.startswith(f"{listing.name}: not the file that its fetch log ")


def test_archives_put_together_go_on_as_one_chain(raw_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with ArchiveWriter(elsewhere, "20261122T190000Z", "other") as archive:
        archive.append(row("1")._replace(run_id="20261122T190000Z", source_id="other"))
    for path in elsewhere.iterdir():
        path.rename(raw_dir / path.name)
    with ArchiveWriter(raw_dir, "20261125T180000Z", "site") as archive:
        archive.append(row("1", outcome="missing")._replace(snapshot_id=None))
    about = read_about(raw_dir / "20261125T180000Z-site.fetches.parquet")
    named = [link.partition(":")[0] for link in about["previous"].split()]
    assert named == ["20261122T190000Z-other", f"{RUNS[2]}-site"]


def test_what_a_segment_is_about_survives_a_crash(tmp_path: Path) -> None:
    archive = ArchiveWriter(tmp_path, RUNS[0], "site", about=about_source(SOURCE))
    archive.append(row("1", outcome="missing")._replace(snapshot_id=None))
    archive._close()  # as the kernel does for a killed process
    recover(tmp_path)
    about = read_about(tmp_path / f"{RUNS[0]}-site.fetches.parquet")
    assert (about["is-invented"], about["base-url"]) == ("true", "http://site.test/index.php")


def test_a_quiet_night_costs_few_bytes_a_page(tmp_path: Path) -> None:
    """A visit that found nothing new is a row without hashes: 300 bytes with them."""
    pages = 5_000
    with ArchiveWriter(tmp_path, RUNS[0], "site", about=about_source(SOURCE)) as archive:
        for number in range(pages):
            at = AT + dt.timedelta(milliseconds=1_013 * number)
            quiet = row(f"50490000-{number:04}", body=b"%d" % number, at=at, outcome="unchanged")
            repeats = quiet.snapshot_id
            archive.append(quiet._replace(snapshot_id=None, repeats=repeats, body_sha256=None, content_sha256=None))
    size = (tmp_path / f"{RUNS[0]}-site.fetches.parquet").stat().st_size
    assert size / pages < 60
