"""The catalogue of labels: known ones in every spelling; unknown, missing, renamed and repeated ones."""

import json
import random
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.labels import (
    COLUMNS,
    LABELS,
    MONTH_LABEL,
    PROGRESS_COLUMNS,
    UPDATE_COLUMNS,
    Label,
    columns_of,
    compose_sara_am,
    match_key,
    match_label,
)
from parsers.records import PageRecord
from tests.parsers.projects import PLAIN, StoredProject
from tests.parsers.samples import FIXTURES
from tests.quick import quick

ONCE = [label for label in LABELS if label.text != "เป้าหมาย"]


@pytest.mark.parametrize("label", ONCE, ids=lambda label: label.field)
def test_a_known_label_is_exact(label: Label) -> None:
    assert match_label(label.text) == (label.field, None, True)


@pytest.mark.parametrize(
    ("label", "alias"),
    [(label, alias) for label in LABELS for alias in label.aliases],
    ids=lambda value: str(value)[:40],
)
def test_an_alias_names_the_field_but_is_not_exact(label: Label, alias: str) -> None:
    assert match_label(alias) == (label.field, None, False)


def test_no_spelling_stands_for_two_fields() -> None:
    keys = [match_key(text) for label in ONCE for text in (label.text, *label.aliases)]
    assert len(set(keys)) == len(keys)
    assert match_key("เป้าหมาย") not in keys


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("text", ["ผลงานเดือนที่ {}", "ผลงานเดือนที่{}", "ผลงานเดือนที่  {}", "ผลงานเดือนที่ {} :"])
def test_a_month_label_names_its_month(month: int, text: str) -> None:
    match = match_label(text.format(month))
    assert match is not None
    assert (match.field, match.month_no) == ("month", month)


@pytest.mark.parametrize("text", ["ผลงานประจำเดือนที่ 3", "ผลงานเดือน 3", "ผลการดำเนินงานเดือนที่ 3"])
def test_a_renamed_month_label_is_not_exact(text: str) -> None:
    assert match_label(text) == ("month", 3, False)


UNKNOWN = ["ผลงานเดือนที่ 0", "ผลงานเดือนที่ 13", "ผลงานเดือนที่", "ผลงานเดือนที่ 1.5", "ผลงานเดือนที่ ก", "x" * 5000]
UNKNOWN += ["", " ", "ปีที่", "เป้าหมายของเขต", "รหัส", "หน่วย", "คืบหน้า", "ผลงานเดือนที่ 1 100"]


@pytest.mark.parametrize("text", UNKNOWN)
def test_an_unknown_label(text: str) -> None:
    assert match_label(text) is None


