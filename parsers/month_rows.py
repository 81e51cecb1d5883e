"""The month rows: which of the repeated rows of a month counts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

from parsers.labels import MONTH_LAYOUT
from parsers.records import MonthResult, records

CANONICAL = "canonical"
EXTRA = "extra"


class Roles(NamedTuple):
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


@lru_cache(maxsize=64)
def _known_roles(months: tuple[int, ...]) -> tuple[str, ...] | None:
    """Roles by order alone; None when the order is no part of the known layout, forward or in reverse."""
    for step in (1, -1):
        in_order = months[::step]
        positions = _run_backwards(in_order)
        if _is_part_of(in_order, MONTH_LAYOUT) and len(positions) == len(set(months)):
            canonical = set(positions.values())
            return tuple([CANONICAL if i in canonical else EXTRA for i in range(len(months))][::step])
    return None


def said_of(raws: Sequence[str | None], numbers: Sequence[Decimal | None]) -> list[Decimal | str]:
    """What each row says: its number, else its text; empty and "not set" say the same, nothing."""
    return [number if number is not None else raw or "" for raw, number in zip(raws, numbers, strict=True)]


def month_roles(months: tuple[int, ...], said: Sequence[Decimal | str]) -> Roles:
    """Tell the canonical row of each month from the site's own extra rows.

    months are those of the rows as labelled; said is what each row says.

    The rows that form the run 1, 2, …, 12, each the nearest one before the next month, are canonical. The known layout
    is 1 1 2 3 1 4 5 6 7 8 6 6 9 10 11 12; rows may be missing from it or stand in reverse. In any other order a month
    with one row is still certain, and so is one whose rows all say the same; for the rest nothing is guessed.
    """
    known = _known_roles(months)
    if known is not None:
        return Roles(known, is_known_layout=True)
    roles = [EXTRA] * len(months)
    positions = _run_backwards(months)
    rows_of = rows_by_month(months)
    runs_through = len(positions) == len(rows_of) == 12
    for month, rows in rows_of.items():
        if len({said[row] for row in rows}) == 1:
            roles[rows[0]] = CANONICAL
        elif runs_through:
            roles[positions[month]] = CANONICAL
    return Roles(tuple(roles), is_known_layout=False)


@lru_cache(maxsize=64)
def rows_by_month(months: tuple[int, ...]) -> Mapping[int, tuple[int, ...]]:
    """The rows of each month, in order of their first row."""
    rows: dict[int, list[int]] = {}
    for row, month in enumerate(months):
        rows.setdefault(month, []).append(row)
    return {month: tuple(same) for month, same in rows.items()}


@lru_cache(maxsize=64)
def repeated_months(months: tuple[int, ...]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Those months that have more than one row: which one of all months it is, counted from 0, and its rows."""
    return tuple([(index, rows) for index, rows in enumerate(rows_by_month(months).values()) if len(rows) > 1])


class _Places(NamedTuple):
    """The months of a page in order of their first row, and of each its rows; canonical is -1 where no row is."""

    months: tuple[int, ...]
    n_rows: tuple[int, ...]
    first: tuple[int, ...]
    canonical: tuple[int, ...]


@lru_cache(maxsize=64)
def _places(months: tuple[int, ...], roles: tuple[str, ...]) -> _Places:
    chosen = {month: row for row, (month, role) in enumerate(zip(months, roles, strict=True)) if role == CANONICAL}
    if len(chosen) < roles.count(CANONICAL):
        raise ValueError(f"a month has two canonical rows: {months[:50]}, {roles[:50]}")
    places = [(month, len(rows), rows[0], chosen.get(month, -1)) for month, rows in rows_by_month(months).items()]
    return _Places(*zip(*places, strict=True))


def month_results(
    key: tuple[str, str, str],
    months: tuple[int, ...],
    roles: tuple[str, ...],
    raws: Sequence[str | None],
    numbers: Sequence[Decimal | None],
    said: Sequence[Decimal | str],
) -> list[MonthResult]:
    """Put the rows of each month together, in order of their first row.

    key is source_id, project_id, snapshot_id; the others tell of each row, in page order. A month is conflicting where
    its rows do not all say the same. Raises ValueError for two canonical rows of a month, one of which would be lost.
    """
    if not months:
        return []
    places = _places(months, roles)
    raw_values: list[tuple[str | None, ...]] = [(raws[row],) for row in places.first]
    is_conflicting = [False] * len(raw_values)
    for index, rows in repeated_months(months):
        raw_values[index] = tuple([raws[row] for row in rows])
        is_conflicting[index] = len({said[row] for row in rows}) > 1
    # The last one stands for a canonical row that is not there.
    numbers, raws = [*numbers, None], [*raws, None]
    return records(
        MonthResult,
        *map(repeat, key),
        places.months,
        [numbers[row] for row in places.canonical],
        [raws[row] for row in places.canonical],
        places.n_rows,
        is_conflicting,
        raw_values,
    )
