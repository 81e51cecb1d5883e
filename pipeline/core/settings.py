"""Every setting with its limits and default, in one place; settings_file.py reads the values that are set."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipeline.core import settings_values as kinds
from pipeline.core.errors import PipelineError


class SettingsError(PipelineError):
    """A setting is unknown, of the wrong type or impossible; the message names file and key."""

    exit_code = 2


# The id of a source is the heading of its table in the file, not a key, so that a key cannot contradict it.
_HEADING = "[heading]"


class _Table(BaseModel):
    """The settings of one table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)


class Source(_Table):
    """One instance of the application: its pages are keyed by (source_id, project_id).

    connect_to ("127.0.0.1:8080") is where connections go; URLs, robots.txt and Host stay those of base_url.
    rate (requests a second), concurrency and backoff override the fetch settings when given; with is_revisited_always
    every run asks for every page. also_at are other addresses of the same instance, where captures may have been
    made.
    """

    source_id: str = Field(validation_alias=_HEADING, exclude=True)
    base_url: kinds.BaseUrl
    title: str = ""
    is_invented: kinds.Switch = False
    connect_to: kinds.HostAndPort | None = None
    rate: kinds.Number | None = None
    concurrency: kinds.WholeAboveZero | None = None
    backoff: kinds.Number | None = None
    is_revisited_always: kinds.Switch = False
    also_at: kinds.BaseUrls = ()


class FetchSettings(_Table):
    """Politeness and patience. Times are in seconds unless the name has another unit; docs/fetching.md explains each.

    rate 0 means no limit of our own (for a source with connect_to, and the sample); max_requests 0 means no budget.
    night_window ("22:00-05:30", "" for any time) is read in time_zone. revisit_* is the revisit schedule: no page is
    asked for again within min_revisit_hours, one that is edited once a month after revisit_monthly_days, one that is
    edited four times as often or as rarely after half or twice as long, and every page after revisit_max_days at the
    latest. That a page is not modified (304) is believed for not_modified_max_days after it last came whole, then it is
    asked for without conditions; with 0, always so. Where most of the sample_pages that were asked for last failed, so
    many are asked first, and the others once these answer.
    """

    rate: kinds.Number = 1.0
    concurrency: kinds.WholeAboveZero = 2
    timeout: kinds.NumberAboveZero = 30.0
    page_timeout: kinds.NumberAboveZero = 120.0
    max_body_bytes: kinds.WholeAboveZero = 10_000_000
    contact: kinds.Contact = "https://github.com/bma-projects/bma-projects"
    attempts: kinds.WholeAboveZero = 3
    backoff: kinds.Number = 2.0
    max_wait: kinds.Number = 600.0
    max_requests: kinds.Whole = 20_000
    breaker_failures: kinds.WholeAboveZero = 9
    night_window: kinds.Window = ""
    time_zone: kinds.TimeZone = "Asia/Bangkok"
    min_revisit_hours: kinds.Number = 12.0
    revisit_monthly_days: kinds.Number = 2.2
    revisit_max_days: kinds.Number = 29.0
    sample_pages: kinds.WholeAboveZero = 20
    not_modified_max_days: kinds.Number = 7.0
    segment_bytes: kinds.WholeAboveZero = 256_000_000


class HarvestSettings(_Table):
    """How web archives are asked (docs/harvest.md); timeouts, attempts and contact are those of [fetch].

    archive is `wayback`, `commoncrawl` or the address of a pywb collection. index_per_minute and replays_per_second are
    the most requests of each kind. A public archive is never asked for more than 20 index answers a minute and one
    capture a second, whatever stands here; where connect_to is an IP address of a private network or localhost, 0 means
    no limit of our own. max_requests is the budget of one run, 0 means none. connect_to ("127.0.0.1:8080") is where
    connections really go.
    """

    archive: str = "wayback"
    index_per_minute: kinds.Number = 20.0
    replays_per_second: kinds.Number = 1.0
    max_requests: kinds.Whole = 5_000
    connect_to: kinds.HostAndPort | None = None


class ParseSettings(_Table):
    """Where pages are parsed: cluster is the address of a Dask scheduler ("tcp://host:8786"); "" means this machine.

    docs/cluster.md says what a cluster needs.
    """

    cluster: kinds.Scheduler = ""


