"""After a crash, a kill or a full disk: nothing whole is lost, nothing half is kept."""

import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from pipeline.archive.audit import audit_archive
from pipeline.archive.fetch_log import (
    read_journal,
)
from pipeline.archive.recovery import recover
from pipeline.archive.segments import (
    ArchiveError,
    ArchiveWriter,
    read_segment,
    sealed_segments,
)
from pipeline.core.settings import FetchSettings, Source
from pipeline.core.time import new_run_id
from pipeline.fetch.fetch_run import FetchRun
from pipeline.fetch.schedule import make_plan
from tests.archive.archived import RUN, capture, ids, row, write
from tests.archive.mounts import small_disk
from tests.fetch.misbehaving import misbehaving_site, project


def left_open(raw_dir: Path, project_ids: list[str]) -> tuple[Path, Path]:
    """What a killed process leaves: the open files, never sealed."""
    archive = ArchiveWriter(raw_dir, RUN, "site")
    for project_id in project_ids:
        archive.append(row(project_id), capture(project_id))
    archive._close()  # as the kernel does for a killed process
    return raw_dir / f"{RUN}-site.warc.gz.open", raw_dir / f"{RUN}-site.journal"


def test_recovery_at_every_byte_keeps_exactly_the_whole_pages(tmp_path: Path) -> None:
    warc, journal = left_open(tmp_path / "whole", ["1", "2", "3"])
    whole = warc.read_bytes()
    ends = [entry.end for entry in read_journal(journal).entries]
    for size in random.Random(4).sample(range(len(whole) + 1), 60) + ends:
        torn = tmp_path / f"torn-{size}"
        if torn.exists():
            continue
        shutil.copytree(tmp_path / "whole", torn)
        os.truncate(torn / warc.name, size)
        recover(torn)
        expected = [str(n + 1) for n, end in enumerate(ends) if end <= size]
        assert ids(torn) == expected
        assert audit_archive(torn).problems == ()
        assert not list(torn.glob("*.open"))


def test_recovery_at_every_byte_of_the_journal(tmp_path: Path) -> None:
    _, journal = left_open(tmp_path / "whole", ["1", "2", "3"])
    lines = journal.read_bytes()
    for size in random.Random(5).sample(range(len(lines) + 1), 40):
        torn = tmp_path / f"torn-{size}"
        shutil.copytree(tmp_path / "whole", torn)
        os.truncate(torn / journal.name, size)
        recover(torn)
        # The first line says what the segment is about.
        assert ids(torn) == [str(n + 1) for n in range(lines[:size].count(b"\n") - 1)]
        assert audit_archive(torn).problems == ()


def test_recovery_keeps_visits_that_archived_no_body(tmp_path: Path) -> None:
    archive = ArchiveWriter(tmp_path, RUN, "site")
    archive.append(row("1"), capture("1"))
    archive.append(row("2", outcome="unchanged")._replace(snapshot_id=None))
    archive._close()  # as the kernel does for a killed process
    recover(tmp_path)
    assert ids(tmp_path) == ["1", "2"]


def test_recovery_goes_on_after_a_crash_while_sealing(tmp_path: Path) -> None:
    warc, _ = left_open(tmp_path, ["1", "2"])
    warc.replace(warc.with_suffix(""))
    (tmp_path / f".{RUN}-site.fetches.parquet.partial").write_bytes(b"half a file")
    assert [recovery.kept_rows for recovery in recover(tmp_path)] == [2]
    assert ids(tmp_path) == ["1", "2"]
    assert recover(tmp_path) == []
    assert audit_archive(tmp_path).problems == ()


