"""quality.html as people meet it: opened from disk in a browser, searched, switched, printed, on a phone."""

import csv
import http.server
import io
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from pipeline.core import thai_time
from pipeline.report.inert_page import file_of
from pipeline.report.quality_page import write_report
from pipeline.report.work_list import COLUMNS, read_work_list
from pipeline.run.issue_captures import inert_capture
from tests.browser.conftest import FORMULA, STACKED, Chromium, Opened, barriers, saved
from tests.conftest import Built
from tests.publish.compared import ComparedArchive
from tests.run.test_issue_captures import ABOUT, ACTIVE, capture_of

pytestmark = pytest.mark.slow

PHRA_NAKHON = "50010000"


@pytest.fixture
def page(chromium: Chromium, documented: Built) -> Iterator[Page]:
    """The quality page of the sample with its earlier night."""
    with chromium.opened(documented.path / "quality.html", fragment="#lang=en") as (page, offences):
        yield page
        assert offences == []


def found(page: Page) -> str:
    return page.inner_text("#found")


def expect_found(page: Page, n: int) -> None:
    expect(page.locator("#found")).to_have_text(re.compile(rf"\b{n} of "))


def n_found(page: Page) -> int:
    return int(found(page).split()[0].replace(",", ""))


def counted(built: Built, where: str) -> int:
    """How many issues of a release match a condition."""
    return cast("int", built.column(f"SELECT count(*) FROM quality_issues WHERE {where}")[0])


def sheets(page: Page) -> int:
    margin = "1cm"
    paper = page.pdf(format="A4", margin={"top": margin, "bottom": margin, "left": margin, "right": margin})
    return len(re.findall(rb"/Type\s*/Page\b", paper))


