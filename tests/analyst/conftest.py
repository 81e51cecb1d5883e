"""Answers come from tables, not from published releases."""

from pathlib import Path

import pytest

from tests.publish.compared import ComparedArchive


@pytest.fixture
def archive(tmp_path: Path) -> ComparedArchive:
    return ComparedArchive(tmp_path / "data")
