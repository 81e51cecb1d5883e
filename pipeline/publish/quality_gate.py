"""The quality gate: says whether a built release may become `latest`, and why not.

Judged is all that is new in the release compared with the one `latest` names, not the newest run alone: what was
refused stays refused, whatever runs in between, until the site is mended or somebody accepts it.

A rule refuses where its count and its share are both above the limit: the share finds a broken night on a site of any
size, the count lets a night with three pages pass. Limits are the settings' until enough nights were published; from
then on each share follows the nights before (median and MAD), between half and twice the setting.
"""

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.core.settings import GateSettings
from pipeline.publish.gate_measures import Measure, measure
from pipeline.publish.gate_messages import RULES, Limit, Reason, over_limit, rolled_back

# MAD of a normal distribution is its standard deviation divided by this.
_MAD_TO_SIGMA = 1.4826
_HISTORY = "history"


class GateDecision(NamedTuple):
    """Why a built release must not be published, nothing when it may; and the figures that were judged."""

    reasons: tuple[Reason, ...]
    measures: list[Measure]


def decide(
    release: Path, previous: Path | None, settings: GateSettings, *, withdrawn: str | None = None
) -> GateDecision:
    """Judge a built release by what is new in it.

    previous is the release that `latest` names, None for the first one; the nights before are in its quality.json.
    withdrawn is the release from which somebody rolled back to it.
    """
    history = read_history(previous)
    measures = measure(release, previous, tuple(RULES))
    taken_back = () if withdrawn is None or previous is None else (rolled_back(withdrawn, previous.name),)
    over = [
        over_limit(answer, limit)
        for answer in measures
        if is_over(answer, limit := limit_of(answer, history, settings))
    ]
    return GateDecision((*taken_back, *over), measures)


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
    values = settings.model_dump()
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
