"""An invented, plausible process of edits: when projects appear on a site, and when their pages are edited.

The real one has not been measured. The parameter sets were committed before any policy was tried on them, and the seeds
of the final figures are not those that a policy may be tuned with.
"""

import datetime as dt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FIRST_DAY = dt.date(2021, 10, 1)  # day 0, on which the fiscal year 2565 begins
# Nights watched: half a year to learn from, then a whole fiscal year that counts, then what the last edits need.
BEGIN, COUNTS_FROM, COUNTS_UNTIL, END = (
    (dt.date(*day) - FIRST_DAY).days for day in ((2024, 4, 1), (2024, 10, 1), (2025, 10, 1), (2025, 11, 5))
)
TUNING_SEEDS = (11, 12, 13)
FINAL_SEEDS = (9001, 9002, 9003)

_YEARS = (2565, 2566, 2567, 2568, 2569)
_AGENCIES = 50
_SATURDAY = 5


class EditProcess(NamedTuple):
    """One set of parameters; shares are of 1, days are days.

    reporters are the shares of diligent, usual and careless projects, reports the chance of each to report a month.
    Reports come report_day days after the end of the month, by the habit of the agency give or take habit_days, by that
    of the report give or take report_days. touches_progress is the share of reports that change the progress, and
    is_progress_listed whether the listing shows it. A report is corrected within days with the chance follow_up.
    finishing is the share of projects that reach 100 % in their year. odd_edits are edits a year of an open project
    besides its reports, late_edits those of a finished or past one. closing is the share of a year's projects that are
    edited around the turn of the fiscal year. On sweeps days a year an agency edits every page of its own.
    """

    name: str
    about: str
    projects_a_year: int
    reporters: tuple[float, float, float]
    reports: tuple[float, float, float]
    report_day: float
    habit_days: float
    report_days: float
    touches_progress: float
    is_progress_listed: bool
    follow_up: float
    finishing: float
    odd_edits: float
    late_edits: float
    closing: float
    sweeps: float


PROCESSES = (
    EditProcess(
        "orderly",
        "most projects report every month within days of its end; the listing shows the progress",
        projects_a_year=1_700,
        reporters=(0.5, 0.35, 0.15),
        reports=(0.95, 0.7, 0.2),
        report_day=0.0,
        habit_days=2.0,
        report_days=2.5,
        touches_progress=0.8,
        is_progress_listed=True,
        follow_up=0.15,
        finishing=0.85,
        odd_edits=2.0,
        late_edits=0.15,
        closing=0.2,
        sweeps=3.0,
    ),
    EditProcess(
        "careless",
        "half of the projects report rarely, half of the reports leave the progress; the listing shows the progress",
        projects_a_year=1_700,
        reporters=(0.15, 0.35, 0.5),
        reports=(0.9, 0.5, 0.15),
        report_day=6.0,
        habit_days=5.0,
        report_days=6.0,
        touches_progress=0.5,
        is_progress_listed=True,
        follow_up=0.3,
        finishing=0.6,
        odd_edits=4.0,
        late_edits=0.3,
        closing=0.3,
        sweeps=6.0,
    ),
    EditProcess(
        "ids only",
        "reports come around the fifth of the next month; the listing names projects and shows nothing of them",
        projects_a_year=1_700,
        reporters=(0.35, 0.4, 0.25),
        reports=(0.95, 0.65, 0.2),
        report_day=4.0,
        habit_days=3.0,
        report_days=3.0,
        touches_progress=0.75,
        is_progress_listed=False,
        follow_up=0.2,
        finishing=0.75,
        odd_edits=3.0,
        late_edits=0.2,
        closing=0.25,
        sweeps=4.0,
    ),
)


class Edits(NamedTuple):
    """What happens on a site: of each project its fiscal year and the day it appears, of each edit, in order of time,
    the moment (in days since FIRST_DAY, Bangkok), the project and the progress that the page shows from then on.
    """

    fiscal_year_be: NDArray[np.int64]
    appears_at: NDArray[np.float64]
    at: NDArray[np.float64]
    project: NDArray[np.int64]
    progress: NDArray[np.int64]


