"""The order of runs by the chain of segments, which does not depend on a clock: misdated rows do not count."""

import datetime as dt
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pipeline.archive.chain import abouts, previous_segments
from pipeline.archive.segment_name import LOG, files_of_segments
from pipeline.core.errors import PipelineError
from pipeline.core.time import MOST_APART, started_at

_NOTHING_KNOWN: Mapping[str, Mapping[str, str]] = MappingProxyType({})
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
Logs = Mapping[str, Path]
"""The fetch logs of sealed segments, or copies of them with their metadata, by the names of the segments."""


class ClockError(PipelineError):
    """The clock of this machine is wrong, so a run must not use its time; the message says why."""


class RunLimit(NamedTuple):
    """Rows of a run after void_after do not count: a later run began a day before that."""

    run_id: str
    void_after: dt.datetime


def sealed_logs(raw_dir: Path) -> Logs:
    """The fetch logs of all sealed segments."""
    return files_of_segments(raw_dir, LOG)


def run_limits(
    logs: Logs, now: dt.datetime | None = None, known: Mapping[str, Mapping[str, str]] = _NOTHING_KNOWN
) -> list[RunLimit]:
    """The limit of every run that another one follows in the chain of segments, or one that begins now.

    Args:
        logs: the fetch logs.
        now: when a run begins that none of them is of.
        known: the metadata of logs that need not be read, by segment; others of them do not count.
    """
    read = abouts({name: log for name, log in logs.items() if name not in known})
    previous = {name: previous_segments(read[name] if name in read else known[name]) for name in logs}
    limits = {} if now is None else dict.fromkeys(previous, now + MOST_APART)
    by_run: dict[str, dt.datetime] = {}
    # The last segment first: the limit of a segment also limits all segments before it.
    for name in reversed([*TopologicalSorter(previous).static_order()]):
        run_id, limit = _run_of(name), limits.get(name, _NEVER)
        by_run[run_id] = min(limit, by_run.get(run_id, _NEVER))
        began = started_at(run_id)
        follows = _NEVER if began is None else began + MOST_APART
        for before in previous.get(name, ()):
            is_same_run = _run_of(before) == run_id
            limits[before] = min(limit, limits.get(before, _NEVER), _NEVER if is_same_run else follows)
    return [RunLimit(run_id, limit) for run_id, limit in sorted(by_run.items()) if limit != _NEVER]


def void_runs(logs: Logs) -> list[str]:
    """The runs that began after their limit: none of their rows count."""
    return [one.run_id for one in run_limits(logs) if (started_at(one.run_id) or one.void_after) > one.void_after]


def counting_runs(logs: Logs) -> list[dt.datetime]:
    """When the other runs began: those with rows that count."""
    void = frozenset(void_runs(logs))
    return [began for run_id in {*map(_run_of, logs)} - void if (began := started_at(run_id)) is not None]


def sealed_last(logs: Logs) -> dt.datetime | None:
    """The start of the run whose segment was sealed last; the latest of several, None where there is none."""
    found = abouts(logs)
    named = {before for about in found.values() for before in previous_segments(about)}
    return max((began for name in found.keys() - named if (began := started_at(_run_of(name)))), default=None)


def check_clock(raw_dir: Path, now: dt.datetime) -> None:
    """Raise ClockError where a run would be dated a day or more before the run whose segment was sealed last.

    Otherwise all earlier rows would not count. A run that asks a site learns from its servers which clock is right.
    """
    last = sealed_last(sealed_logs(raw_dir))
    if last is not None and now < last - MOST_APART:
        raise ClockError(
            f"the clock of this machine says {now:%Y-%m-%d %H:%M} UTC, yet an earlier run began at "
            f"{last:%Y-%m-%d %H:%M}; set the clock and run again, or, where it is right now, run "
            f"`bma-projects refresh` first: the servers' clocks then decide"
        )


def _run_of(segment: str) -> str:
    return segment.partition("-")[0]
