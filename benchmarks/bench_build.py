"""Time, peak memory and size of a build from 10,000 to 1,000,000 projects, beside pandas and beside a mere rewrite.

    python -m benchmarks.bench_build [--sizes 10000,100000] [--pandas-up-to 100000] [--memory-limit 3GB]

Each measurement runs in a process of its own. "rewrite" reads the parsed Parquet and writes it again unsorted with the
same settings: no build can be faster.
"""

import argparse
import multiprocessing
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.build_with_pandas import build_with_pandas
from benchmarks.parsed_archive import FINGERPRINT, make_parsed
from pipeline.build import DATABASE, build
from pipeline.settings import BuildSettings, Settings

# One agency's results by month: the project code begins with the agency, so a sorted file is read in few row groups.
QUERY = """
    SELECT month_no, count(*), avg(result_value::DOUBLE) FROM {table}
    WHERE project_id BETWEEN '50250000' AND '50259999' GROUP BY month_no ORDER BY month_no
"""


def main() -> None:
    """Run the sizes asked for and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--pandas-up-to", type=int, default=100_000)
    parser.add_argument("--memory-limit", default=BuildSettings().memory_limit)
    parser.add_argument("--directory", type=Path, help="where the synthetic data goes (default: the temp directory)")
    options = parser.parse_args()
    print(f"{'projects':>9} {'what':22} {'seconds':>8} {'CPU s':>8} {'peak MB':>8} {'output MB':>9}")
    for size in (int(text) for text in options.sizes.split(",")):
        with tempfile.TemporaryDirectory(dir=options.directory, prefix="bench-build-") as scratch:
            bench(Path(scratch), size, options.memory_limit, with_pandas=size <= options.pandas_up_to)


def bench(scratch: Path, size: int, memory_limit: str, *, with_pandas: bool) -> None:
    """Measure one size."""
    settings = Settings(
        data_dir=scratch, build=BuildSettings(memory_limit=memory_limit, threads=2, temp_directory=scratch)
    )
    make_parsed(settings.parsed_dir, size)
    measured(size, "rewrite", scratch / "rewrite", lambda out: rewrite(settings, out))
    measured(size, "build", scratch / "build", lambda out: build(settings, fingerprint=FINGERPRINT, out_dir=out))
    if with_pandas:
        measured(
            size, "pandas, six tables", scratch / "pandas", lambda out: build_with_pandas(settings.parsed_dir, out)
        )
    for table in (f"read_parquet('{scratch}/build/targets.parquet')", "targets"):
        seconds = query_seconds(scratch / "build" / DATABASE, QUERY.format(table=table))
        print(f"{size:9,} {'query ' + ('Parquet' if '(' in table else 'DuckDB file'):22} {seconds:8.3f}")


def rewrite(settings: Settings, out_dir: Path) -> None:
    """Read every parsed table and write it again, unsorted."""
    limits = settings.build
    config = {
        "memory_limit": limits.memory_limit,
        "threads": limits.threads,
        "temp_directory": str(limits.temp_directory),
    }
    with duckdb.connect(config=config) as con:  # type: ignore[arg-type]
        for table in ("pages", "page_fields", "month_rows", "progress_rows", "issues", "fetches"):
            source = f"read_parquet('{settings.parsed_dir}/*/{table}.parquet')"
            target = f"'{out_dir}/{table}.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
            con.execute(f"COPY (FROM {source}) TO {target}").complete()


def measured(size: int, what: str, out_dir: Path, work: Callable[[Path], object]) -> None:
    """Run work in a forked process and print its time, its peak memory and what it wrote."""
    out_dir.mkdir()
    context = multiprocessing.get_context("fork")
    process = context.Process(target=work, args=(out_dir,))
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    peaks = [0]
    process.start()
    while process.is_alive():
        peaks.append(resident_kilobytes(process.pid))
        process.join(0.05)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.exitcode:
        raise SystemExit(f"{what} of {size} projects failed with exit code {process.exitcode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    written = sum(file.stat().st_size for file in out_dir.rglob("*") if file.is_file())
    print(f"{size:9,} {what:22} {seconds:8.1f} {cpu:8.1f} {max(peaks) / 1e3:8,.0f} {written / 1e6:9,.1f}", flush=True)
    if what != "build":
        shutil.rmtree(out_dir)


def resident_kilobytes(pid: int | None) -> int:
    """The peak resident memory of a process so far (VmHWM), 0 when it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def query_seconds(database: Path, query: str) -> float:
    """The median of five runs of a query on a fresh read-only connection."""
    times = []
    for _ in range(5):
        with duckdb.connect(str(database), read_only=True, config={"threads": 2}) as con:
            started = time.perf_counter()
            con.execute(query).fetchall()
            times.append(time.perf_counter() - started)
    return sorted(times)[2]


if __name__ == "__main__":
    main()
