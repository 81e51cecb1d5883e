"""Page → typed records and issues: every row becomes a field, a month row or an issue."""

import re
from collections.abc import Sequence
from itertools import repeat

from parsers.dates import BE_OFFSET
from parsers.field_values import FieldValues
from parsers.history_columns import TABLE_NAMES, cell_fields
from parsers.history_tables import read_tables
from parsers.issue_collector import IssueCollector
from parsers.labels import MONTH_FIELD
from parsers.month_rows import comparable_values, month_results, month_roles
from parsers.numbers import read_money, read_number, read_percent, read_result
from parsers.page import PROJECT_CODE, Page, PageKind, content_text, naming_problem, sha256_of
from parsers.page_layout import Layout, read_layout, report_layout
from parsers.page_sections import read_sections
from parsers.plausibility import check_project
from parsers.quantities import is_percent
from parsers.records import Issue, MonthResult, MonthRow, PageRecord, ParsedPage
from parsers.sections import Key, Section, SectionState
from parsers.text_checks import Oddness, check_text, find_oddness

_CODE_LABEL = "รหัสโครงการ"
_PERCENT_IN_HEADLINE = re.compile(r"(?:ร้อยละ\s*)?(.*)", re.DOTALL)


def _read_months(
    fields: FieldValues,
    issues: IssueCollector,
    key: Key,
    values: Sequence[str | None],
    layout: Layout,
    unit: str | None,
) -> tuple[list[MonthRow], list[MonthResult]]:
    indices, ordinals, months, labels = layout.month_rows
    if not indices:
        return [], []
    raws = [values[index] for index in indices]
    # `50%` is half of something, not 50 people.
    read = read_result if unit and is_percent(unit) else read_number
    numbers = [fields.number_at(index, read) for index in indices]
    comparable = comparable_values(raws, numbers)
    roles, is_known_layout = month_roles(months, comparable)
    if not is_known_layout:
        message = f"the month rows are in the order {' '.join(map(str, months))[:200]}"
        issues.add("month_layout_unknown", message, field=MONTH_FIELD, ordinal=ordinals[0])
    results = month_results(key, months, roles, raws, numbers, comparable)
    for result in results:
        if result.is_conflicting:
            raw = " | ".join([raw or "" for raw in result.raw_values])
            message = f"month {result.month_no} appears {result.n_rows} times with different values: {raw!r:.200}"
            first = months.index(result.month_no)
            label, ordinal = labels[first], ordinals[first]
            issues.add("month_conflict", message, field=MONTH_FIELD, label=label, ordinal=ordinal, raw=raw)
    return list(map(MonthRow, *map(repeat, key), ordinals, months, labels, raws, numbers, roles)), results


def _report_flags(issues: IssueCollector, page: Page) -> None:
    if page.kind is PageKind.TRUNCATED:
        issues.add("page_truncated", page.reason or "the page was cut")
        if page.labels:
            label, raw = page.labels[-1], page.values[-1]
            message = f"the page was cut in or after {label[:100]!r}: no number or date is read from this row"
            issues.add("truncated_value", message, label=label, ordinal=len(page.labels), raw=raw)
    for flag in sorted(page.flags - {"open_end", "lost_rows"}):
        message = {
            "encoding_repaired": f"the page does not declare {page.encoding}, but its bytes are",
            "undecodable_bytes": f"some bytes of the page are not {page.encoding}",
            "nul_characters": "the page holds NUL characters; they are left out of the texts",
            "php_warnings": "the page contains PHP warnings",
            "ambiguous_text": "some lines of the text fit more than one row of the page",
        }[flag]
        issues.add(flag, message)


def _check_characters(issues: IssueCollector, oddness: Oddness, page: Page, layout: Layout) -> None:
    for ordinal, (label, raw, field) in enumerate(zip(page.labels, page.values, layout.fields, strict=True), 1):
        if field is None:
            check_text(issues, oddness, label, None, label, ordinal)
        if raw:
            check_text(issues, oddness, raw, field, label, ordinal)
    for grid in page.grids:
        fields = cell_fields(grid)
        for row_no, cells in enumerate(grid.rows, 1):
            for field, header, cell in zip(fields, grid.header, cells, strict=False):
                if cell:
                    check_text(issues, oddness, cell, field, header, row_no)


