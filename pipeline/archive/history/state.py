"""The state of the history: its intervals in data/parsed, with the names of the segments that they were folded from.

data/parsed/history-<fingerprint>-<number>/ holds a Parquet file for each table of intervals.TABLES and a contents.json.
A state is never changed: the next one appears by one rename, and then the one before it goes. It is carried on by the
segments that it does not name; where it is not whole, or a segment it names is gone or is another file now, all is
folded anew from data/raw.
"""

import datetime as dt
import errno
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, reduce
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.archive.chain import OF_LISTING, OF_WARC
from pipeline.archive.fetch_log import read_about
from pipeline.archive.history.fold import can_carry_on, fold, prepare
from pipeline.archive.history.intervals import TABLES
from pipeline.archive.run_order import run_limits, sealed_logs
from pipeline.archive.segment_name import LOG
from pipeline.archive.segments import Segment, sealed_segments, unreadable
from pipeline.core.arrow_schema import UNREADABLE
from pipeline.core.contents import read_contents, write_contents
from pipeline.core.files import PARTIAL, sha256_of, sync_path
from pipeline.core.sql_text import quoted

STATE = re.compile(r"history-[0-9a-f]{12}-(?P<number>\d{6,})")
_FOLDED_BY = (
    "history/fold.py",
    "history/fold_listings.py",
    "history/fold_runs.py",
    "history/fold_visits.py",
    "history/intervals.py",
    "history/state.py",
    "run_order.py",
)
# What folding and asking take at most beside Python; the rest goes to disk.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "300MB", "threads": 2}
_ORDER = {
    "visits": "source_id, project_id, url, first_at, requested_at, run_id, snapshot_id, warc_offset",
    "listed": "source_id, project_id, first_at, first_run_id",
    "run_visits": "run_id, source_id",
}


class FoldedSegment(NamedTuple):
    """A segment in a state: its files with size and time, their digests, and whether it has project pages."""

    files: Mapping[str, Sequence[int]]
    digests: Mapping[str, str]
    has_pages: bool
    about: Mapping[str, str]


class State(NamedTuple):
    """A complete state: its directory, and the segments that it was folded from, by name."""

    path: Path
    segments: Mapping[str, FoldedSegment]

    @property
    def tables(self) -> dict[str, str]:
        """The tables of intervals.TABLES as relations of DuckDB."""
        return {name: f"read_parquet({quoted(self.path / f'{name}.parquet')})" for name in TABLES}


def newest_state(parsed_dir: Path) -> State | None:
    """The newest state that is complete and was folded by these rules."""
    for path in reversed(states(parsed_dir)):
        if path.name.startswith(f"history-{_fingerprint()}-") and (contents := read_contents(path)) is not None:
            return State(path, {name: FoldedSegment(**said) for name, said in contents["segments"].items()})
    return None


def states(parsed_dir: Path) -> list[Path]:
    """The directories of all states, by their number."""
    found = [
        (int(match["number"]), path) for path in parsed_dir.glob("history-*") if (match := STATE.fullmatch(path.name))
    ]
    return [path for _, path in sorted(found)]


def changed_files(segment: Segment, folded: FoldedSegment, *, is_read_whole: bool = False) -> Iterator[str]:
    """Compare a segment with its folded version: a sentence for each file that is replaced or missing.

    A file with the same size and time counts as unchanged, except a log to be read; otherwise its digest decides.
    """
    raw_dir = segment.fetches.parent
    for name, (size, written_at) in folded.files.items():
        path = raw_dir / name
        try:
            stat = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            stat = None
        if stat is None or stat.st_size != size:
            now = "is missing" if stat is None else f"has {stat.st_size} bytes"
            yield f"{path}: {now}, and had {size} when it was parsed"
        elif stat.st_mtime_ns == written_at and not (is_read_whole and name.endswith(LOG)):
            continue
        elif folded.digests.get(name) != sha256_of(path):
            yield f"{path}: not the file that was parsed"


