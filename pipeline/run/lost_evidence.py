"""Segments that the layers above data/raw were made of, and that are missing from data/raw."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipeline.archive.chain import missing_files
from pipeline.archive.fetch_log import OF_VISITS
from pipeline.archive.lost_segments import given_up, remedy
from pipeline.archive.segment_name import WARC, files_without_log
from pipeline.archive.segments import sealed_segments
from pipeline.build.database import DATABASE
from pipeline.core.errors import PipelineError
from pipeline.core.files import check_is_file
from pipeline.core.settings import Settings
from pipeline.parse.outdated import made_without_segment
from pipeline.publish.releases import find_latest
from pipeline.run.record import read_records


class LostEvidenceError(PipelineError):
    """A segment, or a file of one, is missing; the message says which, what names it and what to do."""


class _Witnesses(NamedTuple):
    """Other evidence of a segment, by its name; and of a run only, by its id."""

    segments: dict[str, str]
    runs: dict[str, str]


def check_evidence(settings: Settings) -> None:
    """Check that no known segment is missing, before a run asks for pages or drops them.

    Raises:
        LostEvidenceError: one is missing and was not given up.
    """
    raw_dir = settings.raw_dir
    problems = [f"{problem}; {remedy(raw_dir, name)}" for name, problem in missing_files(raw_dir)]
    problems += [
        f"{file}: its fetch log is not beside it; restore that from a copy of data/raw, or move this file elsewhere"
        for file in files_without_log(raw_dir)
    ]
    problems += [] if problems else lost_evidence(settings)
    if problems:
        others = f" (and {len(problems) - 1} more; `bma-projects verify` names all)" if len(problems) > 1 else ""
        raise LostEvidenceError(f"{problems[0]}{others}")


def lost_evidence(settings: Settings) -> Iterator[str]:
    """Compare data/raw with the data made of it, because the newest segment is not named by a later one.

    Returns:
        A sentence for each segment that a partition, the latest release or a run record names, and that is gone
        without being given up.
    """
    # First: a segment that is sealed meanwhile is there before what is made of it.
    made = made_without_segment(settings.parsed_dir, [])
    witnesses = _witnesses(settings)
    segments = sealed_segments(settings.raw_dir)
    witnesses.segments.update({name: f"{path} was made of it" for name, path in made.items()})
    lost, kept = given_up(settings.raw_dir), {segment.name for segment in segments}
    gone = {name: why for name, why in sorted(witnesses.segments.items()) if name not in kept | lost}
    for name, why in gone.items():
        yield f"{name}: the segment is gone, though {why}; {remedy(settings.raw_dir, name)}"
    # A run is reported only where none of its segments is named already.
    runs = {name.partition("-")[0] for name in kept | lost | gone.keys()}
    for run_id, why in sorted(witnesses.runs.items()):
        if run_id not in runs:
            what_to_do = remedy(settings.raw_dir, f"{run_id}-SOURCE")
            yield f"{run_id}: no segment of this run is left, though {why}; {what_to_do}"


def _witnesses(settings: Settings) -> _Witnesses:
    segments: dict[str, str] = {}
    for record in read_records(settings.runs_dir):
        sources = record.get("sources")
        for source in sources if isinstance(sources, list) else ():
            counts = source.get("counts") if isinstance(source, dict) else None
            if isinstance(counts, dict) and any(counts.get(outcome.value) for outcome in OF_VISITS):
                segments[f"{record['run_id']}-{source.get('source_id')}"] = "the record of its run names its visits"
    runs, warcs = _of_release(settings.curated_dir)
    segments |= dict.fromkeys((name.removesuffix(WARC) for name in warcs), "the latest release shows its pages")
    return _Witnesses(segments, dict.fromkeys(runs, "the latest release has its pages"))


def _of_release(curated_dir: Path) -> tuple[list[str], list[str]]:
    """The runs in the latest release, and the WARC files of its pages."""
    latest = find_latest(curated_dir)
    if latest is None:
        return [], []
    try:
        database = latest.path / DATABASE
        check_is_file(database)
        with duckdb.connect(str(database), read_only=True) as con:
            runs = con.execute("SELECT run_id FROM runs WHERE n_attempts > 0").fetchall()
            warcs = con.execute("SELECT DISTINCT warc_file FROM projects WHERE warc_file IS NOT NULL").fetchall()
    except (OSError, duckdb.Error):
        return [], []  # reported by the check of the release
    return [run_id for (run_id,) in runs], [name for (name,) in warcs]
