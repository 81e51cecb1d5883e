"""The wheel holds all it needs: unpacked outside the checkout it refreshes the sample and answers."""

import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.cli.command import environment

ROOT = Path(__file__).parents[2]
# Without site, so that the editable install of the checkout is nowhere on the path.
RUN = """
import sys
wheel, libraries, *sys.argv[1:] = sys.argv[1:]
sys.path[:0] = [wheel, libraries]
import pipeline, parsers, sql
assert all(module.__file__.startswith(wheel) for module in (pipeline, parsers, sql)), pipeline.__file__
from pipeline.cli.app import main
main()
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, env=environment(PYTHONWARNINGS="default"))
    (wheel,) = tmp_path.glob("*.whl")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as file:
        file.extractall(unpacked)
    return unpacked


def test_the_wheel_holds_every_file_of_its_packages(unpacked: Path) -> None:
    def files_of(folder: Path) -> set[str]:
        packages = [folder / name for name in ("pipeline", "parsers", "sql")]
        found = {path for package in packages for path in package.rglob("*") if path.is_file()}
        return {str(path.relative_to(folder)) for path in found if path.parent.name != "__pycache__"}

    assert files_of(unpacked) == files_of(ROOT)
    (metadata,) = unpacked.glob("bma_projects-*.dist-info")
    assert metadata.name == f"bma_projects-{distribution('bma-projects').version}.dist-info"
    assert "bma-projects = pipeline.cli.app:main" in (metadata / "entry_points.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_wheel_works_outside_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        call = [sys.executable, "-I", "-S", "-c", RUN, str(unpacked), sysconfig.get_path("platlib"), *arguments]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("refresh", "--quiet")
    assert "50490000-3607" in run("query", "SELECT project_id FROM projects WHERE NOT is_invented")
