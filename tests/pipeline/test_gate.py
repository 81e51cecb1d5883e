"""The quality gate: a broken night stays away from the analysts, for the right reason; a good one never waits."""

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from parsers.labels import LABELS, MONTH_LABEL
from pipeline.gate import RULES, is_over, judge, limit_of, read_history
from pipeline.measures import Measure
from pipeline.refresh import ExitCode
from pipeline.sample import Reply
from pipeline.settings import GateSettings
from tests.conftest import ParsedArchive
from tests.pipeline.nightly_site import HTML, IDS, LOGIN, NOT_FOUND, Night, NightlySite, RefreshedSite, edited

ENGLISH = {label.text: f"Field {number}" for number, label in enumerate(LABELS) if not label.text.isascii()} | {
    MONTH_LABEL: "Result of month"
}


def other_labels(project_id: str, page: str) -> str:
    """The template got new headings: half the labels are called otherwise."""
    renamed = {label.text: f"ข้อมูลที่ {number}" for number, label in enumerate(LABELS) if number % 2}
    return re.sub(r"(?<=<th>)[^<]+(?=</th>)", lambda found: renamed.get(found[0], found[0]), page)


def in_english(project_id: str, page: str) -> str:
    for thai, english in sorted(ENGLISH.items(), key=lambda pair: -len(pair[0])):
        page = page.replace(f"<th>{thai}", f"<th>{english}")
    return page


def login_wall(project_id: str, page: str) -> Reply:
    return Reply(200, HTML, LOGIN)


def half_gone(project_id: str, page: str) -> Reply | str:
    return Reply(404, HTML, NOT_FOUND) if project_id in IDS[::2] else page


def blank_months(project_id: str, page: str) -> str:
    for month in range(1, 13):
        page = edited(page, f"{MONTH_LABEL} {month}", "")
    return page


def broken_numbers(project_id: str, page: str) -> str:
    return edited(page, "งบฯ ที่ได้รับ (บาท)", "1.2.3,4")


def server_down(project_id: str, page: str) -> Reply:
    return Reply(500, HTML, b"<html><body>Internal Server Error</body></html>")


def rewritten(project_id: str, page: str) -> str:
    return edited(page, "หมายเหตุ", "ย้ายระบบ")


def missing_rows(project_id: str, page: str) -> str:
    return re.sub(
        r"<tr><th>(?:หลักการและเหตุผล|วัตถุประสงค์|ผู้รับผิดชอบ|หน่วยงาน|ปี|Policy ID)</th>.*?</tr>", "", page, flags=re.DOTALL
    )


def a_few_edits(project_id: str, page: str) -> str:
    return edited(page, "คืบหน้าล่าสุด", "90") if project_id in IDS[:6] else page


def one_slip(project_id: str, page: str) -> Reply | str:
    if project_id == IDS[0]:
        return broken_numbers(project_id, page)
    return Reply(404, HTML, NOT_FOUND) if project_id == IDS[1] else blank_months(project_id, page)


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> NightlySite:
    site = NightlySite(tmp_path_factory.mktemp("gate") / "data")
    night = site.night()
    assert night.rules == [], "a first night has no history to be judged by"
    return site


@pytest.fixture
def site(first_night: NightlySite, tmp_path: Path) -> NightlySite:
    return first_night.copy(tmp_path / "data")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (login_wall, "pages_of_wrong_kind"),
        (server_down, "pages_failed"),
        (other_labels, "labels_unknown"),
        (in_english, "labels_unknown"),
        (missing_rows, "labels_missing"),
        (broken_numbers, "values_unreadable"),
        (blank_months, "values_lost"),
        (half_gone, "pages_missing"),
        (rewritten, "pages_changed"),
    ],
)
def test_a_broken_night_is_refused_for_its_reason(
    site: NightlySite, change: Callable[[str, str], Reply | str], rule: str
) -> None:
    before = site.latest
    night = site.night(change)
    assert night.rules[0] == rule, night.published.reasons
    assert site.latest == before, "latest stays as it was"
    assert night.published.path.parent.name == "refused"
    report = json.loads((night.published.path / "quality.json").read_text())
    assert report["sentence"]["mood"] == "bad"
    assert [reason.partition(":")[0] for reason in report["gate"]["reasons"]] == night.rules
    assert all("\n" not in reason and reason.isprintable() for reason in night.published.reasons)


@pytest.mark.parametrize(
    "nights",
    [
        pytest.param(lambda site: site.night(), id="nothing changed"),
        pytest.param(lambda site: site.night(a_few_edits), id="a few edits"),
        pytest.param(lambda site: site.night(one_slip, ids=IDS[:3]), id="a small night with every kind of slip"),
        pytest.param(lambda site: site.night(source_id="other"), id="the first night of a second source"),
    ],
)
def test_a_good_night_is_published(site: NightlySite, nights: Callable[[NightlySite], Night]) -> None:
    before = site.latest
    night = nights(site)
    assert night.rules == [], night.published.reasons
    assert site.latest != before


