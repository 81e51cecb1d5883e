"""Partitions: the same bytes however many workers make them, and a page that ends its worker costs that page alone."""

import functools
import gzip
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pipeline.archive.audit import audit_archive
from pipeline.archive.fetch_log import read_fetch_log, write_fetch_log
from pipeline.archive.history.state import carry_on, states
from pipeline.archive.segments import Segment
from pipeline.build.partitions import attach_partitions
from pipeline.core.contents import CONTENTS
from pipeline.core.errors import PipelineError
from pipeline.parse import batch as batches_of
from pipeline.parse.batch import ParseError, cut_into_batches
from pipeline.parse.pool import local_pool
from pipeline.parse.stage import find_backlog, parse
from pipeline.parse.versions import parser_versions
from pipeline.parse.worker import parse_batch
from tests.archive.mounts import read_only
from tests.core.kept_worker import kept_workers
from tests.parse.archived import MISFORTUNE, archive_of, html_pages, parse_segment, partition_files
from tests.quick import quick

PAGES_PER_BATCH = 4


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches_of, "_PAGES_PER_BATCH", PAGES_PER_BATCH)


@pytest.fixture
def workers_are_kept() -> Iterator[None]:
    with kept_workers():
        yield


@pytest.fixture
def misfortune(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(MISFORTUNE))


def parsed_by(workers: int, data: Path) -> dict[str, bytes]:
    shutil.rmtree(data / "parsed", ignore_errors=True)
    parse(data / "raw", data / "parsed", pool=functools.partial(local_pool, workers=workers))
    return partition_files(data)


def test_a_partition_is_the_same_bytes_however_many_workers_make_it(tmp_path: Path) -> None:
    segment = archive_of(tmp_path, html_pages(10))
    files = parsed_by(1, tmp_path)
    assert sorted(name.rpartition("/")[2] for name in files if "pages" in name) == [
        "pages-002.parquet",
        "pages-003.parquet",
        "pages-004.parquet",
        "pages.parquet",
    ]
    assert parsed_by(2, tmp_path) == files
    shutil.rmtree(tmp_path / "parsed")
    assert parse_segment(segment, (tmp_path / "parsed").absolute())[1:3] == (10, 10)
    assert partition_files(tmp_path) == files


def test_batches_cover_every_page_once_and_in_order(tmp_path: Path) -> None:
    segment = archive_of(tmp_path, html_pages(10))
    batches = cut_into_batches(segment)
    assert [batch.pages for batch in batches] == [3, 3, 3, 1]
    assert [batch.number for batch in batches] == [1, 2, 3, 4]
    assert [batch.end for batch in batches] == [*(batch.start for batch in batches[1:]), None]


def test_large_pages_make_small_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = html_pages(3)
    segment = archive_of(tmp_path, pages)
    monkeypatch.setattr(batches_of, "_BODY_BYTES_PER_BATCH", 2 * len(pages[0]) + 100)
    assert [batch.pages for batch in cut_into_batches(segment)] == [2, 1]
    monkeypatch.setattr(batches_of, "_BODY_BYTES_PER_BATCH", 1)
    assert [batch.pages for batch in cut_into_batches(segment)] == [1, 1, 1]


@pytest.mark.usefixtures("workers_are_kept")
def test_a_run_with_nothing_new_starts_no_worker(tmp_path: Path) -> None:
    archive_of(tmp_path, html_pages(1))
    parse_all = functools.partial(parse, tmp_path / "raw", tmp_path / "parsed")
    assert parse_all().segments == 1
    assert find_backlog(tmp_path / "raw", tmp_path / "parsed").pages == 0

    def no_pool(tasks: int) -> object:
        raise AssertionError("no worker is needed")

    assert parse_all(pool=no_pool).segments == 0  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.usefixtures("misfortune")
