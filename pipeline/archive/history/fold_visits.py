"""Visits of pages folded into intervals."""

from collections.abc import Sequence

import duckdb

from pipeline.archive.history.shares import shares
from pipeline.core.sql_text import quoted_list

# Rows of a withdrawn import count for nothing, nor do those that are dated after a run that followed.
_LOGGED = """
CREATE OR REPLACE TEMP VIEW {name} AS
SELECT
    log.run_id,
    source_id,
    project_id,
    snapshot_id,
    repeats,
    url,
    requested_at AS first_at,
    requested_at,
    requested_at + to_seconds(coalesce(age_s, 0)) AS attempted_at,
    CASE
        WHEN http_status = 200 AND attempts > 0 AND outcome IN ('new', 'changed', 'unchanged') THEN requested_at
    END AS body_at,
    1::BIGINT AS n_visits,
    attempts > 0 AS is_fetched,
    time_basis,
    outcome,
    page_kind,
    http_status,
    content_sha256,
    masked_sha256,
    etag,
    last_modified,
    error,
    warc_file,
    warc_offset,
    archive_url
FROM read_parquet({logs}) AS log
ANTI JOIN withdrawn ON log.run_id = withdrawn.run_id
ANTI JOIN run_limits AS limits ON log.run_id = limits.run_id AND log.requested_at > limits.void_after
WHERE outcome <> 'withdrawn'
"""
_FOLDED = """
INSERT INTO visits BY NAME
WITH placed AS (
    SELECT
        *,
        (
            outcome = 'unchanged'
            AND time_basis <> 'file'
            AND lag((outcome, time_basis, url, is_fetched, repeats, archive_url)) OVER in_time
                IS NOT DISTINCT FROM (outcome, time_basis, url, is_fetched, repeats, archive_url)
            AND lag(requested_at) OVER in_time < first_at
            AND coalesce(lead(first_at) OVER in_time > requested_at, true)
            AND coalesce(lag(requested_at, 2) OVER in_time < lag(first_at) OVER in_time, true)
        )::INTEGER AS goes_on
    FROM ({rows})
    WINDOW in_time AS (PARTITION BY source_id, page_of(project_id, url) ORDER BY first_at, requested_at)
),

numbered AS (
    SELECT
        *,
        sum(1 - goes_on) OVER (
            PARTITION BY source_id, page_of(project_id, url)
            ORDER BY first_at, requested_at
            ROWS UNBOUNDED PRECEDING
        ) AS interval_no
    FROM placed
),

intervals AS (
    SELECT
        arg_max(numbered, requested_at) AS last,
        min(first_at) AS first_at,
        max(attempted_at) AS attempted_at,
        max(body_at) AS body_at,
        arg_max(masked_sha256, requested_at) AS masked_sha256,
        sum(n_visits)::BIGINT AS n_visits
    FROM numbered
    GROUP BY source_id, page_of(project_id, url), interval_no
)

SELECT
    last.* EXCLUDE (goes_on, interval_no)
    REPLACE (
        intervals.first_at AS first_at,
        intervals.attempted_at AS attempted_at,
        intervals.body_at AS body_at,
        intervals.masked_sha256 AS masked_sha256,
        intervals.n_visits AS n_visits
    )
FROM intervals
"""
_TOUCHED = """
CREATE TEMP TABLE touched AS
SELECT DISTINCT came.source_id, page_of(came.project_id, came.url) AS page
FROM logged_new AS came
INNER JOIN {visits} AS visits
    ON
        came.source_id = visits.source_id
        AND page_of(came.project_id, came.url) = page_of(visits.project_id, visits.url)
        AND came.requested_at BETWEEN visits.first_at AND visits.requested_at
WHERE visits.n_visits > 1
"""
_BESIDE_TOUCHED = """
SELECT rows.* FROM {rows} AS rows
{kind} JOIN touched ON rows.source_id = touched.source_id AND page_of(rows.project_id, rows.url) = touched.page
"""


def fold_visits(con: duckdb.DuckDBPyConnection, logs: Sequence[str], state: str | None, every: Sequence[str]) -> None:
    """Fill the table visits with a state and what the logs add; pages that a late row takes apart from every log.

    Args:
        con: a prepared connection with the tables visits and withdrawn.
        logs: the fetch logs that the state does not hold.
        state: the relation of the visits of the state, if there is one.
        every: all fetch logs.
    """
    rows = [f"(FROM {state})"] if state else []
    if logs:
        con.execute(_LOGGED.format(name="logged_new", logs=quoted_list(logs))).complete()
        rows.append("(FROM logged_new)")
    if logs and state:
        con.execute(_TOUCHED.format(visits=state)).complete()
        [(n_touched,)] = con.execute("SELECT count(*) FROM touched").fetchall()
        if n_touched:
            logs = every
            con.execute(_LOGGED.format(name="logged_all", logs=quoted_list(logs))).complete()
            rows = [f"({_BESIDE_TOUCHED.format(rows=one, kind='ANTI')})" for one in (state, "logged_new")]
            rows.append(f"({_BESIDE_TOUCHED.format(rows='logged_all', kind='SEMI')})")
    if rows:
        page = "source_id, page_of(project_id, url)"
        for share in shares(con, logs, "visits", " UNION ALL BY NAME ".join(rows), page):
            con.execute(_FOLDED.format(rows=share)).complete()