class BuildSettings(_Table):
    """Limits of DuckDB during a build, the releases that are kept, user names, and when a project has vanished.

    temp_directory holds what does not fit into memory_limit (default: beside the release that is built).
    publish_user_names puts the user names of the pages' edit logs into the tables instead of pseudonyms. A project has
    vanished when its page answered 404 twice, vanished_after_hours apart at least, and was not seen in between.
    """

    memory_limit: kinds.Memory = "3GB"
    threads: kinds.Threads = 2
    temp_directory: kinds.Directory | None = None
    keep_releases: kinds.WholeAboveZero = 14
    publish_user_names: kinds.Switch = False
    vanished_after_hours: kinds.NumberAboveZero = 12.0


class ReportSettings(_Table):
    """What lies beside the report: with captures, the archived pages that have issues, masked and inert.

    At most 1,000 pages and 50 MB a release, those with errors first; docs/operations.md says what is in them.
    """

    captures: kinds.Switch = False


_Number = TypeVar("_Number", int, float)


def _limit(default: _Number, reason: str) -> _Number:
    """A threshold of the quality gate that carries the reason for its value."""
    made: _Number = Field(default=default, description=reason)
    return made


class GateSettings(_Table):
    """When a release is refused: a rule's count and share must both be passed. docs/quality-json.md explains the rules.

    After `nights` published nights a share follows the usual value (median plus `deviations` robust standard
    deviations), never below half and never above twice the setting. volatile_fields are texts of the page that differ
    at every reading, such as one with today's date (`remark`): pages_changed does not count them.
    """

    pages_of_wrong_kind_count: kinds.Whole = _limit(5, "a few projects may be closed to the public at any time")
    pages_of_wrong_kind_share: kinds.Share = _limit(0.2, "a login wall or a redirect takes nearly every page")
    pages_failed_count: kinds.Whole = _limit(5, "single timeouts; when the whole site fails, the run has ended before")
    pages_failed_share: kinds.Share = _limit(0.3, "above this, the night says little about the site")
    labels_unknown_count: kinds.Whole = _limit(40, "about one whole page")
    labels_unknown_share: kinds.Share = _limit(0.1, "one label more per page is growth, four are another layout")
    labels_missing_count: kinds.Whole = _limit(40, "about one whole page")
    labels_missing_share: kinds.Share = _limit(0.1, "pages of other years are without a label or two, not four")
    sections_unseen_count: kinds.Whole = _limit(10, "a few pages are cut or have rows that cannot be told apart")
    sections_unseen_share: kinds.Share = _limit(0.2, "a table that a fifth of the pages lost is another layout")
    values_unreadable_count: kinds.Whole = _limit(10, "typing slips of single agencies")
    values_unreadable_share: kinds.Share = _limit(
        0.2, "people mistype some values of a field, only programs mistype a fifth"
    )
    values_lost_count: kinds.Whole = _limit(3, "agencies clear single values")
    values_lost_share: kinds.Share = _limit(
        0.1, "people fill fields in; when a tenth of the edited pages lost a value, a program lost it"
    )
    pages_emptied_count: kinds.Whole = _limit(3, "single projects start again")
    pages_emptied_share: kinds.Share = _limit(0.0, "many other pages do not excuse pages that lost many values at once")
    values_lost_lately_count: kinds.Whole = _limit(10, "people clear values on a few pages each month")
    values_lost_lately_share: kinds.Share = _limit(
        0.02, "one in fifty within thirty days: a program loses a few each night"
    )
    dates_shifted_count: kinds.Whole = _limit(5, "people correct single dates")
    dates_shifted_share: kinds.Share = _limit(
        0.1, "dates that move together come from another time zone, or were counted wrongly"
    )
    values_rewritten_count: kinds.Whole = _limit(10, "an agency corrects all its own projects at once")
    values_rewritten_share: kinds.Share = _limit(
        0.1, "no agency has a tenth of the city's pages; more are rewritten by a program"
    )
    reader_changes_count: kinds.Whole = _limit(10, "a better parser corrects single values of a field")
    reader_changes_share: kinds.Share = _limit(
        0.1, "a person must check a parser that changes a tenth of an unedited field"
    )
    imports_withdrawn_count: kinds.Whole = _limit(5, "single saved pages are imported by mistake")
    imports_withdrawn_share: kinds.Share = _limit(
        0.1, "an undo that changes a tenth of the projects may name the wrong run"
    )
    listing_shrunk_count: kinds.Whole = _limit(5, "single projects are taken off the listing")
    listing_shrunk_share: kinds.Share = _limit(
        0.1, "a listing that lost a tenth overnight lost its filter, or half its data"
    )
    pages_missing_count: kinds.Whole = _limit(5, "single projects are deleted")
    pages_missing_share: kinds.Share = _limit(0.1, "a tenth of the known pages does not disappear in one night")
    projects_vanished_count: kinds.Whole = _limit(5, "single projects are deleted")
    projects_vanished_share: kinds.Share = _limit(0.05, "vanishing is confirmed twice, so the numbers are small")
    projects_lost_count: kinds.Whole = _limit(0, "a published project stays in every later release, vanished or not")
    projects_lost_share: kinds.Share = _limit(0.0, "a lost project means a lost part of the archive")
    pages_changed_count: kinds.Whole = _limit(20, "agencies report in batches")
    pages_changed_share: kinds.Share = _limit(
        0.6, "values that reporting adds are not counted; a new template changes all pages"
    )
    volatile_fields: kinds.TextFields = ()
    nights: kinds.WholeAboveZero = 7
    deviations: kinds.Number = 6.0


