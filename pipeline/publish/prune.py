"""Removes what can be made again and is in no use: old releases, partitions of an older parser. Never data/raw."""

from pathlib import Path

from pipeline.archive.history.state import newest_state
from pipeline.archive.segments import sealed_segments
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.parse.partition import partition_dir
from pipeline.publish.latest import RELEASES
from pipeline.publish.releases import BUILDING, DAMAGED, DOOMED, REFUSED, discard, list_releases


class PruneError(PipelineError):
    """A directory cannot be removed; the message says which and why."""


def prunable(settings: Settings, keep: int) -> list[Path]:
    """What may be removed when `keep` releases and as many refused candidates stay; `latest` always stays."""
    releases = list_releases(settings.curated_dir)
    found = [path for path in _folders(settings.curated_dir / RELEASES) if path.name.startswith(DOOMED)]
    found += [release.path for release in releases[:-keep] if not release.is_latest]
    found += _folders(settings.curated_dir / REFUSED)[:-keep]
    found += _folders(settings.curated_dir / DAMAGED)
    found += _folders(settings.curated_dir / BUILDING)
    current = {partition_dir(settings.parsed_dir, segment.name) for segment in sealed_segments(settings.raw_dir)}
    # The history is what the next night carries on, and it witnesses the segments it was folded from.
    if (state := newest_state(settings.parsed_dir)) is not None:
        current.add(state.path)
    found += [path for path in _folders(settings.parsed_dir) if path not in current]
    return found


def remove(path: Path) -> None:
    """Remove a directory; the caller holds the lock. Raises PruneError."""
    try:
        discard(path)
    except OSError as error:
        raise PruneError(f"{path}: cannot be removed ({error.strerror})") from error


def _folders(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if path.is_dir()) if directory.is_dir() else []
