"""The gate looks at what changed: what reporting adds is what the site is for, what is lost counts in small numbers.

A release is judged source by source, so the tests share one archive in which each scene is a source of its own.
"""

import datetime as dt
import shutil
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import duckdb
import pytest

from pipeline.core.settings import GateSettings
from pipeline.publish.gate_messages import Reason
from pipeline.publish.quality_gate import GateDecision, decide
from pipeline.report.quality_page import write_report
from tests.conftest import Built, ParsedArchive, Report, moment
from tests.publish.compared import ComparedArchive

IDS = [f"50490000-{number:04}" for number in range(1, 31)]
PLAN = {"name": "ก", "agency": "ข", "rationale": "ค", "remark": "ง", "budget_received_thb": "100"}
DONE = {"budget_spent_thb": "10", "progress_pct": "20", "progress_note": "เริ่ม"}
MONTHS = [(1, "1", "canonical"), (2, None, "canonical")]
REPORTS: list[Report] = [("2026-01-01", "10", "1", None, "เริ่ม"), ("2026-01-02", "20", "1", None, "ต่อ")]
UPDATES = [("2026-01-01", "10:00", "user1")]
FIRST_DAY = "2026-01-01"
Page = dict[str, Any]


class Visit(NamedTuple):
    """A visit of some pages: what they show other than usual, or None where they say the same again.

    hour counts from the midnight at which the night begins.
    """

    hour: int
    pages: slice
    changes: Page | None


class Scene(NamedTuple):
    """What a site shows in the first night, and in each later one."""

    source_id: str
    first: Page
    later: tuple[Sequence[Visit], ...]


SCENES: list[Scene] = []


def scene(*later: Sequence[Visit], first: Page | None = None) -> Scene:
    """A site for a test, in the archive that all share."""
    SCENES.append(Scene(f"site-{len(SCENES) + 1}", first or {}, later))
    return SCENES[-1]


def some(n: int = len(IDS), **changes: Any) -> Sequence[Visit]:
    """A night in which the first n pages change, and the others are as they were."""
    return Visit(0, slice(n), changes), Visit(0, slice(n, None), None)


def night(archive: ParsedArchive, at: str, ids: Sequence[str] = IDS, source: str = "sample", **changes: Any) -> None:
    page: Page = {"months": MONTHS, "reports": REPORTS, "updates": UPDATES, **PLAN, **DONE}
    for project_id in ids:
        archive.capture(project_id, at, source=source, **(page | changes))


def unchanged(archive: ParsedArchive, at: str, ids: Sequence[str] = IDS, source: str = "sample") -> None:
    for project_id in ids:
        archive.attempt(project_id, at, "unchanged", source=source)


def judged(after: Built, before: Built, refused: Built | None = None) -> GateDecision:
    return decide(after.path, before.path, GateSettings(), refused=None if refused is None else refused.path)


def rules(reasons: Iterable[Reason]) -> set[str]:
    return {reason.en.split(":")[0] for reason in reasons}


class Nights:
    """The releases of some sites after each night, judged by the first."""

    def __init__(self, archive: ParsedArchive, scenes: Sequence[Scene], settings: GateSettings | None = None) -> None:
        self.releases: list[Built] = []
        self.decisions: list[GateDecision] = []
        for day in range(1, 2 + max(len(scene.later) for scene in scenes)):
            for source_id, first, later in scenes:
                for hour, pages, changes in ((Visit(0, slice(None), first),), *later, *[()] * day)[day - 1]:
                    at = f"{moment(FIRST_DAY) + dt.timedelta(days=day - 1, hours=hour)}"
                    if changes is None:
                        unchanged(archive, at, IDS[pages], source_id)
                    else:
                        night(archive, at, IDS[pages], source_id, **changes)
            self.releases.append(archive.build(f"night-{day}"))
            release, before = self.releases[-1].path, self.releases[0].path
            self.decisions.append(decide(release, before, settings or GateSettings()))

    def reasons(self, scene: Scene, day: int = 2) -> list[Reason]:
        """Why the release of a night is refused, as far as a site is to blame."""
        return [reason for reason in self.decisions[day - 1].reasons if reason.en.split(": ")[1] == scene.source_id]

    def rules(self, scene: Scene, day: int = 2) -> set[str]:
        return rules(self.reasons(scene, day))


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    return Nights(ComparedArchive(tmp_path_factory.mktemp("nights") / "data"), SCENES)


