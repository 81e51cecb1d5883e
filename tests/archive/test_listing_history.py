"""What the listings of the past showed of each project, and since when they show something else."""

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.archive.history.listing_history import ListingHistory, listing_history
from pipeline.archive.segments import ArchiveWriter, ListingRow
from tests.archive.archived import row
from tests.quick import quick

FIRST = dt.datetime(2026, 11, 1, 18, tzinfo=dt.UTC)


def night(number: int) -> dt.datetime:
    return FIRST + dt.timedelta(days=number)


def list_nightly(raw_dir: Path, *shown: int | None) -> None:
    """A listing a night, which shows something of project 1, and always the same of project 2."""
    for number, value in enumerate(shown):
        run_id = f"{night(number):%Y%m%dT%H%M%SZ}"
        with ArchiveWriter(raw_dir, run_id, "site") as archive:
            archive.write_listing(
                ListingRow(run_id, "site", project_id, night(number), True, 2, crc32)
                for project_id, crc32 in (("1", value), ("2", 7))
            )
            archive.append(row("1", at=night(number), outcome="changed" if number % 2 else "unchanged"), None)


def history(raw_dir: Path) -> ListingHistory:
    return listing_history(raw_dir, "site", night(30))


@pytest.mark.parametrize(
    ("shown", "since"),
    quick(
        3,
        [
            ((5, 5, 5), None),
            ((5, 6, 6, 5, 5), 3),
            ((5, None, 6, None), 2),
            ((5, 6, 6), 1),
            ((5, 6, 5), 2),
            ((None, 5, 5), None),
            ((5, None, 5), None),
            ((None, None), None),
        ],
    ),
)
def test_a_project_is_shown_otherwise_since_the_first_listing_that_showed_the_same_as_the_newest(
    tmp_path: Path, shown: tuple[int | None, ...], since: int | None
) -> None:
    list_nightly(tmp_path, *shown)
    assert history(tmp_path).shown_since == ({} if since is None else {"1": night(since)})
    assert history(tmp_path).named_at == dict.fromkeys("12", night(len(shown) - 1))


def test_listings_that_were_archived_before_they_said_what_they_showed_count_as_before(tmp_path: Path) -> None:
    list_nightly(tmp_path, 5, 5, 6)
    listings = sorted(tmp_path.glob("*.listing.parquet"))
    for path in listings[:2]:
        pq.write_table(pq.read_table(path).drop_columns("shown_crc32"), path)
    assert history(tmp_path).shown_since == {}, "nobody knows what they showed"
    assert history(tmp_path).complete_at == [night(0), night(1), night(2)]
    pq.write_table(pq.read_table(listings[2]).drop_columns("shown_crc32"), listings[2])
    assert history(tmp_path).named_at == dict.fromkeys("12", night(2))
