"""Expected trouble: an error whose message is meant for the person at the keyboard."""


class PipelineError(Exception):
    """Trouble that is told in one line (what, where, what to do); exit_code is what the process says to cron."""

    exit_code = 1
