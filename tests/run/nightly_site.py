"""Made-up projects in the shape of the real page, on sites on loopback that change from night to night."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from pipeline.archive.segments import sealed_segments
from pipeline.core.log import RunLog
from pipeline.core.settings import FetchSettings, Settings, Source
from pipeline.core.time import utc_now
from pipeline.parse.stage import parse_segment
from pipeline.parse.worker import partition_dir
from pipeline.publish.releases import Published
from pipeline.run.build_release import build_and_publish
from pipeline.run.fetch_source import fetch_source
from pipeline.run.record import RunRecord, new_record, write_record
from pipeline.sample.server import Reply, SamplePage, fresh_token, listing_page, serve

SITE = files("pipeline") / "sample" / "site"
REAL_PAGE = SITE.joinpath("pages", "50490000-3607.html").read_text(encoding="utf-8")
LOGIN = SITE.joinpath("other", "login.html").read_bytes()
NOT_FOUND = SITE.joinpath("other", "not-found.html").read_bytes()
HTML = "text/html; charset=UTF-8"
IDS = [f"50490000-{number:04}" for number in range(1, 23)]
# No politeness is due to a site of our own, and no patience with what it is told to refuse.
FETCH = FetchSettings(rate=0, concurrency=4, timeout=5, attempts=1, backoff=0.01, max_wait=0.1)

Change = Callable[[str, str], Reply | str]


def unchanged(project_id: str, page: str) -> str:
    """A page as it stands."""
    return page


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """What a site does in one night, and what it is asked for.

    change makes of a page what the site answers; listed is what its listing names, or the answer it gives instead; ids
    are the pages asked for when the listing is not read.
    """

    change: Change = unchanged
    listed: Sequence[str] | Reply = tuple(IDS)
    ids: Sequence[str] | None = None

    def answer(self, target: str) -> Reply:
        query = {name: values[-1] for name, values in parse_qs(urlsplit(target).query).items()}
        if query.get("r") == "tbl-project-main/index":
            if isinstance(self.listed, Reply):
                return self.listed
            return Reply(200, HTML, listing_page([_entry(one) for one in self.listed], query.get("page", "1")))
        if query.get("project_id") not in IDS:
            return Reply(404, HTML, NOT_FOUND)
        made = self.change(query["project_id"], page_of(query["project_id"]))
        return made if isinstance(made, Reply) else Reply(200, HTML, fresh_token(made.encode()))


class Night(NamedTuple):
    """What one run came to."""

    record: RunRecord
    published: Published

    @property
    def rules(self) -> dict[str, list[str]]:
        """The rules that refused the release by the source they speak of, without their figures."""
        found: dict[str, list[str]] = {}
        for reason in self.published.reasons:
            rule, source_id, _ = reason.split(": ", 2)
            found.setdefault(source_id, []).append(rule)
        return found


class NightlySites:
    """Refreshes one data directory night by night, from any number of sites that do what their scene says."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    @property
    def latest(self) -> Path:
        return (self.data_dir / "curated" / "latest").resolve()

    def night(self, **scenes: Scene) -> Night:
        """One run over the named sources, all stages in this process: no pool of workers for a few hundred pages."""
        with ExitStack() as open_sites:
            sources = {
                source_id: Source(
                    source_id=source_id,
                    base_url=f"http://{source_id}.invalid/dp/frontend/web/index.php".replace("_", "-"),
                    connect_to=open_sites.enter_context(serve(scene.answer)),
                    is_revisited_always=True,
                )
                for source_id, scene in scenes.items()
            }
            settings = Settings(data_dir=self.data_dir, sources=sources, fetch=FETCH)
            log = RunLog(is_quiet=True)
            record = new_record(settings, "refresh", [], list(sources.values()), utc_now())
            for source_id, scene in scenes.items():
                fetch_source(settings, sources[source_id], record, log, scene.ids)
        for segment in sealed_segments(settings.raw_dir):
            if not partition_dir(settings.parsed_dir, segment.name).exists():
                parse_segment(segment, settings.parsed_dir)
        published = build_and_publish(settings, record, log)
        write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")
        return Night(record, published)


def page_of(project_id: str) -> str:
    """The page of one project as it stands on a night without change."""
    return REAL_PAGE.replace("50490000-3607", project_id).replace(
        "สภาคนเมืองประจำเขต</td>", f"แห่งที่ {project_id[-2:]}</td>"
    )


def edited(page: str, label: str, value: str) -> str:
    """The page with another value behind a label, wherever the label stands."""
    return re.sub(rf"(<th>{re.escape(label)}</th><td>)[^<]*", rf"\g<1>{value}", page)


def _entry(project_id: str) -> SamplePage:
    return SamplePage(project_id, "", 200, HTML, True, "2566", "โครงการ", "สำนักงานเขตทุ่งครุ", "100")
