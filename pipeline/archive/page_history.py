"""What the sealed fetch logs know of every page: its last visit, its last success and what to ask it with."""

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipeline.archive.segments import ArchiveError

# A visit succeeded when it saw the page itself; "missing" is an answer too, but not a success.
_LAST_STATE = """
WITH visits AS (
    SELECT *, outcome IN ('new', 'changed', 'unchanged') AS is_success
    FROM read_parquet($logs)
    WHERE source_id = $source_id
),
last_states AS (
    SELECT
        project_id,
        CASE WHEN project_id IS NULL THEN url END AS page_url,
        arg_max(outcome, (requested_at, run_id)) AS last_outcome,
        max(requested_at) AS last_attempt_at,
        max(requested_at) FILTER (is_success) AS last_success_at,
        max(requested_at) FILTER (outcome IN ('new', 'changed')) AS last_changed_at,
        arg_max(content_sha256, (requested_at, run_id)) FILTER (is_success) AS content_sha256,
        arg_max(content_sha256, (requested_at, run_id)) AS evidence_sha256,
        arg_max({'value': masked_sha256}, (requested_at, run_id)) FILTER (is_success) AS masked_sha256,
        arg_max({'value': etag}, (requested_at, run_id)) FILTER (is_success) AS etag,
        arg_max({'value': last_modified}, (requested_at, run_id)) FILTER (is_success) AS last_modified,
        coalesce(list_position(list_reverse(list(is_success ORDER BY requested_at, run_id)), true), count(*) + 1) - 1
            AS consecutive_failures,
        coalesce(
            list_position(list_reverse(list(outcome = 'missing' ORDER BY requested_at, run_id)), false), count(*) + 1
        ) - 1 AS consecutive_absences,
    FROM visits
    GROUP BY ALL
)
SELECT
    coalesce(project_id, page_url),
    last_outcome,
    last_attempt_at::VARCHAR,
    last_success_at::VARCHAR,
    last_changed_at::VARCHAR,
    content_sha256,
    evidence_sha256,
    etag.value,
    last_modified.value,
    consecutive_failures,
    consecutive_absences,
    masked_sha256.value,
FROM last_states
WHERE (project_id IS NOT NULL) = $is_project
"""


class PageState(NamedTuple):
    """The last state of one page; all times are UTC.

    content_sha256 and masked_sha256 are those of the last success, evidence_sha256 is that of the last body of any
    kind.
    """

    last_outcome: str
    last_attempt_at: dt.datetime
    last_success_at: dt.datetime | None
    last_changed_at: dt.datetime | None
    content_sha256: str | None
    evidence_sha256: str | None
    etag: str | None
    last_modified: str | None
    consecutive_failures: int
    consecutive_absences: int
    masked_sha256: str | None


class ObservedBody(NamedTuple):
    """One body that was seen at one time; is_success says whether it was the project's page."""

    at: dt.datetime
    body_sha256: str
    content_sha256: str | None
    is_success: bool


def page_states(raw_dir: Path, source_id: str) -> dict[str, PageState]:
    """The last state of every project page that was ever attempted, by project id."""
    return _last_states(raw_dir, source_id, is_project=True)


def site_page_states(raw_dir: Path, source_id: str) -> dict[str, PageState]:
    """The last state of the pages that are no project pages (robots.txt, listing pages), by URL."""
    return _last_states(raw_dir, source_id, is_project=False)


def observed_bodies(raw_dir: Path, source_id: str) -> dict[str, list[ObservedBody]]:
    """Every body the sealed logs saw of every project, by project id: what an import must not add again."""
    query = """
        SELECT
            project_id,
            requested_at::VARCHAR,
            body_sha256,
            content_sha256,
            outcome IN ('new', 'changed', 'unchanged')
        FROM read_parquet($logs)
        WHERE source_id = $source_id AND project_id IS NOT NULL AND body_sha256 IS NOT NULL
    """
    observed: dict[str, list[ObservedBody]] = {}
    for project_id, at, *facts in _query(raw_dir, query, {"source_id": source_id}):
        observed.setdefault(project_id, []).append(ObservedBody(_at(at), *facts))
    return observed


def _last_states(raw_dir: Path, source_id: str, *, is_project: bool) -> dict[str, PageState]:
    rows = _query(raw_dir, _LAST_STATE, {"source_id": source_id, "is_project": is_project})
    return {
        key: PageState(outcome, _at(attempt), success and _at(success), changed and _at(changed), *rest)
        for key, outcome, attempt, success, changed, *rest in rows
    }


def _query(raw_dir: Path, query: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
    logs = [str(path) for path in sorted(raw_dir.glob("*.fetches.parquet"))]
    if not logs:
        return []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        try:
            return connection.execute(query, {"logs": logs, **parameters}).fetchall()
        except (duckdb.InvalidInputException, duckdb.IOException) as error:
            said = str(error).partition("\n")[0]
            raise ArchiveError(
                f"{raw_dir}: a fetch log is torn or unreadable ({said}); restore it from a copy of data/raw "
                f"(`bma-projects verify` names all that is damaged)"
            ) from error


def _at(stamp: str) -> dt.datetime:
    return dt.datetime.fromisoformat(stamp).astimezone(dt.UTC)
