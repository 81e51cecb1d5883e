"""The commands that only look: none of them takes the lock, and each imports no more than it needs."""

import datetime as dt
import json
import sys
from pathlib import Path

from pipeline.core.errors import PipelineError, WrongUsageError
from pipeline.core.log import RunLog, tell
from pipeline.core.settings import Settings
from pipeline.core.text import printable
from pipeline.publish.releases import latest_release, list_releases


def query(settings: Settings, sql: str, format_: str, output: Path | None) -> int:
    """Answer a SELECT over the latest release."""
    from pipeline.analyst.query import invented_note
    from pipeline.analyst.query import query as answer
    from pipeline.core.signals import orderly_interruption, raise_if_interrupted

    release = latest_release(settings.curated_dir).path
    with orderly_interruption():
        try:
            n_rows = answer(release, sql, format_, output)
        except (PipelineError, RuntimeError):
            # DuckDB says one or the other of a query that was interrupted.
            raise_if_interrupted()
            raise
    _tell_invented(invented_note(release))
    if output is not None:
        sys.stderr.write(f"{n_rows:,} rows in {printable(str(output))}\n")
    return 0


def show(settings: Settings, project_id: str, source_id: str | None, version_no: int | None, *, is_raw: bool) -> int:
    """Show one project, or pour out its archived page."""
    from pipeline.analyst.project import read_project_detail
    from pipeline.analyst.project_view import pour_out
    from pipeline.analyst.project_view import show as print_detail

    release = latest_release(settings.curated_dir).path
    detail = read_project_detail(release, settings.raw_dir, project_id, source_id=source_id, version_no=version_no)
    (pour_out if is_raw else print_detail)(detail, settings.raw_dir)
    return 0


def export(settings: Settings, tables: list[str], format_: str, output: Path, *, are_headings_thai: bool) -> int:
    """Write tables of the latest release for spreadsheets."""
    from pipeline.analyst.export import export as write
    from pipeline.analyst.query import invented_note

    release = latest_release(settings.curated_dir).path
    exported = write(release, output, tables, format_, are_headings_thai=are_headings_thai)
    for file in exported.files:
        tell(str(file))
    n_rows = sum(exported.rows.values())
    tell(f"{n_rows:,} rows of {len(exported.rows)} tables; {exported.cut_cells} cells were too long and cut")
    _tell_invented(invented_note(release))
    return 0


def status(settings: Settings, *, is_json: bool, is_quiet: bool) -> int:
    """How things stand; 1 when the newest release is older than the settings allow. Quiet, it speaks only then."""
    from pipeline.run.status import read_status, status_json, status_lines

    now = dt.datetime.now(dt.UTC)
    found = read_status(settings, now)
    if is_json:
        sys.stdout.write(json.dumps(status_json(found), indent=1) + "\n")
    elif found.is_old or not is_quiet:
        for line in status_lines(found, now):
            tell(line)
    return 1 if found.is_old else 0


def verify(settings: Settings) -> int:
    """Check every byte of the archive and the latest release, and say what was found."""
    from pipeline.archive.audit import audit_archive
    from pipeline.publish.release_check import VerifyError, verify_release
    from pipeline.publish.releases import PublishError
    from pipeline.run.record import RecordError, read_record

    audit = audit_archive(settings.raw_dir)
    problems = list(audit.problems)
    try:
        release = latest_release(settings.curated_dir)
        rows = read_record(release.path / "run.json").get("rows")
        verify_release(release.path, rows if isinstance(rows, dict) else {})
        checked = f"release {release.run_id}"
    except PublishError:
        checked = "no release yet"
    except (RecordError, VerifyError) as error:
        problems.append(str(error))
        checked = "the latest release"
    for problem in problems:
        tell(problem)
    tell(
        f"{audit.segments} segments, {audit.records} records, {audit.rows} fetch-log rows, {checked}: "
        f"{len(problems)} problems"
    )
    return 1 if problems else 0


def releases(settings: Settings, *, goes_back: bool, run_id: str | None) -> int:
    """List the releases, or switch `latest` to an earlier one."""
    from pipeline.publish.releases import rollback, withdrawn_release
    from pipeline.run.lock import data_dir_lock

    if run_id is not None and not goes_back:
        raise WrongUsageError("--to goes with --rollback")
    if goes_back:
        with data_dir_lock(settings.data_dir, "bma-projects releases --rollback"):
            release = rollback(settings.curated_dir, run_id)
        tell(f"latest is {release.run_id} now")
        withdrawn = withdrawn_release(settings.curated_dir)
        if withdrawn is not None:
            tell(
                "it stays until somebody accepts what runs bring (`bma-projects build --accept REASON`) "
                f"or goes back (`bma-projects releases --rollback --to {withdrawn}`)"
            )
        return 0
    for release in list_releases(settings.curated_dir):
        tell(f"{release.run_id}{'  latest' if release.is_latest else ''}")
    return 0


def prune(settings: Settings, log: RunLog, keep: int | None, *, is_rehearsal: bool) -> int:
    """Remove old releases, refused candidates and parts of an older parser."""
    from pipeline.publish.prune import prunable, remove
    from pipeline.run.lock import data_dir_lock

    kept = settings.build.keep_releases if keep is None else keep
    if kept < 1:
        raise WrongUsageError(f"--keep {kept}: at least one release stays")
    with data_dir_lock(settings.data_dir, "bma-projects prune"):
        paths = prunable(settings, kept)
        for path in paths:
            if not is_rehearsal:
                remove(path)
            if log.shows_results:
                tell(f"{'would go' if is_rehearsal else 'removed'}  {path}")
    log.info("nothing to prune" if not paths else f"{len(paths)} directories; data/raw is never touched")
    return 0


def print_settings(settings: Settings) -> int:
    """Every setting as TOML; what has no value, and what is secret, stands as a comment."""
    from pipeline.core.settings_toml import settings_as_toml

    for line in settings_as_toml(settings):
        tell(line)
    return 0


def _tell_invented(note: str | None) -> None:
    if note is not None:
        sys.stderr.write(f"{note}\n")
