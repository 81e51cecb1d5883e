"""Tables of the latest release for spreadsheets: CSV that Excel opens with correct Thai, and XLSX."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipeline.analyst.export_notes import export_notes
from pipeline.analyst.query import open_database
from pipeline.analyst.spreadsheet import headings, rows_in, write_csv
from pipeline.analyst.workbook import SheetColumn, Workbook
from pipeline.build.headers import Column
from pipeline.build.models import Model, load_models
from pipeline.core.errors import PipelineError
from pipeline.core.files import written_aside

FORMATS = ("csv", "xlsx")
_BATCH = 10_000
_NOTES = "NOTES.txt"
# The order for readers, the most useful tables first; tables that are not named here come before the last ones.
_FIRST = ("projects", "progress_history", "targets", "project_changes", "project_history", "quality_issues", "agencies")
_LAST = ("page_fields", "target_rows", "listings", "page_status", "unknown_cells", "quality_rules", "runs")
# Columns for joins in programs, grouped in a workbook like the raw texts.
_KEYS = frozenset(
    {"source_id", "snapshot_id", "content_sha256", "name_key", "warc_file", "warc_offset", "time_basis", "issue_id"}
    | {f"{section}_state" for section in ("fields", "months", "updates", "reports")}
)
_INVENTED = "true for made-up data of the built-in sample; never cite such a row"
Row = Sequence[object]


class ExportError(PipelineError):
    """An export is impossible; the message says why and what to do."""

    exit_code = 2


class Exported(NamedTuple):
    """The written files, the rows of each table, and the number of cells that were too long and cut."""

    files: tuple[Path, ...]
    rows: dict[str, int]
    cut_cells: int


def export(release: Path, output: Path, tables: Sequence[str], format_: str, *, are_headings_thai: bool) -> Exported:
    """Write tables (all of them when none is named) into a directory, one CSV each or one XLSX; all or none.

    An output that ends in .xlsx is the workbook itself. Rows of an invented source are marked: every table with a
    source gets the column is_invented. Raises ExportError.
    """
    models = {model.name: model for model in load_models().values() if model.layer in ("curated", "views")}
    unknown = [name for name in tables if name not in models]
    if unknown or format_ not in FORMATS:
        wrong, known = (unknown[0], models) if unknown else (format_, FORMATS)
        raise ExportError(f"{wrong!r:.60}: no such {'table' if unknown else 'format'}; there are {', '.join(known)}")
    chosen = [models[name] for name in dict.fromkeys(tables)] or sorted(
        (model for model in models.values() if model.layer == "curated"), key=_place
    )
    if format_ == "csv" and output.suffix.lower() in (".csv", ".xlsx") and not output.is_dir():
        advice = (
            "add --format xlsx"
            if output.suffix.lower() == ".xlsx"
            else f"name a directory, such as {output.stem!r:.60}"
        )
        raise ExportError(f"{str(output)!r:.120}: each table becomes a CSV file of its own in a directory; {advice}")
    try:
        if format_ == "xlsx":
            names_file = output.suffix.lower() == ".xlsx" and not output.is_dir()
            file = output if names_file else output / f"bma-projects-{release.resolve().name}.xlsx"
            file.parent.mkdir(parents=True, exist_ok=True)
            return _write_xlsx(release, file, chosen, are_headings_thai)
        output.mkdir(parents=True, exist_ok=True)
        with written_aside(output / _NOTES) as partial:
            partial.write_text("\n".join(export_notes(release, chosen, is_workbook=False)) + "\n", encoding="utf-8-sig")
        return _write_csv(release, output, chosen, are_headings_thai)
    except OSError as error:
        raise ExportError(f"{output}: cannot be written ({error.strerror})") from error


class _Table(NamedTuple):
    model: Model
    columns: list[str]
    headings: list[str]
    rows: Iterator[Row]


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


def _place(model: Model) -> tuple[int, str]:
    if model.name in _FIRST:
        return _FIRST.index(model.name), ""
    if model.name in _LAST:
        return len(_FIRST) + 1 + _LAST.index(model.name), ""
    return len(_FIRST), model.name


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
        yield _Table(model, columns, headings(model, columns, are_thai=are_headings_thai), rows_in(reader))


def _write_csv(release: Path, output: Path, models: Sequence[Model], are_headings_thai: bool) -> Exported:
    n_rows: dict[str, int] = {}
    files: list[Path] = []
    cut_cells = 0
    for model in models:
        with _opened(release, model, are_headings_thai=are_headings_thai) as table:
            file = output / f"{model.name}.csv"
            with written_aside(file) as partial:
                n_rows[model.name], n_cut = write_csv(partial, table.headings, table.rows)
            files.append(file)
            cut_cells += n_cut
    return Exported(tuple(files), n_rows, cut_cells)


def _write_xlsx(release: Path, file: Path, models: Sequence[Model], are_headings_thai: bool) -> Exported:
    n_rows: dict[str, int] = {}
    with written_aside(file) as partial, Workbook(partial) as book:
        book.add_notes(export_notes(release, models, is_workbook=True))
        for model in models:
            with _opened(release, model, are_headings_thai=are_headings_thai) as table:
                n_rows[model.name] = book.add_table(model.name, list(_sheet_columns(table)), table.rows)
    return Exported((file,), n_rows, book.cells.n_cut)


def _sheet_columns(table: _Table) -> Iterator[SheetColumn]:
    described = {column.name: column for column in table.model.columns}
    for name, heading in zip(table.columns, table.headings, strict=True):
        column = described.get(name)
        comment = _INVENTED if column is None else _comment(column)
        yield SheetColumn(name, heading, f"{name}\n{comment}", name.endswith("_raw") or name in _KEYS)


def _comment(column: Column) -> str:
    unit = f"Unit: {column.unit}" if column.unit else ""
    null = f"Empty {column.null_means}" if column.null_means else ""
    return "\n".join(filter(None, (column.description, unit, null)))
