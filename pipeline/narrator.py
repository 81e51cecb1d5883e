"""What a run says while it goes on: progress bars on a terminal, timestamped lines in a log, JSON lines on request."""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Advance = Callable[[str], None]


def printable(text: str) -> str:
    """Text that may come from a page, made safe for a terminal or a log line."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


class Narrator:
    """Speaks to whoever watches the run; run_id goes into every JSON line."""

    def __init__(self, *, is_quiet: bool = False, is_json: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._is_quiet, self._is_json = is_quiet, is_json
        self.is_terminal = self._stream.isatty() and not is_json
        self.run_id: str | None = None

    def say(self, text: str, **facts: object) -> None:
        """One line about how the run goes; silent with --quiet."""
        if not self._is_quiet:
            self._line("info", text, facts)

    def warn(self, text: str, **facts: object) -> None:
        """One line about trouble; never silent."""
        self._line("warning", text, facts)

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Advance]:
        """A stage with a known number of steps; call the result after each with its outcome."""
        if not self.is_terminal or self._is_quiet:
            yield lambda outcome: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("[red]{task.fields[failed]}[/red]"),
        )
        with Progress(*columns, console=Console(file=self._stream), transient=True) as bars:
            task = bars.add_task(what, total=total, failed="", rate="")
            failed = 0

            def advance(outcome: str) -> None:
                nonlocal failed
                failed += outcome in ("failed", "refused")
                speed = bars.tasks[0].speed
                bars.update(
                    task,
                    advance=1,
                    failed=f"{failed} failed" if failed else "",
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
