"""Takes the screenshots of README: refreshes the built-in sample twice and opens its quality page in Chromium."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path("docs/images")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
COMMAND = [sys.executable, "-c", "from pipeline.cli.app import main; main()"]


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """The Chromium of this machine, without a window; says what to install where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium here; install it, for example: apt-get install chromium fonts-thai-tlwg")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


def main() -> None:
    """Write docs/images/quality*.png."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running_chromium() as browser:
        for _ in range(2):
            subprocess.run([*COMMAND, "refresh", "--quiet", "--data-dir", scratch], check=True)
        page = (Path(scratch) / "curated" / "latest" / "quality.html").resolve()
        _shoot(browser, page.as_uri(), "quality", width=1180, height=1000)
        _shoot(
            browser, f"{page.as_uri()}#code=hidden_characters", "quality-issues", width=1180, height=760, part="#tools"
        )
        _shoot(browser, f"{page.as_uri()}#lang=th", "quality-phone", width=390, height=780, is_dark=True)


def _shoot(
    browser: Browser,
    address: str,
    name: str,
    *,
    width: int,
    height: int,
    part: str | None = None,
    is_dark: bool = False,
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if is_dark else "light")
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    if part:
        page.locator(part).evaluate("node => node.scrollIntoView()")
    page.wait_for_timeout(200)
    page.screenshot(path=IMAGES / f"{name}.png")
    page.close()
    sys.stdout.write(f"{IMAGES / name}.png\n")


if __name__ == "__main__":
    main()
