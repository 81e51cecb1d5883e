"""What is known of every page: its last visit, its last success and what to ask it with."""

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipeline.archive.history.fold import hold_limits
from pipeline.archive.history.state import open_history
from pipeline.archive.run_order import run_limits, sealed_logs
from pipeline.archive.segments import Place, unreadable
from pipeline.core.arrow_schema import Sha256

# A visit succeeded when it saw the page itself; "missing" is an answer too, but not a success. What a fetch may repeat
# is what a fetch archived: no import that is withdrawn later takes the proof of a visit with it. What only a date of a
# file vouches for is older than all that has a time of its own: the page is asked for, and nothing is put aside.
_LAST_STATE = """
WITH placed AS (
    SELECT
        * REPLACE (
            CASE WHEN time_basis = 'file' THEN TIMESTAMPTZ '1970-01-01 00:00:00+00' ELSE requested_at END
                AS requested_at,
            CASE
                WHEN time_basis = 'file' THEN TIMESTAMPTZ '1970-01-01 00:00:00+00' + (attempted_at - requested_at)
                ELSE attempted_at
            END AS attempted_at
        ),
        outcome IN ('new', 'changed', 'unchanged') AS is_success
    FROM visits
    WHERE source_id = $source_id
),
last_states AS (
    SELECT
        project_id,
        CASE WHEN project_id IS NULL THEN url END AS page_url,
        arg_max(outcome, (requested_at, run_id)) AS last_outcome,
        max(attempted_at) AS last_attempt_at,
        max(requested_at) FILTER (is_success) AS last_success_at,
        max(requested_at) FILTER (outcome IN ('new', 'changed')) AS last_changed_at,
        max(body_at) AS last_body_at,
        arg_max(
            {'sha256': content_sha256, 'snapshot_id': snapshot_id}, (requested_at, run_id)
        ) FILTER (outcome IN ('new', 'changed') AND is_fetched) AS content,
        arg_max(
            {'sha256': content_sha256, 'snapshot_id': snapshot_id}, (requested_at, run_id)
        ) FILTER (snapshot_id IS NOT NULL AND is_fetched) AS evidence,
        arg_max(masked_sha256, (requested_at, run_id)) FILTER (is_success AND is_fetched) AS masked_sha256,
        -- What the site is asked with is what it said itself, of the page that a 304 would repeat.
        arg_max({'value': etag}, (requested_at, run_id)) FILTER (is_success AND is_fetched) AS etag,
        arg_max({'value': last_modified}, (requested_at, run_id)) FILTER (is_success AND is_fetched) AS last_modified,
        arg_max(http_status, (requested_at, run_id)) FILTER (is_success AND is_fetched) = 304 AS is_not_modified,
        coalesce(list_position(list_reverse(list(is_success ORDER BY requested_at, run_id)), true), count(*) + 1) - 1
            AS consecutive_failures,
        coalesce(
            list_position(list_reverse(list(outcome = 'missing' ORDER BY requested_at, run_id)), false), count(*) + 1
        ) - 1 AS consecutive_absences,
        min(first_at) FILTER (is_success AND is_fetched) AS first_fetched_at,
        coalesce(sum(n_visits) FILTER (is_success AND is_fetched), 0)::BIGINT AS n_fetched,
        count(*) FILTER (outcome = 'changed' AND is_fetched) AS n_changed
    FROM placed
    GROUP BY ALL
)
SELECT
    project_id,
    page_url,
    last_outcome,
    last_attempt_at::VARCHAR,
    last_success_at::VARCHAR,
    last_changed_at::VARCHAR,
    last_body_at::VARCHAR,
    first_fetched_at::VARCHAR,
    content.sha256,
    content.snapshot_id,
    evidence.sha256,
    evidence.snapshot_id,
    masked_sha256,
    etag.value,
    last_modified.value,
    consecutive_failures,
    consecutive_absences,
    coalesce(is_not_modified, false),
    n_fetched,
    n_changed
FROM last_states
"""
# Rows of a withdrawn import count for nothing, nor do those that are dated after a run that followed.
_LOGGED = """
WITH logged AS (
    SELECT
        * REPLACE (
            CASE WHEN time_basis = 'file' THEN TIMESTAMPTZ '1970-01-01 00:00:00+00' ELSE requested_at END
            AS requested_at
        ),
        outcome IN ('new', 'changed', 'unchanged') AS is_success,
        attempts > 0 AS is_fetched
    FROM read_parquet($files) AS log
    ANTI JOIN run_limits ON log.run_id = run_limits.run_id AND log.requested_at > run_limits.void_after
    WHERE
        source_id = $source_id
        AND run_id NOT IN (SELECT withdraws FROM read_parquet($files) WHERE withdraws IS NOT NULL)
)
"""
_OBSERVED = f"""
{_LOGGED},
places AS (
    SELECT snapshot_id, arg_min({{'file': warc_file, 'at': warc_offset}}, run_id) AS place
    FROM logged
    WHERE warc_file IS NOT NULL
    GROUP BY ALL
)
SELECT
    coalesce(project_id, url),
    requested_at::VARCHAR,
    body_sha256,
    content_sha256,
    logged.snapshot_id,
    is_success,
    is_fetched,
    place.file,
    place.at,
FROM logged
LEFT JOIN places ON places.snapshot_id = coalesce(logged.snapshot_id, logged.repeats)
WHERE (project_id IS NOT NULL OR page_kind = 'sister_page') AND body_sha256 IS NOT NULL
"""
_HARVESTED = f"""
{_LOGGED}
SELECT archive_url, bool_and(project_id IS NULL)
FROM logged
WHERE archive_url IS NOT NULL
GROUP BY ALL
"""


