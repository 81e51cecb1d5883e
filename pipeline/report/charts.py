"""Charts as inline SVG: drawn with attributes and classes alone, so that no style attribute breaks the page's CSP.

The charts take numbers and our own words only; these are escaped all the same.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

_WIDTH, _HEIGHT = 640, 200
# The left margin has room for six figures in the larger letters on a telephone.
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 8, 10, 26
_PLOT_WIDTH, _PLOT_HEIGHT = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM


class Series(NamedTuple):
    """One kind of value over the runs; `css` is the class that colours it. None is a gap."""

    css: str
    values: Sequence[float | None]


def stacked_columns(labels: Sequence[str], series: Sequence[Series], title: str) -> Markup:
    """One column per run, the series stacked on each other."""
    tops = [sum(one.values[i] or 0 for one in series) for i in range(len(labels))]
    ceiling = _ceiling(max(tops, default=0))
    step = _PLOT_WIDTH / max(len(labels), 1)
    width = min(step * 0.72, 44)
    bars = []
    for i, label in enumerate(labels):
        base = 0.0
        x = _LEFT + step * i + (step - width) / 2
        for one in series:
            value = one.values[i] or 0
            if value:
                height = _PLOT_HEIGHT * value / ceiling
                y = _TOP + _PLOT_HEIGHT - base - height
                bars.append(
                    Markup(
                        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                        "<title>{}: {} {:,.0f}</title></rect>"
                    ).format(one.css, x, y, width, height, label, one.css, value)
                )
                base += height
    return _frame(Markup("").join(bars), labels, ceiling, title, step)


def lines(
    labels: Sequence[str], series: Sequence[Series], title: str, *, ceiling: float | None = None, unit: str = ""
) -> Markup:
    """One line per series over the runs, a dot for every run."""
    highest = max((value for one in series for value in one.values if value is not None), default=0.0)
    top = ceiling if ceiling is not None else _ceiling(highest)
    step = _PLOT_WIDTH / max(len(labels), 1)
    drawn = []
    # The first series is drawn last: where two lines meet, the most important one is visible.
    for one in reversed(series):
        points = [
            (_LEFT + step * (i + 0.5), _TOP + _PLOT_HEIGHT * (1 - min(value / top, 1)), value, labels[i])
            for i, value in enumerate(one.values)
            if value is not None
        ]
        path = " ".join(f"{'M' if i == 0 else 'L'}{x:.1f} {y:.1f}" for i, (x, y, _, _) in enumerate(points))
        drawn.append(Markup('<path class="line {}" d="{}"/>').format(one.css, path))
        drawn += [
            Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3"><title>{}: {}{}</title></circle>').format(
                one.css, x, y, label, _number(value), unit
            )
            for x, y, value, label in points
        ]
    return _frame(Markup("").join(drawn), labels, top, title, step, unit)


def shares(parts: Sequence[tuple[str, int]], title: str) -> Markup:
    """One horizontal bar of 100 percent, split into its parts."""
    total = sum(value for _, value in parts)
    x = 0.0
    drawn = []
    for css, value in parts:
        if total and value:
            width = 100 * value / total
            drawn.append(Markup('<rect class="{}" x="{:.2f}" y="0" width="{:.2f}" height="10"/>').format(css, x, width))
            x += width
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(title, Markup("").join(drawn))


def lengths(parts: Sequence[tuple[str, int]], longest: int, title: str) -> Markup:
    """One horizontal bar whose length is its size against the longest of its table."""
    rest = max(longest - sum(value for _, value in parts), 0)
    return shares([*parts, ("nothing", rest)], title)


def _frame(drawn: Markup, labels: Sequence[str], ceiling: float, title: str, step: float, unit: str = "") -> Markup:
    grid = [
        Markup(
            '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="tick" x="{}" y="{:.1f}">{}{}</text>'
        ).format(_LEFT, _WIDTH - _RIGHT, y, y, _LEFT - 6, y + 4, _number(ceiling * part), unit)
        for part in (0, 0.5, 1)
        for y in [_TOP + _PLOT_HEIGHT * (1 - part)]
    ]
    every = max(1, -(-len(labels) // 8))
    named = [i for i in range(len(labels)) if (len(labels) - 1 - i) % every == 0]
    # Several runs of one day have its name once.
    days = [
        Markup('<text class="day" x="{:.1f}" y="{}">{}</text>').format(_LEFT + step * (i + 0.5), _HEIGHT - 8, label)
        for label, (i, *_) in groupby(named, key=labels.__getitem__)
    ]
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        _WIDTH, _HEIGHT, title, Markup("").join(grid), drawn, Markup("").join(days)
    )


def _ceiling(highest: float) -> float:
    """The next round number, so that the axis is easy to read."""
    if highest <= 0:
        return 1.0
    size = 10.0 ** (len(str(int(highest))) - 1)
    return next(size * step for step in (1, 2, 4, 5, 6, 8, 10) if size * step >= highest)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
