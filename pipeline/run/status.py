"""The state of a data directory, only from the run records and the file system, so that the answer is fast."""

import datetime as dt
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.archive.segment_name import archived_sources
from pipeline.core.settings import Settings
from pipeline.core.text import counted, printable
from pipeline.core.time import MOST_APART, started_at
from pipeline.publish.checksums import damage_of
from pipeline.publish.mend_latest import lost_latest
from pipeline.publish.releases import find_latest
from pipeline.run.lock import lock_holder
from pipeline.run.record import KILLED, RUNNING, read_records

_SHOWN = ("run_id", "command", "status", "started_at", "finished_at", "problems")
_FETCHING = ("refresh", "fetch")
_READ = ("new", "changed", "unchanged", "missing")
_LAYERS = ("raw", "parsed", "curated", "runs")


@dataclass(frozen=True, slots=True)
class Status:
    """The first questions of an operator. Ages are in hours, sizes in bytes; last_run is part of the run's record.

    damage names the file of the release that was changed. fetch_age_hours says of each source that was asked of late
    when it last gave a page, or its listing where no page was due; None: never. unset_sources are in the archive and
    not in the settings: their pages stay published, and are not asked for.
    """

    data_dir: str
    running: str | None
    last_run: dict[str, object] | None
    release: str | None
    release_age_hours: float | None
    damage: str | None
    max_release_age_hours: float
    fetch_age_hours: dict[str, float | None]
    failing_pages: int | None
    next_due_at: str | None
    withdrawn_imports: list[str]
    misdated_runs: list[str]
    unset_sources: list[str]
    disk_bytes: dict[str, int]
    disk_free_bytes: int

    @property
    def is_old(self) -> bool:
        """Whether the newest release is older than the settings allow, or there is none."""
        return self._is_too_old(self.release_age_hours)

    @property
    def silent_sources(self) -> list[str]:
        """The sources that are asked in vain for longer than the settings allow; releases have their old pages."""
        return [source_id for source_id, age in self.fetch_age_hours.items() if self._is_too_old(age)]

    @property
    def is_alarming(self) -> bool:
        """Whether an operator must look: the release is too old or damaged, or a source gives nothing."""
        return self.is_old or self.damage is not None or bool(self.silent_sources)

    def _is_too_old(self, age_hours: float | None) -> bool:
        return age_hours is None or age_hours > self.max_release_age_hours


def read_status(settings: Settings, now: dt.datetime) -> Status:
    """Look at a data directory; it need not exist.

    Args:
        settings: the data directory, and the age that a release may have.
        now: the end of all ages, UTC.
    """
    records = read_records(settings.runs_dir)
    # Otherwise a run with a wrong clock could be the last one for years.
    to_come = [record for record in records if _started(record) > now + MOST_APART]
    records = [record for record in records if record not in to_come]
    misdated = _newest(records, "misdated_runs")
    latest = find_latest(settings.curated_dir)
    release = None if latest is None else latest.run_id
    damage = lost_latest(settings.curated_dir) if latest is None else next(damage_of(latest.path), None)
    failing, due_at = _newest(records, "failing_pages"), _newest(records, "next_due_at")
    running = lock_holder(settings.data_dir)
    return Status(
        data_dir=str(settings.data_dir),
        running=running,
        last_run=_last_run(records, is_anything_running=running is not None),
        release=release,
        release_age_hours=_age_hours(release, now),
        damage=damage,
        max_release_age_hours=settings.alarm.max_release_age_hours,
        fetch_age_hours=_fetch_ages(records, now, settings.alarm.max_release_age_hours),
        failing_pages=failing if isinstance(failing, int) else None,
        next_due_at=due_at if isinstance(due_at, str) else None,
        withdrawn_imports=[str(record["withdraws"]) for record in records if record.get("withdraws") is not None],
        misdated_runs=sorted(
            {str(record["run_id"]) for record in to_come} | set(misdated if isinstance(misdated, list) else ())
        ),
        unset_sources=sorted(archived_sources(settings.raw_dir) - settings.sources.keys()),
        disk_bytes={layer: _size(settings.data_dir / layer) for layer in _LAYERS},
        disk_free_bytes=_free(settings.data_dir),
    )


def status_json(status: Status) -> dict[str, object]:
    """The status as an object for programs."""
    return {**asdict(status), "is_old": status.is_old, "silent_sources": status.silent_sources}


