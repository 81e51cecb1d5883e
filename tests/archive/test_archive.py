"""The archive: WARC that others read, and a log that agrees with it."""

import datetime as dt
import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.checker import Checker  # type: ignore[import-untyped]

from pipeline.archive.audit import audit_archive
from pipeline.archive.fetch_log import (
    JournalEntry,
    journal_head,
    journal_line,
    read_journal,
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
from pipeline.core.time import new_run_id
from tests.archive.archived import AT, BODY, RUN, capture, ids, row, write


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


def test_a_journal_line_survives_any_text(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    odd = row("ก\n\u2028\x00")._replace(error="\u0085")
    about = {"title": "ก\n\u2028"}
    path.write_bytes(journal_head(about) + journal_line(JournalEntry(odd, 7)))
    journal = read_journal(path)
    assert (journal.about, list(journal.entries)) == (about, [JournalEntry(odd, 7)])


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
