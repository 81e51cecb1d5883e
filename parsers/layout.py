"""Where a label stands among its neighbours: what tells the two `เป้าหมาย` apart."""

from collections.abc import Sequence
from itertools import pairwise

from parsers.labels import GOAL_FIELDS, LABELS, MONTH_FIELD, Match

_POSITIONS = {label.field: position for position, label in enumerate(LABELS)} | {MONTH_FIELD: len(LABELS)}
_FIRST, _LAST = -1, len(LABELS) + 1
_ORDERLY = 0.9


def _direction(positions: Sequence[int]) -> int:
    """1 when the rows run as on the real page, -1 when they run in reverse, 0 when there is no such order."""
    steps = [b - a for a, b in pairwise(positions) if a != b]
    if not steps:
        return 0
    rising = sum(step > 0 for step in steps) / len(steps)
    return 1 if rising >= _ORDERLY else -1 if rising <= 1 - _ORDERLY else 0


def goal_fields(matches: Sequence[Match | None]) -> dict[int, str | None]:
    """Tell for each row `เป้าหมาย` (by its index) whether it is the goal or the heading of the month rows.

    A row is named only when it stands exactly between the neighbours one of the two has on the real page, in page order
    or in reverse; otherwise its value is None.
    """
    goals = [index for index, match in enumerate(matches) if match is not None and match.field in GOAL_FIELDS]
    placed = [
        (index, _POSITIONS[match.field])
        for index, match in enumerate(matches)
        if match is not None and match.field not in GOAL_FIELDS
    ]
    direction = _direction([position for _, position in placed])
    fields: dict[int, str | None] = {}
    for goal in goals:
        before = next((position for index, position in reversed(placed) if index < goal), None)
        after = next((position for index, position in placed if index > goal), None)
        low, high = (before, after) if direction >= 0 else (after, before)
        low, high = _FIRST if low is None else low, _LAST if high is None else high
        fits = [field for field in GOAL_FIELDS if low < _POSITIONS[field] < high]
        fields[goal] = fits[0] if direction and len(fits) == 1 else None
    named = [field for field in fields.values() if field is not None]
    if len(set(named)) != len(named):
        # Two rows claim the same place, so neither is certain.
        return dict.fromkeys(goals, None)
    return fields