def carry_on(raw_dir: Path, parsed_dir: Path) -> State:
    """Bring the state up to date with the archive; without new segments nothing is read or written.

    Raises:
        ArchiveError: a fetch log or listing is torn or unreadable.
        OSError: the state cannot be written.
    """
    segments = sealed_segments(raw_dir)
    before = newest_state(parsed_dir)
    if before is not None and not _holds(before, segments):
        before = None
    if before is not None and before.segments.keys() == {segment.name for segment in segments}:
        _remove_others(before.path)
        return before
    numbers = [int(match["number"]) for path in states(parsed_dir) if (match := STATE.fullmatch(path.name))]
    final = parsed_dir / f"history-{_fingerprint()}-{max(numbers, default=0) + 1:06}"
    partial = final.with_name(f".{final.name}{PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with open_history(raw_dir, parsed_dir) as con:
        for name, order in _ORDER.items():
            file = partial / f"{name}.parquet"
            try:
                options = "FORMAT parquet, COMPRESSION zstd"
                con.execute(f"COPY (FROM {name} ORDER BY {order}) TO {quoted(file)} ({options})").complete()
            except duckdb.IOException as error:
                raise OSError(errno.EIO, str(error).partition("\n")[0], str(file)) from error
            sync_path(file)
    known = before.segments if before is not None else {}
    said = {one.name: (known.get(one.name) or _folded(one))._asdict() for one in segments}
    write_contents(partial, {"segments": said})
    partial.rename(final)
    sync_path(parsed_dir)
    _remove_others(final)
    return State(final, {name: FoldedSegment(**one) for name, one in said.items()})


@contextmanager
def open_history(
    raw_dir: Path, parsed_dir: Path | None = None, now: dt.datetime | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that has the tables of intervals.TABLES: the state, carried on by what it does not hold.

    Args:
        raw_dir: the archive.
        parsed_dir: the directory of the state; without it, or if the state is invalid, everything is folded again.
        now: the start of a run, for which nothing dated more than a day later counts.

    Raises:
        ArchiveError: a fetch log or listing is torn or unreadable.
    """
    segments = sealed_segments(raw_dir)
    state = None if parsed_dir is None else newest_state(parsed_dir)
    if state is not None and not _holds(state, segments):
        state = None
    beside = parsed_dir if parsed_dir is not None and parsed_dir.is_dir() else None
    with (
        tempfile.TemporaryDirectory(PARTIAL, ".history-", beside) as spill,
        duckdb.connect(config=_CONFIG | {"temp_directory": spill}) as con,
    ):
        try:
            known = {name: folded.about for name, folded in state.segments.items()} if state is not None else {}
            prepare(con, run_limits(sealed_logs(raw_dir), now, known))
            came = [one for one in segments if state is None or one.name not in state.segments]
            if state is not None and not can_carry_on(con, state.tables, came):
                state, came = None, segments
            if state is not None and not came:
                for name, relation in state.tables.items():
                    con.execute(f"CREATE VIEW {name} AS FROM {relation}").complete()
            else:
                fold(con, came, state.tables if state is not None else {}, segments)
        except (duckdb.InvalidInputException, duckdb.IOException, *UNREADABLE) as error:
            raise unreadable(f"{raw_dir}: a fetch log or listing", error) from error
        yield con


def _remove_others(kept: Path) -> None:
    """Remove the states before this one, and those that are damaged."""
    for path in states(kept.parent):
        if path == kept:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _holds(state: State, segments: Sequence[Segment]) -> bool:
    """Whether every segment that a state was folded from is present and unchanged."""
    present = {segment.name: segment for segment in segments}
    return all(
        name in present and not any(changed_files(present[name], folded)) for name, folded in state.segments.items()
    )


def _folded(segment: Segment) -> FoldedSegment:
    files = [path for path in (segment.fetches, segment.warc, segment.listing) if path is not None]
    about = read_about(segment.fetches)
    # What was compared with the chain need not be read again.
    keys = {segment.warc: OF_WARC, segment.listing: OF_LISTING}
    return FoldedSegment(
        {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in files},
        {path.name: about.get(keys.get(path, "")) or sha256_of(path) for path in files},
        has_pages(segment),
        dict(about),
    )


def has_pages(segment: Segment) -> bool:
    """Whether bodies of project pages were archived in a segment."""
    columns = ["project_id", "snapshot_id", "warc_offset"]
    # Not read_table: it imports pandas.
    with pq.ParquetFile(segment.fetches) as file:
        log = file.read(columns)
    return bool(pc.any(reduce(pc.and_, (pc.is_valid(log[name]) for name in columns))).as_py())


@cache
def _fingerprint() -> str:
    """Twelve hex digits of a digest over the rules by which a state is folded."""
    folder = resources.files("pipeline") / "archive"
    return hashlib.sha256(b"".join(folder.joinpath(name).read_bytes() for name in _FOLDED_BY)).hexdigest()[:12]
