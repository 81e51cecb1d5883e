"""The flags that several commands share, and the settings and project ids they make together."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.core.settings import Settings

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Directory that holds raw/, parsed/, curated/, runs/ and checks/.")
]
SourceId = Annotated[str | None, typer.Option("--source", help="Source to work on (see `bma-projects settings`).")]
SourceIds = Annotated[
    str | None,
    typer.Option("--source", help="Source to work on; several with commas, or `all` that are not invented."),
]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", help="Address of the source's index.php, instead of its own.")
]
Rate = Annotated[float | None, typer.Option("--rate", help="Requests a second at most.")]
Concurrency = Annotated[int | None, typer.Option("--concurrency", help="Requests under way at once at most.")]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file instead of bma-projects.toml.")]
Ids = Annotated[
    str | None, typer.Option("--ids", help="File with the project ids to fetch, one a line; - is standard input.")
]
Probe = Annotated[str | None, typer.Option("--probe", help="Range of ids to try, such as 50490000:3500-3700.")]
Accept = Annotated[str | None, typer.Option("--accept", help="Publish what the quality gate refuses, for this reason.")]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", help="Dask scheduler whose workers parse, such as tcp://host:8786 (docs/cluster.md)."),
]
NotifyUrl = Annotated[
    str | None, typer.Option("--notify-url", help="Address that gets a POST at the start and the end of the run.")
]
OnFailure = Annotated[str | None, typer.Option("--on-failure", help="Shell command to run after a bad end.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless something is wrong.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tell of every page in trouble and every part.")]
LogJson = Annotated[bool, typer.Option("--log-json", help="Log lines as JSON.")]


def settings_from(
    data_dir: Path | None = None,
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
    """Read the settings with these flags on top; flags about a source go to every source the run works on."""
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
    from pipeline.archive.page_history import page_states
    from pipeline.core.settings_file import source_of
    from pipeline.fetch.discover import ids_from_file, ids_from_range

    named = ids_from_file(ids) if ids is not None else []
    if probe is not None:
        named += ids_from_range(probe, page_states(settings.raw_dir, source_of(settings).source_id))
    return named
