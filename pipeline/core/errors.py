"""Expected trouble: an error whose message is meant for the person at the keyboard."""

import sys


class PipelineError(Exception):
    """Trouble that is told in one line (what, where, what to do); exit_code is what the process says to cron."""

    exit_code = 1


class WrongUsageError(PipelineError):
    """Flags that do not go together, or a value that is none of those offered."""

    exit_code = 2


def skip_repeated_errors(unraisable: "sys.UnraisableHookArgs") -> None:
    """An unraisable hook: a file that cannot be closed on a full disk has raised before, where it is told."""
    if not isinstance(unraisable.exc_value, OSError):
        sys.__unraisablehook__(unraisable)
