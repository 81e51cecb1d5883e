"""Time, peak memory and size of builds of 10,000 to 1,000,000 projects, beside pandas, polars and a plain rewrite.

    python -m benchmarks.bench_build [--runs 5] [--sizes 10000,100000,1000000] [--largest-runs 5]

Each measurement runs in a separate process. The rewrite reads the parsed Parquet and writes it again unsorted with
the same settings: no build can be faster. pandas and polars make the six large tables as Parquet, and four of them:
the other two are sorted parsed rows. Ours is measured three times: a whole release (all tables and views,
the checks, and the DuckDB file beside the Parquet), and only the six and only the four tables, as Parquet, with the
models they need: the checks, as projects counts its issues, and the edits, as project_versions counts its changes.
build_with_pandas.py says what the peers leave out.
"""

import argparse
import importlib.util
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.build_with_pandas import build_with_pandas
from benchmarks.parsed_archive import FINGERPRINT, TABLES, make_parsed
from benchmarks.results import Line, Table, in_turns, markdown
from pipeline.build.database import DATABASE, build
from pipeline.build.models import load_models, needed_for
from pipeline.build.session import open_session
from pipeline.build.tables import make_parquet, make_relation
from pipeline.core.settings import BuildSettings, Settings

# One agency's results by month: the project code begins with the agency, so a sorted file is read in few row groups.
QUERY = """
    SELECT month_no, count(*), avg(result_value::DOUBLE) FROM {table}
    WHERE project_id BETWEEN '50250000' AND '50259999' GROUP BY month_no ORDER BY month_no
"""
SIZES = (10_000, 100_000, 1_000_000)
LIMIT = "read and rewrite the parsed Parquet"
OURS = "ours, all tables, Parquet and DuckDB"
_DERIVED = ("projects", "project_versions", "targets", "progress_history")
TABLES_BESIDE = {"six tables": (*_DERIVED, "page_fields", "target_rows"), "four tables": _DERIVED}
_PEERS_UP_TO = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--largest-runs", type=int, default=5, help="runs of a million projects")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--directory", type=Path, help="where the synthetic data goes (default: the temp directory)")
    options = parser.parse_args()
    for size in map(int, options.sizes.split(",")):
        runs = options.runs if size < SIZES[-1] else options.largest_runs
        for table in build_tables(size, runs, options.directory):
            print(markdown(table), flush=True)


def build_tables(size: int, runs: int, directory: Path | None = None) -> Iterator[Table]:
    """Measure one size: seconds, peak memory, output, and a typical query on what was built."""
    with tempfile.TemporaryDirectory(dir=directory, prefix="bench-build-") as name:
        scratch = Path(name)
        limits = BuildSettings(threads=2, temp_directory=scratch)
        settings = Settings(data_dir=scratch, build=limits)
        make_parsed(settings.parsed_dir, size)
        work: list[tuple[str, Callable[[Path], object]]] = [
            (LIMIT, partial(rewrite, settings)),
            (OURS, lambda out: build(settings, fingerprint=FINGERPRINT, out_dir=out)),
        ]
        for what, tables in TABLES_BESIDE.items():
            work.append((f"ours, {what}, Parquet", partial(build_some, settings, tables)))
            if size > _PEERS_UP_TO:
                continue
            work.append((f"pandas, {what}, Parquet", partial(build_with_pandas, settings.parsed_dir, tables=tables)))
            if importlib.util.find_spec("polars") is not None:
                from benchmarks.build_with_polars import build_with_polars

                polars = partial(build_with_polars, settings.parsed_dir, tables=tables)
                work.append((f"polars, {what}, Parquet", polars))
        peaks: dict[str, list[float]] = {}
        written: dict[str, list[float]] = {}

        def contender(name: str, make: Callable[[Path], object]) -> tuple[str, Callable[[], float]]:
            def run() -> float:
                out_dir = scratch / "out"
                shutil.rmtree(out_dir, ignore_errors=True)
                seconds, peak = measured(make, out_dir)
                peaks.setdefault(name, []).append(peak)
                files = [file.stat().st_size for file in out_dir.rglob("*") if file.is_file()]
                written.setdefault(name, []).append(sum(files) / 1e6)
                if name == OURS:
                    shutil.rmtree(scratch / "release", ignore_errors=True)
                    out_dir.rename(scratch / "release")
                return seconds

            return name, run

        lines = in_turns([contender(*one) for one in work], runs)
        title = f"Build, {size:,} projects"
        about = f"16 month rows, 8 reports and 41 fields each, 5 % captured twice; memory limit {limits.memory_limit}."
        yield Table(title, about, "s", OURS, LIMIT, lines)
        for what, found in (("peak memory", peaks), ("output", written)):
            lines = [Line(name, figures) for name, figures in found.items()]
            yield Table(f"{title}: {what}", "The same runs.", "MB", OURS, None, lines)
        yield query_table(size, scratch / "release", runs)


