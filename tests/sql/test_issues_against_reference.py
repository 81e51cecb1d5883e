"""Open issues and the state of every address after random nights, against the same rules as plain loops."""

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import pytest

from parsers.labels import COLUMNS
from parsers.records import Issue
from tests.conftest import ParsedArchive, moment, run_of

SOURCES = ["bmavisions", "sample"]
PROJECTS = [f"50490000-{number:04}" for number in range(1, 21)]
NIGHTS = [f"2026-01-{day:02}T18:{minute:02}" for day, minute in product(range(1, 11), (0, 30))]
SEEN = {"new", "changed", "unchanged"}
SECTIONS = ("fields", "months", "updates", "reports")
WITHDRAWN, UNDO = "20260301T000000Z", "20260302T000000Z"
# Code, field and text.
IssueRow = tuple[str, str | None, str | None]
# What the parser finds in each section; on the same content always the same, and nothing on the first.
SAYS: dict[str, list[IssueRow]] = {
    "fields": [("placeholder_value", "name", "name"), ("placeholder_value", "remark", "remark")],
    "months": [("month_conflict", "month", "month")],
    "updates": [("unreadable_date", "update_history", "row"), ("unreadable_date", "update_history.updated_on", "day")],
    "reports": [
        ("unreadable_date", "progress_history.reported_on", "day"),
        ("unknown_column", "progress_history", "#"),
    ],
}
NOT_WHOLE = ("missing_table", "malformed_table_row", "incomplete_table")
CODES = (
    *NOT_WHOLE,
    "placeholder_value",
    "month_conflict",
    "unreadable_date",
    "unknown_column",
    "page_truncated",
    "page_login",
)
LOGIN: IssueRow = ("page_login", None, None)


class Night(NamedTuple):
    """What one capture showed: of each section which of its contents and how much of it, and the issues found there."""

    at: dt.datetime
    contents: dict[str, int]
    states: dict[str, str]
    issues: dict[str, list[IssueRow]]
    is_capture: bool = True


@dataclass
class Address:
    """What is known of one project page after some nights."""

    attempts: list[tuple[dt.datetime, str]] = field(default_factory=list)
    nights: list[Night] = field(default_factory=list)
    logins: list[dt.datetime] = field(default_factory=list)
    undated: Night | None = None
    lacks: str | None = None
    """A section that no dated capture shows."""

    def counting(self) -> list[Night]:
        return self.nights or ([self.undated] if self.undated else [])

    def newest(self, section: str) -> Night:
        """The capture that showed the newest whole state of a section first, else the last that shows a part.

        Where none that counts shows any of it, the undated one.
        """
        whole: Night | None = None
        for night in self.counting():
            is_other = whole is None or whole.contents[section] != night.contents[section]
            if night.states[section] == "present" and is_other:
                whole = night
        captures = [night for night in self.counting() if night.is_capture]
        last = whole or max(captures, key=lambda night: (night.states[section] != "absent", night.at))
        if last.states[section] == "absent" and self.undated and self.undated.states[section] != "absent":
            return self.undated
        return last

    def open_issues(self) -> Counter[tuple[object, ...]]:
        first_seen: dict[tuple[str, str | None], dt.datetime] = dict.fromkeys(
            [LOGIN[:2]], min(self.logins, default=NEVER)
        )
        for night in self.counting():
            for one in [one for found in night.issues.values() for one in found]:
                first_seen.setdefault(one[:2], night.at)
        found: list[IssueRow] = []
        if self.counting():
            last = [night for night in self.counting() if night.is_capture][-1]
            shown = {section: self.newest(section) for section in SECTIONS}
            for section, night in shown.items():
                for one in night.issues[section]:
                    first_seen.setdefault(one[:2], night.at)
            found += [one for section, night in shown.items() for one in night.issues[section]]
            found += [
                one
                for section, night in shown.items()
                for one in last.issues[section]
                if night.at != last.at and one[0] in NOT_WHOLE
            ]
            found += last.issues["page"]
        last_seen = max((night.at for night in self.nights), default=NEVER)
        found += [LOGIN for at in self.logins[-1:] if at > last_seen]
        return Counter((*one, first_seen[one[:2]], self.shown_since(one)) for one in found)

    def shown_since(self, one: IssueRow) -> dt.date | None:
        """The day in Bangkok from which no state of the page was without the issue, as far as it could tell."""
        since: dt.datetime | None = None
        states = [*self.nights, *(Night(at, {}, {}, {"page": [LOGIN]}) for at in self.logins)]
        for night in sorted(states, key=lambda night: night.at):
            if any(one in found for found in night.issues.values()):
                since = since or night.at
            elif one == LOGIN or (night.states and (one[0] in (*NOT_WHOLE, "page_truncated") or tells(night, one))):
                since = None
        return since and (since + dt.timedelta(hours=7)).date()

    def status(self) -> dict[str, object]:
        at, last = self.attempts[-1] if self.attempts else (self.undated.at if self.undated else NEVER, "changed")
        answers = [
            number for number, (_, outcome) in enumerate(self.attempts, 1) if outcome not in ("failed", "refused")
        ]
        return {
            "last_attempt_at": at,
            "last_success_at": max((then for then, outcome in self.attempts if outcome in SEEN), default=None),
            "last_outcome": last,
            "last_page_kind": "project" if last in SEEN else None,
            "last_http_status": 200 if last in SEEN else None,
            "last_error": None if last in SEEN else "no answer",
            "n_attempts": len(self.attempts) + (self.undated is not None),
            "n_consecutive_failures": len(self.attempts) - max(answers, default=0),
        }


