"""What a run says while it goes on: progress bars on a terminal, timestamped lines in a log, JSON lines on request."""

import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from pipeline.core.text import printable


class Advance(Protocol):
    """Called after steps of a stage, one unless said, with their outcome."""

    def __call__(self, outcome: str, steps: int = 1, /) -> None: ...


_TROUBLE = ("failed", "refused")


def tell(text: str) -> None:
    """Print one line on standard output, where the answer of a command goes."""
    sys.stdout.write(printable(text) + "\n")


class RunLog:
    """Speaks to whoever watches the run; run_id goes into every JSON line."""

    def __init__(
        self,
        *,
        is_quiet: bool = False,
        is_json: bool = False,
        is_verbose: bool = False,
        stream: TextIO | None = None,
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._is_quiet, self._is_json, self._is_verbose = is_quiet, is_json, is_verbose
        self.is_terminal = self._stream.isatty() and not is_json
        self.run_id: str | None = None

    @property
    def shows_results(self) -> bool:
        """Whether a table at the end is wanted."""
        return not self._is_quiet and not self._is_json

    def detail(self, text: str, **facts: object) -> None:
        """One line for whoever asked for all of it with --verbose."""
        if self._is_verbose:
            self._line("debug", text, facts)

    def say(self, text: str, **facts: object) -> None:
        """One line about how the run goes; silent with --quiet."""
        if not self._is_quiet:
            self._line("info", text, facts)

    def warn(self, text: str, **facts: object) -> None:
        """One line about trouble; never silent."""
        self._line("warning", text, facts)

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Advance]:
        """A stage with a number of steps (None: it cannot tell); call the result after each step with its outcome."""
        if not self.is_terminal or self._is_quiet or total == 0:
            yield lambda outcome, steps=1: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as Remaining

        counted = (MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), Remaining())
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            *(counted if total is not None else (TimeElapsedColumn(),)),
            TextColumn("[red]{task.fields[trouble]}[/red]"),
        )
        with Progress(*columns, console=Console(file=self._stream), transient=True) as bars:
            task = bars.add_task(what, total=total, trouble="", rate="")
            in_trouble = 0

            def advance(outcome: str, steps: int = 1) -> None:
                nonlocal in_trouble
                in_trouble += outcome in _TROUBLE
                speed = bars.tasks[0].speed
                bars.update(
                    task,
                    advance=steps,
                    trouble=f"{in_trouble} failed" if in_trouble else "",
                    rate=f"{speed:.1f}/s" if speed else "",
                )

            yield advance

    def _line(self, level: str, text: str, facts: dict[str, object]) -> None:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        if self._is_json:
            line = json.dumps({"at": now, "level": level, "run_id": self.run_id, "message": text, **facts}, default=str)
        elif self.is_terminal:
            line = printable(text)
        else:
            line = f"{now} {level}: {printable(text)}"
        print(line, file=self._stream, flush=True)