class AlarmSettings(_Table):
    """Who is notified of the end of a run, and when `status` calls the data old.

    url gets a POST at the start (url/start), at a good end (url) and at a bad one (url/fail), the run's summary as
    JSON; it is a secret and never printed. command is run in a shell after a bad end, the summary on its standard
    input. timeout is in seconds, for each. max_release_age_hours is for the newest release, and for the time in which
    a source that is asked gives nothing.
    """

    url: kinds.NotifyUrl = ""
    command: str = ""
    timeout: kinds.NumberAboveZero = 10.0
    max_release_age_hours: kinds.NumberAboveZero = 36.0


SAMPLE = Source(
    source_id="sample",
    base_url="http://sample.invalid/dp/frontend/web/index.php",
    title="built-in sample: the real page 50490000-3607 and invented pages in its shape",
    is_invented=True,
    rate=500.0,
    concurrency=4,
    # Its broken pages stay broken, so waiting longer for a server on loopback does not help.
    backoff=0.02,
    is_revisited_always=True,
)
KNOWN_SOURCES = {
    "sample": SAMPLE,
    "bmavisions": Source(
        source_id="bmavisions",
        base_url="http://www.bmavisions.com/dp/frontend/web/index.php",
        title="bmavisions.com",
    ),
    "bs2568": Source(
        source_id="bs2568",
        base_url="https://policy.bangkok.go.th/bs2568/frontend/web/index.php",
        title="policy.bangkok.go.th, 2568",
        also_at=("https://dp.bangkok.go.th/bs2568/frontend/web/index.php",),
    ),
}


class Settings(_Table):
    """All settings of one run. data_dir holds raw/, parsed/, curated/, runs/ and checks/.

    source names one source, several with commas between them, or `all` of those that are not invented.
    """

    data_dir: kinds.Directory = Path("data")
    source: str = "sample"
    fetch: FetchSettings = FetchSettings()
    harvest: HarvestSettings = HarvestSettings()
    parse: ParseSettings = ParseSettings()
    build: BuildSettings = BuildSettings()
    gate: GateSettings = GateSettings()
    report: ReportSettings = ReportSettings()
    alarm: AlarmSettings = AlarmSettings()
    sources: Mapping[kinds.SourceId, Source] = KNOWN_SOURCES

    @field_validator("sources", mode="before")
    @classmethod
    def _named_by_headings(cls, sources: object) -> object:
        if not isinstance(sources, dict):
            return sources
        return {
            source_id: {**options, _HEADING: source_id} if isinstance(options, dict) else options
            for source_id, options in sources.items()
        }

    @field_validator("sources", mode="after")
    @classmethod
    def _polite_elsewhere(cls, sources: Mapping[str, Source]) -> Mapping[str, Source]:
        """The pace of the sample is for its server on loopback; at another address the fetch settings hold."""
        sample = sources.get(SAMPLE.source_id)
        if sample is None or sample.base_url == SAMPLE.base_url:
            return sources
        polite = {"rate": None, "concurrency": None, "backoff": None, "is_revisited_always": False}
        changes = {name: value for name, value in polite.items() if getattr(sample, name) == getattr(SAMPLE, name)}
        return {**sources, SAMPLE.source_id: sample.model_copy(update=changes)}

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
    def checks_dir(self) -> Path:
        return self.data_dir / "checks"

    @property
    def runs_dir(self) -> Path:
        return self.data_dir / "runs"

    @property
    def work_list_file(self) -> Path:
        """The issues that a steward asked about or accepted; it need not be there."""
        return self.data_dir / "acknowledged.csv"
