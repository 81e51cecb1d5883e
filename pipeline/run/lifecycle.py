"""The frame of every run of stages: lock, record, recovery after a crash, alarm and exit code."""

import datetime as dt
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress

from pipeline.archive.recovery import recover
from pipeline.archive.run_order import counting_runs, sealed_logs, void_runs
from pipeline.core.errors import ExitCode, PipelineError, permission_text
from pipeline.core.log import RunLog
from pipeline.core.settings import Settings, Source
from pipeline.core.signals import orderly_interruption
from pipeline.core.text import counted
from pipeline.core.time import Clock, utc_now
from pipeline.publish.mend_latest import mend_latest
from pipeline.publish.releases import Published
from pipeline.run.alarm import Alarm
from pipeline.run.lock import data_dir_lock
from pipeline.run.lost_evidence import check_evidence
from pipeline.run.lost_records import note_lost_records
from pipeline.run.record import (
    RUNNING,
    RecordError,
    RunRecord,
    close_killed_records,
    new_record,
    set_aside_torn_records,
    write_record,
)

INTERRUPTED = "interrupted; the fetched pages are kept and the release is unchanged; the same command goes on from here"
Stages = Callable[[RunRecord], tuple[ExitCode, Published | None]]


def run_stages(
    settings: Settings,
    log: RunLog,
    command: str,
    arguments: Sequence[str],
    stages: Stages,
    *,
    sources: Sequence[Source] = (),
    clock: Clock = utc_now,
) -> tuple[ExitCode, RunRecord, Published | None]:
    """Run the stages of a command as one run: under the lock, with a record in any case, and report how it ended.

    Args:
        settings: the data directory and the alarm of the run.
        log: gets the messages, and the run's id.
        command: the command's name, for the lock and the record.
        arguments: the command line, for the record; secrets are left out of it.
        stages: does the work, counts it in the record and returns how it went and the release; a PipelineError is
            FAILED.
        sources: the sources the run works on, for the record.
        clock: gives the times of beginning and end.

    Returns:
        How the run ended, its record as it was stored, and the release that it made.

    Raises:
        LockedError: another run holds the data directory.
        DataDirError: the data directory cannot be used.
        Exception: any unexpected error of the stages; it is in the record too.
    """
    with data_dir_lock(settings.data_dir, f"bma-projects {command}"):
        record = new_record(settings, command, arguments, sources, clock())
        log.run_id = record.run_id
        alarm = Alarm(settings.alarm, log)
        code, published = ExitCode.FAILED, None
        try:
            with orderly_interruption():
                try:
                    _prepare(settings, record, log, alarm)
                    made, published = stages(record)
                    record.misdated_runs = void_runs(sealed_logs(settings.raw_dir))
                    if record.status == RUNNING:
                        record.status = "done" if made == ExitCode.DONE else "failed"
                    code = made
                except (PipelineError, PermissionError) as error:
                    said = permission_text(error) if isinstance(error, PermissionError) else str(error)
                    record.status = "failed"
                    record.problems.append(said)
                    log.warning(said)
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
            raise
        finally:
            _close(settings, record, log, alarm, code, clock())
    return code, record, published


def _prepare(settings: Settings, record: RunRecord, log: RunLog, alarm: Alarm) -> None:
    """Clear away what an earlier run left behind, and report the begin."""
    for run_id in close_killed_records(settings.runs_dir):
        log.warning(f"run {run_id} was killed before its end; this run goes on with the pages it had fetched")
    _set_aside_damage(settings, record, log)
    _warn_of_clock(settings, record, log)
    write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")
    alarm.started(record.as_json())
    for recovered in recover(settings.raw_dir):
        log.warning(
            f"segment {recovered.segment} was left open by a crash: {counted(recovered.kept_rows, 'page')} kept, "
            f"{counted(recovered.cut_bytes, 'torn byte')} cut"
        )
    check_evidence(settings)


def _set_aside_damage(settings: Settings, record: RunRecord, log: RunLog) -> None:
    """Set aside damaged files that can be made again, so that a run does not fail because of them."""
    noted = [said] if (said := note_lost_records(settings)) is not None else []
    for said in (*noted, *set_aside_torn_records(settings.runs_dir), *mend_latest(settings.curated_dir)):
        record.problems.append(said)
        log.warning(said)


def _close(
    settings: Settings, record: RunRecord, log: RunLog, alarm: Alarm, code: ExitCode, finished_at: dt.datetime
) -> None:
    record.finished_at = finished_at
    try:
        write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")
    except RecordError as error:
        log.warning(str(error))
    alarm.ended(record.as_json(), code)
    for stage, seconds in record.durations.items():
        log.debug(f"{stage} took {seconds:.1f} s")


def _warn_of_clock(settings: Settings, record: RunRecord, log: RunLog) -> None:
    newest = max(counting_runs(sealed_logs(settings.raw_dir)), default=record.started_at)
    if newest > record.started_at + dt.timedelta(minutes=1):
        log.warning(
            f"the clock says {record.started_at:%Y-%m-%d %H:%M} UTC, yet an earlier run began at "
            f"{newest:%Y-%m-%d %H:%M}; until that time, the visits of this run count as older; where that time is "
            f"more than a day ahead, the visits of the earlier run do not count from now on"
        )
