"""What the tables say of random captures of true histories, against the same rules as plain loops."""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise, zip_longest
from typing import NamedTuple, TypeVar

import pytest

from tests.conftest import LABELS, Built, ParsedArchive, Report, moment
from tests.sql.histories import DAYS, SECTIONS, Life, Page, Seen, fill

PUBLISHED_AS = {"fields": "field", "months": "month", "updates": "update", "reports": "progress"}
REPORT_CELLS = {
    "reported_on": "วันที่รายงาน",
    "progress_pct": "ความคืบหน้า",
    "status_code": "สถานะโครงการ",
    "problem": "ปัญหาอปสรรค",
    "detail": "รายละเอียด",
}
UPDATE_CELLS = {"updated_on": "วันที่", "updated_time": "เวลา", "user_name": "ชื่อผู้ใช้", "action": "กระทำ"}

# Where a cell stands: what the label of a table's row says (else nothing), its repetition, and its heading.
Place = tuple[str, int, str]
Record = dict[str, object]
Known = TypeVar("Known", bound=Hashable)


class Cell(NamedTuple):
    field: str | None
    label: str
    row_label: str | None
    raw: str | None


class Row(NamedTuple):
    key: str
    occurrence: int
    cells: dict[str, Cell]

    @property
    def says(self) -> list[tuple[str, str]]:
        return sorted((label, said(cell.raw)) for label, cell in self.cells.items())

    @property
    def has_text(self) -> bool:
        return any(text for _, text in self.says)


class Change(NamedTuple):
    section: str
    field: str | None
    label: str
    row_label: str | None
    occurrence: int
    change_type: str
    old: str | None
    new: str | None


class Edit(NamedTuple):
    """A change, and which row it is of: its repetition where it was edited, what it says where it came or went."""

    change: Change
    row: object

    @property
    def cell(self) -> tuple[object, ...]:
        return (self.change.section, said(self.change.row_label), self.row, self.change.label)


@dataclass
class State:
    """What a section said from the observation that showed it first to the last one."""

    first: Seen
    last_at: str


@dataclass
class Version:
    """Observations between which no section said something else; content is what is known at its end."""

    seen: list[Seen]
    previous: Seen | None
    is_reappearance: bool
    edits: list[Edit]
    content: dict[str, object] = field(default_factory=dict)
    vanished_at: str | None = None


def said(raw: str | None) -> str:
    return " ".join((raw or "").split())


def numbered(labels: Iterable[Known]) -> Iterator[tuple[Known, int]]:
    seen: Counter[Known] = Counter()
    for label in labels:
        seen[label] += 1
        yield label, seen[label]


def rows(page: Page, section: str) -> list[Row]:
    """The rows of a section in page order; a label/value row has one cell."""
    if section == "fields":
        return [Row("", 1, {name: Cell(name, LABELS.get(name, name), None, raw)}) for name, raw in page.fields.items()]
    if section == "months":
        labels = numbered(f"ผลงานเดือนที่ {month_no}" for month_no, _, _ in page.months)
        return [
            Row("", occurrence, {label: Cell("targets.result_value", label, None, raw)})
            for (label, occurrence), (_, raw, _) in zip(labels, page.months, strict=True)
        ]
    table, names, raws = "progress_history", REPORT_CELLS, [*page.reports]
    row_labels = [report[0] for report in page.reports]
    if section == "updates":
        table, names, raws = "update_history", UPDATE_CELLS, [(*update, "แก้ไข") for update in page.updates]  # type: ignore[misc]
        row_labels = [f"{update[0]} {update[1]}" for update in page.updates]
    return [
        Row(
            key,
            occurrence,
            {
                label: Cell(f"{table}.{name}", label, row_label, raw)
                for (name, label), raw in zip(names.items(), row, strict=True)
            },
        )
        for (key, occurrence), row_label, row in zip(numbered(map(said, row_labels)), row_labels, raws, strict=True)
    ]


def cells(page: Page, section: str) -> dict[Place, Cell]:
    return {(row.key, row.occurrence, label): cell for row in rows(page, section) for label, cell in row.cells.items()}


def content(page: Page, section: str) -> object:
    """What a section says: a row without a text nothing, a label/value row at its place, others anywhere."""
    if section in ("fields", "months"):
        return {place: text for place, cell in cells(page, section).items() if (text := said(cell.raw))}
    return sorted(row.says for row in rows(page, section))


