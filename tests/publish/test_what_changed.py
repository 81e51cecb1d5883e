"""The gate looks at what changed: what reporting adds is what the site is for, what is lost counts in small numbers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import duckdb
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
        {"evaluator": "ฉ"},
        {"reports": [("2026-01-01", "10", "1", None, "อื่น"), REPORTS[1]]},
        {"months": [(1, "0", "canonical"), MONTHS[1]]},
    ],
    ids=[
        "a plan filled in",
        "a report",
        "a month falls",
    ],
)
def test_what_reporting_does_not_add_counts(archive: ParsedArchive, changes: dict[str, Any]) -> None:
    assert rules(after_one(archive, **changes)) == {"pages_changed"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "จ"}, "name"),
        ({"agency": "จ"}, "agency"),
        ({"budget_received_thb": "200"}, "budget_received_thb"),
        ({"start_date": "2026-02-28"}, "start_date"),
        ({"target_value": "12"}, "target_value"),
        ({"progress_pct": "10"}, "progress_pct"),
        ({"budget_spent_thb": "9"}, "budget_spent_thb"),
        ({"reports": [REPORTS[0], ("2026-03-02", "20", "1", None, "ต่อ")]}, "progress_history.reported_on"),
    ],
)
class TestWhatReportingNeverWrites:
    """What the project is, its money, time and target."""

    def test_on_many_pages_does_not_end_by_itself(
        self, archive: ParsedArchive, changes: dict[str, Any], field: str
    ) -> None:
        plan = {"start_date": "2026-01-05", "target_value": "120"}
        night(archive, "2026-01-01", **plan)
        before = archive.build("before")
        night(archive, "2026-01-02", IDS[:11], **(plan | changes))
        unchanged(archive, "2026-01-02", IDS[11:])
        unchanged(archive, "2026-01-03")
        decision = judged(archive.build("after"), before)
        assert [reason.en.split(" known pages")[0] for reason in decision.reasons] == [
            f"values_rewritten: sample: {field}: 11 of 30"
        ]

    def test_on_the_pages_of_an_agency_is_published(
        self, archive: ParsedArchive, changes: dict[str, Any], field: str
    ) -> None:
        plan = {"start_date": "2026-01-05", "target_value": "120"}
        night(archive, "2026-01-01", **plan)
        before = archive.build("before")
        night(archive, "2026-01-02", IDS[:10], **(plan | changes))
        unchanged(archive, "2026-01-02", IDS[10:])
        assert rules(judged(archive.build("after"), before)) == set()


@pytest.mark.parametrize("budget", ["0", "0.00"])
def test_a_budget_that_is_filled_in_everywhere_ends_by_itself(archive: ParsedArchive, budget: str) -> None:
    """Projects are entered before their money is granted; a budget of 0 is one that is not there yet."""
    night(archive, "2026-01-01", budget_received_thb=budget)
    before = archive.build("before")
    night(archive, "2026-01-02", budget_received_thb="100")
    refused = archive.build("refused")
    assert rules(judged(refused, before)) == {"pages_changed"}
    unchanged(archive, "2026-01-03")
    decision = judged(archive.build("after"), before, refused)
    assert (rules(decision), len(decision.notes)) == (set(), 1)


def test_the_same_name_in_another_spacing_is_not_rewritten(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01", name="ซ่อม  ถนน")
    before = archive.build("before")
    night(archive, "2026-01-02", name="ซ่อมถนน")
    assert rules(judged(archive.build("after"), before)) == {"pages_changed"}


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
        "dates_shifted: sample: progress_history.reported_on: 30 of 30 fresh pages moved all dates of this field by "
        "the same number of days (by -1)"
    )


def test_a_shift_of_one_field_is_not_lost_among_other_dates(archive: ParsedArchive) -> None:
    updates = [(f"2025-11-{day:02}", "10:00", "user1") for day in range(1, 29)]
    night(archive, "2026-01-01", updates=updates)
    before = archive.build("before")
    shifted = [("2025-12-31", *REPORTS[0][1:]), ("2026-01-01", *REPORTS[1][1:])]
    night(archive, "2026-01-02", updates=updates, reports=shifted)
    assert "dates_shifted" in rules(judged(archive.build("after"), before))


def moved(day: str, days: int) -> str:
    return f"{dt.date.fromisoformat(day) + dt.timedelta(days=days)}"


def shift(reports: Sequence[Report], days: int) -> list[Report]:
    return [(moved(str(report[0]), days), *report[1:]) for report in reports]


@pytest.mark.parametrize("days", [-1, 1, 2, -30])
@pytest.mark.parametrize("is_newest_first", [False, True])
def test_days_that_shift_together_are_refused_beside_a_new_report(
    archive: ParsedArchive, days: int, is_newest_first: bool
) -> None:
    turn = slice(None, None, -1 if is_newest_first else 1)
    alike: list[Report] = [("2026-01-01", "10", "1", None, ""), ("2026-01-02", "10", "1", None, "")]
    night(archive, "2026-01-01", reports=[*alike, *shift(REPORTS, 10)][turn])
    before = archive.build("before")
    written = [*shift(alike, days), *shift(REPORTS, 10 + days), ("2026-01-31", "30", "1", None, "ใหม่")]
    night(archive, "2026-01-02", IDS[:8], reports=written[turn])
    unchanged(archive, "2026-01-03", IDS[:8])
    assert "dates_shifted" in rules(judged(archive.build("after"), before))


@pytest.mark.parametrize("days", [1, -1, 2])
def test_a_project_that_moves_with_start_and_finish_is_shifted(archive: ParsedArchive, days: int) -> None:
    start, finish = "2026-01-05", "2026-09-30"
    night(archive, "2026-01-01", start_date=start, finish_date=finish)
    before = archive.build("before")
    night(archive, "2026-01-02", IDS[:6], start_date=moved(start, days), finish_date=moved(finish, days))
    night(archive, "2026-01-02T01", IDS[6:12], start_date=start, finish_date=finish, remark="ใหม่")
    decision = judged(archive.build("after"), before)
    assert rules(decision) == {"dates_shifted"}
    assert f"(by {days})" in decision.reasons[0].en


def test_more_time_for_some_projects_is_no_shift(archive: ParsedArchive) -> None:
    start, finish = "2026-01-05", "2026-09-30"
    night(archive, "2026-01-01", start_date=start, finish_date=finish)
    before = archive.build("before")
    night(archive, "2026-01-02", IDS[:8], start_date=start, finish_date="2026-12-31")
    unchanged(archive, "2026-01-02", IDS[8:])
    assert rules(judged(archive.build("after"), before)) == set()


@pytest.mark.parametrize("detail", ["วันถัดมา", "ต่อ", ""])
def test_a_report_of_the_day_after_on_top_of_the_others_shifts_no_day(archive: ParsedArchive, detail: str) -> None:
    night(archive, "2026-01-01", reports=REPORTS[::-1])
    before = archive.build("before")
    night(archive, "2026-01-02", reports=[("2026-01-03", "20", "1", None, detail), *REPORTS[::-1]])
    assert rules(judged(archive.build("after"), before)) == set()


def test_a_release_that_lacks_a_column_of_today_is_compared_in_all_else(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    database = before.path / "bma_projects.duckdb"
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        con.execute("ALTER TABLE update_history DROP COLUMN policy_conformity")
    night(archive, "2026-01-02", IDS[:4], name="", rationale="", budget_received_thb=None, remark="")
    unchanged(archive, "2026-01-02", IDS[4:])
    assert rules(judged(archive.build("after"), before)) == {"values_lost", "pages_emptied"}


def test_a_log_that_drops_its_oldest_rows_moves_no_day(archive: ParsedArchive) -> None:
    days = [f"2026-01-{day:02}" for day in range(1, 22, 4)]
    night(archive, "2026-01-01", updates=[(day, "10:00", "user1") for day in days[4::-1]])
    before = archive.build("before")
    night(archive, "2026-01-02", IDS[:15], updates=[(day, "10:00", "user1") for day in days[:0:-1]])
    unchanged(archive, "2026-01-02", IDS[15:])
    assert rules(judged(archive.build("after"), before)) == set()


@pytest.mark.parametrize(("is_reported", "found"), [(True, set()), (False, {"values_lost"})])
def test_words_about_progress_make_room_for_a_report(
    archive: ParsedArchive, is_reported: bool, found: set[str]
) -> None:
    report = {"reports": [*REPORTS, ("2026-01-31", "30", "1", None, "ใหม่")], "progress_pct": "30"}
    assert rules(after_one(archive, 8, progress_note="", **(report if is_reported else {}))) == found


class TestAFewPagesANight:
    """Losses that are too small for one night add up, until a person has accepted them."""

    def published(
        self,
        built: Built,
        before: Built | None,
        day: int,
        decision: GateDecision | None = None,
        *,
        is_accepted: bool = False,
    ) -> Built:
        run = {
            "run_id": built.path.name,
            "finished_at": f"2026-01-{day:02}T20:00:00+00:00",
            "gate": {"is_refused": is_accepted, "accepted_because": "right after all" if is_accepted else None},
        }
        measures = decision.measures if decision else []
        write_report(built.path, run, previous=before.path if before else None, measures=measures)
        return built

    def counted(self, decision: GateDecision) -> set[tuple[str | None, int]]:
        return {(answer.field, answer.n) for answer in decision.measures if answer.rule == "values_lost_lately"}

    def test_are_refused_when_they_have_become_many(self, archive: ParsedArchive) -> None:
        night(archive, "2026-01-01")
        before = self.published(archive.build("first"), None, 1)
        for day in (2, 3, 4):
            night(archive, f"2026-01-{day:02}", IDS[3 * day - 6 : 3 * day - 3], rationale="", budget_received_thb="0")
            built = archive.build(f"night-{day}")
            decision = judged(built, before)
            assert rules(decision) == set()
            before = self.published(built, before, day, decision)
        night(archive, "2026-01-05", IDS[9:12], rationale="")
        last = archive.build("last")
        decision = judged(last, before)
        assert [reason.en.split(" projects")[0] for reason in decision.reasons] == [
            "values_lost_lately: sample: rationale: 12 of 30"
        ]
        accepted = self.published(last, before, 5, decision, is_accepted=True)
        night(archive, "2026-01-06", IDS[12:15], rationale="")
        assert rules(judged(archive.build("next"), accepted)) == set(), "what was accepted is over"

    def test_are_forgotten_where_the_values_came_back_and_after_a_month(self, archive: ParsedArchive) -> None:
        night(archive, "2026-01-01")
        before = self.published(archive.build("first"), None, 1)
        night(archive, "2026-01-02", IDS[:12], remark="")
        night(archive, "2026-01-03", IDS[:12])
        night(archive, "2026-01-04", IDS[:12], rationale="")
        later = archive.build("later")
        decision = judged(later, before)
        assert self.counted(decision) == {("rationale", 12)}
        self.published(later, before, 4, decision)
        night(archive, "2026-02-04", IDS[12:15], remark="")
        assert self.counted(judged(archive.build("next month"), later)) == {("remark", 3)}

    def test_are_none_where_no_release_had_them(self, archive: ParsedArchive) -> None:
        night(archive, "2026-01-01", remark="")
        before = self.published(archive.build("first"), None, 1)
        night(archive, "2026-01-02", remark="ย้ายระบบ")
        night(archive, "2026-01-03", remark="")
        assert rules(judged(archive.build("as before"), before)) == set()


class TestATextThatDiffersAtEveryReading:
    """A template that prints the date of today."""

    def test_is_named_with_the_way_out(self, archive: ParsedArchive) -> None:
        (reason,) = after_one(archive, remark="ข้อมูล ณ วันที่ 2 ม.ค. 2569").reasons
        assert "known pages changed beyond what reporting adds (remark 30)" in reason.en
        assert reason.en.endswith("a text that differs at every reading goes into gate.volatile_fields")
        assert "(หมายเหตุ 30)" in reason.th

    def test_counts_no_more_once_the_settings_name_it(self, archive: ParsedArchive) -> None:
        settings = GateSettings(volatile_fields=("remark",))
        night(archive, "2026-01-01")
        before = archive.build("before")
        night(archive, "2026-01-02", remark="ข้อมูล ณ วันที่ 2 ม.ค. 2569", objective="ใหม่")
        first = archive.build("first")
        assert rules(decide(first.path, before.path, settings)) == {"pages_changed"}, "the template is another still"
        night(archive, "2026-01-03", remark="ข้อมูล ณ วันที่ 3 ม.ค. 2569", objective="ใหม่")
        decision = decide(archive.build("second").path, before.path, settings)
        assert decision.reasons == ()
        assert "(objective 30)" in decision.notes[0].en


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
            "second run, so they are published (remark 30); 100.0%, allowed 60.0% (setting gate.pages_changed_share)"
        )
        assert "(หมายเหตุ 30)" in note.th

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
