"""The stages of an import, and of taking one back: captures made by others, then a release with or without them."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from pipeline.archive.withdrawal import withdraw_import
from pipeline.core.errors import ExitCode
from pipeline.core.log import RunLog
from pipeline.core.settings import Settings, Source
from pipeline.core.time import Clock, utc_now
from pipeline.importing.importer import import_files
from pipeline.importing.summary import ImportSummary
from pipeline.run.record import RunRecord
from pipeline.run.refresh import release_archive


def import_captures(
    settings: Settings,
    source: Source,
    files: Sequence[Path],
    record: RunRecord,
    log: RunLog,
    *,
    given_at: dt.datetime | None = None,
) -> ExitCode:
    """Archive captures made by others, then parse, build and publish when something new came.

    Args:
        settings: the known sources, and the data directory.
        source: whose pages are those that do not say where they come from.
        files: files and directories to look through.
        record: counts and problems go there.
        log: what the run says goes there.
        given_at: when files that do not say so were captured, in UTC.

    Returns:
        REFUSED when the quality gate refused the release, FAILED when a file could not be read, otherwise DONE.

    Raises:
        ArchiveError: the archive cannot be written.
        ParseError, BuildError, VerifyError, PublishError: what came is archived, but no release was made.
    """
    with record.timed("import"), log.progress("import"):
        summary = import_files(
            files,
            raw_dir=settings.raw_dir,
            run_id=record.run_id,
            sources=settings.sources,
            default_source=source,
            given_at=given_at,
            max_body_bytes=settings.fetch.max_body_bytes,
        )
    _tell_summary(summary, record, log)
    code = ExitCode.FAILED if summary.problems else ExitCode.DONE
    if summary.archived + summary.unchanged + summary.evidence == 0:
        if not summary.problems:
            log.info("nothing new came, so the release stays as it is", extra={"stage": "import"})
        return code
    return release_archive(settings, record, log) or code


def undo_import(settings: Settings, withdrawn: str, record: RunRecord, log: RunLog, clock: Clock = utc_now) -> ExitCode:
    """Withdraw an import, then parse, build and publish without it; what it brought stays archived.

    Args:
        settings: the data directory.
        withdrawn: the run of the import.
        record: names the withdrawn run.
        log: what the run says goes there.
        clock: says when it is withdrawn.

    Returns:
        REFUSED when the quality gate refused the release, otherwise DONE.

    Raises:
        WithdrawalError: there is nothing to withdraw.
        ArchiveError: the archive cannot be written.
        ParseError, BuildError, VerifyError, PublishError: it is withdrawn, but no release was made.
    """
    with record.timed("import"):
        sources = withdraw_import(settings.raw_dir, withdrawn, undo_run_id=record.run_id, at=clock())
    record.withdraws = withdrawn
    log.info(
        f"import {withdrawn} of {', '.join(sources)} is withdrawn: what it brought stays archived, but does not count",
        extra={"stage": "import"},
    )
    return release_archive(settings, record, log)


def _tell_summary(summary: ImportSummary, record: RunRecord, log: RunLog) -> None:
    counts = summary.counts()
    record.add({f"import_{name}": count for name, count in counts.items()})
    for problem in summary.problems:
        record.problems.append(problem)
        log.warning(problem)
    for note in summary.notes:
        log.warning(note)
    if summary.undated:
        log.info(
            f"dated by their file alone: {summary.undated} captures; they replace nothing that has a time of its own: "
            f"give --captured-at where you know it",
            extra={"stage": "import"},
        )
    if not summary.problems or any(count for name, count in counts.items() if name != "files"):
        said = ", ".join(f"{count} {name}" for name, count in counts.items())
        log.info(f"import: {said}", extra={"stage": "import", **counts})
