"""The tables of the history: intervals of visits and of listings, and what each run saw."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from pipeline.core.arrow_schema import Sha256


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
