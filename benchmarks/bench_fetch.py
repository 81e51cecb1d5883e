"""Pages a second of our fetch (archive, log and fingerprint included) beside Scrapy with its HTTP cache on.

Both ask the same server (a separate process on loopback, 20 kB pages, the CSRF token different in every response)
for the same projects, each in a separate process, taking turns. Scrapy stores the bodies and does nothing else.
"""

import argparse
import asyncio
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.page_server import running_server
from benchmarks.results import Line, Table, in_turns, markdown


def project_ids(n_pages: int) -> list[str]:
    return [f"{50010000 + number // 10_000:08d}-{number % 10_000:04d}" for number in range(n_pages)]


def run_ours(address: str, n_pages: int, concurrency: int, directory: Path) -> dict[str, object]:
    from pipeline.archive.segments import ArchiveWriter
    from pipeline.core.settings import FetchSettings, Source
    from pipeline.core.time import new_run_id, utc_now
    from pipeline.fetch.fetch_run import FetchRun
    from pipeline.fetch.schedule import make_plan

    source = Source(source_id="bench", base_url=f"http://{address}/dp/frontend/web/index.php", connect_to=address)
    settings = FetchSettings(rate=0, concurrency=concurrency, max_requests=0)
    memory: list[float] = []

    def progress(_row: object) -> None:
        progress.count += 1  # type: ignore[attr-defined]
        if progress.count % 5000 == 0:  # type: ignore[attr-defined]
            memory.append(resident_mb())

    progress.count = 0  # type: ignore[attr-defined]
    begin = time.perf_counter()
    now = utc_now()
    archiving = ArchiveWriter(directory, new_run_id(now), "bench")
    with archiving as archive, FetchRun(source, settings, archive, directory) as run:
        plan = make_plan(project_ids(n_pages), run.known, {}, now, settings, is_forced=True)
        summary = run.visit(plan, progress)
    seconds = time.perf_counter() - begin
    assert summary.new + summary.unchanged == n_pages, summary
    return {"seconds": seconds, "new": summary.new, "unchanged": summary.unchanged, "memory_mb": memory}


def run_bare(address: str, n_pages: int, concurrency: int) -> dict[str, object]:
    """Only the HTTP of our fetch: the part that a second run needs in any case."""
    import datetime as dt

    from pipeline.core.settings import FetchSettings, Source
    from pipeline.core.site_urls import project_url
    from pipeline.fetch.client import Connection

    source = Source(source_id="bench", base_url=f"http://{address}/dp/frontend/web/index.php", connect_to=address)
    settings = FetchSettings(concurrency=concurrency)

    async def get_all() -> None:
        urls = iter([project_url(source.base_url, project_id) for project_id in project_ids(n_pages)])
        async with Connection(source, settings, lambda: dt.datetime.now(dt.UTC)) as connection:

            async def work() -> None:
                for url in urls:
                    reply = await connection.get(url)
                    assert reply.status == 200, reply.error

            await asyncio.gather(*(work() for _ in range(concurrency)))

    begin = time.perf_counter()
    asyncio.run(get_all())
    return {"seconds": time.perf_counter() - begin}


