"""What was archived and is gone stops a run before it asks or forgets, until it is restored or given up in writing."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.cli.command import assert_one_line, bma_here
from tests.quick import quick


@pytest.fixture
def nights(two_nights: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_nights, tmp_path / "data", symlinks=True))


def segments(data: Path) -> list[str]:
    return sorted(path.name.removesuffix(".fetches.parquet") for path in (data / "raw").glob("*.fetches.parquet"))


def lose(data: Path, segment: str) -> None:
    """A segment with all that was made of it but for the tables."""
    for path in (data / "raw").glob(f"{segment}.*"):
        path.unlink()
    for path in (data / "parsed").glob(f"{segment}@*"):
        shutil.rmtree(path)


def n_projects(data: Path) -> int:
    file = (data / "curated" / "latest" / "projects.parquet").resolve()
    return len(duckdb.read_parquet(str(file)).fetchall())


@pytest.mark.parametrize("night", [pytest.param(0, marks=pytest.mark.slow), 1])
@pytest.mark.parametrize(
    "command", ["build", *[pytest.param(one, marks=pytest.mark.slow) for one in ("fetch", "refresh")]]
)
def test_a_segment_that_is_gone_with_its_partition_stops_a_run_before_it_asks_or_forgets(
    nights: Path, night: int, command: str
) -> None:
    lost, before = segments(nights)[night], segments(nights)
    latest = (nights / "curated" / "latest").readlink()
    lose(nights, lost)
    done = bma_here(command, "--data-dir", nights)
    assert_one_line(done, 1, lost)
    assert "restore it from a copy of data/raw; where there is none, give it up by the line" in done.stderr
    assert (nights / "curated" / "latest").readlink() == latest
    assert segments(nights) == [name for name in before if name != lost]
    assert lost in bma_here("verify", "--data-dir", nights).stdout


@pytest.mark.parametrize("witness", ["runs", "curated"])
def test_the_newest_segment_is_missed_by_either_of_those_that_tell_of_it(nights: Path, witness: str) -> None:
    """Neither a later segment nor a partition names it."""
    lost = segments(nights)[1]
    lose(nights, lost)
    shutil.rmtree(nights / witness)
    done = bma_here("build", "--data-dir", nights)
    assert done.returncode == 1
    assert lost.partition("-")[0] in done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "notes@host.txt",
        *[pytest.param(one, marks=pytest.mark.slow) for one in ("copy@0fa2a518be75", "20260101T000000Z-city@backup")],
    ],
)
def test_a_file_of_nobody_beside_the_partitions_is_no_lost_segment(nights: Path, name: str) -> None:
    """data/parsed can be removed as a whole: nothing that anybody leaves there stops a run."""
    (nights / "parsed" / name).write_text("")
    done = bma_here("build", "--data-dir", nights)
    assert done.returncode == 0, done.stderr
    told = bma_here("verify", "--data-dir", nights).stdout
    assert f"{name}: no partition" in told
    assert "the segment is gone" not in told


@pytest.mark.parametrize("suffix", quick(1, [".warc.gz", ".fetches.parquet", ".listing.parquet"]))
def test_a_file_of_a_segment_that_is_gone_stops_a_fetch_before_it_asks(nights: Path, suffix: str) -> None:
    """Without its log every page counted as never seen, and all were asked for again."""
    lost = nights / "raw" / f"{segments(nights)[0]}{suffix}"
    lost.unlink()
    before = segments(nights)
    done = bma_here("fetch", "--data-dir", nights)
    assert_one_line(done, 1, lost.name)
    assert segments(nights) == before


@pytest.mark.slow
def test_a_segment_that_was_given_up_in_writing_is_no_obstacle_and_never_forgotten(nights: Path) -> None:
    lost = segments(nights)[0]
    lose(nights, lost)
    given_up = nights / "raw" / "lost-segments.txt"
    given_up.write_text(f"{lost} the disk of 2026 failed, no copy\n")
    done = bma_here("build", "--data-dir", nights, "--accept", "the disk failed")
    assert done.returncode == 0, done.stderr
    assert n_projects(nights) == 0
    done = bma_here("verify", "--data-dir", nights)
    assert "1 segment given up as lost" in done.stdout
    # What the second night repeats is shown by the first one alone.
    assert f"{lost}.fetches.parquet" not in done.stdout
    assert bma_here("refresh", "--data-dir", nights, "--accept", "read again").returncode == 0
    assert n_projects(nights) > 0


@pytest.mark.slow
def test_a_partition_of_a_segment_that_was_given_up_goes_with_it(nights: Path) -> None:
    lost = segments(nights)[1]
    for path in (nights / "raw").glob(f"{lost}.*"):
        path.unlink()
    assert bma_here("build", "--data-dir", nights).returncode == 1
    (nights / "raw" / "lost-segments.txt").write_text(f"{lost} deleted by mistake\n")
    done = bma_here("build", "--data-dir", nights)
    assert done.returncode == 0, done.stderr
    assert not [*(nights / "parsed").glob(f"{lost}@*")]
    assert bma_here("verify", "--data-dir", nights).returncode == 0


@pytest.mark.parametrize("line", quick(1, ["20261130T031654Z-sample", "what is this", "20261130T031654Z-sample  "]))
def test_a_line_that_gives_up_nothing_or_says_no_reason_is_refused(nights: Path, line: str) -> None:
    (nights / "raw" / "lost-segments.txt").write_text(f"\n{line}\n")
    assert_one_line(bma_here("build", "--data-dir", nights), 1, "lost-segments.txt, line 2")
    assert "lost-segments.txt, line 2" in bma_here("verify", "--data-dir", nights).stdout


def test_giving_up_what_is_there_is_named_and_changes_nothing(nights: Path) -> None:
    there = segments(nights)[0]
    (nights / "raw" / "lost-segments.txt").write_text(f"{there} too early\n")
    before = n_projects(nights)
    assert "is there, though lost-segments.txt gives it up" in bma_here("verify", "--data-dir", nights).stdout
    assert bma_here("build", "--data-dir", nights).returncode == 0
    assert n_projects(nights) == before
