"""The two tables below the label/value rows: progress reports and the page's own edit log."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, zip_longest
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from parsers.dates import Date, read_date, read_stamp
from parsers.issue_collector import IssueCollector
from parsers.labels import PROGRESS_COLUMNS, UPDATE_COLUMNS, UPDATED_AT, Label, columns_of, is_row_number
from parsers.no_values import text_or_none
from parsers.numbers import Number, read_percent
from parsers.page import Grid
from parsers.records import PageCell, ProgressRow, UpdateRow
from parsers.sections import (
    NO_CELLS,
    Column,
    Key,
    Section,
    SectionCells,
    SectionState,
    read_table_cells,
    report_field,
)

_PROGRESS = "progress_history"
_UPDATES = "update_history"
_FEWEST_COLUMNS = 3
# One column for both, or both columns: then neither is missing.
_JOINED = ("updated_on", "updated_time")
_NO_DATE = Date(None)
_NO_NUMBER = Number(None)

_DAY_AND_TIME = re.compile(r"(.*\S)\s+([0-9๐-๙]{1,2}[:.][0-9๐-๙]{2}(?:[:.\s].*)?)")

Cells: TypeAlias = tuple[str | None, ...]


class HistoryTables(NamedTuple):
    """The rows of both tables with their cells, how much of each the page shows, and the days of the reports.

    unknown_cells are the cells of unknown tables.
    """

    progress: list[ProgressRow]
    progress_cells: SectionCells
    progress_state: SectionState
    progress_dates: list[Date]
    updates: list[UpdateRow]
    update_cells: SectionCells
    update_state: SectionState
    unknown_cells: list[PageCell]


_OF_REPORTS: list[Column] = [(report_field(label.field), label.text) for label in PROGRESS_COLUMNS]
_OF_UPDATES: list[Column] = [(label.field, label.text) for label in UPDATE_COLUMNS]
_NO_TABLES = HistoryTables([], NO_CELLS, SectionState.ABSENT, [], [], NO_CELLS, SectionState.ABSENT, [])


class _KnownHeader(NamedTuple):
    """A known header: its table, the field of each column, and how to pick a row's cells.

    pick takes the cells of a row with None after the last one, and returns those of the table's fields in their order.
    unknown: header cells that are not known; missing: columns that are not there.
    """

    table: str
    columns: tuple[str | None, ...]
    pick: Callable[[Cells], Cells]
    unknown: tuple[str, ...]
    missing: tuple[Label, ...]


@lru_cache(maxsize=64)
def _known_header(header: tuple[str, ...]) -> _KnownHeader | None:
    """Recognise which of the two tables a header belongs to; None for an unknown table."""

    def as_table(table: str, labels: Sequence[Label]) -> _KnownHeader:
        columns = columns_of(header, tuple(labels))
        places = {column: place for place, column in enumerate(columns)}
        pick = itemgetter(*[places.get(label.field, len(columns)) for label in labels])
        nameless = [cell for cell, column in zip(header, columns, strict=True) if column is None]
        unknown = [cell for cell in nameless if not is_row_number(cell)]
        found = {*columns, *(_JOINED if UPDATED_AT.field in columns else (UPDATED_AT.field,))}
        missing = [label for label in labels if label.field not in found]
        return _KnownHeader(table, columns, pick, tuple(unknown), tuple(missing))

    progress = as_table(_PROGRESS, PROGRESS_COLUMNS)
    updates = as_table(_UPDATES, (*UPDATE_COLUMNS, UPDATED_AT))
    best = max(progress, updates, key=lambda known: len(header) - known.columns.count(None))
    return best if len(header) - best.columns.count(None) >= _FEWEST_COLUMNS else None


def cell_fields(grid: Grid) -> tuple[str | None, ...]:
    """The field of each column as issues name it (`progress_history.detail`); None for an unknown one."""
    known = _known_header(grid.header)
    if known is None:
        return (None,) * len(grid.header)
    return tuple([f"{known.table}.{column}" if column is not None else None for column in known.columns])


def _check_header(issues: IssueCollector, known: _KnownHeader, grid: Grid) -> None:
    table = known.table
    for cell in known.unknown:
        issues.add("unknown_column", f"column {cell[:100]!r} of {table} is not known", field=table, label=cell)
    for column in known.missing:
        message = f"column {column.text!r} of {table} is missing"
        issues.add("missing_column", message, field=f"{table}.{column.field}", label=column.text)
    if _is_incomplete(grid):
        of = f"of {grid.stated_total} rows" if grid.stated_total is not None else "rows; more are on other pages"
        message = f"{table} shows {len(grid.rows)} {of}"
        raw = str(grid.stated_total) if grid.stated_total is not None else None
        issues.add("incomplete_table", message, field=table, raw=raw)


def _report_date(issues: IssueCollector, raw: str | None, table: str, field: str, label: str, row_no: int) -> Date:
    date = read_date(raw) if raw else _NO_DATE
    if date.issue_code is not None:
        message = f"row {row_no} of {table}: {label} {raw!r:.120} cannot be read for certain as a date"
        issues.add(date.issue_code, message, field=f"{table}.{field}", label=label, ordinal=row_no, raw=raw)
    return date


def _progress_row(
    issues: IssueCollector, key: Key, row_no: int, cells: Cells, before: ProgressRow | None
) -> tuple[ProgressRow, Date]:
    raw_date, raw_progress, status_code, problem, detail = cells
    date = _report_date(issues, raw_date, _PROGRESS, "reported_on", "วันที่รายงาน", row_no)
    progress = read_percent(raw_progress) if raw_progress else _NO_NUMBER
    if progress.issue_code is not None:
        message = f"row {row_no} of {_PROGRESS}: ความคืบหน้า {raw_progress!r:.120} is read as {progress.value}"
        field = f"{_PROGRESS}.progress_pct"
        issues.add(progress.issue_code, message, field=field, label="ความคืบหน้า", ordinal=row_no, raw=raw_progress)
    stamp = (read_stamp(detail) if detail else None) or _NO_DATE
    if stamp.issue_code is not None:
        begins = f"the detail begins with {(detail or '')[:20]!r}"
        message = f"row {row_no} of {_PROGRESS}: {begins}, which cannot be read for certain as a date"
        field = f"{_PROGRESS}.detail_date"
        issues.add(stamp.issue_code, message, field=field, label="รายละเอียด", ordinal=row_no, raw=detail)
    row = ProgressRow(
        *key,
        row_no,
        date.value,
        raw_date,
        progress.value,
        raw_progress,
        status_code or None,
        problem or None,
        detail or None,
        stamp.value,
        before.progress_pct if before is not None and date.value is not None else None,
    )
    return row, date


def _progress_rows(
    issues: IssueCollector, key: Key, rows: Iterable[tuple[int, Cells]]
) -> tuple[list[ProgressRow], list[Date]]:
    reports: list[ProgressRow] = []
    dates: list[Date] = []
    before: ProgressRow | None = None
    last_day, are_in_order = dt.date.min, True
    for row_no, cells in rows:
        report, date = _progress_row(issues, key, row_no, cells, before)
        reports.append(report)
        dates.append(date)
        if date.value is not None:
            are_in_order &= last_day <= date.value
            last_day, before = date.value, report
    return reports if are_in_order else _by_day(reports), dates


def _by_day(reports: Sequence[ProgressRow]) -> list[ProgressRow]:
    """For reports that are not in the order of their days: each gets the progress of the one before it by day."""
    dated = sorted([(row.reported_on, row.report_no, row.progress_pct) for row in reports if row.reported_on])
    previous = {later[1]: earlier[2] for earlier, later in pairwise(dated)}
    return [row._replace(previous_progress_pct=previous.get(row.report_no)) for row in reports]


def _split_updated_at(raw: str | None) -> tuple[str | None, str | None]:
    """Day and time of a cell with both; a day can have spaces of its own (`31 ม.ค. 2566 14:33:29`)."""
    both = _DAY_AND_TIME.fullmatch(raw or "")
    if both is not None:
        return both[1], both[2]
    day, _, time = (raw or "").partition(" ")
    if time and read_date(raw or "").value is not None:
        return raw, None
    return day or None, time.strip() or None


def _update_row(issues: IssueCollector, key: Key, row_no: int, cells: Cells, *, has_updated_at: bool) -> UpdateRow:
    raw_day, time, user_name, action, policy_conformity, raw_start, raw_finish, target, result, unit, at = cells
    if has_updated_at:
        raw_day, time = _split_updated_at(at)
    updated = _report_date(issues, raw_day, _UPDATES, "updated_on", "วันที่", row_no)
    start = _report_date(issues, raw_start, _UPDATES, "start_date", "เริ่มต้น", row_no)
    finish = _report_date(issues, raw_finish, _UPDATES, "finish_date", "สิ้นสุด", row_no)
    return UpdateRow(
        *key,
        row_no,
        updated.value,
        raw_day,
        time or None,
        user_name or None,
        action or None,
        policy_conformity or None,
        start.value,
        raw_start,
        finish.value,
        raw_finish,
        target or None,
        result or None,
        unit or None,
    )


def _fitting_rows(issues: IssueCollector, known: _KnownHeader, grid: Grid) -> Iterator[tuple[int, Cells]]:
    """The rows with a cell under each column, as their number and the cells of the table's fields in order."""
    width, pick = len(known.columns), known.pick
    for row_no, cells in enumerate(grid.rows, 1):
        if len(cells) == width:
            yield row_no, pick((*cells, None))
            continue
        raw = " | ".join(cell or "" for cell in cells)
        widths = f"{len(cells)} cells under {width} columns"
        message = f"row {row_no} of {known.table} has {widths}; it is not read"
        issues.add("malformed_table_row", message, field=known.table, ordinal=row_no, raw=raw)


