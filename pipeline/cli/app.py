"""The command line: which commands there are, and how trouble ends them."""

import errno
import io
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from pipeline.cli import inspect as cli_reading
from pipeline.cli import stages as cli_stages
from pipeline.core.errors import PipelineError, skip_repeated_errors
from pipeline.core.text import printable

STAGES: dict[str, Callable[..., None]] = {
    "refresh": cli_stages.refresh,
    "discover": cli_stages.discover,
    "fetch": cli_stages.fetch,
    "import": cli_stages.import_,
    "parse": cli_stages.parse,
    "build": cli_stages.build,
    "report": cli_stages.report,
}
FOR_PEOPLE: dict[str, Callable[..., None]] = {
    "show": cli_reading.show,
    "query": cli_reading.query,
    "export": cli_reading.export,
    "status": cli_reading.status,
    "verify": cli_reading.verify,
    "releases": cli_reading.releases,
    "prune": cli_reading.prune,
    "settings": cli_reading.settings,
}

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
PANELS = {"The nightly job and its stages": STAGES, "For people": FOR_PEOPLE}


class _Panels(TyperGroup):
    """Lists the commands by who they are for."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for panel, commands in PANELS.items():
            with formatter.section(panel):
                formatter.write_dl([(name, (command.__doc__ or "").strip()) for name, command in commands.items()])


app = typer.Typer(
    name="bma-projects",
    cls=_Panels,
    # Plain text: help in boxes takes twice the time, nearly all of it for importing what draws them.
    rich_markup_mode=None,
    help="The public project pages of the Bangkok Metropolitan Administration, as tables to trust and trace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command_name, run_command in {**STAGES, **FOR_PEOPLE}.items():
    app.command(command_name)(run_command)


def _fail(message: str, code: int) -> NoReturn:
    print(f"bma-projects: {printable(message)}", file=sys.stderr)  # noqa: T201
    raise SystemExit(code)


def main(run: Callable[[], object] = app) -> None:
    """Run the command line; expected trouble is one line and an exit code, never a trace."""
    sys.unraisablehook = skip_repeated_errors
    if isinstance(sys.stdout, io.TextIOWrapper):
        # As standard error does by itself: an encoding without Thai letters gets their numbers.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            run()
        finally:
            sys.stdout.flush()
    except PipelineError as error:
        _fail(str(error), error.exit_code)
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        # Closed, or the interpreter tries once more to write what is left.
        with suppress(OSError):
            sys.stdout.close()
        _fail(f"the output cannot be written ({error.strerror})", 1)
