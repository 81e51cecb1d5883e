"""The pages of examples/ in a browser: no sideways scroll on any screen, and Thai marks where they belong."""

import runpy
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import Chromium

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gallery(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    with pytest.MonkeyPatch.context() as patch:
        for script in ("silent_projects", "districts"):
            patch.setattr(sys, "argv", [script, str(sample_data), str(folder)])
            runpy.run_module(f"examples.{script}", run_name="__main__")
    return folder


@pytest.mark.parametrize(("width", "scheme"), [(1100, "light"), (360, "dark")])
def test_a_page_fits_the_screen_and_asks_nobody(chromium: Chromium, gallery: Path, width: int, scheme: str) -> None:
    for file in gallery.iterdir():
        with chromium.opened(file, width=width, scheme=scheme, runs_scripts=False) as (page, offences):
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            bar = page.locator("rect.bar").first.bounding_box()
            assert bar is not None
            assert bar["width"] > 100
        assert offences == []


def test_thai_marks_stand_on_their_consonants(chromium: Chromium, gallery: Path) -> None:
    with chromium.opened(gallery / "districts.html", runs_scripts=False) as (page, _):
        for plain, marked in (("ท", "ที่"), ("ป", "ปู่"), ("ผ", "ผู้"), ("ขา", "ขำ"), ("กา", "ก้ำ")):
            widths = [
                page.evaluate(
                    """text => {
                        const span = document.createElement("span");
                        span.textContent = text;
                        document.querySelector(".row").append(span);
                        return span.getBoundingClientRect().width;
                    }""",
                    text,
                )
                for text in (plain, marked)
            ]
            assert widths[0] == pytest.approx(widths[1]), marked
