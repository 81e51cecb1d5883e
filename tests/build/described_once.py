"""Builds that do without what is the same in every release: a quarter of what a small one costs."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def described_once() -> Iterator[None]:
    """Write no comments into the DuckDB file, and ask no model whether its header fits: see test_build for both."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.build.tables._check_columns", lambda con, model: None)
        patch.setattr("pipeline.build.tables.comment_statements", lambda model, note: "SELECT 1")
        yield
