"""What a revisit schedule asks for and how old its copies are: a year of invented edits, policies that see visits only.

    python -m benchmarks.bench_schedule [--seeds 9001 9002 9003] [--monthly-days 2]

Nothing is fetched and no clock is measured, so the figures are the same on every machine.
"""

import argparse
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.schedule.edit_process import FINAL_SEEDS, PROCESSES, EditProcess, make_edits
from benchmarks.schedule.policies import Clairvoyant, RevisitSchedule, Uniform, earlier_rule
from benchmarks.schedule.replay import Figures, replay

OURS = "**ours: each page by its edits, and what the listing shows**"
UNLISTED = "ours, without what the listing shows"
EARLIER = "the rule until 2026-11"
UNIFORM = "uniform, as many requests as ours"
LIMIT = "clairvoyant: the pages that changed"


class ScheduleTable(NamedTuple):
    """Of one set of parameters the figures of every policy, each the mean of the seeds."""

    process: EditProcess
    n_seeds: int
    figures: dict[str, Figures]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, nargs="+", default=FINAL_SEEDS)
    options.add_argument("--monthly-days", type=float, help="fetch.revisit_monthly_days, where not its default")
    chosen = options.parse_args()
    for table in schedule_tables(chosen.seeds, chosen.monthly_days):
        print(schedule_markdown(table), flush=True)


def schedule_tables(seeds: Sequence[int], monthly_days: float | None = None) -> Iterator[ScheduleTable]:
    """Replay every set of parameters with every seed."""
    for process in PROCESSES:
        of_policies: dict[str, list[Figures]] = {}
        for seed in seeds:
            edits = make_edits(process, seed)
            ours = replay(process, edits, RevisitSchedule(monthly_days))
            runs = [(EARLIER, replay(process, edits, earlier_rule)), (OURS, ours)]
            if process.is_progress_listed:
                unlisted = process._replace(is_progress_listed=False)
                runs.append((UNLISTED, replay(unlisted, edits, RevisitSchedule(monthly_days))))
            runs.append((UNIFORM, replay(process, edits, Uniform(ours.requests))))
            runs.append((LIMIT, replay(process, edits, Clairvoyant(edits))))
            for name, figures in runs:
                of_policies.setdefault(name, []).append(figures)
        means = {name: Figures(*np.mean(runs, axis=0).tolist()) for name, runs in of_policies.items()}
        yield ScheduleTable(process, len(seeds), means)


def schedule_markdown(table: ScheduleTable) -> str:
    """A table as Markdown, in the form of the others."""
    process, earlier = table.process, table.figures[EARLIER]
    lines = [
        f"### Revisit schedule, {process.name}",
        "",
        f"{process.projects_a_year:,} projects a year; {process.about}; means of {table.n_seeds} invented histories.",
        "",
        "| | requests a night | of the earlier's | copies fresh | days until an edit is seen | the 95th percentile |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, one in table.figures.items():
        share = one.requests / earlier.requests
        lines.append(
            f"| {name} | {one.requests:,.0f} | {share:.0%} | {one.fresh_pct:.2f} % | {one.mean_delay:.2f} "
            f"| {one.late_delay:.1f} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
