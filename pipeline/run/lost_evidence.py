"""What the layers above data/raw were made of, and data/raw does not hold any more."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipeline.archive.segments import sealed_segments
from pipeline.build.database import DATABASE
from pipeline.core.settings import Settings
from pipeline.parse.partition import partitions_without_segment
from pipeline.publish.releases import PublishError, latest_release

_RESTORE = "restore it from a copy of data/raw"


def lost_evidence(settings: Settings) -> Iterator[str]:
    """Compare data/raw with what was made of it: the newest segment is named by no later one, but by these.

    Returns:
        A sentence for each partition of data/parsed whose segment is gone, and for each run of the latest release that
        has no segment any more.
    """
    # First: a segment that is sealed meanwhile is there before what is made of it.
    runs, partitions = _runs_of_release(settings.curated_dir), list(settings.parsed_dir.glob("*@*"))
    segments = sealed_segments(settings.raw_dir)
    for partition in partitions_without_segment(partitions, segments):
        yield f"{partition.name.partition('@')[0]}: the segment is gone, though {partition} was made of it; {_RESTORE}"
    kept = {segment.run_id for segment in segments}
    for run_id in runs:
        if run_id not in kept:
            yield f"{run_id}: no segment of this run is left, though the latest release tells of its pages; {_RESTORE}"


def _runs_of_release(curated_dir: Path) -> list[str]:
    try:
        database = latest_release(curated_dir).path / DATABASE
        with duckdb.connect(str(database), read_only=True) as con:
            rows = con.execute("SELECT run_id FROM runs WHERE n_attempts > 0 ORDER BY run_id").fetchall()
    except (PublishError, duckdb.Error):
        return []  # told by the check of the release
    return [run_id for (run_id,) in rows]
