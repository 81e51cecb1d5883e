"""The installed command, run as a user or cron would run it."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from pathlib import Path

from typer.main import get_command

from pipeline.cli.app import app, main
from tests.build.described_once import described_once
from tests.core.kept_worker import kept_workers

NAMES = [str(command.name) for command in app.registered_commands]
COMMAND = str(Path(sys.executable).with_name("bma-projects"))
Done = subprocess.CompletedProcess[str]


def environment(**variables: str) -> dict[str, str]:
    """The environment without settings of the machine that runs the tests."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BMA_")}
    return {**inherited, "PYTHONWARNINGS": "error", "NO_COLOR": "1", **variables}


def bma(*arguments: str | Path, cwd: Path | None = None, stdin: str = "", **variables: str) -> Done:
    """Run the command to its end."""
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment(**variables),
        timeout=100,
    )


@cache
def _read_once() -> Callable[..., object]:
    """The command line; Typer reads all its functions for it at every call."""
    return get_command(app)


def bma_here(*arguments: str | Path) -> Done:
    """The same within this process, where its imports cost nothing; for what needs no signal, terminal or pipe."""
    texts = [str(argument) for argument in arguments]
    # With a buffer of bytes below them, as the real ones have.
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    hook = sys.unraisablehook
    code: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err), kept_workers(), described_once():
            main(lambda: _read_once()(texts, prog_name="bma-projects"))
    except SystemExit as end:
        code = end.code
    finally:
        sys.unraisablehook = hook
    said, complained = (stream.detach().getvalue().decode() for stream in (out, err))
    return Done(texts, code if isinstance(code, int) else 1, said, complained)


def said_on(terminal: int) -> bytes:
    """All that is written to a pseudo terminal until its last writer closes it."""
    said = b""
    with suppress(OSError):
        while piece := os.read(terminal, 65536):
            said += piece
    os.close(terminal)
    return said


def on_terminal(*arguments: str | Path, columns: int = 100) -> str:
    """Run the command to its end with its standard output on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [COMMAND, *map(str, arguments)],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environment(TERM="xterm", COLUMNS=str(columns)),
    ) as process:
        os.close(theirs)
        said = said_on(ours)
    assert process.returncode == 0
    return said.decode()


def start(*arguments: str | Path, **variables: str) -> subprocess.Popen[str]:
    """Start the command and return at once."""
    return subprocess.Popen(
        [COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
    )


def assert_one_line(done: Done, code: int, *words: str) -> None:
    """The command ended with this code and said it in one line on standard error that holds the words."""
    assert done.returncode == code, done.stderr
    lines = [line for line in done.stderr.splitlines() if " info: " not in line]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in lines[0]
