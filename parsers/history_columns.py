"""The columns of the two tables below the rows: which table a header is of, and how much of it the page shows."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from parsers.issue_collector import IssueCollector
from parsers.labels import PROGRESS_COLUMNS, UPDATE_COLUMNS, UPDATED_AT, Label, columns_of, is_row_number
from parsers.page import Grid
from parsers.sections import Section, SectionState

# The tables, as issues name them.
TABLE_NAMES = {Section.UPDATE: "update_history", Section.PROGRESS: "progress_history"}
_FEWEST_COLUMNS = 3
# One column for both, or both columns: then neither is missing.
_JOINED = ("updated_on", "updated_time")

Cells: TypeAlias = tuple[str | None, ...]


class KnownHeader(NamedTuple):
    """A known header: its table, the field of each column, and how to pick a row's cells.

    pick takes the cells of a row with None after the last one, and returns those of the table's fields in their order.
    unknown: the places of header cells that are not known; missing: columns that are not there.
    """

    section: Section
    table: str
    columns: tuple[str | None, ...]
    pick: Callable[[Cells], Cells]
    unknown: tuple[int, ...]
    missing: tuple[Label, ...]

    @property
    def n_known(self) -> int:
        return len(self.columns) - self.columns.count(None)


@lru_cache(maxsize=64)
def known_header(header: tuple[str, ...]) -> KnownHeader | None:
    """Recognise which of the two tables a header belongs to; None for an unknown table."""

    def as_table(section: Section, labels: Sequence[Label]) -> KnownHeader:
        columns = columns_of(header, tuple(labels))
        places = {column: place for place, column in enumerate(columns)}
        pick = itemgetter(*[places.get(label.field, len(columns)) for label in labels])
        unknown = [place for place, column in enumerate(columns) if column is None and not is_row_number(header[place])]
        found = {*columns, *(_JOINED if UPDATED_AT.field in columns else (UPDATED_AT.field,))}
        missing = [label for label in labels if label.field not in found]
        return KnownHeader(section, TABLE_NAMES[section], columns, pick, tuple(unknown), tuple(missing))

    progress = as_table(Section.PROGRESS, PROGRESS_COLUMNS)
    updates = as_table(Section.UPDATE, (*UPDATE_COLUMNS, UPDATED_AT))
    best = updates if updates.n_known > progress.n_known else progress
    return best if best.n_known >= _FEWEST_COLUMNS else None


def cell_fields(grid: Grid) -> tuple[str | None, ...]:
    """The field of each column as issues name it (`progress_history.detail`); None for an unknown one."""
    known = known_header(grid.header)
    if known is None:
        return (None,) * len(grid.header)
    return tuple([f"{known.table}.{column}" if column is not None else None for column in known.columns])


def report_header(issues: IssueCollector, known: KnownHeader, grid: Grid) -> None:
    """Report the columns of a table that are unknown or missing, and rows that the page does not show."""
    table = known.table
    for cell in [grid.header[place] for place in known.unknown]:
        issues.add("unknown_column", f"column {cell[:100]!r} of {table} is not known", field=table, label=cell)
    for column in known.missing:
        message = f"column {column.text!r} of {table} is missing"
        issues.add("missing_column", message, field=f"{table}.{column.field}", label=column.text)
    if _is_incomplete(grid):
        of = f"of {grid.stated_total} rows" if grid.stated_total is not None else "rows; more are on other pages"
        message = f"{table} shows {len(grid.rows)} {of}"
        raw = str(grid.stated_total) if grid.stated_total is not None else None
        issues.add("incomplete_table", message, field=table, raw=raw)


def fitting_rows(issues: IssueCollector, known: KnownHeader, grid: Grid) -> Iterator[tuple[int, Cells]]:
    """The rows with a cell under each column, as their number and the cells of the table's fields in order."""
    width = len(known.columns)
    for row_no, cells in enumerate(grid.rows, 1):
        if len(cells) == width:
            yield row_no, known.pick((*cells, None))
            continue
        raw = " | ".join(cell or "" for cell in cells)
        widths = f"{len(cells)} cells under {width} columns"
        message = f"row {row_no} of {known.table} has {widths}; it is not read"
        issues.add("malformed_table_row", message, field=known.table, ordinal=row_no, raw=raw)


def _is_incomplete(grid: Grid) -> bool:
    return grid.is_paged or (grid.stated_total is not None and grid.stated_total > len(grid.rows))


def state_of(known: KnownHeader, grid: Grid) -> SectionState:
    """How much of its section a table shows: a row or a column that is not certain makes it unreadable."""
    if known.missing or any(len(cells) != len(known.columns) for cells in grid.rows):
        return SectionState.UNREADABLE
    if _is_incomplete(grid):
        return SectionState.CUT
    return SectionState.PRESENT if grid.rows else SectionState.EMPTY
