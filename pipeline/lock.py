"""One run at a time per data directory; the lock dies with its process, so a crash leaves no obstacle."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import PipelineError

_LOCK = ".lock"
_HOLDER = ".lock.json"


class LockedError(PipelineError):
    """Another run holds the data directory; the message says which and since when."""

    exit_code = 75


class DataDirError(PipelineError):
    """The data directory cannot be used; the message says why and what to do."""


@contextmanager
def data_dir_lock(data_dir: Path, command: str) -> Iterator[None]:
    """Hold the data directory for a command that writes. Raises LockedError at once when another one does."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / _LOCK)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(
            f"{data_dir}: another run holds the lock{_holder(data_dir)}; try again when it has ended"
        ) from error
    except OSError as error:
        raise DataDirError(
            f"{data_dir}: cannot be written ({error.strerror or error}); check its permissions or name another with "
            "--data-dir"
        ) from error
    holder = data_dir / _HOLDER
    try:
        note = {"pid": os.getpid(), "command": command, "since": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
        holder.write_text(json.dumps(note), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder(data_dir: Path) -> str:
    try:
        note = json.loads((data_dir / _HOLDER).read_text(encoding="utf-8"))
        return f" (`{note['command']}`, process {note['pid']}, since {note['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
