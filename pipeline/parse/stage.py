"""data/raw → data/parsed: one part per WARC segment, made by worker processes, only for what is new.

A part is the directory `<segment>@<parser fingerprint>`; it appears by one rename, so it is complete or not there, and
names its files in contents.json, so that one which lost some later is made again. A changed parser has another
fingerprint and parses everything again by itself. A large segment is parsed in pieces, by several workers at once; the
files of the second piece are called `<table>-002.parquet`, and so on.
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
from pipeline.parse.pool import Crew, local_crew
from pipeline.parse.worker import (
    PARTIAL,
    SUSPECT,
    Piece,
    PieceResult,
    check_segment,
    cut_into_pieces,
    parse_piece,
    part_dir,
    suspect_path,
    toolchain,
)

CONTENTS = "contents.json"
_CRASHES_PER_PIECE = 100
# How long no piece may come back before the crew is asked whether it is still there.
_SILENCE_SECONDS = 2.0


class ParseError(PipelineError):
    """A segment cannot be parsed; the message names it and says what to do."""


class PartResult(NamedTuple):
    """What one segment gave: archived pages read, those that are project records, and issues found."""

    segment: str
    pages: int
    records: int
    issues: int


class ParseSummary(NamedTuple):
    """What one parse stage did. segments counts the parts that were missing, pages the archived pages read."""

    segments: int
    pages: int
    records: int
    issues: int
    quarantined: int


class Backlog(NamedTuple):
    """The segments that have no part yet, and the pieces they are cut into."""

    segments: Sequence[Segment]
    pieces: Sequence[Piece]

    @property
    def pages(self) -> int:
        """How many archived pages are to be read."""
        return sum(piece.pages for piece in self.pieces)


def find_backlog(raw_dir: Path, parsed_dir: Path) -> Backlog:
    """What the archive holds and data/parsed does not. Paths are absolute: workers may have another directory."""
    raw_dir, parsed_dir = raw_dir.absolute(), parsed_dir.absolute()
    missing = [segment for segment in sealed_segments(raw_dir) if not is_whole(part_dir(parsed_dir, segment.name))]
    for segment in missing:
        check_segment(segment)
    return Backlog(missing, [piece for segment in missing for piece in cut_into_pieces(segment)])


def is_whole(part: Path) -> bool:
    """Whether a part holds what it was made of; it does not where a copy broke off or a disk lost files."""
    try:
        contents = json.loads((part / CONTENTS).read_text(encoding="utf-8"))
        return all((part / name).stat().st_size == size for name, size in contents.items())
    except (OSError, ValueError, AttributeError):
        return False


def parse(
    raw_dir: Path,
    parsed_dir: Path,
    *,
    crew: Callable[[int], AbstractContextManager[Crew]] = local_crew,
    on_piece: Callable[[PieceResult], None] = lambda result: None,
    on_part: Callable[[PartResult], None] = lambda result: None,
) -> ParseSummary:
    """Bring data/parsed up to date with data/raw; a run with nothing new reads nothing and calls nobody.

    crew opens the workers for a number of pieces. Raises ParseError when a segment cannot be parsed; parts made until
    then stay.
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
        assembly = _Assembly(backlog, parsed_dir, on_piece, on_part)
        quarantined = 0
        pieces = list(backlog.pieces)
        while pieces:
            with crew(len(pieces)) as workers:
                left = _parse_pieces(pieces, parsed_dir, workers, assembly.add)
            # Where nobody noted a page, a worker died before it began; one piece is then tried alone to go on at all.
            crashed = [piece for piece in left if suspect_path(piece, parsed_dir).exists()] or left[:1]
            for piece in crashed:
                result, culprits = _parse_alone(piece, parsed_dir)
                quarantined += len(culprits)
                assembly.add(piece, result)
            pieces = [piece for piece in left if piece not in crashed]
        _remove_stale_parts(parsed_dir, sealed_segments(raw_dir))
    except OSError as error:
        raise ParseError(
            f"{error.filename or parsed_dir}: cannot write parsed parts ({error.strerror}); check permissions and space"
        ) from error
    parts = assembly.parts
    return ParseSummary(
        len(parts),
        sum(part.pages for part in parts),
        sum(part.records for part in parts),
        sum(part.issues for part in parts),
        quarantined,
    )