REPORTED_ON = scene(
    some(
        months=[(1, "5", "canonical"), (2, "7", "canonical")],
        reports=[*REPORTS, ("2026-01-31", "30", "1", "ไม่มี", "คืบหน้า")],
        updates=[("2026-01-31", "10:00", "user1"), *UPDATES],
        budget_spent_thb="30",
        progress_pct="30",
        progress_note="คืบหน้า",
    )
)


def test_a_month_in_which_every_page_is_reported_on_is_published(nights: Nights) -> None:
    assert nights.reasons(REPORTED_ON) == []


@pytest.mark.parametrize(
    "site",
    [
        scene(some(progress_pct="10")),
        scene(some(budget_spent_thb="9")),
        scene(some(evaluator="ฉ")),
        scene(some(reports=[("2026-01-01", "10", "1", None, "อื่น"), REPORTS[1]])),
        scene(some(months=[(1, "0", "canonical"), MONTHS[1]])),
        scene(some(name="ซ่อมถนน"), first={"name": "ซ่อม  ถนน"}),
    ],
    ids=[
        "progress falls",
        "spent falls",
        "a plan filled in",
        "a report",
        "a month falls",
        "the same name in another spacing",
    ],
)
def test_what_reporting_does_not_add_counts(nights: Nights, site: Scene) -> None:
    assert nights.rules(site) == {"pages_changed"}


PLANNED: Page = {"start_date": "2026-01-05", "target_value": "120"}
REWRITTEN: list[tuple[Page, str]] = [
    ({"name": "จ"}, "name"),
    ({"agency": "จ"}, "agency"),
    ({"budget_received_thb": "200"}, "budget_received_thb"),
    ({"start_date": "2026-02-28"}, "start_date"),
    ({"target_value": "12"}, "target_value"),
    ({"reports": [REPORTS[0], ("2026-03-02", "20", "1", None, "ต่อ")]}, "progress_history.reported_on"),
]


class TestWhatReportingNeverWrites:
    """What the project is, its money, time and target."""

    @pytest.mark.parametrize(
        ("site", "field"),
        [
            (scene(some(11, **(PLANNED | changes)), [Visit(0, slice(None), None)], first=PLANNED), field)
            for changes, field in REWRITTEN
        ],
        ids=[field for _, field in REWRITTEN],
    )
    def test_on_many_pages_does_not_end_by_itself(self, nights: Nights, site: Scene, field: str) -> None:
        for day in (2, 3):
            assert [reason.en.split(" known pages")[0] for reason in nights.reasons(site, day)] == [
                f"values_rewritten: {site.source_id}: {field}: 11 of 30"
            ]

    @pytest.mark.parametrize(
        "site",
        [scene(some(11, target_value="120"), [Visit(0, slice(None), None)], first={"target_value": "0"})],
        ids=["target_value"],
    )
    def test_a_target_of_nothing_is_a_value(self, nights: Nights, site: Scene) -> None:
        """Only a budget of 0 is one that is not there yet."""
        assert nights.rules(site, 3) == {"values_rewritten"}

    @pytest.mark.parametrize(
        "site",
        [scene(some(10, **(PLANNED | changes)), first=PLANNED) for changes, _ in REWRITTEN],
        ids=[field for _, field in REWRITTEN],
    )
    def test_on_the_pages_of_an_agency_is_published(self, nights: Nights, site: Scene) -> None:
        assert nights.rules(site) == set()


@pytest.mark.parametrize(
    "site",
    [
        scene(some(budget_received_thb="100"), [Visit(0, slice(None), None)], first={"budget_received_thb": budget})
        for budget in ("0", "0.00")
    ],
    ids=["0", "0.00"],
)
def test_a_budget_that_is_filled_in_everywhere_ends_by_itself(nights: Nights, site: Scene) -> None:
    """Projects are entered before their money is granted; a budget of 0 is one that is not there yet."""
    assert (nights.rules(site), nights.rules(site, 3)) == ({"pages_changed"}, set())


