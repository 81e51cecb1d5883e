"""Run all benchmarks and write benchmarks/RESULTS.md. Takes most of an hour on two cores.

python -m benchmarks.run [--runs 5] [--largest-runs 5] [--out benchmarks/RESULTS.md]
"""

import argparse
import datetime as dt
import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from itertools import chain
from pathlib import Path

from benchmarks.bench_archive import archive_tables
from benchmarks.bench_build import SIZES, build_tables
from benchmarks.bench_fetch import fetch_tables
from benchmarks.bench_parse import parse_table
from benchmarks.bench_schedule import schedule_markdown, schedule_tables
from benchmarks.bench_stages import stage_tables
from benchmarks.bench_startup import startup_table
from benchmarks.results import Table, markdown
from benchmarks.schedule.edit_process import FINAL_SEEDS

_LIBRARIES = (
    "selectolax", "duckdb", "pyarrow", "pandas", "httpx", "aiohttp", "FastWARC",
    "lxml", "parsel", "beautifulsoup4", "scrapy", "warcio", "polars",
)  # fmt: skip
_PARSE_PAGES = 20_000


def main() -> None:
    """Show and keep every table as soon as it is there."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--largest-runs", type=int, default=5, help="runs of a million projects")
    options.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS.md")
    chosen = options.parse_args()
    parts = [_heading(chosen.runs, chosen.largest_runs)]
    measured = (markdown(table) for table in _tables(chosen.runs, chosen.largest_runs))
    for part in chain(measured, map(schedule_markdown, schedule_tables(FINAL_SEEDS))):
        parts.append(part)
        print(parts[-1], flush=True)
        chosen.out.write_text("\n".join(parts), encoding="utf-8")
    print(f"written: {chosen.out}", file=sys.stderr)


def _tables(runs: int, largest_runs: int) -> Iterator[Table]:
    yield parse_table(max(runs, 7))
    yield startup_table(max(runs, 15))
    yield from archive_tables(runs)
    yield from stage_tables(runs, _PARSE_PAGES)
    yield from fetch_tables(runs)
    for size in SIZES:
        yield from build_tables(size, runs if size < SIZES[-1] else largest_runs)


def _heading(runs: int, largest_runs: int) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version}" for name in _LIBRARIES if (version := _version(name)) is not None)
    return f"""# Results

Written by `make bench`; do not edit. Every table is one run on one machine: contenders take turns, so the ratios are
valid even if the seconds are not. "Times ours" and "times the limit" say how many times slower (or faster) a median is.

- {dt.datetime.now(dt.UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}
- Python {platform.python_version()}, {versions}
- {runs} runs or more of each, {largest_runs} of the builds of a million projects
"""


def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
