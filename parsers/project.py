"""Page → typed records and issues: every row becomes a field, a month row or an issue."""

import hashlib
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from parsers.characters import Check, check_text, suspicions
from parsers.checks import check_project
from parsers.findings import Findings
from parsers.labels import EXACT, LABELS, MONTH_FIELD, Match, match_label
from parsers.layout import goal_fields
from parsers.months import MonthCell, month_roles, said
from parsers.page import Page, PageKind, content_text, wrong_project
from parsers.records import Issue, MonthRow, PageField, PageRecord, ParsedPage
from parsers.tables import cell_fields, read_tables
from parsers.values import (
    BE_OFFSET,
    Date,
    Number,
    Quantity,
    read_date,
    read_money,
    read_number,
    read_percent,
    read_quantity,
    read_result,
    read_year,
)

_LABEL_OF = {label.field: label.text for label in LABELS}
_GOAL = "goal"
_NO_NUMBER = Number(None)
_NO_DATE = Date(None)
_PROJECT_CODE = re.compile(r"(\d{8})-\d{1,6}", re.ASCII)
_PERCENT_IN_HEADLINE = re.compile(r"ร้อยละ\s*(.*)|(.*)", re.DOTALL)


def _said(number: Number) -> str:
    return "is no certain number" if number.value is None else f"has more decimals than are kept: {number.value}"


class _Row(NamedTuple):
    """A row of the page with what its label was found to mean."""

    ordinal: int
    label: str
    raw: str | None
    field: str


class _Fields:
    """The rows of a page by field: takes each known row once and reports whatever could not be read."""

    __slots__ = ("_findings", "rows", "uncertain_ordinal")

    def __init__(self, findings: Findings, uncertain_ordinal: int | None) -> None:
        self._findings = findings
        self.rows: dict[str, _Row] = {}
        self.uncertain_ordinal = uncertain_ordinal

    def put(self, row: _Row) -> None:
        """Keep a row; of two rows with the same label, only what both agree on."""
        earlier = self.rows.get(row.field)
        if earlier is None:
            self.rows[row.field] = row
            return
        where = f"rows {earlier.ordinal} and {row.ordinal} are both {row.label[:100]!r}"
        if earlier.raw == row.raw:
            self._report("repeated_row", f"{where}, with the same value", row)
            return
        self._report("duplicate_row", f"{where}, with different values; neither is taken", row)
        self.rows[row.field] = earlier._replace(raw=None)

    def _report(self, code: str, message: str, row: _Row) -> None:
        self._findings.add(code, message, field=row.field, label=row.label, ordinal=row.ordinal, raw=row.raw)

    def raw(self, field: str) -> str | None:
        """The text of a row as it stood; None when there is no such row or the page says "not set"."""
        row = self.rows.get(field)
        return row.raw if row is not None else None

    def text(self, field: str) -> str | None:
        """A text; an empty one is None."""
        return self.raw(field) or None

    def number(self, field: str, read: Callable[[str], Number]) -> Decimal | None:
        """A number; unreadable ones are None and reported."""
        row = self.rows.get(field)
        return self.value(row, read(row.raw)) if row is not None and row.raw else None

    def value(self, row: _Row, number: Number) -> Decimal | None:
        """The value of a number that was read from a row, with every remark about it reported."""
        if number.problem is not None:
            self._report(number.problem, f"{row.label[:100]} {row.raw!r:.120} {_said(number)}", row)
        return None if self._is_cut(row) else number.value

    def date(self, field: str) -> Date:
        """A day; unreadable ones are None and reported."""
        row = self.rows.get(field)
        if row is None or not row.raw:
            return _NO_DATE
        date = read_date(row.raw)
        if date.problem is not None:
            self._report(date.problem, f"{row.label} {row.raw!r:.120} is no certain day", row)
        if date.calendar == "be" and date.value is not None:
            self._report("other_calendar", f"{row.label} {row.raw!r:.60} is written in the Buddhist era", row)
        return _NO_DATE if self._is_cut(row) else date

    def quantity(self, field: str, unit: str | None) -> Quantity:
        """A value with its unit."""
        row = self.rows.get(field)
        if row is None or not row.raw:
            return Quantity(None, None)
        quantity = read_quantity(row.raw, unit)
        if quantity.problem is not None:
            self._report(quantity.problem, f"{row.label} {row.raw!r:.120} is no value with a unit", row)
        return Quantity(None, None) if self._is_cut(row) else quantity

    def fiscal_year(self) -> int | None:
        """The fiscal year in the Buddhist era."""
        row = self.rows.get("fiscal_year")
        if row is None or not row.raw:
            return None
        year = read_year(row.raw)
        if year.problem is not None:
            self._report(year.problem, f"{row.label} {row.raw!r:.60} is no fiscal year", row)
        elif year.calendar in ("ce", "be2"):
            how = "in the Gregorian calendar" if year.calendar == "ce" else "with two digits"
            self._report("other_calendar", f"{row.label} {row.raw!r:.60} is written {how}", row)
        return None if self._is_cut(row) else year.value

    def _is_cut(self, row: _Row) -> bool:
        if row.ordinal != self.uncertain_ordinal:
            return False
        self._report(
            "truncated_value", f"the page was cut in or after {row.label[:100]!r}; its value is not taken", row
        )
        return True


