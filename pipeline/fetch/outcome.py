"""What a visit means: the outcome of a reply, and the row of the visit in the fetch log."""

import asyncio
import hashlib
import re

from parsers.page import PageKind
from pipeline.archive.fetch_log import FetchLogRow, Outcome
from pipeline.archive.history.page_history import PageState
from pipeline.archive.page_outcome import FetchOutcome, capture_row, page_outcome, repeated_snapshot, unread_outcome
from pipeline.archive.pages import PageReader
from pipeline.archive.response_age import dated_by_age
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.warc import Capture
from pipeline.core.arrow_schema import Sha256
from pipeline.core.worker_process import WorkerDiedError
from pipeline.fetch.client import CAN_HEAL, IS_REFUSED, Reply

_HEALING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_CSRF_TOKEN = re.compile(rb'<meta name="csrf-token" content=("[A-Za-z0-9+/=_-]{20,200}")')
_HEAD = 4096


async def reply_outcome(reply: Reply, project_id: str, known: PageState | None, reader: PageReader) -> FetchOutcome:
    """Say what a reply means: only a whole page of the project that was asked for is a success.

    Args:
        reply: the answer to a request for the page.
        project_id: the project that was asked for.
        known: the state of the page by the fetch log.
        reader: reads the page, unless its bytes already show that it has not changed.
    """
    if reply.trouble is not None:
        outcome = Outcome.REFUSED if reply.trouble in IS_REFUSED else Outcome.FAILED
        return FetchOutcome(outcome, None, None, reply.error, reply.trouble in CAN_HEAL)
    if reply.status == 304:
        if known is not None and known.content_sha256 is not None:
            return FetchOutcome(Outcome.UNCHANGED, PageKind.PROJECT, known.content_sha256, None, can_heal=False)
        return FetchOutcome(Outcome.FAILED, None, None, "HTTP 304 to a request without conditions", can_heal=False)
    content_type = reply.header("content-type")
    masked = masked_sha256(reply.body, reply.status, content_type)
    if known is not None and known.content_sha256 is not None and known.masked_sha256 == masked:
        return FetchOutcome(Outcome.UNCHANGED, PageKind.PROJECT, known.content_sha256, None, False, masked)
    try:
        page = await asyncio.wrap_future(reader.read_summary(capture_of(reply), project_id))
    except WorkerDiedError as death:
        return unread_outcome(death, masked)._replace(masked_sha256=masked)
    verdict = page_outcome(page, known.content_sha256 if known else None)
    can_heal = verdict.can_heal or reply.status in _HEALING_STATUSES
    return verdict._replace(can_heal=can_heal, masked_sha256=masked)


def masked_sha256(body: bytes, status: int | None, content_type: str | None) -> Sha256:
    """Fingerprint a response without its CSRF token, the only part that always differs between two answers.

    Two responses with the same fingerprint have the same content and need no reading; with different ones the content
    may still be the same. The token is taken out where it is a whole attribute value, which no stored text can imitate:
    Yii2 escapes its quotes.
    """
    token = _CSRF_TOKEN.search(body, 0, _HEAD)
    if token is not None:
        body = body.replace(token[1], b'""')
    return hashlib.sha256(f"{status} {content_type}\n".encode("utf-8", "surrogateescape") + body).digest()


def visit_row(
    archive: ArchiveWriter,
    project_id: str | None,
    url: str,
    reply: Reply,
    verdict: FetchOutcome,
    known: PageState | None,
    attempts: int,
) -> tuple[FetchLogRow, Capture | None]:
    """The row of one visit, and its capture if it is to be archived: new content, or evidence not archived yet."""
    capture = dated_by_age(capture_of(reply))
    if known is not None and known.masked_sha256 == verdict.masked_sha256:
        verdict = verdict._replace(masked_sha256=None)
    row = capture_row(
        archive,
        project_id,
        url,
        capture,
        verdict,
        repeats=repeated_snapshot(verdict, known),
        attempts=attempts,
        elapsed_ms=reply.elapsed_ms,
        is_whole=reply.trouble is None,
    )
    return row, None if row.snapshot_id is None else capture


def capture_of(reply: Reply) -> Capture:
    """A reply as a capture."""
    return Capture(
        reply.url,
        reply.requested_at,
        reply.body,
        reply.header("content-type"),
        reply.status,
        reply.reason,
        reply.headers,
        reply.request_headers,
        reply.note,
    )
