"""All data of one project: from the latest release, or one earlier version of it from the archive."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from parsers.project import parse_project
from pipeline.analyst.query import ask_open, open_database
from pipeline.archive.pages import read_archived_page
from pipeline.archive.segment_name import LOG, files_of_segments
from pipeline.archive.warc import Capture, read_capture
from pipeline.build.contacts.mask import CONTACT_FIELDS, mask_contact, mask_text
from pipeline.core.errors import PipelineError


class ProjectDetailError(PipelineError):
    """A project, version or archived page was not found; the message says which and what to do."""


class Cell(NamedTuple):
    """One label/value row; value is None where the page says "not set"."""

    label: str
    value: str | None


class Month(NamedTuple):
    """The canonical result of one month, and whether the rows of the page for this month disagree."""

    month_no: int
    value: float | None
    raw: str | None
    is_conflicting: bool = False


class Report(NamedTuple):
    """One progress report."""

    reported_on: str | None
    progress_pct: float | None
    status_code: str | None
    problem: str | None
    detail: str | None


class Version(NamedTuple):
    """One observed content of the page."""

    version_no: int
    valid_from: dt.datetime
    valid_to: dt.datetime | None
    last_seen_at: dt.datetime
    n_changes: int
    is_vanished: bool
    snapshot_id: str
    archive_url: str | None


class Change(NamedTuple):
    """One cell that a version changed."""

    change_type: str
    label: str
    row_label: str | None
    old: str | None
    new: str | None


class OpenIssue(NamedTuple):
    """One open issue."""

    severity: str
    code: str
    message: str


@dataclass(slots=True)
class ProjectDetail:
    """One project in the release; version_no is set when the rows are those of an earlier version."""

    source_id: str
    project_id: str
    name: str | None
    agency: str | None
    agency_listed: str | None
    name_source: str | None
    status: str
    is_invented: bool
    is_truncated: bool
    url: str
    target: str | None
    warc_file: str | None
    warc_offset: int | None
    archive_url: str | None
    version_no: int | None = None
    cells: list[Cell] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    issues: list[OpenIssue] = field(default_factory=list)


_PROJECT = """
SELECT
    source_id, project_id, name, projects.agency, agency_listed, name_source, status, is_invented, is_truncated,
    url, target_raw, warc_file, warc_offset, archive_url