def _read_months(
    fields: _Fields, findings: Findings, key: tuple[str, str, str], rows: Sequence[tuple[_Row, int]]
) -> list[MonthRow]:
    cells = []
    for row, month_no in rows:
        value = fields.value(row, read_result(row.raw)) if row.raw else None
        cells.append(MonthCell(month_no, row.raw, value))
    roles, is_known_layout = month_roles(cells)
    if rows and not is_known_layout:
        order = " ".join(str(cell.month_no) for cell in cells)
        findings.add(
            "month_layout_unknown",
            f"the month rows stand in the order {order[:200]}",
            field=MONTH_FIELD,
            ordinal=rows[0][0].ordinal,
        )
    by_month: dict[int, list[int]] = {}
    for index, cell in enumerate(cells):
        by_month.setdefault(cell.month_no, []).append(index)
    for month_no, indexes in by_month.items():
        if len(indexes) > 1 and len({said(cells[index]) for index in indexes}) > 1:
            values = " | ".join(cells[index].raw or "" for index in indexes)
            row = rows[indexes[0]][0]
            findings.add(
                "month_conflict",
                f"month {month_no} stands {len(indexes)} times with different values: {values[:200]}",
                field=MONTH_FIELD,
                label=row.label,
                ordinal=row.ordinal,
                raw=values,
            )
    return [
        MonthRow(*key, row.ordinal, cell.month_no, row.label, cell.raw, cell.value, role)
        for (row, _), cell, role in zip(rows, cells, roles, strict=True)
    ]


def _report_labels(
    findings: Findings, page: Page, matches: Sequence[Match | None], found: set[str], months: set[int]
) -> None:
    for ordinal, (row, match) in enumerate(zip(page.rows, matches, strict=True), 1):
        if match is None:
            message = f"nobody knows the label {row.label[:100]!r}; its value is kept in page_fields"
            findings.add("unknown_label", message, label=row.label, ordinal=ordinal, raw=row.value)
        elif not match.is_exact:
            message = f"{row.label[:100]!r} stands for {_LABEL_OF.get(match.field, MONTH_FIELD)!r}"
            findings.add("renamed_label", message, field=match.field, label=row.label, ordinal=ordinal, raw=row.value)
    for label in LABELS:
        if label.field not in found:
            findings.add("missing_label", f"the row {label.text!r} is missing", field=label.field, label=label.text)
    if len(months) < 12:
        missing = [month for month in range(1, 13) if month not in months]
        named = ", ".join(map(str, missing))
        findings.add("missing_label", f"no row for month {named}", field=MONTH_FIELD, raw=named)


