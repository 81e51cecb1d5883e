"""Each check across pages finds its offending rows and leaves the others alone."""

from collections.abc import Callable

import pytest

from pipeline.build.models import load_models
from tests.conftest import ParsedArchive, Report

P = "50490000-3607"
REPORT: Report = ("2025-12-01", "5", "1", "ไม่มี", "x")


def vanished(archive: ParsedArchive, project_id: str) -> None:
    archive.capture(project_id, "2026-01-01", name="a")
    archive.attempt(project_id, "2026-01-02", "missing")
    archive.attempt(project_id, "2026-01-03", "missing")


def removed_report(archive: ParsedArchive, project_id: str) -> None:
    archive.capture(project_id, "2026-01-01", reports=[REPORT])
    archive.capture(project_id, "2026-01-02")


def future_report(archive: ParsedArchive, project_id: str) -> None:
    archive.capture(
        project_id, "2026-01-01T18:00", reports=[("2026-01-02", "5", "1", "", ""), ("2026-01-03", "5", "1", "", "")]
    )


def brief_gap(archive: ParsedArchive, project_id: str) -> None:
    for day, remark in (("01", "a"), ("02", ""), ("03", "a")):
        archive.capture(project_id, f"2026-01-{day}", remark=remark)


def edited_after_completion(archive: ParsedArchive, project_id: str) -> None:
    for day in ("01", "02"):
        archive.capture(project_id, f"2026-01-{day}", progress_pct="100", name=day)


def listed_only(archive: ParsedArchive, project_id: str) -> None:
    archive.listing("2026-01-01", [project_id])


def never_answered(archive: ParsedArchive, project_id: str) -> None:
    archive.attempt(project_id, "2026-01-01", "failed")


def unchanged_only(archive: ParsedArchive, project_id: str) -> None:
    archive.attempt(project_id, "2026-01-01", "unchanged")


def at_once(archive: ParsedArchive, project_id: str) -> None:
    for run, name in (("20260101T000000Z", "a"), ("20260102T000000Z", "b")):
        archive.capture(project_id, "2026-01-01", run=run, name=name)


def two_sources(archive: ParsedArchive, project_id: str) -> None:
    for source in ("bmavisions", "bs2568"):
        archive.capture(project_id, "2026-01-01", source=source, name=source)


def other_agency(archive: ParsedArchive, project_id: str) -> None:
    archive.capture(project_id, "2026-01-01", agency="สำนักงานเขตบางรัก")


def unreadable_tags(archive: ParsedArchive, project_id: str) -> None:
    archive.capture(project_id, "2026-01-01", name="(P145) (P146,66) โครงการ")


def unknown_agency(archive: ParsedArchive, project_id: str) -> None:
    archive.capture("9999" + project_id[4:], "2026-01-01", agency="a")


CASES: dict[str, tuple[Callable[[ParsedArchive, str], None], int]] = {
    "agency_name_differs": (other_agency, 1),
    "agency_unknown": (unknown_agency, 1),
    "captures_at_once": (at_once, 1),
    "edited_after_completion": (edited_after_completion, 1),
    "listed_never_fetched": (listed_only, 1),
    "page_never_answered": (never_answered, 1),
    "project_vanished": (vanished, 1),
    "report_changed_later": (removed_report, 5),
    "report_in_future": (future_report, 1),
    "sources_disagree": (two_sources, 2),
    "unchanged_without_capture": (unchanged_only, 1),
    "unreadable_policy_tags": (unreadable_tags, 1),
    "value_disappeared_briefly": (brief_gap, 1),
}


def test_every_check_has_a_case() -> None:
    assert {model.name for model in load_models().values() if model.layer == "quality"} == CASES.keys()


@pytest.mark.parametrize(
    "code",
    [*[*CASES][::3], *[pytest.param(code, marks=pytest.mark.slow) for code in CASES if code not in [*CASES][::3]]],
)
def test_a_check_finds_its_rows(archive: ParsedArchive, code: str) -> None:
    arrange, n_found = CASES[code]
    arrange(archive, P)
    built = archive.build()
    assert built.column(f"SELECT count(*) FROM quality_issues WHERE code = '{code}'") == [n_found]
    assert built.column(f"SELECT n_issues FROM quality_rules WHERE code = '{code}'") == [n_found]
    assert built.column("SELECT count(*) FROM quality_issues WHERE message IS NULL OR severity IS NULL") == [0]
    counted = "SELECT count(*) FROM quality_issues AS issues SEMI JOIN projects USING (source_id, project_id)"
    assert built.column("SELECT coalesce(sum(n_issues), 0) FROM projects") == built.column(counted)


