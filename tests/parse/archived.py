"""Archives of the size a test wants, without a site that is asked for every page."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from pipeline.archive.segments import ArchiveWriter, ListingRow, Segment, sealed_segments
from pipeline.parse.batch import cut_into_batches
from pipeline.parse.partition import PartitionResult, assemble_partition
from pipeline.parse.versions import parser_versions
from pipeline.parse.worker import parse_batch
from tests.archive.archived import capture, row
from tests.fetch.misbehaving import project_page

AT = dt.datetime(2026, 11, 22, 18, tzinfo=dt.UTC)
# What misfortune/sitecustomize.py does to pages with these marks, in processes that have it on their path.
MISFORTUNE = Path(__file__).with_name("misfortune")
SLOW, KILLER = b"<!-- slow -->", b"<!-- kills its parser -->"
# Reading it takes time with the square of its depth: half a minute here, hours for ten times as much.
BOTTOMLESS = b"<div><b>" * 60_000


def html_pages(
    count: int, *, mark: bytes = b"", killers: Iterable[int] = (), bottomless: Iterable[int] = ()
) -> list[bytes]:
    """Project pages, each with its own id and all with the mark; killers kill their parser, bottomless ones hang it."""
    killers, bottomless = set(killers), set(bottomless)
    return [
        project_page(f"50490000-{number:04}")
        + mark
        + (KILLER if number in killers else b"")
        + (BOTTOMLESS if number in bottomless else b"")
        for number in range(count)
    ]


def archive_of(data_dir: Path, bodies: list[bytes], day: int = 0, *, has_listing: bool = False) -> Segment:
    """Archive pages as one segment of a data directory."""
    run_id = f"{AT + dt.timedelta(days=day):%Y%m%dT%H%M%SZ}"
    with ArchiveWriter(data_dir / "raw", run_id, "site") as archive:
        if has_listing:
            listed = [f"50490000-{number:04}" for number in range(len(bodies))]
            archive.write_listing(ListingRow(run_id, "site", each, AT, True, len(bodies)) for each in listed)
        for number, body in enumerate(bodies):
            project_id, at = f"50490000-{number:04}", AT + dt.timedelta(days=day, seconds=number)
            archive.append(row(project_id, body, at)._replace(run_id=run_id), capture(project_id, body, at))
    return next(found for found in sealed_segments(data_dir / "raw") if found.run_id == run_id)


def parse_segment(segment: Segment, parsed_dir: Path) -> PartitionResult:
    """Parse one segment into its partition within this process, so no page may crash or hang it."""
    parsed_dir.mkdir(parents=True, exist_ok=True)
    results = [parse_batch(batch, parsed_dir, parser_versions()) for batch in cut_into_batches(segment)]
    return assemble_partition(segment, parsed_dir, results)


def partition_files(data_dir: Path) -> dict[str, bytes]:
    """Every file below data/parsed with its bytes: nothing else may lie there than the partitions and the history."""
    parsed = data_dir / "parsed"
    files = {str(path.relative_to(parsed)): path for path in sorted(parsed.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith("history-")}
