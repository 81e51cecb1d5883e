"""The command line: the list of commands, and how errors end them."""

import errno
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from pipeline.cli import answers, collect, harvest, inspect, stages
from pipeline.core.errors import ExitCode, PipelineError, permission_text, skip_repeated_errors
from pipeline.core.text import complain, tell
from pipeline.core.version import product_token

COMMANDS: dict[str, Sequence[Callable[..., None]]] = {
    "The nightly job and its stages": (
        stages.refresh,
        collect.discover,
        collect.fetch,
        collect.import_,
        harvest.harvest,
        stages.parse,
        stages.build,
        stages.report,
    ),
    "For people": (
        answers.show,
        answers.query,
        answers.export,
        answers.cite,
        answers.explore,
        inspect.status,
        inspect.check,
        inspect.verify,
        inspect.releases,
        inspect.prune,
        inspect.settings,
    ),
}
_INTERRUPTED = 130  # as a shell says of SIGINT
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _name_of(command: Callable[..., None]) -> str:
    # "import" is a keyword of Python, so that function is named import_.
    return command.__name__.rstrip("_")


def _summary_of(command: Callable[..., None]) -> str:
    return (command.__doc__ or "").partition("\n")[0]


class _Panels(TyperGroup):
    """Lists the commands in groups."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for panel, commands in COMMANDS.items():
            with formatter.section(panel):
                formatter.write_dl([(_name_of(command), _summary_of(command)) for command in commands])


app = typer.Typer(
    name="bma-projects",
    cls=_Panels,
    # Plain text: help in boxes takes twice the time, nearly all of it to import the library that draws them.
    rich_markup_mode=None,
    help="The public project pages of the Bangkok Metropolitan Administration, as tables to trust and trace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        tell(product_token().replace("/", " "))
        raise typer.Exit


@app.callback()
def _flags_of_all(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    pass


for run_command in chain(*COMMANDS.values()):
    app.command(_name_of(run_command))(run_command)


def _fail(message: str, code: int) -> NoReturn:
    complain(message)
    raise SystemExit(code)


def _open_closed_streams() -> None:
    """Lead closed standard streams nowhere: else the next file, such as an archive, would get their number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(nowhere, mode, encoding="utf-8", closefd=False))


def main(run: Callable[[], object] = app) -> None:
    """Run the command line; expected trouble is one line and an exit code, never a trace."""
    sys.unraisablehook = skip_repeated_errors
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Standard error does the same: an encoding without Thai letters gets their code points.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            run()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        # It came before the command began; after that typer ends in the same way.
        raise SystemExit(_INTERRUPTED) from None
    except PipelineError as error:
        _fail(str(error), error.exit_code)
    except PermissionError as error:
        _fail(permission_text(error), ExitCode.FAILED)
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        # Closed, because the interpreter would try again to write the rest.
        with suppress(OSError):
            sys.stdout.close()
        _fail(f"the output cannot be written ({error.strerror})", 1)