def pairs(section: str, old: Page, new: Page) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of two pages that may be one: by label and repetition; in tables, equal rows apart, by day.

    Rows of a label that one page has more often are matched as those of a table, by what they say.
    """
    before, after = rows(old, section), rows(new, section)
    if section in ("fields", "months"):
        of_labels = [Counter(label for row in side for label in row.cells) for side in (before, after)]
        uneven = {
            label for label in of_labels[0] | of_labels[1] if len({max(1, side[label]) for side in of_labels}) > 1
        }
        olds = {(row.occurrence, *row.cells): row for row in before if not uneven & row.cells.keys()}
        news = {(row.occurrence, *row.cells): row for row in after if not uneven & row.cells.keys()}
        yield from ((olds.get(place), news.get(place)) for place in olds | news)
        before = [row._replace(key=min(row.cells)) for row in before if uneven & row.cells.keys() and row.has_text]
        after = [row._replace(key=min(row.cells)) for row in after if uneven & row.cells.keys() and row.has_text]
    for row in [*after]:
        if equal := next((other for other in before if other.says == row.says), None):
            before.remove(equal)
            after.remove(row)
    for key in dict.fromkeys(row.key for row in before + after):
        yield from zip_longest(*([row for row in side if row.key == key] for side in (before, after)))


def edits_between(section: str, old: Page, new: Page) -> list[Edit]:
    found = []
    for before, after in pairs(section, old, new):
        shown = after or before
        assert shown is not None
        is_alone = (section in ("updates", "reports") or shown.key) and not (before and after)
        row = (shown.says, nth(shown, new if after else old, section)) if is_alone else shown.occurrence
        for label, cell in shown.cells.items():
            was, now = before and before.cells[label], after and after.cells[label]
            if said(was and was.raw) != said(now and now.raw):
                change_type = "added" if was is None else "removed" if now is None else "edited"
                where = (PUBLISHED_AS[section], cell.field, cell.label, cell.row_label, shown.occurrence)
                change = Change(*where, change_type, was and was.raw, now and now.raw)
                found.append(Edit(change, row))
    return found


def nth(row: Row, page: Page, section: str) -> int:
    """Which of the rows of a page that say the same."""
    return sum(other.says == row.says and other.occurrence <= row.occurrence for other in rows(page, section))


def versions_of(life: Life) -> list[Version]:
    """A version starts where a section is whole again and says something else, or after a vanishing.

    A section is compared with the capture that first said what it said last.
    """
    versions: list[Version] = []
    whole: dict[str, Seen] = {}
    previous: Seen | None = None
    for seen in life.observations():
        found, is_other = [], False
        for section in filter(seen.is_whole, SECTIONS):
            before = whole.setdefault(section, seen)
            if content(before.shown, section) != content(seen.shown, section):
                found += edits_between(section, before.shown, seen.shown)
                whole[section], is_other = seen, True
        gone = [day for day in life.missing if previous is not None and previous.at < day < seen.at]
        if len(gone) > 1:
            versions[-1].vanished_at = gone[1]
        if previous is None or is_other or len(gone) > 1:
            versions.append(Version([], previous, len(gone) > 1, found))
        versions[-1].seen.append(seen)
        versions[-1].content = {section: content(one.shown, section) for section, one in whole.items()}
        previous = seen
    gone = [day for day in life.missing if previous is not None and day > previous.at]
    if len(gone) > 1:
        versions[-1].vanished_at = gone[1]
    return versions


def expected_versions(versions: list[Version]) -> list[Record]:
    rows: list[Record] = []
    for number, version in enumerate(versions):
        first = version.seen[0]
        ends = version.vanished_at or (versions[number + 1].seen[0].at if number + 1 < len(versions) else None)
        returns = [n for n, earlier in enumerate(versions[:number], 1) if earlier.content == version.content]
        rows.append(
            {
                "version_no": number + 1,
                "valid_from": moment(first.at),
                "valid_to": ends and moment(ends),
                "last_seen_at": moment(version.seen[-1].at),
                "previous_seen_at": version.previous and moment(version.previous.at),
                "is_vanished": version.vanished_at is not None,
                "is_reappearance": version.is_reappearance,
                "n_changes": len(version.edits),
                "n_observations": len(version.seen),
                "returns_to_version_no": returns[0] if returns else None,
                "time_basis": first.time_basis,
                "snapshot_id": first.snapshot,
            }
            | {f"{section}_state": first.states[section] for section in SECTIONS}
        )
    return rows


def states_of(life: Life, section: str) -> list[State]:
    states: list[State] = []
    for seen in life.observations():
        if seen.is_whole(section):
            if not states or content(states[-1].first.shown, section) != content(seen.shown, section):
                states.append(State(seen, seen.at))
            states[-1].last_at = seen.at
    return states


def newest(life: Life, section: str) -> Seen:
    """The capture that saw the newest whole state first; where there is none, the last that shows a part.

    Where none that counts shows the section at all, the last undated one that shows it whole, or a part.
    """
    if states := states_of(life, section):
        return states[-1].first
    captures = [seen for seen in life.observations() if seen.is_capture]
    last = max(captures, key=lambda seen: (seen.states[section] != "absent", seen.at, seen.snapshot))
    undated = [seen for seen in life.undated if seen.states[section] != "absent"]
    if last.states[section] != "absent" or not undated:
        return last
    return max(undated, key=lambda seen: (seen.is_whole(section), seen.at, seen.snapshot))


def transient(found: list[tuple[int, Edit]]) -> set[tuple[int, Change]]:
    """Of all edits of a project, with their versions: those that take a value away, and bring the same one back."""
    by_cell: dict[object, list[tuple[int, Change]]] = defaultdict(list)
    for version_no, edit in found:
        by_cell[repr(edit.cell)].append((version_no, edit.change))
    return {
        one
        for changes in by_cell.values()
        for gone, back in pairwise(changes)
        if said(gone[1].old) == said(back[1].new) and said(gone[1].new) == said(back[1].old) == ""
        for one in (gone, back)
    }


def steps_by_day(reports: Sequence[Report]) -> list[Decimal | None]:
    """For each report of a page its progress less that of the one before it by day, those of one day in page order."""
    steps: list[Decimal | None] = [None] * len(reports)
    dated = sorted((report[0], number) for number, report in enumerate(reports) if report[0] in DAYS)
    for (_, earlier), (_, later) in pairwise(dated):
        steps[later] = Decimal(reports[later][1]) - Decimal(reports[earlier][1])
    return steps


def expected_history(life: Life) -> list[Record]:
    """Each report once, in the order in which they were seen first: by its day, or its words where that had several."""
    last = newest(life, "reports")
    states = states_of(life, "reports") or [State(last, last.at)]
    of_days = [Counter(said(report[0]) for report in state.first.shown.reports) for state in states]
    crowded = {day for counted in of_days for day, number in counted.items() if number > 1}

    def keys(reports: Sequence[Report]) -> Iterator[tuple[tuple[str, ...], int]]:
        says = [tuple(map(said, report)) for report in reports]
        return numbered(words if words[0] in crowded else words[:1] for words in says)

    found: dict[object, Record] = {}
    revisions: dict[object, set[tuple[str, ...]]] = defaultdict(set)
    for state in states:
        reports = state.first.shown.reports
        for key, report in zip(keys(reports), reports, strict=True):
            revisions[key].add(tuple(map(said, report)))
            found.setdefault(key, {"first_seen_at": moment(state.first.at)}).update(
                reported_on_raw=report[0],
                progress_pct=Decimal(report[1]),
                status_code=report[2],
                problem=report[3],
                detail=report[4],
                n_revisions=len(revisions[key]),
                last_seen_at=moment(state.last_at),
                snapshot_id=state.first.snapshot,
            )
    places: dict[object, int] = {key: number for number, key in enumerate(keys(last.shown.reports), 1)}
    steps = steps_by_day(last.shown.reports)
    for one, told in found.items():
        number = places.get(one)
        step = steps[number - 1] if number is not None else None
        told.update(page_row_no=number, is_current=number is not None, change_pct=step)
    return list(found.values())


def expected_targets(seen: Seen) -> list[Record]:
    """Of each month: the canonical result, the number of rows, whether they disagree, and all of them."""
    targets: list[Record] = []
    for month_no in sorted({month[0] for month in seen.shown.months}):
        raws = [raw for number, raw, _ in seen.shown.months if number == month_no]
        canonical = [raw for number, raw, role in seen.shown.months if (number, role) == (month_no, "canonical")]
        targets.append(
            {
                "month_no": month_no,
                "result_raw": canonical[0] if canonical else None,
                "n_rows": len(raws),
                "is_conflicting": len({raw or "" for raw in raws}) > 1,
                "raw_values": raws,
                "snapshot_id": seen.snapshot,
            }
        )
    return targets


def expected_page_fields(life: Life) -> list[Record]:
    """The rows at their positions; months of another page go behind the other rows where they share a position."""
    fields, months = newest(life, "fields"), newest(life, "months")
    n_fields, first_month = len(fields.shown.fields), len(months.shown.fields) + 1
    behind = n_fields if months.shown.months and first_month <= n_fields else 0
    return [
        {
            "ordinal": ordinal,
            "label": cell.label,
            "raw": cell.raw,
            "field": cell.field if section == "fields" else "targets.result_value",
            "snapshot_id": seen.snapshot,
        }
        for section, seen, first in (("fields", fields, 1), ("months", months, first_month + behind))
        for ordinal, cell in enumerate(cells(seen.shown, section).values(), first)
    ]


def expected_updates(seen: Seen) -> list[Record]:
    return [
        {"updated_on_raw": day, "updated_time": time, "user_name": user, "snapshot_id": seen.snapshot}
        for day, time, user in seen.shown.updates
    ]


def expected_project(life: Life, versions: list[Version]) -> Record:
    last = newest(life, "fields")
    told: Record = {
        "snapshot_id": last.snapshot,
        "name": last.shown.fields.get("name"),
        "n_versions": len(versions),
        "time_basis": last.time_basis,
        "status": "vanished" if versions[-1].vanished_at else "listed",
        "first_seen_at": moment(versions[0].seen[0].at),
        "last_seen_at": moment(versions[-1].seen[-1].at),
    }
    return told | {f"{section}_state": newest(life, section).states[section] for section in SECTIONS}


def is_true(change: Change, at: str, life: Life) -> bool:
    """Whether the site said the new on that day, and the old on an earlier one."""
    [section] = [section for section, name in PUBLISHED_AS.items() if name == change.section]
    label = str(change.field if section == "fields" else change.label)
    key = said(change.row_label)

    def told(page: Page) -> dict[int, str]:
        """What the cells of the label and day say, by their repetition."""
        return {
            row.occurrence: said(row.cells[label].raw)
            for row in rows(page, section)
            if row.key == key and label in row.cells
        }

    now = told(life.truth[at])
    earlier = [told(page) for day, page in life.truth.items() if day < at]
    if section == "fields":
        return now.get(1, "") == said(change.new) and any(said(change.old) == then.get(1, "") for then in earlier)
    if section == "months":
        # A skin may leave out the other rows of the label.
        is_now = not said(change.new) or said(change.new) in now.values()
        return is_now and any(
            then != now and (not said(change.old) or said(change.old) in then.values()) for then in earlier
        )
    if change.change_type == "removed":
        return any(len(then) > len(now) and said(change.old) in then.values() for then in earlier)
    is_now = now[change.occurrence] == said(change.new)
    return is_now and any(
        len(then) < len(now) if change.change_type == "added" else said(change.old) in then.values() for then in earlier
    )


def by_project(built: Built, query: str) -> dict[str, list[Record]]:
    rows: dict[str, list[Record]] = defaultdict(list)
    for row in built.rows(query):
        rows[str(row["project_id"])].append(row)
    return rows


def assert_tells(found: list[Record], expected: list[Record]) -> None:
    """Each row found has the values expected of it, whatever else it has."""
    assert len(found) == len(expected)
    for row, told in zip(found, expected, strict=True):
        assert row | told == row


@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3)]])
def test_every_section_follows_the_rules(archive: ParsedArchive, seed: int) -> None:
    lives = fill(archive, random.Random(seed))
    built = archive.build(publish_user_names=True)
    versions = by_project(built, "FROM project_versions ORDER BY project_id, version_no")
    all_changes = by_project(built, "FROM project_changes ORDER BY project_id, version_no")
    history = by_project(built, "FROM progress_history ORDER BY project_id, report_no")
    targets = by_project(built, "FROM targets ORDER BY project_id, month_no")
    page_fields = by_project(built, "FROM page_fields ORDER BY project_id, ordinal")
    updates = by_project(built, "FROM update_history ORDER BY project_id, update_no")
    projects = by_project(built, "FROM projects")
    assert versions.keys() == lives.keys()
    n_transient = 0
    for project_id, life in lives.items():
        expected = versions_of(life)
        assert_tells(versions[project_id], expected_versions(expected))
        edits = [(number, edit) for number, version in enumerate(expected, 1) for edit in version.edits]
        changes = [(number, edit.change) for number, edit in edits]
        found = [
            (row["version_no"], Change(*(row[column] for column in Change._fields)))  # type: ignore[arg-type]
            for row in all_changes[project_id]
        ]
        assert sorted(found, key=repr) == sorted(changes, key=repr)
        is_transient = {one for one, row in zip(found, all_changes[project_id], strict=True) if row["is_transient"]}
        assert is_transient == transient(edits)
        n_transient += len(is_transient)
        untrue = [edit for edit in changes if not is_true(edit[1], expected[edit[0] - 1].seen[0].at, life)]
        assert untrue == []
        assert_tells(history[project_id], expected_history(life))
        assert_tells(targets[project_id], expected_targets(newest(life, "months")))
        assert_tells(page_fields[project_id], expected_page_fields(life))
        assert_tells(updates[project_id], expected_updates(newest(life, "updates")))
        assert_tells(projects[project_id], [expected_project(life, expected)])
    assert sum(map(len, all_changes.values())) > 300
    assert n_transient
    assert any(row["returns_to_version_no"] for rows in versions.values() for row in rows)
    assert any(row["is_vanished"] for rows in versions.values() for row in rows)
