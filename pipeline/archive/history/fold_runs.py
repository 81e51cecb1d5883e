"""What each run saw of each source: counts of its visits, and its listing."""

from collections.abc import Sequence

import duckdb

from pipeline.core.sql_text import quoted_list

_LOGGED = """
SELECT
    log.run_id,
    log.source_id,
    count(*) FILTER (outcome <> 'withdrawn') AS n_attempts,
    count(*) FILTER (outcome = 'new') AS n_new,
    count(*) FILTER (outcome = 'changed') AS n_changed,
    count(*) FILTER (outcome = 'unchanged') AS n_unchanged,
    count(*) FILTER (outcome = 'missing') AS n_missing,
    count(*) FILTER (outcome = 'failed') AS n_failed,
    count(*) FILTER (outcome = 'refused') AS n_refused,
    max(withdraws) AS withdraws,
    max(requested_at) FILTER (
        outcome <> 'withdrawn' AND withdrawn.run_id IS NULL AND coalesce(requested_at <= void_after, true)
    ) AS last_visit_at,
    max(requested_at) FILTER (
        page_kind = 'listing'
        AND project_id IS NULL
        AND outcome IN ('new', 'changed', 'unchanged')
        AND withdrawn.run_id IS NULL
        AND coalesce(requested_at <= void_after, true)
    ) AS listing_answered_at
FROM read_parquet({logs}) AS log
LEFT JOIN withdrawn ON log.run_id = withdrawn.run_id
LEFT JOIN run_limits AS limits ON log.run_id = limits.run_id
GROUP BY log.run_id, log.source_id
"""
_LISTED = """
SELECT
    listing.run_id,
    source_id,
    count(DISTINCT project_id) AS n_listed,
    max(seen_at) FILTER (coalesce(seen_at <= void_after, true)) AS listed_at,
    max(stated_total) AS stated_total,
    bool_and(is_complete) AS is_complete
FROM read_parquet({listings}) AS listing
LEFT JOIN run_limits AS limits ON listing.run_id = limits.run_id
GROUP BY listing.run_id, source_id
"""
_FOLDED = """
INSERT INTO run_visits BY NAME
SELECT
    run_id,
    source_id,
    coalesce(sum(n_attempts), 0)::BIGINT AS n_attempts,
    coalesce(sum(n_new), 0)::BIGINT AS n_new,
    coalesce(sum(n_changed), 0)::BIGINT AS n_changed,
    coalesce(sum(n_unchanged), 0)::BIGINT AS n_unchanged,
    coalesce(sum(n_missing), 0)::BIGINT AS n_missing,
    coalesce(sum(n_failed), 0)::BIGINT AS n_failed,
    coalesce(sum(n_refused), 0)::BIGINT AS n_refused,
    max(withdraws) AS withdraws,
    max(last_visit_at) AS last_visit_at,
    max(listing_answered_at) AS listing_answered_at,
    coalesce(sum(n_listed), 0)::BIGINT AS n_listed,
    max(listed_at) AS listed_at,
    max(stated_total) AS stated_total,
    bool_and(is_complete) AS is_complete
FROM ({rows})
GROUP BY run_id, source_id
"""


def fold_runs(con: duckdb.DuckDBPyConnection, logs: Sequence[str], listings: Sequence[str], state: str | None) -> None:
    """Fill the table run_visits with a state and what logs and listings add.

    Args:
        con: a prepared connection with the tables run_visits, still empty, and withdrawn.
        logs: the fetch logs that the state does not hold.
        listings: the files of listings that it does not hold.
        state: the relation of the runs of the state, if there is one.
    """
    # The empty table gives the columns that others lack.
    rows = ["FROM run_visits", *([f"FROM {state}"] if state else [])]
    rows += [_LOGGED.format(logs=quoted_list(logs))] if logs else []
    rows += [_LISTED.format(listings=quoted_list(listings))] if listings else []
    con.execute(_FOLDED.format(rows=" UNION ALL BY NAME ".join(f"({one})" for one in rows))).complete()
