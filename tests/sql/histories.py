"""Random true histories of projects, and captures that show more or less of them.

A capture may be cut, lack a table or show one in disorder; it may come from a text, in another order or with other
white space; some have no time of their own, and some come with an import that is withdrawn.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from tests.conftest import LABELS, ParsedArchive, Report

PROJECTS = [f"504900{number:02}-3607" for number in range(12)]
DAYS = [f"2026-01-{day:02}" for day in range(1, 19)]
LAYOUT = (1, 1, 2, 3, 1, 4, 5, 6, 7, 8, 6, 6, 9, 10, 11, 12)
SECTIONS = ("fields", "months", "updates", "reports")
WHOLE = ("present", "empty")
IMPORT, UNDATED, WITHDRAWN, UNDO = (f"2026030{day}T000000Z" for day in range(1, 5))

Month = tuple[int, str | None, str]
Update = tuple[str, str, str]
Row = TypeVar("Row")


class Page(NamedTuple):
    """What the site says, or what a capture shows of it."""

    fields: dict[str, str | None]
    months: list[Month]
    reports: list[Report]
    updates: list[Update]


class Seen(NamedTuple):
    """One observation: a capture, or a later visit that found the same."""

    at: str
    snapshot: str
    shown: Page
    states: Mapping[str, str]
    time_basis: str
    is_capture: bool = True

    def is_whole(self, section: str) -> bool:
        return self.states[section] in WHOLE


@dataclass
class Life:
    """One project: what was true on each day, what was seen of it, and when it answered 404."""

    truth: dict[str, Page] = field(default_factory=dict)
    dated: list[Seen] = field(default_factory=list)
    undated: list[Seen] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def observations(self) -> list[Seen]:
        """What counts, in time order: all that has a time of its own, else the one capture that shows most."""
        if self.dated:
            return self.dated
        return [max(self.undated, key=lambda one: (sum(map(one.is_whole, SECTIONS)), one.at, one.snapshot))]


def fill(archive: ParsedArchive, dice: random.Random) -> dict[str, Life]:
    """Let every project live for eighteen days; some are known by undated captures alone."""
    lives = {project_id: Life() for project_id in PROJECTS}
    for number, (project_id, life) in enumerate(lives.items()):
        # Of some projects a section is on undated captures alone.
        lacks = dice.choice(SECTIONS) if number % 6 == 1 else None
        live(archive, project_id, life, dice, is_visited=number % 6 > 0, lacks=lacks)
        for n in range(dice.randrange(3) if life.dated else 2):
            page = life.truth[dice.choice(DAYS)]
            at = dice.choice(["2025-12-01T06:00", f"{dice.choice(DAYS)}T06:00", "2026-02-01T06:00"])
            life.undated.append(capture(archive, project_id, f"{at}:0{n}", page, dice, UNDATED, "file"))
        if dice.random() < 0.7:
            capture(archive, project_id, f"{dice.choice(DAYS)}T12:00", random_page(dice), dice, WITHDRAWN, "protocol")
            archive.attempt(project_id, f"{dice.choice(DAYS)}T13:00", "missing", run=WITHDRAWN)
    archive.withdraw(WITHDRAWN, UNDO)
    return lives


def live(
    archive: ParsedArchive, project_id: str, life: Life, dice: random.Random, *, is_visited: bool, lacks: str | None
) -> None:
    page, captured = random_page(dice), None
    for day in DAYS:
        kind = dice.choice(["capture", "capture", "unchanged", "missing", None])
        if kind != "unchanged":
            before = [*life.truth.values()][-3:]
            page = dice.choice([edited(page, dice), edited(page, dice), random_page(dice), *before[:1] * 2])
        life.truth[day] = page
        if not is_visited:
            continue
        if kind == "missing" and life.dated:
            archive.attempt(project_id, day, "missing")
            life.missing.append(day)
        elif kind == "unchanged" and page is captured:
            archive.attempt(project_id, day, "unchanged")
            life.dated.append(life.dated[-1]._replace(at=day, is_capture=False))
        elif kind in ("capture", "unchanged"):
            run = dice.choice([None, IMPORT])
            time_basis = dice.choice(["protocol", "stated", "given"]) if run else "protocol"
            life.dated.append(capture(archive, project_id, day, page, dice, run, time_basis, lacks))
            captured = page


def capture(
    archive: ParsedArchive,
    project_id: str,
    at: str,
    page: Page,
    dice: random.Random,
    run: str | None,
    time_basis: str,
    lacks: str | None = None,
) -> Seen:
    states = random_states(dice) | ({lacks: "absent"} if lacks else {})
    shown = shown_of(page, states, dice)
    snapshot = archive.capture(
        project_id,
        at,
        run=run,
        months=shown.months,
        reports=shown.reports,
        updates=shown.updates,
        states=states,
        time_basis=time_basis,
        **shown.fields,  # type: ignore[arg-type]
    )
    has_rows = {section: section == "fields" or bool(getattr(shown, section)) for section in SECTIONS}
    states = {section: "present" if has_rows[section] else "empty" for section in SECTIONS} | states
    return Seen(at, snapshot, shown, states, time_basis)


def random_page(dice: random.Random) -> Page:
    fields = {name: dice.choice(["a", "b c", "", None]) for name in LABELS if dice.random() < 0.8}
    months: list[Month] = []
    for month_no in LAYOUT:
        if dice.random() < 0.7:
            is_first = all(month_no != month[0] or month[2] == "extra" for month in months)
            role = "canonical" if is_first and dice.random() < 0.8 else "extra"
            months.append((month_no, dice.choice(["1", "2", "", None]), role))
    reports = [random_report(dice) for _ in range(dice.randrange(6))]
    updates = [(dice.choice(DAYS[:2]), "10:00", dice.choice(["u1", "u2"])) for _ in range(dice.randrange(4))]
    progress: dict[str, str | None] = {"progress_pct": dice.choice(["50", "100"])}
    return Page(fields | progress, months, reports, updates)


def random_report(dice: random.Random) -> Report:
    day = dice.choice(["2026-01-01", "2026-01-02", "เร็ว ๆ นี้", None])
    return (day, dice.choice(["50", "100"]), dice.choice("12"), dice.choice(["", "ไม่ มี", None]), dice.choice("กข"))


def edited(page: Page, dice: random.Random) -> Page:
    """The page with one thing changed, or as it was."""
    match dice.randrange(8):
        case 0:
            return page._replace(fields=page.fields | {"remark": dice.choice(["a", "b c", "", None])})
        case 1:
            return page._replace(reports=page.reports[::-1])
        case 2:
            return page._replace(reports=[*page.reports[1:], random_report(dice)])
        case 3:
            return page._replace(months=[(number, "7", role) for number, _, role in page.months[:1]] + page.months[1:])
        case 4:
            return page._replace(updates=[*page.updates, ("2026-01-02", "10:00", "u3")])
        case 5:
            return page._replace(reports=[random_report(dice), *page.reports])
        case _:
            return page


def random_states(dice: random.Random) -> dict[str, str]:
    """What is not whole: half of the captures show all, and what lies beyond a cut is absent."""
    match dice.randrange(6):
        case 0:
            first = dice.randrange(len(SECTIONS))
            return {SECTIONS[first]: "cut"} | dict.fromkeys(SECTIONS[first + 1 :], "absent")
        case 1 | 2:
            return {dice.choice(SECTIONS): dice.choice(["absent", "unreadable", "cut"])}
        case _:
            return {}


def shown_of(page: Page, states: Mapping[str, str], dice: random.Random) -> Page:
    """What a capture shows: a section that is not whole in part and garbled, a whole one in other words.

    Some skins leave out label/value rows without a text.
    """
    is_text = dice.random() < 0.3
    hides_empty = dice.random() < 0.2

    def worded(raw: str | None) -> str | None:
        if not raw:
            return "" if is_text else raw
        return raw.replace(" ", dice.choice([" ", "  ", "\n\t", "\u00a0"])) + dice.choice(["", " "])

    def part(section: str, rows: Sequence[Row]) -> list[Row]:
        state = states.get(section, "present")
        return [] if state == "absent" else list(rows) if state in WHOLE else list(rows[: len(rows) // 2])

    rows = [(name, raw) for name, raw in part("fields", [*page.fields.items()]) if raw or not hides_empty]
    dice.shuffle(rows)
    months = [month for month in part("months", page.months) if month[1] or not hides_empty]
    fields = {name: raw if name == "progress_pct" else worded(raw) for name, raw in rows}
    reports = [
        (day and day.replace("เร็ว ", dice.choice(["เร็ว ", "เร็ว  "])), percent, status, worded(problem), detail)
        for day, percent, status, problem, detail in part("reports", page.reports)
    ]
    if states.get("fields") == "unreadable":
        fields["remark"] = "garbled"
    if states.get("reports") == "unreadable":
        reports.append(("2026-01-02", "1", "1", "garbled", "garbled"))
    return Page(
        fields,
        [(number, "" if is_text and raw is None else raw, role) for number, raw, role in months],
        reports,
        part("updates", page.updates),
    )
