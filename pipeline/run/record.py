"""The record of one run: its command, its counts and its end; data/runs/<run_id>.json."""

import dataclasses
import datetime as dt
import functools
import json
import platform
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from pipeline.core.checked_json import is_unchanged, with_check
from pipeline.core.errors import PipelineError
from pipeline.core.files import PARTIAL, read_text_file, written_aside
from pipeline.core.settings import Settings, Source
from pipeline.core.text import printable
from pipeline.core.time import new_run_id
from pipeline.core.version import product_token

RUNNING, KILLED = "running", "killed"
DAMAGED = "damaged"
_SECRETS = frozenset({"--notify-url", "--on-failure"})
_LIBRARIES = ("duckdb", "fastwarc", "httpx", "pyarrow", "selectolax")


class RecordError(PipelineError):
    """A run record cannot be written; the message says where and why."""


@dataclasses.dataclass(slots=True)
class RunRecord:
    """Grows while the run goes on.

    status is running, published, refused, failed, interrupted, done (a run that makes no release) or killed (found by
    the next run). counts are whole numbers by name, durations seconds by stage, rows the rows of each table and view,
    issues their number by severity and issue_codes by code; sources tell what each source gave. withdraws is the
    import that this run has taken back; misdated_runs are those that count for nothing because their clock was wrong.
    harvest says what a web archive has of a source, and how much of it is held.
    """

    run_id: str
    command: str
    arguments: list[str]
    started_at: dt.datetime
    sources: list[dict[str, object]] = dataclasses.field(default_factory=list)
    status: str = RUNNING
    finished_at: dt.datetime | None = None
    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    durations: dict[str, float] = dataclasses.field(default_factory=dict)
    rows: dict[str, int] = dataclasses.field(default_factory=dict)
    issues: dict[str, int] = dataclasses.field(default_factory=dict)
    issue_codes: dict[str, int] = dataclasses.field(default_factory=dict)
    problems: list[str] = dataclasses.field(default_factory=list)
    ended_early: str | None = None
    gate: dict[str, object] = dataclasses.field(default_factory=dict)
    release: str | None = None
    built_from: str | None = None
    failing_pages: int | None = None
    next_due_at: dt.datetime | None = None
    withdraws: str | None = None
    misdated_runs: list[str] | None = None
    harvest: dict[str, object] | None = None

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

    def work_on(self, sources: Sequence[Source]) -> None:
        """Set the sources of the run."""
        self.sources = [
            {
                "source_id": source.source_id,
                "title": source.title,
                "base_url": source.base_url,
                "is_invented": source.is_invented,
            }
            for source in sources
        ]

    def count_source(self, source_id: str, counts: Mapping[str, int]) -> None:
        """Add the counts of one source to the total, and keep them separately as well."""
        self.add(counts)
        for source in self.sources:
            if source["source_id"] == source_id:
                source["counts"] = dict(counts)

    def as_json(self) -> dict[str, object]:
        """The record as stored: times in ISO 8601 UTC, versions and peak memory of this process added."""
        record = dataclasses.asdict(self)
        # The name of a file may not be valid text; UTF-8 cannot hold Python's form of such a name.
        record |= {name: [printable(text) for text in record[name]] for name in ("arguments", "problems")}
        for name in ("started_at", "finished_at", "next_due_at"):
            moment = getattr(self, name)
            record[name] = None if moment is None else moment.astimezone(dt.UTC).isoformat(timespec="seconds")
        record["versions"] = dict(_versions())
        record["peak_memory_bytes"] = _peak(resource.RUSAGE_SELF)
        record["peak_memory_bytes_of_workers"] = _peak(resource.RUSAGE_CHILDREN)
        return record


def new_record(
    settings: Settings, command: str, arguments: Sequence[str], sources: Sequence[Source], now: dt.datetime
) -> RunRecord:
    """Begin the record of a run with an unused run id."""
    record = RunRecord(
        run_id=free_run_id(settings, now),
        command=command,
        arguments=without_secrets(arguments),
        started_at=now,
    )
    record.work_on(sources)
    return record


