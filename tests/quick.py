"""Which parameters of a test `make test` runs, where all of them ask the same of one piece of code."""

from collections.abc import Iterable

import pytest


def quick(n: int, values: Iterable[object]) -> list[object]:
    """The first n as they are, and the others marked slow, so that `make test-all` runs them."""
    every = [*values]
    return every[:n] + [
        pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.slow) for value in every[n:]
    ]
