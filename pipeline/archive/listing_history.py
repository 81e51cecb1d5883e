"""What the site's listings said of each project: when one named it last, and since when complete ones leave it out."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.archive.page_history import moment_of, query_archive

# Of each project when it was last named, and of each complete listing when it was read.
_LISTED = """
WITH counting AS (
    FROM read_parquet($files) AS listing
    ANTI JOIN run_limits ON listing.run_id = run_limits.run_id AND listing.seen_at > run_limits.void_after
    WHERE source_id = $source_id
)
SELECT project_id, max(seen_at)::VARCHAR FROM counting GROUP BY project_id
UNION ALL
SELECT NULL, max(seen_at)::VARCHAR FROM counting WHERE is_complete GROUP BY run_id
"""


class ListingHistory(NamedTuple):
    """When each project was last named by a listing, and the times of the complete ones, oldest first; UTC."""

    named_at: Mapping[str, dt.datetime]
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
        {project_id: moment_of(at) for project_id, at in found if project_id is not None},
        sorted(moment_of(at) for project_id, at in found if project_id is None),
    )
