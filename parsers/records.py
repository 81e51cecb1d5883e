"""The typed records. The Parquet schema of data/parsed is derived from these annotations, nowhere else.

Named tuples rather than dataclasses: they are immutable, cost a third to create, and a list of them turns
into columns with one zip().
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple


class PageRecord(NamedTuple):
    """One archived project page: every field of the project as the page stated it.

    Empty text and "not set" are both None here; page_cells keeps them apart. The state of each section says how
    completely the page shows it (parsers.sections); its fingerprint identifies the content, in whole sections only.
    """

    source_id: str
    project_id: str
    snapshot_id: str
    content_sha256: str
    reader: str
    encoding: str
    is_truncated: bool
    fields_state: str
    months_state: str
    updates_state: str
    reports_state: str
    fields_fingerprint: int | None
    months_fingerprint: int | None
    updates_fingerprint: int | None
    reports_fingerprint: int | None
    agency_code: str | None
    fiscal_year_be: int | None
    fiscal_year_ce: int | None
    fiscal_year_raw: str | None
    name: str | None
    policy_id: str | None
    branch_id: str | None
    kpi_id: str | None
    budget_received_thb: Decimal | None
    budget_received_thb_raw: str | None
    budget_spent_thb: Decimal | None
    budget_spent_thb_raw: str | None
    progress_pct: Decimal | None
    progress_pct_raw: str | None
    headline_progress_pct: Decimal | None
    headline_progress_pct_raw: str | None
    agency: str | None
    start_date: dt.date | None
    start_date_raw: str | None
    finish_date: dt.date | None
    finish_date_raw: str | None
    rationale: str | None
    objective: str | None
    goal: str | None
    responsible: str | None
    evaluator: str | None
    remark: str | None
    governor_policy: str | None
    weight: Decimal | None
    weight_raw: str | None
    target_value: Decimal | None
    target_unit: str | None
    target_raw: str | None
    result_value: Decimal | None
    result_unit: str | None
    result_raw: str | None
    unit: str | None
    progress_note: str | None
    month_goal: str | None


class PageCell(NamedTuple):
    """One label/value row, or one cell of a table, as printed on the page; field is None where the label is unknown.

    section is `field`, `month`, `update` or `progress`, or `other` for an unknown table; ordinal counts from 1 the
    label/value rows of the page, or the rows of the table. row_label, occurrence and cell_key identify the cell at any
    place (parsers.sections); in an unknown table they are its heading, its number among these and the column.
    """

    source_id: str
    project_id: str
    snapshot_id: str
    section: str
    ordinal: int
    label: str
    raw: str | None
    field: str | None
    row_label: str | None
    occurrence: int
    cell_key: str


class MonthRow(NamedTuple):
    """One row `ผลงานเดือนที่ N`; role is `canonical` or `extra`."""

    source_id: str
    project_id: str
    snapshot_id: str
    ordinal: int
    month_no: int | None
    label: str
    raw: str | None
    value: Decimal | None
    role: str


class MonthResult(NamedTuple):
    """One month of a page: its canonical row, and whether the other rows of the month agree.

    result_value and result_raw are None where no row is canonical; raw_values are those of all rows in page order.
    """

    source_id: str
    project_id: str
    snapshot_id: str
    month_no: int
    result_value: Decimal | None
    result_raw: str | None
    n_rows: int
    is_conflicting: bool
    raw_values: tuple[str | None, ...]


class ProgressRow(NamedTuple):
    """One row of the progress table; report_no counts from 1 in page order.

    previous_progress_pct is that of the report before it by day, those of one day in page order; None for an undated
    report, the first one, and after one without a progress.
    """

    source_id: str
    project_id: str
    snapshot_id: str
    report_no: int
    reported_on: dt.date | None
    reported_on_raw: str | None
    progress_pct: Decimal | None
    progress_pct_raw: str | None
    status_code: str | None
    problem: str | None
    detail: str | None
    detail_date: dt.date | None
    previous_progress_pct: Decimal | None


class UpdateRow(NamedTuple):
    """One row of the page's own edit log; update_no counts from 1 in page order."""

    source_id: str
    project_id: str
    snapshot_id: str
    update_no: int
    updated_on: dt.date | None
    updated_on_raw: str | None
    updated_time: str | None
    user_name: str | None
    action: str | None
    policy_conformity: str | None
    start_date: dt.date | None
    start_date_raw: str | None
    finish_date: dt.date | None
    finish_date_raw: str | None
    target: str | None
    result: str | None
    unit: str | None


class Issue(NamedTuple):
    """One issue with one value, row or page; the catalogue in issue_codes.py explains the code."""

    code: str
    severity: str
    source_id: str
    project_id: str | None
    snapshot_id: str | None
    field: str | None
    label: str | None
    ordinal: int | None
    raw: str | None
    message: str


# The tables of data/parsed with the content of pages, each with its record.
RECORD_TYPES: Mapping[str, type[NamedTuple]] = {
    "pages": PageRecord,
    "page_cells": PageCell,
    "month_rows": MonthRow,
    "month_results": MonthResult,
    "progress_rows": ProgressRow,
    "update_rows": UpdateRow,
    "issues": Issue,
}


class ParsedPage(NamedTuple):
    """All records of one project page."""

    page: PageRecord
    cells: list[PageCell]
    months: list[MonthRow]
    month_results: list[MonthResult]
    progress: list[ProgressRow]
    updates: list[UpdateRow]
    issues: list[Issue]

    @property
    def fields(self) -> list[PageCell]:
        """The label/value rows, including those of the months, in page order."""
        rows = [cell for cell in self.cells if cell.section in ("field", "month")]
        return sorted(rows, key=attrgetter("ordinal"))
