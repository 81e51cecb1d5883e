"""The nightly job: the stages in order, the run record, the exit code."""

import datetime as dt
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import IntEnum

from pipeline.archive.recovery import recover
from pipeline.core.errors import PipelineError
from pipeline.core.log import RunLog
from pipeline.core.settings import Settings, Source
from pipeline.core.settings_file import sources_of
from pipeline.core.signals import orderly_interruption
from pipeline.core.time import Clock, utc_now
from pipeline.publish.releases import Published
from pipeline.run.alarm import Alarm
from pipeline.run.build_release import build_and_publish, parse_archive
from pipeline.run.record import (
    RecordError,
    RunRecord,
    close_killed_records,
    free_run_id,
    read_records,
    without_secrets,
    write_record,
)

INTERRUPTED = "interrupted; what was fetched is kept and the release is as it was; the same command goes on from here"


class ExitCode(IntEnum):
    """What the process says to cron."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    REFUSED = 3
    LOCKED = 75


def new_record(
    settings: Settings, command: str, arguments: Sequence[str], sources: Sequence[Source], clock: Clock = utc_now
) -> RunRecord:
    """Begin the record of a run with a run id nobody has used."""
    now = clock()
    record = RunRecord(
        run_id=free_run_id(now, settings.raw_dir, settings.runs_dir, settings.curated_dir / "releases"),
        command=command,
        arguments=without_secrets(arguments),
        started_at=now,
    )
    for source in sources:
        about = {"source_id": source.source_id, "title": source.title, "base_url": source.base_url}
        record.sources.append({**about, "is_invented": source.is_invented})
    return record


def run_stages(
    settings: Settings,
    record: RunRecord,
    log: RunLog,
    stages: Callable[[], ExitCode],
    clock: Clock = utc_now,
) -> ExitCode:
    """Run stages as one run: recover what a crash left, keep the record whatever happens, tell how it ended.

    The caller holds the lock. Trouble that nobody expected is recorded as well, and goes on as the exception it is.
    """
    log.run_id = record.run_id
    alarm = Alarm(settings.alarm, log)
    code = ExitCode.FAILED
    try:
        with orderly_interruption():
            try:
                code = _run_stages(settings, record, log, stages, alarm)
            except PipelineError as error:
                record.status = "failed"
                record.problems.append(str(error))
                log.warning(str(error))
                log.debug(traceback.format_exc())
    except KeyboardInterrupt:
        record.status = "interrupted"
        record.problems.append("interrupted")
        with suppress(PipelineError):
            recover(settings.raw_dir)
        log.warning(INTERRUPTED)
    except BaseException as error:
        record.status = "failed"
        record.problems.append(f"unexpected {type(error).__name__}: {error}")
        _close(settings, record, log, alarm, code, clock)
        raise
    _close(settings, record, log, alarm, code, clock)
    return code


def _run_stages(
    settings: Settings, record: RunRecord, log: RunLog, stages: Callable[[], ExitCode], alarm: Alarm
) -> ExitCode:
    for run_id in close_killed_records(settings.runs_dir):
        log.warning(f"run {run_id} was killed before its end; this run goes on from what it had fetched")
    _warn_of_clock(settings, record, log)
    write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")
    alarm.started(record.as_json())
    for recovered in recover(settings.raw_dir):
        log.warning(
            f"segment {recovered.segment} was left open by a crash: {recovered.kept_rows} pages kept, "
            f"{recovered.cut_bytes} torn bytes cut"
        )
    code = stages()
    if record.status == "running":
        record.status = "done" if code == ExitCode.DONE else "failed"
    return code


def _close(settings: Settings, record: RunRecord, log: RunLog, alarm: Alarm, code: ExitCode, clock: Clock) -> None:
    record.finished_at = clock()
    try:
        write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")
    except RecordError as error:
        log.warning(str(error))
    alarm.ended(record.as_json(), code)
    for stage, seconds in record.durations.items():
        log.debug(f"{stage} took {seconds:.1f} s")


def _warn_of_clock(settings: Settings, record: RunRecord, log: RunLog) -> None:
    started = [str(found["started_at"]) for found in read_records(settings.runs_dir)]
    newest = max((dt.datetime.fromisoformat(text) for text in started), default=record.started_at)
    if newest > record.started_at + dt.timedelta(minutes=1):
        log.warning(
            f"the clock says {record.started_at:%Y-%m-%d %H:%M} UTC, yet an earlier run began at "
            f"{newest:%Y-%m-%d %H:%M}; until that time has come, what this run sees counts as older"
        )


def refresh(
    settings: Settings,
    log: RunLog,
    arguments: Sequence[str],
    *,
    project_ids: Sequence[str] | None = None,
    accepted_because: str | None = None,
    clock: Clock = utc_now,
) -> tuple[ExitCode, RunRecord, Published | None]:
    """Discover, fetch, parse, build, report and publish; one source in trouble does not stop the others.

    Raises SettingsError for an unknown source, before anything is done. The caller holds the lock.
    """
    sources = sources_of(settings)
    record = new_record(settings, "refresh", arguments, sources, clock)
    published: list[Published] = []

    def stages() -> ExitCode:
        code = fetch_sources(settings, sources, record, log, project_ids, clock)
        parse_archive(settings, record, log)
        published.append(build_and_publish(settings, record, log, accepted_because=accepted_because, clock=clock))
        return ExitCode.REFUSED if published[0].is_refused else code

    code = run_stages(settings, record, log, stages, clock)
    return code, record, published[0] if published else None


def fetch_sources(
    settings: Settings,
    sources: Sequence[Source],
    record: RunRecord,
    log: RunLog,
    project_ids: Sequence[str] | None = None,
    clock: Clock = utc_now,
) -> ExitCode:
    """Fetch one source after the other; FAILED when one of them could not be worked with."""
    # Imported here: what asks no site starts in half the time without HTTP.
    from pipeline.run.fetch_source import fetch_source

    failed: list[str] = []
    for source in sources:
        try:
            if not fetch_source(settings, source, record, log, project_ids, clock):
                failed.append(source.source_id)
        except PipelineError as error:
            failed.append(source.source_id)
            record.problems.append(f"{source.source_id}: {error}")
            log.warning(f"{source.source_id}: {error}")
    if failed:
        # The trouble itself has been told, once.
        log.info(f"not fetched as it should be: {', '.join(failed)}; what is known of it stays in the release")
    return ExitCode.FAILED if failed else ExitCode.DONE
