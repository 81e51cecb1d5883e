"""Makes quality.json, the quality of a release for machines; docs/quality-json.md describes it.

The HTML page and the Markdown text are made from the same document, so the three never disagree.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from parsers.labels import COLUMNS, LABELS, MONTH_FIELD, MONTH_LABEL
from pipeline.core import thai_time
from pipeline.publish.gate_measures import Measure
from pipeline.publish.gate_messages import field_in_thai
from pipeline.report.data import ReportData
from pipeline.report.work_list import Acknowledgement, WorkList

SCHEMA_VERSION = 2
SEVERITIES = ("error", "warning", "info")
COUNTS = ("due", "new", "changed", "unchanged", "missing", "failed", "refused", "listed", "stated_total")
PAGE_OUTCOMES = ("unchanged", "changed", "new", "missing", "failed", "refused")
# Two months of nightly releases: enough for a chart and a robust median, small enough to copy from release to release.
MAX_HISTORY = 60
# The most entries of a list in the document; the tables of the release hold the rest.
MAX_LISTED = 200

Document = dict[str, object]
Run = Mapping[str, object]


class Sentence(NamedTuple):
    """How the run went, in one sentence: `mood` is good, attention or bad."""

    mood: str
    th: str
    en: str


def make_document(
    run: Run,
    data: ReportData,
    measures: Iterable[Measure],
    *,
    previous: Path | None,
    history: Sequence[Document],
    acknowledged: Document,
) -> Document:
    """quality.json as one document; history is the history of the previous release, to which this release is added."""
    issues = Counter(issue.severity for issue in data.issues)
    counts = dict.fromkeys(COUNTS, 0) | whole_numbers(run.get("counts"))
    newest: Document = {
        "run_id": text_of(run, "run_id"),
        "finished_at": run.get("finished_at"),
        "n_projects": data.totals.n_projects,
        "issues": {severity: issues[severity] for severity in SEVERITIES},
        "coverage": _coverage(data, counts),
        "is_accepted": bool(_gate(run)["is_refused"] and _gate(run)["accepted_because"]),
        "measures": [
            {"rule": m.rule, "source_id": m.source_id, "field": m.field, "n": m.n, "total": m.total} for m in measures
        ],
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": text_of(run, "run_id"),
        "previous_run_id": previous.name if previous else None,
        "sentence": _sentence(run, data, counts)._asdict(),
        "run": {
            **{name: run.get(name) for name in ("command", "status", "started_at", "finished_at", "ended_early")},
            "sources": _sources(run),
            "counts": counts,
            "durations": run.get("durations") or {},
            "versions": run.get("versions") or {},
            "problems": run.get("problems") or [],
            "peak_memory_bytes": run.get("peak_memory_bytes"),
        },
        "gate": _gate(run),
        "totals": data.totals._asdict(),
        "coverage": newest["coverage"],
        "issues": newest["issues"],
        "acknowledged": acknowledged,
        "rules": [rule._asdict() for rule in data.rules],
        "agencies": [agency._asdict() for agency in data.agencies],
        "fields": _fields(data),
        "fields_by_agency": [field._asdict() for field in data.fields if field.agency_code is not None],
        "labels": _rows(data.labels),
        "difference": _difference(data, previous),
        "reader_changes": [change._asdict() | {"label": field_in_thai(change.field)} for change in data.reader_changes],
        "freshness": {
            "ages": _rows(data.ages),
            "oldest": _rows(data.oldest),
            "n_failing": len(data.failing),
            "failing": _rows(data.failing),
            "n_vanished": len(data.vanished),
            "vanished": _rows(data.vanished),
        },
        "harvests": _rows(data.harvests),
        "runs": _runs(data, run, counts),
        "history": [*history[-MAX_HISTORY + 1 :], newest],
    }


def acknowledged_of(
    run: Run, data: ReportData, work_list: WorkList, covered_by: Sequence[Acknowledgement | None]
) -> Document:
    """What the work list hides on the page, on the day of the release, and its lines that hide nothing."""
    day = thai_time.bangkok_day(text_of(run, "finished_at"))
    codes = {rule.code for rule in data.rules}
    used = {line.line for line in covered_by if line is not None}
    unmatched = [line for line in work_list.lines if line.line not in used]
    problems = [*work_list.problems, *(line.of_unknown_code() for line in unmatched if line.code not in codes)]
    return {
        "n_issues": sum(line is not None and (day is None or line.is_in_force(day)) for line in covered_by),
        "n_lines": len(work_list.lines),
        "n_expired": sum(day is not None and not line.is_in_force(day) for line in work_list.lines),
        "n_unmatched": len(unmatched),
        "problems": [problem.en for problem in problems],
        "problems_th": [problem.th for problem in problems],
    }


def text_of(run: Run, name: str) -> str:
    """A text of the run record; empty if the record does not have it."""
    value = run.get(name)
    return value if isinstance(value, str) else ""


def whole_numbers(value: object) -> dict[str, int]:
    """The whole numbers of a mapping; other values are left out."""
    if not isinstance(value, Mapping):
        return {}
    return {str(name): number for name, number in value.items() if isinstance(number, int)}


def _rows(rows: Iterable[NamedTuple]) -> list[Document]:
    return [row._asdict() for row in list(rows)[:MAX_LISTED]]


def _sources(run: Run) -> list[Document]:
    sources = run.get("sources")
    known = [source for source in sources if isinstance(source, Mapping)] if isinstance(sources, list | tuple) else []
    return [{name: source.get(name) or "" for name in ("source_id", "title", "base_url")} for source in known]


def _gate(run: Run) -> Document:
    gate = run.get("gate")
    said = gate if isinstance(gate, Mapping) else {}
    reasons, reasons_th = _texts(said.get("reasons")), _texts(said.get("reasons_th"))
    notes, notes_th = _texts(said.get("notes")), _texts(said.get("notes_th"))
    return {
        "is_refused": bool(said.get("is_refused")),
        "reasons": reasons,
        "reasons_th": reasons_th if len(reasons_th) == len(reasons) else reasons,
        "notes": notes,
        "notes_th": notes_th if len(notes_th) == len(notes) else notes,
        "accepted_because": said.get("accepted_because"),
    }


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list | tuple) else []


def _coverage(data: ReportData, counts: Mapping[str, int]) -> Document:
    """How many of the projects that the listing promises have a readable page; null where no listing was read."""
    promised = max(counts.get("listed", 0), counts.get("stated_total", 0))
    return {"promised": promised or None, "read": data.totals.n_listed}


def _sentence(run: Run, data: ReportData, counts: Mapping[str, int]) -> Sentence:
    gate = _gate(run)
    due = counts.get("due", 0)
    bad = counts.get("failed", 0) + counts.get("refused", 0)
    reasons = len(gate["reasons"]) if isinstance(gate["reasons"], list) else 0
    if gate["is_refused"] and not gate["accepted_because"]:
        return Sentence(
            "bad",
            f"ข้อมูลรอบนี้ไม่ได้เผยแพร่: ไม่ผ่านด่านตรวจคุณภาพ {reasons} ข้อ ข้อมูลชุดก่อนหน้ายังใช้งานอยู่ตามเดิม",
            f"This run was not published: the quality gate refused it for {reasons} reason{'s' * (reasons != 1)}. "
            "The previous release is still in use.",
        )
    if gate["is_refused"]:
        return Sentence(
            "attention",
            f"เผยแพร่แล้วตามคำสั่งของผู้ดูแล ทั้งที่ไม่ผ่านด่านตรวจคุณภาพ {reasons} ข้อ",
            f"Published by the operator, despite {reasons} reason{'s' * (reasons != 1)} of the quality gate.",
        )
    if gate["notes"]:
        return Sentence(
            "attention",
            "เผยแพร่แล้ว แต่หน้าจำนวนมากเปลี่ยนเนื้อหาพร้อมกัน ซึ่งอ่านซ้ำในรอบถัดมาแล้วได้เนื้อหาเดิม",
            "Published, but many pages changed at once; a second reading found the same content.",
        )
    if run.get("ended_early"):
        return Sentence(
            "attention",
            "เผยแพร่แล้ว แต่รอบนี้หยุดก่อนครบทุกหน้า ส่วนที่ดึงมาแล้วไม่สูญหาย",
            "Published, but the run stopped before its end; the fetched pages are kept.",
        )
    if not due:
        projects = data.totals.n_projects
        return Sentence(
            "good",
            f"เผยแพร่แล้วจากข้อมูลที่มีอยู่: {projects:,} โครงการ รอบนี้ไม่มีหน้าที่ต้องดึงใหม่",
            f"Published from the archived pages: {projects:,} project{'s' * (projects != 1)}; no page was due.",
        )
    if bad:
        return Sentence(
            "attention",
            f"เผยแพร่แล้ว แต่อ่านไม่ได้ {bad:,} หน้า จากที่ต้องดึง {due:,} หน้า",
            f"Published, but {bad:,} of {due:,} page{'s' * (due != 1)} due could not be read.",
        )
    return Sentence(
        "good",
        f"เรียบร้อยดี: อ่านได้ครบทั้ง {due:,} หน้าที่ต้องดึง และเผยแพร่แล้ว",
        f"All went well: {due:,} page{'s' * (due != 1)} due, all read, and the release is published.",
    )


def _fields(data: ReportData) -> list[Document]:
    """One row per field in page order, over all agencies."""
    ranges = {row.field: row for row in data.ranges}
    labels = {COLUMNS.get(label.field, label.field): label.text for label in LABELS}
    labels[COLUMNS[MONTH_FIELD]] = f"{MONTH_LABEL} 1–12"
    stated = {row.field: row for row in data.fields if row.agency_code is None}
    fields: list[Document] = []
    for name, label in labels.items():
        if name in stated:
            lowest, highest = (ranges[name].lowest, ranges[name].highest) if name in ranges else (None, None)
            row = {key: value for key, value in stated[name]._asdict().items() if key != "agency_code"}
            fields.append({**row, "label": label, "lowest": lowest, "highest": highest})
    return fields


def _difference(data: ReportData, previous: Path | None) -> Document | None:
    if previous is None or not data.is_compared:
        return None
    new = Counter(issue.code for issue in data.issues if issue.is_new)
    still = Counter(issue.code for issue in data.issues if not issue.is_new)
    resolved = Counter(issue.code for issue in data.resolved)
    return {
        "previous_run_id": previous.name,
        "n_new": new.total(),
        "n_still": still.total(),
        "n_gone": resolved.total(),
        "rules": [
            {"code": code, "n_new": new[code], "n_still": still[code], "n_gone": resolved[code]}
            for code in sorted(new.keys() | resolved.keys())
        ],
        "gone": _rows(data.resolved),
        "n_added": data.totals.n_added,
        "n_changed": len(data.changed),
        "changed": _rows(data.changed),
    }


def _runs(data: ReportData, run: Run, counts: Mapping[str, int]) -> list[Document]:
    """The last runs; the table has the state of the present run before its end, so its record is used instead."""
    runs: list[Document] = []
    for row in data.runs:
        said = row._asdict()
        if row.run_id == run.get("run_id"):
            said |= {f"n_{name}": counts.get(name, 0) for name in (*PAGE_OUTCOMES, "listed")}
            said["status"] = run.get("status")
        runs.append(said)
    return runs
