"""Packs the open issues for the page: columns instead of rows, each text once."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from pipeline.core import thai_time
from pipeline.core.text import show_command, web_address
from pipeline.publish.gate_messages import field_in_thai
from pipeline.report.inert_page import file_of
from pipeline.report.packing import packed
from pipeline.report.records import AgencyState, EditedIssue, FieldState, ReportedIssue, Rule
from pipeline.report.work_list import Acknowledgement, cut

# The whole page must stay below 5 MB; its other parts take about 1 MB.
MAX_PACKED_BYTES = 3_600_000


class Packed(NamedTuple):
    """Base64 text for the page and the number of issues in it."""

    text: str
    n_issues: int


def pack(
    issues: Sequence[ReportedIssue],
    rules: Sequence[Rule],
    agencies: Sequence[AgencyState],
    fields: Sequence[FieldState],
    edited: Mapping[int, EditedIssue],
    *,
    covered_by: Sequence[Acknowledgement | None] = (),
    captures: Collection[str] = (),
) -> Packed:
    """Pack as many issues as fit; if not all fit, the same share of every kind of issue is kept.

    covered_by has for each issue the line of the work list that covers it; empty stands for none at all.
    captures are the archived pages beside the report, by the names of their files.
    """
    share = 1.0
    while True:
        chosen = _some_of_each(issues, share)
        columns = _columns(chosen, rules, agencies, fields, edited)
        if captures:
            columns["captures"] = [_file_of(issue.snapshot_id, captures) for issue in chosen]
        if covered_by:
            covers = dict(zip(issues, covered_by, strict=True))
            columns["acknowledged"] = [_told(covers[issue]) for issue in chosen]
        text = packed(columns)
        if len(text) <= MAX_PACKED_BYTES or not chosen:
            return Packed(text, len(chosen))
        # Size follows the number of issues nearly in proportion, so the second try usually fits.
        share *= 0.97 * MAX_PACKED_BYTES / len(text)


def _file_of(snapshot_id: str | None, captures: Collection[str]) -> str | int:
    """The name of the file of an archived page beside the report; 0 for none."""
    name = file_of(snapshot_id) if snapshot_id else ""
    return name if name in captures else 0


def _told(line: Acknowledgement | None) -> list[str] | int:
    """The last day of a line, empty for good, and its note; 0 for none."""
    return 0 if line is None else [line.until.isoformat() if line.until else "", line.note]


def _day_number(day: str | None) -> int | None:
    """An ISO day counted from 1970."""
    return None if day is None else (dt.date.fromisoformat(day) - dt.date(1970, 1, 1)).days


def _some_of_each(issues: Sequence[ReportedIssue], share: float) -> list[ReportedIssue]:
    if share == 1.0:
        return list(issues)
    totals, kept = Counter(issue.code for issue in issues), Counter[str]()
    chosen = []
    for issue in issues:
        if kept[issue.code] < share * totals[issue.code]:
            kept[issue.code] += 1
            chosen.append(issue)
    return chosen


def _columns(
    issues: Sequence[ReportedIssue],
    rules: Sequence[Rule],
    agencies: Sequence[AgencyState],
    fields: Sequence[FieldState],
    edited: Mapping[int, EditedIssue],
) -> dict[str, object]:
    texts: dict[str | None, int] = {}
    projects: dict[tuple[str, str | None], int] = {}
    project_rows: list[list[object]] = []
    codes = {rule.code: index for index, rule in enumerate(rules)}

    def text(value: str | None) -> int:
        return texts.setdefault(value, len(texts))

    def project(issue: ReportedIssue) -> int:
        key = (issue.source_id, issue.project_id)
        if key not in projects:
            projects[key] = len(projects)
            project_rows.append(
                [
                    issue.source_id,
                    issue.project_id,
                    issue.name,
                    issue.agency_code,
                    issue.fiscal_year_be,
                    web_address(issue.url),
                    issue.is_invented,
                    show_command(issue.project_id, issue.source_id)
                    if issue.project_id and issue.is_in_projects
                    else None,
                ]
            )
        return projects[key]

    def edits(issue: ReportedIssue) -> list[object] | None:
        """The number of edited cells, and of the first of them label, row, old and new text."""
        found = edited.get(issue.issue_no)
        if found is None:
            return None
        cells = [
            [text(cell["label"]), text(cell["row_label"]), text(cell["old"]), text(cell["new"])] for cell in found.edits
        ]
        return [found.n_edits, *cells]

    columns: dict[str, object] = {
        "code": [codes[issue.code] for issue in issues],
        "project": [project(issue) for issue in issues],
        "field": [text(issue.field) for issue in issues],
        "label": [text(issue.label) for issue in issues],
        "ordinal": [issue.ordinal for issue in issues],
        "raw": [text(cut(issue.raw)) for issue in issues],
        "message": [text(issue.message) for issue in issues],
        "present_since": [_day_number(issue.present_since) for issue in issues],
        "edits": [edits(issue) for issue in issues],
    }
    return {
        "issues": columns,
        "projects": project_rows,
        "texts": list(texts),
        "rules": [
            [
                rule.code,
                rule.severity,
                rule.title_th,
                rule.title_en,
                rule.advice_th,
                rule.advice_en,
                rule.message_th,
            ]
            for rule in rules
        ],
        "agencies": [[agency.agency_code, agency.shown_name, agency.name_en] for agency in agencies],
        "fields": [list(field) for field in fields if field.agency_code],
        "labels": {issue.field: field_in_thai(issue.field) for issue in issues if issue.field},
        "months": {"th": thai_time.MONTHS_TH, "en": thai_time.MONTHS_EN},
    }
