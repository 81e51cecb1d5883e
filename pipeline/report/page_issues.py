"""Packs the open issues for the page: columns instead of rows, each text once, compressed, as base64."""

import base64
import gzip
import json
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.core.text import show_command, web_address
from pipeline.report.data import AgencyState, Entry, FieldState, Rule

# The whole page is to stay below 5 MB; the rest of it takes about 1.
MAX_PACKED_BYTES = 3_600_000
# A raw value longer than this is cut on the page; `bma-projects show` has all of it.
MAX_RAW = 1_000


class Packed(NamedTuple):
    """Base64 text for the page and how many of the entries it holds."""

    text: str
    n_entries: int


def pack(
    entries: Sequence[Entry],
    rules: Sequence[Rule],
    agencies: Sequence[AgencyState],
    fields: Sequence[FieldState],
    *,
    has_previous: bool,
) -> Packed:
    """Pack as many entries as fit; where not all do, every kind of issue keeps the same share of its own."""
    share = 1.0
    while True:
        chosen = _some_of_each(entries, share)
        columns = _columns(chosen, rules, agencies, fields) | {"hasPrevious": has_previous}
        content = json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        packed = base64.b64encode(gzip.compress(content, compresslevel=6, mtime=0))
        if len(packed) <= MAX_PACKED_BYTES or not chosen:
            return Packed(packed.decode("ascii"), len(chosen))
        # Size follows the number of entries nearly in proportion, so the second try fits as a rule.
        share *= 0.97 * MAX_PACKED_BYTES / len(packed)


def _some_of_each(entries: Sequence[Entry], share: float) -> list[Entry]:
    if share == 1.0:
        return list(entries)
    totals: dict[str, int] = {}
    for entry in entries:
        totals[entry.code] = totals.get(entry.code, 0) + 1
    kept: dict[str, int] = {}
    chosen = []
    for entry in entries:
        if kept.get(entry.code, 0) < share * totals[entry.code]:
            kept[entry.code] = kept.get(entry.code, 0) + 1
            chosen.append(entry)
    return chosen


def _columns(
    entries: Sequence[Entry], rules: Sequence[Rule], agencies: Sequence[AgencyState], fields: Sequence[FieldState]
) -> dict[str, object]:
    texts: dict[str | None, int] = {}
    projects: dict[tuple[str, str | None], int] = {}
    project_rows: list[list[object]] = []
    codes = {rule.code: index for index, rule in enumerate(rules)}

    def text(value: str | None) -> int:
        return texts.setdefault(value, len(texts))

    def project(entry: Entry) -> int:
        key = (entry.source_id, entry.project_id)
        if key not in projects:
            projects[key] = len(projects)
            project_rows.append(
                [
                    entry.source_id,
                    entry.project_id,
                    entry.name,
                    entry.agency_code,
                    entry.fiscal_year_be,
                    web_address(entry.url),
                    entry.is_invented,
                    show_command(entry.project_id, entry.source_id) if entry.project_id else None,
                ]
            )
        return projects[key]

    def cut(raw: str | None) -> str | None:
        return raw if raw is None or len(raw) <= MAX_RAW else f"{raw[:MAX_RAW]}…"

    columns: dict[str, object] = {
        "code": [codes[entry.code] for entry in entries],
        "project": [project(entry) for entry in entries],
        "label": [text(entry.label) for entry in entries],
        "ordinal": [entry.ordinal for entry in entries],
        "raw": [text(cut(entry.raw)) for entry in entries],
        "message": [text(entry.message) for entry in entries],
        "seen": [text(entry.first_seen_at) for entry in entries],
        "isNew": [int(entry.is_new) for entry in entries],
    }
    return {
        "entries": columns,
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
        "agencies": [[agency.agency_code, agency.agency] for agency in agencies],
        "fields": [list(field) for field in fields if field.agency_code],
    }
