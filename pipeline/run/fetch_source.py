"""The first stages of a run, discover and fetch: one source into the archive."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from pipeline.archive.fetch_log import OF_VISITS, FetchLogRow, Outcome
from pipeline.archive.history.listing_history import ListingHistory, listing_history, listing_history_in
from pipeline.archive.history.page_history import PageState, moment_of, page_states_in
from pipeline.archive.history.state import open_history
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.source_settings import about_source
from pipeline.core.log import RunLog
from pipeline.core.settings import SAMPLE, FetchSettings, Settings, Source
from pipeline.core.signals import raise_if_interrupted
from pipeline.core.text import counted
from pipeline.core.time import Clock, utc_now
from pipeline.fetch.discover import ids_from_archive
from pipeline.fetch.fetch_run import FetchRun
from pipeline.fetch.schedule import Plan, ProjectFacts, make_plan
from pipeline.publish.releases import find_latest
from pipeline.run.record import RunRecord
from pipeline.sample.server import serve


def project_facts(settings: Settings, source_id: str) -> dict[str, ProjectFacts]:
    """The facts of the projects of a source in the last release; empty before the first release."""
    latest = find_latest(settings.curated_dir)
    if latest is None:
        return {}
    query = """
        SELECT project_id, fiscal_year_be, progress_pct::DOUBLE, status = 'vanished', last_seen_at::VARCHAR
        FROM read_parquet($file)
        WHERE source_id = $source
    """
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        rows = con.execute(query, {"file": str(latest.path / "projects.parquet"), "source": source_id}).fetchall()
    return {
        project_id: ProjectFacts(year, progress, is_vanished, moment_of(seen_at))
        for project_id, year, progress, is_vanished, seen_at in rows
    }


@contextmanager
def reachable(source: Source) -> Iterator[Source]:
    """The source, until the block ends; the built-in one with its server on loopback."""
    # Recognized by its address: rate and other settings may be changed.
    if source.base_url != SAMPLE.base_url or source.connect_to is not None:
        yield source
    else:
        with serve() as address:
            yield source.model_copy(update={"connect_to": address})


def fetch_settings_of(settings: Settings, source: Source) -> FetchSettings:
    """The fetch settings with those of the source that the fetcher does not look up by itself."""
    if source.backoff is None:
        return settings.fetch
    return settings.fetch.model_copy(update={"backoff": source.backoff})


@contextmanager
def fetching(settings: Settings, source: Source, run_id: str, clock: Clock = utc_now) -> Iterator[FetchRun]:
    """One run against a source until the block ends; all that the site answers is archived in data/raw."""
    fetch, raw_dir = fetch_settings_of(settings, source), settings.raw_dir
    about = {**about_source(source), "made-by": "fetch"}
    with (
        reachable(source) as reached,
        ArchiveWriter(raw_dir, run_id, source.source_id, about=about, segment_bytes=fetch.segment_bytes) as archive,
        FetchRun(reached, fetch, archive, raw_dir, clock, parsed_dir=settings.parsed_dir) as run,
    ):
        yield run


def wanted_pages(listed: Sequence[str], known: Mapping[str, PageState]) -> list[str]:
    """The projects of the listing and every page that was ever seen: only its own answer says that a page is gone."""
    return list(dict.fromkeys([*listed, *ids_from_archive(known)]))


def plan_visits(
    settings: Settings,
    source: Source,
    known: Mapping[str, PageState],
    wanted: Sequence[str],
    now: dt.datetime,
    *,
    listed: Sequence[str] = (),
    listings: ListingHistory | None = None,
) -> Plan:
    """The plan for the wanted projects by the revisit schedule.

    Args:
        settings: the schedule, and the place of the latest release, which shows the projects that have ended.
        source: the source of the projects; with is_revisited_always everything is due.
        known: the state of each page by the archive.
        wanted: project ids.
        now: the time of the run, UTC.
        listed: the projects that the site's listing names right now.
        listings: what all listings said; asked for where it is not given.
    """
    facts = project_facts(settings, source.source_id)
    listings = listings or listing_history(settings.raw_dir, source.source_id, now, parsed_dir=settings.parsed_dir)
    left_out = {one: since for one in wanted if (since := listings.left_out_since(one)) is not None}
    return make_plan(
        wanted,
        known,
        facts,
        now,
        settings.fetch,
        listed=frozenset(listed),
        left_out=left_out,
        shown_since=listings.shown_since,
        is_forced=source.is_revisited_always,
    )


def fetch_source(
    settings: Settings,
    source: Source,
    record: RunRecord,
    log: RunLog,
    project_ids: Sequence[str] | None = None,
    clock: Clock = utc_now,
) -> bool:
    """Discover and fetch one source into the archive.

    Args:
        settings: how to fetch, and the data directory.
        source: the source to ask.
        record: gets counts, problems and times of the stages, also when the run is interrupted.
        log: gets the messages.
        project_ids: the pages to fetch, due or not, instead of reading the listing.
        clock: gives the time of each request.

    Returns:
        Whether the site could be used: single pages may fail; False where the site does not answer.

    Raises:
        ArchiveError: the archive cannot be written.
        KeyboardInterrupt: a signal came; what was fetched is kept.
    """
    source_id = source.source_id
    problems: Sequence[str] = ()
    with fetching(settings, source, record.run_id, clock) as run:
        listed: Sequence[str] = ()
        wanted = list(project_ids or ())
        counts: dict[str, int] = {}
        if project_ids is None:
            with record.timed("discover"), log.progress(f"discover {source_id}"):
                found = run.discover()
            raise_if_interrupted()
            counts = {"listed": len(found.project_ids), "stated_total": found.stated_total or 0}
            problems = [f"{source_id}: {problem}" for problem in found.problems]
            listed, wanted = found.project_ids, wanted_pages(found.project_ids, run.known)
            plan = plan_visits(settings, source, run.known, wanted, clock(), listed=listed)
        else:
            plan = make_plan(wanted, run.known, {}, clock(), settings.fetch, is_forced=True)

        outcomes = Counter(dict.fromkeys((outcome.value for outcome in OF_VISITS), 0))

        gone: set[str | None] = set()
        n_aged = 0

        def tell(row: FetchLogRow) -> None:
            nonlocal n_aged
            outcomes[row.outcome] += 1
            n_aged += row.age_s is not None
            if row.outcome == Outcome.MISSING:
                gone.add(row.project_id)
            advance(row.outcome)
            if row.error is not None:
                log.debug(f"{source_id} {row.project_id}: {row.outcome}: {row.error}", extra={"url": row.url})

        try:
            with record.timed("fetch"), log.progress(f"fetch {source_id}", len(plan.due)) as advance:
                summary = run.visit(plan, tell)
            raise_if_interrupted()
        except BaseException:
            # The pages fetched until then are kept, so they count.
            record.count_source(source_id, {**counts, "due": len(plan.due), **outcomes})
            raise
    counts |= {
        name: value
        for name, value in dataclasses.asdict(summary).items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    record.count_source(source_id, counts)
    if summary.ended_early is not None:
        record.ended_early = f"{source_id}: {summary.ended_early}"
        # Discovery may have ended for the same reason.
        problems = [problem for problem in problems if problem != record.ended_early]
        problems += [f"{record.ended_early}; {counted(summary.due - summary.visited, 'page')} left for another run"]
    if contradiction := _listing_contradiction(listed, run.known, gone):
        problems = [*problems, f"{source_id}: {contradiction}"]
    if summary.wrongly_unmodified:
        problems = [*problems, _told_of_wrong_304(source_id, summary.wrongly_unmodified)]
    for problem in dict.fromkeys(problems):
        record.problems.append(problem)
        log.warning(problem, extra={"source_id": source_id})
    log.info(
        f"{source_id}: {counted(summary.due, 'page')} due, {summary.new:,} new, {summary.changed:,} changed, "
        f"{summary.unchanged:,} unchanged, {summary.missing:,} missing, {summary.failed:,} failed, "
        f"{summary.refused:,} refused",
        extra={"stage": "fetch", "source_id": source_id, **counts},
    )
    if n_aged:
        log.info(
            f"{source_id}: {counted(n_aged, 'answer')} of a cache, dated by Age",
            extra={"stage": "fetch", "source_id": source_id},
        )
    _note_next_visit(settings, source, record, listed, clock())
    is_cut_short = summary.ended_early is not None and not summary.is_planned_end
    return not is_cut_short and not (problems and not wanted)


def _listing_contradiction(
    listed: Sequence[str], known: Mapping[str, PageState], gone: Collection[str | None]
) -> str | None:
    """Say how the listing contradicts the pages; by the same rule sql/staging/listing_reads.sql finds it incomplete."""
    named = frozenset(listed)
    named_yet_gone = [project_id for project_id in listed if project_id in gone]
    there_yet_unnamed = [
        project_id
        for project_id in ids_from_archive(known)
        if known[project_id].last_outcome != Outcome.MISSING and project_id not in gone and project_id not in named
    ]
    if not named_yet_gone or not there_yet_unnamed:
        return None
    return (
        f"the listing names {counted(len(named_yet_gone), 'project')} without a page, {named_yet_gone[0]} first, and "
        f"leaves out {len(there_yet_unnamed):,} with a page, {there_yet_unnamed[0]} first; it counts as incomplete"
    )


def _told_of_wrong_304(source_id: str, project_ids: Sequence[str]) -> str:
    return (
        f"{source_id}: {counted(len(project_ids), 'page')} changed under the same ETag or Last-Modified, "
        f"{project_ids[0]} first, though the site had said not modified (304); set fetch.not_modified_max_days = 0 to "
        f"ask for every page without conditions"
    )


def _note_next_visit(
    settings: Settings, source: Source, record: RunRecord, listed: Sequence[str], now: dt.datetime
) -> None:
    if source.is_revisited_always:
        return
    # Opened once for both: each time what this run archived would be folded again.
    with open_history(settings.raw_dir, settings.parsed_dir, now) as con:
        known, _ = page_states_in(con, source.source_id)
        listings = listing_history_in(con, settings.raw_dir, source.source_id)
    wanted = wanted_pages(listed, known)
    if not wanted:
        return
    plan = plan_visits(settings, source, known, wanted, now, listed=listed, listings=listings)
    due_at = now if plan.due else min(visit.due_at for visit in plan.later)
    record.next_due_at = min(due_at, record.next_due_at or due_at)
