"""Expected trouble: an error whose message is meant for the person at the keyboard."""

import sys
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of the process."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    REFUSED = 3
    LOCKED = 75


class PipelineError(Exception):
    """Trouble that is reported in one line (what, where, what to do); exit_code is that of the process."""

    exit_code: int = ExitCode.FAILED


class WrongUsageError(PipelineError):
    """Flags that do not go together, or a value that is not one of those offered."""

    exit_code = ExitCode.WRONG_USAGE


def permission_text(error: PermissionError) -> str:
    """What to do about a file or directory that this user may not use, in one line."""
    return (
        f"{error.filename}: this user may not use it ({error.strerror}); run the command as the user of the nightly "
        "job, or correct the owner of the file"
    )


def skip_repeated_errors(unraisable: "sys.UnraisableHookArgs") -> None:
    """An unraisable hook: a file that cannot be closed on a full disk has raised before, and that error is reported."""
    if not isinstance(unraisable.exc_value, OSError):
        sys.__unraisablehook__(unraisable)