def open_all_groups(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
    page.wait_for_selector(".issue")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_opens_from_disk_without_a_request_an_error_or_a_sideways_scroll(
    chromium: Chromium, report: Path, width: int, scheme: str
) -> None:
    with chromium.opened(report, width=width, scheme=scheme) as (page, offences):
        open_all_groups(page)
        assert offences == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_script_keeps_its_names_to_itself(seen: Opened) -> None:
    assert seen.page.evaluate("[typeof unpack, typeof shown]") == ["undefined", "undefined"]


def test_what_is_wrong_is_said_in_thai_with_english_beside_it(seen: Opened) -> None:
    why = seen.page.locator(".issue .why").filter(has_text="found 88")
    assert why.locator("[lang=th]").inner_text() == "ความคืบหน้าในรายงานที่ – เป็น 88 น้อยกว่าในรายงานก่อนหน้า"
    assert why.locator("[lang=en]").inner_text() == "found 88"
    reasons = seen.page.locator("#status .reasons li")
    assert reasons.locator("[lang=th]").inner_text().startswith("ป้ายชื่อบนหน้าใหม่ที่ไม่รู้จัก")
    assert seen.page.locator("code.command").first.inner_text().endswith("--source sample --raw")


def test_links_lead_to_the_web_or_to_files_beside_the_page(seen: Opened) -> None:
    hrefs: list[str] = seen.page.evaluate("[...document.links].map(link => link.getAttribute('href'))")
    assert any(href.startswith("http://sample.invalid/") for href in hrefs)
    assert {href.partition(":")[0] for href in hrefs if ":" in href} <= {"http", "https"}


def test_search_and_filters_find_issues(chromium: Chromium, report: Path) -> None:
    with chromium.opened(report, fragment="#lang=en") as (page, _):
        everything = int(found(page).split(" of ")[0])
        page.fill("#q", "month_conflict")
        expect_found(page, 6)
        page.fill("#q", "")
        page.select_option("#severity", "error")
        expect_found(page, 5)
        page.fill("#q", "ส\u0e4d\u0e32นักงานเขต ทุ่ง ครุ")
        expect_found(page, 5)
        page.fill("#q", "nothing has this")
        expect_found(page, 0)
        page.click("button[type=reset]")
        expect(page.locator("#found")).to_contain_text(f"{everything} of {everything}")
        page.select_option("#agency", "50490000")
        page.fill("#since", "2026-01-02")
        expect(page.locator("#groups summary")).to_have_count(1)
        expect(page.locator("#groups .issue")).to_have_count(1)
        page.fill("#since", "")
        page.select_option("#by", "year")
        expect(page.locator("#groups summary")).to_have_count(1)


def test_what_the_reader_chose_stands_in_the_address(chromium: Chromium, report: Path) -> None:
    with chromium.opened(report) as (page, _):
        page.click("#language button[data-lang=en]")
        page.fill("#q", "month")
        page.select_option("#by", "agency")
        expect_found(page, 6)
        address = page.url
        page.click("nav a[href='#freshness']")
        assert page.url == address, "moving around must not forget the choice"
    with chromium.opened(report, fragment=f"#{address.partition('#')[2]}") as (page, _):
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.input_value("#q") == "month"
        assert page.input_value("#by") == "agency"
        assert page.get_by_text("How did this run go?").is_visible()
        assert not page.get_by_text("รอบนี้เป็นอย่างไร").is_visible()


def test_both_languages_stand_side_by_side_until_one_is_chosen(chromium: Chromium, report: Path) -> None:
    with chromium.opened(report) as (page, _):
        thai, english = page.get_by_text("รอบนี้เป็นอย่างไร"), page.get_by_text("How did this run go?")
        assert thai.is_visible()
        assert english.is_visible()
        page.click("#language button[data-lang=th]")
        assert thai.is_visible()
        assert not english.is_visible()
        assert page.evaluate("document.documentElement.lang") == "th"


def test_csv_speaks_thai_and_names_the_agency(chromium: Chromium, documented: Built) -> None:
    address = documented.path / "quality.html"
    with chromium.opened(address, fragment=f"#agency={PHRA_NAKHON}&code=unreadable_number") as (page, _):
        thai = saved(page)
    assert thai.startswith(b"\xef\xbb\xbf"), "without it Excel takes Thai for something else"
    rows = list(csv.DictReader(io.StringIO(thai.decode("utf-8-sig"), newline="")))
    assert len(rows) == counted(documented, f"code = 'unreadable_number' AND project_id ^@ '{PHRA_NAKHON}-'")
    assert {row["หน่วยงาน"] for row in rows} == {"สำนักงานเขตพระนคร"}
    assert {(row["ระดับ"], row["ข้อสังเกต"]) for row in rows} == {("ผิดพลาด", "อ่านตัวเลขไม่ได้")}
    assert {row["ข้อมูลสมมติ"] for row in rows} == {"ใช่"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", row["พบตั้งแต่"]) for row in rows)
    assert not re.search("[a-z]", ",".join(rows[0])), "every heading is Thai"
    with chromium.opened(address, fragment="#code=edited_after_completion&q=50070000-0022&lang=en") as (page, _):
        (row,) = csv.DictReader(io.StringIO(saved(page).decode("utf-8-sig"), newline=""))
    assert row["agency"] == "สำนักงานเขตดุสิต"
    assert row["before_after"] == "งบฯ ที่ได้รับ (บาท): 2517000 → 251700"


@pytest.mark.parametrize(
    ("typed", "agency_code"),
    [
        ("สำนักงานเขตทุ่งครุ", "50490000"),
        ("ส\u0e4d\u0e32นักงานเขตทุ่งครุ", "50490000"),
        ("สำนักงาน เขต\u200bทุ่่งครุ", "50490000"),
        ("thung KHRU", "50490000"),
        ("สำนักงานเขตพระนคร", PHRA_NAKHON),
        ("ส\u0e4d\u0e32นักงานเขตพระนคร", PHRA_NAKHON),
    ],
)
def test_the_name_of_an_agency_finds_all_its_issues(
    page: Page, documented: Built, typed: str, agency_code: str
) -> None:
    of_agency = counted(documented, f"project_id ^@ '{agency_code}-'")
    page.fill("#q", typed)
    expect_found(page, of_agency)
    assert of_agency > 0


def test_issues_are_grouped_by_project_too_and_the_address_keeps_it(
    chromium: Chromium, documented: Built, page: Page
) -> None:
    page.select_option("#by", "project")
    projects = documented.column("SELECT DISTINCT project_id FROM quality_issues")
    expect(page.locator("#groups > details")).to_have_count(len(projects))
    address = page.url
    with chromium.opened(documented.path / "quality.html", fragment=f"#{address.partition('#')[2]}") as (again, _):
        group = again.locator("#groups > details").filter(has_text="50010000-9004").first
        group.locator("summary").click()
        title = group.locator(".title").inner_text()
        assert "ยกระดับการจัดเก็บภาษีที่ดิน" in title
        assert "สำนักงานเขตพระนคร" in title
        cards = group.locator(".issue")
        assert cards.count() == counted(documented, "project_id = '50010000-9004'")
        assert cards.locator(".who").count() == 0, "the project is named once"
        expect(cards.first.locator(".kind")).to_contain_text("unreadable_number")


def test_many_groups_come_in_steps(chromium: Chromium, formulas: Path) -> None:
    with chromium.opened(formulas, fragment="#by=project") as (page, _):
        assert page.locator("#groups > details").count() == 100
        page.get_by_role("button", name="Show more groups").click()
        assert page.locator("#groups > details").count() == 120
        assert page.get_by_role("button", name="Show more groups").count() == 0


def test_an_agency_and_its_numbers_lead_to_their_issues_and_back_leads_back(page: Page, documented: Built) -> None:
    everything = n_found(page)
    page.fill("#q", "something else")
    row = page.locator("#agency-table tbody tr").filter(has_text=PHRA_NAKHON)
    row.locator("td a").first.click()
    of_agency = f"project_id ^@ '{PHRA_NAKHON}-'"
    assert n_found(page) == counted(documented, f"{of_agency} AND severity = 'error'")
    assert f"agency={PHRA_NAKHON}" in page.url
    assert "severity=error" in page.url
    assert "lang=en" in page.url
    assert page.evaluate("document.activeElement.id") == "issues"
    row.locator("th a").click()
    assert n_found(page) == counted(documented, of_agency)
    page.go_back()
    page.go_back()
    expect(page.locator("#q")).to_have_value("something else")
    page.click("button[type=reset]")
    expect_found(page, everything)


def test_a_cell_of_the_heat_table_leads_to_the_issues_of_its_agency_and_field(page: Page, documented: Built) -> None:
    links = page.locator("table.heat tbody td a")
    cells = documented.column(
        "SELECT DISTINCT left(project_id, 8) || field FROM quality_issues WHERE field IS NOT NULL AND project_id IN "
        "(SELECT project_id FROM projects)"
    )
    fields: list[str] = page.eval_on_selector_all("table.heat thead th", "heads => heads.map(th => th.dataset.field)")
    assert links.count() == len([cell for cell in cells if str(cell)[8:] in fields])
    finish = page.locator(f"table.heat tr[data-agency='{PHRA_NAKHON}'] td").nth(fields.index("finish_date") - 1)
    finish.locator("a").click()
    assert n_found(page) == counted(documented, f"project_id ^@ '{PHRA_NAKHON}-' AND field = 'finish_date'")
    assert page.input_value("#field") == "finish_date"
    page.locator("table.heat thead th[data-field=finish_date] a").click()
    assert n_found(page) == counted(documented, "field = 'finish_date'")
    hidden = "node => node.parentElement.scrollWidth - node.parentElement.clientWidth"
    assert page.locator("table.heat").evaluate(hidden) == 0, "a wide screen shows every field"


def test_every_number_that_is_a_link_finds_as_many_issues(page: Page) -> None:
    numbers = page.locator("#agency-table td a, #issues .tiles a")
    assert numbers.count() > 30
    for link in numbers.all():
        n = int(link.inner_text().split()[0].replace(",", ""))
        link.click()
        assert n_found(page) == n
    for link in page.locator("#agency-table th a, table.heat a, #fields td.name a").all():
        link.click()
        assert n_found(page) > 0


def test_the_address_of_a_page_finds_the_issues_of_its_project(page: Page, documented: Built) -> None:
    page.fill("#q", "https://policy.bangkok.go.th/index.php?r=tbl-project-main%2Fview&project_id=50010000-9004")
    expect_found(page, counted(documented, "project_id = '50010000-9004'"))


def test_a_link_to_some_of_the_issues_leads_to_them(chromium: Chromium, documented: Built) -> None:
    place = "document.getElementById('issues').getBoundingClientRect().top"
    with chromium.opened(documented.path / "quality.html") as (page, _):
        assert page.evaluate("scrollY") == 0
    with chromium.opened(documented.path / "quality.html", fragment=f"#agency={PHRA_NAKHON}") as (page, _):
        assert 0 <= page.evaluate(place) < 200


def test_a_link_to_what_is_not_there_finds_nothing_instead_of_everything(chromium: Chromium, documented: Built) -> None:
    fragment = "#agency=59999999&code=%3Cimg%20src%3Dx%3E&lang=en"
    with chromium.opened(documented.path / "quality.html", fragment=fragment) as (page, offences):
        assert n_found(page) == 0
        assert page.input_value("#agency") == "59999999"
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert offences == []


@pytest.mark.parametrize("since", ["soon", "2026-02-30", "<img src=x>"])
def test_a_day_in_the_address_that_is_none_finds_nothing_and_is_told(
    chromium: Chromium, documented: Built, since: str
) -> None:
    address = f"#{urlencode({'since': since, 'lang': 'en'})}"
    with chromium.opened(documented.path / "quality.html", fragment=address) as (page, offences):
        assert n_found(page) == 0
        assert f"{since} is not a day" in found(page)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert since in str(page.text_content("#printed"))
        page.fill("#since", "2026-01-01")
        expect(page.locator("#found")).not_to_contain_text("is not a day")
        assert n_found(page) > 0
        assert offences == []


def test_an_issue_says_since_when_it_is_seen_and_since_finds_it_again(page: Page, documented: Built) -> None:
    page.fill("#q", "50360000-0047")
    expect_found(page, 3)
    open_all_groups(page)
    seen = page.locator("#groups .issue .seen [lang=en].either").all_inner_texts()
    assert "16 Feb 2026" in seen, "in Bangkok, where the capture of 15 February 18:00 UTC was made after midnight"
    page.click("button[type=reset]")
    page.fill("#since", "2026-02-17")
    later = counted(documented, "present_since >= DATE '2026-02-17'")
    assert 0 < later < counted(documented, "true")
    expect_found(page, later)
    assert "since=2026-02-17" in page.url
    # The tile of the last seven days leads there, and nothing is called new because the last night did not have it.
    tile = page.locator("#issues .tiles .isnew a")
    n_tile = int(tile.locator("b").inner_text())
    tile.click()
    assert n_found(page) == n_tile == later
    assert "whatever is chosen below" in page.inner_text("#issues .all")
    assert page.locator(".issue .isnew, #new").count() == 0


def test_an_issue_about_an_edit_shows_old_and_new(page: Page, documented: Built) -> None:
    page.select_option("#code", "edited_after_completion")
    cards = page.locator("#groups .issue")
    expect(cards).to_have_count(counted(documented, "code = 'edited_after_completion'"))
    expect(cards.filter(has_text="50070000-0022").locator(".edits li")).to_have_text("งบฯ ที่ได้รับ (บาท) 2517000 → 251700")
    page.fill("#q", "2517000")
    expect_found(page, 1)


def test_no_way_leads_to_a_project_of_which_no_page_could_be_read(page: Page, documented: Built) -> None:
    cards = page.locator("#groups .issue")
    to_the_project = cards.locator("a[href^='explorer.html'], .command")
    for code, each in (("page_login", 0), ("unreadable_number", 2)):
        page.select_option("#code", code)
        n_issues = counted(documented, f"code = '{code}'")
        expect(cards).to_have_count(n_issues)
        expect(to_the_project).to_have_count(each * n_issues)


def test_no_code_stands_without_its_title_in_both_languages(seen: Opened, documented: Built) -> None:
    titles = {
        str(row["code"]): [row["title_th"], row["title_en"]]
        for row in documented.rows("SELECT code, title_th, title_en FROM quality_rules")
    }
    page = seen.page
    page.select_option("#by", "agency")
    open_all_groups(page)
    page.wait_for_selector(".issue .kind")
    shown: list[list[str]] = page.eval_on_selector_all(
        "main code", "nodes => nodes.map(node => [node.textContent, node.parentElement.innerText])"
    )
    bare = [code for code, words in shown if code in titles and not all(str(said) in words for said in titles[code])]
    assert bare == []
    assert len({code for code, _ in shown} & titles.keys()) > 4
    options: list[str] = page.eval_on_selector_all("#code option", "nodes => nodes.slice(1).map(node => node.text)")
    for text in options:
        code = text.rpartition(" · ")[2]
        assert all(str(said) in text for said in titles[code])
    page.select_option("#by", "code")
    open_all_groups(page)


@pytest.mark.parametrize(
    ("column", "first", "value"),
    [
        ("name", "ascending", "shown_name"),
        ("projects", "descending", "n_projects"),
        ("errors", "descending", "n_errors"),
        ("warnings", "descending", "n_warnings"),
        ("infos", "descending", "n_infos"),
        ("issues", "descending", "n_errors + n_warnings + n_infos"),
        ("filled", "descending", "n_filled / n_rows"),
    ],
)
def test_agencies_are_sorted_by_each_column_with_the_keyboard(
    chromium: Chromium, documented: Built, page: Page, column: str, first: str, value: str
) -> None:
    agencies = json.loads((documented.path / "quality.json").read_text(encoding="utf-8"))["agencies"]
    values = {agency["agency_code"]: eval(value, {}, agency) for agency in agencies}

    def order(page: Page) -> list[object]:
        codes: list[str] = page.eval_on_selector_all(
            "#agency-table tbody th code", "nodes => nodes.map(n => n.textContent)"
        )
        return [values[code] for code in codes]

    head = page.locator(f"#agency-table th[data-order={column}]")
    other = "ascending" if first == "descending" else "descending"
    for way in (first, other):
        head.locator("button").focus()
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == way
        assert page.locator("#agency-table [aria-sort]").count() == 1
        assert head.locator("button").evaluate("node => node === document.activeElement")
        if column != "name":
            assert order(page) == sorted(values.values(), reverse=way == "descending")
    by_name = order(page)
    with chromium.opened(documented.path / "quality.html", fragment=f"#{page.url.partition('#')[2]}") as (again, _):
        assert order(again) == by_name
        assert again.locator(f"th[data-order={column}]").get_attribute("aria-sort") == other
        if column == "name":
            assert by_name[-1] == "สำนักการแพทย์", "backwards, so that the offices come before the bureaus"


def test_the_work_list_hides_an_issue_and_says_so_until_its_last_day(chromium: Chromium, tmp_path: Path) -> None:
    archive = ComparedArchive(tmp_path / "data")
    raws = ("7 | 8", FORMULA, "9 | 9")
    archive.capture("50490000-0001", "2026-01-01", issues=[("month_conflict", "month", raw) for raw in raws])
    built = archive.build().path
    lines = [",".join(COLUMNS)]
    for is_written in (False, True):
        work_list = tmp_path / "acknowledged.csv"
        work_list.write_text("\n".join(lines), encoding="utf-8")
        run = {"run_id": built.name, "finished_at": "2026-01-02T00:00:00Z"}
        write_report(built, run, previous=None, work_list=read_work_list(work_list))
        with chromium.opened(built / "quality.html", fragment="#lang=en&code=month_conflict") as (page, offences):
            page.context.grant_permissions(["clipboard-read", "clipboard-write"])
            if not is_written:
                expect(page.locator("#found")).not_to_contain_text("hidden")
                for raw, end in zip(raws, ("asked <b>,", "asked <b>,2099-12-31", "asked <b>,2026-01-31"), strict=True):
                    page.locator(".issue", has_text=raw).locator(".line-copy").click()
                    expect(page.locator(".issue", has_text=raw).locator(".line-copy")).to_contain_text("copied")
                    lines.append(page.evaluate("navigator.clipboard.readText()").removesuffix(",") + end)
            else:
                expect(page.locator("#groups .issue")).to_have_count(1)
                expect(page.locator("#groups .issue")).to_contain_text("9 | 9")
                expect(page.locator("#found")).to_contain_text("2 acknowledged hidden")
                page.click("#found button")
                expect(page.locator("#groups .issue")).to_have_count(3)
                expect(page.locator(".issue", has_text="7 | 8")).to_contain_text("acknowledged asked <b>")
                expect(page.locator(".issue", has_text="HYPERLINK")).to_contain_text("until 2099-12-31")
                expect(page.locator("#found")).not_to_contain_text("hidden")
                assert page.is_checked("#acknowledged")
                assert "acknowledged=1" in page.url
            assert offences == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_an_archived_page_beside_the_report_does_nothing(
    chromium: Chromium, tmp_path: Path, width: int, scheme: str
) -> None:
    wide = "<table><tr>" + "<td>" + "</td><td>".join(["กข" * 40] * 30) + "</td></tr></table>"
    path = tmp_path / "page.html"
    path.write_text(inert_capture(capture_of(f"<body>{wide}{'ก' * 900}{ACTIVE}"), ABOUT, "0" * 64), encoding="utf-8")
    with chromium.opened(path, width=width, scheme=scheme, is_report=False) as (page, offences):
        page.mouse.click(100, 300)
        page.wait_for_timeout(300)
        assert offences == []
        assert "a text" in page.inner_text("main")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_archived_page_is_one_click_from_its_issue(chromium: Chromium, tmp_path: Path) -> None:
    archive = ComparedArchive(tmp_path / "data")
    for number in (1, 2):
        archive.capture(f"50490000-000{number}", "2026-01-01", issues=[("month_conflict", "month", "7 | 8")])
    built = archive.build()
    (snapshot,) = built.column("SELECT snapshot_id FROM quality_issues WHERE project_id = '50490000-0001'")
    (built.path / "captures").mkdir()
    name = file_of(str(snapshot))
    (built.path / "captures" / f"{name}.html").write_text(inert_capture(capture_of("<p>as it was"), ABOUT, "0" * 64))
    write_report(built.path, {"run_id": built.path.name}, previous=None)
    with chromium.opened(built.path / "quality.html", fragment="#code=month_conflict") as (page, _):
        links = page.locator("a[href^='captures/']")
        assert [link.get_attribute("href") for link in links.all()] == [f"captures/{name}.html"]
        links.click()
        assert "as it was" in page.inner_text("main")
        page.click("text=Back to the quality page")
        assert page.url.endswith("/quality.html")


def test_charts_are_drawn(seen: Opened) -> None:
    page = seen.page
    assert page.locator("svg.chart").count() == 4
    for css in ("unchanged", "failed"):
        bar = page.locator(f"svg.chart rect.{css}").first
        box = bar.bounding_box()
        assert box is not None
        assert box["height"] > 5
        assert bar.evaluate("node => getComputedStyle(node).fill") != "rgb(0, 0, 0)"
    assert page.locator("svg.chart circle.warning").count() == 2, "a dot for each of two nights"


def test_thai_marks_stack_on_their_consonants(seen: Opened) -> None:
    assert STACKED in seen.page.inner_text("#groups")
    widths = seen.page.evaluate("""() => ["ท", "ที่", "ป", "ปู่"].map(text => {
        const span = document.createElement("span");
        span.textContent = text;
        document.body.append(span);
        const width = span.getBoundingClientRect().width;
        span.remove();
        return width;
    })""")
    assert widths[0] == pytest.approx(widths[1])
    assert widths[2] == pytest.approx(widths[3])


def test_an_agency_has_its_own_fields(chromium: Chromium, report: Path) -> None:
    with chromium.opened(report) as (page, offences):
        name = page.locator("#field-table tr[data-field=name]")
        overall = name.inner_text()
        page.select_option("#field-agency", "50490000")
        assert name.locator("svg rect").count() == 4
        assert name.locator("td").first.inner_text() == "100.0%"
        assert "fields=50490000" in page.url
        page.select_option("#field-agency", "")
        assert name.inner_text() == overall
        assert offences == []


def test_the_keyboard_reaches_and_opens_everything(chromium: Chromium, report: Path) -> None:
    with chromium.opened(report) as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        summary = page.locator("#groups summary").first
        summary.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#groups .issue").first).to_be_visible()
        page.locator("#q").focus()
        page.keyboard.press("Enter")
        assert page.input_value("#q") == "", "Enter in the search box sends nothing anywhere"


def test_without_scripts_the_page_still_says_it_all_in_both_languages(chromium: Chromium, report: Path) -> None:
    with chromium.opened(report, runs_scripts=False) as (page, _):
        assert page.get_by_text("How did this run go?").is_visible()
        assert page.get_by_text("รอบนี้เป็นอย่างไร").is_visible()
        page.locator("#groups summary").first.click()
        assert page.locator("#groups .issue").first.is_visible()
        assert page.get_by_text("quality_issues.parquet").first.is_visible()
        assert page.locator("table.heat td.h10").count() > 0, "the fields of each agency"
        assert not page.locator("#tools").is_visible()


def test_under_a_policy_that_forbids_all_the_text_is_still_there(chromium: Chromium, report: Path) -> None:
    body = report.read_bytes()

    class Strict(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "default-src 'none'")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Strict) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        with chromium.opened(f"http://127.0.0.1:{server.server_port}/", runs_scripts=False) as (page, _):
            assert page.get_by_text("How did this run go?").is_visible()
            assert page.locator("#groups details").count() > 3
        server.shutdown()
        thread.join()


def test_paper_gets_every_issue_and_no_buttons(chromium: Chromium, report: Path) -> None:
    with chromium.opened(report, scheme="dark") as (page, _):
        issues = page.evaluate("""() => {
            dispatchEvent(new Event("beforeprint"));
            return document.querySelectorAll("#groups .issue").length;
        }""")
        assert found(page).startswith(f"พบ {issues} จาก {issues} รายการ"), "they are there when the printer asks"
        page.emulate_media(media="print")
        paper = page.locator("#groups details").first.evaluate("node => getComputedStyle(node).backgroundColor")
        assert paper == "rgb(255, 255, 255)", "no dark ink on dark ground, whatever the screen looks like"
        assert not page.locator("nav").is_visible()
        assert not page.locator("#tools").is_visible()
        assert page.locator("#groups details:not([open])").count() == 0


def test_paper_of_one_agency_has_its_issues_alone_under_filter_release_and_date(
    chromium: Chromium, documented: Built
) -> None:
    fragment = f"#agency={PHRA_NAKHON}&severity=error"
    with chromium.opened(documented.path / "quality.html", fragment=fragment, scheme="dark") as (page, _):
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        line = page.inner_text("#printed")
        finished = page.locator("footer time").get_attribute("datetime")
        for said in ("สำนักงานเขตพระนคร", PHRA_NAKHON, "ผิดพลาด", "error", documented.path.name):
            assert said in line
        assert thai_time.in_thai(finished) in line
        assert page.locator("main > section:visible").evaluate_all("nodes => nodes.map(node => node.id)") == ["issues"]
        assert page.locator("#issues > :is(.tiles, .all):visible").count() == 0, "the numbers of all agencies"
        assert page.locator("#invented").is_visible()
        cards = page.locator("#groups .issue:visible")
        of_agency = f"project_id ^@ '{PHRA_NAKHON}-' AND severity = 'error'"
        assert cards.count() == counted(documented, of_agency)
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("#groups details[open]").count() == 0, "as the reader left them"
    with chromium.opened(documented.path / "quality.html", fragment="#agency=50490000") as (page, _):
        assert sheets(page) == 1
    with chromium.opened(documented.path / "quality.html", fragment=f"#agency={PHRA_NAKHON}&lang=th") as (page, _):
        assert sheets(page) <= 5


def test_the_whole_report_takes_few_sheets(chromium: Chromium, documented: Built) -> None:
    with chromium.opened(documented.path / "quality.html") as (page, _):
        assert sheets(page) <= 11, "with each issue of 39 projects"


def test_paper_of_many_issues_has_some_of_each_group_and_says_how_many_more(chromium: Chromium, formulas: Path) -> None:
    with chromium.opened(formulas, fragment="#lang=en") as (page, _):
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        group = page.locator("#groups > details").filter(has_text="month_conflict").first
        assert group.locator(".issue").count() == 20
        assert group.locator(".rest").inner_text() == "and 100 more in quality_issues.parquet"
        n_printed = page.locator("#groups .issue").count()
        assert f"{n_printed} of {n_found(page)} issues are printed" in page.inner_text("#printed")
        page.select_option("#code", "month_conflict", force=True)
        page.wait_for_timeout(50)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("#groups .issue").count() == 120, "all of what was chosen"


@pytest.mark.parametrize("fragment", ["", "#by=project&order=-errors&agency=50490000&since=2026-01-01"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_no_barrier(chromium: Chromium, report: Path, width: int, scheme: str, fragment: str) -> None:
    with chromium.opened(report, fragment=fragment, width=width, scheme=scheme) as (page, _):
        open_all_groups(page)
        assert barriers(page) == []
