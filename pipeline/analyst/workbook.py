"""A workbook (XLSX) for readers: typed cells, formats by the name of the column, links, widths by content, comments."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import xlsxwriter  # type: ignore[import-untyped]
from rich.cells import cell_len

from pipeline.analyst.spreadsheet import MOST_ROWS, Cells
from pipeline.core.text import web_address

# Excel holds 15 digits of a number, and days from 1900-03-01 on without its leap-year error.
_DIGITS_OF_EXCEL = 15
_FIRST_YEAR_OF_EXCEL = 1901
# The most links of a sheet in Excel, and its longest address; other addresses stay as text.
_MOST_LINKS = 65_530
_LONGEST_LINK = 2_000
# Widths are those of the first rows, in characters; wider texts are cut on the screen, not in the cell.
_ROWS_MEASURED = 500
_NARROWEST, _WIDEST = 6, 48
# The width of the filter's arrow in a heading.
_ARROW = 3
_MOST_FROZEN = 3
_LONGEST_NAME = 31
Row = Sequence[object]


class SheetColumn(NamedTuple):
    """One column: its name (which says the unit), its heading, its dictionary text, and whether it is grouped."""

    name: str
    heading: str
    comment: str | None = None
    is_grouped: bool = False


class Workbook:
    """Writes sheets one after the other, each row as it comes, so that memory stays flat. Raises OSError at its end."""

    def __init__(self, file: Path) -> None:
        self.cells = Cells(are_typed=True)
        self._book = xlsxwriter.Workbook(str(file), {"constant_memory": True})
        self._heading = self._book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._money = self._book.add_format({"num_format": "#,##0.00"})
        self._count = self._book.add_format({"num_format": "#,##0"})
        self._percent = self._book.add_format({"num_format": "0.00"})
        self._link = self._book.add_format({"font_color": "#0563C1", "underline": 1})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._book.close()
        except xlsxwriter.exceptions.XlsxWriterException as unwritten:
            # The error of the disk is inside this one.
            cause = next((found for found in unwritten.args if isinstance(found, OSError)), None)
            raise cause or OSError(None, str(unwritten)) from unwritten
        finally:
            # The rows of each sheet wait in a file, which stays open when the workbook cannot be written.
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()

    def add_notes(self, lines: Iterable[str]) -> None:
        """Add the sheet NOTES, with one line per row."""
        sheet = self._book.add_worksheet("NOTES")
        sheet.set_column(0, 0, 120, self._book.add_format({"text_wrap": True, "valign": "top"}))
        for line, text in enumerate(lines):
            sheet.write_string(line, 0, self.cells.text(text))

    def add_table(self, name: str, columns: Sequence[SheetColumn], rows: Iterable[Row]) -> int:
        """Add a table as one sheet, or as several where it has more rows than a sheet can hold; returns its rows."""
        sheet: _Sheet | None = None
        n_sheets = count = 0
        for row in rows:
            # Lines count from 0, the line of the headings.
            if sheet is None or sheet.line == MOST_ROWS - 1:
                if sheet is not None:
                    sheet.finish()
                n_sheets += 1
                sheet = self._add_sheet(name, columns, n_sheets)
            sheet.line += 1
            for column, value in enumerate(row):
                self._write(sheet, column, value)
            count += 1
        (sheet or self._add_sheet(name, columns, 1)).finish()
        return count

    def _add_sheet(self, name: str, columns: Sequence[SheetColumn], number: int) -> "_Sheet":
        suffix = "" if number == 1 else f"_{number}"
        sheet = self._book.add_worksheet(name[: _LONGEST_NAME - len(suffix)] + suffix)
        for position, column in enumerate(columns):
            sheet.write_string(0, position, self.cells.text(column.heading), self._heading)
            if column.comment:
                sheet.write_comment(0, position, self.cells.text(column.comment), {"x_scale": 2.5, "y_scale": 1.5})
        return _Sheet(sheet, columns)

    def _write(self, sheet: "_Sheet", column: int, value: object) -> None:
        if value is None:
            return
        target, line = sheet.sheet, sheet.line
        if isinstance(value, bool):
            target.write_boolean(line, column, value)
        elif isinstance(value, int | float | Decimal) and _is_exact_in_excel(value):
            target.write_number(line, column, float(value), self._format_of(sheet.columns[column].name))
            sheet.measure(column, f"{value:,.2f}")
        elif isinstance(value, dt.date) and value.year >= _FIRST_YEAR_OF_EXCEL:
            if isinstance(value, dt.datetime):
                moment = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
                # Excel rounds what it shows; other formats cut the second.
                target.write_datetime(line, column, moment.replace(microsecond=0), self._moment)
                sheet.measure(column, "2026-11-30 00:00:00")
            else:
                target.write_datetime(line, column, dt.datetime(value.year, value.month, value.day), self._day)  # noqa: DTZ001
                sheet.measure(column, "2026-11-30")
        else:
            text = self.cells.text(value)
            sheet.measure(column, text)
            if sheet.takes_link(column, text):
                target.write_url(line, column, text, self._link, text)
            else:
                target.write_string(line, column, text)

    def _format_of(self, name: str) -> object:
        """The format of the numbers of a column, by the unit in its name."""
        if name.endswith("_thb"):
            return self._money
        if name.endswith("_pct"):
            return self._percent
        return self._count if name.startswith("n_") else None


class _Sheet:
    """One sheet that is being written: the line it is at, and how wide each column must be."""

    def __init__(self, sheet: xlsxwriter.worksheet.Worksheet, columns: Sequence[SheetColumn]) -> None:
        self.sheet = sheet
        self.columns = columns
        self.line = 0
        self._n_links = 0
        self._widths = [cell_len(column.heading) + _ARROW for column in columns]

    def measure(self, column: int, text: str) -> None:
        if self.line <= _ROWS_MEASURED:
            self._widths[column] = max(self._widths[column], cell_len(text[: 2 * _WIDEST].partition("\n")[0]) + 1)

    def takes_link(self, column: int, text: str) -> bool:
        is_link = (
            self.columns[column].name.endswith("url")
            and self._n_links < _MOST_LINKS
            and len(text) < _LONGEST_LINK
            and web_address(text) is not None
        )
        self._n_links += is_link
        return is_link

    def finish(self) -> None:
        """Set the properties that depend on all rows: widths, groups, the filter, the frozen panes."""
        for position, (column, width) in enumerate(zip(self.columns, self._widths, strict=True)):
            options = {"level": 1} if column.is_grouped else {}
            self.sheet.set_column(position, position, min(max(width, _NARROWEST), _WIDEST), None, options)
        if self.columns:
            self.sheet.autofilter(0, 0, self.line, len(self.columns) - 1)
        names = [column.name for column in self.columns[:_MOST_FROZEN]]
        self.sheet.freeze_panes(1, names.index("project_id") + 1 if "project_id" in names else 0)


def _is_exact_in_excel(number: float | Decimal) -> bool:
    """Whether Excel shows the number as it is; a float is only as exact as the number nearest to it."""
    held = f"{float(number):.{_DIGITS_OF_EXCEL}g}"
    return abs(float(held)) < 10**_DIGITS_OF_EXCEL and (isinstance(number, float) or Decimal(held) == number)
