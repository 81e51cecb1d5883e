"""Threads of one process read pages at the same time, as the workers of a cluster may."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.parsers.projects import parse
from tests.parsers.samples import TRUTH, Truth


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Threads that take turns after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def read(truth: Truth) -> object:
    page = truth.page()
    return (page, parse(page, truth.project_id)) if page.kind == "project" else page


@pytest.mark.usefixtures("busy_threads")
def test_pages_that_several_threads_read_at_once_are_what_one_thread_reads() -> None:
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, TRUTH * 2)) == [read(truth) for truth in TRUTH * 2]
