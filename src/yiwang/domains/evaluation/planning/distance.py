"""How far behind an indicator is 差距, and whether it came nearer since an earlier round. Pure functions.

In percentage points it is what is expected by now less what is reached; in the indicator's own unit it is the value
that the path calls for less the value. Both are told only where they are defined.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from yiwang.domains.evaluation.planning.judgement import base_of, interval_on, path_value, percent
from yiwang.domains.evaluation.planning.types import IndicatorFacts, Judgement, Status

# Places of a called-for value where the indicator does not say how many it has.
PLACES = 2


class Turn(StrEnum):
    """How an indicator stands against an earlier round 与上轮相比."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True)
class Distance:
    """``points``: percentage points behind. ``called_for``: the value due by now. ``missing``: that less the value.

    ``missing`` is positive when more is needed, negative when the value must fall. ``None`` is not defined.
    """

    points: Decimal | None = None
    called_for: Decimal | None = None
    missing: Decimal | None = None


NOWHERE = Distance()
# From worst to best; whoever keeps pace is neither better nor worse for being far ahead.
_LEVELS = {Status.REGRESSED: 0, Status.SERIOUS: 1, Status.LAGGING: 2, Status.BASICALLY: 3}
_ON_PACE = 4


def distance(
    facts: IndicatorFacts, verdict: Judgement, value: Decimal | None, day: date, decimals: int | None = None
) -> Distance:
    """How far ``value`` is behind on ``day``, with ``decimals`` as the indicator is written.

    The value due is rounded to the side that is harder to reach: who makes up ``missing`` is on pace (33.3 services
    due and 30 there: 4 are missing), and due less value gives what is shown.
    """
    if value is None or not verdict.status.is_laggard:
        return NOWHERE
    points = None
    if facts.direction == "range":
        low, high = interval_on(facts, day)
        due = low if value < low else high
    else:
        base, end = base_of(facts), facts.targets[-1].value
        if base is None or base == end:
            due = end
        else:
            due = path_value(facts, base, day)
            if verdict.progress is not None and verdict.expected is not None:
                points = percent(verdict.expected) - percent(verdict.progress)
    step = Decimal(1).scaleb(-(PLACES if decimals is None else decimals))
    due = due.quantize(step, rounding=ROUND_CEILING if due > value else ROUND_FLOOR)
    return Distance(points, due, due - value)


def turn(before: Status, now: Status) -> Turn | None:
    """Better or worse by class; ``None`` where one of both could not be judged."""
    if {before, now} & {Status.NO_DATA, Status.FACT}:
        return None
    old, new = _LEVELS.get(before, _ON_PACE), _LEVELS.get(now, _ON_PACE)
    return Turn.SAME if old == new else Turn.BETTER if new > old else Turn.WORSE
