"""One process reads the pages of all tests here: each test would start its own for a page or two."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from pipeline.archive.pages import PageReader
from tests.parse.archived import MISFORTUNE


@pytest.fixture(scope="session")
def reader() -> Iterator[PageReader]:
    with PageReader() as shared:
        yield shared


@pytest.fixture(autouse=True)
def _one_reader(monkeypatch: pytest.MonkeyPatch, reader: PageReader) -> None:
    monkeypatch.setattr("pipeline.fetch.site.PageReader", lambda: nullcontext(reader))


@pytest.fixture
def misfortune(monkeypatch: pytest.MonkeyPatch, _one_reader: None) -> None:
    """Readers of their own that marked pages crash, and that are given up soon."""
    monkeypatch.setattr("pipeline.fetch.site.PageReader", PageReader)
    monkeypatch.setenv("PYTHONPATH", str(MISFORTUNE))