def _is_incomplete(grid: Grid) -> bool:
    return grid.is_paged or (grid.stated_total is not None and grid.stated_total > len(grid.rows))


def _state_of(known: _KnownHeader, grid: Grid) -> SectionState:
    """How much of its section a table shows: a row or a column that is not certain makes it unreadable."""
    if known.missing or any(len(cells) != len(known.columns) for cells in grid.rows):
        return SectionState.UNREADABLE
    if _is_incomplete(grid):
        return SectionState.CUT
    return SectionState.PRESENT if grid.rows else SectionState.EMPTY


def _progress_cells(key: Key, known: _KnownHeader, grid: Grid, reports: Sequence[ProgressRow]) -> SectionCells:
    rows = []
    for row in reports:
        raws = (row.reported_on_raw, row.progress_pct_raw, row.status_code, row.problem, row.detail)
        rows.append((row.report_no, row.reported_on_raw, raws))
    return _cells(key, Section.PROGRESS, _OF_REPORTS, rows, known, grid)


def _update_cells(key: Key, known: _KnownHeader, grid: Grid, updates: Sequence[UpdateRow]) -> SectionCells:
    rows = []
    for row in updates:
        raws = (
            row.updated_on_raw, row.updated_time, row.user_name, row.action, row.policy_conformity,
            row.start_date_raw, row.finish_date_raw, row.target, row.result, row.unit,
        )  # fmt: skip
        rows.append((row.update_no, f"{row.updated_on_raw or ''} {row.updated_time or ''}", raws))
    return _cells(key, Section.UPDATE, _OF_UPDATES, rows, known, grid)