def test_what_was_refused_stays_refused_until_somebody_accepts_it(first_night: NightlySite, tmp_path: Path) -> None:
    site = RefreshedSite(first_night.copy(tmp_path / "data").data_dir)
    assert (site.night(rewritten).rules, site.code) == (["pages_changed"], ExitCode.REFUSED)
    again = site.night(rewritten)
    assert again.rules == ["pages_changed"], "the archive has these pages by now; the release has not"
    night = site.night(rewritten, accept="the remark was moved on purpose")
    assert (site.code, site.latest.name) == (ExitCode.DONE, night.record.run_id)
    report = json.loads((site.latest / "quality.json").read_text())
    assert report["gate"]["accepted_because"] == "the remark was moved on purpose"
    assert report["sentence"]["mood"] == "attention"
    assert [row["status"] for row in report["runs"]] == ["published", "refused", "refused", "published"]


def test_a_lost_part_of_the_archive_is_refused(archive: ParsedArchive) -> None:
    archive.capture("50490000-0001", "2026-01-01", name="a")
    archive.capture("50490000-0002", "2026-01-02", name="b")
    before = archive.build("before")
    lost = ParsedArchive(archive.data_dir / "lost")
    lost.capture("50490000-0002", "2026-01-02", name="b")
    (reason,) = judge(lost.build().path, before.path, GateSettings())
    assert reason.startswith("projects_lost: sample: 1 of 2 projects of the last release are not in this one")


def test_mass_vanishing_is_refused(archive: ParsedArchive) -> None:
    ids = [f"50490000-{number:04}" for number in range(1, 11)]
    for project_id in ids:
        archive.capture(project_id, "2026-01-01", name="a")
    before = archive.build("before")
    for day in ("02", "03"):
        archive.listing(f"2026-01-{day}", ids[:4])
    (reason,) = judge(archive.build("after").path, before.path, GateSettings())
    assert reason.startswith("projects_vanished: sample: 6 of 10 listed projects")


def measured(share: float, rule: str = "pages_failed") -> Measure:
    return Measure(rule, "district", None, round(share * 1000), 1000)


def test_limits_are_the_settings_until_there_are_enough_nights() -> None:
    settings = GateSettings()
    limit = limit_of(measured(0.2), [measured(0.01)] * (settings.nights - 1), settings)
    assert limit == (settings.pages_failed_count, settings.pages_failed_share, 0)


@pytest.mark.parametrize(
    ("usual", "share"),
    [
        pytest.param([0.01] * 9, 0.15, id="never below half the setting, however quiet the nights were"),
        pytest.param([0.10, 0.14, 0.18, 0.12, 0.16, 0.14, 0.14], 0.14 + 6 * 1.4826 * 0.02, id="median and MAD"),
        pytest.param([0.9] * 9, 0.6, id="never above twice the setting, however bad they were"),
    ],
)
def test_later_limits_follow_what_is_usual(usual: list[float], share: float) -> None:
    limit = limit_of(measured(0.2), [measured(one) for one in usual], GateSettings())
    assert limit.share == pytest.approx(share)
    assert limit.n_nights == len(usual)


def test_one_terrible_night_in_the_history_moves_no_limit() -> None:
    quiet = [measured(0.05)] * 8
    assert limit_of(measured(0.2), [*quiet, measured(1.0)], GateSettings()) == limit_of(
        measured(0.2), [*quiet, measured(0.05)], GateSettings()
    )


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_needs_count_and_share(rule: str) -> None:
    limit = limit_of(measured(0.5, rule), [], GateSettings())
    assert is_over(Measure(rule, "s", None, limit.n + 1, limit.n + 1), limit)
    assert not is_over(Measure(rule, "s", None, limit.n, max(limit.n, 1)), limit)
    assert not is_over(Measure(rule, "s", None, limit.n + 1, 10**9), limit) or limit.share == 0


def test_every_threshold_has_a_reason() -> None:
    thresholds = [field for field in dataclasses.fields(GateSettings) if field.name.endswith(("_count", "_share"))]
    assert [field.name for field in thresholds] == [f"{rule}_{kind}" for rule in RULES for kind in ("count", "share")]
    assert all(len(str(field.metadata["reason"])) > 15 for field in thresholds)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"history": 1}', '{"history": [{"measures": [{}]}]}', '{"history": [3]}']
)
def test_a_release_with_an_unreadable_report_counts_as_one_without_history(tmp_path: Path, content: str) -> None:
    (tmp_path / "quality.json").write_text(content)
    assert read_history(tmp_path) == []