def tells(night: Night, one: IssueRow) -> bool:
    """Whether a state shows the section whole in which an issue was found."""
    (section,) = [name for name, found in SAYS.items() if one[:2] in [said[:2] for said in found]]
    return night.states[section] == "present"


TABLES = {"updates": "update_history", "reports": "progress_history"}
NEVER = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


def captured(
    archive: ParsedArchive,
    source: str,
    project_id: str,
    at: str,
    dice: random.Random,
    run: str | None = None,
    time_basis: str = "protocol",
    lacks: str | None = None,
) -> Night:
    contents = {section: dice.randrange(3) for section in SECTIONS}
    states = {section: dice.choice(["present"] * 3 + ["absent", "unreadable", "cut"]) for section in SECTIONS}
    if lacks:
        states[lacks] = "absent"
    issues: dict[str, list[IssueRow]] = {
        section: [(code, column, f"{raw} {contents[section]}") for code, column, raw in SAYS[section]]
        if contents[section] and states[section] != "absent"
        else []
        for section in SECTIONS
    }
    for section, state in states.items():
        code = {"absent": "missing_table", "unreadable": "malformed_table_row", "cut": "incomplete_table"}.get(state)
        if code is not None and section in TABLES:
            issues[section].append((code, TABLES[section], at))
    issues["page"] = [("page_truncated", None, at)] if dice.random() < 0.3 else []
    archive.capture(
        project_id,
        at,
        run=run,
        source=source,
        time_basis=time_basis,
        states=states,
        name=f"{contents['fields']}",
        months=[(1, f"{contents['months']}", "canonical")],
        updates=[("2025-12-01", "10:00", f"{contents['updates']}")],
        reports=[("2025-12-01", "5", "1", "", f"{contents['reports']}")],
        issues=[one for found in issues.values() for one in found],
    )
    return Night(moment(at), contents, states, issues)


def login(archive: ParsedArchive, source: str, project_id: str, at: str, run: str | None = None) -> None:
    snapshot = f"login {source} {project_id} {at}"
    archive.attempt(project_id, at, "failed", source=source, snapshot=snapshot, run=run)
    code, column, raw = LOGIN
    archive.rows[run_of(run or at)]["issues"].append(
        Issue(code, "error", source, project_id, snapshot, column, None, None, raw, "a login form")
    )


def visit(
    archive: ParsedArchive, address: Address, source: str, project_id: str, night: str, kind: str, dice: random.Random
) -> None:
    """Add what one night brought to the archive, and to what a plain reading makes of it."""
    at = moment(night)
    if kind == "capture":
        address.nights.append(captured(archive, source, project_id, night, dice, lacks=address.lacks))
        kind = "changed"
    elif kind == "login":
        login(archive, source, project_id, night)
        address.logins.append(at)
        kind = "failed"
    else:
        archive.attempt(project_id, night, kind, source=source)
        if kind == "unchanged":
            address.nights.append(address.nights[-1]._replace(at=at, is_capture=False))
    address.attempts.append((at, kind))


def fill(archive: ParsedArchive, dice: random.Random) -> dict[tuple[str, str], Address]:
    addresses: dict[tuple[str, str], Address] = {}
    for source, project_id in product(SOURCES, PROJECTS):
        address = addresses[source, project_id] = Address(lacks=dice.choice([*SECTIONS, None, None]))
        is_reachable = dice.random() < 0.8
        for night in NIGHTS:
            kinds = ["login", "missing", "failed", "refused"]
            kinds += ["capture"] * 4 if is_reachable else []
            kinds += ["unchanged"] * 3 if address.nights else []
            if dice.random() < 0.7:
                visit(archive, address, source, project_id, night, dice.choice(kinds), dice)
        if dice.random() < 0.4:
            at = dice.choice(["2025-12-01T06:00", "2026-01-05T06:00", "2026-02-01T06:00"])
            address.undated = captured(archive, source, project_id, at, dice, "20260201T000000Z", "file")
        if dice.random() < 0.4:
            captured(archive, source, project_id, "2026-01-20", dice, WITHDRAWN)
            login(archive, source, project_id, "2026-01-21", WITHDRAWN)
    for source in SOURCES:
        archive.withdraw(WITHDRAWN, UNDO, source=source)
    return {key: address for key, address in addresses.items() if address.attempts or address.undated}


@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2)]])
def test_issues_and_addresses_follow_the_rules(archive: ParsedArchive, seed: int) -> None:
    addresses = fill(archive, random.Random(seed))
    built = archive.build(publish_user_names=True)
    issues: dict[tuple[object, object], Counter[tuple[object, ...]]] = {key: Counter() for key in addresses}
    for row in built.rows(f"FROM quality_issues WHERE code IN {CODES}"):
        field = "month" if row["field"] == COLUMNS["month"] else row["field"]
        found = (row["code"], field, row["raw"], row["first_seen_at"], row["present_since"])
        issues[row["source_id"], row["project_id"]][found] += 1
    statuses = {(row["source_id"], row["project_id"]): row for row in built.rows("page_status")}
    assert statuses.keys() == addresses.keys()
    for key, address in addresses.items():
        assert issues[key] == address.open_issues()
        assert statuses[key] | address.status() == statuses[key]
    assert sum(map(Counter.total, issues.values())) > 100
