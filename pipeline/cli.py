"""Commands and flags; every command's work lives in its stage."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipeline.errors import PipelineError
from pipeline.narrator import Narrator, printable
from pipeline.settings import Settings

app = typer.Typer(
    name="bma-projects",
    help="The public project pages of the Bangkok Metropolitan Administration, as tables to trust and trace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Directory that holds raw/, parsed/, curated/ and runs/.")
]
SourceId = Annotated[str | None, typer.Option("--source", help="Source to work on (see `bma-projects settings`).")]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", help="Address of the source's index.php, instead of its own.")
]
Rate = Annotated[float | None, typer.Option("--rate", help="Requests a second at most.")]
Concurrency = Annotated[int | None, typer.Option("--concurrency", help="Requests under way at once at most.")]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file instead of bma-projects.toml.")]
Ids = Annotated[
    str | None, typer.Option("--ids", help="File with the project ids to fetch, one a line; - is standard input.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing unless something is wrong.")]
LogJson = Annotated[bool, typer.Option("--log-json", help="Log lines as JSON.")]


def _settings(
    data_dir: Path | None,
    source: str | None = None,
    base_url: str | None = None,
    rate: float | None = None,
    concurrency: int | None = None,
    config: Path | None = None,
) -> Settings:
    from pipeline.settings_file import load_settings, source_of

    settings = load_settings(config, os.environ, {"data_dir": data_dir, "source": source})
    chosen = f"sources.{source_of(settings).source_id}"
    flags = {f"{chosen}.base_url": base_url, f"{chosen}.rate": rate, f"{chosen}.concurrency": concurrency}
    return load_settings(config, os.environ, {"data_dir": data_dir, "source": source, **flags})


@app.command()
def refresh(
    data_dir: DataDir = None,
    source: SourceId = None,
    base_url: BaseUrl = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    ids: Ids = None,
    accept: Annotated[
        str | None, typer.Option("--accept", help="Publish what the quality gate refuses, for this reason.")
    ] = None,
    config: Config = None,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """The nightly job: discover, fetch, parse, build, report, publish."""
    from pipeline.discover import ids_from_file
    from pipeline.lock import data_dir_lock
    from pipeline.refresh import refresh as run_refresh
    from pipeline.summary import show_summary

    settings = _settings(data_dir, source, base_url, rate, concurrency, config)
    project_ids = ids_from_file(ids) if ids is not None else None
    narrator = Narrator(is_quiet=quiet, is_json=log_json)
    with data_dir_lock(settings.data_dir, "bma-projects refresh"):
        code, record, published = run_refresh(
            settings,
            narrator,
            sys.argv[1:],
            source_ids=[settings.source],
            project_ids=project_ids,
            accepted_because=accept,
        )
    if not quiet and not log_json:
        show_summary(settings, record, published)
    raise typer.Exit(code)


@app.command()
def discover(
    data_dir: DataDir = None,
    source: SourceId = None,
    base_url: BaseUrl = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    ids: Ids = None,
    probe: Annotated[
        str | None, typer.Option("--probe", help="Range of ids to try, such as 50490000:3500-3700.")
    ] = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Name the projects the archive knows; ask the site nothing.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say how many pages are due and why, instead of naming them.")
    ] = False,
    config: Config = None,
) -> None:
    """Which project pages exist: from the listing, a file, the archive or a range; prints ids, or the plan."""
    from pipeline.commands import discover as run

    settings = _settings(data_dir, source, base_url, rate, concurrency, config)
    raise typer.Exit(run(settings, ids=ids, probe=probe, from_archive=archive, shows_plan=plan))


@app.command()
def fetch(
    data_dir: DataDir = None,
    source: SourceId = None,
    base_url: BaseUrl = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    ids: Ids = None,
    probe: Annotated[
        str | None, typer.Option("--probe", help="Range of ids to try, such as 50490000:3500-3700.")
    ] = None,
    config: Config = None,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """Fetch the pages that are due into the archive, without building anything."""
    from pipeline.commands import fetch as run

    settings = _settings(data_dir, source, base_url, rate, concurrency, config)
    narrator = Narrator(is_quiet=quiet, is_json=log_json)
    raise typer.Exit(run(settings, narrator, ids=ids, probe=probe))


@app.command(name="import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="WARC, WET, saved HTML or extracted text; files or directories.")],
    data_dir: DataDir = None,
    source: SourceId = None,
    base_url: BaseUrl = None,
    config: Config = None,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """Archive pages that others captured, then parse, build and publish."""
    from pipeline.commands import import_files as run

    settings = _settings(data_dir, source, base_url, config=config)
    raise typer.Exit(run(settings, Narrator(is_quiet=quiet, is_json=log_json), files))


@app.command()
def parse(data_dir: DataDir = None, config: Config = None, quiet: Quiet = False, log_json: LogJson = False) -> None:
    """Parse what the archive holds and data/parsed does not have yet."""
    from pipeline.commands import parse as run

    raise typer.Exit(run(_settings(data_dir, config=config), Narrator(is_quiet=quiet, is_json=log_json)))


@app.command()
def build(
    data_dir: DataDir = None,
    accept: Annotated[
        str | None, typer.Option("--accept", help="Publish what the quality gate refuses, for this reason.")
    ] = None,
    config: Config = None,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """Build and publish a release from data/parsed, without asking any site."""
    from pipeline.commands import build as run

    narrator = Narrator(is_quiet=quiet, is_json=log_json)
    raise typer.Exit(run(_settings(data_dir, config=config), narrator, accepted_because=accept))


@app.command()
def report(
    data_dir: DataDir = None,
    output: Annotated[Path, typer.Option("--output", help="Directory for quality.html and quality.json.")] = Path(
        "report"
    ),
    format_: Annotated[
        str, typer.Option("--format", help="html, or md for mail and chat (to standard output).")
    ] = "html",
    config: Config = None,
) -> None:
    """Write the data-quality report of the latest release once more."""
    from pipeline.commands import report as run

    raise typer.Exit(run(_settings(data_dir, config=config), output, format_))


@app.command()
def verify(data_dir: DataDir = None, config: Config = None) -> None:
    """Read the whole archive again: digests, fetch log against WARC, torn tails; and check the latest release."""
    from pipeline.commands import verify as run

    raise typer.Exit(run(_settings(data_dir, config=config)))


@app.command()
def releases(
    data_dir: DataDir = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to the release before the latest.")] = False,
    to: Annotated[str | None, typer.Option("--to", help="With --rollback: the release to go to.")] = None,
    config: Config = None,
) -> None:
    """List the releases, or switch `latest` back."""
    from pipeline.commands import releases as run

    raise typer.Exit(run(_settings(data_dir, config=config), goes_back=rollback, run_id=to))


@app.command()
def settings(config: Config = None) -> None:
    """Print every setting with its value, as a bma-projects.toml."""
    from pipeline.commands import print_settings
    from pipeline.settings_file import load_settings

    print_settings(load_settings(config, os.environ))


def _fail(message: str, code: int) -> NoReturn:
    print(f"bma-projects: {printable(message)}", file=sys.stderr)  # noqa: T201
    raise SystemExit(code)


def _stop(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def main(run: Callable[[], object] = app) -> None:
    """Run the command line; expected trouble is one line and an exit code, never a trace."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        run()
    except PipelineError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        _fail("interrupted", 1)