def build_some(settings: Settings, tables: Collection[str], out_dir: Path, fingerprint: str = FINGERPRINT) -> None:
    """Build only these published tables, and only as Parquet; rows and order are those of a whole release."""
    with open_session(settings, fingerprint=fingerprint, out_dir=out_dir) as con:
        for model in needed_for(tables, load_models()).values():
            if model.name in tables:
                make_parquet(con, model, out_dir, note="")
            else:
                make_relation(con, model)


def rewrite(settings: Settings, out_dir: Path) -> None:
    """Read every parsed table and write it again, unsorted."""
    limits = settings.build
    config = {
        "memory_limit": limits.memory_limit,
        "threads": limits.threads,
        "temp_directory": str(limits.temp_directory),
    }
    parsed = [table for table in TABLES if any(settings.parsed_dir.glob(f"*/{table}.parquet"))]
    with duckdb.connect(config=config) as con:  # type: ignore[arg-type]
        for table in parsed:
            source = f"read_parquet('{settings.parsed_dir}/*/{table}.parquet')"
            target = f"'{out_dir}/{table}.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
            con.execute(f"COPY (FROM {source}) TO {target}").complete()


def measured(work: Callable[[Path], object], out_dir: Path) -> tuple[float, float]:
    """Run work in a forked process; return its seconds and its peak memory in MB."""
    out_dir.mkdir()
    process = multiprocessing.get_context("fork").Process(target=work, args=(out_dir,))
    started, peak = time.perf_counter(), 0
    process.start()
    while process.is_alive():
        peak = max(peak, resident_kilobytes(process.pid))
        process.join(0.05)
    seconds = time.perf_counter() - started
    if process.exitcode:
        raise SystemExit(f"a build failed with exit code {process.exitcode}")
    return seconds, peak / 1e3


def resident_kilobytes(pid: int | None) -> int:
    """The peak resident memory of a process so far (VmHWM), 0 when it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def query_table(size: int, release: Path, runs: int) -> Table:
    """One agency's results by month, each time on a fresh read-only connection; pandas reads the two columns whole."""
    parquet = release / "targets.parquet"

    def with_duckdb(table: str) -> Callable[[], float]:
        def run() -> float:
            with duckdb.connect(str(release / DATABASE), read_only=True, config={"threads": 2}) as con:
                started = time.perf_counter()
                con.execute(QUERY.format(table=table)).fetchall()
                return (time.perf_counter() - started) * 1e3

        return run

    def with_pandas() -> float:
        import pandas as pd

        started = time.perf_counter()
        frame = pd.read_parquet(parquet, columns=["project_id", "month_no", "result_value"], dtype_backend="pyarrow")
        frame = frame[frame["project_id"].between("50250000", "50259999")]
        frame.groupby("month_no")["result_value"].agg(["size", "mean"])
        return (time.perf_counter() - started) * 1e3

    ours = "DuckDB on the release's Parquet"
    contenders = [
        (ours, with_duckdb(f"read_parquet('{parquet}')")),
        ("DuckDB on the release's DuckDB file", with_duckdb("targets")),
    ]
    if size <= _PEERS_UP_TO:
        contenders.append(("pandas on the release's Parquet", with_pandas))
    lines = in_turns(contenders, max(runs, 5))
    return Table(f"Query, {size:,} projects", "One agency's results by month.", "ms", ours, None, lines)


if __name__ == "__main__":
    main()
