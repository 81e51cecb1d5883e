"""Tables of the latest release for people with spreadsheets: CSV that Thai Excel opens right, and XLSX."""

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import xlsxwriter  # type: ignore[import-untyped]

from pipeline.analyst.query import invented_note, open_database
from pipeline.analyst.spreadsheet import MOST_ROWS, headings, safe_text
from pipeline.build.models import Model, load_models
from pipeline.core.errors import PipelineError
from pipeline.core.files import written_aside

FORMATS = ("csv", "xlsx")
_BATCH = 10_000
_NOTES = "NOTES.txt"
# Excel holds 15 digits of a number, and days from 1900-03-01 on without its leap-year error.
_EXACT_IN_EXCEL = 10**15
_FIRST_YEAR_OF_EXCEL = 1901
Row = Sequence[object]


class ExportError(PipelineError):
    """An export is impossible; the message says why and what to do."""

    exit_code = 2


class Exported(NamedTuple):
    """What was written: the files, the rows of each table, and how many cells were too long and cut."""

    files: tuple[Path, ...]
    rows: dict[str, int]
    cut_cells: int


def export(release: Path, output: Path, tables: Sequence[str], format_: str, *, are_headings_thai: bool) -> Exported:
    """Write tables (all of them when none is named) into a directory, one CSV each or one XLSX; whole or not at all.

    Rows of an invented source are marked: every table with a source gets the column is_invented. Raises ExportError.
    """
    models = {model.name: model for model in load_models().values() if model.layer in ("curated", "views")}
    unknown = [name for name in tables if name not in models]
    if unknown or format_ not in FORMATS:
        wrong, known = (unknown[0], models) if unknown else (format_, FORMATS)
        raise ExportError(f"{wrong!r:.60}: no such {'table' if unknown else 'format'}; there are {', '.join(known)}")
    chosen = [models[name] for name in dict.fromkeys(tables)] or [
        model for model in models.values() if model.layer == "curated"
    ]
    try:
        output.mkdir(parents=True, exist_ok=True)
        if format_ == "xlsx":
            return _write_xlsx(release, output, chosen, are_headings_thai)
        with written_aside(output / _NOTES) as partial:
            partial.write_text("\n".join(_notes(release, chosen)) + "\n", encoding="utf-8-sig")
        return _write_csv(release, output, chosen, are_headings_thai)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ExportError(f"{output}: cannot be written ({said})") from error


class _Table(NamedTuple):
    model: Model
    headings: list[str]
    rows: Iterator[Row]


class _Cells:
    """Turns values into cells and counts what had to be cut."""

    def __init__(self, *, are_typed: bool) -> None:
        self._are_typed = are_typed
        self.n_cut = 0

    def text(self, value: object) -> str:
        safe = safe_text(_as_text(value), is_typed=self._are_typed)
        self.n_cut += safe.was_cut
        return safe.text


# A row of an invented source is invented unless the release says that its project is real.
_MARKED = """
SELECT
    here.*,
    here.source_id IN (SELECT source_id FROM projects WHERE is_invented)
    AND NOT EXISTS (
        SELECT 1 FROM projects AS there
        WHERE there.source_id = here.source_id AND there.project_id = here.project_id AND NOT there.is_invented
    ) AS is_invented
FROM {table} AS here
"""


@contextmanager
def _opened(release: Path, model: Model, *, are_headings_thai: bool) -> Iterator[_Table]:
    columns = [column.name for column in model.columns]
    select = f"SELECT * FROM {model.name}"
    if {"source_id", "project_id"} <= set(columns) and "is_invented" not in columns:
        columns.insert(columns.index("project_id") + 1, "is_invented")
        select = _MARKED.format(table=model.name)
    listed = ", ".join(f'"{name}"' for name in columns)
    order = ", ".join(f'"{name}"' for name in model.key) or "ALL"
    with open_database(release) as con:
        reader = con.sql(f"SELECT {listed} FROM ({select}) ORDER BY {order}").to_arrow_reader(_BATCH)
        yield _Table(model, headings(model, columns, are_thai=are_headings_thai), _rows(reader))


