"""The label/value rows of extracted text: the beginning of each, by the known order of the rows."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from parsers.html_text import clean_text
from parsers.labels import HEADLINE, LABELS, MONTH_FIELD, MONTH_LABEL, MONTH_LAYOUT, match_label
from parsers.page import Row
from parsers.value_spelling import NOT_SET

# The rows of the real page in order, by field: only their order distinguishes a label from a value that looks like one.
_LAYOUT = tuple(label.field for label in LABELS) + tuple(f"{MONTH_FIELD} {month}" for month in MONTH_LAYOUT)
_LAST = len(_LAYOUT) - 1
# Places of optional rows, and the number of the other rows up to each place.
_MAY_LACK = frozenset(place for place, label in enumerate(LABELS) if not label.is_due(None))
_N_DUE = tuple(accumulate(place not in _MAY_LACK for place in range(len(_LAYOUT))))
ONE_LINE_FIELDS = frozenset(
    {"project_id", "fiscal_year", "policy_id", "branch_id", "kpi_id", "budget_received", "budget_spent", "progress"}
    | {"start_date", "finish_date", "weight", "unit"}
)
# The label of a row made of lines that cannot be separated for certain.
UNSPLIT = "(ข้อความที่แยกไม่ได้)"
_HEADLINE = re.compile(rf"{HEADLINE}\s*:")
_MONTH = re.compile(r"(?:ผลงาน|ผลการดำเนินงาน) ?(?:ประจำ)?เดือน(?:ที่)? ?(?=[0-9])")
# Signs between a label and its value.
_COLON = re.compile(r" ?[:：]")
FEWEST_ROWS = 3
# A chain of rows counts its rows; of two with as many, the one with more rows in the site's own spelling.
_ROW = 2 * len(_LAYOUT)


class _Spelling(NamedTuple):
    """One way to write the label of a place in the layout."""

    text: str
    place: int
    usual: str


def _spellings() -> dict[str, list[_Spelling]]:
    """The spellings of all labels except the months, by their first character, the longest first."""
    found: defaultdict[str, list[_Spelling]] = defaultdict(list)
    for place, label in enumerate(LABELS):
        for text in (label.text, *label.aliases):
            found[text[0]].append(_Spelling(text, place, label.text))
    return {first: sorted(some, key=lambda spelling: -len(spelling.text)) for first, some in found.items()}


_SPELLINGS = _spellings()
_USUAL = {label.text for label in LABELS} | {f"{MONTH_LABEL} {month}" for month in MONTH_LAYOUT}
# Spellings that could be the site's own label and the beginning of a text: `ผู้ตรวจประเมิน` and `ผลงานดี`.
_DOUBTFUL = frozenset(
    alias
    for label in LABELS
    if label.field not in ONE_LINE_FIELDS
    for alias in label.aliases
    if alias.startswith(label.text) and alias[len(label.text)].isalpha()
)
_MONTH_PLACES = [(place, str(month)) for place, month in enumerate(MONTH_LAYOUT, len(LABELS))]
_PLACES: dict[str, list[int]] = {
    field: [place for place, of_place in enumerate(_LAYOUT) if of_place == field] for field in _LAYOUT
}
# A label `เป้าหมาย` matches as the goal, and is the heading of the months too.
_PLACES["goal"] = [place for place, label in enumerate(LABELS) if label.field in ("goal", "month_goal")]


class RowStart(NamedTuple):
    """A line that begins a row, and where in it the value begins.

    label is None where the rows of some lines cannot be separated. is_before_gap: the next row of the layout is
    missing.
    """

    line: int
    label: str | None
    value_at: int
    is_one_line: bool
    is_last: bool
    is_before_gap: bool = False


class _Start(NamedTuple):
    """A line that could begin the row of a place in the layout, and its weight for a reading."""

    row: RowStart
    place: int
    weight: int


class TextRows(NamedTuple):
    """Where the rows of a text begin, in page order, and whether some of the layout are missing between them."""

    starts: list[RowStart]
    have_gaps: bool

    @property
    def are_whole(self) -> bool:
        """Whether the last row of the layout is there."""
        return bool(self.starts) and self.starts[-1].is_last


def _start(line: int, label: str, value_at: int, place: int, *, is_usual: bool) -> _Start:
    is_one_line = place >= len(LABELS) or LABELS[place].field in ONE_LINE_FIELDS
    return _Start(RowStart(line, label, value_at, is_one_line, place == _LAST), place, _ROW + is_usual)


def labels_at_beginning(line: str) -> Iterator[tuple[str, int, bool]]:
    """The labels a line could begin with, the longest spelling for each place, and whether it is as the site has it."""
    places = set()
    for text, place, usual in _SPELLINGS.get(line[:1], ()):
        if place not in places and line.startswith(text):
            places.add(place)
            yield text, place, line.startswith(usual)
    month = _MONTH.match(line)
    if month is not None:
        for place, digits in _MONTH_PLACES:
            if line.startswith(digits, month.end()):
                yield month[0] + digits, place, month[0] == f"{MONTH_LABEL} "


def _plain_starts(number: int, line: str) -> Iterator[_Start]:
    # The line below the title (`คืบหน้าล่าสุด : ร้อยละ 100`) is not a row, although it begins like one.
    if _HEADLINE.match(line) is None:
        for label, place, is_usual in labels_at_beginning(line):
            yield _start(number, label, len(label), place, is_usual=is_usual)


def _starts_with_colon(lines: Sequence[str]) -> Iterator[_Start]:
    """The labels with a colon after them, from the row of the code on; the line below the title is above it."""
    is_in_rows = False
    for number, line in enumerate(lines):
        for label, place, is_usual in labels_at_beginning(line):
            colon = _COLON.match(line, len(label))
            is_in_rows = is_in_rows or (place == 0 and colon is not None)
            if colon is not None and is_in_rows:
                yield _start(number, colon.string[: colon.end()], colon.end(), place, is_usual=is_usual)


def _tabbed_starts(number: int, line: str) -> Iterator[_Start]:
    """A cell that is a label begins a row; more certain with a tab after it than without (editors remove them)."""
    text = line.lstrip("\t ")
    label, tab, _ = text.partition("\t")
    match = match_label(label.strip())
    if match is not None and label.strip():
        value_at = len(line) - len(text) + len(label)
        field = f"{MONTH_FIELD} {match.month_no}" if match.month_no is not None else match.field
        for place in _PLACES.get(field, ()):
            yield _start(number, label.strip(), value_at, place, is_usual=bool(tab))


def _chain_weights(starts: Sequence[_Start], *, forward: bool) -> list[int]:
    """Weight of the heaviest chain of rows in layout order that ends (or, backward, begins) at each start."""
    best = [0] * len(_LAYOUT)
    weights: list[int] = []
    pending: list[tuple[int, int]] = []
    current: int | None = None
    for start in starts:
        if start.row.line != current:
            # A line begins one row at most: its other readings must not be added to the same chain.
            for place, weight in pending:
                best[place] = max(best[place], weight)
            pending, current = [], start.row.line
        before = best[: start.place] if forward else best[start.place + 1 :]
        weights.append(start.weight + max(before, default=0))
        pending.append((start.place, weights[-1]))
    return weights


def _row_starts(starts: Sequence[_Start]) -> TextRows:
    """Where the rows begin, in order.

    Of all ways to read the lines as rows in layout order, those that account for the most rows count. The n-th row is
    certain when all of them agree on its line and label.
    """
    ending = _chain_weights(starts, forward=True)
    beginning = _chain_weights(starts[::-1], forward=False)[::-1]
    heaviest = max(ending, default=0)
    ranks: list[defaultdict[RowStart, set[int]]] = [defaultdict(set) for _ in range(heaviest // _ROW)]
    for start, ends, begins in zip(starts, ending, beginning, strict=True):
        if ends + begins - start.weight == heaviest:
            ranks[ends // _ROW - 1][start.row].add(start.place)
    found: list[RowStart] = []
    for rank, readings in enumerate(ranks):
        first = min(readings)
        if len(readings) > 1:
            first = first._replace(label=None)
        elif rank + 1 < len(ranks):
            following = {place for places in ranks[rank + 1].values() for place in places}
            first = first._replace(
                is_before_gap=not any(_is_next(place, later) for place in readings[first] for later in following)
            )
        found.append(first)
    last_place = max((place for places in ranks[-1].values() for place in places), default=-1) if ranks else -1
    n_due = sum(any(not places <= _MAY_LACK for places in readings.values()) for readings in ranks)
    return TextRows(found, last_place >= 0 and n_due < _N_DUE[last_place])


def _is_next(place: int, later: int) -> bool:
    """Whether a row follows another in the layout, with only optional rows between them."""
    return place < later and _MAY_LACK.issuperset(range(place + 1, later))


def _rows(lines: Sequence[str], of_line: Callable[[int, str], Iterator[_Start]]) -> TextRows:
    return _row_starts([start for number, line in enumerate(lines) for start in of_line(number, line)])


def _without_doubtful(starts: Sequence[RowStart]) -> list[RowStart]:
    """In a text that spells only one label in another way, a value may begin like the rest of that spelling."""
    if sum(start.label is not None and start.label not in _USUAL for start in starts) > 1:
        return list(starts)
    return [start._replace(label=UNSPLIT, value_at=0) if start.label in _DOUBTFUL else start for start in starts]


def find_rows(lines: Sequence[str]) -> TextRows:
    """Find where the label/value rows of a text begin: labels with a tab or a colon after them, or with neither."""
    plain = _rows(lines, _plain_starts)
    if any("\t" in line for line in lines):
        tabbed = _rows(lines, _tabbed_starts)
        # A value can hold a tab of its own; a copy from a browser has one after every label.
        n_tabbed = sum("\t" in lines[start.line] for start in tabbed.starts)
        if n_tabbed >= FEWEST_ROWS and 2 * n_tabbed > len(plain.starts):
            return tabbed
    coloned = _row_starts(list(_starts_with_colon(lines)))
    if len(coloned.starts) >= FEWEST_ROWS and 2 * len(coloned.starts) > len(plain.starts):
        # Where the labels have a colon after them it is not a part of the values.
        return coloned
    return plain._replace(starts=_without_doubtful(plain.starts))


def text_value(text: str) -> str | None:
    """A value or cell of a text: None where the page says "not set"."""
    value = clean_text(text)
    return None if value in NOT_SET else value


def read_rows(lines: Sequence[str], rows: TextRows, end: int) -> tuple[Row, ...]:
    """Rows with their values: a value goes on until the next row begins; one-line fields end with their line.

    Args:
        lines: the lines of the text.
        rows: where its rows begin.
        end: the line after the last row.
    """
    starts = rows.starts
    found: list[Row] = []
    index = 0
    while index < len(starts):
        start = starts[index]
        index += 1
        is_certain = start.label is not None
        while index < len(starts) and starts[index].label is None:
            is_certain = is_certain and start.is_one_line
            index += 1
        stop = starts[index].line if index < len(starts) else end
        block = lines[start.line : stop]
        if start.label is None or not is_certain:
            found.append(Row(UNSPLIT, clean_text("\n".join(block))))
            continue
        if start.is_before_gap and not start.is_one_line and clean_text("\n".join(block[1:])):
            # The missing row may be among its lines, with its label wrapped or in another spelling.
            found.append(Row(UNSPLIT, clean_text("\n".join(block))))
            continue
        own = block[:1] if start.is_one_line else block
        value = text_value("\n".join(own)[start.value_at :])
        rest = clean_text("\n".join(block[len(own) :]))
        if rest and value == "":
            # The value may be in the next line.
            found.append(Row(UNSPLIT, clean_text("\n".join(block))))
            continue
        found.append(Row(start.label, value))
        if rest:
            found.append(Row(UNSPLIT, rest))
    return tuple(found)


def without_cut_label(lines: Sequence[str], rows: TextRows) -> tuple[TextRows, int]:
    """The rows of a text that ends in them, and the line after them, without a last line that may begin a label.

    That line may hold a cut label (`ผู้รับผิดชอบโคร`, `ผลงานเดือนที่ 1`) or none. A value without this line is in any case a
    part of the true value.
    """
    end = next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 0)
    if not rows.starts or not end:
        return rows, end
    line, last = lines[end - 1].strip(), rows.starts[-1]
    spelled = [spelling.text for spelling in _SPELLINGS.get(line[:1], ())]
    spelled += [f"{MONTH_LABEL} {month}" for month in MONTH_LAYOUT]
    begun = [text for text in spelled if text.startswith(line)]
    if last.line == end - 1:
        return (rows._replace(starts=rows.starts[:-1]), end - 1) if set(begun) - {line} else (rows, end)
    # Lines after a one-line value are not a part of it.
    return rows, end - 1 if begun and not last.is_one_line else end