def run_scrapy(address: str, n_pages: int, concurrency: int, directory: Path) -> dict[str, object]:
    import scrapy  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from scrapy.crawler import CrawlerProcess  # type: ignore[import-not-found,import-untyped,unused-ignore]

    view = f"http://{address}/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id="
    seen = []

    class Spider(scrapy.Spider):  # type: ignore[misc,unused-ignore]
        name = "bench"
        start_urls = [view + project_id for project_id in project_ids(n_pages)]  # noqa: RUF012

        def parse(self, response: object) -> None:
            seen.append(response.status)  # type: ignore[attr-defined]

    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": concurrency,
            "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
            "DOWNLOAD_DELAY": 0,
            "HTTPCACHE_ENABLED": True,
            "HTTPCACHE_DIR": str(directory),
            "ROBOTSTXT_OBEY": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    process.crawl(Spider)
    begin = time.perf_counter()
    process.start()
    seconds = time.perf_counter() - begin
    assert seen == [200] * n_pages, len(seen)
    return {"seconds": seconds}


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def measure(what: str, address: str, n_pages: int, concurrency: int, directory: Path) -> dict[str, object]:
    """Run one side in a separate process."""
    command = [sys.executable, "-m", "benchmarks.bench_fetch", what, "--address", address, "--pages", str(n_pages)]
    command += ["--concurrency", str(concurrency), "--directory", str(directory)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


class Case(NamedTuple):
    concurrency: int
    latency: float
    pages: int


# With latency, runs of ten seconds and more: beginning and sealing one takes a third of a second, which a run over a
# whole site does not notice.
CASES = (Case(8, 0, 2000), Case(32, 0, 2000), Case(8, 0.05, 3000), Case(32, 0.05, 6000))
OURS = "ours: archive, log and fingerprint"
SCRAPY = "Scrapy, HTTP cache on"
LIMIT = "httpx as we use it, nothing kept"


def fetch_table(case: Case, runs: int) -> Table:
    """Pages a second of one case."""
    with running_server(case.latency) as address:

        def rate(side: str) -> Callable[[], float]:
            def run() -> float:
                with tempfile.TemporaryDirectory() as directory:
                    result = measure(side, address, case.pages, case.concurrency, Path(directory))
                return case.pages / float(str(result["seconds"]))

            return run

        contenders = [(LIMIT, rate("bare")), (OURS, rate("ours"))]
        if importlib.util.find_spec("scrapy") is not None:
            contenders.append((SCRAPY, rate("scrapy")))
        lines = in_turns(contenders, runs)
        wrk = wrk_rate(address, case.concurrency)
    if wrk is not None:
        lines.insert(0, Line("wrk, nothing read", [wrk]))
    if case.latency:
        lines.insert(0, Line("concurrency / latency", [case.concurrency / case.latency]))
    latency = f", {case.latency * 1000:.0f} ms of latency" if case.latency else ""
    about = f"{case.pages:,} pages of 20 kB from one server process on loopback."
    title = f"Fetch, concurrency {case.concurrency}{latency}"
    return Table(title, about, "pages/s", OURS, lines[0].name if case.latency else LIMIT, lines, is_rate=True)


def wrk_rate(address: str, concurrency: int) -> float | None:
    """Pages a second that wrk pulls from the same server in five seconds; None where it is not installed."""
    if shutil.which("wrk") is None:
        return None
    url = f"http://{address}/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=50010000-0001"
    done = subprocess.run(
        ["wrk", "-t1", f"-c{concurrency}", "-d5s", url], stdout=subprocess.PIPE, text=True, check=True
    )
    found = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    return float(found[1]) if found is not None else None


def second_run_table(runs: int, n_pages: int = 4000, concurrency: int = 8) -> Table:
    """The cost of an unchanged page, and the share of HTTP in it."""
    ours, bare = "fetch, every page unchanged", "the HTTP alone"
    with running_server(0) as address, tempfile.TemporaryDirectory() as directory:
        raw_dir = Path(directory)
        measure("ours", address, n_pages, concurrency, raw_dir)
        of_first_run = set(raw_dir.iterdir())

        def again() -> float:
            result = measure("ours", address, n_pages, concurrency, raw_dir)
            assert result["unchanged"] == n_pages
            return float(str(result["seconds"])) / n_pages * 1000

        def http() -> float:
            return float(str(measure("bare", address, n_pages, concurrency, raw_dir)["seconds"])) / n_pages * 1000

        lines = in_turns([(bare, http), (ours, again)], runs)
        written = sum(path.stat().st_size for path in set(raw_dir.glob("*.warc.gz")) - of_first_run)
    about = f"{n_pages:,} pages, concurrency {concurrency}; the later runs wrote {written} bytes of WARC."
    return Table("Fetch, unchanged site", about, "ms a page", ours, bare, lines)


def memory_table(n_pages: int = 20_000) -> Table:
    """Resident memory of one run after each 5,000 pages."""
    with running_server(0) as address, tempfile.TemporaryDirectory() as directory:
        taken = measure("ours", address, n_pages, 8, Path(directory))["memory_mb"]
    assert isinstance(taken, list)
    lines = [Line(f"after {5000 * number:,} pages", [megabytes]) for number, megabytes in enumerate(taken, 1)]
    return Table("Fetch, memory", f"One run over {n_pages:,} pages.", "MB", lines[0].name, None, lines)


def fetch_tables(runs: int) -> Iterator[Table]:
    """Measure all cases, the second run and the memory."""
    yield from (fetch_table(case, runs) for case in CASES)
    yield second_run_table(runs)
    yield memory_table()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["ours", "bare", "scrapy"])
    parser.add_argument("--address", default="")
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--directory", type=Path, default=Path())
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    if options.what == "ours":
        print(json.dumps(run_ours(options.address, options.pages, options.concurrency, options.directory)))
    elif options.what == "bare":
        print(json.dumps(run_bare(options.address, options.pages, options.concurrency)))
    elif options.what == "scrapy":
        print(json.dumps(run_scrapy(options.address, options.pages, options.concurrency, options.directory)))
    else:
        for table in fetch_tables(options.runs):
            print(markdown(table), flush=True)


if __name__ == "__main__":
    main()
