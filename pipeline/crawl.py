"""Visits project pages: asks the site, judges what came, archives it, writes the fetch log."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from parsers.html import read_page
from parsers.page import PageKind, content_sha256, wrong_project
from pipeline.archive import ArchiveWriter
from pipeline.fetch import CAN_HEAL, IS_REFUSED, Reply, RunOverError, Site, Trouble
from pipeline.fetch_log import FetchLogRow, Outcome, snapshot_id
from pipeline.known import KnownPage
from pipeline.schedule import Visit
from pipeline.warc import Capture, Headers

_HEALING_KINDS = frozenset({PageKind.SERVER_ERROR, PageKind.TRUNCATED, PageKind.EMPTY, PageKind.MAINTENANCE})
_HEALING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

Progress = Callable[[FetchLogRow], None]


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """What became of the pages that were due; ended_early says why a run stopped before the end of its plan."""

    due: int
    new: int
    changed: int
    unchanged: int
    missing: int
    failed: int
    refused: int
    requests: int
    ended_early: str | None

    @property
    def visited(self) -> int:
        """Pages that have an outcome."""
        return self.new + self.changed + self.unchanged + self.missing + self.failed + self.refused


class Verdict(NamedTuple):
    """What a reply means for the page that was asked for."""

    outcome: Outcome
    page_kind: str | None
    content_sha256: str | None
    error: str | None
    can_heal: bool


async def visit_pages(
    site: Site,
    archive: ArchiveWriter,
    visits: Sequence[Visit],
    known: Mapping[str, KnownPage],
    progress: Progress | None = None,
) -> CrawlSummary:
    """Visit the pages of a plan in its order, with as many workers as the site may have connections.

    Raises ArchiveError when the archive cannot be written.
    """
    outcomes: Counter[str] = Counter()
    queue = iter(visits)
    ended_early: list[str] = []

    async def work() -> None:
        try:
            for visit in queue:
                row = await _visit(site, archive, visit.project_id, known.get(visit.project_id))
                outcomes[row.outcome] += 1
                if progress is not None:
                    progress(row)
        except RunOverError as over:
            ended_early.append(str(over))

    workers = [asyncio.create_task(work()) for _ in range(min(site.concurrency, len(visits)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
    counts = {outcome.value: outcomes[outcome] for outcome in Outcome}
    reason = ended_early[0] if ended_early and outcomes.total() < len(visits) else None
    return CrawlSummary(due=len(visits), requests=site.requests, ended_early=reason, **counts)


async def read_robots(site: Site, archive: ArchiveWriter, known: Mapping[str, KnownPage]) -> None:
    """Read robots.txt, obey it from now on, and keep it as evidence of what was allowed."""
    reply = await site.read_robots()
    log_neighbour(archive, reply, known, "robots", hashlib.sha256(reply.body).hexdigest())


def log_neighbour(
    archive: ArchiveWriter,
    reply: Reply,
    known: Mapping[str, KnownPage],
    page_kind: str,
    fingerprint: str,
) -> FetchLogRow:
    """Log a page that is no project page (robots.txt, a listing page) and archive it when it changed."""
    page = known.get(reply.url)
    if reply.trouble is not None:
        verdict = Verdict(Outcome.FAILED, None, None, reply.error, can_heal=True)
    elif reply.status in (404, 410):
        verdict = Verdict(Outcome.MISSING, page_kind, fingerprint, None, can_heal=False)
    elif reply.status != 200:
        verdict = Verdict(Outcome.FAILED, page_kind, fingerprint, f"HTTP {reply.status}", can_heal=True)
    else:
        verdict = Verdict(_success(page, fingerprint), page_kind, fingerprint, None, can_heal=False)
    return _log(archive, None, reply, verdict, page, attempts=1)


def project_url(base_url: str, project_id: str) -> str:
    """The address of a project page; whatever the id holds, it stays inside its parameter."""
    return f"{base_url}?r=tbl-project-main%2Fview&project_id={quote(project_id, safe='', errors='replace')}"


def judge(reply: Reply, project_id: str, page: KnownPage | None) -> Verdict:
    """Say what a reply means: only a whole page of the very project that was asked for is a success."""
    if reply.trouble is not None:
        outcome = Outcome.REFUSED if reply.trouble in IS_REFUSED else Outcome.FAILED
        return Verdict(outcome, None, None, reply.error, reply.trouble in CAN_HEAL)
    if reply.status == 304:
        if page is not None and page.content_sha256 is not None:
            return Verdict(Outcome.UNCHANGED, PageKind.PROJECT, page.content_sha256, None, can_heal=False)
        return Verdict(Outcome.FAILED, None, None, "HTTP 304 to a request without conditions", can_heal=False)
    found = read_page(
        reply.body,
        status=reply.status or 0,
        content_type=reply.header("content-type"),
        location=reply.header("location"),
    )
    fingerprint = content_sha256(found)
    if found.kind is PageKind.PROJECT:
        wrong = wrong_project(found, project_id)
        if wrong is not None:
            return Verdict(Outcome.REFUSED, found.kind, fingerprint, wrong, can_heal=False)
        return Verdict(_success(page, fingerprint), found.kind, fingerprint, None, can_heal=False)
    if found.kind is PageKind.NOT_FOUND:
        return Verdict(Outcome.MISSING, found.kind, fingerprint, found.reason, can_heal=False)
    can_heal = found.kind in _HEALING_KINDS or reply.status in _HEALING_STATUSES
    return Verdict(Outcome.FAILED, found.kind, fingerprint, found.reason, can_heal)


async def _visit(site: Site, archive: ArchiveWriter, project_id: str, page: KnownPage | None) -> FetchLogRow:
    url = project_url(site.source.base_url, project_id)
    if not site.allows(url):
        reply = Reply(url, site.clock(), 0, trouble=Trouble.DISALLOWED, error="robots.txt disallows this page")
        return _log(archive, project_id, reply, judge(reply, project_id, page), page, attempts=0)
    attempts = 0
    while True:
        try:
            reply = await site.ask(url, _conditions(page))
        except RunOverError:
            if attempts == 0:
                raise
            break
        attempts += 1
        verdict = judge(reply, project_id, page)
        if not verdict.can_heal or attempts >= site.settings.attempts:
            break
        await site.back_off(attempts)
    return _log(archive, project_id, reply, verdict, page, attempts)


def _conditions(page: KnownPage | None) -> Headers:
    if page is None or page.content_sha256 is None:
        return ()
    wanted = (("If-None-Match", page.etag), ("If-Modified-Since", page.last_modified))
    return tuple((name, value) for name, value in wanted if value is not None)


def _success(page: KnownPage | None, fingerprint: str) -> Outcome:
    if page is None or page.content_sha256 is None:
        return Outcome.NEW
    return Outcome.UNCHANGED if page.content_sha256 == fingerprint else Outcome.CHANGED


def _log(
    archive: ArchiveWriter,
    project_id: str | None,
    reply: Reply,
    verdict: Verdict,
    page: KnownPage | None,
    attempts: int,
) -> FetchLogRow:
    """Write the row of one visit, with the body when it is new, or evidence that is not archived yet."""
    is_whole = reply.status is not None and reply.trouble is None
    body_sha256 = hashlib.sha256(reply.body).hexdigest() if is_whole else None
    is_news = verdict.outcome in (Outcome.NEW, Outcome.CHANGED) or (
        verdict.outcome is not Outcome.UNCHANGED and (page is None or page.evidence_sha256 != verdict.content_sha256)
    )
    name = None
    if body_sha256 is not None and is_news:
        name = snapshot_id(archive.source_id, project_id, reply.requested_at, body_sha256)
    row = FetchLogRow(
        run_id=archive.run_id,
        source_id=archive.source_id,
        project_id=project_id,
        snapshot_id=name,
        url=reply.url,
        requested_at=reply.requested_at,
        outcome=verdict.outcome.value,
        page_kind=verdict.page_kind,
        http_status=reply.status,
        attempts=attempts,
        elapsed_ms=reply.elapsed_ms,
        bytes=len(reply.body) if is_whole else None,
        body_sha256=body_sha256,
        content_sha256=verdict.content_sha256,
        etag=reply.header("etag"),
        last_modified=reply.header("last-modified"),
        error=_printable(verdict.error),
        warc_file=None,
        warc_offset=None,
    )
    return archive.append(row, None if name is None else _capture(reply))


def _capture(reply: Reply) -> Capture:
    return Capture(
        reply.url,
        reply.requested_at,
        reply.body,
        reply.header("content-type"),
        reply.status,
        reply.reason,
        reply.headers,
        reply.request_headers,
    )


def _printable(text: str | None) -> str | None:
    """What a site says goes to logs and terminals: no control characters, and not without end."""
    if text is None:
        return None
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:500])
