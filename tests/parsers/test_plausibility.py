"""What is implausible within one page is reported, each by itself."""

from dataclasses import replace

import pytest

from tests.parsers.projects import PLAIN, StoredProject
from tests.parsers.samples import Cells

REPORT: Cells = ("2023-05-02", "100", "2", "ไม่มี", "02/05/2566 : ข")


@pytest.mark.parametrize("progress", ["-0.01", "100.01"])
def test_progress_is_plausible_between_0_and_100(progress: str) -> None:
    codes = [issue.code for issue in with_progress(None, progress, None).parse().issues]
    assert codes == ["progress_out_of_range"]


@pytest.mark.parametrize(
    ("heading", "row", "report"), [("99", "100", None), (None, "99", "100"), ("99", None, "100"), ("100", "99", "100")]
)
def test_heading_row_and_last_report_must_agree_where_they_stand(
    heading: str | None, row: str | None, report: str | None
) -> None:
    codes = [issue.code for issue in with_progress(heading, row, report).parse().issues]
    assert codes == ["latest_progress_differs"]


def with_progress(heading: str | None, row: str | None, report: str | None) -> StoredProject:
    """The plain project with its latest progress in up to three places."""
    reports = () if report is None else ((REPORT[0], report, *REPORT[2:]),)
    return replace(PLAIN.having(progress=row).reporting(*reports), headline=heading)


@pytest.mark.parametrize(("field", "day"), [("start_date", "2022-09-30"), ("finish_date", "2023-10-01")])
def test_a_project_starts_and_finishes_within_its_fiscal_year(field: str, day: str) -> None:
    (issue,) = PLAIN.having(**{field: day}).parse().issues
    assert (issue.code, issue.field, issue.raw) == ("outside_fiscal_year", field, day)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (("2023-01-31", "50", "1", "ไม่มี", "31/01/2566 : ก"), "duplicate_report"),
        (("2023-02-28", "120", "1", "ไม่มี", "28/02/2566 : ก"), "progress_out_of_range"),
        (("2023-02-28", "40", "1", "ไม่มี", "28/02/2566 : ก"), "progress_falls"),
        (("2023-01-30", "60", "1", "ไม่มี", "30/01/2566 : ก"), "reports_out_of_order"),
        (("2023-02-28", "60", "1", "ไม่มี", "27/02/2566 : ก"), "stamp_differs"),
        (("28/02/2566", "60", "1", "ไม่มี", "28/02/2566 : ก"), "other_calendar"),
        (("2023-02-28", "60", "1", "ไม่มี", "28/02/2566 : ก"), None),
    ],
)
def test_one_thing_wrong_among_reports_in_order_is_reported(second: Cells, code: str | None) -> None:
    first = ("2023-01-31", "50", "1", "ไม่มี", "31/01/2566 : ก")
    said = {issue.code for issue in PLAIN.reporting(first, second).parse().issues} - {"latest_progress_differs"}
    assert said == ({code} if code is not None else set())
