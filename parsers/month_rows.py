"""The month rows: which of the repeated rows of a month counts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from parsers.labels import MONTH_LAYOUT
from parsers.records import MonthResult
from parsers.sections import Key

CANONICAL = "canonical"
EXTRA = "extra"


class MonthRoles(NamedTuple):
    """A role for each row; is_known_layout is false when the order of the rows was never seen before."""

    roles: tuple[str, ...]
    is_known_layout: bool


def _run_backwards(months: Sequence[int]) -> dict[int, int]:
    """Position of each month's canonical row: the nearest one before the next month's, from the last month back."""
    positions: dict[int, int] = {}
    end = len(months)
    for month in sorted(set(months), reverse=True):
        position = next((i for i in range(end - 1, -1, -1) if months[i] == month), None)
        if position is not None:
            positions[month] = end = position
    return positions


def _is_part_of(months: Sequence[int], layout: Sequence[int]) -> bool:
    remaining = iter(layout)
    return all(month in remaining for month in months)


def _roles_by_order(months: tuple[int, ...]) -> tuple[str, ...] | None:
    """MonthRoles by order alone; None when the order is not a part of the known layout, forward or in reverse."""
    for step in (1, -1):
        in_order = months[::step]
        positions = _run_backwards(in_order)
        if _is_part_of(in_order, MONTH_LAYOUT) and len(positions) == len(set(months)):
            canonical = set(positions.values())
            return tuple([CANONICAL if i in canonical else EXTRA for i in range(len(months))][::step])
    return None


_ROLES_OF_LAYOUT = _roles_by_order(MONTH_LAYOUT)


def comparable_values(raws: Sequence[str | None], numbers: Sequence[Decimal | None]) -> list[Decimal | str]:
    """The value of each row for comparison: its number, else its text; empty and "not set" are the same."""
    return [number if number is not None else raw or "" for raw, number in zip(raws, numbers, strict=True)]


def month_roles(months: tuple[int, ...], comparable: Sequence[Decimal | str]) -> MonthRoles:
    """Separate the canonical row of each month from the site's own extra rows.

    The rows that form the run 1, 2, …, 12, each the nearest one before the next month, are canonical. The known layout
    is 1 1 2 3 1 4 5 6 7 8 6 6 9 10 11 12; rows may be missing from it or be in reverse. In any other order a month
    with one row is still certain, and so is one whose rows all say the same; the others have no canonical row.

    Args:
        months: the month of each row as labelled, in page order.
        comparable: the value of each row, by comparable_values.

    Returns:
        A role for each row, at most one of a month canonical.
    """
    known = _ROLES_OF_LAYOUT if months == MONTH_LAYOUT else _roles_by_order(months)
    if known is not None:
        return MonthRoles(known, is_known_layout=True)
    roles = [EXTRA] * len(months)
    positions = _run_backwards(months)
    rows_of = _rows_by_month(months)
    runs_through = len(positions) == len(rows_of) == 12
    for month, rows in rows_of.items():
        if len({comparable[row] for row in rows}) == 1:
            roles[rows[0]] = CANONICAL
        elif runs_through:
            roles[positions[month]] = CANONICAL
    return MonthRoles(tuple(roles), is_known_layout=False)


def _rows_by_month(months: Sequence[int]) -> dict[int, list[int]]:
    """The rows of each month, in order of their first row."""
    rows: dict[int, list[int]] = {}
    for row, month in enumerate(months):
        rows.setdefault(month, []).append(row)
    return rows


def month_results(
    key: Key,
    months: Sequence[int],
    roles: Sequence[str],
    raws: Sequence[str | None],
    numbers: Sequence[Decimal | None],
    comparable: Sequence[Decimal | str],
) -> list[MonthResult]:
    """Put the rows of each month together, in order of their first row.

    Args:
        key: source_id, project_id and snapshot_id of the page.
        months: the month of each row as labelled, in page order.
        roles: the role of each row.
        raws: the text of each row; None where the page says "not set".
        numbers: the number of each row; None where none could be read.
        comparable: the value of each row, by comparable_values; a month whose rows differ in it is conflicting.

    Raises:
        ValueError: A month has two canonical rows, and one of them would be lost.
    """
    raws_of: dict[int, list[str | None]] = {}
    comparable_of: dict[int, set[Decimal | str]] = {}
    canonical: dict[int, tuple[Decimal | None, str | None]] = {}
    for month, role, raw, number, value in zip(months, roles, raws, numbers, comparable, strict=True):
        raws_of.setdefault(month, []).append(raw)
        comparable_of.setdefault(month, set()).add(value)
        if role == CANONICAL:
            if month in canonical:
                raise ValueError(f"month {month} has two canonical rows: {months[:50]}, {roles[:50]}")
            canonical[month] = number, raw
    return [
        MonthResult(
            *key, month, *canonical.get(month, (None, None)), len(same), len(comparable_of[month]) > 1, (*same,)
        )
        for month, same in raws_of.items()
    ]
