"""What lies in data/parsed though a run left it half done, another parser made it, or its segment is gone."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from pipeline.archive.history.state import newest_state
from pipeline.archive.segment_name import SEGMENT_NAME
from pipeline.archive.segments import Segment
from pipeline.core.files import PARTIAL
from pipeline.parse.partition import READING, partition_dir


def remove_leftovers(parsed_dir: Path) -> None:
    """Remove what a run that was killed left half done."""
    for path in parsed_dir.glob(f".*{READING}"):
        path.unlink(missing_ok=True)
    for path in parsed_dir.glob(f".*{PARTIAL}"):
        shutil.rmtree(path, ignore_errors=True)


def made_without_segment(parsed_dir: Path, segments: Iterable[Segment]) -> dict[str, Path]:
    """The segments that are not there any more, each with what was made of it: sealed segments are never removed.

    That is a partition of any parser, or the history of the pages. What has the name of no segment, such as a file of
    another program, tells of none.
    """
    names = {segment.name for segment in segments}
    state = newest_state(parsed_dir)
    made = dict.fromkeys(state.segments, state.path) if state is not None else {}
    for path in sorted(parsed_dir.glob("*@*")):
        name = path.name.partition("@")[0]
        if SEGMENT_NAME.fullmatch(name) and path.is_dir():
            made[name] = path
    return {name: path for name, path in sorted(made.items()) if name not in names}


def remove_stale_partitions(parsed_dir: Path, segments: Iterable[Segment]) -> None:
    """Remove partitions of an older parser, and what a worker taken for dead has left; nothing of another name."""
    current = {partition_dir(parsed_dir, segment.name).name for segment in segments}
    for path in parsed_dir.iterdir():
        is_partition = "@" in path.name and SEGMENT_NAME.fullmatch(path.name.partition("@")[0]) is not None
        if path.is_dir() and path.name not in current and (is_partition or path.suffix == PARTIAL):
            shutil.rmtree(path, ignore_errors=path.suffix == PARTIAL)