EMPTIED = {"name": "", "rationale": "", "budget_received_thb": None, "remark": ""}
EMPTIED_PAGES = scene(
    [
        Visit(0, slice(4), EMPTIED),
        Visit(1, slice(4, 20), {"remark": "ใหม่"}),
        Visit(0, slice(20, None), None),
    ]
)


def test_four_emptied_pages_beside_sixteen_edits_are_refused(nights: Nights) -> None:
    assert nights.rules(EMPTIED_PAGES) == {"values_lost", "pages_emptied"}
    assert any(
        reason.en.startswith(
            f"pages_emptied: {EMPTIED_PAGES.source_id}: 4 of 30 known pages lost three values and more at once"
        )
        for reason in nights.reasons(EMPTIED_PAGES)
    )


def test_a_release_that_lacks_a_column_of_today_is_compared_in_all_else(
    nights: Nights, tmp_path_factory: pytest.TempPathFactory
) -> None:
    older, after, *_ = nights.releases
    copy = shutil.copytree(older.path, tmp_path_factory.mktemp("older") / "release")
    database = copy / "bma_projects.duckdb"
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        con.execute("ALTER TABLE update_history DROP COLUMN policy_conformity")
    reasons = decide(after.path, copy, GateSettings()).reasons
    found = rules(reason for reason in reasons if reason.en.split(": ")[1] == EMPTIED_PAGES.source_id)
    assert found == {"values_lost", "pages_emptied"}


@pytest.mark.parametrize(
    ("site", "found"),
    [
        (scene(some(n, budget_received_thb=budget)), found)
        for n, found in ((4, {"values_lost"}), (3, set()))
        for budget in (None, "0")
    ],
    ids=["4 to null", "4 to nothing", "3 to null", "3 to nothing"],
)
def test_emptied_budgets_count_in_small_numbers(nights: Nights, site: Scene, found: set[str]) -> None:
    assert nights.rules(site) == found


def moved(day: str, days: int) -> str:
    return f"{dt.date.fromisoformat(day) + dt.timedelta(days=days)}"


def shift(reports: Sequence[Report], days: int) -> list[Report]:
    return [(moved(str(report[0]), days), *report[1:]) for report in reports]


ALL_BY_ONE = scene(some(reports=shift(REPORTS, -1)))


def test_days_that_shift_by_one_at_once_are_refused(nights: Nights) -> None:
    (reason,) = [reason for reason in nights.reasons(ALL_BY_ONE) if reason.en.startswith("dates_shifted")]
    assert reason.en.startswith(
        f"dates_shifted: {ALL_BY_ONE.source_id}: progress_history.reported_on: 30 of 30 fresh pages moved all dates of "
        "this field by the same number of days (by -1)"
    )


OTHER_DATES: Page = {"updates": [(f"2025-11-{day:02}", "10:00", "user1") for day in range(1, 29)]}
AMONG_OTHERS = scene(some(reports=shift(REPORTS, -1), **OTHER_DATES), first=OTHER_DATES)


def test_a_shift_of_one_field_is_not_lost_among_other_dates(nights: Nights) -> None:
    assert "dates_shifted" in nights.rules(AMONG_OTHERS)


def beside_a_new_report(days: int, turn: slice) -> Scene:
    alike: list[Report] = [("2026-01-01", "10", "1", None, ""), ("2026-01-02", "10", "1", None, "")]
    written = [*shift(alike, days), *shift(REPORTS, 10 + days), ("2026-01-31", "30", "1", None, "ใหม่")]
    changed, again = Visit(0, slice(8), {"reports": written[turn]}), Visit(0, slice(8), None)
    return scene([changed], [again], first={"reports": [*alike, *shift(REPORTS, 10)][turn]})


@pytest.mark.parametrize(
    "site",
    [beside_a_new_report(days, turn) for turn in (slice(None), slice(None, None, -1)) for days in (-1, 1, 2, -30)],
    ids=[f"{order} {days}" for order in ("oldest first", "newest first") for days in (-1, 1, 2, -30)],
)
def test_days_that_shift_together_are_refused_beside_a_new_report(nights: Nights, site: Scene) -> None:
    assert "dates_shifted" in nights.rules(site)
    assert "dates_shifted" in nights.rules(site, day=3)


