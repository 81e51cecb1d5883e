"""Our change is not the site's: what another reader or a withdrawn import alters is told and judged apart."""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest

from parsers.records import Issue
from pipeline.archive.fetch_log import FetchLogRow
from pipeline.core.settings import GateSettings
from pipeline.publish.gate_measures import Measure, measure
from pipeline.publish.quality_gate import decide
from pipeline.report.quality_page import write_report
from tests.conftest import Built, ParsedArchive, moment, run_of

IDS = [f"50490000-{number:04}" for number in range(1, 21)]
LABEL = "งบฯ ที่ได้รับ (บาท)"
PAGE = {"name": "ก", "agency": "ข", "budget_received_thb": "100", "remark": "ค"}
MONTHS = [(1, "1", "canonical"), (2, "2", "canonical")]
REPORTS = [("2026-01-01", "10", "1", None, "เริ่ม"), ("2026-01-05", "20", "1", None, "ต่อ")]
UPDATES = [("2026-01-01", "10:00", "user1"), ("2026-01-02", "11:00", "user2")]
Edit = Callable[[NamedTuple], NamedTuple]


def night(archive: ParsedArchive, at: str, ids: list[str] = IDS, **edits: str | None) -> None:
    for project_id in ids:
        archive.capture(project_id, at, months=MONTHS, reports=REPORTS, updates=UPDATES, **(PAGE | edits))  # type: ignore[arg-type]


def upgraded(archive: ParsedArchive, **readers: Edit) -> None:
    """Read all of the archive again with another reader: what it makes of the rows of a parsed table."""
    for tables in archive.rows.values():
        for name, read in readers.items():
            tables[name] = [read(row) for row in tables[name]]


def without(**values: object) -> Edit:
    return lambda row: row._replace(**values)


def rules_over(after: Built, before: Built) -> set[str]:
    return {reason.en.split(":")[0] for reason in decide(after.path, before.path, GateSettings()).reasons}


def counted(after: Built, before: Built, rule: str) -> dict[str | None, tuple[int, int]]:
    """n and total by field, of what the rule found at all."""
    answers: list[Measure] = measure(after.path, before.path, (rule,))
    return {answer.field: (answer.n, answer.total) for answer in answers if answer.n}


def listed(after: Built, before: Built) -> list[Mapping[str, object]]:
    write_report(after.path, {"run_id": after.path.name}, previous=before.path)
    changes: list[Mapping[str, object]] = json.loads((after.path / "quality.json").read_text())["reader_changes"]
    return changes


def change(field: str, label: str, *counts: int, cause: str = "reader") -> dict[str, object]:
    n_lost, n_read, n_changed = counts
    return {
        "source_id": "sample",
        "cause": cause,
        "field": field,
        "label": label,
        "n_lost": n_lost,
        "n_read": n_read,
        "n_changed": n_changed,
    }


