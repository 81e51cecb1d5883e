"""One refreshed sample for all tests that only look at it."""

from pathlib import Path

import pytest

from tests.pipeline.command import bma


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after one refresh of the built-in source; tests must leave it as it is."""
    data = tmp_path_factory.mktemp("sample") / "data"
    done = bma("refresh", "--data-dir", data)
    assert done.returncode == 0, done.stderr
    return data
