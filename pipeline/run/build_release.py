"""The later stages of a run, parse, build, report and publish: from the archive to a release."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import duckdb

from pipeline.archive.history.state import newest_state
from pipeline.archive.segments import sealed_segments
from pipeline.build.database import build
from pipeline.build.errors import BuildError
from pipeline.build.partitions import find_partitions
from pipeline.core.files import sha256_of
from pipeline.core.log import RunLog
from pipeline.core.settings import Settings
from pipeline.core.text import counted
from pipeline.core.time import Clock, utc_now
from pipeline.core.version import product_token
from pipeline.parse.partition import BatchResult, PartitionResult
from pipeline.parse.pool import WorkerPool, local_pool
from pipeline.parse.stage import find_backlog, parse
from pipeline.parse.versions import parser_fingerprint
from pipeline.publish.latest import latest_run_id
from pipeline.publish.release_check import VerifyError
from pipeline.publish.releases import Published, building_dir, find_latest, last_refused, publish
from pipeline.run.last_published import last_published
from pipeline.run.record import RecordError, RunRecord, read_record, write_record

# The files that decide a release: code, models, tables and templates.
_DECISIVE = (".py", ".sql", ".csv", ".j2", ".css", ".js")
# Other errors of DuckDB are our own mistakes and keep their trace.
_OUT_OF_MEANS = (OSError, duckdb.IOException, duckdb.OutOfMemoryException)


def parse_archive(settings: Settings, record: RunRecord, log: RunLog) -> None:
    """Bring data/parsed up to date with the archive.

    Args:
        settings: where to parse (here or on a cluster), and the data directory.
        record: gets time and counts of the stage.
        log: gets the messages.

    Raises:
        ParseError: a partition cannot be written; those before it are kept.
        ClusterError: the cluster in the settings cannot be used.
    """
    pool = _pool_of(settings)
    backlog = find_backlog(settings.raw_dir, settings.parsed_dir)
    with record.timed("parse"), log.progress("parse", backlog.pages) as advance:

        def count(batch: BatchResult) -> None:
            advance("parsed", batch.pages)

        def tell(partition: PartitionResult) -> None:
            found = (counted(partition.pages, "page"), counted(partition.records, "record"))
            log.debug(f"parsed {partition.segment}: {', '.join(found)}, {counted(partition.issues, 'issue')}")

        summary = parse(settings.raw_dir, settings.parsed_dir, pool=pool, on_batch=count, on_partition=tell)
    record.add(
        {"pages_parsed": summary.pages, "records_parsed": summary.records, "pages_quarantined": summary.quarantined}
    )
    if summary.quarantined:
        log.warning(f"{counted(summary.quarantined, 'page')} crashed the parser or took too long: quarantined")
    log.info(
        f"parsed {counted(summary.pages, 'archived page')} in {counted(summary.segments, 'new segment')}"
        if summary.pages
        else "nothing to parse",
        extra={"stage": "parse", "pages": summary.pages, "segments": summary.segments},
    )


def _pool_of(settings: Settings) -> Callable[[int], AbstractContextManager[WorkerPool]]:
    """The cluster in the settings, or worker processes here. Raises ClusterError where Dask is not installed."""
    if not settings.parse.cluster:
        return local_pool
    from pipeline.parse.cluster import cluster_pool

    return lambda batches: cluster_pool(settings.parse.cluster, settings.parsed_dir.absolute())


def is_built(settings: Settings) -> bool:
    """Whether the latest release was built from the present data/parsed, by the same program and settings."""
    latest = find_latest(settings.curated_dir)
    if latest is None:
        return False
    try:
        record = read_record(latest.path / "run.json")
    except RecordError:
        return False
    return record.get("built_from") == build_inputs_fingerprint(settings)


def build_inputs_fingerprint(settings: Settings) -> str:
    """Twelve hex digits over everything that decides the contents of a release, except the record of its own run.

    Code, models, agency names and templates count, the partitions of data/parsed by name and the segments that the
    history was folded from, and the settings that change a table.
    """
    state = newest_state(settings.parsed_dir)
    partitions = [partition.name for partition in find_partitions(settings.parsed_dir, parser_fingerprint())]
    texts = [source for package in ("parsers", "pipeline", "sql") for source in _sources(resources.files(package))]
    sources = [str(source) for _, source in sorted(settings.sources.items())]
    decisive = [
        product_token(),
        partitions,
        list(state.segments) if state is not None else [],
        texts,
        sources,
        settings.build.publish_user_names,
        settings.build.vanished_after_hours,
        settings.report.captures,
        _digest_of(settings.work_list_file),
    ]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:12]


def _digest_of(path: Path) -> str:
    try:
        return sha256_of(path) if path.is_file() else ""
    except OSError as error:
        return str(error)


def _sources(folder: Traversable) -> Iterator[tuple[str, str]]:
    """Name and text of every file below a package that can decide what a release holds."""
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith(_DECISIVE):
            yield entry.name, entry.read_text(encoding="utf-8")


def build_and_publish(
    settings: Settings,
    record: RunRecord,
    log: RunLog,
    *,
    accepted_because: str | None = None,
    clock: Clock = utc_now,
) -> Published:
    """Build a release, write its report, ask the quality gate and switch `latest`.

    Args:
        settings: how to build and what the gate allows, and the data directory.
        record: gets rows, issues, the gate's reasons and the times of the stages; a copy is in the release.
        log: gets the messages.
        accepted_because: the operator's reason to publish what the gate refuses.
        clock: gives the time of the release.

    Returns:
        The release and its place: in releases/, or in refused/ with the gate's reasons.

    Raises:
        BuildError: the parsed data cannot be used, or the disk is full; or no page came yet, and nothing was published.
        VerifyError: the release breaks a promise; it stays in building/ until the next build.
        PublishError: the release cannot be moved to its place.
        In each case `latest` is unchanged.
    """
    if latest_run_id(settings.curated_dir) is None and not any(one.warc for one in sealed_segments(settings.raw_dir)):
        raise BuildError(
            f"{settings.raw_dir}: no page is archived, so there is nothing to build; "
            "run `bma-projects refresh` or `bma-projects import FILE` first"
        )
    target: Path | None = None
    try:
        target = building_dir(settings.curated_dir, record.run_id)
        return _build_and_publish(settings, record, log, target, accepted_because, clock)
    except BaseException as error:
        record.release = None
        # A release that breaks a promise stays in building/ for inspection until the next build.
        if target is not None and not isinstance(error, VerifyError):
            shutil.rmtree(target, ignore_errors=True)
        if isinstance(error, _OUT_OF_MEANS):
            said = str(error).splitlines()[0] if isinstance(error, duckdb.Error) else error.strerror or str(error)
            raise BuildError(
                f"{settings.curated_dir}: the release cannot be written ({said}); check space and permissions, "
                "then run again"
            ) from error
        raise


def _build_and_publish(
    settings: Settings,
    record: RunRecord,
    log: RunLog,
    target: Path,
    accepted_because: str | None,
    clock: Clock,
) -> Published:
    from pipeline.publish.quality_gate import decide
    from pipeline.report.quality_page import write_report
    from pipeline.report.work_list import read_work_list
    from pipeline.run.issue_captures import write_captures

    write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")
    with record.timed("build"), log.progress("build"):
        record.built_from = build_inputs_fingerprint(settings)
        record.rows = build(settings, fingerprint=parser_fingerprint(), out_dir=target)
    with (
        record.timed("report"),
        log.progress("report"),
        last_published(settings, record.run_id, parser_fingerprint()) as (previous, withdrawn, said),
    ):
        if said:
            record.problems.append(said)
            log.warning(said)
        reasons, notes, measures = decide(
            target,
            previous,
            settings.gate,
            withdrawn=withdrawn,
            refused=last_refused(settings.curated_dir, previous.name if previous else ""),
        )
        record.gate = {
            "is_refused": bool(reasons),
            "reasons": [reason.en for reason in reasons],
            "reasons_th": [reason.th for reason in reasons],
            "notes": [note.en for note in notes],
            "notes_th": [note.th for note in notes],
            "accepted_because": accepted_because,
        }
        _note_quality(target, record)
        record.status = "refused" if reasons and accepted_because is None else "published"
        record.finished_at = clock()
        record.release = record.run_id
        write_record(target, record.as_json(), "run.json")
        work_list = read_work_list(settings.work_list_file)
        for problem in work_list.problems:
            log.warning(problem.en)
        if settings.report.captures:
            written = write_captures(target, settings)
            left = f"; {written.n_left_out} more would make the release too large" if written.n_left_out else ""
            odd = f"; {written.n_withheld} could not be made safe to show" if written.n_withheld else ""
            log.info(f"{written.n_written} archived pages with issues beside the report{left}{odd}")
        write_report(target, record.as_json(), previous=previous, measures=measures, work_list=work_list)
    with record.timed("publish"), log.progress("publish"):
        published = publish(
            settings.curated_dir,
            target,
            run_id=record.run_id,
            counts=record.rows,
            keep=settings.build.keep_releases,
            refusals=[reason.en for reason in reasons] if accepted_because is None else (),
        )
    if published.is_refused:
        log.warning(
            f"the quality gate refused the release; it is set aside in {published.path}, latest is unchanged; "
            "look at its quality.html, then run `bma-projects build --accept REASON` if it is right after all"
        )
    else:
        log.info(f"release {record.run_id} in {published.path}", extra={"stage": "publish", "rows": record.rows})
    for reason in (*reasons, *notes):
        log.warning(f"quality gate: {reason.en}")
    return published


def _note_quality(release: Path, record: RunRecord) -> None:
    """Put issues by severity and by code, and the pages that fail, into the record."""
    with duckdb.connect() as con:
        issues = con.read_parquet(str(release / "quality_issues.parquet"))
        record.issues = dict(issues.aggregate("severity, count(*)").order("severity").fetchall())
        record.issue_codes = dict(issues.aggregate("code, count(*)").order("code").fetchall())
        pages = con.read_parquet(str(release / "page_status.parquet"))
        failing = pages.filter("project_id IS NOT NULL AND n_consecutive_failures > 0").count("*").fetchall()
        record.failing_pages = int(failing[0][0])
