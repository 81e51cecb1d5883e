"""A release that the documents speak of: the sample with its earlier night, as `make run` makes it."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.command import bma
from tests.conftest import made_once
from tests.docs.blocks import ROOT

CAPTURES = "earlier-captures.warc.gz"


@pytest.fixture(scope="session")
def documented_data(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory after `make run`; tests copy it before they change anything."""
    from pipeline.sample.earlier_night import main as write_captures

    def import_captures(data: Path) -> None:
        shutil.copytree(sample_data, data, symlinks=True)
        captures = tmp_path_factory.mktemp("captures") / CAPTURES
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["earlier_night", str(captures)])
            write_captures()
        done = bma("import", captures, "--data-dir", data)
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "documented", import_captures)


@pytest.fixture
def checkout(documented_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a reader: the files of the checkout, and a data directory of its own."""
    here = tmp_path / "checkout"
    here.mkdir()
    for path in ROOT.iterdir():
        if path.name not in ("data", ".git", ".venv", "export", "report", "gallery"):
            (here / path.name).symlink_to(path)
    (here / ".venv").symlink_to(sys.prefix)
    shutil.copytree(documented_data, here / "data", symlinks=True)
    monkeypatch.chdir(here)
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.setenv(name, {"NO_COLOR": "1", "COLUMNS": "100"}[name])
    return here
