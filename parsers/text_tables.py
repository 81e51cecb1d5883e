"""The two tables of extracted text: cells separated by tabs, or rows of cells joined by spaces."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from parsers.dates import MONTH_NAMES, read_date
from parsers.html_text import clean_text
from parsers.labels import PROGRESS_COLUMNS, UPDATE_COLUMNS, columns_of
from parsers.page import Grid
from parsers.text_headers import Header, RowForm, header_at, headers_in
from parsers.text_rows import text_value

_UPDATES_HEADING, _PROGRESS_HEADING = "ประวัติการปรับปรุงข้อมูล", "ความคืบหน้าล่าสุด"
_BEHIND_ROWS = (
    _UPDATES_HEADING,
    _PROGRESS_HEADING,
    *(" ".join(column.text for column in columns) for columns in (UPDATE_COLUMNS, PROGRESS_COLUMNS)),
)
# The text that Yii writes into a table without rows.
_NO_RESULTS = ("ไม่พบผลลัพธ์", "ไม่พบผลลัพธ์.", "No results found.")

_DAY = r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})"
_MONTH_NAME = "|".join(re.escape(name) for name in MONTH_NAMES)
_OTHER_DAY = rf"(?:\d{{1,2}}(?: (?:{_MONTH_NAME}) |/\d{{1,2}}/|-\d{{1,2}}-|\.\d{{1,2}}\.)(?:\d{{4}}|\d{{2}}))"
_ANY_DAY = rf"(?:{_DAY}|{_OTHER_DAY})"
_BEGINNING_DAY = re.compile(_ANY_DAY)
_PERCENT = r"(?:\d{1,3}(?:\.\d+)?|\.\d+)"
_STATUS = r"(?:\d|\(ไม่ได้ตั้ง\)|\(not set\))"
_REPORT = re.compile(rf"({_ANY_DAY}) ({_PERCENT}) (?:({_STATUS})(?:\s|$))?(.*)", re.DOTALL)
# A progress of another form, which is certainly one between a day and a status: `60%`, `-5.0`, `1,000.0`.
_ODD_PERCENT = r"(?:(?:ร้อยละ ?)?[-+\u2212]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?: ?%)?|-)"
# A line that begins with a day begins a report, even one that cannot be split; with a colon after it, it is a stamp.
# Days of another form are common in sentences: there the progress must follow.
_REPORT_START = re.compile(
    rf"{_DAY}(?= (?!:)|$)|{_OTHER_DAY} (?:(?:{_PERCENT}|-)(?= |$)|{_ODD_PERCENT} {_STATUS}(?= |$))"
)
# Certainly the beginning of a separate report; another line that begins with a day may belong to the text above.
_CERTAIN_START = re.compile(rf"{_ANY_DAY} (?:(?:{_PERCENT}|-)$|{_ODD_PERCENT} {_STATUS}(?=\s|$))", re.MULTILINE)
# The possible beginning of a report whose day or progress has another form, among the lines of the one above: a
# progress and a status within the first words, or a stamp after other words.
_MAY_BE_REPORT = re.compile(
    rf"(?:\S+ ){{0,4}}-?(?:[\d,]*\.\d+|[\d.,]+ ?%) {_STATUS}(?= |$)|\S.{{0,400}}\s\d{{1,2}}/\d{{1,2}}/\d{{4}} :"
)
_STAMP = re.compile(r"(?:^|(?<=\s))(\d{1,2})/(\d{1,2})/(\d{4}) :")
_UPDATE = re.compile(
    rf"({_ANY_DAY}) (\d{{1,2}}:\d{{2}}(?::\d{{2}})?) (\S+) (\S+) (ใช่|ไม่ใช่) "
    rf"({_ANY_DAY}) ({_ANY_DAY}) ([\d.,]+) ([\d.,]+) (\S+)"
)
# The lines of the site's footer, and the last line, which its framework writes.
_FOOTER = re.compile(r"\s*(?:(?:©|\([Cc]\)).*\d{4}(?:\s+Powered by .*)?\s*$|Powered by )")
_LAST_LINE = re.compile(r"(?:.*\s)?Powered by \[?Yii Framework\b")

# The columns of texts; None is an unknown column.
_FIELDS_WITH_LINES = {"problem", "detail", None}

Cells = tuple[str | None, ...]


class _Block(NamedTuple):
    """The text of a possible row, and whether it is certainly exactly one row."""

    text: str
    is_certain: bool


def footer_start(lines: Sequence[str]) -> int | None:
    """The line with which the footer after a text begins; None where the text may be incomplete.

    Other text may follow the whole footer of the site, but no row of a table.
    """
    start = None
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if _FOOTER.match(line):
            start = number
        elif start is not None and line.strip():
            break
        elif line.strip() and _is_row(line):
            return None
    if start is None:
        return None
    is_at_end = all(_FOOTER.match(line) or not line.strip() for line in lines[start:])
    found = [line for line in lines[start:] if _FOOTER.match(line)]
    is_complete = bool(_LAST_LINE.match(found[-1])) and found[0].lstrip()[:1] in ("©", "(")
    return start if is_at_end or is_complete else None


def is_behind_rows(lines: Sequence[str], number: int) -> bool:
    """Whether a line follows the label/value rows: a heading or header of a table or the footer, perhaps cut."""
    line = lines[number].strip()
    begins = any(text.startswith(line) for text in _BEHIND_ROWS) or line.startswith(("©", "(C)", "(c)", "Powered by"))
    return begins or header_at(lines, number) is not None


def _is_row(line: str) -> bool:
    return _REPORT_START.match(line) is not None or "\t" in line or header_at([line], 0) is not None


def read_text_tables(lines: Sequence[str], *, is_open: bool) -> tuple[Grid, ...]:
    """Read the tables after the rows of a text; a row whose cells cannot be separated has one cell with all its text.

    Args:
        lines: the lines after the label/value rows, before the footer.
        is_open: the last row may be incomplete.
    """
    headers = list(headers_in(lines))
    grids = []
    for number, header in enumerate(headers):
        end = headers[number + 1].line if number + 1 < len(headers) else len(lines)
        above = headers[number - 1].end if number else 0
        heading = next((line.strip() for line in reversed(lines[above : header.line]) if line.strip()), None)
        heading = heading if heading in (_UPDATES_HEADING, _PROGRESS_HEADING) else None
        body = lines[header.end : end]
        if not header.is_progress:
            headings = (place for place, line in enumerate(body) if line.strip() == _PROGRESS_HEADING)
            body = body[: next(headings, len(body))]
        is_last = number + 1 == len(headers)
        rows, cells = _read_rows(header, body, is_open=is_open and is_last)
        grids.append(Grid(heading, cells, rows, None))
    return tuple(grids)


def _read_rows(header: Header, body: Sequence[str], *, is_open: bool) -> tuple[tuple[Cells, ...], tuple[str, ...]]:
    """The rows below a header, and the header cells that have a column in them."""
    text = clean_text("\n".join(body))
    if not text or text in _NO_RESULTS:
        return (), tuple([cell for cell in header.cells if cell])
    if header.form is RowForm.TABS:
        return _tabbed_rows(header, body, is_open=is_open)
    if header.form is RowForm.LINES:
        return _rows_of_lines(header, [line.strip() for line in body if line.strip()]), header.cells
    if header.form is RowForm.UNKNOWN:
        return ((text,),), header.cells
    if not header.is_progress:
        return tuple([_update_cells(clean_text(line)) for line in body if line.strip()]), header.cells
    return _joined_reports(body, is_open=is_open), header.cells


def _update_cells(text: str) -> Cells:
    update = _UPDATE.fullmatch(text)
    return tuple(map(text_value, update.groups())) if update is not None else (text,)


def _joined_reports(body: Sequence[str], *, is_open: bool) -> tuple[Cells, ...]:
    """Reports whose cells are joined by spaces: each begins with its day."""
    blocks: list[list[str]] = []
    doubtful: set[int] = set()
    for number, line in enumerate(body):
        if _REPORT_START.match(line) or (line.strip() and not blocks):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
            if header_at(body, number) is not None or _MAY_BE_REPORT.match(line):
                # Another table or report, or a text that looks like one.
                doubtful.add(len(blocks) - 1)
    texts = [clean_text("\n".join(block)) for block in blocks]
    rows = [_report_cells(text) for text in texts]
    for number in range(len(rows)):
        is_doubtful = number in doubtful or (number + 1 < len(rows) and not _is_report(texts[number + 1]))
        if is_open and number + 1 == len(rows) and not rows[number][-1]:
            # A text that is cut in its last report may end in the middle of its progress.
            is_doubtful = True
        if is_doubtful:
            rows[number] = (texts[number],)
    return tuple(rows)


def _is_report(text: str) -> bool:
    """Whether a text that begins with a day is certainly a report, by its progress or by a stamp of that day."""
    line = text.partition("\n")[0]
    day = _BEGINNING_DAY.match(line)
    if day is None or _CERTAIN_START.match(text):
        return day is not None
    return read_date(day[0]).value in [date for date, _ in _stamps(line[day.end() :]) if date is not None]


def _stamps(text: str) -> list[tuple[dt.date | None, int]]:
    """The stamps of a text (`31/01/2566 :`): their days, and where they begin."""
    return [(read_date(stamp[0].removesuffix(" :")).value, stamp.start()) for stamp in _STAMP.finditer(text)]


def _report_cells(text: str) -> Cells:
    """Cells of a progress row; a single cell with the whole text where they cannot be separated.

    The detail begins at the stamp that gives the day of the report again, if that is the first stamp and the only one.
    A text before it is the problem only after a status.
    """
    report = _REPORT.fullmatch(text)
    if report is None:
        return (text,)
    day, percent, status, rest = report.groups()
    reported = read_date(day).value
    stamped = _stamps(rest)
    detail_at = 0 if not rest.strip() else None
    if stamped and stamped[0][0] == reported is not None and [date for date, _ in stamped].count(reported) == 1:
        detail_at = stamped[0][1]
    if detail_at is None or (status is None and rest[:detail_at].strip()):
        return (text,)
    return day, percent, text_value(status or ""), text_value(rest[:detail_at]), text_value(rest[detail_at:])


def _rows_of_lines(header: Header, lines: Sequence[str]) -> tuple[Cells, ...]:
    """Rows with a cell on each line: those with all their cells, each of one line and in the form the site gives it.

    A report is recognized by its progress with decimals, its status and the stamp of its detail, with one line between.
    """
    width = len(header.cells)
    starts = list(range(0, len(lines), width))
    if header.is_progress:
        starts = [place for place in range(len(lines)) if _begins_report(lines[place : place + 3])]
    starts = sorted({0, *starts})
    rows: list[Cells] = []
    for start, end in pairwise([*starts, len(lines)]):
        text = " ".join(lines[start:end])
        cells = _report_cells(text) if header.is_progress else _update_cells(text)
        is_certain = cells == tuple(lines[start:end]) and (not header.is_progress or "." in lines[start + 1])
        rows.append(cells if is_certain else ("\n".join(lines[start:end]),))
    return tuple(rows)


def _begins_report(lines: Sequence[str]) -> bool:
    return _BEGINNING_DAY.fullmatch(lines[0]) is not None and bool(_CERTAIN_START.match(" ".join(lines)))


def _tabbed_rows(header: Header, body: Sequence[str], *, is_open: bool) -> tuple[tuple[Cells, ...], tuple[str, ...]]:
    """Rows whose cells are separated by tabs; a column without heading is left out where all its cells are empty."""
    kept = [place for place, cell in enumerate(header.cells) if cell]
    names = tuple([header.cells[place] for place in kept])
    fields = columns_of(names, PROGRESS_COLUMNS if header.is_progress else UPDATE_COLUMNS)
    blocks = _tabbed_blocks(header, body)
    rows: list[Cells] = []
    for number, block in enumerate(blocks, 1):
        cells = block.text.split("\t")
        # A row without enough tabs may be cut at the end of the text, or may have lost tabs within its cells.
        may_be_cut = is_open and number == len(blocks)
        is_doubtful = len(cells) < len(header.cells) and (may_be_cut or "\n" in block.text.strip())
        cells += [""] * (len(header.cells) - len(cells))
        beyond = [cell for place, cell in enumerate(cells) if place not in kept and cell.strip()]
        row = tuple([text_value(cells[place]) for place in kept])
        lined = {field for field, cell in zip(fields, row, strict=True) if cell and "\n" in cell}
        if block.is_certain and not is_doubtful and not beyond and lined <= _FIELDS_WITH_LINES:
            rows.append(row)
        else:
            rows.append((clean_text(block.text),))
    return tuple(rows), names


def _tabbed_blocks(header: Header, body: Sequence[str]) -> list[_Block]:
    """The texts of rows. A cell can hold lines, and an editor may have cut off the tabs at the end of a row.

    A line with all tabs of a row is a row; a line that begins with a day is one where it and the row before together
    have too many tabs for one row. Otherwise it could also be text of a cell, and neither is certain.
    """
    day_column = next((place for place, cell in enumerate(header.cells) if cell.startswith("วันที่")), 0)
    needed = len(header.cells) - 1
    blocks: list[_Block] = []
    lines: list[str] = []
    n_tabs, is_certain = 0, True
    for number, line in enumerate(body):
        if not line.strip() and not lines:
            continue
        n_more = line.count("\t")
        has_all = needed <= n_more
        has_day = n_more >= day_column and _is_day(line.split("\t")[day_column])
        is_header = header_at(body, number) is not None
        if not lines:
            is_certain = not is_header and (has_all or has_day)
        elif has_day or is_header or (needed <= n_tabs and has_all):
            is_sure = not is_header and (has_all or (is_certain and n_more > 0 and needed < n_tabs + n_more))
            blocks.append(_Block("\n".join(lines), is_certain and is_sure))
            lines, n_tabs, is_certain = [], 0, is_sure
        elif header.is_progress and "\t" not in line and (_REPORT_START.match(line) or _MAY_BE_REPORT.match(line)):
            # A row whose tabs became spaces, or a text that looks like one.
            is_certain = False
        elif line.startswith("\t") or (needed <= n_tabs and "\t" in line.rstrip()):
            # A row without a day, or cells after the last one: it cannot be known to which row they belong.
            is_certain = False
        lines.append(line)
        n_tabs += n_more
    if lines:
        blocks.append(_Block("\n".join(lines), is_certain))
    return blocks


def _is_day(cell: str) -> bool:
    date = read_date(cell.strip())
    return date.value is not None or date.issue_code == "sentinel_date"
