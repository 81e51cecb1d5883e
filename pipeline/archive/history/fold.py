"""The history of every page as intervals: when a state was first and last seen and how often, not a row a night.

A visit that found a page unchanged goes on with the interval of the visit before it. Every other visit is a row of its
own, and so is one at the same moment as another of its page, as their order is not known. An interval therefore has
nothing of its page within it, and folding intervals with later rows gives what folding all rows gives. A row that lies
within an interval takes it apart: then its page is folded anew from all logs.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow.parquet as pq

from pipeline.archive.run_order import RunLimit
from pipeline.archive.segments import Segment
from pipeline.core.arrow_schema import Sha256, duckdb_columns
from pipeline.core.sql_text import quoted

# So many rows are folded at once: the logs of years go through memory by shares of their pages.
_ROWS_AT_ONCE = 1_500_000


class VisitInterval(NamedTuple):
    """Visits of one page, or imports of it, with nothing else of it between; n_visits is 1 but for `unchanged`.

    What is not said otherwise is that of the last of them, and as the fetch log has it. first_at and requested_at are
    the moments of the first and the last; attempted_at is when it was asked for last, body_at when a fetch last got
    the page itself; masked_sha256 is the last that is known. is_fetched is false for imports.
    """

    run_id: str
    source_id: str
    project_id: str | None
    snapshot_id: str | None
    repeats: str | None
    url: str
    first_at: dt.datetime
    requested_at: dt.datetime
    attempted_at: dt.datetime
    body_at: dt.datetime | None
    n_visits: int
    is_fetched: bool
    time_basis: str
    outcome: str
    page_kind: str | None
    http_status: int | None
    content_sha256: Sha256 | None
    masked_sha256: Sha256 | None
    etag: str | None
    last_modified: str | None
    error: str | None
    warc_file: str | None
    warc_offset: int | None
    archive_url: str | None


class ListedInterval(NamedTuple):
    """A project that consecutive readings of its source's listing named and showed alike, from the first to the last.

    shown_crc32 is null where a listing showed nothing of it, or did not keep what it showed.
    """

    source_id: str
    project_id: str
    first_run_id: str
    first_at: dt.datetime
    last_run_id: str
    last_at: dt.datetime
    n_readings: int
    shown_crc32: int | None


class RunVisits(NamedTuple):
    """What one run saw of one source: rows of its fetch log by outcome, and what its listing named.

    The counts are of all rows. The moments are of what counts: the last visit, and the last page of the listing that
    answered. withdraws names the import that the run took back.
    """

    run_id: str
    source_id: str
    n_attempts: int
    n_new: int
    n_changed: int
    n_unchanged: int
    n_missing: int
    n_failed: int
    n_refused: int
    withdraws: str | None
    last_visit_at: dt.datetime | None
    listing_answered_at: dt.datetime | None
    n_listed: int
    listed_at: dt.datetime | None
    stated_total: int | None
    is_complete: bool | None


TABLES: Mapping[str, type[NamedTuple]] = {
    "visits": VisitInterval,
    "listed": ListedInterval,
    "run_visits": RunVisits,
}

_PREPARED = """
-- A project, or where a page is of none its address.
CREATE TEMP MACRO page_of(project_id, url) AS coalesce(project_id, chr(10) || url);

CREATE TEMP TABLE run_limits AS
SELECT unnest($runs::VARCHAR[]) AS run_id, unnest($limits::TIMESTAMPTZ[]) AS void_after
"""
_WITHDRAWN = """
CREATE OR REPLACE TEMP TABLE withdrawn AS
SELECT DISTINCT withdraws AS run_id
FROM ({rows})
WHERE withdraws IS NOT NULL
"""
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
FROM read_parquet({files}) AS log
ANTI JOIN withdrawn ON log.run_id = withdrawn.run_id
ANTI JOIN run_limits AS limits ON log.run_id = limits.run_id AND log.requested_at > limits.void_after
WHERE outcome <> 'withdrawn'
"""
_FOLDED_VISITS = """
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
_RUNS_LOGGED = """
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
FROM read_parquet({files}) AS log
LEFT JOIN withdrawn ON log.run_id = withdrawn.run_id
LEFT JOIN run_limits AS limits ON log.run_id = limits.run_id
GROUP BY log.run_id, log.source_id
"""
_RUNS_LISTED = """
SELECT
    listing.run_id,
    source_id,
    count(DISTINCT project_id) AS n_listed,
    max(seen_at) FILTER (coalesce(seen_at <= void_after, true)) AS listed_at,
    max(stated_total) AS stated_total,
    bool_and(is_complete) AS is_complete
FROM read_parquet({files}) AS listing
LEFT JOIN run_limits AS limits ON listing.run_id = limits.run_id
GROUP BY listing.run_id, source_id
"""
_FOLDED_RUNS = """
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
    FROM read_parquet({files}, union_by_name = true)
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
_FOLDED_LISTED = """
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
# A withdrawal, a run whose clock was wrong, or a listing read before one that was folded: rare, and all is folded anew.
_UNFOLDABLE = """
SELECT
    EXISTS (FROM {came} WHERE withdraws IS NOT NULL)
    OR EXISTS (
        FROM {runs} AS runs
        INNER JOIN run_limits AS limits ON runs.run_id = limits.run_id
        WHERE runs.last_visit_at > limits.void_after OR runs.listed_at > limits.void_after
    )
    OR EXISTS (
        FROM {named} AS came
        INNER JOIN {runs} AS runs ON came.source_id = runs.source_id
        WHERE came.seen_at <= runs.listed_at
    )