def parse_project(page: Page, *, source_id: str, project_id: str, snapshot_id: str) -> ParsedPage:
    """Turn a project page into its typed records and issues.

    Args:
        page: a page of the kind `project` or `truncated`; of a truncated one the last row is not trusted.
        source_id: the source of the page, part of the key of every record and issue.
        project_id: the project that was asked for, even if the page names another one.
        snapshot_id: the capture the page was read from.

    Returns:
        The records of each table, in page order, and the issues in the order they were found.

    Raises:
        ValueError: The page is of another kind, which is an outcome and not a record.
    """
    if page.kind not in (PageKind.PROJECT, PageKind.TRUNCATED):
        raise ValueError(f"a page of kind {page.kind} has no project to parse: {page.reason}")
    key = (source_id, project_id, snapshot_id)
    issues = IssueCollector(*key)
    is_truncated = page.kind is PageKind.TRUNCATED
    content = content_text(page)
    layout = read_layout(page.labels)
    # The tables come after the rows: where there is a table, the cut was after the rows.
    are_rows_cut = is_truncated and not page.grids
    _report_flags(issues, page)
    if not layout.is_usual:
        report_layout(issues, page.labels, page.values, layout, is_cut=are_rows_cut)
    oddness = find_oddness(page, content)
    may_lack_values = oddness.may_lack_values
    fields = FieldValues(issues, page.labels, page.values, layout, is_cut=are_rows_cut, may_lack_values=may_lack_values)
    unit = fields.unit("unit")
    target, result = fields.quantity("target", unit), fields.quantity("result", unit)
    month_rows, results = _read_months(fields, issues, key, page.values, layout, unit or target.unit)
    tables = read_tables(issues, key, page.grids, may_lack_values=may_lack_values)
    sections = read_sections(key, page, tables)
    is_whole = not is_truncated and "open_end" not in page.flags
    for section, state in sections.states.items():
        if state is SectionState.ABSENT and section in TABLE_NAMES and is_whole:
            message = f"the page shows no table of {TABLE_NAMES[section]}; nothing counts as removed"
            issues.add("missing_table", message, field=TABLE_NAMES[section])
    year_be = fields.fiscal_year()
    start, finish = fields.date("start_date"), fields.date("finish_date")
    headline = _PERCENT_IN_HEADLINE.fullmatch(page.headline or "")
    latest = read_percent(headline[1].strip() if headline is not None else "")
    if latest.issue_code is not None:
        message = f"the heading {page.headline!r:.120} states no progress that can be read for certain"
        issues.add(latest.issue_code, message, field="headline_progress_pct", raw=page.headline)
    code = PROJECT_CODE.fullmatch(project_id)
    if code is None:
        message = f"the project code {project_id[:100]!r} is not eight digits, a hyphen and a number"
        issues.add("malformed_project_code", message, field="project_id", label=_CODE_LABEL, raw=project_id)
    record = PageRecord(
        *key,
        content_sha256=sha256_of(content),
        reader=page.reader,
        encoding=page.encoding,
        is_truncated=is_truncated,
        fields_state=sections.states[Section.FIELD],
        months_state=sections.states[Section.MONTH],
        updates_state=sections.states[Section.UPDATE],
        reports_state=sections.states[Section.PROGRESS],
        fields_fingerprint=sections.fingerprints[Section.FIELD],
        months_fingerprint=sections.fingerprints[Section.MONTH],
        updates_fingerprint=sections.fingerprints[Section.UPDATE],
        reports_fingerprint=sections.fingerprints[Section.PROGRESS],
        agency_code=code[1] if code is not None else None,
        fiscal_year_be=year_be,
        fiscal_year_ce=year_be - BE_OFFSET if year_be is not None else None,
        fiscal_year_raw=fields.raw("fiscal_year"),
        name=fields.title("name"),
        policy_id=fields.number_code("policy_id"),
        branch_id=fields.number_code("branch_id"),
        kpi_id=fields.number_code("kpi_id"),
        budget_received_thb=fields.number("budget_received", read_money),
        budget_received_thb_raw=fields.raw("budget_received"),
        budget_spent_thb=fields.number("budget_spent", read_money),
        budget_spent_thb_raw=fields.raw("budget_spent"),
        progress_pct=fields.number("progress", read_percent),
        progress_pct_raw=fields.raw("progress"),
        headline_progress_pct=latest.value,
        headline_progress_pct_raw=page.headline,
        agency=fields.proper_name("agency"),
        start_date=start.value,
        start_date_raw=fields.raw("start_date"),
        finish_date=finish.value,
        finish_date_raw=fields.raw("finish_date"),
        rationale=fields.text("rationale"),
        objective=fields.text("objective"),
        goal=fields.text("goal"),
        responsible=fields.text("responsible"),
        evaluator=fields.text("evaluator"),
        remark=fields.text("remark"),
        governor_policy=fields.text("governor_policy"),
        weight=fields.number("weight", read_number),
        weight_raw=fields.raw("weight"),
        target_value=target.value,
        target_unit=target.unit,
        target_raw=fields.raw("target"),
        result_value=result.value,
        result_unit=result.unit,
        result_raw=fields.raw("result"),
        unit=unit,
        progress_note=fields.text("progress_note"),
        month_goal=fields.text("month_goal"),
    )
    check_project(issues, record, tables.progress, tables.progress_dates)
    if oddness.checks:
        _check_characters(issues, oddness, page, layout)
    cells = sections.cells + tables.unknown_cells
    return ParsedPage(record, cells, month_rows, results, tables.progress, tables.updates, issues.collected)


def page_issue(page: Page, *, source_id: str, project_id: str, snapshot_id: str) -> Issue | None:
    """Say why a page is not a record of the project asked for.

    Args:
        page: a page of any kind.
        source_id: the source of the page.
        project_id: the project that was asked for.
        snapshot_id: the capture the page was read from.

    Returns:
        `page_…` for a page of another kind or `wrong_project`; None for a page to parse. A truncated extracted text is
        parsed (there is no better source), a truncated HTML page is not.
    """
    issues = IssueCollector(source_id, project_id, snapshot_id)
    is_record = page.kind is PageKind.PROJECT or (page.kind is PageKind.TRUNCATED and page.reader == "text")
    if not is_record:
        issues.add(f"page_{page.kind.value}", page.reason or f"the page is of kind {page.kind}")
    else:
        problem = naming_problem(page, project_id)
        if problem is None:
            return None
        issues.add(problem.code, problem.sentence, field="project_id", label=_CODE_LABEL, raw=page.title_id)
    return issues.collected[0]
