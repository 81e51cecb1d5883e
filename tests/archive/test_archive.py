"""The archive: WARC that others read, a log that agrees with it, and nothing lost to a crash or a full disk."""

import datetime as dt
import gzip
import hashlib
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
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.checker import Checker  # type: ignore[import-untyped]

from pipeline.archive.audit import audit_archive
from pipeline.archive.fetch_log import (
    FetchLogRow,
    JournalEntry,
    Outcome,
    blank_row,
    journal_head,
    journal_line,
    read_fetch_log,
    read_journal,
    snapshot_id,
)
from pipeline.archive.history.page_history import page_states
from pipeline.archive.recovery import recover
from pipeline.archive.segments import (
    ArchiveError,
    ArchiveWriter,
    ListingRow,
    Segment,
    read_segment,
    sealed_segments,
)
from pipeline.archive.warc import Capture, member_ends, read_capture
from pipeline.core.settings import FetchSettings, Source
from pipeline.core.time import new_run_id
from pipeline.fetch.fetch_run import FetchRun
from pipeline.fetch.schedule import make_plan
from tests.archive.mounts import small_disk
from tests.fetch.misbehaving import BASE_URL, misbehaving_site, project

RUN = "20261122T180000Z"
AT = dt.datetime(2026, 11, 22, 18, 0, 0, 123456, tzinfo=dt.UTC)
BODY = "<html>สวัสดี</html>".encode() * 50


def row(project_id: str, body: bytes = BODY, at: dt.datetime = AT, outcome: str = "new") -> FetchLogRow:
    sha = hashlib.sha256(body).digest()
    url = f"{BASE_URL}?r=tbl-project-main%2Fview&project_id={project_id}"
    return blank_row(RUN, "site", url, at, Outcome(outcome))._replace(
        project_id=project_id,
        snapshot_id=snapshot_id("site", project_id, at, sha),
        page_kind="project",
        http_status=200,
        attempts=1,
        elapsed_ms=5,
        bytes=len(body),
        body_sha256=sha,
        content_sha256=hashlib.sha256(b"content of " + body).digest(),
    )


def capture(project_id: str, body: bytes = BODY, at: dt.datetime = AT) -> Capture:
    url = f"{BASE_URL}?r=tbl-project-main%2Fview&project_id={project_id}"
    headers = (("Content-Type", "text/html; charset=UTF-8"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    return Capture(url, at, body, "text/html; charset=UTF-8", 200, "OK", headers, (("host", "site.test"),))


def write(raw_dir: Path, project_ids: list[str], run_id: str = RUN, segment_bytes: int = 10**9) -> None:
    with ArchiveWriter(raw_dir, run_id, "site", segment_bytes=segment_bytes) as archive:
        for project_id in project_ids:
            archive.append(row(project_id), capture(project_id))


def ids(raw_dir: Path) -> list[str]:
    return [r.project_id or "" for segment in sealed_segments(raw_dir) for r in read_fetch_log(segment.fetches)]


def test_a_segment_reads_back_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path, ["1", "2"])
    [segment] = sealed_segments(tmp_path)
    assert segment == Segment(
        f"{RUN}-site", RUN, "site", tmp_path / f"{RUN}-site.fetches.parquet", tmp_path / f"{RUN}-site.warc.gz", None
    )
    for logged, stored in read_segment(segment):
        assert stored.body == BODY
        assert stored.captured_at == logged.requested_at == AT
        assert stored.headers[1:3] == (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
        assert segment.warc is not None
        assert read_capture(segment.warc, logged.warc_offset or 0) == stored
    assert audit_archive(tmp_path) == (1, 5, 2, 2, 0, 0, ())


def test_our_warc_passes_warcios_checker_and_replays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, ["1", "2", "3"])
    path = tmp_path / f"{RUN}-site.warc.gz"
    with ArchiveWriter(tmp_path, "20261123T180000Z", "site") as archive:
        text = Capture(capture("4").url, AT, BODY, "text/plain", note="imported")
        archive.append(row("4"), text)
    checker = Checker(type("Options", (), {"inputs": [str(p) for p in tmp_path.glob("*.warc.gz")], "verbose": True})())
    checker.process_all()
    assert checker.exit_value == 0
    said = capsys.readouterr().out
    assert said.count("digest pass") == 1 + 6 + 2
    assert "fail" not in said
    replayed = {}
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            assert record.rec_headers.protocol == "WARC/1.1"
            if record.rec_type == "response":
                assert record.http_headers.get_statuscode() == "200"
                replayed[record.rec_headers.get_header("WARC-Target-URI")] = record.content_stream().read()
            elif record.rec_type == "warcinfo":
                assert b"software: bma-projects/" in record.content_stream().read()
    assert replayed == {capture(n).url: BODY for n in "123"}


def test_every_record_is_a_gzip_member_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, ["1"])
    path = tmp_path / f"{RUN}-site.warc.gz"
    ends = list(member_ends(path))
    assert len(ends) == 3  # warcinfo, response, request
    assert ends[-1] == path.stat().st_size
    assert gzip.decompress(path.read_bytes()[ends[0] : ends[1]]).startswith(b"WARC/1.1\r\nWARC-Type: response\r\n")


