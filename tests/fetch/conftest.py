"""A site to fetch from; pages are read by processes that are kept, as each test would start its own for a few."""

from collections.abc import Iterator

import pytest

from tests.core.kept_worker import kept_workers
from tests.fetch.misbehaving import MisbehavingSite, misbehaving_site
from tests.parse.archived import MISFORTUNE


@pytest.fixture(autouse=True)
def _kept_workers() -> Iterator[None]:
    with kept_workers():
        yield


@pytest.fixture
def site() -> Iterator[MisbehavingSite]:
    with misbehaving_site() as running:
        yield running


@pytest.fixture
def misfortune(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that marked pages crash, and that are given up soon."""
    monkeypatch.setenv("PYTHONPATH", str(MISFORTUNE))
