"""The invented edits that revisit policies are tried on."""

import numpy as np
import pytest

from benchmarks.schedule.edit_process import END, FINAL_SEEDS, PROCESSES, TUNING_SEEDS, EditProcess, make_edits


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_one_seed_draws_one_history_in_order_of_time(process: EditProcess) -> None:
    small = process._replace(projects_a_year=60)
    edits, again, other = (make_edits(small, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(one, same) for one, same in zip(edits, again, strict=True))
    assert not np.array_equal(edits.at[:50], other.at[:50])
    assert (np.diff(edits.at) >= 0).all()
    assert (edits.at > edits.appears_at[edits.project]).all(), "no page is edited before it appears"
    assert ((edits.progress >= 0) & (edits.progress <= 100)).all()


def test_every_set_has_edits_of_open_and_of_finished_projects_until_the_last_night() -> None:
    for process in PROCESSES:
        edits = make_edits(process._replace(projects_a_year=100), 1)
        is_last_month = (edits.at > END - 30) & (edits.at < END)
        assert edits.progress[is_last_month].min() < 100 <= edits.progress[is_last_month].max()


def test_no_policy_is_judged_by_the_seeds_it_was_tuned_with() -> None:
    assert not set(TUNING_SEEDS) & set(FINAL_SEEDS)