def test_segments_close_at_their_size(tmp_path: Path) -> None:
    write(tmp_path, [str(n) for n in range(10)], segment_bytes=1000)
    names = [segment.name for segment in sealed_segments(tmp_path)]
    assert names[:3] == [f"{RUN}-site", f"{RUN}-site-2", f"{RUN}-site-3"]
    assert len(names) >= 5
    assert sorted(ids(tmp_path)) == [str(n) for n in range(10)]
    assert audit_archive(tmp_path).problems == ()


def test_a_run_that_begins_twice_adds_segments_and_replaces_none(tmp_path: Path) -> None:
    write(tmp_path, ["1"])
    write(tmp_path, ["2"])
    assert [segment.name for segment in sealed_segments(tmp_path)] == [f"{RUN}-site", f"{RUN}-site-2"]
    assert ids(tmp_path) == ["1", "2"]


def test_a_run_without_bodies_has_a_log_and_no_warc(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1", outcome="unchanged")._replace(snapshot_id=None))
    assert [path.name for path in tmp_path.iterdir()] == [f"{RUN}-site.fetches.parquet"]


def test_a_run_without_pages_leaves_nothing(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_was_fetched_is_kept_after_an_interrupt(tmp_path: Path) -> None:
    def interrupted() -> None:
        with ArchiveWriter(tmp_path, RUN, "site") as archive:
            archive.append(row("1"), capture("1"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    recover(tmp_path)
    assert ids(tmp_path) == ["1"]


def test_an_interrupt_between_a_row_and_its_body_keeps_neither(tmp_path: Path) -> None:
    def interrupted() -> None:
        with ArchiveWriter(tmp_path, RUN, "site") as archive:
            archive.append(row("1"), capture("1"))
            write_bytes = archive._write

            def torn(handle: int, data: bytes) -> None:
                if handle == archive._warc:
                    raise KeyboardInterrupt
                write_bytes(handle, data)

            archive._write = torn  # type: ignore[method-assign]
            archive.append(row("2"), capture("2"))

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    recover(tmp_path)
    assert ids(tmp_path) == ["1"]
    assert audit_archive(tmp_path).problems == ()


def test_a_listing_lies_beside_its_segment(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1"), capture("1"))
        archive.write_listing([ListingRow(RUN, "site", "1", AT, True, 1)])
    [segment] = sealed_segments(tmp_path)
    assert segment.listing == tmp_path / f"{RUN}-site.listing.parquet"
    assert audit_archive(tmp_path).problems == ()


def test_a_listing_that_was_lost_is_missed(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1"), capture("1"))
        archive.write_listing([ListingRow(RUN, "site", "1", AT, True, 1)])
    listing = tmp_path / f"{RUN}-site.listing.parquet"
    listing.unlink()
    (problem,) = audit_archive(tmp_path).problems
    log = f"{RUN}-site.fetches.parquet"
    assert problem == (
        f"{listing.name}: missing, though its fetch log {log} names it; restore it from a copy of data/raw"
    )


def test_a_run_without_a_listing_misses_none(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1"), capture("1"))
    assert audit_archive(tmp_path).problems == ()


@pytest.mark.parametrize("source_id", ["../x", "a/b", "", "ก", "site-2", "A B"])
def test_names_that_are_no_segment_names_are_refused(tmp_path: Path, source_id: str) -> None:
    with pytest.raises(ArchiveError, match="not a segment name"):
        ArchiveWriter(tmp_path, RUN, source_id)


def test_a_directory_without_permission_is_one_clear_line(tmp_path: Path) -> None:
    raw_dir = tmp_path / "raw"
    raw_dir.mkdir(mode=0o555)
    code = (
        "import os, sys, pathlib\n"
        "from pipeline.archive.segments import ArchiveError, check_writable\n"
        "os.getuid() == 0 and os.setuid(65534)\n"
        "try:\n    check_writable(pathlib.Path(sys.argv[1]))\n"
        "except ArchiveError as error:\n    print(error)\n"
    )
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", code, str(raw_dir)], capture_output=True, text=True, check=False)
    assert (
        done.stdout == f"{raw_dir}: no permission to write; make it writable for this user or set data_dir elsewhere\n"
    )


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


def test_a_segment_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1"), capture("1"))
        assert recover(tmp_path) == []
        archive.append(row("2"), capture("2"))
    assert ids(tmp_path) == ["1", "2"]


def test_a_journal_line_survives_any_text(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    odd = row("ก\n\u2028\x00")._replace(error="\u0085")
    about = {"title": "ก\n\u2028"}
    path.write_bytes(journal_head(about) + journal_line(JournalEntry(odd, 7)))
    journal = read_journal(path)
    assert (journal.about, list(journal.entries)) == (about, [JournalEntry(odd, 7)])


def damage(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


def test_the_audit_finds_a_changed_byte(tmp_path: Path) -> None:
    write(tmp_path, ["1", "2"])
    path = tmp_path / f"{RUN}-site.warc.gz"
    damage(path, path.stat().st_size // 2)
    assert audit_archive(tmp_path).problems


def test_the_audit_finds_a_body_that_is_not_the_logged_one(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1", b"something else"), capture("1"))
    problems = audit_archive(tmp_path).problems
    assert any("not the one the log names" in problem for problem in problems)


def test_the_audit_finds_a_torn_tail_a_missing_log_and_a_missing_warc(tmp_path: Path) -> None:
    for run_id in (RUN, "20261123T180000Z", "20261124T180000Z"):
        write(tmp_path, ["1"], run_id)
    torn = tmp_path / f"{RUN}-site.warc.gz"
    os.truncate(torn, torn.stat().st_size - 3)
    (tmp_path / "20261123T180000Z-site.fetches.parquet").unlink()
    (tmp_path / "20261124T180000Z-site.warc.gz").unlink()
    (tmp_path / "20261125T180000Z-site.journal").write_bytes(b"")
    said = "\n".join(audit_archive(tmp_path).problems)
    for words in ("torn or overwritten after", "has no fetch log", "there is no WARC file", "an open segment"):
        assert words in said


def test_the_audit_finds_an_unchanged_row_without_its_body(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1", outcome="unchanged")._replace(snapshot_id=None))
    assert "no such body is archived" in audit_archive(tmp_path).problems[0]


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
    spawn.set_forkserver_preload(["tests.archive.test_archive"])
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


def test_the_last_state_of_every_page_comes_from_all_logs(tmp_path: Path) -> None:
    def day(n: int) -> dt.datetime:
        return AT + dt.timedelta(days=n)

    for n, outcome in enumerate(["new", "unchanged", "failed", "missing", "missing"]):
        with ArchiveWriter(tmp_path, new_run_id(day(n)), "site") as archive:
            page = row("1", at=day(n), outcome=outcome)._replace(snapshot_id=None, etag='"e"' if n == 0 else None)
            if outcome != "unchanged":
                page = page._replace(snapshot_id=f"snapshot {n}", content_sha256=bytes([n]) * 32)
            other = row("2", at=day(n), outcome="missing")._replace(content_sha256=None)
            for visit in (page, other):
                archive.append(visit._replace(run_id=archive.run_id))
    known = page_states(tmp_path, "site")
    assert known["1"]._asdict() == {
        "last_outcome": "missing",
        "last_attempt_at": day(4),
        "last_success_at": day(1),
        "last_changed_at": day(0),
        "content_sha256": bytes([0]) * 32,
        "content_snapshot_id": "snapshot 0",
        "evidence_sha256": bytes([4]) * 32,
        "evidence_snapshot_id": "snapshot 4",
        "etag": None,
        "last_modified": None,
        "consecutive_failures": 3,
        "consecutive_absences": 2,
        "last_body_at": day(1),
        "is_not_modified": False,
        "masked_sha256": None,
        "first_fetched_at": day(0),
        "n_fetched": 2,
        "n_changed": 0,
    }
    assert (known["2"].last_success_at, known["2"].consecutive_absences) == (None, 5)
    assert page_states(tmp_path, "other") == {}


def test_headers_too_long_for_a_reader_are_cut_and_said_to_be(tmp_path: Path) -> None:
    long = capture("1")._replace(headers=(("Set-Cookie", "a" * 40_000),), reason="b" * 40_000)
    with ArchiveWriter(tmp_path, RUN, "site") as archive:
        archive.append(row("1"), long)
        archive.append(row("2"), capture("2"))
    assert audit_archive(tmp_path).problems == ()
    [segment] = sealed_segments(tmp_path)
    kept = [found for _, found in read_segment(segment)]
    assert (kept[0].header("set-cookie") or "").endswith("a [cut]")
    assert [found.body for found in kept] == [BODY, BODY]
