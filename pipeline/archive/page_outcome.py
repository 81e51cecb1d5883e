"""What a page means for the project that was asked for, and its row in the fetch log."""

import datetime as dt
import hashlib
from typing import NamedTuple

from parsers.page import PageKind
from parsers.sister_page import SISTER_PAGE
from pipeline.archive.fetch_log import FetchLogRow, Outcome, TimeBasis, blank_row, snapshot_id
from pipeline.archive.history.page_history import PageState
from pipeline.archive.pages import PageSummary
from pipeline.archive.response_age import age_of
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.warc import Capture
from pipeline.core.arrow_schema import Sha256
from pipeline.core.worker_process import WorkerDiedError

_HEALING_KINDS = frozenset({PageKind.SERVER_ERROR, PageKind.TRUNCATED, PageKind.EMPTY, PageKind.MAINTENANCE})


class FetchOutcome(NamedTuple):
    """What a reply means for the page that was asked for."""

    outcome: Outcome
    page_kind: str | None
    content_sha256: Sha256 | None
    error: str | None
    can_heal: bool
    masked_sha256: Sha256 | None = None


def page_outcome(page: PageSummary, known_content: Sha256 | None) -> FetchOutcome:
    """Say what a page means for the project that was asked for; known_content is that of its last success."""
    fingerprint = bytes.fromhex(page.content_sha256)
    problem = page.naming_problem
    if problem is not None:
        # A page that names no project may name it again later; a page of another project will not change.
        outcome = Outcome.FAILED if problem.code == "page_of_no_project" else Outcome.REFUSED
        error = f"{problem.code}: {problem.sentence}"
        return FetchOutcome(outcome, page.kind, fingerprint, error, can_heal=False)
    if page.kind is PageKind.PROJECT:
        return FetchOutcome(compare_content(fingerprint, known_content), page.kind, fingerprint, None, can_heal=False)
    outcome = Outcome.MISSING if page.kind is PageKind.NOT_FOUND else Outcome.FAILED
    return FetchOutcome(outcome, page.kind, fingerprint, page.reason, page.kind in _HEALING_KINDS)


def sister_outcome(status: int | None, fingerprint: Sha256, known_content: Sha256 | None) -> FetchOutcome:
    """Say what a page of a sister system means, which is not parsed; fingerprint is that of its bytes."""
    if status not in (None, 200):
        return FetchOutcome(Outcome.FAILED, SISTER_PAGE, fingerprint, f"HTTP {status}", can_heal=False)
    return FetchOutcome(compare_content(fingerprint, known_content), SISTER_PAGE, fingerprint, None, can_heal=False)


def unread_outcome(death: WorkerDiedError, fingerprint: Sha256) -> FetchOutcome:
    """Say what a page means that ended its worker process; it is kept as evidence; fingerprint is that of its bytes."""
    return FetchOutcome(Outcome.FAILED, PageKind.UNKNOWN, fingerprint, f"reading this page {death}", can_heal=False)


def compare_content(fingerprint: Sha256, known_content: Sha256 | None) -> Outcome:
    """Compare the content of a page with that of its last success."""
    if known_content is None:
        return Outcome.NEW
    return Outcome.UNCHANGED if known_content == fingerprint else Outcome.CHANGED


def repeated_snapshot(verdict: FetchOutcome, known: PageState | None) -> str | None:
    """The snapshot with the same content as this answer; None where the answer is new, or evidence not yet archived."""
    if known is None or verdict.outcome in (Outcome.NEW, Outcome.CHANGED):
        return None
    if verdict.outcome is Outcome.UNCHANGED:
        return known.content_snapshot_id
    return known.evidence_snapshot_id if known.evidence_sha256 == verdict.content_sha256 else None


def capture_row(
    archive: ArchiveWriter,
    project_id: str | None,
    url: str,
    capture: Capture,
    verdict: FetchOutcome,
    *,
    repeats: str | None,
    attempts: int,
    elapsed_ms: int = 0,
    is_whole: bool = True,
    time_basis: TimeBasis = TimeBasis.PROTOCOL,
    archive_url: str | None = None,
) -> FetchLogRow:
    """The row of one capture: with a snapshot id where it is to be archived, else with the one that shows the same.

    Args:
        archive: the open segment, for the run and the source.
        project_id: None for robots.txt, listing pages and pages of sister systems.
        url: the address that was asked for.
        capture: the answer, dated back by its Age header.
        verdict: what it means.
        repeats: the snapshot with the same content, so that the body is not archived again.
        attempts: how often the site was asked; 0 for an import.
        elapsed_ms: until the answer was there.
        is_whole: whether the body came whole; otherwise it is not archived.
        time_basis: where the time of the capture comes from.
        archive_url: its address in the web archive that it was harvested from.
    """
    body_sha256 = hashlib.sha256(capture.body).digest() if is_whole else None
    name = None
    if body_sha256 is not None and repeats is None:
        name = snapshot_id(archive.source_id, project_id, capture.captured_at, body_sha256)
    is_news = name is not None
    age = age_of(capture.header("age"))
    row = blank_row(archive.run_id, archive.source_id, url, capture.captured_at, verdict.outcome, time_basis=time_basis)
    return row._replace(
        project_id=project_id,
        snapshot_id=name,
        repeats=repeats,
        page_kind=verdict.page_kind,
        http_status=capture.status,
        attempts=attempts,
        elapsed_ms=elapsed_ms,
        bytes=len(capture.body) if is_whole else None,
        # An import is recognized by its bodies, even those that were not new.
        body_sha256=body_sha256 if is_news or attempts == 0 else None,
        content_sha256=verdict.content_sha256 if is_news else None,
        masked_sha256=verdict.masked_sha256,
        etag=capture.header("etag"),
        last_modified=capture.header("last-modified"),
        error=_printable(verdict.error),
        age_s=round(age.total_seconds()) if age else None,
        archive_url=archive_url,
    )


def refusal_row(run_id: str, source_id: str, archive_url: str, reason: str, at: dt.datetime) -> FetchLogRow:
    """The row of a capture for which a web archive gave something else: that is no visit to a page of the source."""
    row = blank_row(run_id, source_id, archive_url, at, Outcome.REFUSED)
    return row._replace(error=_printable(reason), archive_url=archive_url)


def _printable(text: str | None) -> str | None:
    """Text of a site for logs and terminals: without control characters, and limited in length."""
    if text is None:
        return None
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:500])