def with_start_and_finish(days: int) -> Scene:
    first = {"start_date": "2026-01-05", "finish_date": "2026-09-30"}
    changed = {name: moved(day, days) for name, day in first.items()}
    return scene(
        [Visit(0, slice(6), changed), Visit(1, slice(6, 12), first | {"remark": "ใหม่"})],
        first=first,
    )


@pytest.mark.parametrize(
    ("site", "days"), [(with_start_and_finish(days), days) for days in (1, -1, 2)], ids=["1", "-1", "2"]
)
def test_a_project_that_moves_with_start_and_finish_is_shifted(nights: Nights, site: Scene, days: int) -> None:
    assert nights.rules(site) == {"dates_shifted"}
    assert f"(by {days})" in nights.reasons(site)[0].en


LOG = [(f"2026-01-{day:02}", "10:00", "user1") for day in range(21, 0, -4)]


@pytest.mark.parametrize(
    "site",
    [
        scene(
            some(8, start_date="2026-01-05", finish_date="2026-12-31"),
            first={"start_date": "2026-01-05", "finish_date": "2026-09-30"},
        ),
        *(
            scene(
                some(reports=[("2026-01-03", "20", "1", None, detail), *REPORTS[::-1]]),
                first={"reports": REPORTS[::-1]},
            )
            for detail in ("วันถัดมา", "ต่อ", "")
        ),
        scene(some(15, updates=LOG[:-1]), first={"updates": LOG[1:]}),
    ],
    ids=[
        "more time for some projects",
        "a report of the day after on top of the others",
        "one of the same words",
        "one without words",
        "a log that drops its oldest rows",
    ],
)
def test_no_day_is_shifted_by(nights: Nights, site: Scene) -> None:
    assert nights.rules(site) == set()


REPORTED: Page = {"reports": [*REPORTS, ("2026-01-31", "30", "1", None, "ใหม่")], "progress_pct": "30"}


@pytest.mark.parametrize(
    ("site", "found"),
    [
        (scene(some(8, progress_note="", **REPORTED)), set()),
        (scene(some(8, progress_note="")), {"values_lost"}),
    ],
    ids=["with a report", "without one"],
)
def test_words_about_progress_make_room_for_a_report(nights: Nights, site: Scene, found: set[str]) -> None:
    assert nights.rules(site) == found


DATED = scene(some(remark="ข้อมูล ณ วันที่ 2 ม.ค. 2569"))


def test_a_text_that_differs_at_every_reading_is_named_with_the_way_out(nights: Nights) -> None:
    (reason,) = nights.reasons(DATED)
    assert "known pages changed beyond what reporting adds (remark 30)" in reason.en
    assert reason.en.endswith("a text that differs at every reading goes into gate.volatile_fields")
    assert "(หมายเหตุ 30)" in reason.th


MOVED = some(remark="ย้ายระบบ")
AGAIN = [Visit(0, slice(None), None)]


@pytest.mark.parametrize(
    ("site", "later"),
    [
        (scene(MOVED, AGAIN), [set()]),
        (scene(MOVED, [Visit(-13, slice(None), None)]), [{"pages_changed"}]),
        (scene(MOVED, some(remark="ย้ายอีกครั้ง")), [{"pages_changed"}]),
        (scene(MOVED, some(8, remark="", name="")), [{"values_lost"}]),
    ],
    ids=[
        "of the next night ends it",
        "of the same night is none",
        "that says something else is a first one",
        "ends no other reason",
    ],
)
def test_a_second_reading_of_pages_that_changed_all_at_once(nights: Nights, site: Scene, later: list[set[str]]) -> None:
    assert nights.rules(site) == {"pages_changed"}
    assert [nights.rules(site, day) for day, _ in enumerate(later, 3)] == later


@pytest.mark.slow
def test_a_second_reading_that_takes_two_nights(archive: ParsedArchive) -> None:
    some_pages = Scene("some", {}, (MOVED, [Visit(0, slice(5), None)], [Visit(0, slice(5, None), None)]))
    another_reason = Scene("lost", {}, (MOVED, some(8, remark="", name=""), AGAIN))
    nights = Nights(archive, [some_pages, another_reason])
    for site, found in ((some_pages, [{"pages_changed"}, set()]), (another_reason, [{"values_lost"}] * 2)):
        assert [nights.rules(site, day) for day in (2, 3, 4)] == [{"pages_changed"}, *found]


