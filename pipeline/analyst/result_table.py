"""The answer to a query for people: a table, or one value per line where the terminal is too narrow for a table."""

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.core.text import printable

# A narrower column cannot be read when its texts are longer; three more characters separate it from the next.
_NARROWEST = 8
_BETWEEN = 3
_WIDTH_WITHOUT_TERMINAL = 100_000


def print_answer(columns: Sequence[str], answered: Sequence[Sequence[object]], *, is_cut: bool) -> None:
    """Print rows as a table: fitted to the width of a terminal, elsewhere with one line per row.

    is_cut says that there are more rows than these.
    """
    is_terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, highlight=False, width=None if is_terminal else _WIDTH_WITHOUT_TERMINAL)
    names = [printable(name) for name in columns]
    rows = [[shown(value) for value in row] for row in answered]
    if _least_width(names, rows) <= console.width:
        console.print(_table(answered, names, rows, wraps=is_terminal))
    else:
        for number, row in enumerate(rows, 1):
            console.print(Text(f"── {number} ──", style="dim"))
            console.print(_record(names, row))
    if not rows:
        console.print(Text("no rows"))
    if is_cut:
        console.print(Text(f"… more than {len(rows):,} rows; use LIMIT, or --format csv for all of them"))


def shown(value: object) -> str:
    """A value as a table shows it: null as an empty text, times in UTC to the second, texts on one line."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        moment = value.astimezone(dt.UTC) if value.tzinfo else value
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join("null" if item is None else shown(item) for item in value) + "]"
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return f"{value:.0f}"
    return printable(str(value))


def _least_width(names: list[str], rows: list[list[str]]) -> int:
    columns: Iterator[tuple[str, ...]] = zip(names, *rows, strict=True)
    return sum(_BETWEEN + min(_NARROWEST, max(map(cell_len, column))) for column in columns) - _BETWEEN


def _table(answered: Sequence[Sequence[object]], names: list[str], rows: list[list[str]], *, wraps: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for position, name in enumerate(names):
        is_number = all(isinstance(row[position], int | float | Decimal | None) for row in answered)
        table.add_column(Text(name), justify="right" if is_number else "left", no_wrap=not wraps, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _record(names: list[str], row: list[str]) -> Table:
    record = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    record.add_column(no_wrap=True)
    record.add_column(overflow="fold")
    for name, value in zip(names, row, strict=True):
        record.add_row(Text(name, style="bold"), Text(value))
    return record