"""


def prepare(con: duckdb.DuckDBPyConnection, limits: Sequence[RunLimit]) -> None:
    """Give a new connection what folding needs: after which moment nothing counts that a run saw."""
    con.execute("SET TimeZone = 'UTC'").complete()
    # What is parted by pages goes to files in small pieces, in any order.
    con.execute("SET preserve_insertion_order = false").complete()
    con.execute("SET partitioned_write_flush_threshold = 20000").complete()
    after = {"runs": [one.run_id for one in limits], "limits": [one.void_after.isoformat() for one in limits]}
    *statements, last = _PREPARED.split(";")
    for statement in statements:
        con.execute(statement).complete()
    con.execute(last, after).complete()


def can_carry_on(con: duckdb.DuckDBPyConnection, state: Mapping[str, str], came: Sequence[Segment]) -> bool:
    """Whether what these segments say goes on from a state; else it is folded anew from all segments.

    Args:
        con: a prepared connection.
        state: the relations of the state, by the names of TABLES.
        came: the segments that it does not hold.
    """
    logs, listings = _files(came)
    statement = _UNFOLDABLE.format(
        came=_parquet(logs) if logs else "(SELECT NULL AS withdraws)",
        named=_parquet(listings) if listings else "(SELECT NULL AS source_id, NULL::TIMESTAMPTZ AS seen_at)",
        runs=state["run_visits"],
    )
    [(is_unfoldable,)] = con.execute(statement).fetchall()
    return not is_unfoldable


def fold(
    con: duckdb.DuckDBPyConnection, came: Sequence[Segment], state: Mapping[str, str], every: Sequence[Segment]
) -> None:
    """Make the tables of TABLES: a state and what came since; the pages that a late row takes apart from all segments.

    Args:
        con: a prepared connection without these tables.
        came: segments that the state does not hold, and that it can be carried on with.
        state: the relations of the state by the names of TABLES; none to fold from nothing.
        every: all segments.
    """
    for name, record_type in TABLES.items():
        con.execute(f"CREATE TABLE {name} ({duckdb_columns(record_type)})").complete()
    logs, listings = _files(came)
    withdrawals = [f"SELECT withdraws FROM {_parquet(logs)}"] if logs else []
    withdrawals += [f"SELECT withdraws FROM {state['run_visits']}"] if state else []
    con.execute(_WITHDRAWN.format(rows=" UNION ALL ".join(withdrawals) or "SELECT NULL AS withdraws")).complete()
    # The empty table gives the columns that others lack.
    runs = ["FROM run_visits", *([f"FROM {state['run_visits']}"] if state else [])]
    runs += [_RUNS_LOGGED.format(files=_list(logs))] if logs else []
    runs += [_RUNS_LISTED.format(files=_list(listings))] if listings else []
    con.execute(_FOLDED_RUNS.format(rows=" UNION ALL BY NAME ".join(f"({one})" for one in runs))).complete()
    con.execute(_READINGS).complete()
    _fold_listed(con, listings, state.get("listed"))
    _fold_visits(con, logs, state.get("visits"), every)


def _fold_listed(con: duckdb.DuckDBPyConnection, listings: Sequence[str], state: str | None) -> None:
    rows = [f"(FROM {state})"] if state else []
    if listings:
        con.execute(_NAMED.format(files=_list(listings))).complete()
        rows.append("(FROM named)")
    if rows:
        for share in _shares(con, listings, "listed", " UNION ALL BY NAME ".join(rows), "source_id, project_id"):
            con.execute(_FOLDED_LISTED.format(rows=share)).complete()


def _fold_visits(
    con: duckdb.DuckDBPyConnection, logs: Sequence[str], state: str | None, every: Sequence[Segment]
) -> None:
    rows = [f"(FROM {state})"] if state else []
    if logs:
        con.execute(_LOGGED.format(name="logged_new", files=_list(logs))).complete()
        rows.append("(FROM logged_new)")
    if logs and state:
        con.execute(_TOUCHED.format(visits=state)).complete()
        [(n_touched,)] = con.execute("SELECT count(*) FROM touched").fetchall()
        if n_touched:
            logs = _files(every)[0]
            con.execute(_LOGGED.format(name="logged_all", files=_list(logs))).complete()
            rows = [f"({_BESIDE_TOUCHED.format(rows=one, kind='ANTI')})" for one in (state, "logged_new")]
            rows.append(f"({_BESIDE_TOUCHED.format(rows='logged_all', kind='SEMI')})")
    if rows:
        page = "source_id, page_of(project_id, url)"
        for share in _shares(con, logs, "visits", " UNION ALL BY NAME ".join(rows), page):
            con.execute(_FOLDED_VISITS.format(rows=share)).complete()


def _shares(con: duckdb.DuckDBPyConnection, files: Sequence[str], name: str, rows: str, page: str) -> Iterator[str]:
    """Part rows by their pages into shares that fit into memory; those of many files go through files beside it."""
    n = 1 + sum(pq.read_metadata(file).num_rows for file in files) // _ROWS_AT_ONCE
    if n == 1:
        yield rows
        return
    [(folder,)] = con.execute("SELECT current_setting('temp_directory')").fetchall()
    parted = Path(folder) / name
    options = "FORMAT parquet, PARTITION_BY (share)"
    shared = f"SELECT *, hash({page}) % {n} AS share FROM ({rows})"
    con.execute(f"COPY ({shared}) TO {quoted(parted)} ({options})").complete()
    for share in sorted(parted.iterdir()):
        yield f"FROM read_parquet({quoted(share / '*.parquet')}, hive_partitioning = false)"


def _files(segments: Sequence[Segment]) -> tuple[list[str], list[str]]:
    return [str(one.fetches) for one in segments], [str(one.listing) for one in segments if one.listing is not None]


def _list(files: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, files))}]"


def _parquet(files: Sequence[str]) -> str:
    return f"read_parquet({_list(files)})"
