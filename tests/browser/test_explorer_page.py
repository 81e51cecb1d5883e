"""explorer.html as people meet it: opened from disk, searched, one project, compared, cited, on a phone, on paper."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from pipeline.analyst.citation import cite
from pipeline.report.quality_page import write_report
from tests.browser.conftest import HOSTILE_ID, HOSTILE_NAMES, STACKED, Chromium, barriers
from tests.cli.command import bma
from tests.conftest import Built
from tests.publish.compared import ComparedArchive

pytestmark = pytest.mark.slow

P = "50490000-3607"
EVIL = "</script><script>document.title = 'taken over'</script> \u2028 \u202e{{ 7 * 7 }}"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a release whose every text means harm; one project is real and edited, one page is but a file."""
    archive = ComparedArchive(tmp_path_factory.mktemp("explorer") / "data")
    for number, name in enumerate((*HOSTILE_NAMES, EVIL), 1):
        archive.capture(
            f"50490000-000{number}", "2026-01-01", name=name, agency=EVIL, governor_policy=EVIL, kpi_id=EVIL,
            budget_received_thb="100", budget_spent_thb="10", progress_pct="50", months=[(1, "5", "canonical")],
            reports=[("2025-12-01", "50", EVIL, EVIL, EVIL)], issues=[("month_conflict", EVIL, EVIL)],
        )  # fmt: skip
    archive.capture(HOSTILE_ID, "2026-01-01", name=STACKED)
    archive.capture(P, "2026-01-01", source="bmavisions", name="เดิม", progress_pct="100", agency="สำนักงานเขตทุ่งครุ")
    archive.capture(P, "2026-02-02", source="bmavisions", name=EVIL, progress_pct="100", agency="สำนักงานเขตทุ่งครุ")
    archive.capture("50010000-0009", "2026-01-01", source="bmavisions", name="ไฟล์", time_basis="file")
    built = archive.build("20260202T000000Z")
    write_report(built.path, {"run_id": built.path.name, "finished_at": "2026-02-02T00:00:00Z"}, previous=None)
    return built.path / "explorer.html"


@pytest.fixture
def page(chromium: Chromium, documented: Built) -> Iterator[Page]:
    with chromium.opened(documented.path / "explorer.html", fragment="#lang=en") as (page, offences):
        yield page
        assert offences == []


def number(page: Page, selector: str) -> float:
    """The first number that an element says."""
    return float(page.inner_text(selector).replace(",", "").replace("%", "").split()[0])


def found(page: Page) -> int:
    return int(number(page, "#found"))


def codes(page: Page) -> list[str]:
    said: list[str] = page.eval_on_selector_all("#rows a", "links => links.map(link => link.dataset.project)")
    return said


def asked(built: Built, sql: str) -> float:
    (value,) = built.column(sql)
    return float(str(value))


@pytest.mark.parametrize(
    "fragment",
    ["", f"#project={P}", "#view=compare", "#view=about"],
)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_opens_from_disk_without_a_request_an_error_or_a_sideways_scroll(
    chromium: Chromium, hostile: Path, width: int, scheme: str, fragment: str
) -> None:
    with chromium.opened(hostile, fragment=fragment, width=width, scheme=scheme) as (page, offences):
        assert offences == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_phone_shows_names_across_the_screen_and_numbers_on_one_line(chromium: Chromium, documented: Built) -> None:
    with chromium.opened(documented.path / "explorer.html", width=390) as (page, _):
        card = page.locator(".list tbody tr").first
        name, screen = card.locator(".name").bounding_box(), card.bounding_box()
        assert name is not None
        assert screen is not None
        assert name["width"] > 0.9 * screen["width"]
        lines = page.evaluate(
            """[...document.querySelectorAll(".sums dd")].map(node => {
                const range = document.createRange();
                range.selectNodeContents(node);
                return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
            })"""
        )
        assert set(lines) == {1}


