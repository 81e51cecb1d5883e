"""Headless Chromium, and releases whose reports it opens.

The tests are skipped without Chromium; with REQUIRE_CHROMIUM=1 (as in CI) they fail instead.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

from pipeline.report.quality_page import write_report
from tests.conftest import Built
from tests.publish.compared import ComparedArchive

# A container has no user namespace for the sandbox; the rest keeps Chromium from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE_ID = '"><img src=x onerror=alert(1)>'
HOSTILE_NAMES = (
    "<script>document.title = 'taken over'</script>",
    "</td></table></section><h1>taken over</h1>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
    "โครงการ\u202egnp.exe\u200b",
)
FORMULA = '=HYPERLINK("http://evil.invalid","click")'
# Seen through white space, too, and in the full-width signs of an input method.
FORMULAS = (FORMULA, f" {FORMULA}", f"\uff1d{FORMULA[1:]}", f"\n{FORMULA}")
STACKED = "ครั้งที่่ น้ำ ปู่ ผู้ใหญ่ เปี๊ยก ฎีกา ญี่ปุ่น"
RUN = {
    "run_id": "20260103T000000Z",
    "started_at": "2026-01-03T00:00:00+00:00",
    "finished_at": "2026-01-03T00:20:00+00:00",
    "status": "published",
    "sources": [
        {
            "source_id": "sample",
            "title": "<b>not bold</b>",
            "base_url": "javascript:alert(1)",
            "is_invented": True,
        }
    ],
    "counts": {"due": 8, "changed": 1, "unchanged": 5, "failed": 2, "listed": 9, "stated_total": 9},
    "problems": ["<svg onload=alert(1)>"],
    "gate": {
        "is_refused": True,
        "reasons": ["labels_unknown: <script>alert(1)</script>"],
        "reasons_th": ["ป้ายชื่อบนหน้าใหม่ที่ไม่รู้จัก <script>alert(2)</script>"],
        "accepted_because": "<i>",
    },
}


class Opened(NamedTuple):
    """A page in the browser and everything it did that a report must never do."""

    page: Page
    offences: list[str]


class Chromium:
    """Opens reports, watching for console messages, requests and dialogs."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @contextmanager
    def opened(
        self,
        address: Path | str,
        *,
        fragment: str = "",
        width: int = 1280,
        scheme: str = "light",
        runs_scripts: bool = True,
        is_report: bool = True,
    ) -> Iterator[Opened]:
        url = address.as_uri() if isinstance(address, Path) else address
        context: BrowserContext = self._browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=runs_scripts,
        )
        page = context.new_page()
        offences: list[str] = []
        page.on("console", lambda message: offences.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: offences.append(f"error: {error}"))
        page.on("dialog", lambda dialog: _note_dialog(offences, dialog))
        page.on("request", lambda request: _note_request(offences, request.url, url))
        page.goto(url + fragment)
        if runs_scripts and is_report:
            page.wait_for_selector("html[data-ready]")
        yield Opened(page, offences)
        context.close()


def saved(page: Page) -> bytes:
    with page.expect_download() as download:
        page.click("#save")
    return Path(str(download.value.path())).read_bytes()


def barriers(page: Page) -> list[str]:
    """What axe finds wrong with a page."""
    source = os.environ.get("AXE_CORE")
    if not source:
        pytest.skip("AXE_CORE does not name axe.min.js: npm install axe-core somewhere and point to it")
    page.evaluate(Path(source).read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run()")["violations"]
    return [f"{rule['id']}: {rule['help']}: {node['html'][:200]}" for rule in violations for node in rule["nodes"]]


def _note_dialog(offences: list[str], dialog: Dialog) -> None:
    offences.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def _note_request(offences: list[str], asked: str, url: str) -> None:
    if asked.partition("#")[0] != url and not asked.startswith(("data:", "blob:")):
        offences.append(f"request: {asked}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    # Closed with its module: while it is open, Playwright's event loop runs in this thread and no other one can.
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        reason = "no Chromium here: apt-get install chromium fonts-thai-tlwg"
        if os.environ.get("REQUIRE_CHROMIUM") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield Chromium(browser)
        browser.close()


@pytest.fixture(scope="module")
def seen(chromium: Chromium, report: Path) -> Iterator[Opened]:
    """The report with every group open, for the tests that only look."""
    with chromium.opened(report) as opened:
        opened.page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
        opened.page.wait_for_selector(".issue")
        yield opened


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a second release: hostile names, a hostile project code, and a night before to compare with."""
    archive = ComparedArchive(tmp_path_factory.mktemp("browser") / "data")
    for number, name in enumerate(HOSTILE_NAMES, 1):
        archive.capture(
            f"50490000-000{number}",
            "2026-01-01",
            name=name,
            agency="สำนักงานเขตทุ่งครุ",
            issues=[
                ("month_conflict", "month", f"1 | 2 | {number}"),
                ("unreadable_number", "remark", FORMULAS[number % 4]),
            ],
            unknown={"<em>ป้ายแปลก</em>": "1"},
        )
    archive.capture(HOSTILE_ID, "2026-01-01", name=STACKED, issues=[("doubled_marks", "name", STACKED)])
    first = archive.build("20260101T000000Z").path
    write_report(first, {"run_id": "20260101T000000Z", "finished_at": "2026-01-01T00:20:00Z"}, previous=None)
    archive.capture("50490000-0001", "2026-01-03", name=HOSTILE_NAMES[0], issues=[("progress_falls", "progress", "88")])
    archive.attempt("50490000-0002", "2026-01-03", "failed")
    second = archive.build("20260103T000000Z").path
    write_report(second, RUN, previous=first)
    return second / "quality.html"


@pytest.fixture(scope="module")
def formulas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a release of many projects whose texts, name and agency are formulas."""
    archive = ComparedArchive(tmp_path_factory.mktemp("formulas") / "data")
    for number in range(120):
        formula = FORMULAS[number % 4]
        archive.capture(
            f"5999{number % 4:04}-{number:04}",
            "2026-01-01",
            name=formula,
            agency=formula,
            issues=[("unreadable_number", "remark", formula), ("month_conflict", "month", f"{number} | 2")],
        )
    built = archive.build("20260101T000000Z")
    write_report(built.path, {"run_id": built.path.name, "finished_at": "2026-01-01T00:20:00Z"}, previous=None)
    return built.path / "quality.html"


@pytest.fixture(scope="session")
def documented(documented_data: Path) -> Built:
    """The release that README and cookbook speak of: the sample with its earlier night."""
    return Built((documented_data / "curated" / "latest").resolve(), {})