def test_pages_that_kill_their_worker_become_issues_and_cost_nothing_else(tmp_path: Path) -> None:
    archive_of(tmp_path, html_pages(10, killers=[1, 2], bottomless=[4]))
    archive_of(tmp_path, html_pages(3), day=1)
    counted: list[int] = []
    summary = parse(tmp_path / "raw", tmp_path / "parsed", on_batch=lambda batch: counted.append(batch.pages))
    assert (summary.segments, summary.pages, summary.records, summary.quarantined) == (2, 13, 10, 3)
    assert sum(counted) == 13
    issues = [row for file in (tmp_path / "parsed").glob("*/issues*") for row in pq.read_table(file).to_pylist()]
    crashed = ("page_crashed_parser", "reading this page crashed (Segmentation fault)")
    said = [row for row in issues if row["code"] in ("page_crashed_parser", "page_too_costly")]
    assert {row["project_id"]: (row["code"], row["message"].partition(";")[0]) for row in said} == {
        "50490000-0001": crashed,
        "50490000-0004": ("page_too_costly", "reading this page took more than 5 seconds of processor time"),
        "50490000-0002": crashed,
    }
    assert not [name for name in partition_files(tmp_path) if name.startswith(".")]


@pytest.mark.usefixtures("workers_are_kept")
def test_what_a_killed_run_or_an_older_parser_left_is_removed_and_made_again(tmp_path: Path) -> None:
    segment = archive_of(tmp_path, html_pages(2))
    parsed = tmp_path / "parsed"
    (parsed / ".x@1-1-abc.partial").mkdir(parents=True)
    (parsed / ".x@1-1.reading").write_bytes(b"5")
    (parsed / f"{segment.name}@1").mkdir()
    parse(tmp_path / "raw", parsed)
    assert [path.name for path in parsed.iterdir() if path not in states(parsed)] == [
        f"20261122T180000Z-site@{parser_versions().parser}"
    ]


@pytest.mark.usefixtures("workers_are_kept")
def test_a_directory_that_is_no_partition_is_left_for_verify_to_name(tmp_path: Path) -> None:
    archive_of(tmp_path, html_pages(1))
    mine = tmp_path / "parsed" / "my notes@home"
    mine.mkdir(parents=True)
    parse(tmp_path / "raw", tmp_path / "parsed")
    assert mine.is_dir()


def _without_fetch_log(segment: Segment) -> None:
    segment.fetches.unlink()


def _without_warc(segment: Segment) -> None:
    warc_of(segment).unlink()


def _with_torn_warc(segment: Segment) -> None:
    os.truncate(warc_of(segment), warc_of(segment).stat().st_size - 100)


def _with_torn_fetch_log(segment: Segment) -> None:
    os.truncate(segment.fetches, 100)


def _with_torn_listing(segment: Segment) -> None:
    segment.fetches.with_name(f"{segment.name}.listing.parquet").write_bytes(b"PAR1")


def _without_listing(segment: Segment) -> None:
    rows = list(read_fetch_log(segment.fetches))
    write_fetch_log(segment.fetches, iter(rows), {"listing-sha256": "0" * 64})


def _with_a_record_shorter_than_it_says(segment: Segment) -> None:
    body = warc_of(segment).read_bytes()
    start = max(row.warc_offset or 0 for row in read_fetch_log(segment.fetches))
    lengthened = re.sub(rb"Content-Length: (\d+)", rb"Content-Length: 9\1", gzip.decompress(body[start:]), count=1)
    warc_of(segment).write_bytes(body[:start] + gzip.compress(lengthened))