def test_a_reader_that_loses_a_field_is_refused_for_that_alone(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    upgraded(archive, pages=without(budget_received_thb=None))
    after = archive.build("after")
    (reason,) = decide(after.path, before.path, GateSettings()).reasons
    assert reason.en == (
        "reader_changes: sample: budget_received_thb: 20 of 20 values that the site did not edit are lost or other "
        "(reader changed: 20 values became null, 0 were read, 0 differ); 100.0%, allowed 10.0% "
        "(setting gate.reader_changes_share)"
    )
    assert reason.th.startswith(
        "sample: งบฯ ที่ได้รับ (บาท): ค่าที่เว็บไซต์ไม่ได้แก้ไขแต่หายไปหรือต่างจากเดิม 20 จาก 20 ค่า "
        "(ตัวอ่านเปลี่ยน: กลายเป็นว่าง 20 ค่า อ่านได้เพิ่ม 0 ค่า ต่างจากเดิม 0 ค่า)"
    )
    assert listed(after, before) == [change("budget_received_thb", "งบฯ ที่ได้รับ (บาท)", 20, 0, 0)]


def test_a_reader_that_reads_more_is_published_and_listed(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    upgraded(archive, pages=without(weight=5, weight_raw="5"))
    after = archive.build("after")
    assert rules_over(after, before) == set()
    assert listed(after, before) == [change("weight", "ค่าน้ำหนัก", 0, 20, 0)]


@pytest.mark.parametrize(
    ("table", "read", "field", "counts"),
    [
        ("month_results", without(result_value=None), "month_value", (40, 0, 0)),
        ("progress_rows", without(progress_pct=0), "progress_history.progress_pct", (0, 0, 40)),
        ("progress_rows", without(detail=None), "progress_history.detail", (40, 0, 0)),
        ("update_rows", without(user_name=None), "update_history.user_name", (40, 0, 0)),
        ("update_rows", without(user_name=""), "update_history.user_name", (40, 0, 0)),
        ("update_rows", without(updated_on=None), "update_history.updated_on", (40, 0, 0)),
        ("update_rows", without(action="ลบ"), "update_history.action", (0, 0, 40)),
    ],
)
def test_months_reports_and_the_edit_log_are_compared_too(
    archive: ParsedArchive, table: str, read: Edit, field: str, counts: tuple[int, int, int]
) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    upgraded(archive, **{table: read})
    after = archive.build("after")
    assert rules_over(after, before) == {"reader_changes"}
    assert [(row["field"], (row["n_lost"], row["n_read"], row["n_changed"])) for row in listed(after, before)] == [
        (field, counts)
    ]


def test_a_reader_that_no_longer_finds_the_reports_is_no_change_of_the_site(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    for tables in archive.rows.values():
        tables["progress_rows"] = []
    upgraded(archive, pages=without(reports_state="absent", reports_fingerprint=None))
    after = archive.build("after")
    assert rules_over(after, before) == {"reader_changes"}
    assert counted(after, before, "reader_changes") == {"progress_history": (40, 40)}


@pytest.mark.parametrize("sees_table", [True, False])
def test_a_reader_that_loses_every_row_of_the_edit_log_is_refused(archive: ParsedArchive, sees_table: bool) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    for tables in archive.rows.values():
        tables["update_rows"] = []
        tables["page_cells"] = [row for row in tables["page_cells"] if row.section != "update"]  # type: ignore[attr-defined]
    state, fingerprint = ("empty", 0) if sees_table else ("absent", None)
    upgraded(archive, pages=without(updates_state=state, updates_fingerprint=fingerprint))
    after = archive.build("after")
    assert rules_over(after, before) == {"reader_changes"}
    assert counted(after, before, "reader_changes") == {"update_history": (40, 40)}
    assert listed(after, before) == [change("update_history", "ประวัติการปรับปรุงข้อมูล", 40, 0, 0)]


def test_rows_that_the_site_takes_from_the_edit_log_are_the_sites_change(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    for project_id in IDS:
        archive.capture(project_id, "2026-01-02", months=MONTHS, reports=REPORTS, updates=UPDATES[:1], **PAGE)  # type: ignore[arg-type]
    after = archive.build("after")
    assert counted(after, before, "reader_changes") == {}
    assert counted(after, before, "values_lost") == {"update_history": (20, 20)}
    assert listed(after, before) == []


def test_other_pseudonyms_are_no_change(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    after = archive.build("after", publish_user_names=True)
    assert before.column("FROM (SELECT DISTINCT user_name FROM update_history)") != after.column(
        "FROM (SELECT DISTINCT user_name FROM update_history)"
    )
    assert listed(after, before) == []
    assert rules_over(after, before) == set()


def test_the_night_of_an_upgrade_tells_the_site_and_the_reader_apart(archive: ParsedArchive) -> None:
    """The site empties the remark on 12 pages, and the new reader loses the budget on all 20."""
    night(archive, "2026-01-01")
    before = archive.build("before")
    night(archive, "2026-01-02", IDS[:12], remark="")
    for project_id in IDS[12:]:
        archive.attempt(project_id, "2026-01-02", "unchanged")
    upgraded(archive, pages=lambda row: row._replace(budget_received_thb=None, remark=row.remark or None))  # type: ignore[attr-defined]
    after = archive.build("after")
    assert rules_over(after, before) == {"values_lost", "reader_changes"}
    assert counted(after, before, "values_lost") == {"remark": (12, 12)}
    assert counted(after, before, "reader_changes") == {"budget_received_thb": (20, 20)}
    assert counted(after, before, "pages_changed") == {None: (12, 20)}
    assert listed(after, before) == [change("budget_received_thb", "งบฯ ที่ได้รับ (บาท)", 20, 0, 0)]


def test_labels_and_numbers_an_upgrade_no_longer_knows_are_no_fault_of_the_site(archive: ParsedArchive) -> None:
    """The site edits 12 remarks; the new reader does not know the budget any more, whose rows stand as they were."""
    night(archive, "2026-01-01")
    before = archive.build("before")
    night(archive, "2026-01-02", IDS[:12], remark="ใหม่")
    upgraded(
        archive,
        pages=without(budget_received_thb=None),
        page_cells=lambda row: row._replace(field=None) if row.field == "budget_received_thb" else row,  # type: ignore[attr-defined]
    )
    for tables in archive.rows.values():
        for page in tables["pages"]:
            for code in ("missing_label", "unreadable_number"):
                tables["issues"].append(issue_of(page, code))
    after = archive.build("after")
    for rule in ("labels_missing", "labels_unknown", "values_unreadable", "values_lost"):
        assert counted(after, before, rule) == {}, rule
    assert rules_over(after, before) == {"reader_changes"}


def issue_of(page: NamedTuple, code: str) -> NamedTuple:
    source_id, project_id, snapshot = page[:3]
    field = "budget_received_thb" if code == "unreadable_number" else "budget_received"
    return Issue(code, "warning", source_id, project_id, snapshot, field, LABEL, None, "x", "found x")


def test_the_same_is_the_sites_fault_where_the_site_edited_the_row(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    missing = [("missing_label", "budget_received", None), ("unreadable_number", "budget_received_thb", "x")]
    for project_id in IDS:
        edited = PAGE | {"budget_received_thb": None, "remark": "ใหม่"}
        page = {"months": MONTHS, "reports": REPORTS, "updates": UPDATES, "issues": missing, **edited}
        archive.capture(project_id, "2026-01-02", **page)  # type: ignore[arg-type]
    after = archive.build("after")
    assert counted(after, before, "labels_missing") == {None: (20, 20 * 37)}
    assert counted(after, before, "values_unreadable") == {"budget_received_thb": (20, 20)}
    assert counted(after, before, "values_lost") == {"budget_received_thb": (20, 20)}
    assert listed(after, before) == []


def test_what_the_site_edits_is_the_sites_though_the_label_is_new(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    for project_id in IDS:
        archive.capture(project_id, "2026-01-02", unknown={f"ป้าย {n}": "x" for n in range(3)}, **PAGE)  # type: ignore[arg-type]
    after = archive.build("after")
    assert counted(after, before, "labels_unknown") == {None: (60, 140)}
    assert counted(after, before, "values_lost") == {
        "month": (20, 20),
        "month_value": (20, 20),
        "progress_history": (20, 20),
        "update_history": (20, 20),
    }
    assert listed(after, before) == []


def test_a_night_without_an_upgrade_lists_nothing(archive: ParsedArchive) -> None:
    night(archive, "2026-01-01")
    before = archive.build("before")
    night(archive, "2026-01-02", IDS[:3], budget_received_thb="200", remark=None)
    night(archive, "2026-01-02T01", IDS[3:12])
    for project_id in IDS[12:]:
        archive.attempt(project_id, "2026-01-02T01", "unchanged")
    after = archive.build("after")
    assert rules_over(after, before) == set()
    assert listed(after, before) == []
    assert counted(after, before, "reader_changes") == {}
    assert counted(after, before, "pages_changed") == {None: (3, 20)}


def test_an_upgrade_that_cuts_the_history_anew_makes_no_page_fresh(archive: ParsedArchive) -> None:
    """To the old reader two captures said the same; the new one tells them apart, so another one is published."""
    night(archive, "2026-01-01")
    night(archive, "2026-01-02")
    before = archive.build("before")
    second = {row.snapshot_id for row in archive.rows[run_of("2026-01-02")]["pages"]}  # type: ignore[attr-defined]
    upgraded(
        archive,
        pages=lambda row: (
            row._replace(remark="อ่านใหม่", fields_fingerprint=1) if row.snapshot_id in second else row  # type: ignore[attr-defined]
        ),
    )
    after = archive.build("after")
    assert counted(after, before, "pages_changed") == {}
    assert counted(after, before, "reader_changes") == {"remark": (20, 20)}


def undo(archive: ParsedArchive, run: str, at: str) -> None:
    row = dict.fromkeys(FetchLogRow._fields) | {
        "run_id": run_of(at),
        "source_id": "sample",
        "url": "",
        "requested_at": moment(at),
        "time_basis": "protocol",
        "outcome": "withdrawn",
        "attempts": 0,
        "elapsed_ms": 0,
        "withdraws": run,
    }
    archive._rows(at)["fetches"].append(FetchLogRow(**row))  # type: ignore[arg-type]


@pytest.fixture
def undone(archive: ParsedArchive) -> tuple[Built, Built]:
    """An import showed six known projects otherwise and brought four more; then it was withdrawn."""
    night(archive, "2026-01-01", IDS[:16])
    night(archive, "2026-01-02", IDS[10:], budget_received_thb="999", remark=None)
    before = archive.build("before")
    undo(archive, run_of("2026-01-02"), "2026-01-03")
    return before, archive.build("after")


def test_a_withdrawn_import_is_told_as_one_and_blamed_on_nobody(undone: tuple[Built, Built]) -> None:
    before, after = undone
    assert counted(after, before, "projects_lost") == counted(after, before, "values_lost") == {}
    assert counted(after, before, "reader_changes") == counted(after, before, "pages_changed") == {}
    (reason,) = decide(after.path, before.path, GateSettings()).reasons
    assert reason.en == (
        "imports_withdrawn: sample: 10 of 20 projects of the last release stood as an import showed them: import "
        "withdrawn (20260102T000000Z); 50.0%, allowed 10.0% (setting gate.imports_withdrawn_share)"
    )
    assert listed(after, before) == [
        change("project_id", "รหัสโครงการ", 4, 0, 0, cause="withdrawn"),
        change("budget_received_thb", "งบฯ ที่ได้รับ (บาท)", 0, 0, 6, cause="withdrawn"),
        change("remark", "หมายเหตุ", 0, 6, 0, cause="withdrawn"),
    ]
    assert after.column("SELECT withdrawn_by FROM runs WHERE run_id = '20260102T000000Z'") == ["20260103T000000Z"]


def test_a_withdrawal_is_told_once(undone: tuple[Built, Built], archive: ParsedArchive) -> None:
    _, after = undone
    night(archive, "2026-01-04", IDS[:1], remark="ใหม่")
    later = archive.build("later")
    assert rules_over(later, after) == set()
    assert listed(later, after) == []