def test_what_is_refused_is_not_said_to_be_published(nights: Nights) -> None:
    assert [decision.notes for decision in nights.decisions] == [()] * len(nights.decisions)


@pytest.mark.slow
def test_what_was_read_twice_is_published_with_a_note_and_a_volatile_field_does_not_count(
    archive: ParsedArchive,
) -> None:
    dated = [some(rationale=f"ข้อมูล ณ วันที่ {day} ม.ค. 2569", objective="ใหม่") for day in (2, 3)]
    moved, printed = Scene("moved", {}, (MOVED, AGAIN)), Scene("printed", {}, tuple(dated))
    nights = Nights(archive, [moved, printed], GateSettings(volatile_fields=("rationale",)))
    assert nights.rules(moved) == nights.rules(printed) == {"pages_changed"}, "the template is another still"
    reasons, (note, other), _ = nights.decisions[2]
    assert reasons == ()
    assert note.en.startswith(
        "pages_confirmed: moved: 30 of 30 known pages changed beyond what reporting adds and said the same in a "
        "second run, so they are published (remark 30); 100.0%, allowed 60.0% (setting gate.pages_changed_share)"
    )
    assert "(หมายเหตุ 30)" in note.th
    assert "(objective 30)" in other.en


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
            assert rules(decision.reasons) == set()
            before = self.published(built, before, day, decision)
        night(archive, "2026-01-05", IDS[9:12], rationale="")
        last = archive.build("last")
        decision = judged(last, before)
        assert [reason.en.split(" projects")[0] for reason in decision.reasons] == [
            "values_lost_lately: sample: rationale: 12 of 30"
        ]
        accepted = self.published(last, before, 5, decision, is_accepted=True)
        night(archive, "2026-01-06", IDS[12:15], rationale="")
        assert rules(judged(archive.build("next"), accepted).reasons) == set(), "what was accepted is over"

    @pytest.mark.slow
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

    @pytest.mark.slow
    def test_are_none_where_a_number_other_than_a_budget_falls_to_nothing(self, archive: ParsedArchive) -> None:
        night(archive, "2026-01-01")
        before = self.published(archive.build("first"), None, 1)
        night(archive, "2026-01-02", IDS[:12], progress_pct="0", budget_spent_thb="0")
        assert self.counted(judged(archive.build("second"), before)) == {("budget_spent_thb", 12)}

    @pytest.mark.slow
    def test_are_none_where_no_release_had_them(self, archive: ParsedArchive) -> None:
        night(archive, "2026-01-01", remark="")
        before = self.published(archive.build("first"), None, 1)
        night(archive, "2026-01-02", remark="ย้ายระบบ")
        night(archive, "2026-01-03", remark="")
        assert rules(judged(archive.build("as before"), before).reasons) == set()


@pytest.mark.slow
def test_what_was_lost_stays_lost_however_many_pages_are_read_meanwhile(archive: ParsedArchive) -> None:
    ids = [f"50490000-{number:04}" for number in range(1, 61)]
    night(archive, "2026-01-01", ids)
    before = archive.build("before")
    night(archive, "2026-01-02", ids[:5], remark="")
    first = archive.build("first")
    decision = judged(first, before)
    assert rules(decision.reasons) == {"values_lost"}
    write_report(first.path, {"run_id": "first"}, previous=before.path, measures=decision.measures)
    night(archive, "2026-01-03", ids[5:], progress_pct="30", reports=[*REPORTS, ("2026-01-31", "30", "1", "", "")])
    second = archive.build("second")
    assert rules(judged(second, before).reasons) == set(), "five of sixty alone would be few enough"
    decision = judged(second, before, refused=first)
    assert rules(decision.reasons) == {"values_lost"}
    write_report(second.path, {"run_id": "second"}, previous=before.path, measures=decision.measures)
    unchanged(archive, "2026-01-04", ids)
    assert rules(judged(archive.build("third"), before, refused=second).reasons) == {"values_lost"}
    night(archive, "2026-01-05", ids[:5], remark="ง")
    assert rules(judged(archive.build("mended"), before, refused=second).reasons) == set()
