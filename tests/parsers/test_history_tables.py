"""The table of reports: what each report follows by day."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from tests.parsers.projects import PLAIN

DAYS = ["2023-01-31", "2023-02-28", "2023-02-28 ", "2023-03-31", "เร็ว ๆ นี้", None]


@given(st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(["10", "20.5", "120", "ครึ่ง", ""])), max_size=8))
def test_a_report_follows_the_one_before_it_by_day_and_on_one_day_by_place(said: list[tuple[str | None, str]]) -> None:
    reports = PLAIN.reporting(*[(day, progress, "1", "ไม่มี", str(n)) for n, (day, progress) in enumerate(said)])
    rows = reports.parse().progress
    days = [(row.reported_on or dt.date.min, row.report_no, row.progress_pct) for row in rows]
    for row, at in zip(rows, days, strict=True):
        before = [other for other in days if dt.date.min < other[0] and other[:2] < at[:2]]
        assert row.previous_progress_pct == (max(before)[2] if before else None)
