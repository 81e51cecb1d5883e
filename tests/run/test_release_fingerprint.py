"""Whatever can decide what a release holds decides its fingerprint, so that an upgraded program builds anew."""

import shutil
from pathlib import Path

import pytest

from pipeline.core.settings import Settings
from pipeline.run.build_release import build_inputs_fingerprint
from tests.quick import quick

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "changed",
    quick(
        3,
        [
            "parsers/numbers.py",
            "pipeline/report/templates/quality.html.j2",
            "sql/curated/projects.sql",
            "pipeline/build/database.py",
            "pipeline/build/agencies.csv",
            "pipeline/report/templates/page.css",
            "sql/macros.sql",
            "sql/gate/values_lost.sql",
            "sql/report/totals.sql",
        ],
    ),
)
def test_a_changed_file_of_the_program_is_another_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    for package in ("parsers", "pipeline", "sql"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "site"))
    settings = Settings(data_dir=tmp_path / "data")
    installed = build_inputs_fingerprint(settings)
    monkeypatch.setattr("importlib.resources.files", tmp_path.joinpath)
    assert build_inputs_fingerprint(settings) == installed
    with (tmp_path / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert build_inputs_fingerprint(settings) != installed


def test_a_changed_work_list_is_another_release(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    without = build_inputs_fingerprint(settings)
    settings.work_list_file.write_text("x")
    one = build_inputs_fingerprint(settings)
    settings.work_list_file.write_text("y")
    assert len({without, one, build_inputs_fingerprint(settings)}) == 3