@pytest.mark.parametrize(
    "fragment",
    [
        f"#project={P}",
        "",
        "#project=50490000-0007",
        "#view=compare",
    ],
)
def test_page_text_stays_text(chromium: Chromium, hostile: Path, fragment: str) -> None:
    with chromium.opened(hostile, fragment=fragment) as (page, offences):
        page.wait_for_timeout(100)
        assert offences == []
        assert "BMA projects" in page.title()
        assert page.locator("img, iframe, object, embed").count() == 0
        assert page.locator("script").count() == 3
        assert page.locator("h1").count() == 1
        assert "\u202e" not in page.content()
        if "compare" not in fragment:
            assert EVIL.partition(" \u2028")[0] in page.inner_text("main")
            assert "U+202E" in page.inner_text("main")
        hrefs: list[str] = page.evaluate("[...document.links].map(link => link.getAttribute('href'))")
        assert {href.partition(":")[0] for href in hrefs if ":" in href and href[0] != "#"} <= {"http", "https"}


def test_a_code_that_means_harm_opens_its_project(chromium: Chromium, hostile: Path) -> None:
    with chromium.opened(hostile, fragment="#lang=en") as (page, offences):
        page.fill("#q", "onerror")
        expect(page.locator("#found")).to_contain_text("2 of")
        page.locator("#rows a").filter(has_text="ครั้ง").click()
        expect(page.locator("#project h2")).to_have_text(STACKED)
        assert offences == []


def test_search_finds_what_is_typed_otherwise(page: Page) -> None:
    everything = found(page)
    address = f"https://policy.bangkok.go.th/index.php?r=tbl-project-main%2Fview&project_id={P}"
    for typed in ("สำนักงานเขตทุ่งครุ", "ส\u0e4d\u0e32นักงาน เขต\u200bทุ่่งครุ", "thung KHRU", "๕๐๔๙๐๐๐๐-3607", address):
        page.fill("#q", typed)
        expect(page.locator("#found")).to_contain_text(f"1 of {everything}")
        assert codes(page) == [P]


def test_every_state_of_the_page_stands_in_its_address(chromium: Chromium, documented: Built) -> None:
    fragments = [
        "#lang=en&q=%E0%B9%80%E0%B8%82%E0%B8%95&agency=50010000&year=2566&state=done%2Coverspent&sort=-spent",
        "#spent=25&progress=100&state=silent",
        f"#project={P}&lang=th",
        "#view=compare&year=2566&kind=district&agency=50010000&order=-done",
        "#view=about",
    ]
    said = "() => document.querySelector('main').innerText + document.documentElement.dataset.lang"
    for fragment in fragments:
        with chromium.opened(documented.path / "explorer.html", fragment=fragment) as (page, _):
            shown = page.evaluate(said)
            other = page.evaluate("location.hash")
        with chromium.opened(documented.path / "explorer.html") as (page, _):
            first = page.evaluate(said)
            page.evaluate("hash => { location.hash = hash }", other)
            page.wait_for_timeout(200)
            assert page.evaluate(said) == shown
            page.go_back()
            page.wait_for_timeout(200)
            assert page.evaluate(said) == first, "the way back leads back"


@pytest.mark.parametrize("code", [HOSTILE_NAMES[3], "50490000-0000", "__proto__"])
def test_a_link_to_a_project_that_is_not_here_says_so(chromium: Chromium, documented: Built, code: str) -> None:
    fragment = f"#{urlencode({'project': code, 'lang': 'en'})}"
    with chromium.opened(documented.path / "explorer.html", fragment=fragment) as (page, offences):
        assert page.inner_text("#no-project") == f"{code} is not a project of this release; below are others"
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert code not in page.locator("#printed").inner_text()
        page.locator("#rows a").first.click()
        page.wait_for_selector("#project:not(.hidden)")
        expect(page.locator("#no-project")).to_be_hidden()
        assert offences == []


@pytest.mark.parametrize("choice", [{"state": "name"}, {"state": "toString"}, {"spent": "<b>much</b>"}])
def test_a_link_with_an_unknown_choice_finds_nothing_and_shows_the_choice(
    chromium: Chromium, documented: Built, choice: dict[str, str]
) -> None:
    (said,) = choice.values()
    fragment = f"#{urlencode(choice | {'lang': 'en'})}"
    with chromium.opened(documented.path / "explorer.html", fragment=fragment) as (page, offences):
        assert found(page) == 0
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert said in str(page.text_content("#printed"))
        page.locator(".chip[aria-pressed=true]", has_text=said).click()
        assert found(page) == asked(documented, "SELECT count(*) FROM projects_unique")
        assert offences == []