def _rows(reader: pa.RecordBatchReader) -> Iterator[Row]:
    for batch in reader:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _write_csv(release: Path, output: Path, models: Sequence[Model], are_headings_thai: bool) -> Exported:
    cells = _Cells(are_typed=False)
    n_rows: dict[str, int] = {}
    files: list[Path] = []
    for model in models:
        with _opened(release, model, are_headings_thai=are_headings_thai) as table:
            file = output / f"{model.name}.csv"
            with written_aside(file) as partial, partial.open("w", encoding="utf-8-sig", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(table.headings)
                count = 0
                for row in table.rows:
                    writer.writerow([cells.text(value) for value in row])
                    count += 1
            files.append(file)
            n_rows[model.name] = count
    return Exported(tuple(files), n_rows, cells.n_cut)


def _write_xlsx(release: Path, output: Path, models: Sequence[Model], are_headings_thai: bool) -> Exported:
    cells = _Cells(are_typed=True)
    n_rows: dict[str, int] = {}
    file = output / f"bma-projects-{release.resolve().name}.xlsx"
    with written_aside(file) as partial:
        # A row is written out as soon as the next one begins, so memory stays flat.
        book = xlsxwriter.Workbook(str(partial), {"constant_memory": True})
        try:
            formats = _Formats(book)
            _write_sheet_of_notes(book, release, models)
            for model in models:
                with _opened(release, model, are_headings_thai=are_headings_thai) as table:
                    n_rows[model.name] = _write_sheets(book, formats, table, cells)
        finally:
            book.close()
    return Exported((file,), n_rows, cells.n_cut)


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.heading = book.add_format({"bold": True, "bottom": 1})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})


def _write_sheets(book: xlsxwriter.Workbook, formats: _Formats, table: _Table, cells: _Cells) -> int:
    """Write a table into one sheet, or into several where it has more rows than a sheet can hold."""
    sheet = None
    n_sheets = line = count = 0
    for row in table.rows:
        if sheet is None or line == MOST_ROWS:
            n_sheets += 1
            sheet, line = _add_sheet(book, formats, table, n_sheets), 1
        for column, value in enumerate(row):
            _write_cell(sheet, formats, cells, line, column, value)
        line += 1
        count += 1
    if sheet is None:
        _add_sheet(book, formats, table, 1)
    return count


def _add_sheet(
    book: xlsxwriter.Workbook, formats: _Formats, table: _Table, number: int
) -> xlsxwriter.worksheet.Worksheet:
    sheet = book.add_worksheet(table.model.name if number == 1 else f"{table.model.name[:27]}_{number}")
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(table.headings):
        sheet.set_column(column, column, 18)
        sheet.write_string(0, column, heading, formats.heading)
    return sheet


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, formats: _Formats, cells: _Cells, line: int, column: int, value: object
) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float | Decimal) and abs(float(value)) < _EXACT_IN_EXCEL:
        sheet.write_number(line, column, float(value))
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(line, column, value.astimezone(dt.UTC).replace(tzinfo=None), formats.moment)
    elif isinstance(value, dt.date) and value.year >= _FIRST_YEAR_OF_EXCEL:
        sheet.write_datetime(line, column, dt.datetime(value.year, value.month, value.day), formats.day)  # noqa: DTZ001
    else:
        sheet.write_string(line, column, cells.text(value))


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, list):
        return " | ".join(_as_text(item) for item in value)
    return str(value)


def _notes(release: Path, models: Sequence[Model]) -> list[str]:
    lines = [f"bma-projects, release {release.resolve().name}; times are UTC."]
    lines += [note] if (note := invented_note(release)) else []
    for model in models:
        lines += ["", f"{model.name}: {model.description}", *(f"  - {warning}" for warning in model.warnings)]
    return lines


def _write_sheet_of_notes(book: xlsxwriter.Workbook, release: Path, models: Sequence[Model]) -> None:
    sheet = book.add_worksheet("NOTES")
    sheet.set_column(0, 0, 120)
    for line, text in enumerate(_notes(release, models)):
        sheet.write_string(line, 0, text)
