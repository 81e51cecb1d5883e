"""The two tables below the label/value rows: progress reports and the page's own edit log."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from parsers.dates import Date, read_date, read_stamp
from parsers.findings import Findings
from parsers.labels import PROGRESS_COLUMNS, UPDATE_COLUMNS, UPDATED_AT, Label, columns_of, is_row_number
from parsers.numbers import read_percent
from parsers.page import Grid
from parsers.records import ProgressRow, UpdateRow

_PROGRESS = "progress_history"
_UPDATES = "update_history"
_FEWEST_COLUMNS = 3


class Tables(NamedTuple):
    """The rows of both tables; None where the page has no such table at all."""

    progress: list[ProgressRow] | None
    updates: list[UpdateRow] | None
    progress_dates: list[Date]


@lru_cache(maxsize=64)
def _columns(header: tuple[str, ...]) -> tuple[str, tuple[str | None, ...]] | None:
    """Which of the two tables a header belongs to, and the field of each column; None for a table nobody knows."""
    progress = columns_of(header, PROGRESS_COLUMNS)
    updates = columns_of(header, (*UPDATE_COLUMNS, UPDATED_AT))
    best, columns = max(
        ((_PROGRESS, progress), (_UPDATES, updates)), key=lambda found: len(found[1]) - found[1].count(None)
    )
    return (best, columns) if len(columns) - columns.count(None) >= _FEWEST_COLUMNS else None


def cell_fields(grid: Grid) -> tuple[str | None, ...]:
    """The field of each column as issues name it (`progress_history.detail`); None for what nobody knows."""
    known = _columns(grid.header)
    if known is None:
        return (None,) * len(grid.header)
    table, columns = known
    return tuple([f"{table}.{column}" if column is not None else None for column in columns])


def _check_header(findings: Findings, table: str, grid: Grid, columns: tuple[str | None, ...]) -> None:
    known: Sequence[Label] = PROGRESS_COLUMNS if table == _PROGRESS else UPDATE_COLUMNS
    for cell, field in zip(grid.header, columns, strict=True):
        if field is None and not is_row_number(cell):
            findings.add("unknown_column", f"column {cell[:100]!r} of {table} is not known", field=table, label=cell)
    present = set(columns)
    if "updated_at" in present:
        present |= {"updated_on", "updated_time"}
    for column in known:
        if column.field not in present:
            message = f"column {column.text!r} of {table} is missing"
            findings.add("missing_column", message, field=f"{table}.{column.field}", label=column.text)
    if grid.stated_total is not None and grid.stated_total > len(grid.rows):
        message = f"{table} shows {len(grid.rows)} of {grid.stated_total} rows"
        findings.add("incomplete_table", message, field=table, raw=str(grid.stated_total))


def _text(value: str | None) -> str | None:
    return value or None


def _report_date(findings: Findings, raw: str | None, table: str, field: str, label: str, row_no: int) -> Date:
    date = read_date(raw) if raw else Date(None)
    if date.problem is not None:
        message = f"row {row_no} of {table}: {label} {raw!r:.120} is no certain day"
        findings.add(date.problem, message, field=f"{table}.{field}", label=label, ordinal=row_no, raw=raw)
    return date


def _progress_row(
    findings: Findings, key: tuple[str, str, str], row_no: int, cells: Mapping[str | None, str | None]
) -> tuple[ProgressRow, Date]:
    raw_date, raw_progress, detail = cells.get("reported_on"), cells.get("progress"), cells.get("detail")
    date = _report_date(findings, raw_date, _PROGRESS, "reported_on", "วันที่รายงาน", row_no)
    progress = read_percent(raw_progress) if raw_progress else None
    if progress is not None and progress.problem is not None:
        message = f"row {row_no} of {_PROGRESS}: ความคืบหน้า {raw_progress!r:.120} is read as {progress.value}"
        field = f"{_PROGRESS}.progress_pct"
        findings.add(progress.problem, message, field=field, label="ความคืบหน้า", ordinal=row_no, raw=raw_progress)
    stamp = read_stamp(detail) if detail else None
    if stamp is not None and stamp.problem is not None:
        message = f"row {row_no} of {_PROGRESS}: the stamp {(detail or '')[:20]!r} of the detail is no certain day"
        field = f"{_PROGRESS}.detail_date"
        findings.add(stamp.problem, message, field=field, label="รายละเอียด", ordinal=row_no, raw=detail)
    row = ProgressRow(
        *key,
        row_no,
        date.value,
        raw_date,
        progress.value if progress is not None else None,
        raw_progress,
        _text(cells.get("status_code")),
        _text(cells.get("problem")),
        _text(detail),
        stamp.value if stamp is not None else None,
    )
    return row, date


def _split_updated_at(raw: str | None) -> tuple[str | None, str | None]:
    day, _, time = (raw or "").partition(" ")
    return day or None, time.strip() or None


def _update_row(
    findings: Findings, key: tuple[str, str, str], row_no: int, cells: Mapping[str | None, str | None]
) -> UpdateRow:
    raw_day, time = cells.get("updated_on"), cells.get("updated_time")
    if "updated_at" in cells:
        raw_day, time = _split_updated_at(cells["updated_at"])
    updated = _report_date(findings, raw_day, _UPDATES, "updated_on", "วันที่", row_no)
    start = _report_date(findings, cells.get("start_date"), _UPDATES, "start_date", "เริ่มต้น", row_no)
    finish = _report_date(findings, cells.get("finish_date"), _UPDATES, "finish_date", "สิ้นสุด", row_no)
    return UpdateRow(
        *key,
        row_no,
        updated.value,
        raw_day,
        _text(time),
        _text(cells.get("user_name")),
        _text(cells.get("action")),
        _text(cells.get("policy_conformity")),
        start.value,
        cells.get("start_date"),
        finish.value,
        cells.get("finish_date"),
        _text(cells.get("target")),
        _text(cells.get("result")),
        _text(cells.get("unit")),
    )


def read_tables(findings: Findings, key: tuple[str, str, str], grids: Sequence[Grid]) -> Tables:
    """Read both tables, whatever the order of their columns; a row that does not fit its header is an issue.

    key is source_id, project_id, snapshot_id. Rows are numbered from 1 in page order, malformed ones counted.
    """
    tables = Tables(None, None, [])
    for grid in grids:
        known = _columns(grid.header)
        if known is None:
            header = " | ".join(grid.header)
            findings.add("unknown_table", f"a table with the columns {header[:200]!r} is not known", label=header)
            continue
        table, columns = known
        if (tables.progress if table == _PROGRESS else tables.updates) is not None:
            findings.add("duplicate_table", f"{table} stands on the page twice; the first is taken", field=table)
            continue
        _check_header(findings, table, grid, columns)
        rows: list[tuple[int, Mapping[str | None, str | None]]] = []
        for row_no, cells in enumerate(grid.rows, 1):
            if len(cells) != len(columns):
                raw = " | ".join(cell or "" for cell in cells)
                message = f"row {row_no} of {table} has {len(cells)} cells under {len(columns)} columns; it is not read"
                findings.add("malformed_table_row", message, field=table, ordinal=row_no, raw=raw)
                continue
            rows.append((row_no, dict(zip(columns, cells, strict=True))))
        if table == _PROGRESS:
            read = [_progress_row(findings, key, row_no, cells) for row_no, cells in rows]
            tables = tables._replace(progress=[row for row, _ in read], progress_dates=[date for _, date in read])
        else:
            tables = tables._replace(updates=[_update_row(findings, key, row_no, cells) for row_no, cells in rows])
    return tables
