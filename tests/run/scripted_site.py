"""Sites on loopback that do what a test says, night after night, and the data directory of those who watch them."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pipeline.analyst.query import ask
from pipeline.core.errors import ExitCode
from pipeline.core.log import RunLog
from pipeline.core.settings import BuildSettings, FetchSettings, Settings, Source
from pipeline.core.settings_file import sources_of
from pipeline.core.time import utc_now
from pipeline.publish.releases import Published, latest_release
from pipeline.run.lifecycle import run_stages
from pipeline.run.record import RunRecord
from pipeline.run.refresh import fetch_sources, refresh
from pipeline.sample.server import Reply, SamplePage, answer, fresh_token, listing_page, serve
from tests.build.described_once import described_once
from tests.core.kept_worker import kept_workers
from tests.parsers.projects import LABEL_OF, PLAIN, StoredProject

HTML = "text/html; charset=UTF-8"
# No politeness is due to a site of our own, and no patience with it: every page is asked for every night.
FETCH = FetchSettings(
    rate=0,
    concurrency=4,
    backoff=0.005,
    attempts=2,
    max_requests=0,
    timeout=10,
    max_wait=0.1,
    revisit_monthly_days=0,
)

Shows = Callable[[StoredProject], StoredProject | Reply]


def project(project_id: str, **values: str | None) -> StoredProject:
    """An open project of fiscal year 2570."""
    stored = {"fiscal_year": "2570", "progress": "50", "project_id": project_id, **values}
    return replace(PLAIN, project_id=project_id, headline="50").having(**stored)


def unchanged(stored: StoredProject) -> StoredProject:
    return stored


def login_wall(stored: StoredProject) -> Reply:
    return answer("/dp/frontend/web/index.php?r=site%2Flogin")


def not_found(stored: StoredProject) -> Reply:
    return answer("/nowhere")


class ScriptedSite:
    """Serves its projects, listing and robots.txt; to be changed between two nights.

    shows makes of a project what the site answers; listed is what the listing names, or the answer in its place. clock
    is the site's own, without which its answers bear no Date.
    """

    def __init__(self, *project_ids: str) -> None:
        self.projects = {project_id: project(project_id) for project_id in project_ids}
        self.shows: Shows = unchanged
        self.listed: Sequence[str] | Reply | None = None
        self.is_broken = False
        self.clock: dt.datetime | None = None

    def change(self, project_id: str, **values: str | None) -> None:
        self.projects[project_id] = self.projects[project_id].having(**values)

    def answer(self, target: str) -> Reply:
        """What is shown, with the site's Date where it has a clock."""
        reply = self._answer(target)
        return reply if self.clock is None else reply._replace(headers=(("Date", format_datetime(self.clock)),))

    def _answer(self, target: str) -> Reply:
        if self.is_broken:
            return Reply(503, "text/plain", b"out of order")
        query = parse_qs(urlsplit(target).query)
        if query.get("r") == ["tbl-project-main/index"]:
            return self._listing(query.get("page", ["1"])[-1])
        if query.get("r") == ["tbl-project-main/view"]:
            stored = self.projects.get(query["project_id"][-1])
            shown = self.shows(stored) if stored else answer("/nowhere")
            return shown if isinstance(shown, Reply) else Reply(200, HTML, fresh_token(shown.html().encode()))
        return answer(target)

    def _listing(self, page: str) -> Reply:
        listed = sorted(self.projects) if self.listed is None else self.listed
        if isinstance(listed, Reply):
            return listed
        progress = {one: dict(stored.rows).get(LABEL_OF["progress"]) for one, stored in self.projects.items()}
        pages = [SamplePage(one, "", 200, HTML, True, None, None, None, progress.get(one)) for one in listed]
        return Reply(200, HTML, listing_page(pages, page))


class City:
    """Scripted sites and the data directory of those who watch them."""

    def __init__(self, data_dir: Path, sites: Mapping[str, ScriptedSite], addresses: Mapping[str, str]) -> None:
        self.sites = sites
        sources = {
            source_id: Source(
                source_id=source_id,
                base_url=f"http://{source_id.replace('_', '-')}.test/dp/frontend/web/index.php",
                connect_to=address,
            )
            for source_id, address in addresses.items()
        }
        build = BuildSettings(threads=1, keep_releases=3)
        named = ",".join(sources)
        self.settings = Settings(data_dir=data_dir, source=named, fetch=FETCH, build=build, sources=sources)
        self.now: dt.datetime | None = None
        self.keeps_workers = True

    @property
    def site(self) -> ScriptedSite:
        """The site, where there is one alone."""
        (site,) = self.sites.values()
        return site

    def revisit_by_edits(self) -> None:
        """Ask for each page by the schedule that settings have by default."""
        pace = FetchSettings().revisit_monthly_days
        fetch = self.settings.fetch.model_copy(update={"revisit_monthly_days": pace})
        self.settings = self.settings.model_copy(update={"fetch": fetch})

    def revisit_always(self) -> None:
        """Ask for every page in every run, whether it is due or not."""
        always = {
            source_id: source.model_copy(update={"is_revisited_always": True})
            for source_id, source in self.settings.sources.items()
        }
        self.settings = self.settings.model_copy(update={"sources": always})

    def clock(self) -> dt.datetime:
        return self.now or utc_now()

    def refresh(
        self, source: str | None = None, *, accepted_because: str | None = None
    ) -> tuple[ExitCode, RunRecord, Published | None]:
        """One run of the nightly job in this process, over all sites or over those that are named."""
        settings = self.settings if source is None else self.settings.model_copy(update={"source": source})
        log = RunLog(is_quiet=True)
        with kept_workers() if self.keeps_workers else nullcontext(), described_once():
            return refresh(settings, log, ["refresh"], accepted_because=accepted_because, clock=self.clock)

    def fetch(self) -> tuple[ExitCode, RunRecord]:
        """The first half of a run, for nights whose release is not looked at: nothing is built."""
        log, sources = RunLog(is_quiet=True), sources_of(self.settings)

        def stages(record: RunRecord) -> tuple[ExitCode, None]:
            return fetch_sources(self.settings, sources, record, log, clock=self.clock), None

        with kept_workers():
            code, record, _ = run_stages(
                self.settings, log, "fetch", ["fetch"], stages, sources=sources, clock=self.clock
            )
        return code, record

    @property
    def release(self) -> Path:
        return latest_release(self.settings.curated_dir).path

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return ask(self.release, sql).rows


@contextmanager
def watched(data_dir: Path, *project_ids: str, **sites: ScriptedSite) -> Iterator[City]:
    """A city with one site of these projects or with the named sites, which are up until the block ends."""
    sites = sites or {"city": ScriptedSite(*project_ids)}
    with ExitStack() as stack:
        yield City(data_dir, sites, {name: stack.enter_context(serve(site.answer)) for name, site in sites.items()})
