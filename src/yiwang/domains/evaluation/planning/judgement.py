"""Judgement of indicators against time 时序进度判断 (domain.md §9.2). Pure functions; thresholds are data.

Progress is the share of the way from baseline to the plan's end target. What should have been reached by a date follows
the yearly targets where the plan has them (straight between year-ends), else a straight line over the plan's years.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

from yiwang.domains.evaluation.planning.types import IndicatorFacts, Judgement, Status, Target

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True)
class Thresholds:
    """Shares of expected progress that separate the classes; in force from ``effective_from``."""

    effective_from: date
    on_pace: Decimal
    basically: Decimal
    lagging: Decimal
    basis: str
    certainty: str


@cache
def all_thresholds() -> tuple[Thresholds, ...]:
    """Every dated set, oldest first, from ``judgement.toml``."""
    data = tomllib.loads((Path(__file__).parent / "judgement.toml").read_text(encoding="utf-8"))
    rows = [
        Thresholds(
            effective_from=row["effective_from"],
            on_pace=Decimal(row["on_pace"]),
            basically=Decimal(row["basically"]),
            lagging=Decimal(row["lagging"]),
            basis=row["basis"],
            certainty=row["certainty"],
        )
        for row in data["thresholds"]
    ]
    return tuple(sorted(rows, key=lambda row: row.effective_from))


def thresholds_on(day: date) -> Thresholds:
    """The set in force on ``day``; the oldest for days before it."""
    rows = all_thresholds()
    return next((row for row in reversed(rows) if row.effective_from <= day), rows[0])


def time_progress(starts_on: date, ends_on: date, as_of: date) -> Decimal:
    """Share of the plan's time that has passed 时序进度, from 0 to 1 (2021-01-01..2025-12-31 at 2023-06-30: 0.4986)."""
    share = Decimal((as_of - starts_on).days) / Decimal((ends_on - starts_on).days)
    return min(ONE, max(ZERO, share))


def judge(facts: IndicatorFacts, value: Decimal | None, as_of: date, thresholds: Thresholds) -> Judgement:
    """Judge ``value`` at ``as_of``. Guards: no target, no data, target equal to baseline, early completion, regress."""
    time = time_progress(facts.starts_on, facts.ends_on, as_of)
    if facts.is_fact or not facts.targets or facts.direction == "none":
        return Judgement(Status.FACT, None, None, time, False, "事实数据，不作进度判断", "A fact: not judged")
    if value is None:
        return Judgement(Status.NO_DATA, None, None, time, False, "没有填报数据，无法评价", "No data: cannot be judged")
    end = facts.targets[-1]
    base = base_of(facts)
    if facts.direction == "range":
        return _judge_range(facts, value, as_of, time)
    if base is None or end.value == base:
        return _judge_flat(facts, value, end, time)
    progress = (value - base) / (end.value - base)
    path = path_value(facts, base, as_of)
    expected = (path - base) / (end.value - base)
    return _classify(facts, progress, expected, as_of, time, thresholds)


def base_of(facts: IndicatorFacts) -> Decimal | None:
    """Where the way begins: nothing for what is counted up from zero, else the baseline."""
    return ZERO if facts.direction in {"cumulative", "milestone"} else facts.baseline


def interval_on(facts: IndicatorFacts, as_of: date) -> tuple[Decimal, Decimal]:
    """The lowest and highest value that a range indicator may have on ``as_of``."""
    target = next((t for t in facts.targets if t.year >= as_of.year), facts.targets[-1])
    return target.value, target.value if target.upper is None else target.upper


def path_value(facts: IndicatorFacts, base: Decimal, as_of: date) -> Decimal:
    """The value that the yearly targets (or the straight line) call for on ``as_of``."""
    points = [(facts.starts_on, base), *((date(t.year, 12, 31), t.value) for t in facts.targets)]
    for (left, low), (right, high) in pairwise(points):
        if as_of <= right:
            share = Decimal(max(0, (as_of - left).days)) / Decimal((right - left).days)
            return low + (high - low) * share
    return points[-1][1]


def _classify(
    facts: IndicatorFacts, progress: Decimal, expected: Decimal, as_of: date, time: Decimal, limits: Thresholds
) -> Judgement:
    shown, wanted = percent(progress), percent(expected)
    zh = f"完成目标的 {shown}%，时序应达 {wanted}%"
    en = f"{shown}% of the target reached, {wanted}% expected by now"
    if progress >= ONE:
        status = Status.AHEAD if as_of < facts.ends_on else Status.DONE
    elif progress < ZERO:
        status, zh, en = Status.REGRESSED, f"低于基期，倒退；{zh}", f"Below the baseline; {en}"
    elif expected <= ZERO or progress / expected >= limits.on_pace:
        status = Status.ON_PACE
    elif progress / expected >= limits.basically:
        status = Status.BASICALLY
    elif progress / expected >= limits.lagging:
        status = Status.LAGGING
    else:
        status = Status.SERIOUS
    behind = facts.nature == "binding" and progress < min(expected, ONE)
    return Judgement(status, progress, expected, time, behind, zh, en)


def _judge_flat(facts: IndicatorFacts, value: Decimal, end: Target, time: Decimal) -> Judgement:
    """Target equal to baseline (or no baseline): progress is undefined; met or not met."""
    met = value <= end.value if facts.direction == "down" else value >= end.value
    behind = facts.nature == "binding" and not met
    if met:
        return Judgement(
            Status.DONE, None, None, time, False, "已达标（无基期差，不计进度）", "Met; progress undefined"
        )
    zh = "未达标（无基期差，不计进度）"
    return Judgement(Status.LAGGING, None, None, time, behind, zh, "Not met; progress undefined")


def _judge_range(facts: IndicatorFacts, value: Decimal, as_of: date, time: Decimal) -> Judgement:
    """Inside the interval in force for the year: reached. Outside: lagging, with the distance."""
    low, high = interval_on(facts, as_of)
    if low <= value <= high:
        status = Status.ON_PACE if as_of < facts.ends_on else Status.DONE
        return Judgement(status, ONE, ONE, time, False, "在目标区间内", "Inside the target range")
    distance = low - value if value < low else value - high
    zh, en = f"超出目标区间 {distance.normalize():f}", f"{distance.normalize():f} outside the target range"
    return Judgement(Status.LAGGING, ZERO, ONE, time, facts.nature == "binding", zh, en)


def percent(share: Decimal) -> Decimal:
    """A share as a percentage with two decimals, half to even (GB/T 8170)."""
    return (share * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
