"""One run against one source, for callers without an event loop: read the listing, then visit the pages that are due.

with ArchiveWriter(...) as archive, FetchRun(source, settings.fetch, archive, raw_dir, parsed_dir=parsed_dir) as run:
    discovery = run.discover()
    plan = make_plan(discovery.project_ids, run.known, facts, now, settings.fetch)
    summary = run.visit(plan)
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.archive.history.page_history import every_page_state
from pipeline.archive.run_order import sealed_last, sealed_logs
from pipeline.archive.segments import ArchiveWriter
from pipeline.core.settings import FetchSettings, Source
from pipeline.core.time import Clock, utc_now
from pipeline.fetch.crawl import CrawlSummary, Progress, visit_pages
from pipeline.fetch.discover import Discovery, discover_listing
from pipeline.fetch.schedule import Plan
from pipeline.fetch.server_clock import ServerClock
from pipeline.fetch.site import Site, open_site
from pipeline.fetch.site_pages import read_robots


class FetchRun:
    """Holds the site open between discovery and the visits: one session, one pace, one robots.txt, one budget.

    known is what the sealed logs say of every project page, read once at the start; in parsed_dir lies its history.
    """

    def __init__(
        self,
        source: Source,
        settings: FetchSettings,
        archive: ArchiveWriter,
        raw_dir: Path,
        clock: Clock | None = None,
        *,
        parsed_dir: Path | None = None,
    ) -> None:
        self._source, self._settings, self._archive, self._clock = source, settings, archive, clock
        now = (clock or utc_now)()
        self.known, self._site_pages = every_page_state(raw_dir, source.source_id, now, parsed_dir=parsed_dir)
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self._site: Site | None = None
        self._server_clock = ServerClock(sealed_last(sealed_logs(raw_dir)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._open.aclose())
        finally:
            self._runner.close()

    def discover(self) -> Discovery:
        """Read the site's listing. Raises ArchiveError when the archive cannot be written."""
        return self._runner.run(self._discover())

    def visit(self, plan: Plan, progress: Progress | None = None) -> CrawlSummary:
        """Visit the pages of a plan in its order; progress gets the fetch-log row of each.

        Raises ArchiveError when the archive cannot be written.
        """
        return self._runner.run(self._visit(plan, progress))

    async def _discover(self) -> Discovery:
        return await discover_listing(await self._opened(), self._archive, self._site_pages)

    async def _visit(self, plan: Plan, progress: Progress | None) -> CrawlSummary:
        return await visit_pages(await self._opened(), self._archive, plan, self.known, progress)

    async def _opened(self) -> Site:
        if self._site is None:
            site = await self._open.enter_async_context(
                open_site(self._source, self._settings, self._clock, self._server_clock)
            )
            await read_robots(site, self._archive, self._site_pages)
            self._site = site
        return self._site
