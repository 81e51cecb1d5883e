"""The names of segments: `<run id>-<source id>`, and a number from the second one of a run on."""

import os
import re
from pathlib import Path

LOG, WARC, LISTING = ".fetches.parquet", ".warc.gz", ".listing.parquet"
# While a segment is open.
JOURNAL, OPEN_WARC = ".journal", f"{WARC}.open"
SEGMENT_NAME = re.compile(
    r"(?P<run_id>\d{8}T\d{6}Z)-(?P<source_id>[a-z0-9_]+(?:-[a-z_][a-z0-9_]*)*)(?:-(?P<number>\d+))?"
)


def files_of_segments(raw_dir: Path, suffix: str) -> dict[str, Path]:
    """The files with a suffix by the names of their segments.

    A name that no segment has, such as `…(1)…`, is left out, and so is a pipe, since opening one would wait for ever.
    """
    try:
        # One reading of the directory, which may hold thousands of nights, knows which entries are files.
        with os.scandir(raw_dir) as entries:
            files = sorted(entry.name for entry in entries if entry.name.endswith(suffix) and entry.is_file())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    named = ((file.removesuffix(suffix), raw_dir / file) for file in files)
    return {name: path for name, path in named if SEGMENT_NAME.fullmatch(name)}


def files_without_log(raw_dir: Path) -> list[Path]:
    """WARC files and listings whose fetch log is not beside them; one with a journal waits to be sealed."""
    files = [
        (path, path.name.removesuffix(suffix)) for suffix in (WARC, LISTING) for path in raw_dir.glob(f"*{suffix}")
    ]
    # In this order: the log exists before the journal is removed.
    return sorted(
        path
        for path, name in files
        if not (raw_dir / f"{name}{JOURNAL}").exists() and not (raw_dir / f"{name}{LOG}").is_file()
    )


def archived_sources(raw_dir: Path) -> set[str]:
    """The ids of the sources that have a sealed segment."""
    matches = map(SEGMENT_NAME.fullmatch, files_of_segments(raw_dir, LOG))
    return {match["source_id"] for match in matches if match}
