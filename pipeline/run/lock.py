"""One run at a time per data directory; the lock dies with its process, so a crash never leaves it locked."""

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.core.errors import ExitCode, PipelineError
from pipeline.core.files import read_text_file

_LOCK = ".lock"
_HOLDER = ".lock.json"
LOCK_FILES = (_LOCK, _HOLDER)
# A reader tries the lock for a moment: a run that begins just then waits for this time, and never longer.
_LOOK_SECONDS = 0.2


class LockedError(PipelineError):
    """Another run holds the data directory; the message says which and since when."""

    exit_code = ExitCode.LOCKED


class DataDirError(PipelineError):
    """The data directory cannot be used; the message says why and what to do."""


@contextmanager
def data_dir_lock(data_dir: Path, command: str) -> Iterator[None]:
    """Hold the data directory for a command that writes; it is created when missing.

    Args:
        data_dir: the directory to hold while the block runs.
        command: the name that other processes report.

    Raises:
        LockedError: another run holds it, whose end is not waited for.
        DataDirError: it cannot be created or written.
    """
    # Imported here: commands that only read never lock, and answer faster without it.
    from filelock import FileLock, Timeout

    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / _LOCK)
        lock.acquire(timeout=_LOOK_SECONDS, poll_interval=_LOOK_SECONDS / 10)
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
    note = {"pid": os.getpid(), "command": command, "since": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
    try:
        # The lock works without the note, and the stage that needs the space reports a full disk.
        with suppress(OSError):
            # Opening a pipe of that name would wait for ever.
            holder.unlink(missing_ok=True)
            holder.write_text(json.dumps(note), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def lock_holder(data_dir: Path) -> str | None:
    """The holder of the data directory, in words; None when the lock is free, or may not be tested.

    The lock itself is tested: the note beside it may be that of a killed run, whose process number was used again.
    """
    try:
        lock = os.open(data_dir / _LOCK, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _noted_holder(data_dir / _HOLDER)
    except OSError:
        return None
    finally:
        os.close(lock)
    return None


def _noted_holder(holder: Path) -> str:
    try:
        note = json.loads(read_text_file(holder))
        return f"`{note['command']}`, process {note['pid']}, since {note['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a run that left no note of itself"


def _holder(data_dir: Path) -> str:
    holder = lock_holder(data_dir)
    return f" ({holder})" if holder else ""
