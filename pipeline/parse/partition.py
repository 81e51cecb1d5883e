"""A partition: the directory `<segment>@<parser fingerprint>` in data/parsed, with the rows of one WARC segment.

It appears by one rename, so it is complete or not there; a segment without project pages has none. Its contents.json
names also the files of data/raw that it was made of, with their sizes. The files of its second batch are called
`<table>-002.parquet`, and so on.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.archive.segments import Segment
from pipeline.core.contents import write_contents
from pipeline.core.files import PARTIAL
from pipeline.parse.batch import Batch, ParseError
from pipeline.parse.versions import parser_fingerprint

# Beside the partitions while they are made, as directories of files are: the note of the page being read.
READING = ".reading"


class BatchResult(NamedTuple):
    """The result of one batch, and the directory beside the partitions where its files wait to be put together.

    quarantined counts the pages that were not read because reading each of them ended a process.
    """

    number: int
    directory: str
    pages: int
    records: int
    issues: int
    quarantined: int


class PartitionResult(NamedTuple):
    """The result of one segment: archived pages read, those that are project records, and issues found."""

    segment: str
    pages: int
    records: int
    issues: int


def partition_dir(parsed_dir: Path, segment: str) -> Path:
    """The path of the current parser's partition of a segment."""
    return parsed_dir / f"{segment}@{parser_fingerprint()}"


def beside_partition(parsed_dir: Path, batch: Batch, suffix: str) -> Path:
    """A path for temporary files of a batch; the next run removes what is left there."""
    return parsed_dir / f".{partition_dir(parsed_dir, batch.segment.name).name}-{batch.number}{suffix}"


def changed_evidence(contents: Mapping[str, Any], segment: Segment) -> Iterator[str]:
    """Compare a segment with the partition made of it: a sentence for each file of another size, or that is gone."""
    for name, size in contents["raw"].items():
        path = segment.fetches.with_name(name)
        found = path.stat().st_size if path.exists() else None
        if found != size:
            now = "is missing" if found is None else f"has {found} bytes"
            yield f"{path}: {now}, and had {size} when it was parsed"


@contextmanager
def writing(parsed_dir: Path) -> Iterator[None]:
    """Turn an OSError while writing into a ParseError."""
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
        segment: what was parsed.
        parsed_dir: data/parsed, an absolute path.
        results: of all its batches, in any order; their directories are removed.

    Raises:
        ParseError: The disk is full or may not be written.
    """
    results = sorted(results)
    final = partition_dir(parsed_dir, segment.name)
    partial = final.with_name(f".{final.name}{PARTIAL}")
    with writing(parsed_dir):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for result in results:
            number = "" if result.number == 1 else f"-{result.number:03}"
            for file in (parsed_dir / result.directory).iterdir():
                file.rename(partial / f"{file.stem}{number}.parquet")
            (parsed_dir / result.directory).rmdir()
        sealed = [path for path in (segment.fetches, segment.warc, segment.listing) if path is not None]
        write_contents(partial, {"raw": {path.name: path.stat().st_size for path in sealed}})
        shutil.rmtree(final, ignore_errors=True)
        partial.rename(final)
    return PartitionResult(
        segment.name,
        sum(result.pages for result in results),
        sum(result.records for result in results),
        sum(result.issues for result in results),
    )
