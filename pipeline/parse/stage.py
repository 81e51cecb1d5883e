"""data/raw → data/parsed: one partition per WARC segment, made by worker processes, only for what is new.

A partition is the directory `<segment>@<parser fingerprint>`; it appears by one rename, so it is complete or not there,
and names its files in contents.json, so that one which lost some later is made again. A changed parser has another
fingerprint and parses everything again by itself. A large segment is parsed in batches, by several workers at once; the
files of the second batch are called `<table>-002.parquet`, and so on.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import AbstractContextManager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple

from pipeline.archive.segments import Segment, sealed_segments, warcs_without_log
from pipeline.core.errors import PipelineError
from pipeline.parse.pool import WorkerPool, local_pool
from pipeline.parse.worker import (
    PARTIAL,
    SUSPECT,
    Batch,
    BatchResult,
    check_segment,
    cut_into_batches,
    parse_batch,
    partition_dir,
    suspect_path,
    toolchain,
)

CONTENTS = "contents.json"
_CRASHES_PER_BATCH = 100
# How long no batch may come back before the pool is asked whether it is still there.
_SILENCE_SECONDS = 2.0


class ParseError(PipelineError):
    """A segment cannot be parsed; the message names it and says what to do."""


class PartitionResult(NamedTuple):
    """What one segment gave: archived pages read, those that are project records, and issues found."""

    segment: str
    pages: int
    records: int
    issues: int


class ParseSummary(NamedTuple):
    """What one parse stage did. segments counts the partitions that were missing, pages the archived pages read."""

    segments: int
    pages: int
    records: int
    issues: int
    quarantined: int


class Backlog(NamedTuple):
    """The segments that have no partition yet, and the batches they are cut into."""

    segments: Sequence[Segment]
    batches: Sequence[Batch]

    @property
    def pages(self) -> int:
        """How many archived pages are to be read."""
        return sum(batch.pages for batch in self.batches)


def find_backlog(raw_dir: Path, parsed_dir: Path) -> Backlog:
    """What the archive holds and data/parsed does not. Paths are absolute: workers may have another directory."""
    raw_dir, parsed_dir = raw_dir.absolute(), parsed_dir.absolute()
    missing = [segment for segment in sealed_segments(raw_dir) if not is_whole(partition_dir(parsed_dir, segment.name))]
    for segment in missing:
        check_segment(segment)
    return Backlog(missing, [batch for segment in missing for batch in cut_into_batches(segment)])


def is_whole(partition: Path) -> bool:
    """Whether a partition holds what it was made of; it does not where a copy broke off or a disk lost files."""
    try:
        contents = json.loads((partition / CONTENTS).read_text(encoding="utf-8"))
        return all((partition / name).stat().st_size == size for name, size in contents.items())
    except (OSError, ValueError, AttributeError):
        return False


def parse(
    raw_dir: Path,
    parsed_dir: Path,
    *,
    pool: Callable[[int], AbstractContextManager[WorkerPool]] = local_pool,
    on_batch: Callable[[BatchResult], None] = lambda result: None,
    on_partition: Callable[[PartitionResult], None] = lambda result: None,
) -> ParseSummary:
    """Bring data/parsed up to date with data/raw; a run with nothing new reads nothing and calls nobody.

    pool opens the workers for a number of batches. Raises ParseError when a segment cannot be parsed; partitions made
    until then stay.
    """
    parsed_dir = parsed_dir.absolute()
    try:
        parsed_dir.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(parsed_dir)
        for warc in warcs_without_log(raw_dir):
            raise ParseError(
                f"{warc}: its fetch log is not beside it; restore that from a copy of data/raw, or move the WARC file "
                f"elsewhere and `bma-projects import` it from there"
            )
        backlog = find_backlog(raw_dir, parsed_dir)
        assembly = _Assembly(backlog, parsed_dir, on_batch, on_partition)
        quarantined = 0
        batches = list(backlog.batches)
        while batches:
            with pool(len(batches)) as workers:
                left = _parse_batches(batches, parsed_dir, workers, assembly.add)
            # Where nobody noted a page, a worker died before it began; one batch is then tried alone to go on at all.
            crashed = [batch for batch in left if suspect_path(batch, parsed_dir).exists()] or left[:1]
            for batch in crashed:
                result, culprits = _parse_alone(batch, parsed_dir)
                quarantined += len(culprits)
                assembly.add(batch, result)
            batches = [batch for batch in left if batch not in crashed]
        _remove_stale_partitions(parsed_dir, sealed_segments(raw_dir))
    except OSError as error:
        raise ParseError(
            f"{error.filename or parsed_dir}: cannot write partitions ({error.strerror}); check permissions and space"
        ) from error
    partitions = assembly.partitions
    return ParseSummary(
        len(partitions),
        sum(partition.pages for partition in partitions),
        sum(partition.records for partition in partitions),
        sum(partition.issues for partition in partitions),
        quarantined,
    )


def parse_segment(segment: Segment, parsed_dir: Path) -> PartitionResult:
    """Parse one segment into its partition within this process."""
    parsed_dir.mkdir(parents=True, exist_ok=True)
    results = [parse_batch(batch, parsed_dir, toolchain()) for batch in cut_into_batches(segment)]
    return _assemble(segment, parsed_dir, results)


class _Assembly:
    """Puts partitions together as their batches come back, in whatever order."""

    def __init__(
        self,
        backlog: Backlog,
        parsed_dir: Path,
        on_batch: Callable[[BatchResult], None],
        on_partition: Callable[[PartitionResult], None],
    ) -> None:
        self.partitions: list[PartitionResult] = []
        self._parsed_dir, self._on_piece, self._on_part = parsed_dir, on_batch, on_partition
        self._awaited = dict.fromkeys((segment.name for segment in backlog.segments), 0)
        for batch in backlog.batches:
            self._awaited[batch.segment.name] += 1
        self._results: dict[str, list[BatchResult]] = {name: [] for name in self._awaited}
        # A segment without pages is copied, not parsed: no process is worth starting for it.
        for segment in backlog.segments:
            if not self._awaited[segment.name]:
                self._finish(segment)

    def add(self, batch: Batch, result: BatchResult) -> None:
        results = self._results[batch.segment.name]
        results.append(result)
        self._on_piece(result)
        if len(results) == self._awaited[batch.segment.name]:
            self._finish(batch.segment)

    def _finish(self, segment: Segment) -> None:
        partition = _assemble(segment, self._parsed_dir, self._results.pop(segment.name))
        self.partitions.append(partition)
        self._on_part(partition)


def _assemble(segment: Segment, parsed_dir: Path, results: Iterable[BatchResult]) -> PartitionResult:
    """Move the files of the batches into one directory and rename it into place."""
    results = sorted(results)
    final = partition_dir(parsed_dir, segment.name)
    partial = final.with_name(f".{final.name}{PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    shutil.copyfile(segment.fetches, partial / "fetches.parquet")
    if segment.listing is not None:
        shutil.copyfile(segment.listing, partial / "listing.parquet")
    for path in partial.iterdir():
        _sync(path)
    for result in results:
        number = "" if result.number == 1 else f"-{result.number:03}"
        for file in (parsed_dir / result.directory).iterdir():
            file.rename(partial / f"{file.stem}{number}.parquet")
        (parsed_dir / result.directory).rmdir()
    contents = {path.name: path.stat().st_size for path in sorted(partial.iterdir())}
    (partial / CONTENTS).write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")
    _sync(partial / CONTENTS)
    _sync(partial)
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)
    return PartitionResult(
        segment.name,
        sum(result.pages for result in results),
        sum(result.records for result in results),
        sum(result.issues for result in results),
    )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_leftovers(parsed_dir: Path) -> None:
    """What a run that was killed left half done."""
    for path in parsed_dir.glob(f".*{SUSPECT}"):
        path.unlink(missing_ok=True)
    for path in parsed_dir.glob(f".*{PARTIAL}"):
        shutil.rmtree(path, ignore_errors=True)


def _remove_stale_partitions(parsed_dir: Path, segments: Iterable[Segment]) -> None:
    """Parts of an older parser or of a segment that is gone, and what a worker left that was taken for dead."""
    current = {partition_dir(parsed_dir, segment.name).name for segment in segments}
    for path in parsed_dir.iterdir():
        if path.is_dir() and path.name not in current:
            shutil.rmtree(path, ignore_errors=path.suffix == PARTIAL)


def _parse_batches(
    batches: Sequence[Batch], parsed_dir: Path, pool: WorkerPool, done: Callable[[Batch, BatchResult], None]
) -> list[Batch]:
    """Have batches parsed; returns those whose worker died or that never began because another one died."""
    left: list[Batch] = []
    waiting: dict[Future[BatchResult], Batch] = {}
    finished: SimpleQueue[Future[BatchResult]] = SimpleQueue()
    for batch in batches:
        try:
            future = pool.executor.submit(parse_batch, batch, parsed_dir, toolchain())
        except pool.worker_died:
            left.append(batch)
            continue
        waiting[future] = batch
        future.add_done_callback(finished.put)
    while waiting:
        try:
            future = finished.get(timeout=_SILENCE_SECONDS)
        except Empty:
            pool.check()
            continue
        batch = waiting.pop(future)
        try:
            result = future.result()
        except pool.worker_died:
            left.append(batch)
        except CancelledError:
            pool.check()
            raise
        else:
            done(batch, result)
    return left


def _parse_alone(batch: Batch, parsed_dir: Path) -> tuple[BatchResult, frozenset[int]]:
    """Parse a batch that killed a worker in a process of its own, setting aside one culprit after the other."""
    quarantine: frozenset[int] = frozenset()
    for _ in range(_CRASHES_PER_BATCH):
        with local_pool(1) as pool:
            try:
                future = pool.executor.submit(parse_batch, batch, parsed_dir, toolchain(), quarantine)
                return future.result(), quarantine
            except BrokenExecutor:
                culprit = _read_suspect(suspect_path(batch, parsed_dir))
                if culprit is None or culprit in quarantine:
                    break
                quarantine |= {culprit}
    raise ParseError(
        f"{batch.segment.name}: the worker process dies on this segment again and again "
        f"({len(quarantine)} pages were set aside); "
        f"check it with `bma-projects verify`, and the memory of this machine"
    )


def _read_suspect(path: Path) -> int | None:
    try:
        return int(path.read_bytes())
    except (OSError, ValueError):
        return None
