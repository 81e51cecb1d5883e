"""The stages of an import, and of withdrawing one: captures made by others, then a release with or without them."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from pipeline.archive.run_order import check_clock
from pipeline.archive.segments import sealed_segments
from pipeline.archive.withdrawal import withdraw_import
from pipeline.core.errors import ExitCode
from pipeline.core.log import RunLog
from pipeline.core.settings import Settings, Source
from pipeline.core.text import counted
from pipeline.core.time import Clock, utc_now
from pipeline.importing.importer import import_files
from pipeline.importing.summary import ImportSummary
from pipeline.publish.releases import Published
from pipeline.run.record import RunRecord
from pipeline.run.refresh import code_of, release_archive


def import_captures(
    settings: Settings,
    source: Source,
    files: Sequence[Path],
    record: RunRecord,
    log: RunLog,
    *,
    given_at: dt.datetime | None = None,
) -> tuple[ExitCode, Published | None]:
    """Archive captures made by others, then parse, build and publish all data that no release has yet.

    Captures of an import that was killed before publishing are published by the next one.

    Args:
        settings: the known sources, and the data directory.
        source: the source of pages that do not state their address.
        files: files and directories to search.
        record: gets counts and problems.
        log: gets the messages.
        given_at: the capture time of files that do not state it, in UTC.

    Returns:
        REFUSED when the quality gate refused the release, FAILED when a file or one of our records could not be read,
        otherwise DONE; and the release, None when there was nothing to release.

    Raises:
        ClockError: the clock is more than a day behind the last run.
        ArchiveError: the archive cannot be written.
        ParseError, BuildError, VerifyError, PublishError: the captures are archived, but no release was made.
    """
    check_clock(settings.raw_dir, record.started_at)
    with record.timed("import"), log.progress("import") as advance:
        summary = import_files(
            files,
            raw_dir=settings.raw_dir,
            run_id=record.run_id,
            sources=settings.sources,
            default_source=source,
            given_at=given_at,
            max_body_bytes=settings.fetch.max_body_bytes,
            advance=advance,
        )
    record.work_on([settings.sources[source_id] for source_id in sorted(summary.source_ids)])
    _tell_summary(summary, record, log)
    if summary.assumed and source.is_invented:
        log.warning(
            f"files without an address: {summary.assumed}; they count as pages of {source.source_id}, so as invented; "
            f"if they are real, take them back with `bma-projects import --undo {record.run_id}` and name the --source"
        )
    code = ExitCode.FAILED if summary.problems else ExitCode.DONE
    if not sealed_segments(settings.raw_dir):
        return code, None
    published = release_archive(settings, record, log)
    if published is None and not summary.problems:
        log.info("no new captures, so the release does not change", extra={"stage": "import"})
    return code_of(published) or code, published


def undo_import(
    settings: Settings, withdrawn: str, record: RunRecord, log: RunLog, clock: Clock = utc_now
) -> tuple[ExitCode, Published | None]:
    """Withdraw an import, then parse, build and publish without it; its captures stay archived.

    Args:
        settings: the data directory.
        withdrawn: the run of the import.
        record: names the withdrawn run.
        log: gets the messages.
        clock: gives the time of the withdrawal.

    Returns:
        REFUSED when the quality gate refused the release, otherwise DONE; and the release.

    Raises:
        WithdrawalError: there is nothing to withdraw.
        ClockError: the clock is more than a day behind the last run.
        ArchiveError: the archive cannot be written.
        ParseError, BuildError, VerifyError, PublishError: it is withdrawn, but no release was made.
    """
    check_clock(settings.raw_dir, record.started_at)
    with record.timed("import"):
        sources = withdraw_import(settings.raw_dir, withdrawn, undo_run_id=record.run_id, at=clock())
    record.withdraws = withdrawn
    log.info(
        f"import {withdrawn} of {', '.join(sources)} is withdrawn: its captures stay archived, but do not count",
        extra={"stage": "import"},
    )
    published = release_archive(settings, record, log)
    return code_of(published), published


def _tell_summary(summary: ImportSummary, record: RunRecord, log: RunLog) -> None:
    counts = summary.counts()
    record.add({f"import_{name}": count for name, count in counts.items()})
    for problem in summary.problems:
        record.problems.append(problem)
        log.warning(problem)
    for note in summary.notes:
        log.warning(note)
    if summary.undated:
        undated = counted(
            summary.undated,
            "capture, which does not replace one with a known time",
            "captures, which do not replace those with a known time",
        )
        log.info(
            f"dated by file alone: {undated}; give --captured-at where you know it",
            extra={"stage": "import"},
        )
    for said in summary.unread_in_words():
        log.info(said, extra={"stage": "import"})
    if not summary.problems or any(count for name, count in counts.items() if name != "files"):
        log.info(f"import: {summary.in_words()}", extra={"stage": "import", **counts})
