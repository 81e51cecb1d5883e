"""One process reads the pages of all tests here: each test would start its own for a page or two."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from pipeline.archive.pages import PageReader


@pytest.fixture(scope="session")
def reader() -> Iterator[PageReader]:
    with PageReader() as shared:
        yield shared


@pytest.fixture(autouse=True)
def _one_reader(monkeypatch: pytest.MonkeyPatch, reader: PageReader) -> None:
    monkeypatch.setattr("pipeline.importing.importer.PageReader", lambda: nullcontext(reader))