def make_edits(process: EditProcess, seed: int) -> Edits:
    """Draw one history of a site; the same seed draws the same one."""
    chance = np.random.default_rng(seed)
    habits = chance.normal(process.report_day, process.habit_days, _AGENCIES)
    years = np.repeat(_YEARS, process.projects_a_year)
    agencies = chance.integers(_AGENCIES, size=years.size)
    appears_at = np.empty(years.size)
    edits: list[tuple[float, int, int]] = []
    swept = _sweeps(process, chance)
    for number, (year, agency) in enumerate(zip(years.tolist(), agencies.tolist(), strict=True)):
        appears_at[number] = _workday(_year_begins(year) + _appearance(chance), chance)
        times = _life(process, chance, year, float(appears_at[number]), float(habits[agency]))
        times += [(at, None) for at in swept.get(agency, ())]
        progress = 0
        for at, changed in sorted(times, key=lambda edit: edit[0]):
            progress = progress if changed is None else changed
            if at > appears_at[number]:
                edits.append((at, number, progress))
    moments, projects, shown = zip(*sorted(edits), strict=True)
    return Edits(years, appears_at, np.array(moments), np.array(projects), np.array(shown))


def _life(
    process: EditProcess, chance: np.random.Generator, year: int, appears_at: float, habit: float
) -> list[tuple[float, int | None]]:
    """The edits of one project: when, and the progress it shows from then on where the edit changes it."""
    reports = chance.choice(process.reports, p=process.reporters)
    ends = float(_year_begins(year + 1))
    finishes_after = chance.triangular(3, 11, 12.5) if chance.random() < process.finishing else float("inf")
    times: list[tuple[float, int | None]] = []
    progress, ended_at = 0, ends
    # An unfinished project is reported for up to three months after the year.
    for month in range(1, 13 + int(chance.integers(4))):
        month_ends = _month_begins(year, month)
        if month_ends <= appears_at or chance.random() > reports:
            continue
        at = _workday(month_ends + chance.normal(habit, process.report_days), chance)
        shown = None
        if month >= finishes_after:
            shown = 100
        elif chance.random() < process.touches_progress:
            shown = int(min(95, max(progress, 5 * round(20 * min(month, 12) / 13 + chance.normal(0, 1.5)))))
        progress = progress if shown is None else shown
        times.append((at, shown))
        if chance.random() < process.follow_up:
            times.append((_workday(at + chance.exponential(3), chance), None))
        if progress == 100:
            ended_at = at
            break
    times += _at_random(chance, process.odd_edits, appears_at, ended_at)
    times += _at_random(chance, process.late_edits, max(ended_at, appears_at), END)
    if chance.random() < process.closing:
        times.append((_workday(ends + chance.normal(0, 12), chance), None))
    return times


def _at_random(chance: np.random.Generator, a_year: float, begin: float, end: float) -> list[tuple[float, int | None]]:
    if end <= begin:
        return []
    count = chance.poisson(a_year * (end - begin) / 365)
    return [(_workday(at, chance), None) for at in chance.uniform(begin, end, count)]


def _sweeps(process: EditProcess, chance: np.random.Generator) -> dict[int, list[float]]:
    swept: dict[int, list[float]] = {}
    for at in chance.uniform(0, END, chance.poisson(process.sweeps * END / 365)):
        swept.setdefault(int(chance.integers(_AGENCIES)), []).append(_workday(float(at), chance))
    return swept


def _appearance(chance: np.random.Generator) -> float:
    """Days after the first of October: most projects are entered around it, some all through the year."""
    return float(chance.normal(20, 15) if chance.random() < 0.75 else chance.uniform(0, 300))


def _workday(at: float, chance: np.random.Generator) -> float:
    """The same day in working hours; what falls on a weekend is mostly done on the Monday after it."""
    day = int(at // 1)
    weekday = (FIRST_DAY.weekday() + day) % 7
    if weekday >= _SATURDAY and chance.random() < 0.9:
        day += 7 - weekday
    return day + float(chance.uniform(8.5, 16.5)) / 24


def _year_begins(fiscal_year_be: int) -> int:
    return (dt.date(fiscal_year_be - 544, 10, 1) - FIRST_DAY).days


def _month_begins(fiscal_year_be: int, months_later: int) -> int:
    months = fiscal_year_be * 12 + 9 + months_later
    return (dt.date(months // 12 - 544, months % 12 + 1, 1) - FIRST_DAY).days
