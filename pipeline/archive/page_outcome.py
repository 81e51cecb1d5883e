"""What a page means for the project that it should be of, and its row in the fetch log."""

import hashlib
from typing import NamedTuple

from parsers.page import Page, PageKind, content_sha256, wrong_project
from pipeline.archive.fetch_log import FetchLogRow, Outcome, snapshot_id
from pipeline.archive.page_history import PageState
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.warc import Capture
from pipeline.core.worker_process import WorkerDiedError

_HEALING_KINDS = frozenset({PageKind.SERVER_ERROR, PageKind.TRUNCATED, PageKind.EMPTY, PageKind.MAINTENANCE})


class FetchOutcome(NamedTuple):
    """What a reply means for the page that was asked for."""

    outcome: Outcome
    page_kind: str | None
    content_sha256: str | None
    error: str | None
    can_heal: bool
    masked_sha256: str | None = None


def page_outcome(page: Page, project_id: str, known_content: str | None) -> FetchOutcome:
    """Say what a page means for the project it should be about; known_content fingerprints its last success."""
    fingerprint = content_sha256(page)
    if page.kind is PageKind.PROJECT:
        wrong = wrong_project(page, project_id)
        if wrong is not None:
            return FetchOutcome(Outcome.REFUSED, page.kind, fingerprint, wrong, can_heal=False)
        return FetchOutcome(compare_content(fingerprint, known_content), page.kind, fingerprint, None, can_heal=False)
    outcome = Outcome.MISSING if page.kind is PageKind.NOT_FOUND else Outcome.FAILED
    return FetchOutcome(outcome, page.kind, fingerprint, page.reason, page.kind in _HEALING_KINDS)


def unread_outcome(death: WorkerDiedError, fingerprint: str) -> FetchOutcome:
    """Say what a page means that a process died over; it is kept as evidence, and fingerprint is of its bytes."""
    return FetchOutcome(Outcome.FAILED, PageKind.UNKNOWN, fingerprint, f"reading this page {death}", can_heal=False)


def compare_content(fingerprint: str, known_content: str | None) -> Outcome:
    """Compare what a page says with what it said at its last success."""
    if known_content is None:
        return Outcome.NEW
    return Outcome.UNCHANGED if known_content == fingerprint else Outcome.CHANGED


def capture_row(
    archive: ArchiveWriter,
    project_id: str | None,
    url: str,
    capture: Capture,
    verdict: FetchOutcome,
    known: PageState | None,
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
