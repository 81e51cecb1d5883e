"""The messages of a run: bars and lines on a terminal, timestamped lines in a log, JSON lines on request."""

import datetime as dt
import json
import logging
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Protocol, TextIO

from pipeline.core.text import printable


class Advance(Protocol):
    """Called with the outcome after one step of a stage, or after as many as `steps`."""

    def __call__(self, outcome: str, steps: int = 1, /) -> None: ...


_TROUBLE = ("failed", "refused")
_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({})))


class RunLog(logging.LoggerAdapter[logging.Logger]):
    """The log of one run: info is hidden when quiet, debug is shown when verbose, warning always.

    The JSON line also has the `extra` of a call, and the run_id.
    """

    def __init__(
        self,
        *,
        is_quiet: bool = False,
        is_json: bool = False,
        is_verbose: bool = False,
        stream: TextIO | None = None,
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._is_terminal = self._stream.isatty() and not is_json
        level = logging.WARNING if is_quiet else logging.DEBUG if is_verbose else logging.INFO
        # Not from getLogger: several runs in one process, as in tests, must not share a logger.
        logger = logging.Logger("bma-projects", level)
        line = _json_line if is_json else _terminal_line if self._is_terminal else _log_line
        logger.addHandler(_Handler(self._stream, line))
        super().__init__(logger)
        self.run_id: str | None = None
        self.shows_results = not is_quiet and not is_json

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add the run_id to the record of the call."""
        return msg, {**kwargs, "extra": {"run_id": self.run_id, **kwargs.get("extra", {})}}

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Advance]:
        """A stage with a number of steps (None: unknown); call the result after each step with its outcome."""
        if not self._is_terminal or not self.isEnabledFor(logging.INFO) or total == 0:
            yield lambda outcome, steps=1: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as Remaining

        counted = (MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), Remaining())
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            *(counted if total is not None else (TextColumn("{task.fields[rate]}"), TimeElapsedColumn())),
            TextColumn("[red]{task.fields[trouble]}[/red]"),
        )
        with Progress(*columns, console=Console(file=self._stream), transient=True) as bars:
            task = bars.add_task(what, total=total, trouble="", rate="")
            in_trouble = 0

            def advance(outcome: str, steps: int = 1) -> None:
                nonlocal in_trouble
                in_trouble += outcome in _TROUBLE
                speed = bars.tasks[0].speed
                rate = f"{speed:.1f}/s" if speed else ""
                bars.update(
                    task,
                    advance=steps,
                    trouble=f"{in_trouble} failed" if in_trouble else "",
                    rate=rate if total is not None else f"{bars.tasks[0].completed + steps:,.0f} pages {rate}",
                )

            yield advance


class _Handler(logging.Handler):
    """Prints to a stream and raises when that fails; the handler of the library prints a trace and goes on."""

    def __init__(self, stream: TextIO, line: Callable[[logging.LogRecord], str]) -> None:
        super().__init__()
        self._stream, self._line = stream, line

    def emit(self, record: logging.LogRecord) -> None:
        print(self._line(record), file=self._stream, flush=True)


def _terminal_line(record: logging.LogRecord) -> str:
    return printable(record.getMessage())


def _log_line(record: logging.LogRecord) -> str:
    return f"{_moment(record)} {record.levelname.lower()}: {printable(record.getMessage())}"


def _json_line(record: logging.LogRecord) -> str:
    extra = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
    said = {"at": _moment(record), "level": record.levelname.lower(), "run_id": None}
    return json.dumps({**said, "message": record.getMessage(), **extra}, default=str)


def _moment(record: logging.LogRecord) -> str:
    return dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="seconds")
