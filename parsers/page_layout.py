"""The layout of a page: the meaning of each of its labels, judged only by the labels."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from parsers.dates import read_year
from parsers.issue_collector import IssueCollector
from parsers.labels import GOAL_FIELDS, LABELS, MONTH_FIELD, LabelMatch, match_label

_POSITIONS = {label.field: position for position, label in enumerate(LABELS)} | {MONTH_FIELD: len(LABELS)}
_TEXTS = {label.field: label.text for label in LABELS}
_FIRST, _LAST = -1, len(LABELS) + 1
_ORDERLY = 0.9
_ALL_MONTHS = frozenset(range(1, 13))


class RowMeaning(NamedTuple):
    """What one row is: its field (None for an unknown or ambiguous label) and its month for a month row."""

    field: str | None
    month_no: int | None
    is_known: bool
    is_exact: bool


class MonthRows(NamedTuple):
    """The month rows of a page, column by column: their positions, counted from 0 and from 1, and their labels."""

    indices: tuple[int, ...]
    ordinals: tuple[int, ...]
    months: tuple[int, ...]
    labels: tuple[str, ...]


class Layout(NamedTuple):
    """The rows of a page by their labels; rows are named by their index from 0 in page order.

    first_rows: the first row of each field. repeats: later rows of a field, with the first. unlabelled: rows without a
    label. is_usual: every known label is there, once, in its usual spelling.
    """

    meanings: tuple[RowMeaning, ...]
    fields: tuple[str | None, ...]
    first_rows: Mapping[str, int]
    repeats: tuple[tuple[int, int], ...]
    unlabelled: tuple[int, ...]
    month_rows: MonthRows
    is_usual: bool


_NO_MONTHS = MonthRows((), (), (), ())


def _direction(positions: Sequence[int]) -> int:
    """1 when the rows run as on the real page, -1 when they run in reverse, 0 when there is no such order."""
    steps = [b - a for a, b in pairwise(positions) if a != b]
    if not steps:
        return 0
    rising = sum(step > 0 for step in steps) / len(steps)
    return 1 if rising >= _ORDERLY else -1 if rising <= 1 - _ORDERLY else 0


def _neighbours(positions: Sequence[int | None], missing: int) -> list[int]:
    """For each row the position of the nearest placed row before it."""
    nearest, result = missing, []
    for position in positions:
        result.append(nearest)
        nearest = nearest if position is None else position
    return result


def _goal_fields(matches: Sequence[LabelMatch | None]) -> dict[int, str | None]:
    """Decide for each row `เป้าหมาย` (by its index) whether it is the goal or the heading of the month rows.

    A row is named only when it is exactly between the neighbours that one of the two has on the real page, in page
    order or in reverse; otherwise its value is None.
    """
    goals = [index for index, match in enumerate(matches) if match is not None and match.field in GOAL_FIELDS]
    positions = [
        _POSITIONS[match.field] if match is not None and match.field not in GOAL_FIELDS else None for match in matches
    ]
    direction = _direction([position for position in positions if position is not None])
    ends = (_FIRST, _LAST) if direction >= 0 else (_LAST, _FIRST)
    before = _neighbours(positions, ends[0])
    after = _neighbours(positions[::-1], ends[1])[::-1]
    fields: dict[int, str | None] = {}
    for goal in goals:
        low, high = (before[goal], after[goal]) if direction >= 0 else (after[goal], before[goal])
        fits = [field for field in GOAL_FIELDS if low < _POSITIONS[field] < high]
        fields[goal] = fits[0] if direction and len(fits) == 1 else None
    named = [field for field in fields.values() if field is not None]
    if len(set(named)) != len(named):
        # Two rows claim the same place, so neither is certain.
        return dict.fromkeys(goals, None)
    return fields


# Nearly every page of a source has the same labels in the same order.
@lru_cache(maxsize=64)
def read_layout(labels: tuple[str, ...]) -> Layout:
    """Find the meaning of each label of a page, in time linear in their number.

    Args:
        labels: the labels of the label/value rows, in page order.
    """
    matches = [match_label(label) for label in labels]
    goals = _goal_fields(matches)
    meanings = []
    for index, match in enumerate(matches):
        if match is None:
            meanings.append(RowMeaning(None, None, is_known=False, is_exact=False))
        else:
            field = goals.get(index, match.field)
            meanings.append(RowMeaning(field, match.month_no, is_known=True, is_exact=match.is_exact))
    first_rows: dict[str, int] = {}
    repeats: list[tuple[int, int]] = []
    month_rows: list[tuple[int, int, int, str]] = []
    for row, meaning in enumerate(meanings):
        if meaning.month_no is not None:
            month_rows.append((row, row + 1, meaning.month_no, labels[row]))
        elif meaning.field is not None and first_rows.setdefault(meaning.field, row) != row:
            repeats.append((first_rows[meaning.field], row))
    months = MonthRows(*zip(*month_rows, strict=True)) if month_rows else _NO_MONTHS
    is_usual = (
        all(label.is_optional or label.field in first_rows for label in LABELS)
        and _ALL_MONTHS.issubset(months.months)
        and all(meaning.is_exact and meaning.field is not None for meaning in meanings)
    )
    fields = tuple([meaning.field for meaning in meanings])
    unlabelled = tuple([row for row, label in enumerate(labels) if not label])
    return Layout(tuple(meanings), fields, first_rows, tuple(repeats), unlabelled, months, is_usual)


def report_layout(
    issues: IssueCollector, labels: Sequence[str], values: Sequence[str | None], layout: Layout, *, is_cut: bool
) -> None:
    """Report unknown, ambiguous, renamed and missing labels; on a page that was cut, not those from its last row on."""
    for ordinal, (label, raw, meaning) in enumerate(zip(labels, values, layout.meanings, strict=True), 1):
        if not meaning.is_known:
            message = f"the label {label[:100]!r} is not known; its value is kept in page_fields"
            issues.add("unknown_label", message, label=label, ordinal=ordinal, raw=raw)
        elif meaning.field is None:
            message = f"row {ordinal} {label[:100]!r} could be the goal or the heading of the month rows"
            issues.add("ambiguous_label", message, label=label, ordinal=ordinal, raw=raw)
        elif not meaning.is_exact:
            message = f"{label[:100]!r} means {_TEXTS.get(meaning.field, MONTH_FIELD)!r}"
            issues.add("renamed_label", message, field=meaning.field, label=label, ordinal=ordinal, raw=raw)
    year_row = layout.first_rows.get("fiscal_year")
    year_be = read_year(values[year_row] or "").value if year_row is not None else None
    last = max((_POSITIONS[field] for field, row in layout.first_rows.items() if row < len(labels) - 1), default=_FIRST)
    for known in LABELS:
        is_missing = known.field not in layout.first_rows and known.is_due(year_be)
        if is_missing and not (is_cut and _POSITIONS[known.field] > last):
            issues.add("missing_label", f"the row {known.text!r} is missing", field=known.field, label=known.text)
    if is_cut:
        return
    missing = ", ".join(str(month) for month in sorted(_ALL_MONTHS.difference(layout.month_rows.months)))
    if missing:
        issues.add("missing_label", f"no row for month {missing}", field=MONTH_FIELD, raw=missing)