def test_sound_pages_raise_nothing(archive: ParsedArchive) -> None:
    archive.capture(P, "2026-01-01", name="a", agency="สำนักงานเขตทุ่งครุ", progress_pct="5", reports=[REPORT])
    archive.attempt(P, "2026-01-02", "unchanged")
    archive.capture(P, "2026-01-03", name="b", agency="สำนักงานเขตทุ่งครุ", progress_pct="6", reports=[REPORT])
    archive.listing("2026-01-03", [P])
    assert archive.build().rows("quality_issues") == []


def test_a_brief_gap_names_the_version_that_brought_the_value_back(archive: ParsedArchive) -> None:
    for day, name, remark in (
        ("01", "a", "ok"), ("02", "a", None), ("03", "b", None), ("04", "b", "ok"), ("05", "b", ""), ("06", "b", "ok"),
    ):  # fmt: skip
        archive.capture(P, f"2026-01-{day}", name=name, remark=remark)
    messages = "SELECT message FROM quality_issues WHERE code = 'value_disappeared_briefly' ORDER BY ALL"
    assert archive.build().column(messages) == [
        "gone in version 2, back in version 4",
        "gone in version 5, back in version 6",
    ]


@pytest.mark.slow
def test_a_message_tells_rows_with_the_same_text_apart(archive: ParsedArchive) -> None:
    months = [(1, "5", "canonical"), (1, "5", "extra")]
    archive.capture(P, "2026-01-01", months=months, reports=[REPORT, REPORT])
    archive.capture(P, "2026-01-02", months=[(1, "", "canonical"), (1, "", "extra")])
    archive.capture(P, "2026-01-03", months=months, reports=[REPORT, REPORT])
    built = archive.build()
    messages = "SELECT message FROM quality_issues WHERE code = '{}' AND label = '{}' ORDER BY ALL"
    assert built.column(messages.format("report_changed_later", "รายละเอียด")) == [
        "report of 2025-12-01, number 2: รายละเอียด was removed",
        "report of 2025-12-01: รายละเอียด was removed",
    ]
    assert built.column(messages.format("value_disappeared_briefly", "รายละเอียด")) == [
        "gone in version 2, back in version 3 (row of 2025-12-01)",
        "gone in version 2, back in version 3 (row of 2025-12-01, number 2)",
    ]
    assert built.column(messages.format("value_disappeared_briefly", "ผลงานเดือนที่ 1")) == [
        "gone in version 2, back in version 3",
        "gone in version 2, back in version 3 (number 2)",
    ]


def test_a_report_in_the_future_is_compared_with_the_day_in_bangkok(archive: ParsedArchive) -> None:
    future_report(archive, P)
    assert archive.build().column("SELECT message FROM quality_issues WHERE code = 'report_in_future'") == [
        "report 2 is dated 2026-01-03, the page was captured on 2026-01-02 in Bangkok"
    ]


def test_a_check_of_a_page_counts_from_the_day_since_which_the_page_says_it(archive: ParsedArchive) -> None:
    bang_rak, other = "สำนักงานเขตบางรัก", "สำนักงานเขตบางบอน"
    wrong = ("2026-02-05", "5", "1", "", "")
    for day, agency, reports in (
        ("01", bang_rak, [wrong]), ("02", other, []), ("03", bang_rak, []), ("04", bang_rak, [wrong]),
        ("05", bang_rak, [wrong]),
    ):  # fmt: skip
        archive.capture(P, f"2026-01-{day}", agency=agency, progress_pct=day, reports=reports)
    assert first_days(archive) == {
        "agency_name_differs": "2026-01-03",
        "report_in_future": "2026-01-04",
        "report_changed_later": "2026-01-02",
        "value_disappeared_briefly": "2026-01-02",
    }


def test_sources_disagree_since_both_say_what_they_say_now(archive: ParsedArchive) -> None:
    for day, here, there in (("01", "a", "b"), ("02", "a", "c"), ("03", "a", "c")):
        for source, name in (("bmavisions", here), ("bs2568", there)):
            archive.capture(P, f"2026-01-{day}", source=source, name=name, remark=day)
    assert first_days(archive) == {"sources_disagree": "2026-01-02"}


def test_an_unknown_agency_counts_from_the_first_capture(archive: ParsedArchive) -> None:
    for day in ("01", "02"):
        archive.capture("9999" + P[4:], f"2026-01-{day}", name=day)
    assert first_days(archive) == {"agency_unknown": "2026-01-01"}


def first_days(archive: ParsedArchive) -> dict[object, object]:
    """The day since which each kind of issue is there."""
    rows = archive.build().rows("SELECT DISTINCT code, present_since::VARCHAR AS day FROM quality_issues")
    return {row["code"]: row["day"] for row in rows}
