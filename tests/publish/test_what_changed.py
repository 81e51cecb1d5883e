"""The gate looks at what changed: what reporting adds is what the site is for, what is lost counts in small numbers."""

from collections.abc import Sequence
from typing import Any

import pytest

from pipeline.core.settings import GateSettings
from pipeline.publish.quality_gate import GateDecision, decide
from pipeline.report.quality_page import write_report
from tests.conftest import Built, ParsedArchive, Report

IDS = [f"50490000-{number:04}" for number in range(1, 31)]
PLAN = {"name": "ก", "agency": "ข", "rationale": "ค", "remark": "ง", "budget_received_thb": "100"}
DONE = {"budget_spent_thb": "10", "progress_pct": "20", "progress_note": "เริ่ม"}
MONTHS = [(1, "1", "canonical"), (2, None, "canonical")]
REPORTS: list[Report] = [("2026-01-01", "10", "1", None, "เริ่ม"), ("2026-01-02", "20", "1", None, "ต่อ")]
UPDATES = [("2026-01-01", "10:00", "user1")]


def night(archive: ParsedArchive, at: str, ids: Sequence[str] = IDS, **changes: Any) -> None:
    page: dict[str, Any] = {"months": MONTHS, "reports": REPORTS, "updates": UPDATES, **PLAN, **DONE}
    for project_id in ids:
        archive.capture(project_id, at, **(page | changes))


def unchanged(archive: ParsedArchive, at: str, ids: Sequence[str] = IDS) -> None:
    for project_id in ids:
        archive.attempt(project_id, at, "unchanged")


def judged(after: Built, before: Built, refused: Built | None = None) -> GateDecision:
    return decide(after.path, before.path, GateSettings(), refused=None if refused is None else refused.path)


def rules(decision: GateDecision) -> set[str]:
    return {reason.en.split(":")[0] for reason in decision.reasons}


def after_one(archive: ParsedArchive, n: int = len(IDS), **changes: Any) -> GateDecision:
    """Some pages change in the second night, the others are as they were."""
    night(archive, "2026-01-01")
    before = archive.build("before")
    night(archive, "2026-01-02", IDS[:n], **changes)
    unchanged(archive, "2026-01-02", IDS[n:])
    return judged(archive.build("after"), before)


def test_a_month_in_which_every_page_is_reported_on_is_published(archive: ParsedArchive) -> None:
    decision = after_one(
        archive,
        months=[(1, "5", "canonical"), (2, "7", "canonical")],
        reports=[*REPORTS, ("2026-01-31", "30", "1", "ไม่มี", "คืบหน้า")],
        updates=[("2026-01-31", "10:00", "user1"), *UPDATES],
        budget_spent_thb="30",
        progress_pct="30",
        progress_note="คืบหน้า",
    )
    assert (decision.reasons, decision.notes) == ((), ())


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "จ"},
        {"budget_received_thb": "200"},
        {"progress_pct": "10"},
        {"budget_spent_thb": "9"},
        {"evaluator": "ฉ"},
        {"reports": [("2026-01-01", "10", "1", None, "อื่น"), REPORTS[1]]},
        {"reports": [("2026-01-01", "10", "1", None, "เริ่ม"), ("2026-03-02", "20", "1", None, "ต่อ")]},
        {"months": [(1, "0", "canonical"), MONTHS[1]]},
    ],
    ids=[
        "a name",
        "a budget",
        "progress falls",
        "spent falls",
        "a plan filled in",
        "a report",
        "a date",
        "a month falls",
    ],
)
def test_what_reporting_does_not_add_counts(archive: ParsedArchive, changes: dict[str, Any]) -> None:
    assert rules(after_one(archive, **changes)) == {"pages_changed"}


