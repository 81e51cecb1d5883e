"""The data-quality report of a release: quality.json for machines, quality.html and Markdown for people."""

import datetime as dt
import json
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from pipeline.core import thai_time
from pipeline.core.errors import PipelineError
from pipeline.core.files import written_aside
from pipeline.publish.gate_measures import OTHER_COLUMNS, Measure, measure
from pipeline.publish.gate_messages import RULES
from pipeline.publish.pages import EXPLORER, QUALITY
from pipeline.report import charts
from pipeline.report.data import ReportData, read_report_data
from pipeline.report.document import (
    MAX_LISTED,
    PAGE_OUTCOMES,
    SEVERITIES,
    Document,
    Run,
    acknowledged_of,
    make_document,
    whole_numbers,
)
from pipeline.report.explorer_page import explorer_page
from pipeline.report.inert_page import FOLDER as CAPTURES
from pipeline.report.inert_page import captures_in
from pipeline.report.page import environment, write_page
from pipeline.report.page_issues import pack
from pipeline.report.records import ReportedIssue, Rule
from pipeline.report.work_list import COLUMNS as WORK_LIST_COLUMNS
from pipeline.report.work_list import Acknowledgement, WorkList, covering

JSON = "quality.json"
NO_LIST = WorkList()
_EXAMPLES = 5
_SCRIPTS = (
    "elements.js", "address.js", "language.js", "packing.js", "folding.js", "csv.js", "clipboard.js", "drawing.js",
    "quantities.js", "quality_issues.js", "quality_tables.js", "quality_groups.js", "quality_print.js",
    "quality_controls.js",
)  # fmt: skip


class ReportError(PipelineError):
    """The report cannot be written or read; the message says which file and why."""


def write_report(
    release: Path,
    run: Run,
    *,
    previous: Path | None,
    measures: Sequence[Measure] | None = None,
    work_list: WorkList = NO_LIST,
    output: Path | None = None,
) -> None:
    """Write quality.html, quality.json and explorer.html of a built release.

    Args:
        release: the release.
        run: the run record as in run.json, possibly incomplete.
        previous: the release published before this one.
        measures: the results of the gate; measured again where they are not given.
        work_list: the issues that quality.html hides.
        output: the directory of the files; the release itself by default.
    """
    output = release if output is None else output
    data = read_report_data(release, previous)
    covered_by = covering(data.issues, work_list)
    judged = measure(release, previous, tuple(RULES)) if measures is None else measures
    document = make_document(
        run,
        data,
        judged,
        previous=previous,
        history=_history(previous),
        acknowledged=acknowledged_of(run, data, work_list, covered_by),
    )
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
    pages = {
        JSON: f"{text}\n",
        QUALITY: _page(run, document, data, covered_by, captures_in(output)),
        EXPLORER: explorer_page(release, document, data),
    }
    for name, content in pages.items():
        with written_aside(output / name) as partial:
            partial.write_text(content, encoding="utf-8")


def write_report_of(release: Path, output: Path, work_list: WorkList = NO_LIST) -> None:
    """Write the report of a published release again, into another directory. Raises ReportError."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        if (release / CAPTURES).is_dir() and output.resolve() != release.resolve():
            # Beside those of an earlier release that was reported into the same directory.
            shutil.copytree(release / CAPTURES, output / CAPTURES, dirs_exist_ok=True)
        run = _read_json(release / "run.json")
        write_report(release, run, previous=_release_before(release), work_list=work_list, output=output)
    except OTHER_COLUMNS as error:
        said = str(error).partition("\n")[0]
        raise ReportError(
            f"{release}: does not have what this version shows ({said}); `bma-projects build` makes a new release"
        ) from error
    except OSError as error:
        raise ReportError(f"{output}: cannot be written ({error.strerror})") from error


def report_markdown(release: Path) -> str:
    """The short report for mail and chat, from the release's quality.json. Raises ReportError."""
    document = _read_json(release / JSON)
    return environment().get_template("quality.md.j2").render(q=document, severities=SEVERITIES)


def _page(
    run: Run,
    document: Document,
    data: ReportData,
    covered_by: Sequence[Acknowledgement | None],
    captures: Collection[str],
) -> str:
    issues = pack(
        data.issues, data.rules, data.agencies, data.fields, data.edited, covered_by=covered_by, captures=captures
    )
    return write_page(
        "quality.html.j2",
        ["page.css", "quality.css"],
        _SCRIPTS,
        q=document,
        packed=issues,
        n_issues=len(data.issues),
        examples=_examples(
            data.rules, [issue for issue, line in zip(data.issues, covered_by, strict=True) if line is None]
        ),
        work_list_columns=",".join(WORK_LIST_COLUMNS),
        edited=data.edited,
        messages_th={rule.code: rule.message_th for rule in data.rules},
        titles={rule.code: (rule.title_th, rule.title_en) for rule in data.rules},
        week=_last_week(document, data.issues),
        known=dict.fromkeys(("due", *PAGE_OUTCOMES)) | whole_numbers(run.get("counts")),
        severities=SEVERITIES,
        outcomes=PAGE_OUTCOMES,
        charts=_charts(document),
        filled_pct=_filled_pct(data),
        outcome_counts=[
            (outcome, whole_numbers(_object(document["run"])["counts"])[outcome]) for outcome in PAGE_OUTCOMES
        ],
    )


