"""The commands that run stages: each opens what it needs, runs under the lock, and says how it went.

What speaks HTTP is imported by the commands that do: the others start in half the time.
"""

import sys
from asyncio import CancelledError
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.archive.page_history import page_states
from pipeline.archive.recovery import recover
from pipeline.archive.segments import ArchiveWriter
from pipeline.cli.summary import show_summary
from pipeline.core.errors import WrongUsageError
from pipeline.core.log import RunLog, tell
from pipeline.core.settings import Settings, Source
from pipeline.core.settings_file import source_of, sources_of
from pipeline.core.signals import orderly_interruption, raise_if_interrupted
from pipeline.core.text import printable
from pipeline.core.time import utc_now
from pipeline.publish.releases import Published
from pipeline.run.build_release import build_and_publish, is_built, parse_archive
from pipeline.run.lock import data_dir_lock
from pipeline.run.record import RunRecord
from pipeline.run.refresh import INTERRUPTED, ExitCode, fetch_sources, new_record, run_stages
from pipeline.run.refresh import refresh as run_refresh

if TYPE_CHECKING:
    from pipeline.importing.importer import ImportSummary


def refresh(settings: Settings, log: RunLog, *, ids: str | None, accepted_because: str | None) -> int:
    """All stages for all sources asked for, and the closing table."""
    sources_of(settings)
    project_ids = _named_ids(settings, ids, None)
    with data_dir_lock(settings.data_dir, "bma-projects refresh"):
        code, record, published = run_refresh(
            settings, log, sys.argv[1:], project_ids=project_ids, accepted_because=accepted_because
        )
    if log.shows_results:
        show_summary(settings, record, published)
    return code


def discover(settings: Settings, *, ids: str | None, probe: str | None, from_archive: bool, shows_plan: bool) -> int:
    """Print the ids found, or the plan for them. The listing read on the way is archived."""
    from pipeline.fetch.discover import ids_from_archive

    source = source_of(settings)
    wanted = _named_ids(settings, ids, probe)
    if from_archive:
        wanted = [*(wanted or []), *ids_from_archive(page_states(settings.raw_dir, source.source_id))]
    with data_dir_lock(settings.data_dir, "bma-projects discover"):
        recover(settings.raw_dir)
        try:
            with orderly_interruption():
                problems = _discover(settings, source, wanted, shows_plan=shows_plan)
        except (KeyboardInterrupt, CancelledError):
            recover(settings.raw_dir)
            sys.stderr.write(f"{INTERRUPTED}\n")
            return ExitCode.FAILED
    for problem in problems:
        sys.stderr.write(f"{source.source_id}: {printable(problem)}\n")
    return ExitCode.FAILED if problems else ExitCode.DONE


def _discover(settings: Settings, source: Source, wanted: list[str] | None, *, shows_plan: bool) -> Sequence[str]:
    from pipeline.fetch.fetch_run import FetchRun
    from pipeline.run.fetch_source import fetch_settings_of, plan_visits, wanted_pages, with_sample_server

    problems: Sequence[str] = ()
    listed: Sequence[str] = ()
    record = new_record(settings, "discover", sys.argv[1:], [source])
    fetch_settings = fetch_settings_of(settings, source)
    with ExitStack() as stack:
        source = with_sample_server(source, stack)
        archive = stack.enter_context(ArchiveWriter(settings.raw_dir, record.run_id, source.source_id))
        run = stack.enter_context(FetchRun(source, fetch_settings, archive, settings.raw_dir))
        if wanted is None:
            found = run.discover()
            raise_if_interrupted()
            listed, problems = found.project_ids, found.problems
            wanted = wanted_pages(listed, run.known) if shows_plan else list(listed)
        if not shows_plan:
            for project_id in wanted:
                tell(project_id)
            return problems
        plan = plan_visits(settings, source, run.known, wanted, utc_now(), listed=listed)
        tell(f"{len(plan.due)} of {len(plan.due) + len(plan.later)} pages are due")
        for reason, (due, later) in plan.counts().items():
            tell(f"{due:>8} due {later:>8} later  {reason}")
    return problems


