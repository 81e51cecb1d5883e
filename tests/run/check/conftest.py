"""The site that is checked; its pages are read by processes that are kept."""

from collections.abc import Iterator

import pytest

from tests.core.kept_worker import kept_workers
from tests.fetch.misbehaving import MisbehavingSite, listing, misbehaving_site, project
from tests.run.check.checked import A, B, C


@pytest.fixture(autouse=True)
def _kept_workers() -> Iterator[None]:
    with kept_workers():
        yield


@pytest.fixture
def site() -> Iterator[MisbehavingSite]:
    """A site of three projects that behaves."""
    with misbehaving_site() as one:
        one.pages = {A: project(A), B: project(B), C: project(C)}
        one.listing = listing([[A, B, C]], 3)
        yield one
