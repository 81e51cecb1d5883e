"""Thirty made-up projects in the shape of the real page, on loopback, that change from night to night."""

import dataclasses
import re
import shutil
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from pipeline.archive import sealed_segments
from pipeline.build_stage import build_and_publish
from pipeline.fetch_stage import fetch_source
from pipeline.narrator import Narrator
from pipeline.parse import parse_segment, part_dir
from pipeline.publish import Published
from pipeline.refresh import ExitCode, new_record, refresh
from pipeline.run_record import RunRecord, write_record
from pipeline.sample import Reply, SamplePage, fresh_token, listing_page, serve
from pipeline.settings import FetchSettings, Settings, Source

SITE = files("pipeline") / "sample_site"
REAL_PAGE = SITE.joinpath("pages", "50490000-3607.html").read_text(encoding="utf-8")
LOGIN = SITE.joinpath("other", "login.html").read_bytes()
NOT_FOUND = SITE.joinpath("other", "not-found.html").read_bytes()
HTML = "text/html; charset=UTF-8"
IDS = [f"50490000-{number:04}" for number in range(1, 31)]
# No politeness is due to a site of our own, and no patience with what it is told to refuse.
FETCH = FetchSettings(rate=0, concurrency=4, timeout=5, attempts=1, backoff=0.01, max_wait=0.1)

Change = Callable[[str, str], Reply | str]


class Night(NamedTuple):
    """What one run came to."""

    record: RunRecord
    published: Published

    @property
    def rules(self) -> list[str]:
        """The rules that refused the release, without their figures."""
        return [reason.partition(":")[0] for reason in self.published.reasons]


class NightlySite:
    """Refreshes one data directory night by night; `change` says what the site makes of a page before it answers."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def copy(self, data_dir: Path) -> "NightlySite":
        shutil.copytree(self.data_dir, data_dir, symlinks=True)
        return NightlySite(data_dir)

    @property
    def latest(self) -> Path:
        return (self.data_dir / "curated" / "latest").resolve()

    def night(
        self,
        change: Change = lambda project_id, page: page,
        *,
        listed: Sequence[str] = tuple(IDS),
        ids: Sequence[str] | None = None,
        source_id: str = "district",
        accept: str | None = None,
    ) -> Night:
        def answer(target: str) -> Reply:
            query = {name: values[-1] for name, values in parse_qs(urlsplit(target).query).items()}
            if query.get("r") == "tbl-project-main/index":
                return Reply(200, HTML, listing_page([_entry(one) for one in listed], query.get("page", "1")))
            if query.get("project_id") not in IDS:
                return Reply(404, HTML, NOT_FOUND)
            made = change(query["project_id"], page_of(query["project_id"]))
            return made if isinstance(made, Reply) else Reply(200, HTML, fresh_token(made.encode()))

        with serve(answer) as address:
            source = Source(
                source_id,
                f"http://{source_id}.invalid/dp/frontend/web/index.php",
                connect_to=address,
                is_revisited_always=True,
            )
            settings = dataclasses.replace(
                Settings(), data_dir=self.data_dir, source=source_id, sources={source_id: source}, fetch=FETCH
            )
            return self._run(settings, source, ids, accept)

    def _run(self, settings: Settings, source: Source, ids: Sequence[str] | None, accept: str | None) -> Night:
        """The stages of a refresh in this process: a pool of workers is not worth starting for thirty pages."""
        narrator = Narrator(is_quiet=True)
        record = new_record(settings, "refresh", [], [source])
        fetch_source(settings, source, record, narrator, ids)
        for segment in sealed_segments(settings.raw_dir):
            if not part_dir(settings.parsed_dir, segment.name).exists():
                parse_segment(segment, settings.parsed_dir)
        published = build_and_publish(settings, record, narrator, accepted_because=accept)
        write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")
        return Night(record, published)


class RefreshedSite(NightlySite):
    """The same through `bma-projects refresh` as a whole; `code` is what its last run said to cron."""

    code: ExitCode

    def _run(self, settings: Settings, source: Source, ids: Sequence[str] | None, accept: str | None) -> Night:
        narrator = Narrator(is_quiet=True)
        self.code, record, published = refresh(settings, narrator, [], project_ids=ids, accepted_because=accept)
        assert published is not None
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
