"""One run at a time per data directory; the lock dies with its process, so a crash leaves no obstacle."""

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
# Who only looks tries the lock for a moment: a run that begins just then waits for that, and for nothing else.
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
        command: what others are told that they wait for.

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
        # The lock holds without the note, and a full disk is told by the stage that needs the space.
        with suppress(OSError):
            # A pipe of that name would be waited for.
            holder.unlink(missing_ok=True)
            holder.write_text(json.dumps(note), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def lock_holder(data_dir: Path) -> str | None:
    """Who holds the data directory, in words; None when the lock is free, or may not be asked.

    The lock itself is asked: the note beside it may be that of a run that was killed, whose number another process has.
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
