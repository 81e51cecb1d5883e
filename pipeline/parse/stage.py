"""data/raw → data/parsed: one partition per segment that has pages, made by workers, and the history; only what is new.

A changed parser has another fingerprint and parses everything again by itself. A large segment is parsed in batches, by
several workers at once.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple

from pipeline.archive.history.state import carry_on, changed_files, newest_state
from pipeline.archive.lost_segments import given_up, remedy
from pipeline.archive.segment_name import files_without_log
from pipeline.archive.segments import Segment, sealed_segments
from pipeline.core.contents import read_contents
from pipeline.core.worker_process import WorkerDiedError, WorkerProcess
from pipeline.parse.batch import Batch, ParseError, check_segments, cut_into_batches
from pipeline.parse.outdated import made_without_segment, remove_leftovers, remove_stale_partitions
from pipeline.parse.partition import (
    READING,
    BatchResult,
    PartitionResult,
    assemble_partition,
    beside_partition,
    changed_evidence,
    partition_dir,
    writing,
)
from pipeline.parse.pool import BatchFuture, WorkerPool, local_pool
from pipeline.parse.versions import parser_versions
from pipeline.parse.worker import parse_batch

_CRASHES_PER_BATCH = 100
# The time without a finished batch after which the pool is asked whether it still works.
_SILENCE_SECONDS = 2.0


class ParseSummary(NamedTuple):
    """What one parse stage did. segments counts the partitions that were missing, pages the archived pages read."""

    segments: int
    pages: int
    records: int
    issues: int
    quarantined: int


class Backlog(NamedTuple):
    """The segments that have pages and no partition yet, and the batches they are cut into."""

    segments: Sequence[Segment]
    batches: Sequence[Batch]

    @property
    def pages(self) -> int:
        """The number of archived pages to read."""
        return sum(batch.pages for batch in self.batches)


def find_backlog(raw_dir: Path, parsed_dir: Path) -> Backlog:
    """The segments that are not in data/parsed. Raises ParseError where a file beside a WARC file is damaged."""
    # Workers may have another working directory.
    raw_dir, parsed_dir = raw_dir.absolute(), parsed_dir.absolute()
    state = newest_state(parsed_dir)
    folded = state.segments if state is not None else {}
    missing = []
    for segment in sealed_segments(raw_dir):
        known = folded.get(segment.name)
        for problem in changed_files(segment, known) if known is not None else ():
            raise ParseError(f"{problem}; restore it from a copy of data/raw")
        if known is not None and not known.has_pages:
            continue
        contents = read_contents(partition_dir(parsed_dir, segment.name))
        if contents is None:
            missing.append(segment)
            continue
        for problem in changed_evidence(contents, segment):
            raise ParseError(f"{problem}; restore it from a copy of data/raw")
    # What the state or a whole partition knows was compared before it was read.
    check_segments(missing)
    batches = [batch for segment in missing for batch in cut_into_batches(segment)]
    with_pages = {batch.segment.name for batch in batches}
    return Backlog([segment for segment in missing if segment.name in with_pages], batches)


def parse(
    raw_dir: Path,
    parsed_dir: Path,
    *,
    pool: Callable[[int], AbstractContextManager[WorkerPool]] = local_pool,
    on_batch: Callable[[BatchResult], None] = lambda result: None,
    on_partition: Callable[[PartitionResult], None] = lambda result: None,
) -> ParseSummary:
    """Bring data/parsed up to date with data/raw; a run with nothing new reads nothing and opens no pool.

    Args:
        raw_dir: the archive.
        parsed_dir: made when missing; partitions of an older parser are removed.
        pool: opens the workers for a number of batches.
        on_batch: called for each batch when it is parsed, in any order.
        on_partition: called for each partition when it is in place.

    Returns:
        The counts of the partitions that were made.

    Raises:
        ParseError: A segment is gone or cannot be parsed, or a partition not written; partitions made before are kept.
        ClusterError: The workers of a cluster cannot be reached or cannot do this work.
    """
    parsed_dir = parsed_dir.absolute()
    with writing(parsed_dir):
        parsed_dir.mkdir(parents=True, exist_ok=True)
        remove_leftovers(parsed_dir)
    for file in files_without_log(raw_dir):
        raise ParseError(
            f"{file}: its fetch log is not beside it; restore that from a copy of data/raw, or move this file "
            f"elsewhere (`bma-projects import` takes a WARC file from there)"
        )
    lost = given_up(raw_dir)
    for name, made in made_without_segment(parsed_dir, sealed_segments(raw_dir)).items():
        if name not in lost:
            raise ParseError(
                f"{made}: the segment it was made of is not in {raw_dir} any more; {remedy(raw_dir, name)}"
            )
    raw_dir = raw_dir.absolute()
    backlog = find_backlog(raw_dir, parsed_dir)
    assembly = _Assembly(backlog, parsed_dir, on_batch, on_partition)
    if backlog.batches:
        with pool(len(backlog.batches)) as workers:
            _parse_batches(backlog.batches, parsed_dir, workers, assembly.add)
    with writing(parsed_dir):
        remove_stale_partitions(parsed_dir, sealed_segments(raw_dir))
        # Last: what it knows of is parsed.
        carry_on(raw_dir, parsed_dir)
    return assembly.summary()


class _Assembly:
    """Puts partitions together as their batches come back, in any order."""

    def __init__(
        self,
        backlog: Backlog,
        parsed_dir: Path,
        on_batch: Callable[[BatchResult], None],
        on_partition: Callable[[PartitionResult], None],
    ) -> None:
        self._partitions: list[PartitionResult] = []
        self._quarantined = 0
        self._parsed_dir, self._on_batch, self._on_partition = parsed_dir, on_batch, on_partition
        self._awaited = dict.fromkeys((segment.name for segment in backlog.segments), 0)
        for batch in backlog.batches:
            self._awaited[batch.segment.name] += 1
        self._results: dict[str, list[BatchResult]] = {name: [] for name in self._awaited}

    def add(self, batch: Batch, result: BatchResult) -> None:
        results = self._results[batch.segment.name]
        results.append(result)
        self._quarantined += result.quarantined
        self._on_batch(result)
        if len(results) == self._awaited[batch.segment.name]:
            self._finish(batch.segment)

    def summary(self) -> ParseSummary:
        return ParseSummary(
            len(self._partitions),
            sum(partition.pages for partition in self._partitions),
            sum(partition.records for partition in self._partitions),
            sum(partition.issues for partition in self._partitions),
            self._quarantined,
        )

    def _finish(self, segment: Segment) -> None:
        partition = assemble_partition(segment, self._parsed_dir, self._results.pop(segment.name))
        self._partitions.append(partition)
        self._on_partition(partition)


def _parse_batches(
    batches: Sequence[Batch], parsed_dir: Path, pool: WorkerPool, done: Callable[[Batch, BatchResult], None]
) -> None:
    """Let the pool parse all batches, and call `done` for each."""
    waiting: dict[BatchFuture, Batch] = {}
    finished: SimpleQueue[BatchFuture] = SimpleQueue()
    for batch in batches:
        future = pool.submit(parse_batch, batch, parsed_dir, parser_versions())
        waiting[future] = batch
        future.add_done_callback(finished.put)
    while waiting:
        try:
            future = finished.get(timeout=_SILENCE_SECONDS)
        except Empty:
            pool.check()
            continue
        try:
            result = future.result(timeout=_SILENCE_SECONDS)
        except pool.worker_died:
            result = _parse_alone(waiting[future], parsed_dir)
        except TimeoutError:
            # Its worker was lost before the result was fetched: it is parsed again.
            pool.check()
            finished.put(future)
            continue
        except (CancelledError, OSError):
            # The connection to the workers was lost.
            pool.check()
            raise
        done(waiting.pop(future), result)


def _parse_alone(batch: Batch, parsed_dir: Path) -> BatchResult:
    """Parse a batch that ended a worker in a process of its own, setting aside each page that ends this one too."""
    quarantine: dict[int, WorkerDiedError] = {}
    note = beside_partition(parsed_dir, batch, READING)
    with WorkerProcess() as process:
        while len(quarantine) < _CRASHES_PER_BATCH:
            try:
                return process.call(parse_batch, batch, parsed_dir, parser_versions(), quarantine, note)
            except WorkerDiedError as death:
                try:
                    offset = int(note.read_text(encoding="ascii"))
                    note.unlink()
                except (OSError, ValueError):
                    # It did not die while it read a page.
                    break
                quarantine[offset] = death
    raise ParseError(
        f"{batch.segment.name}: the worker process dies on this segment again and again "
        f"({len(quarantine)} pages were set aside); "
        f"check it with `bma-projects verify`, and the memory of this machine"
    )
