"""A simulated year of the nightly job: real months are published by themselves, only the bad nights are refused."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from pipeline.core.errors import ExitCode
from pipeline.core.settings import GateSettings
from pipeline.sample.server import Reply
from tests.parsers.projects import StoredProject
from tests.run.scripted_site import City, login_wall, project, unchanged, watched

FIRST_NIGHT = dt.datetime(2026, 11, 1, 18, 15, tzinfo=dt.UTC)
IDS = [f"50490000-{number:04d}" for number in range(1, 61)]
# Finished long ago.
FINISHED = IDS[40:]
NEXT_YEAR = [f"50490000-{number:04d}" for number in range(201, 221)]
Shown = StoredProject | Reply


def other_evaluator(stored: StoredProject) -> StoredProject:
    """The first redesign: the city's strategy office stands on every page from now on."""
    return stored.having(evaluator="สำนักยุทธศาสตร์และประเมินผล")


def other_headings(stored: StoredProject) -> StoredProject:
    """The second redesign: one heading in another of its spellings, and one nobody knows."""
    return other_evaluator(stored).renaming("agency", "หน่วยงานที่รับผิดชอบ").adding("แหล่งงบประมาณ", "งบประมาณ กทม.")


def out_of_order(stored: StoredProject) -> Reply:
    return Reply(500, "text/plain", b"out of order")


def emptied(among: list[str], stored: StoredProject) -> StoredProject:
    if stored.project_id not in among:
        return stored
    return stored.having(**dict.fromkeys(("budget_received", "budget_spent", "rationale", "target"), ""))


def a_day_earlier(stored: StoredProject) -> StoredProject:
    """Midnight in Bangkok, told in UTC."""
    return stored.having(start_date="2022-09-30 00:00:00.000", finish_date="2023-09-29 00:00:00.000")


class Year:
    """The site and those who watch it, night after night."""

    def __init__(self, city: City) -> None:
        self.city, self.site = city, city.site
        self.template: Callable[[StoredProject], StoredProject] = unchanged
        self.codes: dict[dt.date, ExitCode] = {}
        self.noted: list[dt.date] = []

    def show(self, then: Callable[[StoredProject], Shown] = unchanged) -> None:
        template = self.template
        self.site.shows = lambda stored: then(template(stored))

    def report(self, day: dt.date, ids: list[str], progress: int) -> None:
        """The monthly report: a row in both tables, the month's result, progress, money spent, and words about it."""
        for project_id in ids:
            stored = self.site.projects[project_id]
            text = f"{day:%Y-%m-%d}"
            written = stored.reporting(
                *(stored.reports or ()), (text, f"{progress}.0", "1", "ไม่มี", f"{text} : รายงานประจำเดือน")
            )
            logged = written.logging(
                *(stored.updates or ()),
                (
                    text,
                    "10:00:00",
                    "plan_5049",
                    "แก้ไข",
                    "ใช่",
                    "2022-10-01",
                    "2023-09-30",
                    "100",
                    f"{progress}",
                    "ร้อยละ",
                ),
            )
            self.site.projects[project_id] = logged.having(
                progress=f"{progress}",
                budget_spent=f"{progress * 1000:,}",
                result=f"{progress} ร้อยละ",
                progress_note=f"คืบหน้าร้อยละ {progress}",
                **{f"month {day.month}": f"{progress + 100}"},
            )

    def night(self, day: dt.date) -> ExitCode:
        self.city.now = dt.datetime.combine(day, FIRST_NIGHT.timetz())
        code, record, _ = self.city.refresh()
        self.codes[day] = code
        if record.gate.get("notes"):
            self.noted.append(day)
        assert self.wrong() == 0, f"{day}: published"
        return code

    def wrong(self) -> object:
        """Projects of the latest release that show what no sound page ever said."""
        ((found,),) = self.city.rows(
            "SELECT count(*) FROM projects WHERE budget_received_thb IS DISTINCT FROM 127800 "
            "OR start_date <> DATE '2022-10-01' OR rationale IS NULL OR status <> 'listed'"
        )
        return found


def date(month: int, day: int) -> dt.date:
    """A day of the year that begins with the first night."""
    return dt.date(2026 if month >= 11 else 2027, month, day)


def nights(first: dt.date, n: int) -> list[dt.date]:
    return [first + dt.timedelta(days=number) for number in range(n)]