def parse_segment(segment: Segment, parsed_dir: Path) -> PartResult:
    """Parse one segment into its part within this process."""
    parsed_dir.mkdir(parents=True, exist_ok=True)
    results = [parse_piece(piece, parsed_dir, toolchain()) for piece in cut_into_pieces(segment)]
    return _assemble(segment, parsed_dir, results)


class _Assembly:
    """Puts parts together as their pieces come back, in whatever order."""

    def __init__(
        self,
        backlog: Backlog,
        parsed_dir: Path,
        on_piece: Callable[[PieceResult], None],
        on_part: Callable[[PartResult], None],
    ) -> None:
        self.parts: list[PartResult] = []
        self._parsed_dir, self._on_piece, self._on_part = parsed_dir, on_piece, on_part
        self._awaited = dict.fromkeys((segment.name for segment in backlog.segments), 0)
        for piece in backlog.pieces:
            self._awaited[piece.segment.name] += 1
        self._results: dict[str, list[PieceResult]] = {name: [] for name in self._awaited}
        # A segment without pages is copied, not parsed: no process is worth starting for it.
        for segment in backlog.segments:
            if not self._awaited[segment.name]:
                self._finish(segment)

    def add(self, piece: Piece, result: PieceResult) -> None:
        results = self._results[piece.segment.name]
        results.append(result)
        self._on_piece(result)
        if len(results) == self._awaited[piece.segment.name]:
            self._finish(piece.segment)

    def _finish(self, segment: Segment) -> None:
        part = _assemble(segment, self._parsed_dir, self._results.pop(segment.name))
        self.parts.append(part)
        self._on_part(part)


def _assemble(segment: Segment, parsed_dir: Path, results: Iterable[PieceResult]) -> PartResult:
    """Move the files of the pieces into one directory and rename it into place."""
    results = sorted(results)
    final = part_dir(parsed_dir, segment.name)
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
    return PartResult(
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


def _remove_stale_parts(parsed_dir: Path, segments: Iterable[Segment]) -> None:
    """Parts of an older parser or of a segment that is gone, and what a worker left that was taken for dead."""
    current = {part_dir(parsed_dir, segment.name).name for segment in segments}
    for path in parsed_dir.iterdir():
        if path.is_dir() and path.name not in current:
            shutil.rmtree(path, ignore_errors=path.suffix == PARTIAL)


def _parse_pieces(
    pieces: Sequence[Piece], parsed_dir: Path, crew: Crew, done: Callable[[Piece, PieceResult], None]
) -> list[Piece]:
    """Have pieces parsed; returns those whose worker died or that never began because another one died."""
    left: list[Piece] = []
    waiting: dict[Future[PieceResult], Piece] = {}
    finished: SimpleQueue[Future[PieceResult]] = SimpleQueue()
    for piece in pieces:
        try:
            future = crew.executor.submit(parse_piece, piece, parsed_dir, toolchain())
        except crew.worker_died:
            left.append(piece)
            continue
        waiting[future] = piece
        future.add_done_callback(finished.put)
    while waiting:
        try:
            future = finished.get(timeout=_SILENCE_SECONDS)
        except Empty:
            crew.check()
            continue
        piece = waiting.pop(future)
        try:
            result = future.result()
        except crew.worker_died:
            left.append(piece)
        except CancelledError:
            crew.check()
            raise
        else:
            done(piece, result)
    return left


def _parse_alone(piece: Piece, parsed_dir: Path) -> tuple[PieceResult, frozenset[int]]:
    """Parse a piece that killed a worker in a process of its own, setting aside one culprit after the other."""
    quarantine: frozenset[int] = frozenset()
    for _ in range(_CRASHES_PER_PIECE):
        with local_crew(1) as crew:
            try:
                future = crew.executor.submit(parse_piece, piece, parsed_dir, toolchain(), quarantine)
                return future.result(), quarantine
            except BrokenExecutor:
                culprit = _read_suspect(suspect_path(piece, parsed_dir))
                if culprit is None or culprit in quarantine:
                    break
                quarantine |= {culprit}
    raise ParseError(
        f"{piece.segment.name}: the worker process dies on this segment again and again "
        f"({len(quarantine)} pages were set aside); "
        f"check it with `bma-projects verify`, and the memory of this machine"
    )


def _read_suspect(path: Path) -> int | None:
    try:
        return int(path.read_bytes())
    except (OSError, ValueError):
        return None
