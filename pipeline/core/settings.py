"""Every setting, in one place: the defaults; settings_file.py reads bma-projects.toml, BMA_* variables and flags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline.core.errors import PipelineError


class SettingsError(PipelineError):
    """A setting is unknown, of the wrong type or impossible; the message names file and key."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Source:
    """One instance of the application: its pages are keyed by (source_id, project_id).

    connect_to ("127.0.0.1:8080") is where connections really go; URLs, robots.txt and Host stay those of base_url.
    rate (requests a second), concurrency and backoff override the fetch settings when given; with is_revisited_always
    every run asks for every page. also_at are other addresses of the same instance, under which captures may have been
    made.
    """

    source_id: str
    base_url: str
    title: str = ""
    is_invented: bool = False
    connect_to: str | None = None
    rate: float | None = None
    concurrency: int | None = None
    backoff: float | None = None
    is_revisited_always: bool = False
    also_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Politeness and patience. Times are in seconds unless the name says otherwise; docs/fetching.md explains each.

    rate 0 means no limit of our own (for a server on loopback); max_requests 0 means no budget.
    night_window ("22:00-05:30", "" for any time) is read in time_zone. revisit_* is the revisit schedule: no page is
    asked for again within min_revisit_hours, open projects after revisit_open_days, and quiet or finished ones at
    intervals that grow from there to revisit_max_days.
    """

    rate: float = 1.0
    concurrency: int = 2
    timeout: float = 30.0
    page_timeout: float = 120.0
    max_body_bytes: int = 10_000_000
    contact: str = "https://github.com/bma-projects/bma-projects"
    attempts: int = 3
    backoff: float = 2.0
    max_wait: float = 600.0
    max_requests: int = 20_000
    breaker_failures: int = 9
    night_window: str = ""
    time_zone: str = "Asia/Bangkok"
    min_revisit_hours: float = 12.0
    revisit_open_days: float = 1.0
    revisit_finished_days: float = 7.0
    revisit_max_days: float = 29.0
    segment_bytes: int = 256_000_000


@dataclass(frozen=True, slots=True)
class ParseSettings:
    """Where pages are parsed: cluster is the address of a Dask scheduler ("tcp://host:8786"); "" means this machine.

    docs/cluster.md says what a cluster needs.
    """

    cluster: str = ""


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """Limits of DuckDB while it builds, how many releases stay, and what of persons is published.

    temp_directory takes what does not fit into memory_limit (default: beside the release that is built).
    publish_user_names puts the user names of the pages' edit logs into the tables instead of pseudonyms.
    """

    memory_limit: str = "3GB"
    threads: int = 2
    temp_directory: Path | None = None
    keep_releases: int = 14
    publish_user_names: bool = False


_Number = TypeVar("_Number", int, float)


def _limit(default: _Number, reason: str) -> _Number:
    """A threshold of the quality gate that carries the reason for its value."""
    made: _Number = field(default=default, metadata={"reason": reason})
    return made


@dataclass(frozen=True, slots=True)
class GateSettings:
    """When a release is refused: a rule's count and share must both be passed. docs/quality-json.md explains the rules.

    After `nights` published nights a share follows what was usual (median plus `deviations` robust standard
    deviations), never below half and never above twice the setting.
    """

    pages_of_wrong_kind_count: int = _limit(5, "a few projects may be closed to the public at any time")
    pages_of_wrong_kind_share: float = _limit(0.2, "a login wall or a redirect takes nearly every page")
    pages_failed_count: int = _limit(5, "single timeouts; fewer than the failures in a row that end a run")
    pages_failed_share: float = _limit(0.3, "above it the night says little about the site")
    labels_unknown_count: int = _limit(40, "about one whole page")
    labels_unknown_share: float = _limit(0.1, "one label more per page is growth, four are another layout")
    labels_missing_count: int = _limit(40, "about one whole page")
    labels_missing_share: float = _limit(0.1, "pages of other years lack a label or two, not four")
    values_unreadable_count: int = _limit(10, "typing slips of single agencies")
    values_unreadable_share: float = _limit(0.2, "people mistype some values of a field, only programs mistype a fifth")
    values_lost_count: int = _limit(10, "agencies clear single values")
    values_lost_share: float = _limit(0.3, "a field that empties on a third of the pages emptied by itself")
    listing_shrunk_count: int = _limit(5, "single projects are taken off the listing")
    listing_shrunk_share: float = _limit(0.1, "a listing that lost a tenth overnight lost its filter, or half its data")
    pages_missing_count: int = _limit(5, "single projects are deleted")
    pages_missing_share: float = _limit(0.1, "a tenth of the known pages does not go in one night")
    projects_vanished_count: int = _limit(5, "single projects are deleted")
    projects_vanished_share: float = _limit(0.05, "vanishing is confirmed twice, so it comes in small numbers")
    projects_lost_count: int = _limit(0, "a published project stays in every later release, vanished or not")
    projects_lost_share: float = _limit(0.0, "a lost project means a lost part of the archive")
    pages_changed_count: int = _limit(20, "agencies report in batches")
    pages_changed_share: float = _limit(0.6, "monthly reporting changes many pages, a new template changes all")
    nights: int = 7
    deviations: float = 6.0


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """Who is told how a run went, and when `status` calls the data old.

    url gets a POST at the start (url/start), at a good end (url) and at a bad one (url/fail), the run's summary as
    JSON; it is a secret and never printed. command is run in a shell after a bad end, the summary on its standard
    input. timeout is in seconds, for each.
    """

    url: str = ""
    command: str = ""
    timeout: float = 10.0
    max_release_age_hours: float = 36.0


SAMPLE = Source(
    source_id="sample",
    base_url="http://sample.invalid/dp/frontend/web/index.php",
    title="built-in sample: the real page 50490000-3607 and invented pages in its shape",
    is_invented=True,
    rate=500.0,
    concurrency=4,
    # Its broken pages are broken for ever, and waiting for a server on loopback helps nobody.
    backoff=0.02,
    is_revisited_always=True,
)
KNOWN_SOURCES = {
    "sample": SAMPLE,
    "bmavisions": Source("bmavisions", "http://www.bmavisions.com/dp/frontend/web/index.php", "bmavisions.com"),
    "bs2568": Source(
        "bs2568",
        "https://policy.bangkok.go.th/bs2568/frontend/web/index.php",
        "policy.bangkok.go.th, 2568",
        also_at=("https://dp.bangkok.go.th/bs2568/frontend/web/index.php",),
    ),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one run. data_dir holds raw/, parsed/, curated/ and runs/.

    source names one source, several with commas between them, or `all` of those that are not invented.
    """

    data_dir: Path = Path("data")
    source: str = "sample"
    fetch: FetchSettings = field(default_factory=FetchSettings)
    parse: ParseSettings = field(default_factory=ParseSettings)
    build: BuildSettings = field(default_factory=BuildSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    alarm: AlarmSettings = field(default_factory=AlarmSettings)
    sources: Mapping[str, Source] = field(default_factory=lambda: dict(KNOWN_SOURCES))

    @property
    def raw_dir(self) -> Path:
        return self.data_dir / "raw"

    @property
    def parsed_dir(self) -> Path:
        return self.data_dir / "parsed"

    @property
    def curated_dir(self) -> Path:
        return self.data_dir / "curated"

    @property
    def runs_dir(self) -> Path:
        return self.data_dir / "runs"
