"""The pages fold what is searched as `show` does: one table of examples for both."""

import json
from importlib import resources
from pathlib import Path

import pytest

from pipeline.core.folding import fold
from tests.browser.conftest import Chromium

pytestmark = pytest.mark.slow

EXAMPLES = json.loads((Path(__file__).parents[1] / "core" / "folded.json").read_text(encoding="utf-8"))
SCRIPT = resources.files("pipeline.report").joinpath("templates", "folding.js").read_text(encoding="utf-8")


def folded_by_the_page(chromium: Chromium, texts: list[str]) -> list[str]:
    with chromium.opened("about:blank", runs_scripts=True, is_report=False) as (page, _):
        said: list[str] = page.evaluate(f"texts => {{ {SCRIPT} return texts.map(fold); }}", texts)
        return said


def test_examples_are_folded_alike(chromium: Chromium) -> None:
    assert folded_by_the_page(chromium, [example["text"] for example in EXAMPLES]) == [
        example["folded"] for example in EXAMPLES
    ]


def test_every_single_character_and_every_pair_of_thai_signs_is_folded_alike(chromium: Chromium) -> None:
    # Letters whose lower case differs between versions of Unicode are no matter of ours.
    texts = [chr(point) for point in (*range(0x20, 0x1000), *range(0x2000, 0x2C00))]
    signs = [chr(point) for point in (*range(0xE30, 0xE3B), 0xE40, *range(0xE47, 0xE4F), 0xE01)]
    texts += [f"ก{one}{two}" for one in signs for two in signs]
    assert folded_by_the_page(chromium, texts) == [fold(text) for text in texts]