def test_four_emptied_pages_beside_sixteen_edits_are_refused(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    night(archive, "2026-01-02", IDS[:4], name="", rationale="", budget_received_thb=None, remark="")
    night(archive, "2026-01-02T01", IDS[4:20], remark="ใหม่")
    unchanged(archive, "2026-01-02", IDS[20:])
    decision = judged(archive.build("after"), before)
    assert rules(decision) == {"values_lost", "pages_emptied"}
    assert any(
        reason.en.startswith("pages_emptied: sample: 4 of 30 known pages lost three values and more at once")
        for reason in decision.reasons
    )


@pytest.mark.parametrize("budget", [None, "0"])
@pytest.mark.parametrize(("n", "found"), [(4, {"values_lost"}), (3, set())])
def test_emptied_budgets_count_in_small_numbers(
    archive: ParsedArchive, n: int, found: set[str], budget: str | None
) -> None:
    assert rules(after_one(archive, n, budget_received_thb=budget)) == found


def test_days_that_shift_by_one_at_once_are_refused(archive: ParsedArchive) -> None:
    shifted = [("2025-12-31", *REPORTS[0][1:]), ("2026-01-01", *REPORTS[1][1:])]
    decision = after_one(archive, reports=shifted)
    (reason,) = [reason for reason in decision.reasons if reason.en.startswith("dates_shifted")]
    assert reason.en.startswith(
        "dates_shifted: sample: progress_history.reported_on: 60 of 60 dates on fresh pages moved by one day "
        "(on 30 pages)"
    )


def test_a_shift_of_one_field_is_not_lost_among_other_dates(archive: ParsedArchive) -> None:
    updates = [(f"2025-11-{day:02}", "10:00", "user1") for day in range(1, 29)]
    night(archive, "2026-01-01", updates=updates)
    before = archive.build("before")
    shifted = [("2025-12-31", *REPORTS[0][1:]), ("2026-01-01", *REPORTS[1][1:])]
    night(archive, "2026-01-02", updates=updates, reports=shifted)
    assert "dates_shifted" in rules(judged(archive.build("after"), before))


def test_a_report_of_the_day_after_on_top_of_the_others_shifts_no_day(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01", reports=REPORTS[::-1])
    before = archive.build("before")
    night(archive, "2026-01-02", reports=[("2026-01-03", "30", "1", None, "วันถัดมา"), *REPORTS[::-1]])
    assert rules(judged(archive.build("after"), before)) == set()


class TestASecondReading:
    """Pages that changed all at once, and are as they were read the first time."""

    @pytest.fixture
    def before(self, archive: ParsedArchive) -> Built:
        night(archive, "2026-01-01")
        before = archive.build("before")
        night(archive, "2026-01-02", remark="ย้ายระบบ")
        assert rules(judged(archive.build("first"), before)) == {"pages_changed"}
        return before

    def test_of_the_next_night_is_published_with_a_note(self, archive: ParsedArchive, before: Built) -> None:
        unchanged(archive, "2026-01-03")
        decision = judged(archive.build("second"), before)
        assert decision.reasons == ()
        (note,) = decision.notes
        assert note.en.startswith(
            "pages_confirmed: sample: 30 of 30 known pages changed beyond what reporting adds and said the same in a "
            "second run, so they are published; 100.0%, allowed 60.0% (setting gate.pages_changed_share)"
        )
        assert note.th

    def test_of_the_same_night_is_none(self, archive: ParsedArchive, before: Built) -> None:
        unchanged(archive, "2026-01-02T11")
        assert rules(judged(archive.build("second"), before)) == {"pages_changed"}

    def test_that_says_something_else_is_a_first_one(self, archive: ParsedArchive, before: Built) -> None:
        night(archive, "2026-01-03", remark="ย้ายอีกครั้ง")
        assert rules(judged(archive.build("second"), before)) == {"pages_changed"}

    def test_of_some_pages_leaves_the_others_to_be_read(self, archive: ParsedArchive, before: Built) -> None:
        unchanged(archive, "2026-01-03", IDS[:5])
        assert rules(judged(archive.build("second"), before)) == {"pages_changed"}
        unchanged(archive, "2026-01-04", IDS[5:])
        assert rules(judged(archive.build("third"), before)) == set()

    def test_ends_no_other_reason(self, archive: ParsedArchive, before: Built) -> None:
        night(archive, "2026-01-03", IDS[:8], remark="", name="")
        unchanged(archive, "2026-01-03", IDS[8:])
        archive.build("second")
        unchanged(archive, "2026-01-04")
        decision = judged(archive.build("third"), before)
        assert rules(decision) == {"values_lost"}
        assert decision.notes == (), "what is refused is not said to be published"


def test_what_was_lost_stays_lost_however_many_pages_are_read_meanwhile(archive: ParsedArchive) -> None:
    ids = [f"50490000-{number:04}" for number in range(1, 61)]
    night(archive, "2026-01-01", ids)
    before = archive.build("before")
    night(archive, "2026-01-02", ids[:5], remark="")
    first = archive.build("first")
    decision = judged(first, before)
    assert rules(decision) == {"values_lost"}
    write_report(first.path, {"run_id": "first"}, previous=before.path, measures=decision.measures)
    night(archive, "2026-01-03", ids[5:], progress_pct="30", reports=[*REPORTS, ("2026-01-31", "30", "1", "", "")])
    second = archive.build("second")
    assert rules(judged(second, before)) == set(), "five of sixty alone would be few enough"
    decision = judged(second, before, refused=first)
    assert rules(decision) == {"values_lost"}
    write_report(second.path, {"run_id": "second"}, previous=before.path, measures=decision.measures)
    unchanged(archive, "2026-01-04", ids)
    assert rules(judged(archive.build("third"), before, refused=second)) == {"values_lost"}
    night(archive, "2026-01-05", ids[:5], remark="ง")
    assert rules(judged(archive.build("mended"), before, refused=second)) == set()
