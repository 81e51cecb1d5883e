"""The quality gate: says whether a built release may become `latest`, and why not.

It judges everything that is new compared with the release `latest` names, not only the newest run: refused data stays
refused, however many runs follow, until the site is corrected or a person accepts it.

A rule refuses where its count and its share are both above the limit: the share finds a broken night on a site of any
size, the count lets a night with three pages pass. The limits are those of the settings until enough nights were
published; then each share follows the nights before (median and MAD), between half and twice the setting.

One rule ends by itself: pages that changed all at once and say the same in a second run are published with a note.
Changes that reporting never makes (`values_rewritten`) have a rule of their own, which does not end by itself.
"""

import datetime as dt
import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.core.settings import GateSettings
from pipeline.publish.gate_measures import Measure, measure
from pipeline.publish.gate_messages import NOTES, RULES, Limit, Reason, over_limit, rolled_back

# MAD of a normal distribution is its standard deviation divided by this.
_MAD_TO_SIGMA = 1.4826
# Pages that fail remove no data from the tables, and pages that changed are read again: these rules end when such pages
# are few among many. Lost values stay lost, however many other pages are read later.
_MAY_THIN_OUT = frozenset({"pages_failed", "pages_changed"})


class Night(NamedTuple):
    """One night in the history of a release: what was measured, and whether a person accepted it."""

    finished_at: dt.datetime | None
    is_accepted: bool
    measures: list[Measure]


class GateDecision(NamedTuple):
    """The reasons against publishing (none when it may be), the notes to publish with it, and the figures judged."""

    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    measures: list[Measure]


def decide(
    release: Path,
    previous: Path | None,
    settings: GateSettings,
    *,
    withdrawn: str | None = None,
    refused: Path | None = None,
) -> GateDecision:
    """Judge a built release by what is new in it.

    Args:
        release: the built release.
        previous: the release that `latest` names, None for the first one; the nights before are in its quality.json.
        settings: the limits.
        withdrawn: the release from which a person rolled back to previous.
        refused: the last release that was refused since previous was published.
    """
    nights = read_nights(previous)
    history = [one for night in nights for one in night.measures]
    answers = measure(
        release,
        previous,
        (*RULES, *NOTES),
        volatile_fields=settings.volatile_fields,
        lost_since=_remembered_since(nights),
    )
    before = [
        one
        for night in read_nights(refused)[-1:]
        for one in night.measures
        if is_over(one, limit_of(one, history, settings))
    ]
    measures = [_not_thinned_out(answer, before) for answer in answers]
    over = {answer: limit for answer in measures if is_over(answer, limit := limit_of(answer, history, settings))}
    lost_at_once = {(answer.source_id, answer.field) for answer in over if answer.rule == "values_lost"}
    said = [
        (answer.rule, over_limit(answer, limit))
        for answer, limit in over.items()
        # A loss in one night is not reported a second time as a loss over several nights.
        if answer.rule != "values_lost_lately" or (answer.source_id, answer.field) not in lost_at_once
    ]
    taken_back = () if withdrawn is None or previous is None else (rolled_back(withdrawn, previous.name),)
    reasons = (*taken_back, *(reason for rule, reason in said if rule in RULES))
    # A refused release needs no note.
    notes = () if reasons else tuple(note for rule, note in said if rule in NOTES)
    return GateDecision(reasons, notes, measures)


def limit_of(answer: Measure, history: Sequence[Measure], settings: GateSettings) -> Limit:
    """The limit for a measure: the setting, or the band of the nights before where there are enough of them."""
    rule = "pages_changed" if answer.rule in NOTES else answer.rule
    count, share = limits(settings)[rule]
    shares = [
        night.share
        for night in history
        if (night.rule, night.source_id, night.field) == (rule, answer.source_id, answer.field) and night.total
    ]
    if len(shares) < max(settings.nights, 1):
        return Limit(rule, count, share, 0)
    middle = statistics.median(shares)
    spread = statistics.median(abs(one - middle) for one in shares) * _MAD_TO_SIGMA
    band = middle + settings.deviations * spread
    return Limit(rule, count, min(max(band, share / 2), share * 2, max(share, 0.95)), len(shares))


def is_over(answer: Measure, limit: Limit) -> bool:
    """Whether a measure breaks its limit."""
    return answer.n > limit.n and answer.share > limit.share


def limits(settings: GateSettings) -> Mapping[str, tuple[int, float]]:
    """Count and share that the settings allow, by rule."""
    values = settings.model_dump()
    return {rule: (int(values[f"{rule}_count"]), float(values[f"{rule}_share"])) for rule in RULES}


def read_nights(release: Path | None) -> list[Night]:
    """The nights up to a release, as its quality.json keeps them, the last one its own.

    A release without a readable report has none; the settings' own limits hold then.
    """
    if release is None:
        return []
    try:
        report = json.loads((release / "quality.json").read_text(encoding="utf-8"))
        return [
            Night(
                dt.datetime.fromisoformat(finished_at) if (finished_at := night.get("finished_at")) else None,
                bool(night.get("is_accepted")),
                [
                    Measure(row["rule"], row["source_id"], row["field"], row["n"], row["total"])
                    for row in night["measures"]
                ],
            )
            for night in report["history"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _remembered_since(nights: Sequence[Night]) -> dt.datetime | None:
    """The moment from which losses add up: the last accepted night, else the first known; None where none is known."""
    dated = [(night.finished_at, night.is_accepted) for night in nights if night.finished_at is not None]
    accepted = [finished_at for finished_at, is_accepted in dated if is_accepted]
    return max(accepted) if accepted else dated[0][0] if dated else None


def _not_thinned_out(answer: Measure, refused: Sequence[Measure]) -> Measure:
    """The measure with the total of when it was refused, if that was smaller: a loss among twenty pages must not end
    because a thousand other pages were read.
    """
    if answer.rule in _MAY_THIN_OUT:
        return answer
    key = (answer.rule, answer.source_id, answer.field)
    totals = [one.total for one in refused if (one.rule, one.source_id, one.field) == key]
    return answer._replace(total=max(answer.n, min([answer.total, *totals])))
