"""The gallery of examples/: every script draws its page from the sample, with invented data named in every chart."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from tests.conftest import GUESSED_AGENCY, ParsedArchive
from tests.docs.blocks import ROOT

SCRIPTS = ("silent_projects", "budget_by_agency", "edits_after_completion", "districts")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_page_is_drawn_and_calls_invented_data_so(
    documented_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(sys, "argv", [script, str(documented_data), str(tmp_path)])
    runpy.run_module(f"examples.{script}", run_name="__main__")
    (page,) = tmp_path.glob("*.html")
    html = page.read_text(encoding="utf-8")
    charts = html.split("<h2>")[1:-1]
    assert charts
    for chart in charts:
        n_rows, n_invented = chart.count('<div class="row">'), chart.count("<small>ข้อมูลสมมติ")
        assert n_rows > 2
        assert f"{n_invented} of {n_rows} rows are made up" in chart
        assert n_rows - n_invented == ("ทุ่งครุ" in chart), "only one project of the sample is real"
    assert "<script" not in html
    assert "&lt;NA&gt;" not in html
    assert not re.search(r"(?i)\bnan\b", html)


def test_before_the_first_edit_the_page_says_what_it_takes(
    sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["edits_after_completion", str(sample_data), str(tmp_path)])
    runpy.run_module("examples.edits_after_completion", run_name="__main__")
    assert "captures of two different days" in (tmp_path / "edits-after-completion.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_page_that_says_little_is_drawn_too(
    archive: ParsedArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = [("2025-01-01", "100", "2", "", "")]
    archive.capture("50490000-0001", "2026-01-01", remark=None, progress_pct="100", reports=report)
    archive.capture("50490000-0001", "2026-02-01", remark="x", progress_pct="100", reports=report)
    begun = [("2025-01-01", "50", "1", "", "")]
    archive.capture("50490000-0002", "2026-02-01", reports=begun, budget_received_thb="2", budget_spent_thb="1")
    archive.build("curated/releases/20260201T000000Z")
    (archive.data_dir / "curated" / "latest").symlink_to("releases/20260201T000000Z")
    drawn = ""
    for script in SCRIPTS:
        monkeypatch.setattr(sys, "argv", [script, str(archive.data_dir), str(tmp_path)])
        runpy.run_module(f"examples.{script}", run_name="__main__")
        drawn += (tmp_path / f"{script.replace('_', '-')}.html").read_text(encoding="utf-8")
    assert not re.search(r"&lt;NA|\b(nan|None)\b", drawn)
    assert "ไม่ระบุความคืบหน้า" in drawn
    assert "<td>x</td>" in drawn


@pytest.mark.slow
def test_a_guessed_name_of_an_agency_is_marked(
    archive: ParsedArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.build.inputs.read_agencies", lambda: [GUESSED_AGENCY])
    archive.capture(
        "50490000-0001", "2026-02-01", agency="สำนักงานเขตบางรัก", budget_received_thb="2", budget_spent_thb="1"
    )
    archive.build("curated/releases/20260201T000000Z")
    (archive.data_dir / "curated" / "latest").symlink_to("releases/20260201T000000Z")
    for script in ("budget_by_agency", "districts"):
        monkeypatch.setattr(sys, "argv", [script, str(archive.data_dir), str(tmp_path)])
        runpy.run_module(f"examples.{script}", run_name="__main__")
        drawn = (tmp_path / f"{script.replace('_', '-')}.html").read_text(encoding="utf-8")
        assert "สำนักงานเขตทุ่งครุ (?)" in drawn
        assert "บางรัก" not in drawn


def test_make_gallery_runs_every_script() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    in_folder = {path.stem for path in (ROOT / "examples").glob("*.py")} - {"__init__", "drawing"}
    assert in_folder == set(SCRIPTS) == set(re.findall(r"-m examples\.(\w+) ", makefile))