def _cells(
    key: Key,
    section: Section,
    columns: Sequence[Column],
    rows: Sequence[tuple[int, str | None, Cells]],
    known: _KnownHeader,
    grid: Grid,
) -> SectionCells:
    """The cells of a table: those of its fields in the order of the catalogue, then those of unknown columns."""
    if not known.unknown:
        return read_table_cells(key, section, columns, rows)
    places = [place for place, cell in enumerate(grid.header) if cell in known.unknown]
    columns = [*columns, *((None, grid.header[place]) for place in places)]
    more = [(no, label, (*raws, *(grid.rows[no - 1][place] for place in places))) for no, label, raws in rows]
    return read_table_cells(key, section, columns, more)


def _reports_of_values(reports: Sequence[ProgressRow]) -> list[ProgressRow]:
    return [
        row._replace(
            status_code=text_or_none(row.status_code),
            problem=text_or_none(row.problem),
            detail=text_or_none(row.detail),
        )
        for row in reports
    ]


def _updates_of_values(updates: Sequence[UpdateRow]) -> list[UpdateRow]:
    return [
        row._replace(
            updated_time=text_or_none(row.updated_time),
            user_name=text_or_none(row.user_name),
            action=text_or_none(row.action),
            policy_conformity=text_or_none(row.policy_conformity),
            target=text_or_none(row.target),
            result=text_or_none(row.result),
            unit=text_or_none(row.unit),
        )
        for row in updates
    ]


