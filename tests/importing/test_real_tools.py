"""What real tools save of a page gives the same tables as fetching it; a tool that is not here is left out."""

import gzip
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from tests.cli.command import bma_here
from tests.fetch.misbehaving import REAL_ID, chunked, misbehaving_site, real_page

TABLES = {
    "page_fields": "ordinal, label, regexp_replace(raw, '\\s+', ' ', 'g'), field",
    "targets": "month_no, result_value, n_rows, is_conflicting",
    "progress_history": "report_no, reported_on, progress_pct, status_code, problem, detail",
    "update_history": "update_no, updated_on, updated_time, user_name, action, target, result, unit",
}
WITH_WARCIO = """if True:
    import sys
    from warcio.capture_http import capture_http
    import http.client
    from urllib.parse import urlsplit
    parts = urlsplit(sys.argv[1])
    with capture_http(sys.argv[2]):
        connection = http.client.HTTPConnection(parts.netloc)
        connection.request("GET", f"{parts.path}?{parts.query}")
        connection.getresponse().read()
"""
WITH_PLAYWRIGHT = """if True:
    import sys
    from playwright.sync_api import sync_playwright
    url, file, chromium = sys.argv[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        recorded = {"record_har_path": file, "record_har_content": "embed"} if file.endswith(".har") else {}
        context = browser.new_context(**recorded)
        page = context.new_page()
        page.goto(url)
        if file.endswith(".mhtml"):
            saved = context.new_cdp_session(page).send("Page.captureSnapshot", {"format": "mhtml"})
            open(file, "w", newline="").write(saved["data"])
        context.close()
        browser.close()
"""
Save = Callable[[str, Path], Path]


class Tool(NamedTuple):
    """A way to save a page: the programs it needs, and what does it, given an address and a directory."""

    programs: tuple[str, ...]
    save: Save


def run(*command: str | Path) -> bytes:
    return subprocess.run([str(word) for word in command], capture_output=True, check=True, timeout=60).stdout


def chromium() -> str:
    return shutil.which("chromium") or "chromium"


def by_wget(url: str, folder: Path) -> Path:
    run("wget", "-q", f"--warc-file={folder / 'seen'}", "--output-document=/dev/null", url)
    return folder / "seen.warc.gz"


def by_wget_unpacked(url: str, folder: Path) -> Path:
    run("wget", "-q", f"--warc-file={folder / 'seen'}", "--no-warc-compression", "--output-document=/dev/null", url)
    return folder / "seen.warc"


def by_curl(url: str, folder: Path) -> Path:
    run("curl", "-s", "--output", folder / "page.html", url)
    return folder / "page.html"


def by_curl_and_gzip(url: str, folder: Path) -> Path:
    (folder / "page.html.gz").write_bytes(gzip.compress(run("curl", "-s", url)))
    return folder / "page.html.gz"


def by_curl_and_zstd(url: str, folder: Path) -> Path:
    run("zstd", "-q", by_curl(url, folder), "-o", folder / "page.html.zst")
    return folder / "page.html.zst"


def by_warcio(url: str, folder: Path) -> Path:
    run(sys.executable, "-c", WITH_WARCIO, url, folder / "seen.warc.gz")
    return folder / "seen.warc.gz"


def by_warcio_again(url: str, folder: Path) -> Path:
    warcio = Path(sys.executable).with_name("warcio")
    run(warcio, "recompress", by_wget_unpacked(url, folder), folder / "again.warc.gz")
    return folder / "again.warc.gz"


def by_dump(url: str, folder: Path) -> Path:
    (folder / "page.html").write_bytes(run(chromium(), "--headless", "--no-sandbox", "--dump-dom", url))
    return folder / "page.html"


def by_single_file(url: str, folder: Path) -> Path:
    browser = f"--browser-executable-path={chromium()}"
    run("single-file", url, folder / "page.html", browser, "--browser-arg=--no-sandbox")
    return folder / "page.html"


def by_playwright(name: str) -> Save:
    def save(url: str, folder: Path) -> Path:
        run(sys.executable, "-c", WITH_PLAYWRIGHT, url, folder / name, chromium())
        return folder / name

    return save


TOOLS = {
    "wget --warc-file": Tool(("wget",), by_wget),
    "wget --warc-file --no-warc-compression": Tool(("wget",), by_wget_unpacked),
    "curl": Tool(("curl",), by_curl),
    "curl, gzip": Tool(("curl",), by_curl_and_gzip),
    "curl, zstd": Tool(("curl", "zstd"), by_curl_and_zstd),
    "warcio capture_http": Tool((), by_warcio),
    "warcio recompress": Tool(("wget",), by_warcio_again),
    "Chromium --dump-dom": Tool(("chromium",), by_dump),
    "single-file": Tool(("single-file", "chromium"), by_single_file),
    "Chromium, MHTML": Tool(("chromium",), by_playwright("page.mhtml")),
    "Chromium, HAR": Tool(("chromium",), by_playwright("page.har")),
}