def test_recovery_removes_a_listing_that_was_not_written_whole(tmp_path: Path) -> None:
    (tmp_path / f".{RUN}-site.listing.parquet.partial").write_bytes(b"half a file")
    recover(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_recovery_removes_the_probe_of_a_process_that_was_killed(tmp_path: Path) -> None:
    # Killed between making the file that shows the directory writable and removing it.
    code = (
        "import os, pathlib, sys\n"
        "from pipeline.archive.segments import check_writable\n"
        "pathlib.Path.unlink = lambda *_, **__: os._exit(9)\n"
        "check_writable(pathlib.Path(sys.argv[1]))\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 9
    assert list(tmp_path.iterdir())
    recover(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_segment_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1"), capture("1"))
        assert recover(tmp_path) == []
        archive.append(row("2"), capture("2"))
    assert ids(tmp_path) == ["1", "2"]


PAGES = [f"50010000-{number:04d}" for number in range(1500)]
HURRY = FetchSettings(rate=0, concurrency=8, backoff=0.01, max_requests=0, segment_bytes=150_000)


def fetch_until_killed(raw_dir: Path, run_id: str, source: Source, told: Connection) -> None:
    """A run as refresh does it; every page that counts is told to the parent, as a user would have been."""
    recover(raw_dir)
    with (
        ArchiveWriter(raw_dir, run_id, source.source_id, segment_bytes=HURRY.segment_bytes) as archive,
        FetchRun(source, HURRY, archive, raw_dir) as run,
    ):
        plan = make_plan(PAGES, run.known, {}, dt.datetime.now(dt.UTC), HURRY)
        run.visit(plan, lambda row: told.send(row.project_id))


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(300)])])
def test_kill_9_at_random_points_loses_nothing_and_fetches_nothing_twice(tmp_path: Path, kills: int) -> None:
    raw_dir = tmp_path / "raw"
    dice = random.Random(9)
    spawn = get_context("forkserver")
    spawn.set_forkserver_preload(["tests.archive.test_recovery"])
    told: set[str] = set()
    rounds_with_pages = 0
    # Not long ago: what is dated days after a run that follows it would be void.
    began = dt.datetime.now(dt.UTC)
    with misbehaving_site() as site:
        site.pages |= {project_id: project(project_id) for project_id in PAGES}
        for number in range(kills):
            receive, send = spawn.Pipe(duplex=False)
            run_id = new_run_id(began + dt.timedelta(seconds=number))
            child = spawn.Process(target=fetch_until_killed, args=(raw_dir, run_id, site.source(), send))
            child.start()
            send.close()
            if number % 2:
                # However slow the machine is, every other kill hits a run that has begun to fetch.
                receive.poll(60)
            child.join(dice.uniform(0, 0.2 if number % 2 else 0.35))
            if child.pid is not None and child.is_alive():
                os.kill(child.pid, signal.SIGKILL)
            child.join()
            before = len(told)
            told |= _received(receive)
            receive.close()
            rounds_with_pages += len(told) > before
            recover(raw_dir)
            logged = ids(raw_dir)
            assert told <= set(logged), "a page that counted as fetched is gone"
            assert len(logged) - logged.count("") == len(set(logged) - {""}), "a page was fetched twice"
    bodies = [row.project_id for s in sealed_segments(raw_dir) for row, _ in read_segment(s) if row.project_id]
    assert sorted(bodies) == sorted(set(ids(raw_dir)) - {""})
    assert audit_archive(raw_dir).problems == ()
    assert rounds_with_pages > kills // 3, f"only {rounds_with_pages} kills hit a run at work"


def _received(pipe: Connection) -> set[str]:
    found = set()
    try:
        while pipe.poll(0):
            found.add(pipe.recv())
    except (EOFError, OSError):
        pass  # the last message is torn, as its sender was
    return found


def test_a_full_disk_is_a_clear_error_and_the_archive_stays_whole(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "400k"):
        fill_and_go_on(tmp_path / "disk")


def fill_and_go_on(disk: Path) -> None:
    raw_dir = disk / "raw"
    fetched: list[str] = []
    noise = random.Random(1)

    def fill() -> None:
        with ArchiveWriter(raw_dir, RUN, "site") as archive:
            for number in range(1000):
                body = noise.randbytes(20_000)
                archive.append(row(str(number), body), capture(str(number), body))
                fetched.append(str(number))

    with pytest.raises(ArchiveError, match="the disk is full; free some space and run again"):
        fill()
    assert 5 < len(fetched) < 40
    subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
    recover(raw_dir)
    assert ids(raw_dir) == fetched
    assert audit_archive(raw_dir).problems == ()
    write(raw_dir, ["after"], "20261123T180000Z")
    assert ids(raw_dir) == [*fetched, "after"]
