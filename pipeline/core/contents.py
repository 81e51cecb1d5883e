"""contents.json: what a directory of disposable files holds, so that one which lost some or rotted is made again.

It names every file with its size and digest. All of them carry the time of contents.json, which lies before they were
written: whatever writes to one of them later gives it another, and it is then read to its end. What changes a byte and
no time, as a failing disk does, is found by reading all of them (`verify`).
"""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.core.checked_json import is_unchanged, with_check
from pipeline.core.files import read_text_file, sha256_of, sync_path

CONTENTS = "contents.json"
# No later writing can give a file a time so long ago; whole seconds are what every file system keeps.
_SECONDS_AGO = 60


def write_contents(folder: Path, more: Mapping[str, object]) -> None:
    """Name the files of a directory in its contents.json, with more to be kept there, and bring that to the disk."""
    files = sorted(path for path in folder.iterdir() if path.name != CONTENTS)
    said = {
        "files": {path.name: sha256_of(path) for path in files},
        "sizes": {path.name: path.stat().st_size for path in files},
        **more,
    }
    (folder / CONTENTS).write_text(json.dumps(with_check(said), indent=1) + "\n", encoding="utf-8")
    _stamp(folder)
    sync_path(folder / CONTENTS)
    sync_path(folder)


def read_contents(folder: Path, *, is_read_whole: bool = False) -> dict[str, Any] | None:
    """What contents.json says, where the directory holds just what was written there, by name, size and time.

    Args:
        folder: the directory; a file of it with another time is read to its end, and gets its time back if it is whole.
        is_read_whole: read every file, and leave their times alone.

    Returns:
        None where a copy broke off, a disk lost or changed bytes, or somebody added or replaced a file.
    """
    contents = folder / CONTENTS
    try:
        said = json.loads(read_text_file(contents))
        if not isinstance(said, dict) or not {"files", "sizes"} <= said.keys() or not is_unchanged(said):
            return None
        sealed_at = contents.stat().st_mtime_ns
        found = {path.name: path for path in folder.iterdir() if path.name != CONTENTS}
        if {name: path.lstat().st_size for name, path in found.items()} != said["sizes"]:
            return None
        touched = [name for name, path in found.items() if is_read_whole or path.lstat().st_mtime_ns != sealed_at]
        if any(sha256_of(found[name]) != said["files"][name] for name in touched):
            return None
        if touched and not is_read_whole:
            _stamp(folder)
    except (OSError, ValueError, KeyError):
        return None
    return said


def _stamp(folder: Path) -> None:
    then = (int(time.time()) - _SECONDS_AGO) * 1_000_000_000
    for path in folder.iterdir():
        os.utime(path, ns=(then, then))
