"""What a page that came means for the project that was asked for, and its row in the fetch log."""

import hashlib
import re
from typing import NamedTuple

from parsers.html_page import read_page
from parsers.page import Page, PageKind, content_sha256, wrong_project
from pipeline.archive.fetch_log import FetchLogRow, Outcome, snapshot_id
from pipeline.archive.page_history import KnownPage
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.warc import Capture
from pipeline.fetch.client import CAN_HEAL, IS_REFUSED, Reply

_HEALING_KINDS = frozenset({PageKind.SERVER_ERROR, PageKind.TRUNCATED, PageKind.EMPTY, PageKind.MAINTENANCE})
_HEALING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_CSRF_TOKEN = re.compile(rb'<meta name="csrf-token" content=("[A-Za-z0-9+/=_-]{20,200}")')
_HEAD = 4096


class Verdict(NamedTuple):
    """What a reply means for the page that was asked for."""

    outcome: Outcome
    page_kind: str | None
    content_sha256: str | None
    error: str | None
    can_heal: bool
    masked_sha256: str | None = None


def judge(reply: Reply, project_id: str, known: KnownPage | None) -> Verdict:
    """Say what a reply means: only a whole page of the very project that was asked for is a success."""
    if reply.trouble is not None:
        outcome = Outcome.REFUSED if reply.trouble in IS_REFUSED else Outcome.FAILED
        return Verdict(outcome, None, None, reply.error, reply.trouble in CAN_HEAL)
    if reply.status == 304:
        if known is not None and known.content_sha256 is not None:
            return Verdict(Outcome.UNCHANGED, PageKind.PROJECT, known.content_sha256, None, can_heal=False)
        return Verdict(Outcome.FAILED, None, None, "HTTP 304 to a request without conditions", can_heal=False)
    content_type = reply.header("content-type")
    masked = masked_sha256(reply.body, reply.status, content_type)
    if known is not None and known.content_sha256 is not None and known.masked_sha256 == masked:
        return Verdict(Outcome.UNCHANGED, PageKind.PROJECT, known.content_sha256, None, False, masked)
    page = read_page(reply.body, status=reply.status or 0, content_type=content_type, location=reply.header("location"))
    verdict = judge_page(page, project_id, known.content_sha256 if known else None)
    can_heal = verdict.can_heal or reply.status in _HEALING_STATUSES
    return verdict._replace(can_heal=can_heal, masked_sha256=masked)


def masked_sha256(body: bytes, status: int | None, content_type: str | None) -> str:
    """Fingerprint a response but for its CSRF token, the one thing in which two of the same page always differ.

    Two responses with this in common need no reading to be the same; two without may be the same all the same. The
    token is taken out where it is a whole attribute value, which no stored text can imitate: Yii2 escapes its quotes.
    """
    token = _CSRF_TOKEN.search(body, 0, _HEAD)
    if token is not None:
        body = body.replace(token[1], b'""')
    return hashlib.sha256(f"{status} {content_type}\n".encode("utf-8", "surrogateescape") + body).hexdigest()


def judge_page(page: Page, project_id: str, known_content: str | None) -> Verdict:
    """Say what a page means for the project it should be about; known_content fingerprints its last success."""
    fingerprint = content_sha256(page)
    if page.kind is PageKind.PROJECT:
        wrong = wrong_project(page, project_id)
        if wrong is not None:
            return Verdict(Outcome.REFUSED, page.kind, fingerprint, wrong, can_heal=False)
        return Verdict(judge_content(fingerprint, known_content), page.kind, fingerprint, None, can_heal=False)
    outcome = Outcome.MISSING if page.kind is PageKind.NOT_FOUND else Outcome.FAILED
    return Verdict(outcome, page.kind, fingerprint, page.reason, page.kind in _HEALING_KINDS)


def judge_content(fingerprint: str, known_content: str | None) -> Outcome:
    """Compare what a page says with what it said at its last success."""
    if known_content is None:
        return Outcome.NEW
    return Outcome.UNCHANGED if known_content == fingerprint else Outcome.CHANGED


def describe_visit(
    archive: ArchiveWriter,
    project_id: str | None,
    url: str,
    reply: Reply,
    verdict: Verdict,
    known: KnownPage | None,
    attempts: int,
) -> tuple[FetchLogRow, Capture | None]:
    """The row of one visit, and what came when it is to be archived: it is new, or evidence nobody has yet."""
    capture = Capture(
        reply.url,
        reply.requested_at,
        reply.body,
        reply.header("content-type"),
        reply.status,
        reply.reason,
        reply.headers,
        reply.request_headers,
    )
    row = describe_capture(
        archive,
        project_id,
        url,
        capture,
        verdict,
        known,
        attempts,
        reply.elapsed_ms,
        is_whole=reply.trouble is None,
    )
    return row, None if row.snapshot_id is None else capture


def describe_capture(
    archive: ArchiveWriter,
    project_id: str | None,
    url: str,
    capture: Capture,
    verdict: Verdict,
    known: KnownPage | None,
    attempts: int = 1,
    elapsed_ms: int = 0,
    *,
    is_whole: bool = True,
) -> FetchLogRow:
    """The row of one capture; it has a snapshot id unless its content is archived already or it is not whole."""
    body_sha256 = hashlib.sha256(capture.body).hexdigest() if is_whole else None
    is_news = verdict.outcome in (Outcome.NEW, Outcome.CHANGED) or (
        verdict.outcome is not Outcome.UNCHANGED and (known is None or known.evidence_sha256 != verdict.content_sha256)
    )
    name = None
    if body_sha256 is not None and is_news:
        name = snapshot_id(archive.source_id, project_id, capture.captured_at, body_sha256)
    return FetchLogRow(
        run_id=archive.run_id,
        source_id=archive.source_id,
        project_id=project_id,
        snapshot_id=name,
        url=url,
        requested_at=capture.captured_at,
        outcome=verdict.outcome.value,
        page_kind=verdict.page_kind,
        http_status=capture.status,
        attempts=attempts,
        elapsed_ms=elapsed_ms,
        bytes=len(capture.body) if is_whole else None,
        body_sha256=body_sha256,
        content_sha256=verdict.content_sha256,
        etag=capture.header("etag"),
        last_modified=capture.header("last-modified"),
        error=_printable(verdict.error),
        warc_file=None,
        warc_offset=None,
        masked_sha256=verdict.masked_sha256,
    )


def _printable(text: str | None) -> str | None:
    """What a site says goes to logs and terminals: no control characters, and not without end."""
    if text is None:
        return None
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:500])
