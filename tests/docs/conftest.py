"""The working directory of somebody who reads the documents."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT


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