DISGUISES = {
    "a colon": "{}:",
    "a wide colon": "{}：",
    "a space and a colon": "{} :",
    "white space around": " \t{}\n",
    "a no-break space": "\u00a0{}\u00a0",
    "a zero-width space": "\u200b{}\u200b",
    "a BOM": "\ufeff{}",
    "a soft hyphen and bidi marks": "\u00ad\u202a{}\u202c",
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
@pytest.mark.parametrize("label", ONCE, ids=lambda label: label.field)
def test_what_shows_nothing_does_not_change_a_label(label: Label, disguise: str) -> None:
    match = match_label(disguise.format(label.text))
    assert match is not None
    assert match.field == label.field


def decomposed(text: str) -> str:
    return text.replace("\u0e33", "\u0e4d\u0e32")


@pytest.mark.parametrize("label", [label for label in ONCE if "\u0e33" in label.text], ids=lambda label: label.field)
def test_a_label_with_its_sara_am_in_two_characters_is_known(label: Label) -> None:
    match = match_label(decomposed(label.text))
    assert match is not None
    assert match.field == label.field


@pytest.mark.parametrize("raw", ["น\u0e49\u0e4d\u0e32", "น\u0e4d\u0e49\u0e32", "น\u0e49\u0e33"])
def test_sara_am_is_composed_with_its_tone_mark_before_it(raw: str) -> None:
    assert compose_sara_am(raw) == "น\u0e49\u0e33"


def test_columns_of_the_tables_are_known_by_name() -> None:
    assert columns_of(tuple(c.text for c in PROGRESS_COLUMNS), PROGRESS_COLUMNS) == tuple(
        c.field for c in PROGRESS_COLUMNS
    )
    assert columns_of(tuple(c.text for c in UPDATE_COLUMNS), UPDATE_COLUMNS) == tuple(c.field for c in UPDATE_COLUMNS)
    assert columns_of(("ปัญหาอุปสรรค", "อื่นๆ"), PROGRESS_COLUMNS) == ("problem", None)


def goals(project: StoredProject) -> list[str | None]:
    return [row.field for row in project.parse().fields if row.label == "เป้าหมาย"]


class TestTheTwoGoals:
    """`เป้าหมาย` stands twice: first the goals as a text, then as heading of the month rows."""

    MARKED = PLAIN.having(goal="ก", month_goal="ข")

    def test_in_page_order(self) -> None:
        page = self.MARKED.parse().page
        assert (page.goal, page.month_goal) == ("ก", "ข")

    def test_in_a_reversed_page(self) -> None:
        page = self.MARKED.with_rows(self.MARKED.rows[::-1]).parse().page
        assert (page.goal, page.month_goal) == ("ก", "ข")

    @pytest.mark.parametrize("missing", ["goal", "month_goal"])
    @pytest.mark.parametrize("step", [1, -1])
    def test_when_one_of_them_is_missing(self, missing: str, step: int) -> None:
        project = self.MARKED.without(missing)
        parsed = project.with_rows(project.rows[::step]).parse()
        kept = {"goal": "ก", "month_goal": "ข"} | {missing: None}
        assert (parsed.page.goal, parsed.page.month_goal) == (kept["goal"], kept["month_goal"])
        assert [issue.field for issue in parsed.issues if issue.code == "missing_label"] == [missing]

    def test_when_rows_around_them_are_missing(self) -> None:
        page = self.MARKED.without("objective").without("progress_note").parse().page
        assert (page.goal, page.month_goal) == ("ก", "ข")

    def test_neither_is_named_in_a_shuffled_page(self) -> None:
        rows = list(self.MARKED.rows)
        random.Random(7).shuffle(rows)
        parsed = self.MARKED.with_rows(rows).parse()
        assert goals(self.MARKED.with_rows(rows)) == [None, None]
        assert (parsed.page.goal, parsed.page.month_goal) == (None, None)
        assert [issue.raw for issue in parsed.issues if issue.code == "ambiguous_label"] == [
            value for label, value in rows if label == "เป้าหมาย"
        ]

    def test_neither_is_named_when_both_stand_in_one_place(self) -> None:
        project = self.MARKED.without("month_goal").adding("เป้าหมาย", "ข", before="responsible")
        assert goals(project) == [None, None]

    @given(st.randoms(use_true_random=False), st.integers(0, 41))
    def test_a_goal_is_named_only_between_its_own_neighbours(self, chance: random.Random, swaps: int) -> None:
        rows = list(self.MARKED.rows)
        for _ in range(swaps):
            left, right = chance.randrange(len(rows)), chance.randrange(len(rows))
            rows[left], rows[right] = rows[right], rows[left]
        fields = [row.field or "" for row in self.MARKED.with_rows(rows).parse().fields]
        places = {label.field: place for place, label in enumerate(LABELS)} | {"month": len(LABELS)}
        for number, field in enumerate(fields):
            if field in ("goal", "month_goal"):
                before, after = (
                    [places[one] for one in side if one in places.keys() - {"goal", "month_goal"}]
                    for side in (fields[:number][::-1], fields[number + 1 :])
                )
                if before and after:
                    low, high = sorted((before[0], after[0]))
                    assert low < places[field] < high


class TestLabelsOfAPage:
    def test_an_unknown_label_is_kept_and_reported(self) -> None:
        parsed = PLAIN.adding("พิกัดโครงการ (lat,long)", "13.7563,100.5018", before="rationale").parse()
        (row,) = [row for row in parsed.fields if row.field is None]
        assert (row.ordinal, row.label, row.raw) == (13, "พิกัดโครงการ (lat,long)", "13.7563,100.5018")
        (issue,) = parsed.issues
        assert (issue.code, issue.label, issue.ordinal, issue.raw) == ("unknown_label", row.label, 13, row.raw)
        assert parsed.page.finish_date == PLAIN.parse().page.finish_date

    @pytest.mark.parametrize("label", LABELS, ids=lambda label: label.field)
    def test_a_missing_label_is_reported_where_it_is_due_and_its_field_is_null(self, label: Label) -> None:
        since = {"fiscal_year": str(label.since)} if label.since is not None else {}
        parsed = PLAIN.having(**since, **{label.field: "1"}).without(label.field).parse()
        missing = [(issue.field, issue.label) for issue in parsed.issues if issue.code == "missing_label"]
        assert missing == ([] if label.is_optional else [(label.field, label.text)])
        assert label.field not in {row.field for row in parsed.fields}

    @pytest.mark.parametrize("label", LABELS, ids=lambda label: label.field)
    def test_what_a_known_label_says_is_in_a_column_of_the_page_record(self, label: Label) -> None:
        column = COLUMNS.get(label.field, label.field)
        assert column in PageRecord._fields, f"add {column} to PageRecord, or the name of its column to COLUMNS"
        said = PLAIN if PLAIN.rows[PLAIN.index_of(label.field)][1] else PLAIN.having(**{label.field: "ก"})
        found, without = (getattr(project.parse().page, column) for project in (said, said.without(label.field)))
        assert found is not None, f"parse_project reads no {column} from {label.text}"
        assert without is None or label.field == "project_id"

    def test_a_renamed_label_is_read_and_reported(self) -> None:
        parsed = PLAIN.renaming("responsible", "ผู้รับผิดชอบโครงการ").parse()
        assert parsed.page.responsible == "ฝ่ายโยธา"
        assert [(issue.code, issue.field, issue.label) for issue in parsed.issues] == [
            ("renamed_label", "responsible", "ผู้รับผิดชอบโครงการ")
        ]

    def test_missing_months_are_one_issue(self) -> None:
        parsed = PLAIN.without("month 4").without("month 12").parse()
        assert [issue.raw for issue in parsed.issues if issue.code == "missing_label"] == ["4, 12"]

    def test_two_rows_with_one_label_and_different_values_are_neither_taken(self) -> None:
        parsed = PLAIN.adding("ปี", "2567", before="name").parse()
        assert (parsed.page.fiscal_year_be, parsed.page.fiscal_year_raw) == (None, None)
        assert [issue.code for issue in parsed.issues] == ["duplicate_row"]
        assert [row.raw for row in parsed.fields if row.field == "fiscal_year"] == ["2566", "2567"]

    def test_two_rows_with_one_label_and_the_same_value_are_taken_once(self) -> None:
        parsed = PLAIN.adding("ปี", "2566", before="name").parse()
        assert parsed.page.fiscal_year_be == 2566
        assert [issue.code for issue in parsed.issues] == ["repeated_row"]

    def test_rows_of_one_meaning_are_numbered_in_page_order(self) -> None:
        fields = PLAIN.adding(MONTH_LABEL, "1").adding(MONTH_LABEL, "2").parse().fields
        months = [(row.label.split()[-1], row.occurrence) for row in fields if row.label.startswith(f"{MONTH_LABEL} ")]
        assert " ".join(f"{month}.{occurrence}" for month, occurrence in months) == (
            "1.1 1.2 2.1 3.1 1.3 4.1 5.1 6.1 7.1 8.1 6.2 6.3 9.1 10.1 11.1 12.1"
        )
        assert [row.occurrence for row in fields if row.label == MONTH_LABEL] == [1, 2]
        assert {row.occurrence for row in fields if not row.label.startswith((MONTH_LABEL, "เป้าหมาย"))} == {1}
        assert [(row.field, row.occurrence) for row in fields if row.label == "เป้าหมาย"] == [
            ("goal", 1),
            ("month_goal", 1),
        ]

    def test_three_rows_with_one_label_never_bring_a_value_back(self) -> None:
        parsed = PLAIN.adding("ปี", "2567", before="name").adding("ปี", "2567", before="name").parse()
        assert parsed.page.fiscal_year_be is None
        parsed = PLAIN.having(fiscal_year=None).adding("ปี", "2567", before="name").parse()
        assert parsed.page.fiscal_year_be is None
        parsed = PLAIN.adding("ปี", "2567", before="name").adding("ปี", None, before="name").parse()
        assert parsed.page.fiscal_year_be is None

    def test_the_order_of_the_rows_changes_no_field_that_stands_once(self) -> None:
        rows = list(PLAIN.rows)
        random.Random(3).shuffle(rows)
        plain, shuffled = PLAIN.parse().page, PLAIN.with_rows(rows).parse().page
        # Which of the two goals is which cannot be told in another order, so the rows are not compared with others.
        assert (shuffled.fields_state, shuffled.fields_fingerprint) == ("unreadable", None)
        moved = {"goal", "month_goal", "content_sha256", "fields_state", "fields_fingerprint"}
        for name in set(plain._fields) - moved:
            assert getattr(shuffled, name) == getattr(plain, name), name


OLD, NEW, INVESTOR = PLAIN.having(fiscal_year="2566"), PLAIN.having(fiscal_year="2568"), "ผู้ลงทุน"


class TestALabelThatNotEveryPageHas:
    """One more label in the catalogue, optional or there since a year; `missing` are the pages that must have it."""

    @pytest.mark.parametrize(
        ("keywords", "missing"),
        quick(1, [({"since": 2568}, [1]), ({}, [0, 1, 2]), ({"is_optional": True}, []), ({"since": 2569}, [])]),
    )
    def test_it_is_missed_only_where_it_is_due(self, keywords: dict[str, object], missing: list[int]) -> None:
        start, finish = ("2024-10-01", "2025-09-30")
        new = NEW.having(start_date=start, finish_date=finish)
        pages = [OLD, new, PLAIN.having(fiscal_year=None), new.adding(INVESTOR, "x", before="governor_policy")]
        answers = read_with_another_label(keywords, [(True, page.html()) for page in pages])
        assert [n for n, answer in enumerate(answers) if ["missing_label", INVESTOR] in answer["issues"]] == missing
        assert all("unknown_label" not in dict(answer["issues"]) for answer in answers)

    @pytest.mark.parametrize("keywords", [{"is_optional": True}, {"since": 2568}])
    def test_extracted_text_and_a_page_without_its_end_are_whole_without_it(self, keywords: dict[str, object]) -> None:
        text = (FIXTURES / "real" / "50490000-3607.txt").read_text("utf-8")
        saved = OLD.html().replace("</html>", "").replace("</body>", "")
        pages = [(False, text), (True, saved)]
        from_text, from_saved = read_with_another_label(keywords, pages)
        assert from_text["states"] == ["present", "present"]
        assert from_saved["issues"] == []


def read_with_another_label(keywords: dict[str, object], pages: list[tuple[bool, str]]) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.parsers.with_another_label"]
    done = subprocess.run(
        command, input=json.dumps([keywords, pages]), capture_output=True, text=True, check=True, encoding="utf-8"
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers
