"""A partition: the directory `<segment>@<parser fingerprint>` in data/parsed, with the rows of one WARC segment.

It appears by one rename, so it is complete or not there. Its contents.json names its files with their digests, so that
one which lost some or rotted is made again, and the files of data/raw that it was made of with their sizes. The files
of its second batch are called `<table>-002.parquet`, and so on.
"""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

from pipeline.archive.segment_name import SEGMENT_NAME
from pipeline.archive.segments import Segment
from pipeline.core.checked_json import is_unchanged, with_check
from pipeline.core.files import PARTIAL, read_text_file, sha256_of, sync_path
from pipeline.parse.batch import Batch, ParseError
from pipeline.parse.versions import parser_fingerprint

CONTENTS = "contents.json"
# Beside the partitions while they are made, as directories of files are: the note of the page being read.
READING = ".reading"


class BatchResult(NamedTuple):
    """What one batch gave, and the directory beside the partitions where its files wait to be put together.

    quarantined counts the pages that were not read because a process had died over each of them.
    """

    number: int
    directory: str
    pages: int
    records: int
    issues: int
    quarantined: int


class PartitionResult(NamedTuple):
    """What one segment gave: archived pages read, those that are project records, and issues found."""

    segment: str
    pages: int
    records: int
    issues: int


def partition_dir(parsed_dir: Path, segment: str) -> Path:
    """Where the current parser's partition of a segment lies."""
    return parsed_dir / f"{segment}@{parser_fingerprint()}"


def beside_partition(parsed_dir: Path, batch: Batch, suffix: str) -> Path:
    """A path for what is needed while a batch is parsed; the next run removes what is left there."""
    return parsed_dir / f".{partition_dir(parsed_dir, batch.segment.name).name}-{batch.number}{suffix}"


def is_whole(partition: Path) -> bool:
    """Whether a partition holds what was put into it; reads it to its end.

    It does not where a copy broke off, a disk lost or changed bytes, or somebody added or replaced a file.
    """
    try:
        contents = _contents(partition)
        found = {path.name: sha256_of(path) for path in partition.iterdir() if path.name != CONTENTS}
    except (OSError, ValueError):
        return False
    is_readable = isinstance(contents, dict) and {"files", "raw"} <= contents.keys()
    return is_readable and is_unchanged(contents) and found == contents["files"]


def changed_evidence(partition: Path, segment: Segment) -> Iterator[str]:
    """Compare a segment with the partition made of it: a sentence for each file of another size, or that is gone."""
    for name, size in _contents(partition)["raw"].items():
        path = segment.fetches.with_name(name)
        found = path.stat().st_size if path.exists() else None
        if found != size:
            now = "is missing" if found is None else f"has {found} bytes"
            yield f"{path}: {now}, and had {size} when it was parsed"


def has_same_log(partition: Path, segment: Segment) -> bool:
    """Whether the fetch log of a segment is the one that its whole partition has a copy of."""
    return bool(_contents(partition)["files"]["fetches.parquet"] == sha256_of(segment.fetches))


def _contents(partition: Path) -> dict[str, dict[str, Any]]:
    return cast(dict[str, dict[str, Any]], json.loads(read_text_file(partition / CONTENTS)))


@contextmanager
def writing(parsed_dir: Path) -> Iterator[None]:
    """For the places that write: an OSError there says so, as ParseError."""
    try:
        yield
    except OSError as error:
        raise ParseError(
            f"{error.filename or parsed_dir}: cannot write partitions ({error.strerror or error}); "
            "check permissions and space"
        ) from error


def assemble_partition(segment: Segment, parsed_dir: Path, results: Iterable[BatchResult]) -> PartitionResult:
    """Move the files of all batches of a segment into one directory and rename it into place.

    Args:
        segment: its fetch log and listing are copied beside the rows.
        parsed_dir: data/parsed, an absolute path.
        results: of all its batches, in any order; their directories are gone afterwards.

    Raises:
        ParseError: The disk is full or may not be written.
    """
    results = sorted(results)
    final = partition_dir(parsed_dir, segment.name)
    partial = final.with_name(f".{final.name}{PARTIAL}")
    with writing(parsed_dir):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        shutil.copyfile(segment.fetches, partial / "fetches.parquet")
        if segment.listing is not None:
            shutil.copyfile(segment.listing, partial / "listing.parquet")
        for path in partial.iterdir():
            sync_path(path)
        for result in results:
            number = "" if result.number == 1 else f"-{result.number:03}"
            for file in (parsed_dir / result.directory).iterdir():
                file.rename(partial / f"{file.stem}{number}.parquet")
            (parsed_dir / result.directory).rmdir()
        sealed = [path for path in (segment.fetches, segment.warc, segment.listing) if path is not None]
        contents = {
            "files": {path.name: sha256_of(path) for path in sorted(partial.iterdir())},
            "raw": {path.name: path.stat().st_size for path in sealed},
        }
        (partial / CONTENTS).write_text(json.dumps(with_check(contents), indent=1) + "\n", encoding="utf-8")
        sync_path(partial / CONTENTS)
        sync_path(partial)
        shutil.rmtree(final, ignore_errors=True)
        partial.rename(final)
    return PartitionResult(
        segment.name,
        sum(result.pages for result in results),
        sum(result.records for result in results),
        sum(result.issues for result in results),
    )


def remove_leftovers(parsed_dir: Path) -> None:
    """Remove what a run that was killed left half done."""
    for path in parsed_dir.glob(f".*{READING}"):
        path.unlink(missing_ok=True)
    for path in parsed_dir.glob(f".*{PARTIAL}"):
        shutil.rmtree(path, ignore_errors=True)


def partitions_without_segment(partitions: Iterable[Path], segments: Iterable[Segment]) -> list[Path]:
    """Partitions, of whatever parser, whose segment is not there any more: sealed segments are never removed.

    What has the name of no segment, such as a file of another program, tells of none.
    """
    names = {segment.name for segment in segments}
    found = [path for path in partitions if SEGMENT_NAME.fullmatch(path.name.partition("@")[0]) and path.is_dir()]
    return sorted(path for path in found if path.name.partition("@")[0] not in names)


def remove_stale_partitions(parsed_dir: Path, segments: Iterable[Segment]) -> None:
    """Remove partitions of an older parser, and what a worker taken for dead has left."""
    current = {partition_dir(parsed_dir, segment.name).name for segment in segments}
    for path in parsed_dir.iterdir():
        if path.is_dir() and path.name not in current:
            shutil.rmtree(path, ignore_errors=path.suffix == PARTIAL)
