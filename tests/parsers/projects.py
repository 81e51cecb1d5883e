"""A project as the site stores it, to be changed value by value, rendered and parsed again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parsers.html_page import read_page
from parsers.labels import LABELS, MONTH_LABEL, MONTH_LAYOUT
from parsers.page import Page
from parsers.project import parse_project
from parsers.records import ParsedPage
from tests.parsers.rendering import DetailSkin, GridSkin, handwritten_grid, page_html, yii_details
from tests.parsers.samples import Cells

LABEL_OF = {label.field: label.text for label in LABELS}
_VALUES = {
    "project_id": "50010000-0001",
    "fiscal_year": "2566",
    "name": "ปรับปรุงทางเท้า",
    "policy_id": "30",
    "branch_id": "0000",
    "kpi_id": "5001-2033",
    "budget_received": "127,800",
    "budget_spent": "55,979",
    "progress": "100",
    "agency": "สำนักงานเขตพระนคร",
    "start_date": "2022-10-01 00:00:00.000",
    "finish_date": "2023-09-30 00:00:00.000",
    "rationale": "ทางเท้าชำรุด",
    "objective": "1. เพื่อความปลอดภัย\r\n2. เพื่อความสะดวก",
    "goal": "ทางเท้า 3 แห่ง",
    "responsible": "ฝ่ายโยธา",
    "evaluator": "",
    "remark": None,
    "governor_policy": "",
    "weight": "1",
    "target": "100 ร้อยละ",
    "result": "100 ร้อยละ",
    "unit": "ร้อยละ",
    "progress_note": "",
    "month_goal": "",
}
_MONTHS = ("10", "10", "20", "30", "10", "40", "50", "60", "70", "80", "60", "60", "90", "95", "98", "100")
_REPORTS: tuple[Cells, ...] = (
    ("2023-01-31", "50.0", "1", "ไม่มี", "31/01/2566 : เริ่มงาน"),
    ("2023-05-02", "100.0", "2", "ไม่มี", "02/05/2566 : แล้วเสร็จ"),
)
_UPDATES: tuple[Cells, ...] = (
    ("11/03/2566", "14:33:29", "plan_5001", "แก้ไข", "ใช่", "2022-10-01", "2023-09-30", "100", "50", "ร้อยละ"),
)


@dataclass(frozen=True, slots=True)
class StoredProject:
    """What the database holds of one project; reports or updates of None leave the section off the page."""

    project_id: str
    headline: str | None
    rows: tuple[tuple[str, str | None], ...]
    reports: tuple[Cells, ...] | None
    updates: tuple[Cells, ...] | None

    def index_of(self, field: str) -> int:
        """Where the row of a field stands; `month 3` is the first row of month 3, `month_goal` the second เป้าหมาย."""
        month = field.removeprefix("month ")
        label = f"{MONTH_LABEL} {month}" if month != field else LABEL_OF[field]
        places = [index for index, row in enumerate(self.rows) if row[0] == label]
        return places[-1] if field == "month_goal" else places[0]

    def having(self, **values: str | None) -> "StoredProject":
        """The same project with other values."""
        rows = list(self.rows)
        for field, value in values.items():
            index = self.index_of(field)
            rows[index] = (rows[index][0], value)
        return replace(self, rows=tuple(rows))

    def having_months(self, months: Sequence[tuple[int, str | None]]) -> "StoredProject":
        """The same project with these month rows at its end."""
        kept = tuple(row for row in self.rows if not row[0].startswith(MONTH_LABEL))
        return replace(self, rows=kept + tuple((f"{MONTH_LABEL} {month}", value) for month, value in months))

    def renaming(self, field: str, label: str) -> "StoredProject":
        index = self.index_of(field)
        return self.with_rows((*self.rows[:index], (label, self.rows[index][1]), *self.rows[index + 1 :]))

    def without(self, field: str) -> "StoredProject":
        index = self.index_of(field)
        return self.with_rows(self.rows[:index] + self.rows[index + 1 :])

    def adding(self, label: str, value: str | None, *, before: str | None = None) -> "StoredProject":
        index = self.index_of(before) if before is not None else len(self.rows)
        return self.with_rows((*self.rows[:index], (label, value), *self.rows[index:]))

    def with_rows(self, rows: Sequence[tuple[str, str | None]]) -> "StoredProject":
        return replace(self, rows=tuple(rows))

    def reporting(self, *reports: Cells) -> "StoredProject":
        return replace(self, reports=reports)

    def logging(self, *updates: Cells) -> "StoredProject":
        return replace(self, updates=updates)

    def html(self, *, details: DetailSkin = yii_details, grid: GridSkin = handwritten_grid, token: str = "a==") -> str:
        return page_html(
            self.project_id,
            self.headline,
            self.rows,
            self.reports,
            self.updates,
            details=details,
            grid=grid,
            token=token,
        )

    def page(self, *, details: DetailSkin = yii_details, grid: GridSkin = handwritten_grid) -> Page:
        return read_page(self.html(details=details, grid=grid).encode())

    def parse(self) -> ParsedPage:
        return parse(self.page(), self.project_id)


def parse(page: Page, project_id: str) -> ParsedPage:
    return parse_project(page, source_id="test", project_id=project_id, snapshot_id="snapshot")


# A project without any issue.
PLAIN = StoredProject(
    _VALUES["project_id"] or "",
    "ร้อยละ 100",
    tuple((label.text, _VALUES[label.field]) for label in LABELS)
    + tuple((f"{MONTH_LABEL} {month}", value) for month, value in zip(MONTH_LAYOUT, _MONTHS, strict=True)),
    _REPORTS,
    _UPDATES,
)
