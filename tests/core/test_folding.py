"""What is typed in more than one way is found all the same; the pages fold alike (tests/browser/test_folding.py)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.folding import fold

EXAMPLES = json.loads(Path(__file__).with_name("folded.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["because"] for example in EXAMPLES])
def test_an_example_is_folded(example: dict[str, str]) -> None:
    assert fold(example["text"]) == example["folded"]


@given(st.text(alphabet="กนทำาํ่้ีเแ็ 1๑A\u200b"))
def test_no_white_space_thai_digit_or_doubled_mark_is_left(text: str) -> None:
    folded = fold(text)
    assert not set(folded) & set(" ๑A\u200b")
    assert not any(folded[n] == folded[n + 1] and folded[n] in "่้ี็ำ" for n in range(len(folded) - 1))
