"""The segments that a person gave up: lines of data/raw/lost-segments.txt, each a name and why it is lost.

Without such a line no release is built while a segment is missing: known data is dropped only when a person decides so.
"""

from pathlib import Path

from pipeline.archive.segment_name import SEGMENT_NAME
from pipeline.core.errors import PipelineError
from pipeline.core.files import read_text_file

FILE = "lost-segments.txt"


class LostSegmentsError(PipelineError):
    """A line of lost-segments.txt cannot be read; the message says which."""


def given_up(raw_dir: Path) -> frozenset[str]:
    """The names of the segments that count as lost for good. Raises LostSegmentsError."""
    file = raw_dir / FILE
    try:
        lines = read_text_file(file).splitlines()
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError) as error:
        raise LostSegmentsError(f"{file}: cannot be read ({error}); restore it from a copy of data/raw") from error
    names = set()
    for number, line in enumerate(lines, 1):
        name, _, reason = line.strip().partition(" ")
        if not line.strip():
            continue
        if not SEGMENT_NAME.fullmatch(name) or not reason.strip():
            raise LostSegmentsError(
                f"{file}, line {number}: {line[:100]!r} is not a segment followed by a space and the reason it is lost"
            )
        names.add(name)
    return frozenset(names)


def remedy(raw_dir: Path, segment: str) -> str:
    """What to do about a segment that is missing, as the end of a sentence."""
    return (
        f"restore it from a copy of data/raw; where there is none, give it up by the line `{segment} WHY` in "
        f"{raw_dir / FILE}, and the tables are built without it"
    )
