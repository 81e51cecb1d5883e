"""The commands between cli.py and the stages: each opens what it needs, runs, and says how it went."""

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from pipeline.archive import ArchiveWriter, recover
from pipeline.discover import ids_from_archive, ids_from_file, ids_from_range
from pipeline.fetch_run import FetchRun
from pipeline.known import known_pages
from pipeline.lock import data_dir_lock
from pipeline.narrator import Narrator, printable
from pipeline.publish import latest_release, list_releases
from pipeline.publish import rollback as roll_back
from pipeline.refresh import (
    ExitCode,
    build_and_publish,
    fetch_source,
    new_record,
    parse_archive,
    plan_visits,
    run_stages,
    with_sample_server,
)
from pipeline.settings import Settings
from pipeline.settings_file import keys_and_values, source_of


def _print(text: str) -> None:
    sys.stdout.write(printable(text) + "\n")


def _named_ids(settings: Settings, ids: str | None, probe: str | None) -> list[str] | None:
    """The ids named by --ids and --probe; None when neither was given."""
    named = ids_from_file(ids) if ids is not None else []
    if probe is not None:
        named += ids_from_range(probe, known_pages(settings.raw_dir, settings.source))
    return named if ids is not None or probe is not None else None


def discover(settings: Settings, *, ids: str | None, probe: str | None, from_archive: bool, shows_plan: bool) -> int:
    """Print the ids found, or the plan for them. The listing read on the way is archived."""
    source = source_of(settings)
    wanted = _named_ids(settings, ids, probe)
    if from_archive:
        wanted = [*(wanted or []), *ids_from_archive(known_pages(settings.raw_dir, source.source_id))]
    with data_dir_lock(settings.data_dir, "bma-projects discover"), ExitStack() as stack:
        recover(settings.raw_dir)
        record = new_record(settings, "discover", sys.argv[1:], [source])
        source = with_sample_server(source, stack)
        archive = stack.enter_context(ArchiveWriter(settings.raw_dir, record.run_id, source.source_id))
        run = stack.enter_context(FetchRun(source, settings.fetch, archive, settings.raw_dir))
        problems: Sequence[str] = ()
        if wanted is None:
            found = run.discover()
            wanted, problems = list(found.project_ids), found.problems
        if shows_plan:
            plan = plan_visits(settings, source, run, wanted, is_forced=False)
            _print(f"{len(plan.due)} of {len(plan.due) + len(plan.later)} pages are due")
            for reason, (due, later) in plan.counts().items():
                _print(f"{due:>8} due {later:>8} later  {reason}")
        else:
            for project_id in wanted:
                _print(project_id)
    for problem in problems:
        sys.stderr.write(f"{source.source_id}: {printable(problem)}\n")
    return ExitCode.FAILED if problems else ExitCode.DONE


def fetch(settings: Settings, narrator: Narrator, *, ids: str | None, probe: str | None) -> int:
    """Fetch what is due, or the named pages, into the archive."""
    source = source_of(settings)
    named = _named_ids(settings, ids, probe)
    with data_dir_lock(settings.data_dir, "bma-projects fetch"):
        record = new_record(settings, "fetch", sys.argv[1:], [source])

        def stages() -> ExitCode:
            fetch_source(settings, source, record, narrator, named)
            return ExitCode.FAILED if record.ended_early else ExitCode.DONE

        return run_stages(settings, record, narrator, stages)


def import_files(settings: Settings, narrator: Narrator, files: Sequence[Path]) -> int:
    """Archive captures made by others, then parse, build and publish when something new came."""
    from pipeline.importer import import_files as archive_files

    source = source_of(settings)
    with data_dir_lock(settings.data_dir, "bma-projects import"):
        record = new_record(settings, "import", sys.argv[1:], [source])

        def stages() -> ExitCode:
            with record.timed("import"):
                summary = archive_files(files, source=source, raw_dir=settings.raw_dir, run_id=record.run_id)
            counts = {key: value for key, value in summary._asdict().items() if isinstance(value, int)}
            record.add({f"import_{name}": count for name, count in counts.items()})
            narrator.say(
                ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()), stage="import"
            )
            parse_archive(settings, record, narrator)
            published = build_and_publish(settings, record, narrator)
            return ExitCode.REFUSED if published.is_refused else ExitCode.DONE

        return run_stages(settings, record, narrator, stages)


def parse(settings: Settings, narrator: Narrator) -> int:
    """Bring data/parsed up to date."""
    with data_dir_lock(settings.data_dir, "bma-projects parse"):
        record = new_record(settings, "parse", sys.argv[1:], [])

        def stages() -> ExitCode:
            parse_archive(settings, record, narrator)
            return ExitCode.DONE

        return run_stages(settings, record, narrator, stages)


def build(settings: Settings, narrator: Narrator, *, accepted_because: str | None) -> int:
    """Parse what is new, build and publish a release."""
    with data_dir_lock(settings.data_dir, "bma-projects build"):
        record = new_record(settings, "build", sys.argv[1:], [])

        def stages() -> ExitCode:
            parse_archive(settings, record, narrator)
            published = build_and_publish(settings, record, narrator, accepted_because=accepted_because)
            return ExitCode.REFUSED if published.is_refused else ExitCode.DONE

        return run_stages(settings, record, narrator, stages)


def report(settings: Settings, output: Path, format_: str) -> int:
    """Write the report of the latest release once more."""
    from pipeline.report import report_markdown, write_report_of

    release = latest_release(settings.curated_dir)
    if format_ == "md":
        sys.stdout.write(report_markdown(release.path))
        return ExitCode.DONE
    write_report_of(release.path, output, settings=settings)
    _print(f"{output / 'quality.html'}")
    return ExitCode.DONE


def verify(settings: Settings) -> int:
    """Check the archive, and say what was found."""
    from pipeline.verify_archive import verify_archive

    report = verify_archive(settings.raw_dir)
    for problem in report.problems:
        _print(problem)
    _print(f"{report.segments} segments, {report.records} records, {len(report.problems)} problems")
    return ExitCode.FAILED if report.problems else ExitCode.DONE


def releases(settings: Settings, *, goes_back: bool, run_id: str | None) -> int:
    """List the releases, or switch `latest` to an earlier one."""
    if goes_back or run_id is not None:
        with data_dir_lock(settings.data_dir, "bma-projects releases --rollback"):
            release = roll_back(settings.curated_dir, run_id)
        _print(f"latest is {release.run_id} now")
        return ExitCode.DONE
    for release in list_releases(settings.curated_dir):
        _print(f"{release.run_id}{'  latest' if release.is_latest else ''}")
    return ExitCode.DONE


def print_settings(settings: Settings) -> None:
    """Every setting as TOML; what has no value stands as a comment."""
    table = ""
    for key, value in keys_and_values(settings):
        owner, _, option = key.rpartition(".")
        if owner != table:
            table = owner
            _print(f"\n[{table}]")
        text = str(value) if isinstance(value, Path) else value
        _print(f"# {option} =" if value is None else f"{option} = {json.dumps(text, ensure_ascii=False)}")
