"""What a benchmark measured, and how it is shown: medians and spread of several runs, ratios within the same run."""

import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

Work = Callable[[], object]


class Line(NamedTuple):
    """One contender: what each of its runs took, in the unit of its table."""

    name: str
    runs: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.runs)


class Table(NamedTuple):
    """Contenders that did the same work in turns. limit names the theoretical best, ours the one that is compared.

    unit is the unit of the runs; when less is not better (pages a second), is_rate is true.
    """

    title: str
    about: str
    unit: str
    ours: str
    limit: str | None
    lines: Sequence[Line]
    is_rate: bool = False

    def line(self, name: str) -> Line:
        """The contender with that name."""
        return next(line for line in self.lines if line.name == name)

    def slower(self, name: str, than: str) -> float:
        """How many times slower one contender is than another."""
        one, other = self.line(name).median, self.line(than).median
        return other / one if self.is_rate else one / other


def in_turns(contenders: Sequence[tuple[str, Callable[[], float]]], runs: int) -> list[Line]:
    """Let contenders measure themselves in turns, so that a busy machine slows all of them alike."""
    taken: dict[str, list[float]] = {name: [] for name, _ in contenders}
    for _ in range(runs):
        for name, measure in contenders:
            taken[name].append(measure())
    return [Line(name, runs_of) for name, runs_of in taken.items()]


def markdown(table: Table) -> str:
    """A table as Markdown, with its title and what was done."""
    heading = f"| | {table.unit}, median | spread | times ours |"
    rule = "| --- | ---: | ---: | ---: |"
    if table.limit is not None:
        heading, rule = f"{heading} times the limit |", f"{rule} ---: |"
    rows = []
    for line in table.lines:
        name = f"**{line.name}**" if line.name == table.ours else line.name
        spread = f"{_figure(min(line.runs))} to {_figure(max(line.runs))}"
        cells = [name, _figure(line.median), spread, f"{table.slower(line.name, table.ours):.2f}"]
        if table.limit is not None:
            cells.append(f"{table.slower(line.name, table.limit):.2f}")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join([f"### {table.title}", "", table.about, "", heading, rule, *rows, ""])


def _figure(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"
