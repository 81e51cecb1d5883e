"""Open issues and the state of every address after random nights, against the same rules as a plain loop."""

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import product

import pytest

from parsers.records import Issue
from tests.conftest import ParsedArchive, moment, run_of

SOURCES = ["bmavisions", "sample"]
PROJECTS = [f"50490000-{number:04}" for number in range(1, 21)]
NIGHTS = [f"2026-01-{day:02}T18:{minute:02}" for day, minute in product(range(1, 11), (0, 30))]
SEEN = {"new", "changed", "unchanged"}
# Code, field and text.
IssueRow = tuple[str, str | None, str | None]
# What the parser finds on each content of a page; on the same content always the same.
CONTENTS: dict[str, list[IssueRow]] = {
    "sound": [],
    "one": [("month_conflict", "month", "1")],
    "two": [("month_conflict", "month", "2"), ("placeholder_value", "remark", "-")],
    "another": [("placeholder_value", "name", "-"), ("placeholder_value", "remark", "-")],
}
LOGIN = ("page_login", None, None)


@dataclass
class Address:
    """What is known of one project page after some nights."""

    attempts: list[tuple[dt.datetime, str]] = field(default_factory=list)
    shown: list[IssueRow] = field(default_factory=list)
    unread: list[IssueRow] = field(default_factory=list)
    first_seen: dict[tuple[str, str | None], dt.datetime] = field(default_factory=dict)
    captured: str | None = None

    def show(self, at: dt.datetime, issues: list[IssueRow]) -> list[IssueRow]:
        for code, column, _ in issues:
            self.first_seen.setdefault((code, column), at)
        return issues

    def open_issues(self) -> Counter[tuple[object, ...]]:
        return Counter((*one, self.first_seen[one[:2]]) for one in [*self.shown, *self.unread])

    def status(self) -> dict[str, object]:
        at, last = self.attempts[-1]
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
            "n_attempts": len(self.attempts),
            "n_consecutive_failures": len(self.attempts) - max(answers, default=0),
        }


def visit(archive: ParsedArchive, address: Address, source: str, project_id: str, night: str, kind: str) -> None:
    """Add what one night brought to the archive, and to what a plain reading makes of it."""
    at = moment(night)
    if kind in CONTENTS:
        issues = CONTENTS[kind]
        archive.capture(project_id, night, source=source, name=kind, issues=issues)
        address.captured = kind
        address.shown, address.unread = address.show(at, issues), []
        kind = "changed"
    elif kind == "login":
        snapshot = f"login {source} {project_id} {night}"
        archive.attempt(project_id, night, "failed", source=source, snapshot=snapshot)
        code, column, raw = LOGIN
        archive.rows[run_of(night)]["issues"].append(
            Issue(code, "error", source, project_id, snapshot, column, None, None, raw, "a login form")
        )
        address.unread = address.show(at, [LOGIN])
        kind = "failed"
    else:
        archive.attempt(project_id, night, kind, source=source)
        if kind == "unchanged":
            address.unread = []
    address.attempts.append((at, kind))


def fill(archive: ParsedArchive, dice: random.Random) -> dict[tuple[str, str], Address]:
    addresses: dict[tuple[str, str], Address] = {}
    for source, project_id in product(SOURCES, PROJECTS):
        address = addresses[source, project_id] = Address()
        is_reachable = dice.random() < 0.9
        for night in NIGHTS:
            kinds = ["login", "missing", "failed", "refused"]
            kinds += [*CONTENTS] if is_reachable else []
            kinds += ["unchanged"] * 3 if address.captured else []
            if dice.random() < 0.7:
                visit(archive, address, source, project_id, night, dice.choice(kinds))
    return {key: address for key, address in addresses.items() if address.attempts}


@pytest.mark.parametrize("seed", range(3))
def test_issues_and_addresses_follow_the_rules(archive: ParsedArchive, seed: int) -> None:
    addresses = fill(archive, random.Random(seed))
    built = archive.build()
    issues: dict[tuple[object, object], Counter[tuple[object, ...]]] = {key: Counter() for key in addresses}
    for row in built.rows("FROM quality_issues WHERE code IN ('month_conflict', 'placeholder_value', 'page_login')"):
        found = tuple(row[column] for column in ("code", "field", "raw", "first_seen_at"))
        issues[row["source_id"], row["project_id"]][found] += 1
    statuses = {(row["source_id"], row["project_id"]): row for row in built.rows("page_status")}
    assert statuses.keys() == addresses.keys()
    for key, address in addresses.items():
        assert issues[key] == address.open_issues()
        assert statuses[key] | address.status() == statuses[key]
    assert sum(map(Counter.total, issues.values())) > 30
