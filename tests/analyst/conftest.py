"""The releases that answers come from: tables without their pages, and the sample to be read."""

from pathlib import Path

import pytest

from pipeline import open_release
from pipeline.analyst.open_release import OpenRelease
from tests.publish.compared import ComparedArchive


@pytest.fixture
def archive(tmp_path: Path) -> ComparedArchive:
    return ComparedArchive(tmp_path / "data")


@pytest.fixture(scope="session")
def release(sample_data: Path) -> OpenRelease:
    """The release of the sample, to be read."""
    return open_release(sample_data)
