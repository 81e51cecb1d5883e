"""The stages of the nightly job in order: `refresh`, and its two halves, which other commands use alone."""

from collections.abc import Sequence

from pipeline.archive.run_order import ClockError
from pipeline.archive.segments import sealed_segments
from pipeline.core.errors import ExitCode, PipelineError
from pipeline.core.log import RunLog
from pipeline.core.settings import Settings, Source
from pipeline.core.settings_file import sources_of
from pipeline.core.time import Clock, utc_now
from pipeline.publish.releases import Published
from pipeline.run.build_release import build_and_publish, is_built, parse_archive
from pipeline.run.lifecycle import run_stages
from pipeline.run.record import RunRecord


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

    Args:
        settings: the sources, the data directory, and all limits.
        log: gets the messages.
        arguments: the command line, for the record.
        project_ids: the pages to fetch, due or not, instead of reading the listing.
        accepted_because: the operator's reason to publish what the quality gate refuses.
        clock: gives the time of each step.

    Returns:
        How the run ended, its record, and the release; None when none was made.

    Raises:
        SettingsError: a source is unknown; nothing was done.
        LockedError: another run holds the data directory.
        DataDirError: the data directory cannot be used.
    """
    sources = sources_of(settings)

    def stages(record: RunRecord) -> tuple[ExitCode, Published]:
        for source in sources:
            if _was_never_fetched(settings, source):
                hint = f"bma-projects check --source {source.source_id}"
                log.info(f"{source.source_id}: never fetched so far; `{hint}` shows in ten requests what to expect")
        code = fetch_sources(settings, sources, record, log, project_ids, clock)
        parse_archive(settings, record, log)
        published = build_and_publish(settings, record, log, accepted_because=accepted_because, clock=clock)
        return code_of(published) or code, published

    return run_stages(settings, log, "refresh", arguments, stages, sources=sources, clock=clock)


def fetch_sources(
    settings: Settings,
    sources: Sequence[Source],
    record: RunRecord,
    log: RunLog,
    project_ids: Sequence[str] | None = None,
    clock: Clock = utc_now,
) -> ExitCode:
    """Fetch the due pages of one source after the other into the archive; trouble with one is reported and recorded.

    Args:
        settings: how to fetch, and the data directory.
        sources: the sources, in this order.
        record: gets counts and problems of each source.
        log: gets the messages.
        project_ids: the pages to fetch, due or not, instead of reading the listing.
        clock: gives the time of each request.

    Returns:
        FAILED when a source could not be used, and otherwise DONE.

    Raises:
        ClockError: the clock of this machine is wrong.
    """
    # Imported here: a command without requests starts in half the time without HTTP.
    from pipeline.run.fetch_source import fetch_source

    failed: list[str] = []
    for source in sources:
        try:
            if not fetch_source(settings, source, record, log, project_ids, clock):
                failed.append(source.source_id)
        except ClockError:
            # All visits of this run would be dated wrongly.
            raise
        except PipelineError as error:
            failed.append(source.source_id)
            record.problems.append(f"{source.source_id}: {error}")
            log.warning(f"{source.source_id}: {error}")
    if failed:
        # The error itself has been logged already.
        log.info(f"not fetched completely: {', '.join(failed)}; known data stays in the release")
    return ExitCode.FAILED if failed else ExitCode.DONE


def release_archive(
    settings: Settings, record: RunRecord, log: RunLog, *, accepted_because: str | None = None
) -> Published | None:
    """Parse, build and publish the contents of the archive, unless the latest release has the same contents.

    Args:
        settings: how to build, and the data directory.
        record: gets the results of the stages.
        log: gets the messages.
        accepted_because: the operator's reason to publish what the quality gate refuses.

    Returns:
        The release; None when there was nothing to build.

    Raises:
        ParseError, BuildError, VerifyError, PublishError: no release was made; `latest` is unchanged.
    """
    parse_archive(settings, record, log)
    if is_built(settings):
        log.info("nothing to build: the latest release is made of the same data", extra={"stage": "build"})
        return None
    return build_and_publish(settings, record, log, accepted_because=accepted_because)


def _was_never_fetched(settings: Settings, source: Source) -> bool:
    segments = sealed_segments(settings.raw_dir)
    return not source.is_invented and all(segment.source_id != source.source_id for segment in segments)


def code_of(published: Published | None) -> ExitCode:
    """REFUSED when the quality gate refused the release, and otherwise DONE."""
    return ExitCode.REFUSED if published is not None and published.is_refused else ExitCode.DONE
