"""Files that are complete or absent: written aside, synced to disk, renamed into place."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PARTIAL = ".partial"
# The file that keeps an otherwise empty directory in a checkout.
GIT_KEEP = ".gitkeep"


@contextmanager
def written_aside(final: Path) -> Iterator[Path]:
    """A path beside `final` to write to: it replaces `final` when the block ends, and is removed when the block fails.

    After a crash a reader finds the old file or the new one; what a crash leaves is called `.<name>.partial`.
    A link stays, and the file that it leads to is replaced. Raises OSError when it cannot be written, also where a
    directory, pipe or device has the name: /dev/null would become a file.
    """
    if final.exists():
        check_is_file(final)
        final = final.resolve()
    partial = final.with_name(f".{final.name}{PARTIAL}")
    try:
        yield partial
        sync_path(partial)
        partial.replace(final)
        sync_path(final.parent)
    finally:
        # An earlier error is the one to report.
        with suppress(OSError):
            partial.unlink()


def move_synced(path: Path, target: Path) -> Path:
    """Rename a file or directory that is on the disk already, and sync both directories to disk."""
    path.rename(target)
    sync_path(target.parent)
    sync_path(path.parent)
    return target


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's bytes in hexadecimal. Raises OSError, also where it is a directory, pipe or device."""
    check_is_file(file)
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_text_file(file: Path, errors: str = "strict") -> str:
    """The text of a file in UTF-8. Raises OSError as sha256_of does, and UnicodeDecodeError."""
    check_is_file(file)
    return file.read_text(encoding="utf-8", errors=errors)


def check_is_file(file: Path) -> None:
    """Raise OSError when the path is missing or not a file: opening a pipe would wait for ever."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, "Is not a file, but a directory, a pipe or a device", str(file))


def sync_path(path: Path) -> None:
    """Sync a file, or the names in a directory, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Sync everything below a directory to disk."""
    for path in folder.rglob("*"):
        sync_path(path)
    sync_path(folder)
