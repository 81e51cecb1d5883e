"""The flags that several commands share, and the settings and project ids that result from them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.core.errors import WrongUsageError

if TYPE_CHECKING:
    from pipeline.core.settings import Settings


def _reason(written: str | None) -> str | None:
    if written is not None and not written.strip():
        raise WrongUsageError("--accept needs the reason why the release is right; it is published with it")
    return written


# Text, since a path of no text would be the working directory; the settings refuse it.
DataDir = Annotated[str | None, typer.Option("--data-dir", metavar="<path>", help="Data directory. [default: data]")]
SourceId = Annotated[
    str | None,
    typer.Option("--source", help="Source, as `bma-projects settings` lists them. [default: sample]"),
]
ShownSource = Annotated[
    str | None,
    typer.Option("--source", help="Source of the page, where several have the project. [default: any]"),
]
SourceIds = Annotated[
    str | None,
    typer.Option("--source", help="Source, several with commas, or `all` real ones. [default: sample]"),
]
BaseUrl = Annotated[str | None, typer.Option("--base-url", help="Address of index.php, instead of that of the source.")]
Rate = Annotated[float | None, typer.Option("--rate", help="Most requests in a second. [default: 1]")]
Concurrency = Annotated[int | None, typer.Option("--concurrency", help="Most requests at the same time. [default: 2]")]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file. [default: bma-projects.toml]")]
Ids = Annotated[str | None, typer.Option("--ids", help="File with project ids, one a line; - is standard input.")]
Probe = Annotated[str | None, typer.Option("--probe", help="Range of ids to try, such as 50490000:3500-3700.")]
Accept = Annotated[
    str | None,
    typer.Option("--accept", callback=_reason, help="Publish what the quality gate refuses, for this reason."),
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", help="Dask scheduler whose workers parse, such as tcp://host:8786 (docs/cluster.md)."),
]
NotifyUrl = Annotated[
    str | None, typer.Option("--notify-url", help="Address that gets a POST when the run starts and ends.")
]
OnFailure = Annotated[str | None, typer.Option("--on-failure", help="Shell command to run when the run fails.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print warnings and errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print a line for each failed page and each segment.")]
LogJson = Annotated[bool, typer.Option("--log-json", help="Print log lines as JSON.")]


def settings_from(
    data_dir: str | None = None,
    source: str | None = None,
    config: Path | None = None,
    *,
    base_url: str | None = None,
    rate: float | None = None,
    concurrency: int | None = None,
    notify_url: str | None = None,
    on_failure: str | None = None,
    cluster: str | None = None,
    archive: str | None = None,
) -> "Settings":
    """Read the settings with these flags on top; flags about a source apply to every source of the run."""
    # Imported here: help needs no settings.
    from pipeline.core.settings_file import load_settings, sources_of

    flags: dict[str, object] = {"data_dir": data_dir, "source": source}
    flags |= {"alarm.url": notify_url, "alarm.command": on_failure, "parse.cluster": cluster}
    flags |= {"harvest.archive": archive}
    of_source = {"base_url": base_url, "rate": rate, "concurrency": concurrency}
    if any(value is not None for value in of_source.values()):
        for chosen in sources_of(load_settings(config, os.environ, flags)):
            flags |= {f"sources.{chosen.source_id}.{option}": value for option, value in of_source.items()}
    return load_settings(config, os.environ, flags)


def named_ids(settings: "Settings", ids: str | None, probe: str | None) -> list[str] | None:
    """The project ids that --ids and --probe name; None when neither was given."""
    if ids is None and probe is None:
        return None
    from pipeline.archive.history.page_history import page_states
    from pipeline.core.settings_file import source_of
    from pipeline.fetch.discover import ids_from_file, ids_from_range

    named = ids_from_file(ids) if ids is not None else []
    if probe is not None:
        known = page_states(settings.raw_dir, source_of(settings).source_id, parsed_dir=settings.parsed_dir)
        named += ids_from_range(probe, known)
    return named
