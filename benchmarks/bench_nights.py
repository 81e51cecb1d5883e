"""What a night costs after 10, 100 and 1,000 nights in which every page was seen and none had changed.

python -m benchmarks.bench_nights [--nights 10,100,1000] [--pages 20000] [--directory DIR]

The first night archives generated pages; the later nights are logs as the archive seals them, each with its listing.
Each stage runs in a separate process. After one further night it runs again: this second cost is the cost of a usual
night.
"""

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.bench_archive import captures, write_archive
from pipeline.archive.chain import links_of_new_segment
from pipeline.archive.fetch_log import SCHEMA
from pipeline.archive.segments import ListingRow
from pipeline.archive.warc import Capture
from pipeline.core.arrow_schema import schema_of
from pipeline.core.log import RunLog
from pipeline.core.settings import BuildSettings, Settings, Source
from pipeline.run.record import RunRecord, write_record

_SOURCE = Source(source_id="bench", base_url="http://bench.test/index.php", title="bench")
_FIRST = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
_NIGHT = dt.timedelta(days=1)


class Cost(NamedTuple):
    """The cost of a stage in a separate process: seconds of processor time, megabytes at its peak."""

    cpu_s: float
    peak_mb: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--nights", default="10,100,1000")
    options.add_argument("--pages", type=int, default=20_000)
    options.add_argument("--directory", type=Path, help="where the nights go (default: the temp directory)")
    options.add_argument("--stage", choices=_STAGES, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.stage:
        _run_stage(chosen.stage, chosen.directory)
        return
    print("| nights | stage | CPU s | peak MB |\n| ---: | --- | ---: | ---: |")
    for line in measured_nights([int(one) for one in chosen.nights.split(",")], chosen.pages, chosen.directory):
        print(line, flush=True)


def measured_nights(marks: list[int], n_pages: int, directory: Path | None = None) -> Iterator[str]:
    """Measure the stages of the night after the given numbers of nights; a line of Markdown for each."""
    with tempfile.TemporaryDirectory(dir=directory, prefix="bench-nights-") as scratch:
        data_dir, settings = Path(scratch), _settings(Path(scratch))
        write_archive(_of_fifty_offices(n_pages), settings.raw_dir)
        nights = _Nights(settings.raw_dir)
        for mark in marks:
            while nights.number < mark:
                nights.add()
            _measured("parse", data_dir)
            nights.add()
            for stage in ("parse", "parse again", "plan", "build"):
                cost = _measured(stage, data_dir)
                yield f"| {mark:,} | {stage} | {cost.cpu_s:.2f} | {cost.peak_mb:,.0f} |"
            for layer in ("raw", "parsed"):
                size = sum(path.stat().st_size for path in (data_dir / layer).rglob("*") if path.is_file())
                yield f"| {mark:,} | disk, data/{layer} | {size / 1e6:,.0f} MB | |"


def _of_fifty_offices(n_pages: int) -> Iterator[Capture]:
    """Generated pages under codes of fifty agencies, as the city has; captures() gives nearly each its own."""
    for n, capture in enumerate(captures(n_pages)):
        was, url = capture.url.rpartition("=")[2], capture.url
        code = f"50{n % 50 + 1:02}0000-{n // 50:04}"
        yield capture._replace(url=url.replace(was, code), body=capture.body.replace(was.encode(), code.encode()))


class _Nights:
    """Adds nights to an archive, each of which sees the pages of the first night again."""

    def __init__(self, raw_dir: Path) -> None:
        self._raw_dir = raw_dir
        self.number = 1
        (first,) = raw_dir.glob("*.fetches.parquet")
        log = pq.read_table(first)
        for name in ("body_sha256", "content_sha256", "warc_file", "warc_offset", "bytes"):
            log = _with(log, name, pa.nulls(len(log), SCHEMA.field(name).type))
        log = _with(log, "repeats", log["snapshot_id"])
        log = _with(log, "snapshot_id", pa.nulls(len(log), pa.string()))
        self._log = _with(log, "outcome", pa.array(["unchanged"] * len(log)))

    def add(self) -> None:
        """Seal one further night."""
        began = _FIRST + self.number * _NIGHT
        self.number += 1
        run_id = f"{began:%Y%m%dT%H%M%SZ}"
        name, n = f"{run_id}-bench", len(self._log)
        schema = schema_of(ListingRow)
        columns: list[pa.Array[Any] | pa.ChunkedArray[Any]] = [
            pa.array([value] * n, type=kind)
            for value, kind in zip((run_id, "bench", None, began, True, n), schema.types, strict=True)
        ]
        columns[2] = self._log["project_id"].combine_chunks()
        listing = pa.Table.from_arrays(columns, schema=schema)
        pq.write_table(listing, self._raw_dir / f"{name}.listing.parquet", compression="zstd")
        log = _with(self._log, "run_id", pa.array([run_id] * n))
        moments = pa.array([began + dt.timedelta(seconds=second) for second in range(n)])
        log = _with(log, "requested_at", moments.cast(SCHEMA.field("requested_at").type))
        about = {**links_of_new_segment(self._raw_dir, name, None), "made-by": "fetch", "source": "bench"}
        metadata = {"about": json.dumps(about, sort_keys=True)}
        pq.write_table(
            log.replace_schema_metadata(metadata), self._raw_dir / f"{name}.fetches.parquet", compression="zstd"
        )


def _with(table: pa.Table, name: str, column: "pa.Array[Any] | pa.ChunkedArray[Any]") -> pa.Table:
    return table.set_column(SCHEMA.get_field_index(name), SCHEMA.field(name), column)


def _settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, build=BuildSettings(threads=2))


def _measured(stage: str, data_dir: Path) -> Cost:
    command = [sys.executable, "-m", "benchmarks.bench_nights", "--stage", stage, "--directory", str(data_dir)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(*json.loads(done.stdout.splitlines()[-1]))


def _run_stage(stage: str, data_dir: Path) -> None:
    _STAGES[stage](_settings(data_dir))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(one.ru_utime + one.ru_stime for one in used)
    print(json.dumps([cpu_s, max(one.ru_maxrss for one in used) / 1e3]))


def _plan(settings: Settings) -> None:
    from pipeline.archive.history.page_history import page_states
    from pipeline.run.fetch_source import plan_visits

    now = _now(settings)
    known = page_states(settings.raw_dir, "bench", now, parsed_dir=settings.parsed_dir)
    listed = list(known)
    plan = plan_visits(settings, _SOURCE, known, listed, now, listed=listed)
    assert len(plan.due) + len(plan.later) == len(listed) > 0


def _parse(settings: Settings) -> None:
    from pipeline.run.build_release import parse_archive

    parse_archive(settings, _record(settings), RunLog(is_quiet=True))


def _build(settings: Settings) -> None:
    from pipeline.run.build_release import build_and_publish

    record = _record(settings)
    build_and_publish(settings, record, RunLog(is_quiet=True))
    write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")


def _record(settings: Settings) -> RunRecord:
    began = _now(settings) - dt.timedelta(hours=12)
    return RunRecord(f"{began:%Y%m%dT%H%M%SZ}", "refresh", [], began)


def _now(settings: Settings) -> dt.datetime:
    newest = max(settings.raw_dir.glob("*.fetches.parquet")).name[:16]
    return dt.datetime.strptime(newest, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC) + _NIGHT


_STAGES: dict[str, Callable[[Settings], None]] = {
    "plan": _plan,
    "parse": _parse,
    "parse again": _parse,
    "build": _build,
}


if __name__ == "__main__":
    main()
