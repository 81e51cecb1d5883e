"""What the site's listings said of each project: when one named it last, or showed another value, or left it out."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.archive.page_history import moment_of, query_archive

# Of each project when it was last named and since when it has been shown as it is now, where it was shown otherwise
# before; and of each complete listing when it was read. Early listings have no shown_crc32.
_LISTED = """
WITH listed AS (
    SELECT NULL::BIGINT AS shown_crc32
    WHERE false
    UNION ALL BY NAME
    FROM read_parquet($files, union_by_name = true)
),
counting AS (
    FROM listed
    ANTI JOIN run_limits ON listed.run_id = run_limits.run_id AND listed.seen_at > run_limits.void_after
    WHERE source_id = $source_id
),
newest AS (
    SELECT
        project_id,
        max(seen_at) AS named_at,
        arg_max(shown_crc32, seen_at) AS shown_crc32,
    FROM counting
    GROUP BY project_id
),
shown_otherwise AS (
    SELECT project_id, max(seen_at) AS until
    FROM counting
    JOIN newest USING (project_id)
    WHERE counting.shown_crc32 != newest.shown_crc32
    GROUP BY project_id
),
shown_so AS (
    SELECT project_id, min(seen_at) AS since
    FROM counting
    JOIN shown_otherwise USING (project_id)
    WHERE shown_crc32 IS NOT NULL AND seen_at > until
    GROUP BY project_id
)
SELECT project_id, named_at::VARCHAR, since::VARCHAR FROM newest LEFT JOIN shown_so USING (project_id)
UNION ALL
SELECT NULL, max(seen_at)::VARCHAR, NULL FROM counting WHERE is_complete GROUP BY run_id
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
        """When a complete listing first left out a project that none names any more; None where none has."""
        named_at = self.named_at.get(project_id)
        place = 0 if named_at is None else bisect_right(self.complete_at, named_at)
        return self.complete_at[place] if place < len(self.complete_at) else None


def listing_history(raw_dir: Path, source_id: str, now: dt.datetime) -> ListingHistory:
    """What all listings of a source said, that of a run that goes on now included. Raises ArchiveError."""
    found = query_archive(raw_dir, "listing", _LISTED, {"source_id": source_id}, now)
    return ListingHistory(
        {project_id: moment_of(at) for project_id, at, _ in found if project_id is not None},
        {project_id: moment_of(since) for project_id, _, since in found if since is not None},
        sorted(moment_of(at) for project_id, at, _ in found if project_id is None),
    )
