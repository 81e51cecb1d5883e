"""Directories that cannot be written or are full, as far as the machine lets us make them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def read_only(directory: Path) -> Iterator[None]:
    """Make a directory read-only: by its mode, and for root, who may write everywhere, by a mount."""
    if os.geteuid() != 0:
        directories = [directory, *(path for path in directory.rglob("*") if path.is_dir() and not path.is_symlink())]
        for path in directories:
            path.chmod(0o555)
        try:
            yield
        finally:
            for path in directories:
                path.chmod(0o755)
        return
    _mount("--bind", str(directory), directory)
    try:
        _mount("-o", "remount,ro,bind", directory)
        yield
    finally:
        subprocess.run(["umount", str(directory)], check=True)


@contextmanager
def small_disk(directory: Path, size: str) -> Iterator[None]:
    """Put a file system of a fixed size there."""
    directory.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size}", "none", directory)
    try:
        yield
    finally:
        subprocess.run(["umount", str(directory)], check=True)


def _mount(*arguments: str | Path) -> None:
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no permission to mount here: {done.stderr.strip()}")