def test_what_is_clicked_goes_into_the_address_and_back_leads_back(page: Page) -> None:
    page.click(".chip.done")
    page.select_option("#year", "2566")
    page.click("#heads button[data-sort='-spent']")
    before = codes(page)
    assert "state=done" in page.url
    assert "sort=-spent" in page.url
    page.locator("#rows a").first.click()
    expect(page.locator("#project h2")).to_be_visible()
    assert f"project={before[0]}" in page.url
    page.go_back()
    expect(page.locator("#rows")).to_be_visible()
    assert codes(page) == before


def test_sums_and_shares_are_those_of_sql(page: Page, documented: Built) -> None:
    from_view = "FROM budget_by_agency_year"
    total = "SELECT sum(budget_received_thb) FROM projects_unique"
    assert number(page, "#sum-received") == asked(documented, total)
    assert number(page, "#sum-spent") == asked(documented, "SELECT sum(budget_spent_thb) FROM projects_unique")
    assert number(page, "#sum-progress") == asked(documented, "SELECT round(avg(progress_pct), 1) FROM projects_unique")
    page.select_option("#agency", "50010000")
    page.select_option("#year", "2566")
    where = "WHERE agency_code = '50010000' AND fiscal_year_be = 2566"
    assert number(page, "#sum-share") == asked(documented, f"SELECT round(spent_share_pct, 1) {from_view} {where}")


def test_twelve_questions_are_answered_by_clicks_as_by_sql(page: Page, documented: Built) -> None:
    def answer(sql: str) -> float:
        return asked(documented, sql)

    def clear() -> None:
        page.click("button[type=reset]")

    # README: what is my district doing, is it done, what did it cost?
    page.select_option("#agency", "50110000")
    assert codes(page) == documented.column(
        "SELECT project_id FROM projects_unique WHERE agency_code = '50110000' ORDER BY ALL"
    )
    assert number(page, "#sum-done") == 100
    assert number(page, "#sum-spent") == answer(
        "SELECT sum(budget_spent_thb) FROM projects_unique WHERE agency_code = '50110000'"
    )
    clear()
    # README: which projects fell silent, and which of them the longest ago?
    page.click(".chip.silent")
    assert found(page) == answer("SELECT count(*) FROM silent_projects")
    page.select_option("#sort", "reported")
    oldest = "SELECT project_id FROM silent_projects ORDER BY last_reported_on NULLS LAST, project_id"
    assert codes(page) == documented.column(oldest)
    clear()
    # README and cookbook: what was changed after it was called done?
    page.click(".chip.edited")
    assert found(page) == answer("SELECT count(DISTINCT project_id) FROM edited_after_completion")
    page.locator("#rows a[data-project='50070000-0022']").click()
    (edit,) = documented.rows("SELECT old, new FROM project_changes WHERE project_id = '50070000-0022'")
    expect(page.locator("#project")).to_contain_text(f"{edit['old']} → {edit['new']}")
    page.click(".back a")
    clear()
    # README: how much of the budget of a year was spent?
    page.select_option("#year", "2566")
    assert number(page, "#sum-received") == answer(
        "SELECT sum(budget_received_thb) FROM projects_unique WHERE fiscal_year_be = 2566"
    )
    clear()
    # Cookbook: which budgets were overspent, and by whom most?
    page.click(".chip.overspent")
    page.select_option("#sort", "-share")
    assert codes(page) == documented.column(
        "SELECT project_id FROM outliers WHERE kind = 'overspent' ORDER BY spent_share_pct DESC NULLS LAST, project_id"
    )
    clear()
    # Cookbook: which say they are half done or more, and spent nothing?
    page.click(".chip.nothing_spent")
    assert found(page) == answer("SELECT count(*) FROM outliers WHERE kind = 'nothing_spent'")
    clear()
    # Cookbook: which money was spent without progress?
    assert number(page, ".chip.spent_ahead b") == answer("SELECT count(*) FROM outliers WHERE kind = 'spent_ahead'")
    page.click(".chip.spent_ahead")
    assert found(page) == answer("SELECT count(*) FROM outliers WHERE kind = 'spent_ahead'")
    clear()
    # Which never reported?
    page.click(".chip.not_reported")
    assert found(page) == answer("SELECT count(*) FROM project_states WHERE stage = 'not_reported'")
    clear()
    # Cookbook: where does a number come from?
    page.fill("#q", P)
    expect(page.locator("#found")).to_contain_text("1 of")
    page.locator("#rows a").click()
    raw = documented.column(f"SELECT raw FROM page_fields WHERE project_id = '{P}' AND field = 'progress_pct'")
    expect(page.locator("[data-field=progress_pct] .printed")).to_contain_text(str(raw[0]))
    # Cookbook: how do I cite it?
    (file, offset) = documented.rows(f"SELECT warc_file, warc_offset FROM projects WHERE project_id = '{P}'")[
        0
    ].values()
    expect(page.locator(".cite").first).to_contain_text(f"data/raw/{file}, offset {offset}")
    page.click(".back a")
    clear()
    # Cookbook: what changed since last month, and by how much?
    (change,) = documented.rows("""
        SELECT project_id, agency_code, budget_spent_change_thb AS difference
        FROM changes_since_last_month ORDER BY budget_spent_change_thb LIMIT 1
    """)
    page.select_option("#agency", str(change["agency_code"]))
    page.locator(f"#rows a[data-project='{change['project_id']}']").click()
    row = page.locator("#project tr", has_text="งบฯ ที่ใช้ไป (บาท)").filter(has_text="→").last
    old, new = row.locator("td").last.inner_text().replace(",", "").split(" → ")
    assert float(new) - float(old) == float(str(change["difference"]))
    page.click(".back a")
    clear()
    # Cookbook: which districts stall?
    page.click("#views [data-view=compare]")
    page.select_option("#kind", "district")
    stalled = """
        SELECT round(100 * avg((project_id IN (SELECT project_id FROM silent_projects))::INTEGER), 1) AS pct
        FROM projects_unique JOIN agencies USING (agency_code)
        WHERE kind = 'district' AND agency_code = '50010000' AND status = 'listed'
    """
    assert number(page, "#agencies tr:first-child [data-measure=silent] a") == answer(stalled)
    page.click("#agencies tr:first-child [data-measure=silent] a")
    expect(page.locator("#find")).to_be_visible()
    assert found(page) == answer("SELECT count(*) FROM silent_projects WHERE agency_code = '50010000'")