def warc_of(segment: Segment) -> Path:
    assert segment.warc is not None
    return segment.warc


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_without_fetch_log, r"site\.warc\.gz: its fetch log is not beside it; restore that .* or .* import"),
        (
            _without_warc,
            r"site\.warc\.gz: missing, though its fetch log .*-site\.fetches\.parquet names it; restore it from a copy",
        ),
        (
            _with_torn_warc,
            r"site\.warc\.gz: not the file that its fetch log .*-site\.fetches\.parquet names; restore it from a copy",
        ),
        (
            _with_a_record_shorter_than_it_says,
            r"site\.warc\.gz: not the file that its fetch log .*-site\.fetches\.parquet names; restore it from a copy",
        ),
        (
            _with_torn_fetch_log,
            r"site\.fetches\.parquet: torn or unreadable \(.*\); restore it from a copy of data/raw",
        ),
        (_without_listing, r"site\.listing\.parquet: missing, though its fetch log .* names it; restore it"),
        (_with_torn_listing, r"site\.listing\.parquet: torn or unreadable \(.*\); restore it from a copy of data/raw"),
    ],
)
def test_a_damaged_archive_is_told_and_makes_no_partition(
    tmp_path: Path, damage: Callable[[Segment], None], message: str
) -> None:
    damage(archive_of(tmp_path, html_pages(3)))
    with pytest.raises(PipelineError, match=message):
        parse(tmp_path / "raw", tmp_path / "parsed")
    assert [path for path in (tmp_path / "parsed").iterdir() if not path.name.startswith(".")] == []
    assert audit_archive(tmp_path / "raw").problems != ()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    archive_of(tmp_path, html_pages(1))
    (tmp_path / "parsed").mkdir()
    with (
        read_only(tmp_path / "parsed"),
        pytest.raises(
            ParseError, match=r"/parsed/.*: cannot write partitions \((Read-only|Permission).*\); check perm"
        ),
    ):
        parse(tmp_path / "raw", tmp_path / "parsed")


def test_a_segment_that_is_just_being_sealed_is_left_alone(tmp_path: Path) -> None:
    segment = archive_of(tmp_path, html_pages(1))
    segment.fetches.rename(tmp_path / "raw" / f"{segment.name}.fetches.parquet.open")
    (tmp_path / "raw" / f"{segment.name}.journal").touch()
    assert parse(tmp_path / "raw", tmp_path / "parsed").segments == 0


def test_a_flipped_bit_of_the_archive_is_told_or_harmless(tmp_path: Path) -> None:
    segment, parsed = archive_of(tmp_path, html_pages(2)), (tmp_path / "parsed").absolute()
    parse_segment(segment, parsed)
    files, body = partition_files(tmp_path), warc_of(segment).read_bytes()
    dice, n_told = random.Random(5), 0
    # The end of the last record, which nothing follows, and places anywhere.
    for place in [*range(len(body) - 40, len(body)), *dice.sample(range(len(body)), 60)]:
        changed = bytearray(body)
        changed[place] ^= 1 << dice.randrange(8)
        warc_of(segment).write_bytes(changed)
        shutil.rmtree(parsed)
        try:
            parse_segment(segment, parsed)
        except ParseError:
            n_told += 1
        else:
            assert partition_files(tmp_path) == files
    assert n_told > 80


@pytest.mark.usefixtures("workers_are_kept")
def test_a_partition_that_lost_a_file_is_made_again(tmp_path: Path) -> None:
    names = ("issues.parquet", "pages.parquet", "month_rows.parquet", CONTENTS)
    for day in range(len(names)):
        archive_of(tmp_path, html_pages(2), day=day)
    parse_all = functools.partial(parse, tmp_path / "raw", tmp_path / "parsed")
    parse_all()
    files = partition_files(tmp_path)
    # Each partition loses another one of them.
    lost = [folder / name for folder, name in zip(sorted((tmp_path / "parsed").glob("*@*")), names, strict=True)]
    for file in lost:
        os.truncate(file, 10)
    assert parse_all().pages == 2 * len(names)
    assert partition_files(tmp_path) == files
    for file in lost:
        file.unlink()
    assert parse_all().pages == 2 * len(names)
    assert partition_files(tmp_path) == files
    assert parse_all().pages == 0


@pytest.mark.parametrize("file", quick(2, ["page_cells.parquet", CONTENTS, "pages.parquet", "issues.parquet"]))
@pytest.mark.usefixtures("workers_are_kept")
def test_a_partition_in_which_a_byte_changed_is_made_again(tmp_path: Path, file: str) -> None:
    archive_of(tmp_path, html_pages(2), has_listing=True)
    parse(tmp_path / "raw", tmp_path / "parsed")
    files, [folder] = partition_files(tmp_path), (tmp_path / "parsed").glob("*@*")
    dice = random.Random(7)
    for place in dice.sample(range((folder / file).stat().st_size), 12):
        changed = bytearray((folder / file).read_bytes())
        changed[place] ^= 1 << dice.randrange(8)
        (folder / file).write_bytes(changed)
        assert parse(tmp_path / "raw", tmp_path / "parsed").segments == 1, place
        assert partition_files(tmp_path) == files


