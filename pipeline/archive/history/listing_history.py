"""What the site's listings said of each project: when one named it last, or showed another value, or left it out."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipeline.archive.history.page_history import moment_of
from pipeline.archive.history.state import open_history
from pipeline.archive.run_order import sealed_logs
from pipeline.archive.segment_name import LISTING, files_of_segments
from pipeline.archive.segments import ListingRow
from pipeline.core.arrow_schema import duckdb_columns

# Of each project when it was last named and since when it has been shown as it is now, where it was shown otherwise
# before; and of each complete listing when it was read.
_LISTED = """
WITH counting AS (
    SELECT project_id, first_at, last_at, shown_crc32 FROM listed WHERE source_id = $source_id
    UNION ALL
    SELECT project_id, seen_at, seen_at, shown_crc32 FROM unsealed WHERE source_id = $source_id
),
newest AS (
    SELECT
        project_id,
        max(last_at) AS named_at,
        arg_max(shown_crc32, last_at) AS shown_crc32,
    FROM counting
    GROUP BY project_id
),
shown_otherwise AS (
    SELECT project_id, max(last_at) AS until
    FROM counting
    JOIN newest USING (project_id)
    WHERE counting.shown_crc32 != newest.shown_crc32
    GROUP BY project_id
),
shown_so AS (
    SELECT project_id, min(first_at) AS since
    FROM counting
    JOIN shown_otherwise USING (project_id)
    WHERE shown_crc32 IS NOT NULL AND first_at > until
    GROUP BY project_id
)
SELECT project_id, named_at::VARCHAR, since::VARCHAR FROM newest LEFT JOIN shown_so USING (project_id)
UNION ALL
SELECT NULL, listed_at::VARCHAR, NULL
FROM run_visits
WHERE source_id = $source_id AND is_complete AND listed_at IS NOT NULL
UNION ALL
SELECT NULL, max(seen_at)::VARCHAR, NULL FROM unsealed WHERE source_id = $source_id AND is_complete GROUP BY run_id
"""


class ListingHistory(NamedTuple):
    """When each project was last named by a listing, and the times of the complete ones, oldest first; UTC.

    shown_since has the projects of which the listings have shown something else before: since when they show the
    same as the newest.
    """

    named_at: Mapping[str, dt.datetime]
    shown_since: Mapping[str, dt.datetime]
    complete_at: Sequence[dt.datetime]

    def left_out_since(self, project_id: str) -> dt.datetime | None:
        """When a complete listing first left out a project that later ones do not name either; None if it is listed."""
        named_at = self.named_at.get(project_id)
        place = 0 if named_at is None else bisect_right(self.complete_at, named_at)
        return self.complete_at[place] if place < len(self.complete_at) else None


def listing_history(
    raw_dir: Path, source_id: str, now: dt.datetime, *, parsed_dir: Path | None = None
) -> ListingHistory:
    """What all listings of a source said, that of a run that goes on now included. Raises ArchiveError."""
    with open_history(raw_dir, parsed_dir, now) as con:
        return listing_history_in(con, raw_dir, source_id)


def listing_history_in(con: duckdb.DuckDBPyConnection, raw_dir: Path, source_id: str) -> ListingHistory:
    """The same of a history that is open."""
    sealed = sealed_logs(raw_dir)
    unsealed = [str(path) for name, path in files_of_segments(raw_dir, LISTING).items() if name not in sealed]
    con.execute(f"CREATE TEMP TABLE unsealed ({duckdb_columns(ListingRow)})").complete()
    if unsealed:
        con.execute("INSERT INTO unsealed BY NAME FROM read_parquet($files)", {"files": unsealed}).complete()
    found = con.execute(_LISTED, {"source_id": source_id}).fetchall()
    return ListingHistory(
        {project_id: moment_of(at) for project_id, at, _ in found if project_id is not None},
        {project_id: moment_of(since) for project_id, _, since in found if since is not None},
        sorted(moment_of(at) for project_id, at, _ in found if project_id is None),
    )
