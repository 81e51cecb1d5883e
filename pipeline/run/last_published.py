"""The tables with which a new release is compared: those that were published last.

They are those of `latest`. Where that release was lost or set aside, they are made again: data/raw has all data of the
run that published it. A release that a person accepted therefore stays accepted, and later data still counts as new.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipeline.archive.history.state import carry_on
from pipeline.archive.segments import sealed_segments
from pipeline.build.database import build
from pipeline.build.partitions import find_partitions
from pipeline.build.salt import SALT_FILE
from pipeline.core.settings import Settings
from pipeline.publish.checksums import is_as_published
from pipeline.publish.releases import BUILDING, damaged_releases, find_latest
from pipeline.publish.rollback import rolled_back
from pipeline.run.record import read_records

_REPORT = "quality.json"


class LastPublished(NamedTuple):
    """The release to compare with, None for a first one; the one that was taken back; the problem where one is lost."""

    release: Path | None
    withdrawn: str | None
    said: str | None


@contextmanager
def last_published(settings: Settings, run_id: str, fingerprint: str) -> Iterator[LastPublished]:
    """Find the release that was published last before a run, or make its tables again until the block ends.

    Args:
        settings: how to build, and the data directory.
        run_id: the run that judges.
        fingerprint: of the parser whose partitions are read.

    Raises:
        BuildError: the tables cannot be made again.
        PublishError: the mark of a rollback cannot be read.
    """
    found = find_latest(settings.curated_dir)
    latest = None if found is None else found.path
    withdrawn, to = rolled_back(settings.curated_dir) or (None, None)
    last = to or _newest_known(settings, latest, run_id)
    if last is None:
        unknown = _runs_without_record(settings, run_id)
        said = (
            f"{settings.curated_dir}: no release is left, and no record in {settings.runs_dir} names the release "
            f"published before ({unknown} archived without one), so this release is compared with nothing; look at it"
        )
        yield LastPublished(None, None, said if unknown else None)
    elif latest is not None and latest.name == last:
        yield LastPublished(latest, withdrawn, None)
    else:
        workshop = settings.curated_dir / BUILDING / "compared"
        try:
            release = _made_again(settings, last, fingerprint, workshop)
            _take_report(settings, release, latest)
            said = (
                f"{last}: the release that was published last is lost, so newer data is compared with its tables "
                "as made again from data/raw"
            )
            yield LastPublished(release, withdrawn, said)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)


def _newest_known(settings: Settings, latest: Path | None, run_id: str) -> str | None:
    """The run that published last, by `latest`, by the run records and by the damaged releases."""
    known = [path.name for path in damaged_releases(settings.curated_dir)]
    known += [
        str(record["release"])
        for record in read_records(settings.runs_dir)
        if record.get("status") == "published" and record.get("release")
    ]
    # Newer ones than this run are ignored: a clock that was once far ahead would otherwise count for years.
    named = latest.name if latest else ""
    return max([named, *(one for one in known if named < one < run_id)]) or None


def _runs_without_record(settings: Settings, run_id: str) -> int:
    recorded = {str(record["run_id"]) for record in read_records(settings.runs_dir)}
    archived = {segment.run_id for segment in sealed_segments(settings.raw_dir)}
    return len({one for one in archived if one < run_id} - recorded)


def _made_again(settings: Settings, last: str, fingerprint: str, workshop: Path) -> Path:
    """Build from no other segments and run records than those there were when a run published."""
    view = settings.model_copy(update={"data_dir": workshop / "data"})
    for folder in (view.raw_dir, view.parsed_dir, view.runs_dir):
        folder.mkdir(parents=True)
    files = [path for one in sealed_segments(settings.raw_dir) for path in (one.fetches, one.warc, one.listing) if path]
    partitions = find_partitions(settings.parsed_dir, fingerprint)
    inputs = [*files, *partitions, *settings.runs_dir.glob("*.json")]
    for path in inputs:
        if path.name[: len(last)] <= last:
            (view.data_dir / path.parent.name / path.name).symlink_to(path.absolute())
    salt = settings.data_dir / SALT_FILE
    if salt.exists():
        (view.data_dir / SALT_FILE).symlink_to(salt.absolute())
    carry_on(view.raw_dir, view.parsed_dir)
    release = workshop / last
    release.mkdir()
    build(view, fingerprint=fingerprint, out_dir=release)
    return release


def _take_report(settings: Settings, release: Path, latest: Path | None) -> None:
    """Add the history of the nights before: that of the release where it is undamaged, else that of the one before."""
    of_damaged = [path / _REPORT for path in damaged_releases(settings.curated_dir) if path.name == release.name]
    reports = [*filter(is_as_published, of_damaged), *([latest / _REPORT] if latest else [])]
    if reports and reports[0].is_file():
        shutil.copyfile(reports[0], release / _REPORT)
