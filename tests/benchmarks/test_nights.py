"""The benchmark of many nights runs to its end: its archive is one that the program reads."""

from pathlib import Path

import pytest

from benchmarks.bench_nights import measured_nights


@pytest.mark.slow
def test_every_stage_of_a_night_is_measured_and_the_history_is_folded_anew(tmp_path: Path) -> None:
    lines = [line.strip("| ").split(" | ") for line in measured_nights([2], 20, tmp_path, is_folded_anew=True)]
    assert [(nights, stage) for nights, stage, *_ in lines] == [
        ("2", "parse"),
        ("2", "parse again"),
        ("2", "build"),
        ("2", "plan"),
        ("2", "disk, data/raw"),
        ("2", "disk, data/parsed"),
        ("3", "parse without a history"),
    ]