def by_pandoc(kind: str) -> Save:
    def save(url: str, folder: Path) -> Path:
        (folder / "page.txt").write_bytes(run("pandoc", "-f", "html", "-t", kind, "--wrap=none", by_curl(url, folder)))
        return folder / "page.txt"

    return save


def by_pdftotext(*flags: str) -> Save:
    def save(url: str, folder: Path) -> Path:
        run(chromium(), "--headless", "--no-sandbox", f"--print-to-pdf={folder / 'page.pdf'}", url)
        run("pdftotext", *flags, folder / "page.pdf", folder / "page.txt")
        return folder / "page.txt"

    return save


# What these make of a page is another layout: refused, or whole only where it says the same.
OF_TEXT = {
    "pandoc, plain": Tool(("pandoc", "curl"), by_pandoc("plain")),
    "pandoc, Markdown": Tool(("pandoc", "curl"), by_pandoc("markdown")),
    "pdftotext": Tool(("pdftotext", "chromium"), by_pdftotext()),
    "pdftotext -layout": Tool(("pdftotext", "chromium"), by_pdftotext("-layout")),
}
SAID = {
    "fields_state": """
        SELECT label, trim(regexp_replace(coalesce(raw, ''), '\\s+', ' ', 'g')) FROM page_fields ORDER BY ordinal
    """,
    "months_state": "SELECT month_no, result_value FROM targets ORDER BY ALL",
    "reports_state": "SELECT reported_on, progress_pct, status_code FROM progress_history ORDER BY ALL",
}


class Site(NamedTuple):
    """The address of the page, the settings that name its source, and the data directory and tables of fetching it."""

    url: str
    config: Path
    data: Path
    tables: dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    scratch = tmp_path_factory.mktemp("tools")
    with misbehaving_site() as running:
        running.pages[REAL_ID] = chunked(real_page())
        home = f"http://{running.address}/dp/frontend/web/index.php"
        config, ids = scratch / "settings.toml", scratch / "ids"
        config.write_text(
            f'[fetch]\nrate = 0.0\n[sources.city]\nbase_url = "{home}"\nconnect_to = "{running.address}"\n'
        )
        ids.write_text(REAL_ID)
        flags = ("--source", "city", "--config", config, "--data-dir", scratch / "data")
        assert bma_here("refresh", "--ids", ids, *flags).returncode == 0
        url = f"{home}?r=tbl-project-main%2Fview&project_id={REAL_ID}"
        yield Site(url, config, scratch / "data", tables_of(scratch / "data"))


def tables_of(data: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(data / "curated" / "latest" / "bma_projects.duckdb"), read_only=True) as con:
        return {
            name: con.execute(f"SELECT {columns} FROM {name} ORDER BY ALL").fetchall()
            for name, columns in TABLES.items()
        }


def skip_without(tool: Tool) -> None:
    missing = [program for program in tool.programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not here: {', '.join(missing)}")


@pytest.mark.slow
@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS.keys())
def test_its_file_gives_the_tables_that_fetching_gives(tmp_path: Path, site: Site, tool: Tool) -> None:
    skip_without(tool)
    file = tool.save(site.url, tmp_path)
    done = bma_here("import", file, "--source", "city", "--config", site.config, "--data-dir", tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert len(site.tables["page_fields"]) == 41
    assert tables_of(tmp_path / "data") == site.tables


def ask(data: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(data / "curated" / "latest" / "bma_projects.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


@pytest.mark.slow
@pytest.mark.parametrize("tool", OF_TEXT.values(), ids=OF_TEXT.keys())
def test_what_is_made_of_a_page_is_refused_or_says_the_same(tmp_path: Path, site: Site, tool: Tool) -> None:
    skip_without(tool)
    file, data = tool.save(site.url, tmp_path), tmp_path / "data"
    done = bma_here("import", file, "--source", "city", "--config", site.config, "--data-dir", data)
    if done.returncode:
        assert "page.txt: " in done.stderr
        assert not (data / "curated" / "latest").exists()
        return
    for state, query in SAID.items():
        if ask(data, f"SELECT {state} FROM projects") == [("present",)]:
            assert ask(data, query) == ask(site.data, query), state


def test_the_document_names_every_tool() -> None:
    document = (Path(__file__).parents[2] / "docs" / "reading-the-archive.md").read_text(encoding="utf-8")
    named = [line.split("|")[1].strip() for line in document.splitlines() if line.startswith("| ")]
    first = named.index("tool") + 2
    assert named[first : first + len(TOOLS)] == list(TOOLS)