def test_a_point_and_a_field_of_the_chart_lead_to_the_list(page: Page, documented: Built) -> None:
    page.click("#views [data-view=compare]")
    link = page.locator("#grid a").first
    n = int(link.inner_text())
    link.click()
    expect(page.locator("#find")).to_be_visible()
    assert found(page) == n
    page.go_back()
    chart = page.locator("#scatter svg")
    box = chart.bounding_box()
    assert box is not None
    # Nothing spent, all done: the left upper corner of the plot, a little to the left of those that spent little.
    chart.click(position={"x": box["width"] * 60 / 640, "y": box["height"] * 46 / 400})
    expect(page.locator("#find")).to_be_visible()
    none_spent = "spent_share_pct <= 0 AND progress_pct > 75 AND progress_pct <= 100"
    assert found(page) == asked(
        documented, f"SELECT count(*) FROM policy_chain WHERE {none_spent} AND status = 'listed'"
    )


def test_the_citation_is_that_of_cite(chromium: Chromium, hostile: Path) -> None:
    said = cite(hostile.parent, hostile.parent / "raw", "bmavisions", P)
    with chromium.opened(hostile, fragment=f"#project={P}&lang=en") as (page, _):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        for lang, words in (("th", said.th), ("en", said.en)):
            page.click(f"[data-cite={lang}]")
            expect(page.locator(f"[data-cite={lang}] + [role=status]")).to_contain_text("copied")
            assert page.evaluate("navigator.clipboard.readText()") == words


