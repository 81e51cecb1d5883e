"""The report's files without a browser: what quality.json promises, hostile text, size, and rebuilding."""

import base64
import datetime as dt
import gzip
import hashlib
import json
import random
import re
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.build.database import DATABASE
from pipeline.core import thai_time as thai_time
from pipeline.core.settings import GateSettings
from pipeline.core.text import is_plain, show_command, show_invisible, spans, web_address
from pipeline.publish.quality_gate import decide
from pipeline.report import charts
from pipeline.report.data import read_report_data
from pipeline.report.page_issues import MAX_PACKED_BYTES, pack
from pipeline.report.quality_page import ReportError, report_markdown, write_report, write_report_of
from pipeline.report.records import ReportedIssue, Rule
from tests.conftest import GUESSED_AGENCY, Built, ParsedArchive
from tests.publish.compared import ComparedArchive

P = "50490000-3607"
HOSTILE = "<script>alert(1)</script> `x` [a](javascript:alert(1)) @all \u202e\u200b\x1b[31m"


def reported(built: Built, previous: Built | None = None, **run: object) -> dict[str, object]:
    record = {"run_id": built.path.name, **run}
    write_report(built.path, record, previous=previous.path if previous else None)
    document: dict[str, object] = json.loads((built.path / "quality.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One release for the tests that only write its report once more."""
    archive = ComparedArchive(tmp_path_factory.mktemp("report") / "data")
    archive.capture(P, "2026-01-01", name="a")
    return archive.build()


def packed(page: str) -> dict[str, object]:
    """What the page carries for its own script."""
    found = re.search(r'<script type="application/octet-stream" id="packed">([A-Za-z0-9+/=]+)</script>', page)
    assert found is not None
    content: dict[str, object] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return content


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Built, Built]:
    """Two releases with their reports: the real project alone, then edited and beside four that are made up."""
    archive = ComparedArchive(tmp_path_factory.mktemp("nights") / "data")
    (archive.data_dir / "releases").mkdir()
    archive.capture(P, "2026-01-01", name="a", issues=[("month_conflict", "month", "1"), ("progress_falls", None, "2")])
    first = archive.build("releases/20260101T000000Z")
    reported(first)
    archive.capture(
        P, "2026-01-02", name="b", issues=[("month_conflict", "month", "1"), ("spent_over_received", None, "3")]
    )
    archive.capture("50490000-0001", "2026-01-02", name="x", remark="given")
    archive.capture("50490000-0002", "2026-01-02", name="x", remark="")
    archive.capture("50490000-0003", "2026-01-02", name="x", remark=None)
    archive.capture("50490000-0004", "2026-01-02", name="x", issues=[("month_conflict", "month", "1")])
    second = archive.build("releases/20260102T000000Z")
    record = {"run_id": "20260102T000000Z", "status": "published", "counts": {"due": 5, "changed": 1, "new": 4}}
    (second.path / "run.json").write_text(json.dumps(record))
    reported(second, first, **record)
    return first, second


def document_of(built: Built) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((built.path / "quality.json").read_text(encoding="utf-8"))
    return document


def test_the_difference_to_the_release_before_is_counted_issue_by_issue(nights: tuple[Built, Built]) -> None:
    difference = document_of(nights[1])["difference"]
    counts = {name: difference[name] for name in ("n_new", "n_still", "n_gone", "n_added", "n_changed")}
    assert counts == {"n_new": 2, "n_still": 1, "n_gone": 1, "n_added": 4, "n_changed": 1}
    assert [row["code"] for row in difference["gone"]] == ["progress_falls"]
    assert difference["changed"][0]["labels"] == "ชื่อโครงการ"
    assert difference["changed"][0]["edits"] == [{"label": "ชื่อโครงการ", "row_label": None, "old": "a", "new": "b"}]
    assert difference["previous_run_id"] == "20260101T000000Z"


@pytest.mark.slow
def test_the_page_shows_what_was_there_before_and_after_numbers_first(tmp_path: Path) -> None:
    archive = ComparedArchive(tmp_path / "data")
    (archive.data_dir / "releases").mkdir()
    texts = {f"text{n}": "<b>old</b>" for n in range(8)}
    archive.capture(P, "2026-01-01", budget_spent_thb="10", unknown=texts)
    first = archive.build("releases/20260101T000000Z")
    reported(first)
    report = ("2026-01-02", "55.5", "1", "", "")
    edited = dict.fromkeys(texts, "<b>new</b>")
    archive.capture(P, "2026-01-02", budget_spent_thb="20", unknown=edited, reports=[report])
    second = archive.build("releases/20260102T000000Z")
    reported(second, first)
    (changed,) = document_of(second)["difference"]["changed"]
    assert (changed["n_changes"], len(changed["edits"])) == (12, 8)
    assert [(edit["label"], edit["row_label"], edit["old"], edit["new"]) for edit in changed["edits"]][:3] == [
        ("budget_spent_thb", None, "10", "20"),
        ("ความคืบหน้า", "2026-01-02", None, "55.5"),
        ("วันที่รายงาน", "2026-01-02", None, "2026-01-02"),
    ]
    page = (second.path / "quality.html").read_text(encoding="utf-8")
    assert "<bdi>10</bdi> → <bdi>20</bdi>" in page
    assert '(<bdi>2026-01-02</bdi>)</span> <span class="none">∅</span> → <bdi>55.5</bdi>' in page
    assert "<bdi>&lt;b&gt;old&lt;/b&gt;</bdi> → <bdi>&lt;b&gt;new&lt;/b&gt;</bdi>" in page
    assert "and 4 more" in page


def test_an_issue_about_an_edit_has_the_texts_before_and_after(archive: ParsedArchive) -> None:
    night = ("2026-01-01", "50", "1", "", "โทร 02-123-4567 <b>")
    archive.capture(P, "2026-01-01", name="a", progress_pct="100", reports=[night, ("2025-12-01", "50", "1", "", "")])
    reworded = ("2026-01-01", "40", "1", "", "")
    archive.capture(
        P, "2026-01-02", name="b", progress_pct="100", reports=[reworded, ("2025-12-01", "30", "1", "", "")]
    )
    archive.capture(P, "2026-01-03", name="b", remark="x" * 300, progress_pct="100", reports=[reworded])
    data = read_report_data(archive.build().path, None)
    shown = {
        (issue.code, issue.label, issue.message): [
            (edit["label"], edit["old"], edit["new"]) for edit in data.edited[issue.issue_no].edits
        ]
        for issue in data.issues
        if issue.issue_no in data.edited
    }
    reports = {said: edits for (code, _, said), edits in shown.items() if code == "report_changed_later"}
    assert reports["report of 2026-01-01: ความคืบหน้า was edited"] == [("ความคืบหน้า", "50", "40")]
    assert reports["report of 2025-12-01: ความคืบหน้า was edited"] == [("ความคืบหน้า", "50", "30")]
    (detail,) = [edits for (_, label, _), edits in shown.items() if label == "รายละเอียด"]
    assert detail == [("รายละเอียด", "โทร 02-1xx xxxx <b>", "")], "masked as everywhere"
    after = [edits for (code, _, _), edits in shown.items() if code == "edited_after_completion"]
    assert 4 in {len(edits) for edits in after}, "all of the version"
    assert ("ชื่อโครงการ", "a", "b") in [edit for edits in after for edit in edits]
    assert ("หมายเหตุ", None, f"{'x' * 200}…") in [edit for edits in after for edit in edits]


def test_a_night_without_fetching_has_no_tiles_of_zeros(small: Built) -> None:
    for counts, tiles in (
        ({}, ["projects"]),
        ({"due": 3, "unchanged": 3, "failed": 0}, ["due", "unchanged", "failed", "projects"]),
    ):
        reported(small, None, counts=counts)
        status = (small.path / "quality.html").read_text(encoding="utf-8").partition('id="issues"')[0]
        assert re.findall(r'<li class="([a-z]+)"', status) == tiles


@pytest.mark.parametrize("counts", [{}, {"due": 1, "new": 1}, {"due": 1, "failed": 1}])
def test_what_is_one_is_singular(small: Built, counts: dict[str, int]) -> None:
    reported(small, counts=counts, sources=[{"source_id": "s", "is_invented": True}])
    page = (small.path / "quality.html").read_text(encoding="utf-8")
    explorer = (small.path / "explorer.html").read_text(encoding="utf-8")
    said = " ".join(
        re.sub(r"<script.*?</script>|<style>.*?</style>|</?[^>]*>", "", page + explorer, flags=re.DOTALL).split()
    )
    assert "1 โครงการ" in said
    assert re.findall(r"\b1 [a-z]+s\b", said + report_markdown(small.path)) == []


def test_every_release_carries_the_nights_before_it(nights: tuple[Built, Built]) -> None:
    history = document_of(nights[1])["history"]
    assert [night["run_id"] for night in history] == ["20260101T000000Z", "20260102T000000Z"]
    assert [night["issues"]["warning"] for night in history] == [2, 3]


def test_the_four_ways_to_say_nothing_are_counted_apart(nights: tuple[Built, Built]) -> None:
    document = document_of(nights[1])
    (remark,) = [field for field in document["fields"] if field["field"] == "remark"]
    (by_agency,) = [field for field in document["fields_by_agency"] if field["field"] == "remark"]
    for counts in (remark, by_agency):
        assert [counts[name] for name in ("n_given", "n_empty", "n_not_set", "n_absent")] == [1, 1, 1, 2]
    assert by_agency["agency_code"] == "50490000"


def test_rebuilding_gives_the_published_page(nights: tuple[Built, Built], tmp_path: Path) -> None:
    write_report_of(nights[1].path, tmp_path / "new" / "folder")
    for name in ("quality.html", "quality.json"):
        assert (tmp_path / "new" / "folder" / name).read_bytes() == (nights[1].path / name).read_bytes()


def test_a_report_that_cannot_be_written_says_where(nights: tuple[Built, Built], tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"run\.json: cannot be read"):
        write_report_of(nights[0].path, tmp_path / "out")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match=r"file: cannot be written"):
        write_report_of(nights[1].path, tmp_path / "file")


