"""What listings named and showed, folded into intervals."""

from collections.abc import Sequence

import duckdb

from pipeline.archive.history.shares import shares
from pipeline.core.sql_text import quoted_list

_READINGS = """
CREATE TEMP TABLE readings AS
SELECT source_id, run_id, listed_at, lag(run_id) OVER (PARTITION BY source_id ORDER BY listed_at, run_id) AS run_before
FROM run_visits
WHERE listed_at IS NOT NULL
"""
_NAMED = """
CREATE OR REPLACE TEMP VIEW named AS
WITH listing AS (
    -- Early listings lack the column.
    SELECT NULL::BIGINT AS shown_crc32
    WHERE false
    UNION ALL BY NAME
    FROM read_parquet({listings}, union_by_name = true)
)

SELECT
    source_id,
    project_id,
    run_id AS first_run_id,
    listed_at AS first_at,
    run_id AS last_run_id,
    listed_at AS last_at,
    1::BIGINT AS n_readings,
    arg_max(shown_crc32, seen_at) AS shown_crc32
FROM listing
INNER JOIN readings USING (source_id, run_id)
GROUP BY source_id, project_id, run_id, listed_at
"""
_FOLDED = """
INSERT INTO listed BY NAME
WITH placed AS (
    SELECT
        rows.*,
        (
            coalesce(lag(last_run_id) OVER in_time = readings.run_before, false)
            AND lag(shown_crc32) OVER in_time IS NOT DISTINCT FROM shown_crc32
        )::INTEGER AS goes_on
    FROM (SELECT DISTINCT * FROM ({rows})) AS rows
    INNER JOIN readings ON rows.source_id = readings.source_id AND rows.first_run_id = readings.run_id
    WINDOW in_time AS (PARTITION BY rows.source_id, project_id ORDER BY first_at, first_run_id)
),

numbered AS (
    SELECT
        *,
        sum(1 - goes_on) OVER (
            PARTITION BY source_id, project_id ORDER BY first_at, first_run_id ROWS UNBOUNDED PRECEDING
        ) AS interval_no
    FROM placed
)

SELECT
    source_id,
    project_id,
    arg_min(first_run_id, (first_at, first_run_id)) AS first_run_id,
    min(first_at) AS first_at,
    arg_max(last_run_id, (last_at, last_run_id)) AS last_run_id,
    max(last_at) AS last_at,
    sum(n_readings)::BIGINT AS n_readings,
    any_value(shown_crc32) AS shown_crc32
FROM numbered
GROUP BY source_id, project_id, interval_no
"""


def fold_listings(con: duckdb.DuckDBPyConnection, listings: Sequence[str], state: str | None) -> None:
    """Fill the table listed with a state and what the listings add.

    Args:
        con: a prepared connection with the tables listed and run_visits, the latter filled.
        listings: the files of listings that the state does not hold.
        state: the relation of what was listed by the state, if there is one.
    """
    con.execute(_READINGS).complete()
    rows = [f"(FROM {state})"] if state else []
    if listings:
        con.execute(_NAMED.format(listings=quoted_list(listings))).complete()
        rows.append("(FROM named)")
    if rows:
        for share in shares(con, listings, "listed", " UNION ALL BY NAME ".join(rows), "source_id, project_id"):
            con.execute(_FOLDED.format(rows=share)).complete()
