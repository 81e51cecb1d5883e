"""Extracted text (Common Crawl's WET, saved text) → the same Page; what cannot be split for certain stays whole."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from parsers.dates import read_date
from parsers.html_text import clean_text
from parsers.labels import (
    HEADLINE,
    LABELS,
    MONTH_LABEL,
    MONTH_LAYOUT,
    PROGRESS_COLUMNS,
    TITLE,
    UPDATE_COLUMNS,
    match_key,
)
from parsers.page import Grid, Page, PageKind, Row

# The rows of the real page in order: in text only their order tells a label from a value that looks like one.
_LAYOUT = tuple(label.text for label in LABELS) + tuple(f"{MONTH_LABEL} {month}" for month in MONTH_LAYOUT)
_ONE_LINE_FIELDS = frozenset(
    {"project_id", "fiscal_year", "policy_id", "branch_id", "kpi_id", "budget_received", "budget_spent", "progress"}
    | {"start_date", "finish_date", "weight", "unit"}
)
_ONE_LINE = {label.text for label in LABELS if label.field in _ONE_LINE_FIELDS} | set(_LAYOUT[len(LABELS) :])
# The label of a row made of lines that cannot be told apart for certain.
UNSPLIT = "(ข้อความที่แยกไม่ได้)"
_FEWEST_ROWS = 3
_NOT_SET = ("(ไม่ได้ตั้ง)", "(not set)")
_UPDATES_HEADING, _PROGRESS_HEADING = "ประวัติการปรับปรุงข้อมูล", "ความคืบหน้าล่าสุด"
_UPDATES_HEADER = " ".join(column.text for column in UPDATE_COLUMNS)
_PROGRESS_HEADER = " ".join(column.text for column in PROGRESS_COLUMNS)

_DAY = r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})"
_REPORT = re.compile(rf"({_DAY}) (\d{{1,3}}(?:\.\d+)?) (?:(\d|\(ไม่ได้ตั้ง\))(?:\s|$))?(.*)", re.DOTALL)
# A line that begins with a day begins a report, also one that cannot be split; with a colon behind it is a stamp.
_REPORT_START = re.compile(rf"{_DAY}(?= (?!:)|$)")
_STAMP = re.compile(r"(?:^|(?<=\s))(\d{1,2})/(\d{1,2})/(\d{4}) :")
_UPDATE = re.compile(
    rf"({_DAY}) (\d{{1,2}}:\d{{2}}(?::\d{{2}})?) (\S+) (\S+) (ใช่|ไม่ใช่) ({_DAY}) ({_DAY}) ([\d.,]+) ([\d.,]+) (\S+)"
)
_HEADLINE = re.compile(rf"{HEADLINE}\s*:")
# The lines of the site's footer: where a text ends with one, what stands before it stood whole.
_FOOTER = re.compile(r"\s*(?:(?:©|\([Cc]\)).*\d{4}\s*$|Powered by )")


class _Start(NamedTuple):
    """A line that could begin a row, and the place of that row in the layout."""

    line: int
    place: int


class _RowStart(NamedTuple):
    """A line that certainly begins a row (label) or, with label None, lines whose rows cannot be told apart."""

    line: int
    label: str | None


def _starts(lines: Sequence[str]) -> list[_Start]:
    # The line below the title (`คืบหน้าล่าสุด : ร้อยละ 100`) is no row, though it begins like one.
    return [
        _Start(number, place)
        for number, line in enumerate(lines)
        for place, label in enumerate(_LAYOUT)
        if line.startswith(label) and not _HEADLINE.match(line)
    ]


def _chain_lengths(starts: Sequence[_Start], *, forward: bool) -> list[int]:
    """Length of the longest chain of rows in layout order that ends (or, backward, begins) at each start."""
    best = [0] * len(_LAYOUT)
    lengths: list[int] = []
    pending: list[tuple[int, int]] = []
    current: int | None = None
    for start in starts:
        if start.line != current:
            # A line begins one row at most: its other readings do not count for one another.
            for place, length in pending:
                best[place] = max(best[place], length)
            pending, current = [], start.line
        before = best[: start.place] if forward else best[start.place + 1 :]
        lengths.append(1 + max(before, default=0))
        pending.append((start.place, lengths[-1]))
    return lengths


def _row_starts(lines: Sequence[str]) -> list[_RowStart]:
    """Where the rows begin, in order.

    Of all ways to read the lines as rows in layout order, those that account for the most rows count. The n-th row is
    certain when all of them agree on its line and label.
    """
    starts = _starts(lines)
    ending = _chain_lengths(starts, forward=True)
    beginning = _chain_lengths(starts[::-1], forward=False)[::-1]
    longest = max(ending, default=0)
    ranks: list[set[tuple[int, str]]] = [set() for _ in range(longest)]
    for start, ends, begins in zip(starts, ending, beginning, strict=True):
        if ends + begins - 1 == longest:
            ranks[ends - 1].add((start.line, _LAYOUT[start.place]))
    found: list[_RowStart] = []
    for readings in ranks:
        line, label = min(readings)
        found.append(_RowStart(line, label if len(readings) == 1 else None))
    return found


def _value(text: str) -> str | None:
    value = clean_text(text)
    return None if value in _NOT_SET else value


def _read_rows(lines: Sequence[str], starts: Sequence[_RowStart], end: int) -> tuple[Row, ...]:
    """Rows with their values: a value goes on until the next row begins; one-line fields end with their line."""
    rows: list[Row] = []
    index = 0
    while index < len(starts):
        line, label = starts[index]
        index += 1
        is_certain = label is not None
        while index < len(starts) and starts[index].label is None:
            is_certain = is_certain and label in _ONE_LINE
            index += 1
        stop = starts[index].line if index < len(starts) else end
        block = lines[line:stop]
        if label is None or not is_certain:
            rows.append(Row(UNSPLIT, clean_text("\n".join(block))))
            continue
        if label in _ONE_LINE:
            rows.append(Row(label, _value(block[0][len(label) :])))
            rest = clean_text("\n".join(block[1:]))
            if rest:
                rows.append(Row(UNSPLIT, rest))
        else:
            rows.append(Row(label, _value("\n".join(block)[len(label) :])))
    return tuple(rows)


def _cells(text: str) -> tuple[str | None, ...]:
    """Cells of a progress row; a single cell with the whole text where they cannot be told apart.

    The detail begins at the stamp that gives the day of the report again, if that is the first stamp and the only such.
    """
    whole = (text,)
    report = _REPORT.fullmatch(text)
    if report is None:
        return whole
    day, percent, status, rest = report.groups()
    reported = read_date(day).value
    stamped = [(read_date(stamp[0].removesuffix(" :")).value, stamp.start()) for stamp in _STAMP.finditer(rest)]
    if stamped and stamped[0][0] == reported is not None and [date for date, _ in stamped].count(reported) == 1:
        cut = stamped[0][1]
        return day, percent, _value(status or ""), _value(rest[:cut]), _value(rest[cut:])
    return whole if rest.strip() else (day, percent, _value(status or ""), "", "")


def _is_line(line: str, text: str) -> bool:
    return match_key(line) == match_key(text) if len(line) < 2 * len(text) else False


def _read_grids(lines: Sequence[str]) -> tuple[Grid, ...]:
    """The two tables behind the rows: header line, then rows joined by spaces."""
    grids: list[Grid] = []
    heading: str | None = None
    columns: tuple[str, ...] = ()
    blocks: list[list[str]] = []

    def close() -> None:
        if columns:
            texts = [clean_text("\n".join(block)) for block in blocks]
            split = _cells if columns[0] == PROGRESS_COLUMNS[0].text else _update_cells
            grids.append(Grid(heading, columns, tuple([split(text) for text in texts]), None))

    for line in lines:
        if _is_line(line, _UPDATES_HEADER) or _is_line(line, _PROGRESS_HEADER):
            known = UPDATE_COLUMNS if _is_line(line, _UPDATES_HEADER) else PROGRESS_COLUMNS
            columns, blocks = tuple([column.text for column in known]), []
        elif not (columns and columns[0] == PROGRESS_COLUMNS[0].text) and line.strip() in (
            _UPDATES_HEADING,
            _PROGRESS_HEADING,
        ):
            close()
            heading, columns, blocks = line.strip(), (), []
        elif columns:
            is_report_table = columns[0] == PROGRESS_COLUMNS[0].text
            if line.strip() and (not blocks or not is_report_table or _REPORT_START.match(line) is not None):
                blocks.append([line])
            elif blocks:
                blocks[-1].append(line)
    close()
    return tuple(grids)


def _footer_start(lines: Sequence[str]) -> int | None:
    """The line with which the footer at the end of a text begins; None where the text ends with another line."""
    start = None
    for number in range(len(lines) - 1, -1, -1):
        if _FOOTER.match(lines[number]):
            start = number
        elif lines[number].strip():
            break
    return start


def _update_cells(text: str) -> tuple[str | None, ...]:
    update = _UPDATE.fullmatch(text)
    return update.groups() if update is not None else (text,)


def _after_colon(lines: Sequence[str], beginning: str) -> str | None:
    for line in lines:
        if line.startswith(beginning) and ":" in line:
            return line.partition(":")[2].strip() or None
    return None


def read_text(text: str) -> Page:
    """Read the extracted text of a project page; one cut short is of kind `truncated` with the rows that were there.

    Label and value stand on one line without a separator, multi-line values go on in the next lines, cells of a table
    row are joined by spaces: only the known order of the rows tells them apart (SITE, Extracted text). Never raises.

    Args:
        text: the text of one page.

    Returns:
        A page of the kinds `project`, `truncated`, `not_found`, `empty` or `unknown`. Lines that cannot be split for
        certain are one row labelled UNSPLIT, a table row that cannot be split is one cell.
    """
    flags = {"nul_characters"} if "\0" in text else set()
    lines = text.removeprefix("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    starts = _row_starts(lines)
    # A text that ends before its first row may have been cut in its last line.
    first = starts[0].line if starts else len(lines) - 1
    title_id = _after_colon(lines[:first], TITLE)
    headline = _after_colon(lines[:first], HEADLINE)

    def page(kind: PageKind, reason: str | None, rows: tuple[Row, ...] = (), grids: tuple[Grid, ...] = ()) -> Page:
        labels, values = zip(*rows, strict=True) if rows else ((), ())
        return Page(kind, reason, title_id, headline, labels, values, grids, "text", "utf-8", frozenset(flags))

    if not text.strip():
        return page(PageKind.EMPTY, "the text is empty")
    if len(starts) < _FEWEST_ROWS and title_id is None:
        if "(#404)" in text:
            return page(PageKind.NOT_FOUND, "the text is that of a 404 page")
        return page(PageKind.UNKNOWN, "the text has no label/value rows of a project page")
    is_whole = bool(starts) and starts[-1].label == _LAYOUT[-1]
    end = starts[-1].line + 1 if is_whole else len(lines)
    rows = _read_rows(lines, starts, end)
    if any(row.label == UNSPLIT for row in rows):
        flags.add("ambiguous_text")
    if not is_whole:
        last = rows[-1].label if rows else "the heading"
        return page(PageKind.TRUNCATED, f"the text ends in or after {last!r}", rows)
    footer = _footer_start(lines)
    if footer is None:
        flags.add("open_end")
    grids = _read_grids(lines[end:footer])
    if grids and not any(grid.header[0] == PROGRESS_COLUMNS[0].text for grid in grids):
        return page(PageKind.TRUNCATED, "the text ends before the progress table", rows, grids)
    return page(PageKind.PROJECT, None, rows, grids)
