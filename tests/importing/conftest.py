"""Pages are read by processes that are kept: each test would start its own for a page or two."""

from collections.abc import Iterator

import pytest

from tests.core.kept_worker import kept_workers


@pytest.fixture(autouse=True)
def _kept_workers() -> Iterator[None]:
    with kept_workers():
        yield