def _report_flags(findings: Findings, page: Page) -> None:
    if page.kind is PageKind.TRUNCATED:
        findings.add("page_truncated", page.reason or "the page was cut")
        if page.rows:
            label, raw = page.rows[-1]
            message = f"the page was cut in or after {label[:100]!r}: no number or date is read from this row"
            findings.add("truncated_value", message, label=label, ordinal=len(page.rows), raw=raw)
    for flag in sorted(page.flags):
        message = {
            "encoding_repaired": f"the page does not declare {page.encoding}, but its bytes are",
            "undecodable_bytes": f"some bytes of the page are no {page.encoding}",
            "nul_characters": "the page holds NUL characters; they are left out of the texts",
            "php_warnings": "PHP warnings stand in the page",
            "ambiguous_text": "some lines of the text fit more than one row of the page",
        }[flag]
        findings.add(flag, message)


def _check_characters(
    findings: Findings, checks: tuple[Check, ...], page: Page, page_fields: Sequence[PageField]
) -> None:
    for row in page_fields:
        if row.label not in EXACT:
            check_text(findings, checks, row.label, row.field, row.label, row.ordinal)
        if row.raw:
            check_text(findings, checks, row.raw, row.field, row.label, row.ordinal)
    for grid in page.grids:
        fields = cell_fields(grid)
        for row_no, cells in enumerate(grid.rows, 1):
            for field, header, cell in zip(fields, grid.header, cells, strict=False):
                if cell:
                    check_text(findings, checks, cell, field, header, row_no)


