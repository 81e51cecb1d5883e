"""Plausibility within one page: values that cannot be right, or that do not agree with the rest of the page."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter

from parsers.dates import Date
from parsers.issue_collector import IssueCollector
from parsers.records import PageRecord, ProgressRow

_ZERO, _HUNDRED = Decimal(0), Decimal(100)
# All texts of a report; its day, number and stamp are read from these.
_says = attrgetter("reported_on_raw", "progress_pct_raw", "status_code", "problem", "detail")


@lru_cache(maxsize=64)
def fiscal_year_days(year_ce: int) -> tuple[dt.date, dt.date]:
    """First and last day of a Thai fiscal year: 1 October of the year before to 30 September."""
    return dt.date(year_ce - 1, 10, 1), dt.date(year_ce, 9, 30)


def _check_range(
    issues: IssueCollector, value: Decimal | None, raw: str | None, field: str, label: str, row: int | None
) -> None:
    if value is not None and not _ZERO <= value <= _HUNDRED:
        where = "" if row is None else f" in report {row}"
        issues.add(
            "progress_out_of_range",
            f"{label} is {value}{where}; expected is 0 to 100",
            field=field,
            label=label,
            ordinal=row,
            raw=raw,
        )


def _check_money(issues: IssueCollector, page: PageRecord) -> None:
    received, spent = page.budget_received_thb, page.budget_spent_thb
    for value, raw, field, label in (
        (received, page.budget_received_thb_raw, "budget_received_thb", "งบฯ ที่ได้รับ (บาท)"),
        (spent, page.budget_spent_thb_raw, "budget_spent_thb", "งบฯ ที่ใช้ไป (บาท)"),
    ):
        if value is not None and value < _ZERO:
            issues.add("negative_money", f"{label} is {value} baht", field=field, label=label, raw=raw)
    if received is not None and spent is not None and spent > received:
        issues.add(
            "spent_over_received",
            f"{spent} baht were spent of {received} received",
            field="budget_spent_thb",
            label="งบฯ ที่ใช้ไป (บาท)",
            raw=page.budget_spent_thb_raw,
        )


def _check_dates(issues: IssueCollector, page: PageRecord) -> None:
    start, finish = page.start_date, page.finish_date
    if start is not None and finish is not None and finish < start:
        issues.add(
            "finish_before_start",
            f"the project starts on {start} and finishes on {finish}",
            field="finish_date",
            label="Finish Date",
            raw=page.finish_date_raw,
        )
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
    for report, date in zip(reports, dates, strict=True):
        value, raw, number = report.progress_pct, report.progress_pct_raw, report.report_no
        _check_range(issues, value, raw, "progress_history.progress_pct", "ความคืบหน้า", number)
        if date.calendar == "be":
            calendars = {other.calendar for other in dates if other.value is not None}
            mixed = "some of them Gregorian" if len(calendars) > 1 else "as the other reports"
            issues.add(
                "other_calendar",
                f"report {report.report_no} is dated {report.reported_on_raw!r:.60} in the Buddhist era, {mixed}",
                field="progress_history.reported_on",
                label="วันที่รายงาน",
                ordinal=report.report_no,
                raw=report.reported_on_raw,
            )
        if (
            report.detail_date is not None
            and report.reported_on is not None
            and report.detail_date != report.reported_on
        ):
            issues.add(
                "stamp_differs",
                f"report {report.report_no} is dated {report.reported_on}, its detail begins with {report.detail_date}",
                field="progress_history.detail_date",
                label="รายละเอียด",
                ordinal=report.report_no,
                raw=(report.detail or "")[:40],
            )
    first: dict[object, int] = {}
    for report in reports:
        earlier_no = first.setdefault(_says(report), report.report_no)
        if earlier_no != report.report_no:
            issues.add(
                "duplicate_report",
                f"reports {earlier_no} and {report.report_no} are the same in every cell",
                field="progress_history",
                ordinal=report.report_no,
                raw=report.reported_on_raw,
            )
    for earlier, later in pairwise(reports):
        if (
            earlier.reported_on is not None
            and later.reported_on is not None
            and later.reported_on < earlier.reported_on
        ):
            issues.add(
                "reports_out_of_order",
                f"report {later.report_no} of {later.reported_on} is placed after one of {earlier.reported_on}",
                field="progress_history.reported_on",
                label="วันที่รายงาน",
                ordinal=later.report_no,
                raw=later.reported_on_raw,
            )
        elif (
            earlier.progress_pct is not None
            and later.progress_pct is not None
            and later.progress_pct < earlier.progress_pct
        ):
            issues.add(
                "progress_falls",
                f"progress falls from {earlier.progress_pct} to {later.progress_pct} in report {later.report_no}",
                field="progress_history.progress_pct",
                label="ความคืบหน้า",
                ordinal=later.report_no,
                raw=later.progress_pct_raw,
            )


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
        issues.add(
            "latest_progress_differs",
            f"the latest progress differs: {what}",
            field="progress_pct",
            label="คืบหน้าล่าสุด",
            raw=page.progress_pct_raw,
        )


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
