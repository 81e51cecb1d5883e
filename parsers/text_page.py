"""Extracted text (Common Crawl's WET, copied and saved text) → the same Page; text that cannot be split stays whole."""

import re
from collections.abc import Sequence

from parsers.labels import HEADLINE, PROGRESS_COLUMNS, TITLE, match_label
from parsers.no_values import holds_php_message
from parsers.page import Grid, Page, PageKind, Row
from parsers.text_layout import laid_out_as
from parsers.text_rows import FEWEST_ROWS, UNSPLIT, find_rows, read_rows, without_cut_label
from parsers.text_tables import footer_start, is_behind_rows, read_text_tables

# A spreadsheet puts a cell with several lines between quotation marks and doubles the marks inside.
_QUOTED_CELL = re.compile(r'(^|\t)"((?:[^"\t]|"")*+)"(?=\t|$)', re.MULTILINE)


def _unquoted(text: str) -> str:
    cells = _QUOTED_CELL.finditer(text) if '"' in text and "\t" in text else ()
    if not any("\n" in cell[2] for cell in cells):
        # Marks around a single line are part of the page's text.
        return text
    return _QUOTED_CELL.sub(lambda cell: cell[1] + cell[2].replace('""', '"'), text)


def _rows_apart(line: str) -> list[str]:
    """The rows of a line: kartik's view can have two labels with their values in one, separated by tabs."""
    cells = line.split("\t")
    if len(cells) < 4 or len(cells) % 2 or not all(match_label(label.strip()) for label in cells[::2]):
        return [line]
    return ["\t".join(cells[place : place + 2]) for place in range(0, len(cells), 2)]


def _lines_of(text: str) -> list[str]:
    text = text.removeprefix("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return [row for line in _unquoted(text).split("\n") for row in (_rows_apart(line) if "\t" in line else (line,))]


def _after_colon(lines: Sequence[str], beginning: str) -> str | None:
    for line in lines:
        if line.startswith(beginning) and ":" in line:
            return line.partition(":")[2].strip() or None
    return None


def read_text(text: str) -> Page:
    """Read the extracted text of a project page; a cut text is of kind `truncated`, with the rows before the cut.

    Label and value are on one line without a separator, multi-line values go on in the next lines, cells of a table row
    are joined by spaces: only the known order of the rows separates them (SITE, Extracted text). In a copy from a
    browser or a spreadsheet, tabs separate the cells. Never raises.

    Args:
        text: the text of one page.

    Returns:
        A page of the kinds `project`, `truncated`, `not_found`, `empty` or `unknown`. Lines that cannot be split for
        certain are one row labelled UNSPLIT, a table row that cannot be split is one cell. A text that is laid out in
        columns or in Markdown is `unknown`.
    """
    flags = {"nul_characters"} if "\0" in text else set()
    if holds_php_message(text):
        flags.add("php_warnings")
    lines = _lines_of(text)
    found = find_rows(lines)
    starts = found.starts
    # A text that ends before its first row may have been cut in its last line.
    first = starts[0].line if starts else len(lines) - 1
    title_id = _after_colon(lines[:first], TITLE)
    headline = _after_colon(lines[:first], HEADLINE)

    def page(kind: PageKind, reason: str | None, rows: tuple[Row, ...] = (), grids: tuple[Grid, ...] = ()) -> Page:
        labels, values = zip(*rows, strict=True) if rows else ((), ())
        return Page(kind, reason, title_id, headline, labels, values, grids, "text", "utf-8", frozenset(flags))

    if not text.strip():
        return page(PageKind.EMPTY, "the text is empty")
    form = laid_out_as(lines)
    if form is not None:
        reason = f"the text is laid out {form}, so its cells cannot be told apart; import HTML or a copy from a browser"
        return page(PageKind.UNKNOWN, reason)
    if len(starts) < FEWEST_ROWS and title_id is None:
        if "(#404)" in text:
            return page(PageKind.NOT_FOUND, "the text is that of a 404 page")
        return page(PageKind.UNKNOWN, "the text has no label/value rows of a project page")
    end = len(lines)
    if found.are_whole:
        end = starts[-1].line + 1
        below = next((number for number in range(end, len(lines)) if lines[number].strip()), None)
        if below is not None and not lines[end - 1][starts[-1].value_at :].strip() and not is_behind_rows(lines, below):
            # The value may be in the next line.
            end = below + 1
    else:
        found, end = without_cut_label(lines, found)
    rows = read_rows(lines, found, end)
    if any(row.label == UNSPLIT for row in rows):
        flags.add("ambiguous_text")
    if found.have_gaps:
        flags.add("lost_rows")
    if not found.are_whole:
        last = rows[-1].label if rows else "the heading"
        return page(PageKind.TRUNCATED, f"the text ends in or after {last!r}", rows)
    behind = lines[end:]
    footer = footer_start(behind)
    if footer is None:
        flags.add("open_end")
    grids = read_text_tables(behind[:footer], is_open=footer is None)
    if grids and not any(PROGRESS_COLUMNS[0].text in grid.header for grid in grids):
        return page(PageKind.TRUNCATED, "the text ends before the progress table", rows, grids)
    return page(PageKind.PROJECT, None, rows, grids)
