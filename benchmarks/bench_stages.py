"""What the stages of the nightly job cost on many pages: the parse stage on one core and two, an unchanged refresh.

python -m benchmarks.bench_stages [--runs 5] [--pages 20000]
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.bench_archive import captures, write_archive
from benchmarks.bench_fetch import measure, project_ids
from benchmarks.page_server import running_server
from benchmarks.results import Line, Table, in_turns, markdown
from pipeline.archive.segments import read_segment, sealed_segments
from pipeline.parse.pool import local_pool
from pipeline.parse.stage import parse


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--pages", type=int, default=20_000)
    chosen = options.parse_args()
    for table in stage_tables(chosen.runs, chosen.pages):
        print(markdown(table))


def stage_tables(runs: int, n_pages: int) -> Iterator[Table]:
    """Measure the parse stage, then the refresh."""
    yield parse_stage_table(runs, n_pages)
    yield refresh_table(runs, n_pages)


def parse_stage_table(runs: int, n_pages: int) -> Table:
    """The whole parse stage: start of the workers, WARC read, pages parsed, Parquet written."""
    with tempfile.TemporaryDirectory() as scratch:
        raw_dir = Path(scratch) / "raw"
        write_archive(captures(n_pages), raw_dir)
        (segment,) = sealed_segments(raw_dir)

        def read() -> float:
            begin = time.perf_counter()
            assert all(capture.body for _, capture in read_segment(segment))
            return time.perf_counter() - begin

        def parsed(workers: int) -> float:
            begin = time.perf_counter()
            summary = parse(raw_dir, Path(scratch) / "parsed", pool=partial(local_pool, workers=workers))
            seconds = time.perf_counter() - begin
            assert summary.records == n_pages, summary
            shutil.rmtree(Path(scratch) / "parsed")
            return seconds

        limit, ours = "reading the WARC, one core", "parse, two cores"
        contenders: list[tuple[str, Callable[[], float]]] = [
            (limit, read),
            (ours, lambda: parsed(2)),
            ("parse, one core", lambda: parsed(1)),
        ]
        lines = in_turns(contenders, runs)
    return Table("Parse stage", f"{n_pages:,} archived pages of 20 kB, one segment.", "s", ours, limit, lines)


def refresh_table(runs: int, n_pages: int, concurrency: int = 8) -> Table:
    """A refresh that finds every page unchanged, by its stages, beside the bare HTTP of the same pages."""
    with running_server(0) as address, tempfile.TemporaryDirectory() as scratch:
        ids = Path(scratch) / "ids"
        ids.write_text("\n".join(project_ids(n_pages)))
        config = Path(scratch) / "bma-projects.toml"
        config.write_text(
            f"[fetch]\nrate = 0\nmax_requests = 0\n[sources.bmavisions]\n"
            f'base_url = "http://{address}/dp/frontend/web/index.php"\nconnect_to = "{address}"\n'
        )
        command = [str(Path(sys.executable).parent / "bma-projects"), "refresh", "--data-dir", f"{scratch}/data"]
        command += ["--config", str(config), "--source", "bmavisions", "--concurrency", str(concurrency)]
        command += ["--ids", str(ids), "--quiet"]
        taken: dict[str, list[float]] = {}
        for number in range(runs + 1):
            begin = time.perf_counter()
            subprocess.run(command, check=True)
            if number:
                taken.setdefault("the whole refresh", []).append(time.perf_counter() - begin)
                newest = max(Path(scratch, "data", "runs").glob("*.json"))
                for stage, seconds in json.loads(newest.read_text())["durations"].items():
                    taken.setdefault(f"stage {stage}", []).append(seconds)
                bare = measure("bare", address, n_pages, concurrency, Path(scratch))
                taken.setdefault("bare HTTP of the same pages", []).append(float(str(bare["seconds"])))
    lines = [Line(name, runs) for name, runs in taken.items()]
    about = f"{n_pages:,} pages, all unchanged, concurrency {concurrency}, no rate limit."
    return Table("Unchanged refresh", about, "s", "the whole refresh", "bare HTTP of the same pages", lines)


if __name__ == "__main__":
    main()
