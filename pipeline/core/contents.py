"""contents.json: what a directory of disposable files holds, so that one which lost some or rotted is made again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.core.checked_json import is_unchanged, with_check
from pipeline.core.files import read_text_file, sha256_of, sync_path

CONTENTS = "contents.json"


def write_contents(folder: Path, more: Mapping[str, object]) -> None:
    """Name the files of a directory with their digests in its contents.json, and more, and bring that to the disk."""
    files = sorted(path for path in folder.iterdir() if path.name != CONTENTS)
    said = {"files": {path.name: sha256_of(path) for path in files}, **more}
    (folder / CONTENTS).write_text(json.dumps(with_check(said), indent=1) + "\n", encoding="utf-8")
    sync_path(folder / CONTENTS)
    sync_path(folder)


def read_contents(folder: Path) -> dict[str, Any] | None:
    """What contents.json says, when the directory holds exactly what was written there; reads every file to its end.

    Returns:
        None when a copy broke off, a disk lost or changed bytes, or a file was added or replaced.
    """
    try:
        said = json.loads(read_text_file(folder / CONTENTS))
        found = {path.name: sha256_of(path) for path in folder.iterdir() if path.name != CONTENTS}
    except (OSError, ValueError):
        return None
    is_whole = isinstance(said, dict) and is_unchanged(said) and said.get("files") == found
    return said if is_whole else None
