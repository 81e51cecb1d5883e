"""The quality gate: says whether a built release may become `latest`, and why not.

A rule refuses where its count and its share are both above the limit: the share finds a broken night on a site of any
size, the count lets a night with three pages pass. Limits are the settings' until enough nights were published; from
then on each share follows the nights before (median and MAD), between half and twice the setting.
"""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from pipeline.measures import Measure, measure
from pipeline.settings import GateSettings

# In the order in which reasons are given: what explains most stands first.
RULES = {
    "pages_of_wrong_kind": "pages asked for are no project pages",
    "pages_failed": "pages asked for gave no usable answer",
    "labels_unknown": "label/value rows of new pages have a label nobody knows",
    "labels_missing": "known labels are missing from new pages",
    "values_unreadable": "new pages have a value that cannot be read",
    "values_lost": "values of the last release are gone from pages read anew",
    "pages_missing": "known projects have no page any more",
    "projects_vanished": "listed projects of the last release vanished",
    "projects_lost": "projects of the last release are not in this one",
    "pages_changed": "known pages have other content than before",
}
# The same for the report, whose readers are no programmers.
RULES_TH = {
    "pages_of_wrong_kind": "หน้าที่ได้มาไม่ใช่หน้าโครงการ",
    "pages_failed": "ดึงหน้าไม่สำเร็จ",
    "labels_unknown": "ป้ายชื่อบนหน้าที่ไม่รู้จัก",
    "labels_missing": "ป้ายชื่อที่ควรมีหายไปจากหน้า",
    "values_unreadable": "ค่าในช่องอ่านไม่ได้",
    "values_lost": "ค่าที่เคยมีในชุดก่อนหน้าหายไป",
    "pages_missing": "ไม่พบหน้าของโครงการที่เคยมี",
    "projects_vanished": "โครงการหายไปเป็นจำนวนมาก",
    "projects_lost": "โครงการในชุดก่อนหน้าไม่อยู่ในชุดนี้",
    "pages_changed": "หน้าเปลี่ยนพร้อมกันเป็นจำนวนมาก",
}
# MAD of a normal distribution is its standard deviation divided by this.
_MAD_TO_SIGMA = 1.4826
_HISTORY = "history"


class Limit(NamedTuple):
    """What one rule allows: refused where count and share are both above. n_nights tells what the share rests on."""

    n: int
    share: float
    n_nights: int


def judge(release: Path, previous: Path | None, settings: GateSettings) -> tuple[str, ...]:
    """Why a built release must not be published, one line each; empty when it may.

    previous is the release published before, None for the first one; the nights before are in its quality.json.
    """
    history = read_history(previous)
    return tuple(
        _reason(answer, limit)
        for answer in measure(release, previous, tuple(RULES))
        if is_over(answer, limit := limit_of(answer, history, settings))
    )


def limit_of(answer: Measure, history: Sequence[Measure], settings: GateSettings) -> Limit:
    """The limit for a measure: the setting, or the band of the nights before where there are enough of them."""
    count, share = limits(settings)[answer.rule]
    shares = [
        night.share
        for night in history
        if (night.rule, night.source_id, night.field) == (answer.rule, answer.source_id, answer.field) and night.total
    ]
    if len(shares) < settings.nights:
        return Limit(count, share, 0)
    middle = statistics.median(shares)
    spread = statistics.median(abs(one - middle) for one in shares) * _MAD_TO_SIGMA
    band = middle + settings.deviations * spread
    return Limit(count, min(max(band, share / 2), share * 2, max(share, 0.95)), len(shares))


def is_over(answer: Measure, limit: Limit) -> bool:
    """Whether a measure breaks its limit."""
    return answer.n > limit.n and answer.share > limit.share


def limits(settings: GateSettings) -> Mapping[str, tuple[int, float]]:
    """Count and share that the settings allow, by rule."""
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {rule: (int(values[f"{rule}_count"]), float(values[f"{rule}_share"])) for rule in RULES}


def read_history(previous: Path | None) -> list[Measure]:
    """The measures of the nights published before, as the last release's quality.json keeps them."""
    if previous is None:
        return []
    try:
        report = json.loads((previous / "quality.json").read_text(encoding="utf-8"))
        return [
            Measure(row["rule"], row["source_id"], row["field"], row["n"], row["total"])
            for night in report[_HISTORY]
            for row in night["measures"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        # A release without a readable report has no history; the settings' own limits hold then.
        return []


def _reason(answer: Measure, limit: Limit) -> str:
    field = f"{answer.field}: " if answer.field else ""
    detail = f" ({_shortened(answer.detail)})" if answer.detail else ""
    basis = f"usual over {limit.n_nights} nights" if limit.n_nights else f"setting gate.{answer.rule}_share"
    return (
        f"{answer.rule}: {answer.source_id}: {field}{answer.n} of {answer.total} {RULES[answer.rule]}{detail}; "
        f"{answer.share:.1%}, allowed {limit.share:.1%} ({basis})"
    )


def _shortened(text: str, length: int = 120) -> str:
    """One line for a terminal or log: page text without control characters, cut to length."""
    printable = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return printable if len(printable) <= length else f"{printable[:length]}…"
