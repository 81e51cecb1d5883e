"""Text of messages."""

import pytest

from pipeline.core.text import counted


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (counted(0, "page"), "0 pages"),
        (counted(1, "page"), "1 page"),
        (counted(2000, "page"), "2,000 pages"),
        (counted(1, "directory", "directories"), "1 directory"),
        (counted(2, "is", "are"), "2 are"),
        (counted(1.0, "hour"), "1 hour"),
        (counted(1.5, "hour"), "1.5 hours"),
    ],
)
def test_a_count_has_its_word_in_singular_or_plural(said: str, expected: str) -> None:
    assert said == expected