DEADLINES = [date(month, 25) for month in (11, 12, *range(1, 11))]
REDESIGN, LOGIN_WALL, OUTAGE = date(1, 12), date(2, 8), date(3, 3)
EMPTIED, OTHER_TEMPLATE, UPGRADE = date(4, 24), date(6, 9), date(7, 14)
FEW_EMPTIED, SHIFTED, TURN = date(8, 18), date(9, 7), date(10, 1)
BAD = {
    REDESIGN: ExitCode.REFUSED,
    **dict.fromkeys(nights(LOGIN_WALL, 5), ExitCode.REFUSED),
    **dict.fromkeys(nights(OUTAGE, 3), ExitCode.FAILED),
    # Over a deadline: many good pages do not make up for a few that lost their values.
    **dict.fromkeys(nights(EMPTIED, 4), ExitCode.REFUSED),
    **dict.fromkeys(nights(FEW_EMPTIED, 2), ExitCode.REFUSED),
    **dict.fromkeys(nights(SHIFTED, 2), ExitCode.REFUSED),
}
EVENTS = [REDESIGN, LOGIN_WALL, OUTAGE, EMPTIED, OTHER_TEMPLATE, UPGRADE, FEW_EMPTIED, SHIFTED, TURN]
# Every night on which the job has anything to decide: the first ones, each deadline and the late reports two days after
# it, what happens and what comes of it; and one night a week of all others, which are as quiet as each other.
WHOLE = sorted(
    {
        *nights(date(11, 1), 3),
        *nights(date(11, 1), 365)[::7],
        *(night for deadline in DEADLINES for night in nights(deadline - dt.timedelta(days=1), 5)),
        *(night for event in [*EVENTS, *BAD] for night in nights(event - dt.timedelta(days=1), 4)),
    }
)
# A deadline among quiet nights, and the first and the last night of some events.
SHORT = sorted(
    {
        *nights(date(11, 22), 4),
        *nights(REDESIGN, 2),
        *nights(LOGIN_WALL, 6)[::5],
        *nights(EMPTIED, 2),
        *nights(SHIFTED, 2),
    }
)


def live(year: Year, days: list[dt.date], upgrade: Callable[[], None]) -> None:
    """Let the year pass: what happens on a day happens, whether anybody looks on that night or not."""
    done = date(11, 1) - dt.timedelta(days=1)
    for today in days:
        while done < today:
            done += dt.timedelta(days=1)
            happen(year, done, upgrade)
        year.night(today)


def happen(year: Year, day: dt.date, upgrade: Callable[[], None]) -> None:
    number = (day - date(11, 1)).days
    # Projects of the year before are done by then, and nobody takes that back.
    prompt, late = (IDS[:30], IDS[30:40]) if day < TURN else (NEXT_YEAR[:15], NEXT_YEAR[15:])
    if day in DEADLINES:
        year.report(day, prompt, 30 + 5 * DEADLINES.index(day))
    elif day - dt.timedelta(days=2) in DEADLINES:
        year.report(day, late, 30 + 5 * DEADLINES.index(day - dt.timedelta(days=2)))
    elif number % 3 == 0:
        # Somebody edits a page, or clears a value of no weight.
        year.site.change(IDS[number % 40], remark=f"แก้ไข {day}" if number % 2 else None)
    if day == REDESIGN:
        year.template = other_evaluator
    elif day == OTHER_TEMPLATE:
        year.template = other_headings
    elif day == UPGRADE:
        upgrade()
    elif day == TURN:
        for project_id in NEXT_YEAR:
            year.site.projects[project_id] = project(project_id, fiscal_year="2571", progress="0")
        year.report(day, IDS[:40], 100)
    then: Callable[[StoredProject], Shown] = unchanged
    if day in nights(LOGIN_WALL, 5):
        then = login_wall
    elif day in nights(OUTAGE, 3):
        then = out_of_order
    elif day in nights(EMPTIED, 4):
        then = partial(emptied, IDS[:12])
    elif day in nights(FEW_EMPTIED, 2):
        year.report(day, IDS[4:20], 30 + 5 * 9 + 1)
        then = partial(emptied, IDS[:4])
    elif day in nights(SHIFTED, 2):
        then = a_day_earlier
    year.show(then)


@contextmanager
def watched_year(data_dir: Path, n_nights: int) -> Iterator[Year]:
    with watched(data_dir, *IDS) as city:
        for project_id in IDS:
            progress = "100" if project_id in FINISHED else "20"
            city.site.change(project_id, progress=progress, result=f"{progress} ร้อยละ", budget_spent="20,000")
        # As they are by default: a dead site ends a run after three pages.
        fetch = city.settings.fetch.model_copy(update={"attempts": 3, "concurrency": 2})
        city.settings = city.settings.model_copy(update={"gate": GateSettings(nights=n_nights), "fetch": fetch})
        yield Year(city)


def lived(data_dir: Path, days: list[dt.date], monkeypatch: pytest.MonkeyPatch, n_nights: int = 7) -> Year:
    def upgrade() -> None:
        """Another reader, which reads the same: all of the archive is parsed again."""
        for module in ("pipeline.parse.partition", "pipeline.run.build_release"):
            monkeypatch.setattr(f"{module}.parser_fingerprint", lambda: "0123456789ab")

    with watched_year(data_dir, n_nights) as year:
        live(year, days, upgrade)
    return year


@pytest.mark.slow
def test_a_short_year_needs_a_hand_for_no_real_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    year = lived(tmp_path / "data", SHORT, monkeypatch, n_nights=3)
    assert {day: code for day, code in year.codes.items() if code != ExitCode.DONE} == {
        day: code for day, code in BAD.items() if day in SHORT
    }
    assert year.noted == [REDESIGN + dt.timedelta(days=1)]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_year_needs_a_hand_for_no_real_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    year = lived(tmp_path / "data", WHOLE, monkeypatch)
    assert {day: code for day, code in year.codes.items() if code != ExitCode.DONE} == BAD
    assert year.noted == [REDESIGN + dt.timedelta(days=1)]
    rows = year.city.rows("SELECT count(*), count(*) FILTER (last_changed_at >= '2027-10-01') FROM projects")
    assert rows == [(len(IDS) + len(NEXT_YEAR), 60)]
