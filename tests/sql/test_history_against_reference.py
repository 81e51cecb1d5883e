"""Hundreds of random lives of projects in one build, against the rules of history written as a plain loop."""

import datetime as dt
import random
from collections.abc import Iterable
from typing import NamedTuple

import pytest

from tests.conftest import ParsedArchive

N_PROJECTS = 200
N_DAYS = 14
IMPORT = "20260301T000000Z"
SEEN = ("a", "b", "unchanged")
# After how many minutes of a day's visit a page answers 404; what comes later may come by another import.
MISSING = {"missing": [0], "missing soon again": [0, 719], "missing half a day later": [0, 720]}


class Life(NamedTuple):
    """What each day brought: the outcome of a fetch or None; and the days on which a listing named the project."""

    fetches: list[str | None]
    listed: list[bool]


class Day(NamedTuple):
    """Whether a listing was read on a day, and to its end."""

    has_listing: bool
    is_complete: bool


def random_life(dice: random.Random) -> Life:
    kinds = [None, None, *MISSING, "failed", "a", "b", "unchanged", "unchanged"]
    fetches: list[str | None] = [dice.choice(kinds) for _ in range(N_DAYS)]
    fetches[: next((n for n, kind in enumerate(fetches) if kind in ("a", "b")), N_DAYS)] = ["a"]
    fetches = (fetches + [None] * N_DAYS)[:N_DAYS]
    return Life(fetches, [dice.random() < 0.6 for _ in range(N_DAYS)])


def is_contradicted(number: int, lives: Iterable[Life]) -> bool:
    """Whether a listing names a page that was gone that day and lacks one that was there when it last answered."""
    names_gone = lacks_there = False
    for life in lives:
        answers = [kind for kind in life.fetches[: number + 1] if kind in MISSING or kind in SEEN]
        names_gone |= life.listed[number] and life.fetches[number] in MISSING
        lacks_there |= not life.listed[number] and bool(answers) and answers[-1] in SEEN
    return names_gone and lacks_there


def moment(day: int, hour: int, minute: int = 0) -> str:
    return f"2026-01-{day + 1:02} {hour + minute // 60:02}:{minute % 60:02}:00+00"


def second_absence(absences: list[str]) -> str | None:
    """The first that was seen at least twelve hours after the first of all."""
    times = map(dt.datetime.fromisoformat, absences)
    apart = (at - dt.datetime.fromisoformat(absences[0]) >= dt.timedelta(hours=12) for at in times)
    return next((at for at, is_apart in zip(absences, apart, strict=True) if is_apart), None)


def expected_versions(life: Life, hour: int) -> list[tuple[str, str, str | None]]:
    """(content, valid_from, valid_to) of each version by the rules, whatever listings say; asked for at this hour."""
    versions: list[list[str | None]] = []
    absences: list[str] = []
    for number, kind in enumerate(life.fetches):
        if kind in SEEN:
            content = versions[-1][0] if kind == "unchanged" else kind
            if not versions or versions[-1][0] != content or second_absence(absences):
                if versions and versions[-1][2] is None:
                    versions[-1][2] = moment(number, hour)
                versions.append([content, moment(number, hour), None])
            absences = []
        elif kind in MISSING:
            absences += [moment(number, hour, minute) for minute in MISSING[kind]]
        if versions[-1][2] is None:
            versions[-1][2] = second_absence(absences)
    return [(str(content), str(start), end) for content, start, end in versions]


# A listing is read at midnight: an hour before the pages, or at one moment with them, as WARC dates may have it.
@pytest.mark.parametrize("hour", [pytest.param(0, marks=pytest.mark.slow), 1])
@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3)]])
def test_versions_follow_the_rules(archive: ParsedArchive, seed: int, hour: int) -> None:
    dice = random.Random(seed)
    days = [Day(has, has and dice.random() < 0.7) for has in (dice.random() < 0.6 for _ in range(N_DAYS))]
    lives = {f"50010000-{number:04}": random_life(dice) for number in range(N_PROJECTS)}
    for number in range(N_DAYS):
        # Of one day in three the listing may name what is gone.
        if dice.random() < 0.7:
            for life in lives.values():
                life.listed[number] &= life.fetches[number] not in MISSING
    for project_id, life in lives.items():
        for number, kind in enumerate(life.fetches):
            at, run = f"2026-01-{number + 1:02}T{hour:02}:00", f"202601{number + 1:02}T000000Z"
            if kind in ("a", "b"):
                archive.capture(project_id, at, run=run, name=kind)
            elif kind in MISSING:
                for minute in MISSING[kind]:
                    by = dice.choice([run, IMPORT]) if minute else run
                    archive.attempt(project_id, moment(number, hour, minute)[:16], "missing", run=by)
            elif kind:
                archive.attempt(project_id, at, kind, run=run)
    for number, day in enumerate(days):
        if day.has_listing:
            listed = [project_id for project_id, life in lives.items() if life.listed[number]]
            archive.listing(f"2026-01-{number + 1:02}", listed, is_complete=day.is_complete)
    built = archive.build()
    assert built.column("SELECT is_complete FROM listings ORDER BY listed_at") == [
        day.is_complete and not is_contradicted(number, lives.values())
        for number, day in enumerate(days)
        if day.has_listing
    ]
    found: dict[str, list[tuple[str, str, str | None]]] = {project_id: [] for project_id in lives}
    for row in built.rows(
        """
        SELECT versions.project_id, pages.content, valid_from::VARCHAR AS valid_from, valid_to::VARCHAR AS valid_to
        FROM project_versions AS versions
        LEFT JOIN (SELECT project_id, version_no, new AS content FROM project_changes) AS pages
            ON versions.project_id = pages.project_id AND versions.version_no = pages.version_no
        ORDER BY versions.project_id, versions.version_no
        """
    ):
        versions = found[str(row["project_id"])]
        # Only a version with other content than the one before it has a change; every life begins with "a".
        content = str(row["content"] or (versions[-1][0] if versions else "a"))
        versions.append((content, str(row["valid_from"]), str(row["valid_to"]) if row["valid_to"] else None))
    wrong = {
        project_id: (life, found[project_id], expected_versions(life, hour))
        for project_id, life in lives.items()
        if found[project_id] != expected_versions(life, hour)
    }
    assert not wrong, "\n".join(map(str, (len(wrong), days, *next(iter(wrong.values())))))
