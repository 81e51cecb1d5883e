"""Plausibility within one page: values that cannot be right, or that do not agree with the rest of the page."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter

from parsers.dates import Date
from parsers.issue_collector import IssueCollector
from parsers.records import PageRecord, ProgressRow

_ZERO, _HUNDRED = Decimal(0), Decimal(100)
# All texts of a report; its day, number and stamp are read from these.
_says = attrgetter("reported_on_raw", "progress_pct_raw", "status_code", "problem", "detail")


def fiscal_year_days(year_ce: int) -> tuple[dt.date, dt.date]:
    """First and last day of a Thai fiscal year: 1 October of the year before to 30 September."""
    return dt.date(year_ce - 1, 10, 1), dt.date(year_ce, 9, 30)


def _check_range(
    issues: IssueCollector, value: Decimal | None, raw: str | None, field: str, label: str, row: int | None
) -> None:
    if value is not None and not _ZERO <= value <= _HUNDRED:
        where = "" if row is None else f" in report {row}"
        message = f"{label} is {value}{where}; expected is 0 to 100"
        issues.add("progress_out_of_range", message, field=field, label=label, ordinal=row, raw=raw)


def _check_money(issues: IssueCollector, page: PageRecord) -> None:
    received, spent = page.budget_received_thb, page.budget_spent_thb
    for value, raw, field, label in (
        (received, page.budget_received_thb_raw, "budget_received_thb", "งบฯ ที่ได้รับ (บาท)"),
        (spent, page.budget_spent_thb_raw, "budget_spent_thb", "งบฯ ที่ใช้ไป (บาท)"),
    ):
        if value is not None and value < _ZERO:
            issues.add("negative_money", f"{label} is {value} baht", field=field, label=label, raw=raw)
    if received is not None and spent is not None and spent > received:
        message, raw = f"{spent} baht were spent of {received} received", page.budget_spent_thb_raw
        issues.add("spent_over_received", message, field="budget_spent_thb", label="งบฯ ที่ใช้ไป (บาท)", raw=raw)


def _check_dates(issues: IssueCollector, page: PageRecord) -> None:
    start, finish = page.start_date, page.finish_date
    if start is not None and finish is not None and finish < start:
        message, raw = f"the project starts on {start} and finishes on {finish}", page.finish_date_raw
        issues.add("finish_before_start", message, field="finish_date", label="Finish Date", raw=raw)
    if page.fiscal_year_ce is None:
        return
    first, last = fiscal_year_days(page.fiscal_year_ce)
    for day, raw, field, label in (
        (start, page.start_date_raw, "start_date", "Start Date"),
        (finish, page.finish_date_raw, "finish_date", "Finish Date"),
    ):
        if day is not None and not first <= day <= last:
            message = f"{label} {day} is outside fiscal year {page.fiscal_year_be} ({first} to {last})"
            issues.add("outside_fiscal_year", message, field=field, label=label, raw=raw)


def _are_in_order(reports: Sequence[ProgressRow], dates: Sequence[Date]) -> bool:
    """Whether all reports are plausible, so that no issue is needed; takes a third of the time of checking each."""
    days = [report.reported_on for report in reports if report.reported_on is not None]
    values = [report.progress_pct for report in reports if report.progress_pct is not None]
    return (
        len(days) == len(values) == len(reports)
        and days == sorted(set(days))
        and values == sorted(values)
        and (not values or _ZERO <= values[0] <= values[-1] <= _HUNDRED)
        and days == [report.detail_date for report in reports]
        and "be" not in [date.calendar for date in dates]
    )


def _check_reports(issues: IssueCollector, reports: Sequence[ProgressRow], dates: Sequence[Date]) -> None:
    day = ("progress_history.reported_on", "วันที่รายงาน")
    progress = ("progress_history.progress_pct", "ความคืบหน้า")
    stamp = ("progress_history.detail_date", "รายละเอียด")

    def add(code: str, message: str, row: ProgressRow, column: tuple[str, str], raw: str | None) -> None:
        issues.add(code, message, field=column[0], label=column[1], ordinal=row.report_no, raw=raw)

    calendars = {date.calendar for date in dates if date.value is not None}
    for row, date in zip(reports, dates, strict=True):
        _check_range(issues, row.progress_pct, row.progress_pct_raw, *progress, row.report_no)
        if date.calendar == "be":
            mixed = "some of them Gregorian" if len(calendars) > 1 else "as the other reports"
            message = f"report {row.report_no} is dated {row.reported_on_raw!r:.60} in the Buddhist era, {mixed}"
            add("other_calendar", message, row, day, row.reported_on_raw)
        if row.detail_date is not None and row.reported_on is not None and row.detail_date != row.reported_on:
            message = f"report {row.report_no} is dated {row.reported_on}, its detail begins with {row.detail_date}"
            add("stamp_differs", message, row, stamp, (row.detail or "")[:40])
    first: dict[object, int] = {}
    for row in reports:
        earlier_no = first.setdefault(_says(row), row.report_no)
        if earlier_no != row.report_no:
            message = f"reports {earlier_no} and {row.report_no} are the same in every cell"
            raw = row.reported_on_raw
            issues.add("duplicate_report", message, field="progress_history", ordinal=row.report_no, raw=raw)
    for before, row in pairwise(reports):
        if before.reported_on is not None and row.reported_on is not None and row.reported_on < before.reported_on:
            message = f"report {row.report_no} of {row.reported_on} is placed after one of {before.reported_on}"
            add("reports_out_of_order", message, row, day, row.reported_on_raw)
        elif (
            before.progress_pct is not None and row.progress_pct is not None and row.progress_pct < before.progress_pct
        ):
            message = f"progress falls from {before.progress_pct} to {row.progress_pct} in report {row.report_no}"
            add("progress_falls", message, row, progress, row.progress_pct_raw)


def _check_latest(issues: IssueCollector, page: PageRecord, reports: Sequence[ProgressRow]) -> None:
    last_day = dt.date.min
    last: Decimal | None = None
    for report in reports:
        # Of several reports on the last day, the last one on the page counts.
        if report.reported_on is not None and report.reported_on >= last_day:
            last_day, last = report.reported_on, report.progress_pct
    stated = (page.headline_progress_pct, page.progress_pct, last)
    if len({*stated} - {None}) > 1:
        places = ("the heading", "the row", "the last report")
        known = [(place, value) for place, value in zip(places, stated, strict=True) if value is not None]
        what = ", ".join(f"{place} {value}" for place, value in known)
        message, raw = f"the latest progress differs: {what}", page.progress_pct_raw
        issues.add("latest_progress_differs", message, field="progress_pct", label="คืบหน้าล่าสุด", raw=raw)


def check_project(
    issues: IssueCollector, page: PageRecord, reports: Sequence[ProgressRow], dates: Sequence[Date]
) -> None:
    """Report implausible values within one page; dates are the reports' days, with their calendars."""
    _check_range(issues, page.progress_pct, page.progress_pct_raw, "progress_pct", "คืบหน้าล่าสุด", None)
    _check_money(issues, page)
    _check_dates(issues, page)
    if not _are_in_order(reports, dates):
        _check_reports(issues, reports, dates)
    _check_latest(issues, page, reports)
