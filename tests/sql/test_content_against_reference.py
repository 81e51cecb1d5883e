"""Random pages in random histories: edits, reports and months in the tables against the same rules as plain loops."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple, TypeVar

import pytest

from tests.conftest import LABELS, ParsedArchive, Report

PROJECTS = [f"5049000{number}-3607" for number in range(9)]
DAYS = [f"2026-01-{day:02}" for day in range(1, 15)]
LAYOUT = (1, 1, 2, 3, 1, 4, 5, 6, 7, 8, 6, 6, 9, 10, 11, 12)
REPORT_CELLS = {
    "reported_on": "วันที่รายงาน",
    "progress_pct": "ความคืบหน้า",
    "status_code": "สถานะโครงการ",
    "problem": "ปัญหาอปสรรค",
    "detail": "รายละเอียด",
}
UPDATE_CELLS = {"updated_on": "วันที่", "updated_time": "เวลา", "user_name": "ชื่อผู้ใช้", "action": "กระทำ"}

Label = TypeVar("Label", str, str | None)
Month = tuple[int, str | None, str]
Update = tuple[str, str, str]
# Where a cell stands: section of the page, label of a row or first cell of a table's row, and its repetition.
Row = tuple[str, str | None, int]
Cell = tuple[str | None, str, str | None]
Change = tuple[object, ...]


class Page(NamedTuple):
    """What one capture shows."""

    reader: str
    fields: dict[str, str | None]
    months: list[Month]
    reports: list[Report]
    updates: list[Update]


class Version(NamedTuple):
    """A version as project_versions tells it, with the page it was read from."""

    row: dict[str, object]
    page: Page


def random_page(dice: random.Random) -> Page:
    fields = {name: dice.choice(["a", "b", "", None]) for name in LABELS if dice.random() < 0.8}
    months: list[Month] = []
    for month_no in LAYOUT:
        if dice.random() < 0.7:
            is_first = all(month_no != month[0] or month[2] == "extra" for month in months)
            role = "canonical" if is_first and dice.random() < 0.8 else "extra"
            months.append((month_no, dice.choice(["1", "2", "", None]), role))
    reports = [random_report(dice) for _ in range(dice.randrange(6))]
    updates = [(dice.choice(DAYS[:2]), "10:00", dice.choice(["u1", "u2"])) for _ in range(dice.randrange(4))]
    progress: dict[str, str | None] = {"progress_pct": dice.choice(["50", "100"])}
    return Page(dice.choice(["html", "text"]), fields | progress, months, reports, updates)


def random_report(dice: random.Random) -> Report:
    day = dice.choice(["2026-01-01", "2026-01-02", "เร็ว ๆ นี้", None])
    return (day, dice.choice(["50", "100"]), dice.choice("12"), dice.choice(["", "ไม่มี", None]), dice.choice("กข"))


def edited(page: Page, dice: random.Random) -> Page:
    """The page with one thing changed, or with another reader."""
    match dice.randrange(6):
        case 0:
            return page._replace(fields=page.fields | {"remark": dice.choice(["a", "", None])})
        case 1:
            return page._replace(reports=page.reports[::-1])
        case 2:
            return page._replace(reports=[*page.reports[1:], random_report(dice)])
        case 3:
            return page._replace(months=[(number, "7", role) for number, _, role in page.months[:1]] + page.months[1:])
        case 4:
            return page._replace(updates=[*page.updates, ("2026-01-02", "10:00", "u3")])
        case _:
            return page._replace(reader="html" if page.reader == "text" else "text")


def fill(archive: ParsedArchive, dice: random.Random) -> dict[str, Page]:
    """Let every project live for two weeks; returns the pages by snapshot."""
    pages: dict[str, Page] = {}
    for project_id in PROJECTS:
        page = None
        for day in DAYS:
            kind = dice.choice(["capture", "capture", "unchanged", "missing", None])
            if kind == "capture":
                page = random_page(dice) if page is None or dice.random() < 0.3 else edited(page, dice)
                snapshot = archive.capture(
                    project_id,
                    day,
                    reader=page.reader,
                    months=page.months,
                    reports=page.reports,
                    updates=page.updates,
                    **page.fields,  # type: ignore[arg-type]
                )
                pages[snapshot] = page
            elif kind and page is not None:
                archive.attempt(project_id, day, kind)
    return pages


def numbered(labels: Iterable[Label]) -> Iterator[tuple[Label, int]]:
    seen: Counter[Label] = Counter()
    for label in labels:
        seen[label] += 1
        yield label, seen[label]


def cells(page: Page) -> dict[Row, list[Cell]]:
    """The cells of a page by their row: one in a label/value row, several in a row of a table."""
    found: dict[Row, list[Cell]] = {}
    for name, value in page.fields.items():
        label = LABELS.get(name, name)
        found["field", label, 1] = [(name, label, value)]
    labels = [f"ผลงานเดือนที่ {month_no}" for month_no, _, _ in page.months]
    for (label, occurrence), (_, raw, _) in zip(numbered(labels), page.months, strict=True):
        found["month", label, occurrence] = [("result_value", label, raw)]
    updates = [(*update, "แก้ไข") for update in page.updates]
    tables: list[tuple[str, dict[str, str], list[str | None], Sequence[tuple[str | None, ...]]]] = [
        ("progress", REPORT_CELLS, [report[0] for report in page.reports], page.reports),
        ("update", UPDATE_CELLS, [f"{update[0]} {update[1]}" for update in updates], updates),
    ]
    for section, names, row_labels, rows in tables:
        for (row_label, occurrence), row in zip(numbered(row_labels), rows, strict=True):
            found[section, row_label, occurrence] = [
                (*name, value) for name, value in zip(names.items(), row, strict=True)
            ]
    return found


def expected_changes(old: Page, new: Page) -> list[Change]:
    before, after = cells(old), cells(new)
    changes: list[Change] = []
    for row in before.keys() | after.keys():
        section, label, occurrence = row
        change_type = "edited" if row in before and row in after else "added" if row in after else "removed"
        is_table = section in ("progress", "update")
        for number, (field, cell_label, _) in enumerate(after.get(row) or before[row]):
            was = before[row][number][2] if row in before else None
            now = after[row][number][2] if row in after else None
            # Text cannot tell "not set" from empty; a whole row that joins or goes is a change whatever it says.
            differs = was != now if old.reader == new.reader else (was or "") != (now or "")
            if differs or (change_type != "edited" and not is_table):
                where = (section, field, cell_label, label if is_table else None, occurrence)
                changes.append((*where, change_type, was, now))
    return sorted(changes, key=repr)


def transient(changes: list[tuple[int, Change]]) -> set[tuple[int, Change]]:
    """Of all changes of a project, with their versions: those that take a value away, and bring the same one back."""
    by_cell: dict[object, list[tuple[int, Change]]] = defaultdict(list)
    for version_no, change in changes:
        by_cell[change[0], *change[2:5]].append((version_no, change))
    found = set()
    for edits in by_cell.values():
        for gone, back in pairwise(edits):
            if not gone[1][7] and gone[1][6] and back[1][7] == gone[1][6]:
                found |= {gone, back}
    return found


def steps_by_day(reports: Sequence[Report]) -> list[Decimal | None]:
    """For each report of a page its progress less that of the one before it by day, those of one day in page order."""
    steps: list[Decimal | None] = [None] * len(reports)
    dated = sorted((report[0], number) for number, report in enumerate(reports) if report[0] in DAYS)
    for (_, earlier), (_, later) in pairwise(dated):
        steps[later] = Decimal(reports[later][1]) - Decimal(reports[earlier][1])
    return steps


def expected_history(versions: list[Version]) -> list[dict[str, object]]:
    """Each report once, by its day and repetition, in the order in which they were first seen."""
    found: dict[tuple[str | None, int], dict[str, object]] = {}
    revisions: dict[tuple[str | None, int], set[tuple[str, ...]]] = defaultdict(set)
    for row, page in versions:
        for key, report in zip(numbered(report[0] for report in page.reports), page.reports, strict=True):
            revisions[key].add(tuple(cell or "" for cell in report))
            found.setdefault(key, {"first_seen_at": row["valid_from"]}).update(
                reported_on_raw=report[0],
                progress_pct=Decimal(report[1]),
                status_code=report[2],
                problem=report[3],
                detail=report[4],
                n_revisions=len(revisions[key]),
                last_seen_at=row["last_seen_at"],
                snapshot_id=row["snapshot_id"],
            )
    newest = {key: number for number, key in enumerate(numbered(r[0] for r in versions[-1].page.reports), 1)}
    steps = steps_by_day(versions[-1].page.reports)
    for key, told in found.items():
        number = newest.get(key)
        step = steps[number - 1] if number is not None else None
        told.update(page_row_no=number, is_current=number is not None, change_pct=step)
    return list(found.values())


def expected_targets(page: Page) -> dict[int, tuple[str | None, int, bool, list[str | None]]]:
    """Of each month: the canonical result, the number of rows, whether they disagree, and all of them."""
    targets = {}
    for month_no in {month[0] for month in page.months}:
        raws = [raw for number, raw, _ in page.months if number == month_no]
        canonical = [raw for number, raw, role in page.months if (number, role) == (month_no, "canonical")]
        said = {raw or "" for raw in raws}
        targets[month_no] = (canonical[0] if canonical else None, len(raws), len(said) > 1, raws)
    return targets


@pytest.mark.parametrize("seed", range(4))
def test_edits_reports_and_months_follow_the_rules(archive: ParsedArchive, seed: int) -> None:
    pages = fill(archive, random.Random(seed))
    built = archive.build(publish_user_names=True)
    versions: dict[object, list[Version]] = defaultdict(list)
    for row in built.rows("FROM project_versions ORDER BY project_id, version_no"):
        versions[row["project_id"]].append(Version(row, pages[str(row["snapshot_id"])]))
    changes: dict[object, list[Change]] = defaultdict(list)
    found_transient = set()
    for row in built.rows("FROM project_changes"):
        columns = ("section", "field", "label", "row_label", "occurrence", "change_type", "old", "new")
        change = tuple(row[column] for column in columns)
        changes[row["project_id"], row["version_no"]].append(change)
        found_transient |= {(row["project_id"], row["version_no"], change)} if row["is_transient"] else set()
    history: dict[object, list[dict[str, object]]] = defaultdict(list)
    for row in built.rows("FROM progress_history ORDER BY project_id, report_no"):
        history[row["project_id"]].append(row)
    targets: dict[object, dict[object, object]] = defaultdict(dict)
    for row in built.rows("targets"):
        said = (row["result_raw"], row["n_rows"], row["is_conflicting"], row["raw_values"])
        targets[row["project_id"]][row["month_no"]] = said

    for project_id, lives in versions.items():
        edits: list[tuple[int, Change]] = []
        for number, version in enumerate(lives, 1):
            is_edit = number > 1 and lives[number - 2].row["content_sha256"] != version.row["content_sha256"]
            expected = expected_changes(lives[number - 2].page, version.page) if is_edit else []
            assert sorted(changes[project_id, number], key=repr) == expected
            assert version.row["n_changes"] == len(expected)
            edits += [(number, change) for change in expected]
        assert {found[1:] for found in found_transient if found[0] == project_id} == transient(edits)
        told = expected_history(lives)
        assert len(history[project_id]) == len(told)
        for row, report in zip(history[project_id], told, strict=True):
            assert row | report == row
        assert targets[project_id] == expected_targets(lives[-1].page)
    assert sum(map(len, changes.values())) > 300
    assert found_transient