def parse_project(page: Page, *, source_id: str, project_id: str, snapshot_id: str) -> ParsedPage:
    """Turn a project page into its typed records and issues.

    Only pages of the kinds `project` and `truncated` have rows to read; of a truncated one the last row is not trusted.
    Raises ValueError for any other kind: those are outcomes, not records.
    """
    if page.kind not in (PageKind.PROJECT, PageKind.TRUNCATED):
        raise ValueError(f"a page of kind {page.kind} has no project to parse: {page.reason}")
    key = (source_id, project_id, snapshot_id)
    findings = Findings(*key)
    is_truncated = page.kind is PageKind.TRUNCATED
    content = content_text(page).encode("utf-8", "surrogatepass")

    matches = [match_label(row.label) for row in page.rows]
    goals = goal_fields(matches)
    fields = _Fields(findings, len(page.rows) if is_truncated else None)
    page_fields: list[PageField] = []
    month_cells: list[tuple[_Row, int]] = []
    found: set[str] = set()
    months: set[int] = set()
    for index, ((label, raw), match) in enumerate(zip(page.rows, matches, strict=True)):
        ordinal = index + 1
        if match is None:
            page_fields.append(PageField(*key, ordinal, label, raw, None))
            continue
        field: str | None = match.field
        if match.month_no is not None:
            months.add(match.month_no)
            month_cells.append((_Row(ordinal, label, raw, MONTH_FIELD), match.month_no))
        elif field == _GOAL:
            field = goals[index]
            if field is None:
                message = f"row {ordinal} {label[:100]!r} could be the goal or the heading of the month rows"
                findings.add("ambiguous_label", message, label=label, ordinal=ordinal, raw=raw)
        if field is not None and match.month_no is None:
            found.add(field)
            fields.put(_Row(ordinal, label, raw, field))
        page_fields.append(PageField(*key, ordinal, label, raw, field))

    _report_flags(findings, page)
    if (
        len(found) < len(LABELS)
        or len(months) < 12
        or not all(match is not None and match.is_exact for match in matches)
    ):
        _report_labels(findings, page, matches, found, months)
    month_rows = _read_months(fields, findings, key, month_cells)
    tables = read_tables(findings, key, page.grids)
    unit = fields.text("unit")
    target, result = fields.quantity("target", unit), fields.quantity("result", unit)
    year_be = fields.fiscal_year()
    start, finish = fields.date("start_date"), fields.date("finish_date")
    headline = _PERCENT_IN_HEADLINE.fullmatch(page.headline or "")
    headline_raw = page.headline
    headline_text = (headline[1] or headline[2] or "").strip() if headline is not None else ""
    code = _PROJECT_CODE.fullmatch(project_id)
    if code is None:
        findings.add(
            "malformed_project_code",
            f"the project code {project_id[:100]!r} is not eight digits, a hyphen and a number",
            field="project_id",
            label=_LABEL_OF["project_id"],
            raw=project_id,
        )
    record = PageRecord(
        *key,
        content_sha256=hashlib.sha256(content).hexdigest(),
        reader=page.reader,
        encoding=page.encoding,
        is_truncated=is_truncated,
        has_progress_table=tables.progress is not None,
        has_update_table=tables.updates is not None,
        agency_code=code[1] if code is not None else None,
        fiscal_year_be=year_be,
        fiscal_year_ce=year_be - BE_OFFSET if year_be is not None else None,
        fiscal_year_raw=fields.raw("fiscal_year"),
        name=fields.text("name"),
        policy_id=fields.text("policy_id"),
        branch_id=fields.text("branch_id"),
        kpi_id=fields.text("kpi_id"),
        budget_received_thb=fields.number("budget_received", read_money),
        budget_received_thb_raw=fields.raw("budget_received"),
        budget_spent_thb=fields.number("budget_spent", read_money),
        budget_spent_thb_raw=fields.raw("budget_spent"),
        progress_pct=fields.number("progress", read_percent),
        progress_pct_raw=fields.raw("progress"),
        headline_progress_pct=read_percent(headline_text).value if headline_text else None,
        headline_progress_pct_raw=headline_raw,
        agency=fields.text("agency"),
        start_date=start.value,
        start_date_raw=fields.raw("start_date"),
        finish_date=finish.value,
        finish_date_raw=fields.raw("finish_date"),
        rationale=fields.text("rationale"),
        objective=fields.text("objective"),
        goal=fields.text("goal"),
        responsible=fields.text("responsible"),
        evaluator=fields.text("evaluator"),
        remark=fields.text("remark"),
        governor_policy=fields.text("governor_policy"),
        weight=fields.number("weight", read_number),
        weight_raw=fields.raw("weight"),
        target_value=target.value,
        target_unit=target.unit,
        target_raw=fields.raw("target"),
        result_value=result.value,
        result_unit=result.unit,
        result_raw=fields.raw("result"),
        unit=unit,
        progress_note=fields.text("progress_note"),
        month_goal=fields.text("month_goal"),
    )
    check_project(findings, record, tables.progress or (), tables.progress_dates)
    checks = suspicions(content)
    if checks:
        _check_characters(findings, checks, page, page_fields)
    return ParsedPage(record, page_fields, month_rows, tables.progress or [], tables.updates or [], findings.issues)


def page_issue(page: Page, *, source_id: str, project_id: str, snapshot_id: str) -> Issue | None:
    """The issue of a page that is no record of the project asked for; None for one that is.

    A truncated extracted text is a record (what it says is all there is); a truncated HTML page is not.
    """
    findings = Findings(source_id, project_id, snapshot_id)
    is_record = page.kind is PageKind.PROJECT or (page.kind is PageKind.TRUNCATED and page.reader == "text")
    if not is_record:
        findings.add(f"page_{page.kind.value}", page.reason or f"the page is of kind {page.kind}")
    else:
        wrong = wrong_project(page, project_id)
        if wrong is None:
            return None
        findings.add("wrong_project", wrong, field="project_id", label=_LABEL_OF["project_id"], raw=page.title_id)
    return findings.issues[0]
