"""The two tables below the label/value rows: progress reports and the page's own edit log."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple, TypeAlias

from parsers.dates import Date, read_date, read_stamp
from parsers.history_columns import (
    TABLE_NAMES,
    Cells,
    KnownHeader,
    fitting_rows,
    known_header,
    report_header,
    state_of,
)
from parsers.issue_collector import IssueCollector
from parsers.labels import PROGRESS_COLUMNS, UPDATE_COLUMNS, UPDATED_AT
from parsers.no_values import text_or_none
from parsers.numbers import Number, read_percent
from parsers.page import Grid
from parsers.records import PageCell, ProgressRow, UpdateRow
from parsers.sections import NO_CELLS, Column, Key, Section, SectionCells, SectionState, read_table_cells, report_field

_LABELS = {
    Section.UPDATE: {label.field: label.text for label in UPDATE_COLUMNS},
    Section.PROGRESS: {label.field: label.text for label in PROGRESS_COLUMNS},
}
_COLUMNS: Mapping[Section, Sequence[Column]] = {
    section: [(report_field(field), text) for field, text in labels.items()] for section, labels in _LABELS.items()
}
_NO_DATE = Date(None)
_NO_NUMBER = Number(None)

_DAY_AND_TIME = re.compile(r"(.*\S)\s+([0-9๐-๙]{1,2}[:.][0-9๐-๙]{2}(?:[:.\s].*)?)")

# A cell that is a text → the text of its record.
_Text: TypeAlias = Callable[[str | None], str | None]


class HistoryTables(NamedTuple):
    """The rows of both tables and the days of the reports; of each section its cells, and how much the page shows.

    unknown_cells are the cells of unknown tables.
    """

    progress: list[ProgressRow]
    progress_dates: list[Date]
    updates: list[UpdateRow]
    cells: Mapping[Section, SectionCells]
    states: Mapping[Section, SectionState]
    unknown_cells: list[PageCell]


def _or_none(cell: str | None) -> str | None:
    return cell or None


def _read_date(issues: IssueCollector, section: Section, field: str, row_no: int, raw: str | None) -> Date:
    date = read_date(raw) if raw else _NO_DATE
    if date.issue_code is not None:
        table, label = TABLE_NAMES[section], _LABELS[section][field]
        message = f"row {row_no} of {table}: {label} {raw!r:.120} cannot be read for certain as a date"
        issues.add(date.issue_code, message, field=f"{table}.{field}", label=label, ordinal=row_no, raw=raw)
    return date


def _progress_row(
    issues: IssueCollector, key: Key, row_no: int, cells: Cells, text: _Text, before: ProgressRow | None
) -> tuple[ProgressRow, Date]:
    raw_date, raw_progress, status_code, problem, detail = cells
    date = _read_date(issues, Section.PROGRESS, "reported_on", row_no, raw_date)
    progress = read_percent(raw_progress) if raw_progress else _NO_NUMBER
    if progress.issue_code is not None:
        message = f"row {row_no} of progress_history: ความคืบหน้า {raw_progress!r:.120} is read as {progress.value}"
        field = "progress_history.progress_pct"
        issues.add(progress.issue_code, message, field=field, label="ความคืบหน้า", ordinal=row_no, raw=raw_progress)
    stamp = (read_stamp(detail) if detail else None) or _NO_DATE
    if stamp.issue_code is not None:
        begins = f"the detail begins with {(detail or '')[:20]!r}"
        message = f"row {row_no} of progress_history: {begins}, which cannot be read for certain as a date"
        field = "progress_history.detail_date"
        issues.add(stamp.issue_code, message, field=field, label="รายละเอียด", ordinal=row_no, raw=detail)
    row = ProgressRow(
        *key,
        row_no,
        date.value,
        raw_date,
        progress.value,
        raw_progress,
        text(status_code),
        text(problem),
        text(detail),
        stamp.value,
        before.progress_pct if before is not None and date.value is not None else None,
    )
    return row, date


def _progress_rows(
    issues: IssueCollector, key: Key, rows: Iterable[tuple[int, Cells]], text: _Text
) -> tuple[list[ProgressRow], list[Date]]:
    reports: list[ProgressRow] = []
    dates: list[Date] = []
    before: ProgressRow | None = None
    last_day, are_in_order = dt.date.min, True
    for row_no, cells in rows:
        report, date = _progress_row(issues, key, row_no, cells, text, before)
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


def _split_updated_at(cells: Cells) -> Cells:
    """The cells of an update with day and time from the column of both, which comes last in them.

    A day can have spaces of its own (`31 ม.ค. 2566 14:33:29`).
    """
    raw = cells[-1] or ""
    both = _DAY_AND_TIME.fullmatch(raw)
    day, _, time = raw.partition(" ")
    if both is not None:
        day, time = both[1], both[2]
    elif time and read_date(raw).value is not None:
        day, time = raw, ""
    return (day or None, time.strip() or None, *cells[2:-1])


def _update_row(issues: IssueCollector, key: Key, row_no: int, cells: Cells, text: _Text) -> UpdateRow:
    raw_day, time, user_name, action, policy_conformity, raw_start, raw_finish, target, result, unit = cells
    updated = _read_date(issues, Section.UPDATE, "updated_on", row_no, raw_day)
    start = _read_date(issues, Section.UPDATE, "start_date", row_no, raw_start)
    finish = _read_date(issues, Section.UPDATE, "finish_date", row_no, raw_finish)
    return UpdateRow(
        *key,
        row_no,
        updated.value,
        raw_day,
        text(time),
        text(user_name),
        text(action),
        text(policy_conformity),
        start.value,
        raw_start,
        finish.value,
        raw_finish,
        text(target),
        text(result),
        text(unit),
    )


def _section_cells(key: Key, known: KnownHeader, grid: Grid, rows: Sequence[tuple[int, Cells]]) -> SectionCells:
    """The cells of a table: those of its fields in the order of the catalogue, then those of unknown columns."""
    columns = _COLUMNS[known.section]
    if known.unknown:
        columns = [*columns, *((None, grid.header[place]) for place in known.unknown)]
        rows = [(no, (*cells, *(grid.rows[no - 1][place] for place in known.unknown))) for no, cells in rows]
    if known.section is Section.UPDATE:
        # An edit is known by its day and time, a report by its day.
        return read_table_cells(
            key, known.section, columns, [(no, f"{cells[0] or ''} {cells[1] or ''}", cells) for no, cells in rows]
        )
    return read_table_cells(key, known.section, columns, [(no, cells[0], cells) for no, cells in rows])


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
    text: _Text = text_or_none if may_lack_values else _or_none
    progress: list[ProgressRow] = []
    dates: list[Date] = []
    updates: list[UpdateRow] = []
    cells = dict.fromkeys(TABLE_NAMES, NO_CELLS)
    states = dict.fromkeys(TABLE_NAMES, SectionState.ABSENT)
    taken: dict[Section, Grid] = {}
    unknown: list[Grid] = []
    for grid in grids:
        known = known_header(grid.header)
        for footer in grid.footer:
            message = f"below its rows a table has {footer!r:.200}; it is kept here alone"
            issues.add("table_footer", message, field=known.table if known is not None else None, raw=footer)
        if known is None:
            header = " | ".join(grid.header)
            issues.add("unknown_table", f"a table with the columns {header[:200]!r} is not known", label=header)
            unknown.append(grid)
            continue
        first = taken.get(known.section)
        if first is not None:
            message = f"{known.table} appears on the page twice; the first is taken"
            issues.add("duplicate_table", message, field=known.table)
            if (grid.header, grid.rows) != (first.header, first.rows):
                # It cannot be known which of the two is right.
                states[known.section] = SectionState.UNREADABLE
            continue
        taken[known.section] = grid
        report_header(issues, known, grid)
        rows = list(fitting_rows(issues, known, grid))
        if known.section is Section.PROGRESS:
            progress, dates = _progress_rows(issues, key, rows, text)
        else:
            has_both = UPDATED_AT.field in known.columns
            rows = [(row_no, _split_updated_at(picked) if has_both else picked[:-1]) for row_no, picked in rows]
            updates = [_update_row(issues, key, row_no, picked, text) for row_no, picked in rows]
        cells[known.section] = _section_cells(key, known, grid, rows)
        states[known.section] = state_of(known, grid)
    unknown_cells = [cell for table_no, grid in enumerate(unknown, 1) for cell in _unknown_cells(key, table_no, grid)]
    return HistoryTables(progress, dates, updates, cells, states, unknown_cells)