@pytest.mark.usefixtures("workers_are_kept")
def test_a_file_that_is_added_to_a_partition_or_replaced_makes_it_anew(tmp_path: Path) -> None:
    archive_of(tmp_path, html_pages(2))
    parse(tmp_path / "raw", tmp_path / "parsed")
    files, [folder] = partition_files(tmp_path), (tmp_path / "parsed").glob("*@*")
    shutil.copy(folder / "pages.parquet", folder / "pages-002.parquet")
    assert parse(tmp_path / "raw", tmp_path / "parsed").segments == 1
    assert partition_files(tmp_path) == files


@pytest.mark.parametrize(
    "suffix",
    [".warc.gz", *[pytest.param(one, marks=pytest.mark.slow) for one in (".fetches.parquet", ".listing.parquet")]],
)
@pytest.mark.usefixtures("workers_are_kept")
def test_evidence_that_has_another_size_than_when_it_was_parsed_is_told(tmp_path: Path, suffix: str) -> None:
    segment = archive_of(tmp_path, html_pages(2), has_listing=True)
    parse(tmp_path / "raw", tmp_path / "parsed")
    file = segment.fetches.with_name(f"{segment.name}{suffix}")
    size = file.stat().st_size
    os.truncate(file, size - 1)
    with pytest.raises(ParseError, match=rf"{file}: has {size - 1} bytes, and had {size} when it was parsed; restore"):
        parse(tmp_path / "raw", tmp_path / "parsed")
    if suffix == ".fetches.parquet":
        return  # without it there is no segment, which is told too
    file.unlink()
    with pytest.raises(ParseError, match=rf"{file}: is missing, and had {size} when it was parsed; restore"):
        parse(tmp_path / "raw", tmp_path / "parsed")


def test_a_fetch_log_that_a_later_segment_knows_otherwise_is_not_parsed(tmp_path: Path) -> None:
    first = archive_of(tmp_path, html_pages(1), day=1)
    archive_of(tmp_path, html_pages(2), day=2)
    table = pq.read_table(first.fetches)
    pq.write_table(table, first.fetches, compression="gzip")
    with pytest.raises(ParseError, match=r"site\.fetches\.parquet: not the file that the segment sealed after it"):
        parse(tmp_path / "raw", tmp_path / "parsed")


def test_a_worker_that_parses_otherwise_refuses(tmp_path: Path) -> None:
    [batch] = cut_into_batches(archive_of(tmp_path, html_pages(1)))
    with pytest.raises(ParseError, match=r"pyarrow \d.* instead of 1\.0; install the same version"):
        parse_batch(batch, tmp_path, parser_versions()._replace(pyarrow="1.0"))
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.slow
def test_dask_is_imported_only_for_a_cluster() -> None:
    code = "import sys, pipeline.run.refresh, pipeline.parse.stage; print({'dask', 'distributed'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


def test_the_models_read_every_batch_and_a_copy_of_a_capture_once(tmp_path: Path) -> None:
    parsed = (tmp_path / "parsed").absolute()
    parse_segment(archive_of(tmp_path, html_pages(10)), parsed)
    fingerprint = parser_versions().parser

    def counts() -> list[object]:
        for state in states(parsed):
            shutil.rmtree(state)
        carry_on(tmp_path / "raw", parsed)
        with duckdb.connect() as con:
            attach_partitions(con, parsed, fingerprint)
            tables = ("pages", "page_cells", "month_rows", "progress_rows")
            return [con.sql(f"SELECT count(*) FROM parsed.{table}").fetchall() for table in tables]

    once = counts()
    assert once[0] == [(10,)]
    [log] = (tmp_path / "raw").glob("*.fetches.parquet")
    shutil.copy(log, log.with_name("20271122T180000Z-site.fetches.parquet"))
    shutil.copytree(next(parsed.glob("*@*")), parsed / f"20271122T180000Z-site@{fingerprint}")
    assert counts() == once
