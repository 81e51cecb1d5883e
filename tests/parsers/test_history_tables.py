"""The table of reports: what each report follows by day."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from parsers.page import Grid
from tests.parsers.projects import PLAIN, parse

DAYS = ["2023-01-31", "2023-02-28", "2023-02-28 ", "2023-03-31", "เร็ว ๆ นี้", None]


@given(st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(["10", "20.5", "120", "ครึ่ง", ""])), max_size=8))
def test_a_report_follows_the_one_before_it_by_day_and_on_one_day_by_place(said: list[tuple[str | None, str]]) -> None:
    reports = PLAIN.reporting(*[(day, progress, "1", "ไม่มี", str(n)) for n, (day, progress) in enumerate(said)])
    rows = reports.parse().progress
    days = [(row.reported_on or dt.date.min, row.report_no, row.progress_pct) for row in rows]
    for row, at in zip(rows, days, strict=True):
        before = [other for other in days if dt.date.min < other[0] and other[:2] < at[:2]]
        assert row.previous_progress_pct == (max(before)[2] if before else None)


def test_the_cells_of_unknown_tables_and_columns_are_kept_one_by_one() -> None:
    page = PLAIN.page()
    reports = next(grid for grid in page.grids if "วันที่รายงาน" in grid.header)
    wider = reports._replace(
        header=(*reports.header, "พิกัด"), rows=tuple((*row, f"13.{n}") for n, row in enumerate(reports.rows, 1))
    )
    unknown = Grid("คณะกรรมการ", ("ที่นั่ง", "วาระ"), (("1", "ก"), ("2", None), ("3", "ข", "เกิน")), None)
    grids = (unknown, *(wider if grid is reports else grid for grid in page.grids), unknown)
    parsed = parse(page._replace(grids=grids), PLAIN.project_id)
    kept = [cell for cell in parsed.cells if cell.field is None]
    assert [(cell.section, cell.ordinal, cell.label, cell.raw) for cell in kept if cell.section == "progress"] == [
        ("progress", n, "พิกัด", f"13.{n}") for n in range(1, len(reports.rows) + 1)
    ]
    others = [cell for cell in kept if cell.section == "other"]
    assert [(cell.ordinal, cell.label, cell.raw) for cell in others if cell.occurrence == 1] == [
        (1, "ที่นั่ง", "1"), (1, "วาระ", "ก"),
        (2, "ที่นั่ง", "2"), (2, "วาระ", None),
        (3, "ที่นั่ง", "3"), (3, "วาระ", "ข"), (3, "", "เกิน"),
    ]  # fmt: skip
    assert {cell.row_label for cell in others} == {"คณะกรรมการ"}
    assert {cell.occurrence for cell in others} == {1, 2}
    assert sorted(issue.code for issue in parsed.issues) == ["unknown_column", "unknown_table", "unknown_table"]
    assert {cell.section for cell in parsed.fields} == {"field", "month"}


def test_an_empty_cell_of_a_table_stays_apart_from_one_that_is_not_set() -> None:
    day, *others = ("11/03/2566", "", "", None, "", "2022-10-01", None, "", None, "ร้อยละ")
    parsed = PLAIN.reporting(("2023-01-31", "50", "", None, "")).logging((day, *others)).parse()
    said = {
        section: [cell.raw for cell in parsed.cells if cell.section == section] for section in ("progress", "update")
    }
    assert said == {"progress": ["2023-01-31", "50", "", None, ""], "update": [day, *others]}
    assert (parsed.progress[0].status_code, parsed.updates[0].user_name) == (None, None)