@functools.cache
def _versions() -> Mapping[str, str]:
    # Each is read from the installed files, and a record is written after every stage.
    versions = {name: version(name) for name in _LIBRARIES}
    return {"bma-projects": product_token().partition("/")[2], "python": platform.python_version(), **versions}


def _peak(who: int) -> int:
    peak = resource.getrusage(who).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def without_secrets(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command, the values of those that may hold a secret replaced: run records are published."""
    shown: list[str] = []
    is_secret = False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        shown.append("***" if is_secret else f"{name}=***" if name in _SECRETS and equals else argument)
        is_secret = argument in _SECRETS
    return shown


def read_records(runs_dir: Path) -> list[dict[str, object]]:
    """The stored records, oldest run first; a file that is not a record is left out."""
    found = []
    for path in sorted(runs_dir.glob("*.json")):
        with suppress(RecordError):
            found.append(read_stored_record(path))
    return found


def read_stored_record(path: Path) -> dict[str, object]:
    """One record of data/runs, under the name of its run. Raises RecordError for another file, or a copy."""
    record = read_record(path)
    if record["run_id"] != path.stem:
        raise RecordError(f"{path}: is a copy of the record of run {record['run_id']}")
    return record


def set_aside_torn_records(runs_dir: Path) -> Iterator[str]:
    """Move damaged run records to data/runs/damaged; the caller holds the lock. A sentence for each."""
    for left in runs_dir.glob(f".*{PARTIAL}"):
        left.unlink(missing_ok=True)
    for path in sorted(runs_dir.glob("*.json")):
        try:
            read_stored_record(path)
        except RecordError as error:
            aside = runs_dir / DAMAGED / path.name
            try:
                aside.parent.mkdir(exist_ok=True)
                path.replace(aside)
            except OSError as trouble:
                raise RecordError(f"{error}; it cannot be set aside ({trouble.strerror})") from trouble
            yield f"{error}; set aside in {aside}, and the run is known only by its fetch log"


def read_record(path: Path) -> dict[str, object]:
    """One stored record, with the id of its run and when it began. Raises RecordError when it is not a record."""
    try:
        record = json.loads(read_text_file(path))
        if not isinstance(record, dict) or not isinstance(record.get("run_id"), str):
            raise RecordError(f"{path}: is not a run record")
        if not is_unchanged(record):
            raise RecordError(f"{path}: was changed after it was written, by the digest in it")
        moments = [record.get("started_at"), record.get("finished_at") or record.get("started_at")]
        if not all(dt.datetime.fromisoformat(str(moment)).tzinfo for moment in moments):
            raise RecordError(f"{path}: is not a run record, as its times have no zone")
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{path}: cannot be read as a run record ({error})") from error
    return record


def close_killed_records(runs_dir: Path) -> list[str]:
    """Mark runs that never ended as killed and return their ids; the caller holds the lock, so none is running."""
    killed = []
    for record in read_records(runs_dir):
        if record.get("status") == RUNNING:
            run_id = str(record["run_id"])
            write_record(runs_dir, {**record, "status": KILLED}, f"{run_id}.json")
            killed.append(run_id)
    return killed


def free_run_id(settings: Settings, now: dt.datetime) -> str:
    """A run id that is not used in the data directory yet: the clock may jump back, or two runs share a second."""
    directories = (settings.raw_dir, settings.checks_dir, settings.runs_dir, settings.curated_dir / "releases")
    taken = {path.name[:16] for directory in directories if directory.is_dir() for path in directory.iterdir()}
    while (run_id := new_run_id(now)) in taken:
        now += dt.timedelta(seconds=1)
    return run_id


def write_record(directory: Path, record: Mapping[str, object], name: str) -> Path:
    """Write a record atomically. Raises RecordError when it cannot be written."""
    final = directory / name
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with written_aside(final) as partial:
            text = json.dumps(with_check(record), ensure_ascii=False, indent=1, sort_keys=True)
            partial.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{final}: the run record cannot be written ({error.strerror})") from error
    return final
