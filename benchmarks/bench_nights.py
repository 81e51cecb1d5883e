"""What a night costs after 10, 100 and 1,000 nights in which every page was seen and none had changed.

python -m benchmarks.bench_nights [--nights 10,100,1000] [--pages 20000] [--directory DIR] [--anew]

The first night archives generated pages; the later nights are logs as the archive seals them, each with its listing and
its run record. They are folded into the history as they come, fifty at a time. Each stage runs in a separate process.
What is measured is one further night after a published release: its parse, a parse again with nothing new, its build,
report and publication, and the plan of the night after it. --anew also measures a parse that finds no history.
"""

import argparse
import datetime as dt
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
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
_SECOND = dt.timedelta(seconds=1)
_FOLDED_AT_ONCE = 50


class Cost(NamedTuple):
    """The cost of a stage in a separate process: seconds of processor time, megabytes at its peak."""

    cpu_s: float
    peak_mb: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--nights", default="10,100,1000")
    options.add_argument("--pages", type=int, default=20_000)
    options.add_argument("--directory", type=Path, help="where the nights go (default: the temp directory)")
    options.add_argument("--anew", action="store_true", help="at the end fold all nights again from nothing")
    options.add_argument("--stage", choices=_STAGES, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.stage:
        _run_stage(chosen.stage, chosen.directory)
        return
    print("| nights | stage | CPU s | peak MB |\n| ---: | --- | ---: | ---: |")
    marks = [int(one) for one in chosen.nights.split(",")]
    for line in measured_nights(marks, chosen.pages, chosen.directory, is_folded_anew=chosen.anew):
        print(line, flush=True)


def measured_nights(
    marks: list[int], n_pages: int, directory: Path | None = None, *, is_folded_anew: bool = False
) -> Iterator[str]:
    """Measure the stages of the night after the given numbers of nights; a line of Markdown for each."""
    with tempfile.TemporaryDirectory(dir=directory, prefix="bench-nights-") as scratch:
        data_dir, settings = Path(scratch), _settings(Path(scratch))
        write_archive(_of_fifty_offices(n_pages), settings.raw_dir)
        nights = _Nights(settings)
        for mark in marks:
            while nights.number < mark:
                nights.add()
                if nights.number % _FOLDED_AT_ONCE == 0:
                    _measured("parse", data_dir)
            _measured("parse", data_dir)
            _measured("build", data_dir)
            nights.add()
            for stage in ("parse", "parse again", "build", "plan"):
                yield _line(mark, stage, _measured(stage, data_dir))
            for layer in ("raw", "parsed"):
                size = sum(path.stat().st_size for path in (data_dir / layer).rglob("*") if path.is_file())
                yield f"| {mark:,} | disk, data/{layer} | {size / 1e6:,.0f} MB | |"
        if is_folded_anew:
            (history,) = settings.parsed_dir.glob("history-*")
            shutil.rmtree(history)
            yield _line(nights.number, "parse without a history", _measured("parse", data_dir))


def _line(nights: int, stage: str, cost: Cost) -> str:
    return f"| {nights:,} | {stage} | {cost.cpu_s:.2f} | {cost.peak_mb:,.0f} |"


def _of_fifty_offices(n_pages: int) -> Iterator[Capture]:
    """Generated pages under codes of fifty agencies, as the city has; captures() gives nearly each its own."""
    for n, capture in enumerate(captures(n_pages)):
        was, url = capture.url.rpartition("=")[2], capture.url
        code = f"50{n % 50 + 1:02}0000-{n // 50:04}"
        yield capture._replace(url=url.replace(was, code), body=capture.body.replace(was.encode(), code.encode()))


class _Nights:
    """Adds nights to an archive, each of which sees the pages of the first night again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._raw_dir = settings.raw_dir
        self.number = 1
        (first,) = self._raw_dir.glob("*.fetches.parquet")
        log = pq.read_table(first)
        for name in ("body_sha256", "content_sha256", "warc_file", "warc_offset", "bytes"):
            log = _with(log, name, pa.nulls(len(log), SCHEMA.field(name).type))
        log = _with(log, "repeats", log["snapshot_id"])
        log = _with(log, "snapshot_id", pa.nulls(len(log), pa.string()))
        self._log = _with(log, "outcome", pa.array(["unchanged"] * len(log)))
        self._record(first.name[:16], _FIRST)

    def add(self) -> None:
        """Seal one further night, and write its run record."""
        began = _FIRST + self.number * _NIGHT
        self.number += 1
        run_id = f"{began:%Y%m%dT%H%M%SZ}"
        name, n = f"{run_id}-bench", len(self._log)
        said = {"run_id": run_id, "source_id": "bench", "seen_at": began, "is_complete": True, "stated_total": n}
        fields = schema_of(ListingRow)
        columns = [
            self._log["project_id"]
            if field.name == "project_id"
            else pa.repeat(pa.scalar(said.get(field.name), field.type), n)
            for field in fields
        ]
        _write(self._raw_dir / f"{name}.listing.parquet", pa.Table.from_arrays(columns, schema=fields))
        seconds = pa.array(range(n), pa.int64()).cast(pa.duration("s"))
        log = _with(self._log, "run_id", pa.repeat(run_id, n))
        log = _with(log, "requested_at", pc.add(pa.scalar(began, SCHEMA.field("requested_at").type), seconds))
        about = {**links_of_new_segment(self._raw_dir, name, None), "made-by": "fetch", "source": "bench"}
        log = log.replace_schema_metadata({"about": json.dumps(about, sort_keys=True)})
        _write(self._raw_dir / f"{name}.fetches.parquet", log)
        self._record(run_id, began)

    def _record(self, run_id: str, began: dt.datetime) -> None:
        record = RunRecord(run_id, "fetch", [], began, status="done", finished_at=began + len(self._log) * _SECOND)
        write_record(self._settings.runs_dir, record.as_json(), f"{run_id}.json")


def _write(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="zstd")


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
