"""The nightly job: the stages in order, the run record, the exit code."""

import dataclasses
import datetime as dt
import json
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from enum import IntEnum
from pathlib import Path

from pipeline.archive import ArchiveWriter, recover
from pipeline.build import BuildError, build
from pipeline.errors import PipelineError
from pipeline.fetch_run import FetchRun
from pipeline.narrator import Narrator
from pipeline.parse import parse, parser_fingerprint
from pipeline.publish import Published, PublishError, building_dir, latest_release, publish
from pipeline.run_record import RunRecord, free_run_id, write_record
from pipeline.sample import serve
from pipeline.schedule import Plan, ProjectFacts, make_plan
from pipeline.settings import SAMPLE, Settings, Source
from pipeline.settings_file import source_of
from pipeline.software import software


class ExitCode(IntEnum):
    """What the process says to cron."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    REFUSED = 3
    LOCKED = 75


def new_record(settings: Settings, command: str, arguments: Sequence[str], sources: Sequence[Source]) -> RunRecord:
    """Begin the record of a run with a run id nobody has used."""
    now = dt.datetime.now(dt.UTC)
    record = RunRecord(
        run_id=free_run_id(now, settings.raw_dir, settings.runs_dir, settings.curated_dir / "releases"),
        command=command,
        arguments=list(arguments),
        started_at=now,
    )
    for source in sources:
        facts = dataclasses.asdict(source)
        record.sources.append({key: facts[key] for key in ("source_id", "title", "base_url", "is_invented")})
    return record


def project_facts(settings: Settings, source_id: str) -> dict[str, ProjectFacts]:
    """What the last release says of the projects of a source; empty before the first release."""
    import duckdb

    try:
        projects = latest_release(settings.curated_dir).path / "projects.parquet"
    except PublishError:
        return {}
    query = "SELECT project_id, fiscal_year_be, progress_pct::DOUBLE FROM read_parquet($file) WHERE source_id = $source"
    with duckdb.connect() as con:
        rows = con.execute(query, {"file": str(projects), "source": source_id}).fetchall()
    return {project_id: ProjectFacts(year, progress) for project_id, year, progress in rows}


def plan_visits(
    settings: Settings, source: Source, run: FetchRun, project_ids: Sequence[str], *, is_forced: bool
) -> Plan:
    """What is due now of the wanted projects."""
    facts = project_facts(settings, source.source_id)
    now = dt.datetime.now(dt.UTC)
    forced = is_forced or source.is_revisited_always
    return make_plan(project_ids, run.known, facts, now, settings.fetch, is_forced=forced)


def with_sample_server(source: Source, stack: ExitStack) -> Source:
    """The built-in source needs its server on loopback, which runs until the stack closes; any other is left alone."""
    if source != SAMPLE:
        return source
    return dataclasses.replace(source, connect_to=stack.enter_context(serve()))


def fetch_source(
    settings: Settings, source: Source, record: RunRecord, narrator: Narrator, project_ids: Sequence[str] | None = None
) -> None:
    """Discover and fetch one source into the archive; project_ids names the pages wanted instead of the listing.

    Raises ArchiveError when the archive cannot be written.
    """
    with ExitStack() as stack:
        source = with_sample_server(source, stack)
        about = {"software": software(), "source": source.source_id, "isPartOf": record.run_id}
        archive = stack.enter_context(
            ArchiveWriter(
                settings.raw_dir,
                record.run_id,
                source.source_id,
                about=about,
                segment_bytes=settings.fetch.segment_bytes,
            )
        )
        run = stack.enter_context(FetchRun(source, settings.fetch, archive, settings.raw_dir))
        wanted = list(project_ids or ())
        if project_ids is None:
            with record.timed("discover"):
                found = run.discover()
            record.add({"listed": len(found.project_ids), "stated_total": found.stated_total})
            for problem in found.problems:
                record.problems.append(f"{source.source_id}: {problem}")
                narrator.warn(f"{source.source_id}: {problem}")
            # A page that left the listing is still asked for: only its own answer says that it is gone.
            wanted = list(
                dict.fromkeys([*found.project_ids, *(i for i, page in run.known.items() if page.last_success_at)])
            )
        plan = plan_visits(settings, source, run, wanted, is_forced=project_ids is not None)
        with record.timed("fetch"), narrator.progress(f"fetch {source.source_id}", len(plan.due)) as advance:
            summary = run.visit(plan.due, lambda row: advance(row.outcome))
        counts = dataclasses.asdict(summary)
        ended_early = counts.pop("ended_early")
        record.add(counts)
        if ended_early is not None:
            record.ended_early = f"{source.source_id}: {ended_early}"
            record.problems.append(record.ended_early)
            narrator.warn(f"{record.ended_early}; what was fetched is kept")
        narrator.say(
            f"{source.source_id}: {summary.due} pages due, {summary.new} new, {summary.changed} changed, "
            f"{summary.unchanged} unchanged, {summary.missing} missing, {summary.failed} failed, {summary.refused} refused",
            stage="fetch",
            source_id=source.source_id,
            **counts,
        )


def parse_archive(settings: Settings, record: RunRecord, narrator: Narrator) -> None:
    """Bring data/parsed up to date. Raises ParseError."""
    with record.timed("parse"):
        summary = parse(settings.raw_dir, settings.parsed_dir, workers=os.cpu_count() or 1)
    record.add(
        {"pages_parsed": summary.pages, "records_parsed": summary.records, "pages_quarantined": summary.quarantined}
    )
    if summary.quarantined:
        narrator.warn(f"{summary.quarantined} pages crashed the parser and are quarantined")
    narrator.say(
        f"parsed {summary.pages} archived pages in {summary.segments} new segments"
        if summary.segments
        else "nothing to parse",
        stage="parse",
        pages=summary.pages,
        segments=summary.segments,
    )


def build_and_publish(
    settings: Settings, record: RunRecord, narrator: Narrator, *, accepted_because: str | None = None
) -> Published:
    """Build a release, write its report, ask the gate, switch `latest`. Raises BuildError, VerifyError, PublishError."""
    from pipeline.gate import judge
    from pipeline.report import write_report

    try:
        previous: Path | None = latest_release(settings.curated_dir).path
    except PublishError:
        previous = None
    write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")
    with record.timed("build"):
        try:
            target = building_dir(settings.curated_dir, record.run_id)
        except OSError as error:
            raise BuildError(f"{settings.curated_dir}: cannot be written ({error.strerror})") from error
        record.rows = build(settings, fingerprint=parser_fingerprint(), out_dir=target)
    with record.timed("report"):
        reasons = judge(target, previous, settings.gate)
        record.gate = {"is_refused": bool(reasons), "reasons": list(reasons), "accepted_because": accepted_because}
        record.issues = _issue_counts(target)
        record.status = "refused" if reasons and accepted_because is None else "published"
        record.finished_at = dt.datetime.now(dt.UTC)
        record.release = record.run_id
        write_record(target, record.as_json(), "run.json")
        write_report(target, record.as_json(), previous=previous, settings=settings)
    with record.timed("publish"):
        published = publish(
            settings.curated_dir,
            target,
            run_id=record.run_id,
            counts=record.rows,
            keep=settings.build.keep_releases,
            refusals=reasons if accepted_because is None else (),
        )
    narrator.say(f"release {record.run_id} in {published.path}", stage="publish", rows=record.rows)
    for reason in reasons:
        narrator.warn(f"quality gate: {reason}")
    return published


def _issue_counts(release: Path) -> dict[str, int]:
    import duckdb

    query = "SELECT severity, count(*) FROM read_parquet($file) GROUP BY ALL ORDER BY ALL"
    with duckdb.connect() as con:
        return dict(con.execute(query, {"file": str(release / "quality_issues.parquet")}).fetchall())


def run_stages(settings: Settings, record: RunRecord, narrator: Narrator, stages: Callable[[], ExitCode]) -> ExitCode:
    """Run stages as one run: recover what a crash left, keep the record whatever happens, tell how it ended."""
    narrator.run_id = record.run_id
    code = ExitCode.FAILED
    record.status = "failed"
    try:
        for recovered in recover(settings.raw_dir):
            narrator.warn(
                f"segment {recovered.segment} was left open by a crash: {recovered.kept_rows} pages kept, "
                f"{recovered.cut_bytes} torn bytes cut"
            )
        code = stages()
        if record.status == "failed":
            record.status = "done"
    except PipelineError as error:
        record.problems.append(str(error))
        narrator.warn(str(error))
    except KeyboardInterrupt:
        record.status = "interrupted"
        record.problems.append("interrupted")
        narrator.warn(
            "interrupted; what was fetched is kept and the release is as it was; the same command goes on from here"
        )
    finally:
        record.finished_at = dt.datetime.now(dt.UTC)
        write_record(settings.runs_dir, record.as_json(), f"{record.run_id}.json")
    return code


def refresh(
    settings: Settings,
    narrator: Narrator,
    arguments: Sequence[str],
    *,
    source_ids: Sequence[str],
    project_ids: Sequence[str] | None = None,
    accepted_because: str | None = None,
) -> tuple[ExitCode, RunRecord, Published | None]:
    """Discover, fetch, parse, build, report and publish; one source in trouble does not stop the others.

    Raises SettingsError for an unknown source, before anything is done.
    """
    sources = [source_of(settings, source_id) for source_id in source_ids]
    record = new_record(settings, "refresh", arguments, sources)
    published: list[Published] = []

    def stages() -> ExitCode:
        for source in sources:
            fetch_source(settings, source, record, narrator, project_ids)
        parse_archive(settings, record, narrator)
        published.append(build_and_publish(settings, record, narrator, accepted_because=accepted_because))
        return ExitCode.REFUSED if published[0].is_refused else ExitCode.DONE

    code = run_stages(settings, record, narrator, stages)
    return code, record, published[0] if published else None


def read_record(path: Path) -> dict[str, object]:
    """A stored run record."""
    record = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(record, dict):
        raise TypeError(f"{path}: no run record")
    return record
