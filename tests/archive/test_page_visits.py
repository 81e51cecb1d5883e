"""What the state of a page says of the visits that could find an edit."""

import datetime as dt
from pathlib import Path

from pipeline.archive.history.page_history import page_states
from pipeline.archive.segments import ArchiveWriter
from tests.archive.archived import row


def night(number: int) -> dt.datetime:
    return dt.datetime(2026, 11, 1, 18, tzinfo=dt.UTC) + dt.timedelta(days=number)


def test_the_state_of_a_page_counts_the_fetches_that_saw_it_and_those_that_found_it_changed(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "20261106T180000Z", "site") as archive:
        for number, outcome in enumerate(("new", "changed", "unchanged", "changed", "unchanged")):
            archive.append(row("1", at=night(number), outcome=outcome), None)
    with ArchiveWriter(tmp_path, "20261110T180000Z", "site") as archive:
        archive.append(row("1", at=night(9), outcome="failed"), None)
        # What an import brought was no visit that could have found an edit.
        archive.append(row("1", at=night(-400), outcome="changed")._replace(attempts=0), None)
        archive.append(row("never there", at=night(9), outcome="missing"), None)
    known = page_states(tmp_path, "site")
    assert (known["1"].n_fetched, known["1"].n_changed, known["1"].first_fetched_at) == (5, 2, night(0))
    assert (known["never there"].n_fetched, known["never there"].first_fetched_at) == (0, None)
