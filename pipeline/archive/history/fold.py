"""The history of every page as intervals: when a state was first and last seen and how often, not a row a night.

A visit that found a page unchanged goes on with the interval of the visit before it. Every other visit is a row of its
own, and so is one at the same moment as another of its page, as their order is not known. An interval therefore has
nothing of its page within it, and folding intervals with later rows gives what folding all rows gives. A row that lies
within an interval takes it apart: then its page is folded again from all logs.
"""

from collections.abc import Mapping, Sequence

import duckdb

from pipeline.archive.history.fold_listings import fold_listings
from pipeline.archive.history.fold_runs import fold_runs
from pipeline.archive.history.fold_visits import fold_visits
from pipeline.archive.history.intervals import TABLES
from pipeline.archive.run_order import RunLimit
from pipeline.archive.segments import Segment
from pipeline.core.arrow_schema import duckdb_columns
from pipeline.core.sql_text import quoted_list

# A project, or where a page is of none its address.
_PAGE_OF = "CREATE TEMP MACRO page_of(project_id, url) AS coalesce(project_id, chr(10) || url)"
_RUN_LIMITS = """
CREATE TEMP TABLE run_limits AS
SELECT unnest($runs::VARCHAR[]) AS run_id, unnest($limits::TIMESTAMPTZ[]) AS void_after
"""
_WITHDRAWN = """
CREATE OR REPLACE TEMP TABLE withdrawn AS
SELECT DISTINCT withdraws AS run_id
FROM ({rows})
WHERE withdraws IS NOT NULL
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
    con.execute(_PAGE_OF).complete()
    hold_limits(con, limits)


def hold_limits(con: duckdb.DuckDBPyConnection, limits: Sequence[RunLimit]) -> None:
    """Give a connection the table run_limits: after which moment nothing counts that a run saw."""
    after = {"runs": [one.run_id for one in limits], "limits": [one.void_after.isoformat() for one in limits]}
    con.execute(_RUN_LIMITS, after).complete()


def can_carry_on(con: duckdb.DuckDBPyConnection, state: Mapping[str, str], came: Sequence[Segment]) -> bool:
    """Whether what these segments say goes on from a state; else it is folded again from all segments.

    Args:
        con: a prepared connection.
        state: the relations of the state, by the names of TABLES.
        came: the segments that it does not hold.
    """
    logs, listings = _files(came)
    statement = _UNFOLDABLE.format(
        came=f"read_parquet({quoted_list(logs)})" if logs else "(SELECT NULL AS withdraws)",
        named=f"read_parquet({quoted_list(listings)})"
        if listings
        else "(SELECT NULL AS source_id, NULL::TIMESTAMPTZ AS seen_at)",
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
    withdrawals = [f"SELECT withdraws FROM read_parquet({quoted_list(logs)})"] if logs else []
    withdrawals += [f"SELECT withdraws FROM {state['run_visits']}"] if state else []
    con.execute(_WITHDRAWN.format(rows=" UNION ALL ".join(withdrawals) or "SELECT NULL AS withdraws")).complete()
    fold_runs(con, logs, listings, state.get("run_visits"))
    fold_listings(con, listings, state.get("listed"))
    fold_visits(con, logs, state.get("visits"), _files(every)[0])


def _files(segments: Sequence[Segment]) -> tuple[list[str], list[str]]:
    return [str(one.fetches) for one in segments], [str(one.listing) for one in segments if one.listing is not None]
