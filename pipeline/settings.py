"""Every setting, in one place: the defaults; settings_file.py reads bma-projects.toml, BMA_* variables and flags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import PipelineError


class SettingsError(PipelineError):
    """A setting is unknown, of the wrong type or impossible; the message names file and key."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Source:
    """One instance of the application: its pages are keyed by (source_id, project_id).

    connect_to ("127.0.0.1:8080") is where connections really go; URLs, robots.txt and Host stay those of base_url.
    rate (requests a second) and concurrency override the fetch settings when given; with is_revisited_always every run
    asks for every page. also_at are other addresses of the same instance, under which captures may have been made.
    """

    source_id: str
    base_url: str
    title: str = ""
    is_invented: bool = False
    connect_to: str | None = None
    rate: float | None = None
    concurrency: int | None = None
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
class BuildSettings:
    """Limits of DuckDB while it builds, how many releases stay, and what of persons is published.

    temp_directory takes what does not fit into memory_limit (default: the system's). publish_user_names puts the user
    names of the pages' edit logs into the tables instead of pseudonyms.
    """

    memory_limit: str = "3GB"
    threads: int = 2
    temp_directory: Path | None = None
    keep_releases: int = 14
    publish_user_names: bool = False


SAMPLE = Source(
    source_id="sample",
    base_url="http://sample.invalid/dp/frontend/web/index.php",
    title="built-in sample: the real page 50490000-3607 and invented pages in its shape",
    is_invented=True,
    rate=500.0,
    concurrency=4,
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
    """All settings of one run. data_dir holds raw/, parsed/, curated/ and runs/."""

    data_dir: Path = Path("data")
    source: str = "sample"
    fetch: FetchSettings = field(default_factory=FetchSettings)
    build: BuildSettings = field(default_factory=BuildSettings)
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
