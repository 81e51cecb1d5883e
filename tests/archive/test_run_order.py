"""Which run followed which is told by the chain of segments; what is dated after a later run's start is void."""

import datetime as dt
from pathlib import Path

import pytest

from pipeline.archive.fetch_log import read_about
from pipeline.archive.history.page_history import page_states
from pipeline.archive.run_order import ClockError, check_clock, run_limits, sealed_last, sealed_logs, void_runs
from pipeline.archive.segments import ArchiveWriter
from pipeline.core.time import started_at
from tests.archive.archived import row


def seal(raw_dir: Path, run_id: str, *hours: float, source: str = "site") -> None:
    """A segment whose visits took place so many hours after the start of its run."""
    began = started_at(run_id)
    assert began is not None
    with ArchiveWriter(raw_dir, run_id, source) as archive:
        for number, hour in enumerate(hours or (0.0,)):
            visit = row(f"{number}", at=began + dt.timedelta(hours=hour))
            archive.append(visit._replace(run_id=run_id, source_id=source, snapshot_id=None))


def voids(raw_dir: Path) -> list[str]:
    return void_runs(sealed_logs(raw_dir))


def test_runs_in_the_order_of_their_clocks_are_all_believed(tmp_path: Path) -> None:
    for run_id in ("20261101T180000Z", "20261102T180000Z", "20261102T173000Z"):
        seal(tmp_path, run_id)
    assert voids(tmp_path) == [], "an hour back is a clock that was set"


def test_every_run_before_one_with_an_earlier_clock_is_void_and_nothing_else(tmp_path: Path) -> None:
    for run_id in ("20261101T180000Z", "20360101T000000Z", "20360102T000000Z", "20261103T180000Z"):
        seal(tmp_path, run_id)
    assert voids(tmp_path) == ["20360101T000000Z", "20360102T000000Z"]
    seal(tmp_path, "20261104T180000Z")
    assert voids(tmp_path) == ["20360101T000000Z", "20360102T000000Z"], "for good"
    assert page_states(tmp_path, "site")["0"].last_attempt_at == dt.datetime(2026, 11, 4, 18, tzinfo=dt.UTC)


def test_a_run_of_several_segments_follows_itself_in_nothing(tmp_path: Path) -> None:
    seal(tmp_path, "20261101T180000Z", 0, 60)
    seal(tmp_path, "20261101T180000Z", 61, source="other")
    seal(tmp_path, "20261104T180000Z")
    assert voids(tmp_path) == []
    limits = {one.run_id: one.void_after for one in run_limits(sealed_logs(tmp_path))}
    assert limits == {"20261101T180000Z": dt.datetime(2026, 11, 5, 18, tzinfo=dt.UTC)}


def test_what_is_known_of_a_log_gives_the_same_limits_as_the_log_and_it_is_not_read(tmp_path: Path) -> None:
    for run_id in ("20261101T180000Z", "20360101T000000Z", "20261103T180000Z"):
        seal(tmp_path, run_id)
    logs = sealed_logs(tmp_path)
    first, *others = logs
    known = {name: read_about(logs[name]) for name in others}
    assert run_limits({first: logs[first]} | dict.fromkeys(others, tmp_path / "gone"), known=known) == run_limits(logs)
    assert run_limits({first: logs[first]}, known=known) == [], "a log that is not asked about does not count"


def test_a_clock_that_jumps_in_the_middle_of_a_run_voids_what_came_after_the_jump(tmp_path: Path) -> None:
    seal(tmp_path, "20261101T180000Z", 0, 24 * 3653)
    seal(tmp_path, "20261102T180000Z")
    known = page_states(tmp_path, "site")
    assert known["0"].last_attempt_at == dt.datetime(2026, 11, 2, 18, tzinfo=dt.UTC)
    assert "1" not in known


def test_a_run_that_begins_now_follows_all(tmp_path: Path) -> None:
    seal(tmp_path, "20360101T000000Z")
    assert "0" in page_states(tmp_path, "site")
    assert page_states(tmp_path, "site", now=dt.datetime(2026, 11, 2, tzinfo=dt.UTC)) == {}


def test_the_last_run_is_that_of_the_segment_nobody_names(tmp_path: Path) -> None:
    assert sealed_last(sealed_logs(tmp_path)) is None
    for run_id in ("20360101T000000Z", "20261103T180000Z"):
        seal(tmp_path, run_id)
    assert sealed_last(sealed_logs(tmp_path)) == dt.datetime(2026, 11, 3, 18, tzinfo=dt.UTC)
    check_clock(tmp_path, dt.datetime(2026, 11, 3, tzinfo=dt.UTC))
    with pytest.raises(ClockError, match="an earlier run began at 2026-11-03 18:00"):
        check_clock(tmp_path, dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