def fetch(settings: Settings, log: RunLog, *, ids: str | None, probe: str | None) -> int:
    """Fetch what is due, or the named pages, into the archive."""
    sources = sources_of(settings)
    named = _named_ids(settings, ids, probe)
    with data_dir_lock(settings.data_dir, "bma-projects fetch"):
        record = new_record(settings, "fetch", sys.argv[1:], sources)
        return run_stages(settings, record, log, lambda: fetch_sources(settings, sources, record, log, named))


def import_files(settings: Settings, log: RunLog, files: Sequence[Path]) -> int:
    """Archive captures made by others, then parse, build and publish when something new came."""
    source = source_of(settings)
    with data_dir_lock(settings.data_dir, "bma-projects import"):
        record = new_record(settings, "import", sys.argv[1:], [source])

        def stages() -> ExitCode:
            from pipeline.importing.importer import import_files as archive_files

            with record.timed("import"), log.progress("import"):
                summary = archive_files(
                    files,
                    raw_dir=settings.raw_dir,
                    run_id=record.run_id,
                    sources=settings.sources,
                    default_source=source,
                )
            _tell_import(summary, record, log)
            code = ExitCode.FAILED if summary.problems else ExitCode.DONE
            if summary.archived + summary.unchanged + summary.evidence == 0:
                if not summary.problems:
                    log.info("nothing new came, so the release stays as it is", extra={"stage": "import"})
                return code
            return _make_release(settings, record, log) or code

        return run_stages(settings, record, log, stages)


def parse(settings: Settings, log: RunLog) -> int:
    """Bring data/parsed up to date."""
    with data_dir_lock(settings.data_dir, "bma-projects parse"):
        record = new_record(settings, "parse", sys.argv[1:], [])

        def stages() -> ExitCode:
            parse_archive(settings, record, log)
            return ExitCode.DONE

        return run_stages(settings, record, log, stages)


def build(settings: Settings, log: RunLog, *, accepted_because: str | None) -> int:
    """Parse what is new, build and publish a release; nothing is built twice."""
    with data_dir_lock(settings.data_dir, "bma-projects build"):
        record = new_record(settings, "build", sys.argv[1:], [])

        def stages() -> ExitCode:
            return _make_release(settings, record, log, accepted_because)

        return run_stages(settings, record, log, stages)


def report(settings: Settings, output: Path, format_: str) -> int:
    """Write the report of the latest release once more."""
    from pipeline.publish.releases import latest_release
    from pipeline.report.quality_page import report_markdown, write_report_of

    if format_ not in ("html", "md"):
        raise WrongUsageError(f"{format_!r:.60}: no such format; there are html, md")
    release = latest_release(settings.curated_dir)
    if format_ == "md":
        sys.stdout.write(report_markdown(release.path))
        return ExitCode.DONE
    write_report_of(release.path, output)
    tell(str(output / "quality.html"))
    return ExitCode.DONE


def _named_ids(settings: Settings, ids: str | None, probe: str | None) -> list[str] | None:
    """The ids named by --ids and --probe; None when neither was given."""
    if ids is None and probe is None:
        return None
    from pipeline.fetch.discover import ids_from_file, ids_from_range

    named = ids_from_file(ids) if ids is not None else []
    if probe is not None:
        named += ids_from_range(probe, page_states(settings.raw_dir, source_of(settings).source_id))
    return named


def _make_release(settings: Settings, record: RunRecord, log: RunLog, accepted_because: str | None = None) -> ExitCode:
    parse_archive(settings, record, log)
    if is_built(settings):
        log.info("nothing to build: the latest release is made of just these data", extra={"stage": "build"})
        return ExitCode.DONE
    published: Published = build_and_publish(settings, record, log, accepted_because=accepted_because)
    return ExitCode.REFUSED if published.is_refused else ExitCode.DONE


def _tell_import(summary: "ImportSummary", record: RunRecord, log: RunLog) -> None:
    counts = {
        "files": summary.files,
        "archived": summary.archived,
        "unchanged": summary.unchanged,
        "known": summary.known,
        "evidence": summary.evidence,
        "foreign": summary.foreign,
        "damaged": summary.damaged,
    }
    record.add({f"import_{name}": count for name, count in counts.items()})
    for problem in summary.problems:
        record.problems.append(problem)
        log.warning(problem)
    if not summary.problems or any(count for name, count in counts.items() if name != "files"):
        said = ", ".join(f"{count} {name}" for name, count in counts.items())
        log.info(f"import: {said}", extra={"stage": "import", **counts})