FROM projects LEFT JOIN agencies ON projects.agency_code = agencies.agency_code
WHERE project_id = ? ORDER BY source_id
"""
_VERSIONS = """
SELECT version_no, valid_from, valid_to, last_seen_at, n_changes, is_vanished, snapshot_id, archive_url
FROM project_versions WHERE source_id = ? AND project_id = ? ORDER BY version_no
"""
_CHANGES = """
SELECT change_type, label, row_label, old, new
FROM project_changes WHERE source_id = ? AND project_id = ? AND version_no = ? ORDER BY change_no
"""
_ISSUES = """
SELECT severity, code, message FROM quality_issues WHERE source_id = ? AND project_id = ? ORDER BY issue_no
"""
_CELLS = """
SELECT label, raw FROM page_fields
WHERE source_id = ? AND project_id = ? AND field IS DISTINCT FROM 'targets.result_value' ORDER BY ordinal
"""
_MONTHS = """
SELECT month_no, result_value::DOUBLE, result_raw, is_conflicting
FROM targets WHERE source_id = ? AND project_id = ? ORDER BY month_no
"""
_REPORTS = """
SELECT coalesce(reported_on::VARCHAR, reported_on_raw), progress_pct::DOUBLE, status_code, problem, detail
FROM progress_history WHERE source_id = ? AND project_id = ? AND is_current ORDER BY page_row_no
"""
_ARCHIVED_AT = "SELECT warc_file, warc_offset FROM read_parquet($logs) WHERE snapshot_id = $snapshot LIMIT 1"


def read_project_detail(
    release: Path, raw_dir: Path, project_id: str, *, source_id: str | None = None, version_no: int | None = None
) -> ProjectDetail:
    """Read one project, its newest state or a version by number. Raises ProjectDetailError."""
    with open_database(release) as con:
        detail = _find(con, release.name, project_id, source_id)
        key = (detail.source_id, detail.project_id)
        detail.versions = [Version(*row) for row in _rows(con, _VERSIONS, *key)]
        if version_no is None:
            detail.issues = [OpenIssue(*row) for row in _rows(con, _ISSUES, *key)]
            detail.cells = [Cell(*row) for row in _rows(con, _CELLS, *key)]
            detail.months = [Month(*row) for row in _rows(con, _MONTHS, *key)]
            detail.reports = [Report(*row) for row in _rows(con, _REPORTS, *key)]
            return detail
        detail.version_no = version_no
        detail.changes = [Change(*row) for row in _rows(con, _CHANGES, *key, version_no)]
    _read_version(detail, raw_dir)
    return detail


def archived_page(raw_dir: Path, detail: ProjectDetail) -> Capture:
    """The archived page a detail was read from. Raises ProjectDetailError when it is not in this data directory."""
    try:
        if detail.warc_file is None or detail.warc_offset is None:
            raise FileNotFoundError(detail.warc_file)
        # Only the name of the path: a release made elsewhere must not lead outside the archive.
        return read_capture(raw_dir / Path(detail.warc_file).name, detail.warc_offset)
    except (OSError, PipelineError) as error:
        raise ProjectDetailError(
            f"{raw_dir / (detail.warc_file or '')}: the archived page of {detail.project_id} cannot be read; "
            "data/raw belongs beside this release; `bma-projects verify` names what is damaged"
        ) from error


def _rows(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    return ask_open(con, sql, parameters).rows


def _find(con: duckdb.DuckDBPyConnection, release: str, project_id: str, source_id: str | None) -> ProjectDetail:
    found = [ProjectDetail(*row) for row in _rows(con, _PROJECT, project_id)]
    matching = [detail for detail in found if source_id in (None, detail.source_id)]
    if not matching:
        where = f" on source {source_id}" if source_id and found else ""
        raise ProjectDetailError(f"{project_id!r:.60}: no such project{where} in release {release}")
    if len(matching) > 1:
        sources = ", ".join(detail.source_id for detail in matching)
        raise ProjectDetailError(f"{project_id} is known on {sources}; choose one with --source")
    return matching[0]


def _read_version(detail: ProjectDetail, raw_dir: Path) -> None:
    """Parse the archived page of an earlier version again; contacts are masked as in every table."""
    version = next((version for version in detail.versions if version.version_no == detail.version_no), None)
    if version is None:
        raise ProjectDetailError(
            f"{detail.project_id} has no version {detail.version_no}; there are 1 to {len(detail.versions)}"
        )
    detail.warc_file, detail.warc_offset = _place_of(raw_dir, version.snapshot_id)
    detail.archive_url = version.archive_url
    page = read_archived_page(archived_page(raw_dir, detail))
    parsed = parse_project(
        page, source_id=detail.source_id, project_id=detail.project_id, snapshot_id=version.snapshot_id
    )
    record = parsed.page
    detail.name, detail.agency, detail.target = map(_masked_text, (record.name, record.agency, record.target_raw))
    detail.is_truncated = record.is_truncated
    fields = [row for row in parsed.fields if row.field != "month"]
    detail.cells = [Cell(mask_text(row.label), _masked(row.field, row.raw)) for row in fields]
    detail.months = [
        Month(
            month.month_no,
            None if month.result_value is None else float(month.result_value),
            _masked_text(month.result_raw),
            month.is_conflicting,
        )
        for month in sorted(parsed.month_results, key=lambda month: month.month_no)
    ]
    detail.reports = [
        Report(
            str(row.reported_on) if row.reported_on else _masked_text(row.reported_on_raw),
            None if row.progress_pct is None else float(row.progress_pct),
            _masked_text(row.status_code),
            _masked_text(row.problem),
            _masked_text(row.detail),
        )
        for row in parsed.progress
    ]


def _place_of(raw_dir: Path, snapshot_id: str) -> tuple[str | None, int | None]:
    logs = [str(path) for path in files_of_segments(raw_dir, LOG).values()]
    if not logs:
        return None, None
    try:
        with duckdb.connect() as con:
            rows = con.execute(_ARCHIVED_AT, {"logs": logs, "snapshot": snapshot_id}).fetchall()
    except duckdb.Error as error:
        raise ProjectDetailError(
            f"{raw_dir}: a fetch log cannot be read; `bma-projects verify` names it and what to do"
        ) from error
    return rows[0] if rows else (None, None)


def _masked(field: str | None, text: str | None) -> str | None:
    return mask_contact(text) if text and field in CONTACT_FIELDS else _masked_text(text)


def _masked_text(text: str | None) -> str | None:
    return mask_text(text) if text else text
