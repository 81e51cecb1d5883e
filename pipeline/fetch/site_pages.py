"""The other pages of a site, robots.txt and the listing: their rows in the fetch log."""

import hashlib
from collections.abc import Mapping

from pipeline.archive.fetch_log import FetchLogRow, Outcome
from pipeline.archive.history.page_history import PageState
from pipeline.archive.page_outcome import FetchOutcome, compare_content
from pipeline.archive.segments import ArchiveWriter
from pipeline.core.arrow_schema import Sha256
from pipeline.fetch.client import IS_REFUSED, Reply
from pipeline.fetch.outcome import visit_row
from pipeline.fetch.site import RunOverError, Site


async def read_robots(site: Site, archive: ArchiveWriter, known: Mapping[str, PageState]) -> None:
    """Read robots.txt, obey it from now on, and keep it as evidence of what was allowed."""
    try:
        reply = await site.read_robots()
    except RunOverError:
        return  # the next request raises it again, and there the reason is reported
    log_site_page(archive, site.robots_url, reply, known, "robots", hashlib.sha256(reply.body).digest(), attempts=1)


def log_site_page(
    archive: ArchiveWriter,
    url: str,
    reply: Reply,
    known: Mapping[str, PageState],
    page_kind: str,
    fingerprint: Sha256,
    attempts: int,
) -> FetchLogRow:
    """Log robots.txt or a listing page, and archive it when it changed."""
    page = known.get(url)
    if reply.trouble is not None:
        outcome = Outcome.REFUSED if reply.trouble in IS_REFUSED else Outcome.FAILED
        verdict = FetchOutcome(outcome, None, None, reply.error, can_heal=True)
    elif reply.status in (404, 410):
        verdict = FetchOutcome(Outcome.MISSING, page_kind, fingerprint, None, can_heal=False)
    elif reply.status != 200:
        verdict = FetchOutcome(Outcome.FAILED, page_kind, fingerprint, f"HTTP {reply.status}", can_heal=True)
    else:
        verdict = FetchOutcome(
            compare_content(fingerprint, page.content_sha256 if page else None),
            page_kind,
            fingerprint,
            None,
            can_heal=False,
        )
    row, capture = visit_row(archive, None, url, reply, verdict, page, attempts)
    return archive.append(row, capture)
