"""The tests of sql/ ask the models, not a release."""

from pathlib import Path

import pytest

from tests.sql.in_memory import ModelArchive


@pytest.fixture
def archive(tmp_path: Path) -> ModelArchive:
    return ModelArchive(tmp_path / "data")