class LastWeek(NamedTuple):
    """The issues that were first seen in the seven days up to the release, and the first of these days."""

    n: int
    since: str


def _last_week(document: Document, issues: Iterable[ReportedIssue]) -> LastWeek | None:
    """None if the release has no date."""
    finished_at = _object(document["run"])["finished_at"]
    last = thai_time.bangkok_day(finished_at if isinstance(finished_at, str) else None)
    if last is None:
        return None
    since = (last - dt.timedelta(days=6)).isoformat()
    return LastWeek(sum(issue.present_since is not None and issue.present_since >= since for issue in issues), since)


def _filled_pct(data: ReportData) -> dict[str, dict[str, int]]:
    """By agency and field, the percentage of pages that give the field; agencies in the order of their table."""
    filled: dict[str, dict[str, int]] = {agency.agency_code: {} for agency in data.agencies[:MAX_LISTED]}
    for field in data.fields:
        total = field.n_given + field.n_empty + field.n_not_set + field.n_absent
        if field.agency_code in filled and total:
            # Rounded down, so that 100 means all of them.
            filled[field.agency_code][field.field] = 100 * field.n_given // total
    return {agency_code: by_field for agency_code, by_field in filled.items() if by_field}


def _charts(document: Mapping[str, object]) -> dict[str, Markup]:
    runs, releases = _rows(document["runs"]), _rows(document["history"])
    days = [_day(run["started_at"]) for run in runs]
    pages = [charts.Series(outcome, [_float(run[f"n_{outcome}"]) for run in runs]) for outcome in PAGE_OUTCOMES]
    release_days = [_day(release["finished_at"]) for release in releases]
    issues = [
        charts.Series(severity, [_float(_object(release["issues"])[severity]) for release in releases])
        for severity in SEVERITIES
    ]
    coverage = [_percent(_object(release["coverage"]), ("read",), ("promised",)) for release in releases]
    failed = [
        _percent(run, ("n_failed", "n_refused"), tuple(f"n_{outcome}" for outcome in PAGE_OUTCOMES)) for run in runs
    ]
    return {
        "pages": charts.stacked_columns(days, pages, "หน้าที่ดึงในแต่ละรอบ · Pages of each run"),
        "issues": charts.lines(release_days, issues, "ประเด็นที่ยังเปิดอยู่ในแต่ละรอบ · Open issues after each run"),
        "coverage": charts.lines(
            release_days,
            [charts.Series("read", coverage)],
            "ร้อยละของโครงการในรายการที่อ่านได้ · Share of listed projects that were read",
            ceiling=100,
            unit="%",
        ),
        "failed": charts.lines(
            days,
            [charts.Series("failed", failed)],
            "ร้อยละของหน้าที่ดึงไม่สำเร็จ · Share of pages that failed",
            unit="%",
        ),
    }


def _examples(rules: Iterable[Rule], issues: Iterable[ReportedIssue]) -> dict[str, list[ReportedIssue]]:
    """The first issues of each kind, for readers without JavaScript."""
    examples: dict[str, list[ReportedIssue]] = {rule.code: [] for rule in rules}
    for issue in issues:
        shown = examples[issue.code]
        if len(shown) < _EXAMPLES:
            shown.append(issue)
    return examples


def _history(previous: Path | None) -> Sequence[Document]:
    """The earlier releases, from the report of the previous one; none if it has no readable report."""
    if previous is None:
        return []
    try:
        return _rows(_read_json(previous / JSON).get("history"))
    except ReportError:
        return []


def _release_before(release: Path) -> Path | None:
    """The release published before a published one, if it is still kept."""
    earlier = [path for path in release.parent.iterdir() if path.name < release.name and (path / JSON).exists()]
    return max(earlier, default=None)


def _read_json(path: Path) -> Document:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReportError(f"{path}: cannot be read ({error}); run `bma-projects build` for a new release") from error
    if not isinstance(content, dict):
        raise ReportError(f"{path}: is not a JSON object; run `bma-projects build` for a new release")
    return content


def _rows(value: object) -> list[Document]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _percent(row: Mapping[str, object], parts: Sequence[str], whole: Sequence[str]) -> float | None:
    """The parts in percent of the whole; None if the whole is zero."""
    part, total = (sum(_float(row.get(name)) or 0.0 for name in names) for names in (parts, whole))
    return 100 * part / total if total else None


def _day(moment: object) -> str:
    """A short name for a run on the axis of a chart: day and month in Bangkok."""
    return thai_time.short_day(moment) if isinstance(moment, str) else "–"
