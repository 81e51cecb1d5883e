"""Our change is not the site's: what another reader or a withdrawn import alters is told and judged apart.

A release is judged source by source, so the tests share two releases in which each scene is a source of its own.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pytest

from parsers.records import Issue
from pipeline.core.settings import GateSettings
from pipeline.publish.gate_measures import Measure
from pipeline.publish.gate_messages import Reason
from pipeline.publish.quality_gate import GateDecision, decide
from pipeline.report.quality_page import write_report
from tests.conftest import Built, ParsedArchive, run_of
from tests.publish.compared import ComparedArchive

IDS = [f"50490000-{number:04}" for number in range(1, 21)]
LABEL = "งบฯ ที่ได้รับ (บาท)"
PAGE = {"name": "ก", "agency": "ข", "budget_received_thb": "100", "remark": "ค"}
MONTHS = [(1, "1", "canonical"), (2, "2", "canonical")]
REPORTS = [("2026-01-01", "10", "1", None, "เริ่ม"), ("2026-01-05", "20", "1", None, "ต่อ")]
UPDATES = [("2026-01-01", "10:00", "user1"), ("2026-01-02", "11:00", "user2")]
# A row as another reader makes it; None where that one finds no row.
Edit = Callable[[NamedTuple], "NamedTuple | None"]


class Site:
    """One source of the archive that the tests share."""

    def __init__(self, archive: ParsedArchive, source_id: str) -> None:
        self.archive = archive
        self.source_id = source_id

    def night(self, at: str, ids: Sequence[str] = IDS, **page: object) -> None:
        for project_id in ids:
            shown = {"months": MONTHS, "reports": REPORTS, "updates": UPDATES, **PAGE, **page}
            self.archive.capture(project_id, at, source=self.source_id, **shown)  # type: ignore[arg-type]

    def unchanged(self, at: str, ids: Sequence[str]) -> None:
        for project_id in ids:
            self.archive.attempt(project_id, at, "unchanged", source=self.source_id)

    def upgraded(self, **readers: Edit) -> None:
        """Read all of the site again with another reader: what it makes of the rows of a parsed table."""
        for tables in self.archive.rows.values():
            for name, read in readers.items():
                rows = [read(row) if row.source_id == self.source_id else row for row in tables[name]]  # type: ignore[attr-defined]
                tables[name] = [row for row in rows if row is not None]


def without(**values: object) -> Edit:
    return lambda row: row._replace(**values)


def no_row(_: NamedTuple) -> None:
    return None


Scene = Callable[[Site], None]
SCENES: list[Scene] = []


def scene(story: Scene) -> Scene:
    """What happens to a site between the release before, in which it is as `night` shows it, and the judged one."""
    SCENES.append(story)
    return story


class Judged:
    """A release compared with the one before it, site by site."""

    def __init__(self, after: Built, before: Built) -> None:
        self.decision: GateDecision = decide(after.path, before.path, GateSettings())
        write_report(after.path, {"run_id": after.path.name}, previous=before.path)
        self.report: list[Mapping[str, object]] = json.loads((after.path / "quality.json").read_text())[
            "reader_changes"
        ]

    def reasons(self, story: Scene | str) -> list[Reason]:
        return [reason for reason in self.decision.reasons if reason.en.split(": ")[1] == name_of(story)]

    def rules(self, story: Scene | str) -> set[str]:
        return {reason.en.split(":")[0] for reason in self.reasons(story)}

    def counted(self, story: Scene | str, rule: str) -> dict[str | None, tuple[int, int]]:
        """n and total by field, of what the rule found at all."""
        answers: list[Measure] = self.decision.measures
        mine = [answer for answer in answers if (answer.source_id, answer.rule) == (name_of(story), rule)]
        return {answer.field: (answer.n, answer.total) for answer in mine if answer.n}

    def listed(self, story: Scene | str) -> list[Mapping[str, object]]:
        """What the report lists of a site."""
        listed = [dict(row) for row in self.report]
        return [row for row in listed if row.pop("source_id") == name_of(story)]


def name_of(story: Scene | str) -> str:
    return story if isinstance(story, str) else f"site-{SCENES.index(story) + 1}"


def change(field: str, label: str, *counts: int, cause: str = "reader") -> dict[str, object]:
    n_lost, n_read, n_changed = counts
    return {
        "cause": cause,
        "field": field,
        "label": label,
        "n_lost": n_lost,
        "n_read": n_read,
        "n_changed": n_changed,
    }


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    archive = ComparedArchive(tmp_path_factory.mktemp("upgrade") / "data")
    sites = [Site(archive, name_of(story)) for story in SCENES]
    for site in sites:
        site.night("2026-01-01")
        site.night("2026-01-01T12")
    before = archive.build("before")
    for site, story in zip(sites, SCENES, strict=True):
        story(site)
    return Judged(archive.build("after"), before)


@scene
def budgets_get_lost(site: Site) -> None:
    site.upgraded(pages=without(budget_received_thb=None))


def test_a_reader_that_loses_a_field_is_refused_for_that_alone(judged: Judged) -> None:
    (reason,) = judged.reasons(budgets_get_lost)
    assert reason.en == (
        f"reader_changes: {name_of(budgets_get_lost)}: budget_received_thb: 20 of 20 values that the site did not edit "
        "are lost or different (parsers changed: 20 values became null, 0 were read, 0 differ); 100.0%, allowed 10.0% "
        "(setting gate.reader_changes_share)"
    )
    assert reason.th.startswith(
        f"{name_of(budgets_get_lost)}: งบฯ ที่ได้รับ (บาท): ค่าที่เว็บไซต์ไม่ได้แก้ไขแต่หายไปหรือต่างจากเดิม 20 จาก 20 ค่า "
        "(ตัวอ่านเปลี่ยน: กลายเป็นว่าง 20 ค่า อ่านได้เพิ่ม 0 ค่า ต่างจากเดิม 0 ค่า)"
    )
    assert judged.listed(budgets_get_lost) == [change("budget_received_thb", "งบฯ ที่ได้รับ (บาท)", 20, 0, 0)]


@scene
def weights_are_read(site: Site) -> None:
    site.upgraded(pages=without(weight=5, weight_raw="5"))


def test_a_reader_that_reads_more_is_published_and_listed(judged: Judged) -> None:
    assert judged.rules(weights_are_read) == set()
    assert judged.listed(weights_are_read) == [change("weight", "ค่าน้ำหนัก", 0, 20, 0)]


def table_read_otherwise(table: str, edit: Edit) -> Scene:
    @scene
    def story(site: Site) -> None:
        site.upgraded(**{table: edit})

    return story


@pytest.mark.parametrize(
    ("story", "field", "counts"),
    [
        (table_read_otherwise(table, edit), field, counts)
        for table, edit, field, counts in (
            ("month_results", without(result_value=None), "month_value", (40, 0, 0)),
            ("progress_rows", without(progress_pct=0), "progress_history.progress_pct", (0, 0, 40)),
            ("progress_rows", without(detail=None), "progress_history.detail", (40, 0, 0)),
            ("update_rows", without(user_name=None), "update_history.user_name", (40, 0, 0)),
            ("update_rows", without(user_name=""), "update_history.user_name", (40, 0, 0)),
            ("update_rows", without(updated_on=None), "update_history.updated_on", (40, 0, 0)),
            ("update_rows", without(action="ลบ"), "update_history.action", (0, 0, 40)),
        )
    ],
    ids=["month", "progress", "detail", "no user", "empty user", "day", "action"],
)
def test_months_reports_and_the_edit_log_are_compared_too(
    judged: Judged, story: Scene, field: str, counts: tuple[int, int, int]
) -> None:
    assert judged.rules(story) == {"reader_changes"}
    found = [(row["field"], (row["n_lost"], row["n_read"], row["n_changed"])) for row in judged.listed(story)]
    assert found == [(field, counts)]


@scene
def reports_are_not_found(site: Site) -> None:
    site.upgraded(progress_rows=no_row, pages=without(reports_state="absent", reports_fingerprint=None))


def test_a_reader_that_no_longer_finds_the_reports_is_no_change_of_the_site(judged: Judged) -> None:
    assert judged.rules(reports_are_not_found) == {"reader_changes"}
    assert judged.counted(reports_are_not_found, "reader_changes") == {"progress_history": (40, 40)}


def log_without_rows(state: str, fingerprint: int | None) -> Scene:
    @scene
    def story(site: Site) -> None:
        site.upgraded(
            update_rows=no_row,
            page_cells=lambda row: None if row.section == "update" else row,  # type: ignore[attr-defined]
            pages=without(updates_state=state, updates_fingerprint=fingerprint),
        )

    return story


@pytest.mark.parametrize(
    "story", [log_without_rows("empty", 0), log_without_rows("absent", None)], ids=["sees table", "sees none"]
)
def test_a_reader_that_loses_every_row_of_the_edit_log_is_refused(judged: Judged, story: Scene) -> None:
    assert judged.rules(story) == {"reader_changes"}
    assert judged.counted(story, "reader_changes") == {"update_history": (40, 40)}
    assert judged.listed(story) == [change("update_history", "ประวัติการปรับปรุงข้อมูล", 40, 0, 0)]


@scene
def site_drops_a_row(site: Site) -> None:
    site.night("2026-01-02", updates=UPDATES[:1])


def test_rows_that_the_site_takes_from_the_edit_log_are_the_sites_change(judged: Judged) -> None:
    assert judged.counted(site_drops_a_row, "reader_changes") == {}
    assert judged.counted(site_drops_a_row, "values_lost") == {"update_history": (20, 20)}
    assert judged.listed(site_drops_a_row) == []


@pytest.mark.slow
def test_other_pseudonyms_are_no_change(archive: ParsedArchive) -> None:
    Site(archive, "sample").night("2026-01-01")
    before = archive.build("before")
    after = archive.build("after", publish_user_names=True)
    assert before.column("FROM (SELECT DISTINCT user_name FROM update_history)") != after.column(
        "FROM (SELECT DISTINCT user_name FROM update_history)"
    )
    judged = Judged(after, before)
    assert judged.report == []
    assert judged.decision.reasons == ()


@scene
def site_and_reader_at_once(site: Site) -> None:
    """The site empties the remark on 12 pages, and the new reader loses the budget on all 20."""
    site.night("2026-01-02", IDS[:12], remark="")
    site.unchanged("2026-01-02", IDS[12:])
    site.upgraded(pages=lambda row: row._replace(budget_received_thb=None, remark=row.remark or None))  # type: ignore[attr-defined]


def test_the_night_of_an_upgrade_tells_the_site_and_the_reader_apart(judged: Judged) -> None:
    story = site_and_reader_at_once
    assert judged.rules(story) == {"values_lost", "reader_changes"}
    assert judged.counted(story, "values_lost") == {"remark": (12, 12)}
    assert judged.counted(story, "reader_changes") == {"budget_received_thb": (20, 20)}
    assert judged.counted(story, "pages_changed") == {None: (12, 20)}
    assert judged.listed(story) == [change("budget_received_thb", "งบฯ ที่ได้รับ (บาท)", 20, 0, 0)]


@scene
def label_is_not_known_any_more(site: Site) -> None:
    """The site edits 12 remarks; the new reader does not know the budget any more, whose rows stand as they were."""
    site.night("2026-01-02", IDS[:12], remark="ใหม่")
    site.upgraded(
        pages=without(budget_received_thb=None),
        page_cells=lambda row: row._replace(field=None) if row.field == "budget_received_thb" else row,  # type: ignore[attr-defined]
    )
    for tables in site.archive.rows.values():
        for page in tables["pages"]:
            if page[0] == site.source_id:
                tables["issues"] += [issue_of(page, code) for code in ("missing_label", "unreadable_number")]


def test_labels_and_numbers_an_upgrade_no_longer_knows_are_no_fault_of_the_site(judged: Judged) -> None:
    for rule in ("labels_missing", "labels_unknown", "values_unreadable", "values_lost"):
        assert judged.counted(label_is_not_known_any_more, rule) == {}, rule
    assert judged.rules(label_is_not_known_any_more) == {"reader_changes"}


def issue_of(page: NamedTuple, code: str) -> NamedTuple:
    source_id, project_id, snapshot = page[:3]
    field = "budget_received_thb" if code == "unreadable_number" else "budget_received"
    return Issue(code, "warning", source_id, project_id, snapshot, field, LABEL, None, "x", "found x")


@scene
def site_edits_the_row(site: Site) -> None:
    missing = [("missing_label", "budget_received", None), ("unreadable_number", "budget_received_thb", "x")]
    site.night("2026-01-02", issues=missing, budget_received_thb=None, remark="ใหม่")


def test_the_same_is_the_sites_fault_where_the_site_edited_the_row(judged: Judged) -> None:
    assert judged.counted(site_edits_the_row, "labels_missing") == {None: (20, 20 * 37)}
    assert judged.counted(site_edits_the_row, "values_unreadable") == {"budget_received_thb": (20, 20)}
    assert judged.counted(site_edits_the_row, "values_lost") == {"budget_received_thb": (20, 20)}
    assert judged.listed(site_edits_the_row) == []


@scene
def site_has_new_labels(site: Site) -> None:
    site.night("2026-01-02", unknown={f"ป้าย {n}": "x" for n in range(3)}, months=(), reports=(), updates=())


def test_what_the_site_edits_is_the_sites_though_the_label_is_new(judged: Judged) -> None:
    assert judged.counted(site_has_new_labels, "labels_unknown") == {None: (60, 140)}
    assert judged.counted(site_has_new_labels, "values_lost") == {
        "month": (20, 20),
        "month_value": (20, 20),
        "progress_history": (20, 20),
        "update_history": (20, 20),
    }
    assert judged.listed(site_has_new_labels) == []


@scene
def site_changes_a_little(site: Site) -> None:
    site.night("2026-01-02", IDS[:3], budget_received_thb="200", remark=None)
    site.night("2026-01-02T01", IDS[3:12])
    site.unchanged("2026-01-02T01", IDS[12:])


def test_a_night_without_an_upgrade_lists_nothing(judged: Judged) -> None:
    assert judged.rules(site_changes_a_little) == set()
    assert judged.listed(site_changes_a_little) == []
    assert judged.counted(site_changes_a_little, "reader_changes") == {}
    assert judged.counted(site_changes_a_little, "pages_changed") == {None: (3, 20)}


@scene
def history_is_cut_anew(site: Site) -> None:
    """To the old reader two captures said the same; the new one tells them apart, so another one is published."""
    second = {row.snapshot_id for row in site.archive.rows[run_of("2026-01-01T12")]["pages"]}  # type: ignore[attr-defined]
    site.upgraded(
        pages=lambda row: (
            row._replace(remark="อ่านใหม่", fields_fingerprint=1) if row.snapshot_id in second else row  # type: ignore[attr-defined]
        ),
    )


def test_an_upgrade_that_cuts_the_history_anew_makes_no_page_fresh(judged: Judged) -> None:
    assert judged.counted(history_is_cut_anew, "pages_changed") == {}
    assert judged.counted(history_is_cut_anew, "reader_changes") == {"remark": (20, 20)}


@pytest.mark.slow
def test_a_withdrawn_import_is_told_as_one_and_blamed_on_nobody_and_once(archive: ParsedArchive) -> None:
    """In an archive of its own, for what differs on any page beside a withdrawal is told as its doing."""
    site = Site(archive, "sample")
    site.night("2026-01-01", IDS[:16])
    site.night("2026-01-02", IDS[10:], budget_received_thb="999", remark=None)
    before = archive.build("before")
    archive.withdraw(run_of("2026-01-02"), "2026-01-03")
    after = archive.build("after")
    judged = Judged(after, before)
    assert judged.counted("sample", "projects_lost") == judged.counted("sample", "values_lost") == {}
    assert judged.counted("sample", "reader_changes") == judged.counted("sample", "pages_changed") == {}
    (reason,) = judged.decision.reasons
    assert reason.en == (
        "imports_withdrawn: sample: 10 of 20 projects of the last release had the values of an import that was "
        "withdrawn (20260102T000000Z); 50.0%, allowed 10.0% (setting gate.imports_withdrawn_share)"
    )
    assert judged.listed("sample") == [
        change("project_id", "รหัสโครงการ", 4, 0, 0, cause="withdrawn"),
        change("budget_received_thb", "งบฯ ที่ได้รับ (บาท)", 0, 0, 6, cause="withdrawn"),
        change("remark", "หมายเหตุ", 0, 6, 0, cause="withdrawn"),
    ]
    assert after.column("SELECT withdrawn_by FROM runs WHERE run_id = '20260102T000000Z'") == ["20260103T000000Z"]

    site.night("2026-01-04", IDS[:1], remark="ใหม่")
    later = Judged(archive.build("later"), after)
    assert (later.decision.reasons, later.report) == ((), [])
