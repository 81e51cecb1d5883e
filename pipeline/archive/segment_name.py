"""The names of segments: `<run id>-<source id>`, and a number from the second one of a run on."""

import re
from pathlib import Path

LOG = ".fetches.parquet"
SEGMENT_NAME = re.compile(
    r"(?P<run_id>\d{8}T\d{6}Z)-(?P<source_id>[a-z0-9_]+(?:-[a-z_][a-z0-9_]*)*)(?:-(?P<number>\d+))?"
)


def archived_sources(raw_dir: Path) -> set[str]:
    """The ids of the sources that have a sealed segment."""
    names = (path.name.removesuffix(LOG) for path in raw_dir.glob(f"*{LOG}"))
    return {match["source_id"] for name in names if (match := SEGMENT_NAME.fullmatch(name))}