def _unknown_cells(key: Key, table_no: int, grid: Grid) -> Iterator[PageCell]:
    """The cells of an unknown table, including those without a header cell above them."""
    for row_no, cells in enumerate(grid.rows, 1):
        for column_no, (label, raw) in enumerate(zip_longest(grid.header, cells, fillvalue=None), 1):
            if column_no <= len(cells):
                where = (grid.heading, table_no, f"{column_no:03}")
                yield PageCell(*key, "other", row_no, label or "", raw, None, *where)


def read_tables(issues: IssueCollector, key: Key, grids: Sequence[Grid], *, may_lack_values: bool) -> HistoryTables:
    """Read both tables, with columns in any order; a row that does not fit its header is an issue.

    Args:
        issues: where issues go.
        key: source_id, project_id and snapshot_id of the page.
        grids: the tables of the page; of two of one kind the first is read.
        may_lack_values: some text of the page may not be a value, by the rules of parsers.no_values.

    Returns:
        The rows, numbered from 1 in page order, malformed ones counted.
    """
    tables = _NO_TABLES
    first: dict[str, tuple[Cells, Sequence[Cells]]] = {}
    unknown: list[Grid] = []
    for grid in grids:
        known = _known_header(grid.header)
        for text in grid.footer:
            message = f"below its rows a table has {text!r:.200}; it is kept here alone"
            issues.add("table_footer", message, field=known.table if known is not None else None, raw=text)
        if known is None:
            header = " | ".join(grid.header)
            issues.add("unknown_table", f"a table with the columns {header[:200]!r} is not known", label=header)
            unknown.append(grid)
            continue
        shown = tables.progress_state if known.table == _PROGRESS else tables.update_state
        if shown is not SectionState.ABSENT:
            message = f"{known.table} appears on the page twice; the first is taken"
            issues.add("duplicate_table", message, field=known.table)
            if (grid.header, grid.rows) != first[known.table]:
                # It cannot be known which of the two is right.
                state = SectionState.UNREADABLE
                tables = (
                    tables._replace(progress_state=state)
                    if known.table == _PROGRESS
                    else tables._replace(update_state=state)
                )
            continue
        first[known.table] = grid.header, grid.rows
        _check_header(issues, known, grid)
        rows, state = _fitting_rows(issues, known, grid), _state_of(known, grid)
        if known.table == _PROGRESS:
            progress, dates = _progress_rows(issues, key, rows)
            cells = _progress_cells(key, known, grid, progress)
            if may_lack_values:
                progress = _reports_of_values(progress)
            tables = tables._replace(
                progress=progress, progress_cells=cells, progress_state=state, progress_dates=dates
            )
        else:
            has_updated_at = UPDATED_AT.field in known.columns
            updates = [_update_row(issues, key, row_no, cells, has_updated_at=has_updated_at) for row_no, cells in rows]
            update_cells = _update_cells(key, known, grid, updates)
            if may_lack_values:
                updates = _updates_of_values(updates)
            tables = tables._replace(updates=updates, update_cells=update_cells, update_state=state)
    if not unknown:
        return tables
    return tables._replace(
        unknown_cells=[cell for table_no, grid in enumerate(unknown, 1) for cell in _unknown_cells(key, table_no, grid)]
    )
