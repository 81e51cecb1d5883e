"""The stages of an import: captures made by others into the archive, then a release with what came."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.core.errors import ExitCode
from pipeline.core.log import RunLog
from pipeline.core.settings import Settings, Source
from pipeline.importing.importer import ImportSummary, import_files
from pipeline.run.record import RunRecord
from pipeline.run.refresh import release_archive


def import_captures(
    settings: Settings, source: Source, files: Sequence[Path], record: RunRecord, log: RunLog
) -> ExitCode:
    """Archive captures made by others, then parse, build and publish when something new came.

    Args:
        settings: the known sources, and the data directory.
        source: whose pages are those that do not say where they come from.
        files: files and directories to look through.
        record: counts and problems go there.
        log: what the run says goes there.

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
        )
    _tell_summary(summary, record, log)
    code = ExitCode.FAILED if summary.problems else ExitCode.DONE
    if summary.archived + summary.unchanged + summary.evidence == 0:
        if not summary.problems:
            log.info("nothing new came, so the release stays as it is", extra={"stage": "import"})
        return code
    return release_archive(settings, record, log) or code


def _tell_summary(summary: ImportSummary, record: RunRecord, log: RunLog) -> None:
    counts = {name: value for name, value in asdict(summary).items() if isinstance(value, int)}
    record.add({f"import_{name}": count for name, count in counts.items()})
    for problem in summary.problems:
        record.problems.append(problem)
        log.warning(problem)
    if not summary.problems or any(count for name, count in counts.items() if name != "files"):
        said = ", ".join(f"{count} {name}" for name, count in counts.items())
        log.info(f"import: {said}", extra={"stage": "import", **counts})
