"""The record of one run: what was asked, what it did and how it ended; data/runs/<run_id>.json."""

import dataclasses
import datetime as dt
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from pipeline.archive import new_run_id
from pipeline.software import software

_LIBRARIES = ("duckdb", "fastwarc", "httpx", "pyarrow", "selectolax")


@dataclasses.dataclass(slots=True)
class RunRecord:
    """Grows while the run goes on; `status` is running, published, refused, failed, interrupted or done.

    counts are whole numbers by name, durations seconds by stage, rows the rows of each curated table.
    """

    run_id: str
    command: str
    arguments: list[str]
    started_at: dt.datetime
    sources: list[dict[str, object]] = dataclasses.field(default_factory=list)
    status: str = "running"
    finished_at: dt.datetime | None = None
    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    durations: dict[str, float] = dataclasses.field(default_factory=dict)
    rows: dict[str, int] = dataclasses.field(default_factory=dict)
    issues: dict[str, int] = dataclasses.field(default_factory=dict)
    problems: list[str] = dataclasses.field(default_factory=list)
    ended_early: str | None = None
    gate: dict[str, object] = dataclasses.field(default_factory=dict)
    release: str | None = None

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Measure a stage; a stage that runs once per source adds up."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.durations[stage] = round(self.durations.get(stage, 0.0) + time.monotonic() - began, 3)

    def add(self, counts: Mapping[str, int | None]) -> None:
        """Add counts of one source or stage to those of the run."""
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + (count or 0)

    def as_json(self) -> dict[str, object]:
        """The record as stored: times in ISO 8601 UTC, versions and peak memory of this process added."""
        record = dataclasses.asdict(self)
        for name in ("started_at", "finished_at"):
            moment = getattr(self, name)
            record[name] = None if moment is None else moment.astimezone(dt.UTC).isoformat(timespec="seconds")
        record["versions"] = {
            "bma-projects": software().partition("/")[2],
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        }
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        record["peak_memory_bytes"] = peak if sys.platform == "darwin" else peak * 1024
        return record


def free_run_id(now: dt.datetime, *directories: Path) -> str:
    """A run id that names nothing in these directories yet: the clock may jump back, or two runs share a second."""
    taken = {path.name[:16] for directory in directories if directory.is_dir() for path in directory.iterdir()}
    while (run_id := new_run_id(now)) in taken:
        now += dt.timedelta(seconds=1)
    return run_id


def write_record(directory: Path, record: Mapping[str, object], name: str) -> Path:
    """Write a record whole or not at all."""
    directory.mkdir(parents=True, exist_ok=True)
    final = directory / name
    partial = final.with_name(f".{name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(record, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(final)
    return final
