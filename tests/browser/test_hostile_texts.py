"""quality.html of pages whose texts are hostile: in a browser, and in the CSV that it saves."""

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import FORMULAS, HOSTILE_ID, HOSTILE_NAMES, Chromium, Opened, saved


def test_page_text_stays_text(seen: Opened) -> None:
    page, offences = seen
    page.wait_for_timeout(100)
    assert offences == []
    assert page.title().startswith("คุณภาพข้อมูลโครงการ กทม.")
    assert page.locator("img, h1 >> text=taken over, iframe, object, embed").count() == 0
    assert page.locator("script").count() == 2
    shown = page.inner_text("#groups")
    for name in HOSTILE_NAMES[:5]:
        assert name in shown
    assert HOSTILE_ID in shown
    assert "U+202E" in shown
    assert "\u202e" not in page.content()
    assert page.locator("section section").count() == 0
    assert "<script>alert(2)</script>" in page.inner_text("#status")


def test_csv_holds_what_is_found_and_no_formula(chromium: Chromium, report: Path) -> None:
    with chromium.opened(report, fragment="#code=unreadable_number") as (page, _):
        with page.expect_download() as download:
            page.click("#save")
        text = Path(str(download.value.path())).read_bytes().decode("utf-8-sig")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.click("#copy")
        expect(page.locator("#found")).to_have_text(re.compile(r"5 of \d+ issues.* · .*5 issues copied"))
        copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.replace("\r\n", "\n") == text.replace("\r\n", "\n")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 5
    assert {row["รหัสข้อสังเกต"] for row in rows} == {"unreadable_number"}
    assert {row["ข้อความตามหน้าเว็บ"] for row in rows} == {f"'{formula}" for formula in FORMULAS}
    assert HOSTILE_NAMES[3] in {row["ชื่อโครงการ"] for row in rows}


def test_no_cell_of_the_csv_is_a_formula(chromium: Chromium, formulas: Path) -> None:
    with chromium.opened(formulas) as (page, _):
        rows = list(csv.reader(io.StringIO(saved(page).decode("utf-8-sig"), newline="")))
    assert len(rows) > 240
    cells = {cell for row in rows for cell in row}
    assert not [cell for cell in cells if re.match(r"\s*[=+@\uff1d]|\n", cell)]
    for column in ("ชื่อโครงการ", "หน่วยงาน"):
        assert {row[rows[0].index(column)] for row in rows[1:]} == {f"'{formula}" for formula in FORMULAS}
