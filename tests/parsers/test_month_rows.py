"""Month rows: which of the repeated rows of a month counts, and what is said where that is not certain."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.labels import LABELS, MONTH_LABEL, MONTH_LAYOUT
from parsers.month_rows import CANONICAL, EXTRA, comparable_values, month_results, month_roles
from tests.parsers.projects import PLAIN


def roles(months: list[int], values: list[str] | None = None) -> tuple[list[int], bool]:
    """Positions of the canonical rows, and whether the layout is known; all values differ unless given."""
    values = values or [str(n) for n in range(len(months))]
    found = month_roles(tuple(months), [Decimal(value) for value in values])
    return [position for position, role in enumerate(found.roles) if role == CANONICAL], found.is_known_layout


KNOWN = list(MONTH_LAYOUT)


def test_the_known_layout() -> None:
    assert KNOWN == [1, 1, 2, 3, 1, 4, 5, 6, 7, 8, 6, 6, 9, 10, 11, 12]
    assert roles(KNOWN) == ([1, 2, 3, 5, 6, 7, 8, 9, 12, 13, 14, 15], True)


def test_the_known_layout_in_reverse_names_the_same_rows() -> None:
    mirrored = [15 - position for position in (1, 2, 3, 5, 6, 7, 8, 9, 12, 13, 14, 15)]
    assert roles(KNOWN[::-1]) == (sorted(mirrored), True)


def test_the_twelve_months_once_each() -> None:
    assert roles(list(range(1, 13))) == (list(range(12)), True)
    assert roles(list(range(12, 0, -1))) == (list(range(12)), True)


@pytest.mark.parametrize("missing", [n for n in range(16) if n != 7])
def test_a_row_missing_from_the_known_layout(missing: int) -> None:
    months = KNOWN[:missing] + KNOWN[missing + 1 :]
    positions, is_known = roles(months)
    assert is_known
    assert [months[position] for position in positions] == sorted(set(months))


def test_where_the_row_that_counts_is_itself_missing_no_other_row_takes_its_place() -> None:
    months = KNOWN[:7] + KNOWN[8:]
    positions, is_known = roles(months)
    assert not is_known
    assert {6} & {months[position] for position in positions} == set()


def test_rows_missing_at_the_end_of_the_known_layout() -> None:
    assert roles(KNOWN[:9]) == ([1, 2, 3, 5, 6, 7, 8], True)


def test_no_month_rows_at_all() -> None:
    assert roles([]) == ([], True)


class TestUnknownLayouts:
    def test_a_month_with_one_row_is_certain_in_any_order(self) -> None:
        months = [3, 1, 2, 5, 4]
        assert roles(months) == ([0, 1, 2, 3, 4], False)

    def test_rows_that_say_the_same_are_certain_in_any_order(self) -> None:
        assert roles([3, 1, 3, 2], ["5", "1", "5.0", "2"]) == ([0, 1, 3], False)

    def test_rows_that_differ_are_not_guessed(self) -> None:
        assert roles([3, 1, 3, 2], ["5", "1", "6", "2"]) == ([1, 3], False)

    def test_a_repeated_row_beside_the_run_through_all_months(self) -> None:
        assert roles([*range(1, 13), 2]) == (list(range(12)), False)

    def test_a_repeated_row_beside_a_run_with_a_gap_is_not_guessed(self) -> None:
        assert roles([*range(1, 12), 2]) == ([0, *range(2, 11)], False)


@given(st.lists(st.integers(1, 12), max_size=20), st.data())
def test_a_month_has_at_most_one_canonical_row(months: list[int], data: st.DataObject) -> None:
    values = data.draw(st.lists(st.sampled_from(["1", "2"]), min_size=len(months), max_size=len(months)))
    positions, _ = roles(months, values or None)
    chosen = [months[position] for position in positions]
    assert len(set(chosen)) == len(chosen)


RAWS, ROLES = ["1", "1.0", "2", "", "ก", None], [CANONICAL, EXTRA]


@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from(RAWS), st.sampled_from(ROLES)), max_size=20))
def test_the_result_of_a_month_is_its_canonical_row_and_keeps_what_all_say(
    rows: list[tuple[int, str | None, str]],
) -> None:
    seen: set[int] = set()
    for row, (month, raw, role) in enumerate(rows):
        rows[row] = (month, raw, EXTRA if month in seen else role)
        seen |= {month} if role == CANONICAL else set()
    months, raws, roles = [no for no, _, _ in rows], [raw for _, raw, _ in rows], [role for _, _, role in rows]
    numbers = [Decimal(raw) if raw and raw != "ก" else None for raw in raws]
    results = month_results(
        ("s", "p", "x"), tuple(months), tuple(roles), raws, numbers, comparable_values(raws, numbers)
    )
    assert [result.month_no for result in results] == list(dict.fromkeys(months))
    cells = [(month, raw, number, role) for (month, raw, role), number in zip(rows, numbers, strict=True)]
    for result in results:
        same = [(raw, number, role) for month, raw, number, role in cells if month == result.month_no]
        assert list(result.raw_values) == [raw for raw, _, _ in same]
        assert result.n_rows == len(same)
        assert [(result.result_raw, result.result_value)] == (
            [(raw, number) for raw, number, role in same if role == CANONICAL] or [(None, None)]
        )
        said = {number if number is not None else raw or "" for raw, number, _ in same}
        assert result.is_conflicting == (len(said) > 1)


def test_two_canonical_rows_of_a_month_are_refused() -> None:
    """month_roles never makes two; a result that must choose would lose one."""
    with pytest.raises(ValueError, match="two canonical rows"):
        month_results(("s", "p", "x"), (1, 1), (CANONICAL, CANONICAL), ["5", "6"], [Decimal(5), Decimal(6)], ["5", "6"])


class TestRowsOfAPage:
    def test_a_conflict_names_all_values_and_keeps_the_canonical_one(self) -> None:
        project = PLAIN.having_months([(month, str(n)) for n, month in enumerate(KNOWN)])
        parsed = project.parse()
        conflicts = {issue.raw for issue in parsed.issues if issue.code == "month_conflict"}
        assert conflicts == {"0 | 1 | 4", "7 | 10 | 11"}
        assert {row.month_no: row.value for row in parsed.months if row.role == CANONICAL}[1] == Decimal(1)
        assert "month_layout_unknown" not in {issue.code for issue in parsed.issues}

    @pytest.mark.parametrize(
        ("first", "second"), [("50", "50.0"), ("50", "ร้อยละ 50"), ("50", "๕๐"), ("", None), ("ก", "ก")]
    )
    def test_two_spellings_of_one_value_are_no_conflict(self, first: str, second: str | None) -> None:
        months = [(1, first), (1, second), *[(month, "1") for month in range(2, 13)]]
        assert "month_conflict" not in {issue.code for issue in PLAIN.having_months(months).parse().issues}

    @pytest.mark.parametrize(("first", "second"), [("0", ""), ("0", None), ("50", "5"), ("ก", "ข"), ("-", "")])
    def test_two_values_are_a_conflict(self, first: str, second: str | None) -> None:
        months = [(1, first), (1, second), *[(month, "1") for month in range(2, 13)]]
        assert "month_conflict" in {issue.code for issue in PLAIN.having_months(months).parse().issues}

    @pytest.mark.parametrize(
        ("raw", "value", "code"),
        [
            ("ร้อยละ 50", Decimal(50), None),
            ("50%", Decimal(50), None),
            ("๕๐", Decimal(50), None),
            ("1,234.5", Decimal("1234.5"), None),
            ("132,182,444", Decimal(132182444), None),
            ("0", Decimal(0), None),
            ("", None, None),
            (None, None, None),
            ("-", None, "placeholder_value"),
            ("N/A", None, "placeholder_value"),
            ("แล้วเสร็จ", None, "unreadable_number"),
            ("50 คน", None, "unreadable_number"),
            ("1e3", None, "unreadable_number"),
        ],
    )
    def test_a_month_cell_is_read_where_certain(self, raw: str | None, value: Decimal | None, code: str | None) -> None:
        parsed = PLAIN.having(**{"month 9": raw}).parse()
        (row,) = [row for row in parsed.months if row.month_no == 9]
        assert (row.raw, row.value) == (raw, value)
        assert [issue.code for issue in parsed.issues] == ([code] if code else [])

    def test_an_unknown_layout_is_an_issue_with_the_order(self) -> None:
        months = [(month, "1") for month in (2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 11)]
        (issue,) = PLAIN.having_months(months).parse().issues
        assert issue.code == "month_layout_unknown"
        assert "2 1 3 4 5 6 7 8 9 10 12 11" in issue.message

    def test_each_month_has_one_result_that_agrees_with_the_issues(self) -> None:
        parsed = PLAIN.having_months([(month, str(n)) for n, month in enumerate(KNOWN)]).parse()
        assert [result.month_no for result in parsed.month_results] == list(range(1, 13))
        told = {result.month_no: result for result in parsed.month_results}
        assert (told[1].result_raw, told[1].raw_values) == ("1", ("0", "1", "4"))
        assert (told[2].result_value, told[2].raw_values, told[2].n_rows) == (Decimal(2), ("2",), 1)
        conflicts = [issue.label for issue in parsed.issues if issue.code == "month_conflict"]
        assert conflicts == [f"{MONTH_LABEL} {no}" for no, result in told.items() if result.is_conflicting]

    def test_a_renamed_month_label_counts_as_its_month(self) -> None:
        parsed = PLAIN.renaming("month 4", "ผลงานประจำเดือนที่ 4").parse()
        assert [row.month_no for row in parsed.months] == KNOWN
        assert [issue.code for issue in parsed.issues] == ["renamed_label"]

    def test_every_month_row_keeps_its_ordinal_and_label(self) -> None:
        parsed = PLAIN.parse()
        assert [(row.ordinal, row.label) for row in parsed.months] == [
            (n, f"{MONTH_LABEL} {month}") for n, month in enumerate(KNOWN, len(LABELS) + 1)
        ]
