"""How often a page is edited, by what its visits found, and how long it is left for that.

A visit ends the wait of every edit that it finds. Where edits come at any time, that wait grows with the rate of edits
and with the square of the time since the last visit; requests that each end as much of it are spent where a page is
left for a time that goes with the root of the time between its edits. Azar et al., "Tractable near-optimal policies for
crawling", PNAS 2018, show what a visit is worth; Cho and Garcia-Molina, "Estimating frequency of change", ACM TOIT
2003, how a rate is estimated from visits that see no more than that something changed. The figures are tuned on
invented edits (benchmarks/schedule/edit_process.py), where a half or the double of each made little difference.
"""

import math
from typing import NamedTuple

_MONTH_DAYS = 30.0
# What a page is taken to have shown before its first visit: one edit in so many days.
_OPEN_DAYS, _ENDED_DAYS = 20.0, 90.0


class Watched(NamedTuple):
    """What the visits of one page found, in counts and days.

    n_visits are those that could have found an edit, n_edited those that did. watched_days lie between the first visit
    and the last, quiet_days between the last edit that was found and the last visit. has_ended tells projects that are
    finished or of a past year: what they saw before says nothing of the edits to come.
    """

    n_visits: int = 0
    n_edited: int = 0
    watched_days: float = 0.0
    quiet_days: float = 0.0
    has_ended: bool = False


def edits_a_day(watched: Watched) -> float:
    """Estimate the rate of edits, above 0 for whatever counts and times a wrong clock may leave."""
    if watched.has_ended:
        return 1 / (_ENDED_DAYS + max(0.0, watched.quiet_days))
    n = max(0, watched.n_visits)
    n_same = n - min(max(0, watched.n_edited), n)
    # More than n_edited: a visit that finds an edit may have missed others before it.
    n_edits = n * math.log((n + 0.5) / (n_same + 0.5))
    return (1 + n_edits) / (_OPEN_DAYS + max(0.0, watched.watched_days))


def days_between_visits(rate: float, monthly_days: float) -> float:
    """How long a page with this rate of edits a day is left, when one edited monthly is left for monthly_days."""
    return monthly_days / math.sqrt(rate * _MONTH_DAYS)


def chance_of_edit(rate: float, days: float) -> float:
    """The chance that a page was edited in so many days."""
    return -math.expm1(-rate * max(0.0, days))
