"""The history that is carried on is what all of data/raw gives, whatever comes late, is taken back or breaks."""

import datetime as dt
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.archive.fetch_log import FetchLogRow, Outcome, TimeBasis, blank_row, read_fetch_log
from pipeline.archive.history.intervals import TABLES, ListedInterval, RunVisits, VisitInterval
from pipeline.archive.history.state import carry_on, newest_state, open_history, states
from pipeline.archive.run_order import run_limits, sealed_logs
from pipeline.archive.segments import ArchiveWriter, ListingRow, sealed_segments

SOURCE = "site"
BEGAN = dt.datetime(2026, 1, 1, 18, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SEEN = ("new", "changed", "unchanged")
Rows = dict[str, Counter[tuple[object, ...]]]


class Visit(NamedTuple):
    """One row to log: an hour from when its run began, and what it says."""

    page: str | None
    hour: int
    outcome: str
    repeats: str
    is_fetched: bool
    is_undated: bool
    mask: int | None


class Night(NamedTuple):
    """One segment, sealed a day after the one before it, or dated years ahead; and how carrying on from it goes."""

    visits: list[Visit]
    listed: list[str]
    shown: int | None
    withdraws: int | None
    is_ahead: bool
    is_carried_on: bool
    crashes_at: int | None
    is_rotten: bool


VISITS = st.builds(
    Visit,
    page=st.sampled_from(["1", "2", None]),
    # Few hours, so that moments meet; before the run for what an import brings late.
    hour=st.one_of(st.integers(0, 3), st.integers(-80, 0)),
    outcome=st.sampled_from([*SEEN, "unchanged", "unchanged", "unchanged", "missing", "failed"]),
    repeats=st.sampled_from("aab"),
    is_fetched=st.sampled_from([True, True, True, False]),
    is_undated=st.sampled_from([False] * 7 + [True]),
    mask=st.sampled_from([None, None, 1, 2]),
)
NIGHTS = st.builds(
    Night,
    visits=st.lists(VISITS, min_size=1, max_size=6),
    listed=st.lists(st.sampled_from(["1", "2", "3"]), unique=True),
    shown=st.sampled_from([None, 7, 7, 8]),
    withdraws=st.one_of(st.none(), st.none(), st.none(), st.integers(0, 7)),
    is_ahead=st.sampled_from([False] * 9 + [True]),
    is_carried_on=st.sampled_from([True, True, False]),
    crashes_at=st.one_of(st.none(), st.integers(0, 25)),
    is_rotten=st.sampled_from([False] * 7 + [True]),
)


# Each example is some seconds of nights.
@pytest.mark.parametrize("share", [15, pytest.param(3, marks=pytest.mark.slow)])
def test_what_is_carried_on_is_what_all_of_the_archive_gives(share: int) -> None:
    nights = given(st.lists(NIGHTS, min_size=1, max_size=6))
    settings(max_examples=settings().max_examples // share)(nights(carry_on_night_by_night))()


def carry_on_night_by_night(nights: list[Night]) -> None:
    # Of a few rows more than that the pages are folded share by share.
    with TemporaryDirectory() as name, patch("pipeline.archive.history.shares._ROWS_AT_ONCE", 5):
        raw_dir, parsed_dir = Path(name) / "raw", Path(name) / "parsed"
        parsed_dir.mkdir()
        runs: list[str] = []
        for number, night in enumerate(nights):
            runs.append(seal(raw_dir, number, night, runs))
            if night.is_rotten and (state := newest_state(parsed_dir)):
                rot(state.path / "visits.parquet")
            if night.crashes_at is not None:
                with crashing_at(night.crashes_at):
                    carry_on(raw_dir, parsed_dir)
                assert carried_on(raw_dir, parsed_dir) == by_the_rules(raw_dir)
            if night.is_carried_on:
                carry_on(raw_dir, parsed_dir)
                assert len(states(parsed_dir)) == 1
            assert carried_on(raw_dir, parsed_dir) == by_the_rules(raw_dir)


def test_what_has_the_name_of_a_state_but_is_no_directory_goes(tmp_path: Path) -> None:
    raw_dir, parsed_dir, elsewhere = tmp_path / "raw", tmp_path / "parsed", tmp_path / "elsewhere"
    parsed_dir.mkdir()
    visit = Visit("1", hour=0, outcome="new", repeats="a", is_fetched=True, is_undated=False, mask=None)
    seal(raw_dir, 0, Night([visit], ["1"], None, None, False, True, None, False), [])
    kept = carry_on(raw_dir, parsed_dir).path
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    kept.with_name(f"{kept.name[:-6]}000007").touch()
    kept.with_name(f"{kept.name[:-6]}000008").symlink_to(elsewhere)
    assert carry_on(raw_dir, parsed_dir).path == kept
    assert states(parsed_dir) == [kept]
    assert (elsewhere / "file").exists()


def seal(raw_dir: Path, number: int, night: Night, runs: Sequence[str]) -> str:
    began = BEGAN + number * 24 * HOUR + (1000 * 24 * HOUR if night.is_ahead else 0 * HOUR)
    run_id = f"{began:%Y%m%dT%H%M%SZ}"
    with ArchiveWriter(raw_dir, run_id, SOURCE, about={"source": SOURCE}) as archive:
        archive.write_listing(
            ListingRow(run_id, SOURCE, one, began, len(night.listed) > 1, 3, night.shown) for one in night.listed
        )
        for visit in night.visits:
            archive.append(logged(run_id, began + visit.hour * HOUR, visit))
        if night.withdraws is not None and night.withdraws < len(runs):
            withdrawal = logged(run_id, began, night.visits[0])._replace(
                project_id=None, url="", outcome="withdrawn", attempts=0, withdraws=runs[night.withdraws]
            )
            archive.append(withdrawal)
    return run_id


def logged(run_id: str, at: dt.datetime, visit: Visit) -> FetchLogRow:
    is_news = visit.outcome in ("new", "changed")
    basis = TimeBasis.FILE if visit.is_undated else TimeBasis.PROTOCOL
    row = blank_row(run_id, SOURCE, f"http://site/{visit.page}", at, Outcome(visit.outcome), time_basis=basis)
    return row._replace(
        project_id=visit.page,
        snapshot_id=visit.repeats if is_news else None,
        repeats=None if is_news else visit.repeats,
        page_kind="project" if visit.page else "listing",
        http_status=304 if visit.mask == 1 else 200,
        attempts=int(visit.is_fetched),
        elapsed_ms=5,
        content_sha256=visit.repeats.encode() * 32 if is_news else None,
        masked_sha256=bytes([visit.mask]) * 32 if visit.mask else None,
        etag=f"{visit.mask}",
        age_s=visit.mask,
    )


def carried_on(raw_dir: Path, parsed_dir: Path) -> Rows:
    with open_history(raw_dir, parsed_dir) as con:
        return {
            name: Counter(con.execute(f"SELECT {', '.join(kind._fields)} FROM {name}").fetchall())
            for name, kind in TABLES.items()
        }


def by_the_rules(raw_dir: Path) -> Rows:
    """The history as plain loops over every row that was ever logged."""
    rows = [row for segment in sealed_segments(raw_dir) for row in read_fetch_log(segment.fetches)]
    limits = {one.run_id: one.void_after for one in run_limits(sealed_logs(raw_dir))}
    withdrawn = {row.withdraws for row in rows if row.withdraws}

    def counts(row: FetchLogRow) -> bool:
        is_void = row.run_id in limits and row.requested_at > limits[row.run_id]
        return row.outcome != "withdrawn" and row.run_id not in withdrawn and not is_void

    pages = defaultdict(list)
    for row in filter(counts, rows):
        pages[row.project_id or f"\n{row.url}"].append(row)
    listings = {
        segment.run_id: pq.read_table(segment.listing).to_pylist()
        for segment in sealed_segments(raw_dir)
        if segment.listing
    }
    read = {
        run_id: named[0]["seen_at"]
        for run_id, named in listings.items()
        if not (run_id in limits and named[0]["seen_at"] > limits[run_id])
    }
    runs = []
    for run_id in {row.run_id for row in rows} | listings.keys():
        of_run = [row for row in rows if row.run_id == run_id]
        outcomes = Counter(row.outcome for row in of_run)
        visits = [row.requested_at for row in of_run if counts(row)]
        answers = [r.requested_at for r in of_run if counts(r) and r.page_kind == "listing" and r.outcome in SEEN]
        named = listings.get(run_id)
        runs.append(
            RunVisits(
                run_id,
                SOURCE,
                len(of_run) - outcomes["withdrawn"],
                outcomes["new"],
                outcomes["changed"],
                outcomes["unchanged"],
                outcomes["missing"],
                outcomes["failed"],
                outcomes["refused"],
                next((row.withdraws for row in of_run if row.withdraws), None),
                max(visits, default=None),
                max(answers, default=None),
                len(named or ()),
                read.get(run_id),
                3 if named else None,
                named[0]["is_complete"] if named else None,
            )
        )
    in_order = sorted(read, key=lambda run_id: (read[run_id], run_id))
    named_by = [{row["project_id"]: row["shown_crc32"] for row in listings[run_id]} for run_id in in_order]
    return {
        "visits": Counter(interval for page in pages.values() for interval in intervals(page)),
        "listed": Counter(
            ListedInterval(
                SOURCE, project, in_order[a], read[in_order[a]], in_order[b], read[in_order[b]], b - a + 1, shown
            )
            for project, shown in {one for named in named_by for one in named.items()}
            for a, b in stretches([(project, shown) in named.items() for named in named_by])
        ),
        "run_visits": Counter(runs),
    }


def stretches(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The first and the last place of each stretch of true ones."""
    edges = [n for n, (before, after) in enumerate(pairwise([False, *flags, False])) if before != after]
    yield from ((first, end - 1) for first, end in zip(edges[::2], edges[1::2], strict=True))


def intervals(page: list[FetchLogRow]) -> Iterator[VisitInterval]:
    moments = Counter(row.requested_at for row in page)
    together: list[list[FetchLogRow]] = []
    for row in sorted(page, key=lambda row: row.requested_at):
        before = together[-1][-1] if together else None
        goes_on = (
            before is not None
            and row.outcome == before.outcome == "unchanged"
            and row.time_basis == before.time_basis == "protocol"
            and (row.repeats, row.attempts) == (before.repeats, before.attempts)
            and moments[row.requested_at] == moments[before.requested_at] == 1
        )
        if goes_on:
            together[-1].append(row)
        else:
            together.append([row])
    for rows in together:
        last = rows[-1]
        fresh = [r.requested_at for r in rows if r.http_status == 200 and r.attempts and r.outcome in SEEN]
        known = {name: value for name, value in last._asdict().items() if name in VisitInterval._fields}
        known |= {
            "first_at": rows[0].requested_at,
            "attempted_at": max(row.requested_at + dt.timedelta(seconds=row.age_s or 0) for row in rows),
            "body_at": max(fresh, default=None),
            "n_visits": len(rows),
            "is_fetched": last.attempts > 0,
            "masked_sha256": next((row.masked_sha256 for row in reversed(rows) if row.masked_sha256), None),
        }
        yield VisitInterval(**known)


class CrashError(BaseException):
    """The process ends here."""


@contextmanager
def crashing_at(step: int) -> Iterator[None]:
    """End what the block does before one of its steps: a file or name is brought to the disk, made or removed."""
    left = step

    def ending(done: object) -> object:
        def instead(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise CrashError
            return done(*args, **kwargs)  # type: ignore[operator]

        return instead

    with patch.multiple(
        os,
        fsync=ending(os.fsync),
        rename=ending(os.rename),
        mkdir=ending(os.mkdir),
        unlink=ending(os.unlink),
        rmdir=ending(os.rmdir),
    ):
        try:
            yield
        except CrashError:
            return


def rot(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