def status_lines(status: Status, now: dt.datetime) -> list[str]:
    """The status for people, one line each."""
    lines = [f"Data       {status.data_dir}"]
    if status.running:
        lines.append(f"Running    {status.running}")
    lines.append(f"Last run   {_run_text(status.last_run, now)}")
    if status.release is None:
        lines.append("Release    none yet; run `bma-projects refresh`")
    else:
        old = f", OLDER than {counted(status.max_release_age_hours, 'hour')}" if status.is_old else ""
        lines.append(f"Release    {status.release}, {_age(status.release_age_hours or 0.0)} old{old}")
    if status.damage is not None:
        lines.append(f"Damaged    {status.damage}; `bma-projects build` repairs it")
    if status.fetch_age_hours:
        ages = [f"{source_id} {_fetched(age, status)}" for source_id, age in status.fetch_age_hours.items()]
        lines.append(f"Fetched    {'; '.join(ages)}")
    if status.failing_pages is not None:
        lines.append(f"Failing    {counted(status.failing_pages, 'page')} failed at the last visit")
    if status.next_due_at is not None:
        due = dt.datetime.fromisoformat(status.next_due_at)
        lines.append(f"Next due   {'now' if due <= now else f'{due:%Y-%m-%d %H:%M} UTC'}")
    if status.withdrawn_imports:
        lines.append(f"Withdrawn  {', '.join(status.withdrawn_imports)}: imports that do not count any more")
    if status.misdated_runs:
        lines.append(
            f"Clock      {', '.join(status.misdated_runs)}: began while the clock was wrong; their visits do not "
            f"count once a run with a right clock has followed"
        )
    if status.unset_sources:
        named = ", ".join(status.unset_sources)
        lines.append(f"Not set    {named}: in the archive, but not in the settings; bma-projects.toml may be missing")
    sizes = ", ".join(f"{layer} {_bytes(size)}" for layer, size in status.disk_bytes.items())
    lines.append(f"Disk       {sizes}; free {_bytes(status.disk_free_bytes)}")
    return [printable(line) for line in lines]


def _fetched(age: float | None, status: Status) -> str:
    if age is None:
        return "NEVER"
    limit = status.max_release_age_hours
    return f"{_age(age)} ago" + (f", OLDER than {counted(limit, 'hour')}" if age > limit else "")


def _started(record: Mapping[str, object]) -> dt.datetime:
    return dt.datetime.fromisoformat(str(record["started_at"]))


def _last_run(records: list[dict[str, object]], *, is_anything_running: bool) -> dict[str, object] | None:
    last = max(records, key=lambda record: str(record["started_at"]), default=None)
    if last is None:
        return None
    # The record of a killed run still says that it is running; the next run corrects it.
    was_killed = last.get("status") == RUNNING and not is_anything_running
    return {name: last.get(name) for name in _SHOWN} | ({"status": KILLED} if was_killed else {})


def _newest(records: list[dict[str, object]], name: str) -> object:
    """The value of the newest record that has one."""
    values = [record[name] for record in records if record.get(name) is not None]
    return values[-1] if values else None


def _fetch_ages(
    records: Iterable[Mapping[str, object]], now: dt.datetime, max_age_hours: float
) -> dict[str, float | None]:
    """The hours since each source that was asked within the allowed age gave something; None where it never did."""
    asked: dict[str, float] = {}
    answered: dict[str, float] = {}
    for record in records:
        sources = record.get("sources")
        # What a run that is at work gets is not known yet.
        if record.get("command") not in _FETCHING or record.get("status") == RUNNING or not isinstance(sources, list):
            continue
        for source in sources:
            source_id, age = str(source["source_id"]), _hours_between(_started(record), now)
            asked[source_id] = age
            if _has_answered(source.get("counts") or {}):
                answered[source_id] = age
    # A source that no run asks any more is not missed.
    return {source_id: answered.get(source_id) for source_id, age in sorted(asked.items()) if age <= max_age_hours}


def _has_answered(counts: Mapping[str, int]) -> bool:
    """Whether a source gave a page, or its listing in a night in which no page was due."""
    n_read = sum(counts.get(outcome, 0) for outcome in _READ)
    return n_read > 0 or (counts.get("due") == 0 and counts.get("listed", 0) > 0)


def _run_text(run: Mapping[str, object] | None, now: dt.datetime) -> str:
    if run is None:
        return "none yet"
    text = f"{run['run_id']} {run['command']}: {run['status']}, {_age(_hours_between(_started(run), now))} ago"
    problems = run["problems"]
    return text + (f" ({problems[0]})" if isinstance(problems, list) and problems else "")


def _age_hours(run_id: str | None, now: dt.datetime) -> float | None:
    if run_id is None:
        return None
    made_at = started_at(run_id)
    return None if made_at is None else _hours_between(made_at, now)


def _hours_between(earlier: dt.datetime, later: dt.datetime) -> float:
    return round((later - earlier) / dt.timedelta(hours=1), 4)


def _age(hours: float) -> str:
    if hours < 1:
        return counted(round(max(hours, 0) * 60), "minute")
    return counted(round(hours), "hour") if hours < 72 else counted(round(hours / 24), "day")


def _size(directory: Path) -> int:
    total = 0
    folders = [str(directory)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue  # a release that is removed while it is counted
    return total


def _free(directory: Path) -> int:
    while not directory.exists() and directory != directory.parent:
        directory = directory.parent
    return shutil.disk_usage(directory).free


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
