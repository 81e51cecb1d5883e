"""Contents for spreadsheets: no text that acts as a formula, no cell that is too long, Thai headings; and CSV."""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from pipeline.analyst.thai_names import THAI_NAMES
from pipeline.build.models import Model
from pipeline.core.arrow_schema import rows_of

# Excel's limit, counted in UTF-16 code units; Excel cuts a longer cell silently, this module visibly.
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_576
_FORMULA_START = re.compile(r"\s*[=+@\-\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?")
_ONLY_DASHES = re.compile(r"[-\s]*")
# XML 1.0 cannot hold these, and Excel repairs or refuses a file that contains them.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\uD800-\uDFFF\uFFFE\uFFFF]")
_RAW_SUFFIX = "_raw"


class SafeText(NamedTuple):
    """A text for a cell; was_cut says that the end is missing."""

    text: str
    was_cut: bool


def safe_text(text: str, *, is_typed: bool) -> SafeText:
    """Prepare a text for a cell.

    is_typed is true for XLSX, whose cells are marked as text; in CSV a text that a spreadsheet program would read as a
    formula gets an apostrophe in front. Numbers, and dashes that mean "none", stay as they are.
    """
    text = _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    if is_typed:
        # XML knows one end of a line; a carriage return is written as _x000D_, which other programs show.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not is_typed and _FORMULA_START.match(text) and not _is_harmless(text):
        text = "'" + text
    return _cut(text)


def cell_text(value: object) -> str:
    """A value as the text of a cell: null as an empty text, times in UTC to the second, lists with bars between."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC) if value.tzinfo else value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, list):
        return " | ".join(cell_text(item) for item in value)
    return str(value)


class Cells:
    """Turns values into the texts of cells and counts the texts that were cut."""

    def __init__(self, *, are_typed: bool) -> None:
        self._are_typed = are_typed
        self.n_cut = 0

    def text(self, value: object) -> str:
        """The text of one cell."""
        safe = safe_text(cell_text(value), is_typed=self._are_typed)
        self.n_cut += safe.was_cut
        return safe.text


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> tuple[int, int]:
    """Write a CSV that Excel opens with its Thai; returns the number of rows and of cells that were cut."""
    cells, count = Cells(are_typed=False), 0
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([cells.text(column) for column in columns])
        for row in rows:
            writer.writerow([cells.text(value) for value in row])
            count += 1
    return count, cells.n_cut


def rows_in(reader: pa.RecordBatchReader) -> Iterator[Sequence[object]]:
    """The rows of an answer, batch by batch."""
    for batch in reader:
        yield from rows_of(batch)


def headings(model: Model, columns: list[str], *, are_thai: bool) -> list[str]:
    """Headings for columns: their names, or the site's own Thai labels; a column without a Thai name keeps its own."""
    if not are_thai:
        return columns
    labels = {column.name: column.label for column in model.columns}
    wanted = [_thai_heading(model.name, name, labels) for name in columns]
    # Two columns can come from one label; a heading that is not unique gets the name of its column.
    return [
        heading if wanted.count(heading) == 1 else f"{heading} [{name}]"
        for heading, name in zip(wanted, columns, strict=True)
    ]


def _thai_heading(table: str, name: str, labels: dict[str, str | None]) -> str:
    if name.endswith(_RAW_SUFFIX) and (label := labels.get(name)):
        return f"{label} (ตามหน้าเว็บ)"
    return THAI_NAMES.get(f"{table}.{name}") or THAI_NAMES.get(name) or labels.get(name) or name


def _is_harmless(text: str) -> bool:
    return _PLAIN_NUMBER.fullmatch(text.strip()) is not None or _ONLY_DASHES.fullmatch(text) is not None


def _cut(text: str) -> SafeText:
    # Every character is one code unit or two, so most texts need no counting.
    if len(text) * 2 <= LONGEST_CELL:
        return SafeText(text, was_cut=False)
    units = text.encode("utf-16-le")
    if len(units) // 2 <= LONGEST_CELL:
        return SafeText(text, was_cut=False)
    mark = f" …[cut: {len(text):,} characters]"
    kept = units[: (LONGEST_CELL - len(mark)) * 2].decode("utf-16-le", "ignore")
    return SafeText(kept + mark, was_cut=True)