class PageState(NamedTuple):
    """The last state of one page; all times are UTC, that of the last attempt is when it was asked for.

    content is that of the last fetch that succeeded, evidence that of the last body of any kind that a fetch archived,
    each with its snapshot; masked_sha256 is that of the last success. last_body_at is when a fetch last got the page
    itself, is_not_modified whether the site has said since then that it is as it was (304). Of n_fetched fetches that
    saw it, since first_fetched_at, n_changed found it changed.
    """

    last_outcome: str
    last_attempt_at: dt.datetime
    last_success_at: dt.datetime | None
    last_changed_at: dt.datetime | None
    last_body_at: dt.datetime | None
    content_sha256: Sha256 | None
    content_snapshot_id: str | None
    evidence_sha256: Sha256 | None
    evidence_snapshot_id: str | None
    masked_sha256: Sha256 | None
    etag: str | None
    last_modified: str | None
    consecutive_failures: int
    consecutive_absences: int
    is_not_modified: bool = False
    n_fetched: int = 0
    n_changed: int = 0
    first_fetched_at: dt.datetime | None = None


class ObservedBody(NamedTuple):
    """One body of one time; is_success says whether it was the project's page.

    content_sha256 and snapshot_id are set where it was archived. is_lasting says whether it stays when
    an import is withdrawn later. place is where its body is, or the body that shows the same.
    """

    at: dt.datetime
    body_sha256: Sha256
    content_sha256: Sha256 | None
    snapshot_id: str | None
    is_success: bool
    is_lasting: bool
    place: Place | None = None

    @property
    def can_be_repeated(self) -> bool:
        """Whether a later capture of the same content can refer to this one instead of a body of its own."""
        return self.is_success and self.is_lasting and self.snapshot_id is not None


def page_states(
    raw_dir: Path, source_id: str, now: dt.datetime | None = None, *, parsed_dir: Path | None = None
) -> dict[str, PageState]:
    """The last state of every project page that was ever attempted, by project id.

    Args:
        raw_dir: the archive.
        source_id: whose pages.
        now: when a run begins to ask.
        parsed_dir: where the history is kept as intervals; without it every log is read.
    """
    return every_page_state(raw_dir, source_id, now, parsed_dir=parsed_dir)[0]


def every_page_state(
    raw_dir: Path, source_id: str, now: dt.datetime | None = None, *, parsed_dir: Path | None = None
) -> tuple[dict[str, PageState], dict[str, PageState]]:
    """The same, and the states of other pages (robots.txt, listing pages) by URL."""
    with open_history(raw_dir, parsed_dir, now) as con:
        return page_states_in(con, source_id)


def page_states_in(con: duckdb.DuckDBPyConnection, source_id: str) -> tuple[dict[str, PageState], dict[str, PageState]]:
    """The same of a history that is open."""
    of_projects: dict[str, PageState] = {}
    of_the_site: dict[str, PageState] = {}
    rows = con.execute(_LAST_STATE, {"source_id": source_id}).fetchall()
    for project_id, url, outcome, attempt, success, changed, body, first, *facts in rows:
        state = PageState(
            outcome,
            moment_of(attempt),
            success and moment_of(success),
            changed and moment_of(changed),
            body and moment_of(body),
            *(*facts, first and moment_of(first)),
        )
        if project_id is None:
            of_the_site[url] = state
        else:
            of_projects[project_id] = state
    return of_projects, of_the_site


def observed_bodies(raw_dir: Path, source_id: str) -> dict[str, list[ObservedBody]]:
    """Every body of every project in the sealed logs, by project id: an import must not add these again.

    Those of a page of a sister system are under its address.
    """
    observed: dict[str, list[ObservedBody]] = {}
    for page, at, *facts, file, offset in _query_logs(raw_dir, _OBSERVED, source_id):
        body = ObservedBody(moment_of(at), *facts)
        placed = body if file is None else body._replace(place=(file, offset))
        observed.setdefault(page, []).append(placed)
    return observed


def harvested_urls(raw_dir: Path, source_id: str) -> dict[str, bool]:
    """The addresses, in web archives, of the captures that were asked for, and whether what came was refused."""
    return dict(_query_logs(raw_dir, _HARVESTED, source_id))


def _query_logs(raw_dir: Path, query: str, source_id: str) -> list[tuple[Any, ...]]:
    """Ask $files, the fetch logs of all segments; nothing where there are none.

    The table run_limits says after which moment nothing counts that a run saw. Raises ArchiveError where a log cannot
    be read.
    """
    files = [str(path) for path in sealed_logs(raw_dir).values()]
    if not files:
        return []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        hold_limits(connection, run_limits(sealed_logs(raw_dir)))
        try:
            return connection.execute(query, {"files": files, "source_id": source_id}).fetchall()
        except (duckdb.InvalidInputException, duckdb.IOException) as error:
            raise unreadable(f"{raw_dir}: a fetch log", error) from error


def moment_of(stamp: str) -> dt.datetime:
    """A moment as DuckDB writes it, in UTC."""
    return dt.datetime.fromisoformat(stamp).astimezone(dt.UTC)
