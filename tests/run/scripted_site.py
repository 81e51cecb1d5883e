"""A site on loopback that does what the script of a test says, night after night."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pipeline.analyst.query import ask
from pipeline.core.errors import ExitCode
from pipeline.core.log import RunLog
from pipeline.core.settings import BuildSettings, FetchSettings, Settings, Source
from pipeline.core.time import utc_now
from pipeline.publish.releases import Published, latest_release
from pipeline.run.record import RunRecord
from pipeline.run.refresh import refresh
from pipeline.sample.server import Reply, SamplePage, answer, fresh_token, listing_page, serve
from tests.parsers.projects import PLAIN, StoredProject

BASE_URL = "http://city.test/dp/frontend/web/index.php"
HTML = "text/html; charset=UTF-8"
FETCH = FetchSettings(rate=0, concurrency=4, backoff=0.005, attempts=2, max_requests=0, timeout=10)


def project(project_id: str, **values: str | None) -> StoredProject:
    """An open project of fiscal year 2570."""
    stored = {"fiscal_year": "2570", "progress": "50", "project_id": project_id, **values}
    return replace(PLAIN, project_id=project_id, headline="50").having(**stored)


class ScriptedSite:
    """Serves its projects, listing and robots.txt; change `projects` between two nights."""

    def __init__(self, *project_ids: str) -> None:
        self.projects = {project_id: project(project_id) for project_id in project_ids}
        self.is_login_wall = False
        self.is_broken = False

    def change(self, project_id: str, **values: str | None) -> None:
        self.projects[project_id] = self.projects[project_id].having(**values)

    def answer(self, target: str) -> Reply:
        if self.is_broken:
            return Reply(503, "text/plain", b"out of order")
        query = parse_qs(urlsplit(target).query)
        if query.get("r") == ["tbl-project-main/index"]:
            pages = [SamplePage(one, "", 200, HTML, True, None, None, None, None) for one in sorted(self.projects)]
            return Reply(200, HTML, listing_page(pages, query.get("page", ["1"])[-1]))
        if query.get("r") == ["tbl-project-main/view"]:
            if self.is_login_wall:
                return answer("/dp/frontend/web/index.php?r=site%2Flogin")
            stored = self.projects.get(query["project_id"][-1])
            if stored is None:
                return answer("/nowhere")
            return Reply(200, HTML, fresh_token(stored.html().encode()))
        return answer(target)


class City:
    """A scripted site and the data directory of those who watch it."""

    def __init__(self, data_dir: Path, site: ScriptedSite, address: str) -> None:
        self.site = site
        source = Source(source_id="city", base_url=BASE_URL, connect_to=address)
        build = BuildSettings(threads=1, keep_releases=3)
        self.settings = Settings(data_dir=data_dir, source="city", fetch=FETCH, build=build, sources={"city": source})
        self.now: dt.datetime | None = None

    def clock(self) -> dt.datetime:
        return self.now or utc_now()

    def refresh(self, accepted_because: str | None = None) -> tuple[ExitCode, RunRecord, Published | None]:
        """One run of the nightly job in this process."""
        log = RunLog(is_quiet=True)
        return refresh(self.settings, log, ["refresh"], accepted_because=accepted_because, clock=self.clock)

    @property
    def release(self) -> Path:
        return latest_release(self.settings.curated_dir).path

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return ask(self.release, sql).rows


@contextmanager
def watched(data_dir: Path, *project_ids: str) -> Iterator[City]:
    """A city with these projects, its site up until the block ends."""
    site = ScriptedSite(*project_ids)
    with serve(site.answer) as address:
        yield City(data_dir, site, address)