def test_a_release_of_an_older_version_without_what_the_pages_show_is_told_in_one_line(
    nights: tuple[Built, Built], tmp_path: Path
) -> None:
    old = Path(shutil.copytree(nights[1].path, tmp_path / nights[1].path.name))
    (old / DATABASE).chmod(0o644)
    with duckdb.connect(str(old / DATABASE)) as con:
        con.execute("DROP VIEW project_states CASCADE").complete()
    with pytest.raises(ReportError, match=r"not have what this version shows .*project_states.*`bma-projects build`"):
        write_report_of(old, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_invented_data_is_called_so_and_real_data_is_not(nights: tuple[Built, Built]) -> None:
    real, mixed = nights
    assert 'id="invented"' not in (real.path / "quality.html").read_text(encoding="utf-8")
    page = (mixed.path / "quality.html").read_text(encoding="utf-8")
    assert 'id="invented"' in page
    assert "โครงการ 4 จาก 5 โครงการในหน้านี้เป็นข้อมูลที่แต่งขึ้น" in page
    projects = {project[1]: project[6] for project in packed(page)["projects"]}  # type: ignore[attr-defined]
    assert projects == {"50490000-0004": True, P: False}
    assert "INVENTED: 4 of 5 projects; never cite them" in report_markdown(mixed.path)


@pytest.mark.slow
def test_a_guessed_name_of_an_agency_is_marked_wherever_the_page_names_it(
    archive: ParsedArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.build.inputs.read_agencies", lambda: [GUESSED_AGENCY])
    archive.capture(P, "2026-01-01", name="a", issues=[("month_conflict", "month", "1")])
    built = archive.build()
    reported(built)
    page = (built.path / "quality.html").read_text(encoding="utf-8")
    assert page.count("สำนักงานเขตทุ่งครุ") == page.count("สำนักงานเขตทุ่งครุ (?)") == 2
    assert packed(page)["agencies"] == [["50490000", "สำนักงานเขตทุ่งครุ (?)", None]]


@pytest.mark.slow
def test_a_release_of_an_older_version_is_not_compared_and_not_in_the_way(small: Built, tmp_path: Path) -> None:
    old = tmp_path / "20250101T000000Z"
    old.mkdir()
    with duckdb.connect(str(old / DATABASE)) as con:
        con.execute("CREATE TABLE projects AS SELECT 'sample' AS source_id, 'x' AS project_id")
    reported(small)
    (old / "quality.json").write_bytes((small.path / "quality.json").read_bytes())
    assert decide(small.path, old, GateSettings()).reasons == ()
    document = reported(small, Built(old, {}))
    assert document["difference"] is None
    assert len(document["history"]) == 2, "its nights still count"  # type: ignore[arg-type]


@pytest.mark.slow
def test_an_issue_of_a_kind_that_is_no_more_is_told_in_its_own_words(
    nights: tuple[Built, Built], tmp_path: Path
) -> None:
    before = Built(tmp_path / "before", {})
    shutil.copytree(nights[0].path, before.path)
    (before.path / DATABASE).chmod(0o644)
    with duckdb.connect(str(before.path / DATABASE)) as con:
        con.execute("UPDATE quality_issues SET code = 'renamed_since'").complete()
    write_report(nights[1].path, {"run_id": "20260102T000000Z"}, previous=before.path)
    assert "renamed_since" in (nights[1].path / "quality.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_empty_release_has_a_report_too(archive: ParsedArchive) -> None:
    built = archive.build()
    document = reported(built)
    assert document["issues"] == {"error": 0, "warning": 0, "info": 0}
    assert "ไม่พบประเด็นใด ๆ" in (built.path / "quality.html").read_text(encoding="utf-8")
    assert report_markdown(built.path)


@pytest.mark.parametrize(
    "run",
    [
        pytest.param({}, marks=pytest.mark.slow),
        {"counts": None, "durations": None, "versions": None, "sources": None, "problems": None, "gate": None},
        pytest.param(
            {"counts": {"due": "many", "failed": None}, "sources": [{}], "gate": {"reasons": None, "is_refused": None}},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"started_at": "yesterday", "finished_at": None, "sources": ["x"], "gate": []}, marks=pytest.mark.slow
        ),
    ],
)
def test_a_run_record_may_lack_anything(small: Built, run: dict[str, object]) -> None:
    assert reported(small, None, **run)["sentence"]


@pytest.mark.parametrize(
    ("run", "mood", "words"),
    [
        pytest.param(
            {"counts": {"due": 5, "unchanged": 5}},
            "good",
            "All went well: 5 pages due, all read",
            marks=pytest.mark.slow,
        ),
        ({"counts": {"due": 5, "unchanged": 3, "failed": 2}}, "attention", "2 of 5 pages due could not be read"),
        pytest.param({"counts": {"due": 0}}, "good", "no page was due", marks=pytest.mark.slow),
        pytest.param(
            {"counts": {"due": 5}, "ended_early": "max_requests"},
            "attention",
            "stopped before its end",
            marks=pytest.mark.slow,
        ),
        ({"gate": {"is_refused": True, "reasons": ["a", "b"]}}, "bad", "refused it for 2 reasons"),
        pytest.param(
            {"gate": {"is_refused": True, "reasons": ["a"], "accepted_because": "moved"}},
            "attention",
            "despite 1 reason of the quality gate",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_one_sentence_says_how_the_night_went(small: Built, run: dict[str, object], mood: str, words: str) -> None:
    sentence = reported(small, None, **run)["sentence"]
    assert isinstance(sentence, dict)
    assert sentence["mood"] == mood
    assert words in sentence["en"]


def test_hostile_text_is_inert_in_html_and_markdown(archive: ParsedArchive) -> None:
    archive.capture(
        f"{P}{HOSTILE}", "2026-01-01", name=HOSTILE, agency=HOSTILE, issues=[("month_conflict", HOSTILE, HOSTILE)]
    )
    built = archive.build()
    gate = {"is_refused": True, "reasons": [HOSTILE], "accepted_because": HOSTILE}
    sources = [{"source_id": HOSTILE, "title": HOSTILE, "base_url": "javascript:alert(1)"}]
    reported(built, None, gate=gate, problems=[HOSTILE], sources=sources, status=HOSTILE)
    page = (built.path / "quality.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert not set("\u202e\u200b\x1b") & set(page)
    assert "`` <script>alert(1)</script> `x`" in report_markdown(built.path), "as a code span that nothing closes"
    assert not set("\u202e\u200b\x1b") & set(report_markdown(built.path))


def test_the_policy_names_the_only_style_and_script(small: Built) -> None:
    reported(small)
    page = (small.path / "quality.html").read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert "default-src &#39;none&#39;" in policy
    for tag, attributes in (("style", ""), ("script", ' type="module"')):
        (content,) = re.findall(rf"<{tag}{attributes}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy
    assert not re.search(r'<[^>]+ (?:style|on[a-z]+)="', page), "neither style attributes nor handlers would work"
    assert not re.search(r'(?:src|href)="https?://(?!sample\.invalid)', page)


def issues_of(n_projects: int, each: int) -> list[ReportedIssue]:
    chance = random.Random(1)
    words = ["พัฒนา", "ชุมชน", "ระบายน้ำ", "ส่งเสริม", "สุขภาพ", "โรงเรียน", "ปรับปรุง", "ถนน", "ตลาด", "จราจร"]
    return [
        ReportedIssue(
            "month_conflict", "warning", "sample", f"50490000-{number:05}", " ".join(chance.choices(words, k=9)),
            "50490000", 2566, False, f"http://sample.invalid/index.php?project_id={number}", "month", f"ป้าย {n}", n,
            f"{chance.random()} {' '.join(chance.choices(words, k=6))}", f"it is {chance.random()}", None, None,
            True, number * each + n,
        )
        for number in range(n_projects)
        for n in range(each)
    ]  # fmt: skip


@pytest.mark.slow
def test_twenty_thousand_projects_fit_and_what_does_not_is_said() -> None:
    rule = Rule("month_conflict", "warning", "parser", "", "", "", "", "", 0, 0, None)
    text, n_issues = pack(issues_of(20_000, 4), [rule], [], [], {})
    assert len(text) <= MAX_PACKED_BYTES
    assert 20_000 < n_issues < 80_000, "these texts are random, which compresses worst"
    assert len(json.loads(gzip.decompress(base64.b64decode(text)))["issues"]["raw"]) == n_issues


def test_the_command_for_the_archived_page_is_safe_to_paste() -> None:
    assert show_command(P, "sample") == "bma-projects show 50490000-3607 --source sample --raw"
    assert show_command("$(rm -rf ~)'", "sample") == """bma-projects show '$(rm -rf ~)'"'"'' --source sample --raw"""
    assert show_command("--config=/x", "sample") == "bma-projects show --source sample --raw -- --config=/x"


@given(st.text())
def test_visible_text_loses_nothing_and_hides_nothing(text: str) -> None:
    shown = spans(text)
    marks = sum(span.name is not None for span in shown)
    plain = "".join(span.text for span in shown if span.name is None)
    assert len(plain) + marks - plain.count("\n") == len(text)
    assert all(is_plain(char) or char == "\n" for char in plain)
    said = show_invisible(text)
    assert said.isprintable()
    assert not any(unicodedata.category(char) in ("Cf", "Cc") for char in said)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.invalid",
        "http://",
        "https:///x",
        "http://[",
        "http://a\u202eb/",
        "",
        None,
    ],
)
def test_only_web_addresses_become_links(address: str | None) -> None:
    assert web_address(address) is None


def test_moments_are_told_in_bangkok_time_and_both_calendars() -> None:
    assert thai_time.in_thai("2026-12-31T18:05:00Z") == "1 ม.ค. 2570 01:05 น."
    assert thai_time.in_english("2026-12-31T18:05:00Z") == "1 Jan 2027 01:05"
    assert (
        thai_time.in_thai(None) == thai_time.in_english("never") == thai_time.short_day("9999-12-31T23:00:00Z") == "–"
    )
    assert thai_time.bangkok_day("2026-12-31T18:05:00Z") == dt.date(2027, 1, 1)
    assert thai_time.bangkok_day(None) is None
    assert dt.datetime.now(thai_time.BANGKOK).utcoffset() == dt.timedelta(hours=7)


def test_charts_stand_on_their_own_and_escape_what_they_are_given() -> None:
    columns = charts.stacked_columns(
        ["<a>", "b"], [charts.Series("new", [3, None]), charts.Series("failed", [1, 2])], "t"
    )
    assert columns.count("<rect") == 3
    assert "<a>" not in columns
    line = charts.lines(["a", "b"], [charts.Series("error", [None, 2.5])], "t", unit="%")
    assert line.count("<circle") == 1
    assert "2.5%" in line
    runs = charts.lines(["1/2", "1/2", "2/2", "1/2"], [], "t")
    assert re.findall('"day"[^>]*>([^<]*)<', runs) == ["1/2", "2/2", "1/2"], "the runs of one day have its name once"
    assert 'width="75.00"' in charts.shares([("given", 3), ("empty", 1)], "t")
    assert "<rect" not in charts.shares([("given", 0)], "t")
    assert charts.lines([], [], "nothing").startswith("<svg")