def test_invented_projects_and_uncertain_times_are_marked(chromium: Chromium, hostile: Path) -> None:
    with chromium.opened(hostile, fragment="#project=50490000-0001&lang=en") as (page, _):
        assert page.locator("#invented").is_visible()
        assert page.locator("#project .tag.invented").is_visible()
        assert page.get_by_text("there is nothing to cite").is_visible()
        assert page.locator("[data-cite]").count() == 0
    with chromium.opened(hostile, fragment="#q=50010000-0009&lang=en") as (page, _):
        expect(page.locator("#rows .tag.unsure")).to_have_text("เวลาไม่แน่นอน time uncertain")
        page.locator("#rows a").click()
        expect(page.locator("#project .tag.unsure")).to_be_visible()


def test_an_issue_marks_the_value_it_doubts(page: Page, documented: Built) -> None:
    doubted = documented.column(
        "SELECT project_id FROM quality_issues WHERE field = 'budget_spent_thb' AND project_id IS NOT NULL ORDER BY ALL"
    )
    page.fill("#q", str(doubted[0]))
    expect(page.locator("#found")).to_contain_text("1 of")
    page.locator("#rows a").click()
    page.click("[data-field=budget_spent_thb] .doubt")
    assert page.evaluate("document.activeElement.id") == "issues-of-project"
    assert page.locator("#project ul.issues li").count() == asked(
        documented, f"SELECT count(*) FROM quality_issues WHERE project_id = '{doubted[0]}'"
    )


def test_the_keyboard_reaches_everything(chromium: Chromium, documented: Built) -> None:
    with chromium.opened(documented.path / "explorer.html") as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.locator(".chip.done").focus()
        page.keyboard.press("Space")
        expect(page.locator(".chip.done")).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("document.activeElement.dataset.state") == "done", "where the reader was"
        page.locator("#rows a").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#project h2")).to_be_focused()
        page.locator(".back a").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#find-heading")).to_be_focused()


def test_paper_names_filter_release_and_date(chromium: Chromium, documented: Built) -> None:
    with chromium.opened(documented.path / "explorer.html", fragment="#state=done&year=2566", scheme="dark") as (
        page,
        _,
    ):
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        line = page.inner_text("#printed")
        assert "2566" in line
        assert "done" in line
        assert documented.path.name in line
        assert not page.locator("#tools").is_visible()
        assert page.locator("body").evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"


def test_one_language_is_one_language_and_two_are_two(chromium: Chromium, documented: Built) -> None:
    for lang, other in (("th", "en"), ("en", "th")):
        for view in ("", "&view=compare", f"&project={P}"):
            with chromium.opened(documented.path / "explorer.html", fragment=f"#lang={lang}{view}") as (page, _):
                shown = f".beside[lang={other}], .either[lang={other}]"
                assert page.eval_on_selector_all(shown, "nodes => nodes.every(node => node.offsetParent === null)")
    both = "nodes => nodes.map(node => [...node.querySelectorAll('[lang]')].filter(n => n.offsetParent).length)"
    for fragment in ("", f"#project={P}"):
        with chromium.opened(documented.path / "explorer.html", fragment=fragment) as (page, _):
            assert set(page.eval_on_selector_all(".chip:visible, .tag:visible, .chain .quiet", both)) == {2}


def test_without_scripts_the_page_says_where_the_data_is(chromium: Chromium, documented: Built) -> None:
    with chromium.opened(documented.path / "explorer.html", runs_scripts=False) as (page, _):
        assert page.get_by_text("projects.parquet").first.is_visible()


def test_the_page_is_listed_linked_and_opened(documented: Built, tmp_path: Path) -> None:
    assert "  explorer.html\n" in (documented.path / "SHA256SUMS").read_text()
    assert 'href="explorer.html"' in (documented.path / "quality.html").read_text(encoding="utf-8")
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path / "opened"}\n')
    browser.chmod(0o755)
    data = documented.path.parents[2]
    done = bma("explore", P, "--data-dir", data, BROWSER=str(browser))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == (tmp_path / "opened").read_text().strip()
    assert done.stdout.strip() == f"{(documented.path / 'explorer.html').as_uri()}#project={P}"


@pytest.mark.parametrize("fragment", ["", f"#project={P}", "#view=compare", "#view=about"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_no_barrier(chromium: Chromium, documented: Built, width: int, scheme: str, fragment: str) -> None:
    with chromium.opened(documented.path / "explorer.html", fragment=fragment, width=width, scheme=scheme) as (page, _):
        assert barriers(page) == []
