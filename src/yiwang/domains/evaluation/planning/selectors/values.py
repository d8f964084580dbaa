"""Values of figures as of a date, as known on a date, and their judgement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from yiwang.domains.evaluation.planning.judgement import judge, thresholds_on
from yiwang.domains.evaluation.planning.models import Indicator, IndicatorValue, Plan, PlanVersion
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.types import Judgement, Status
from yiwang.lib.clock import end_of_day


@dataclass(frozen=True)
class Judged:
    """An indicator with the value that counts and what it is worth."""

    indicator: Indicator
    value: IndicatorValue | None
    judgement: Judgement


@dataclass(frozen=True)
class Coverage:
    """How much of the plan could be judged, and how much of it is computed; counts and weights."""

    indicators: int
    judged: int
    weight: Decimal
    judged_weight: Decimal
    facts: int
    facts_known: int
    computed: int

    @property
    def share(self) -> Decimal | None:
        """Judged weight over all weight; ``None`` for a plan without indicators."""
        return self.judged_weight / self.weight if self.weight else None


def known(plan: Plan, known_at: datetime | None) -> QuerySet[IndicatorValue]:
    """Values as the system knew them at ``known_at`` (default: now)."""
    rows = IndicatorValue.objects.filter(plan=plan).select_related("unit")
    if known_at is None:
        return rows.filter(superseded_at__isnull=True)
    return rows.filter(
        Q(superseded_at__isnull=True) | Q(superseded_at__gte=known_at),
        recorded_at__lt=known_at,
    )


def values_as_of(
    plan: Plan, as_of: date, known_on: date | None = None, codes: Iterable[str] | None = None
) -> dict[str, IndicatorValue]:
    """The newest value of every figure that counts for ``as_of``, as known at the end of ``known_on``."""
    rows = known(plan, None if known_on is None else end_of_day(known_on)).filter(
        Q(as_of__lte=as_of) | Q(is_target=True)
    )
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    return {row.code: row for row in rows.order_by("code", "-as_of", "-recorded_at").distinct("code")}


def history(plan: Plan, code: str) -> QuerySet[IndicatorValue]:
    """Every value of a figure that was ever recorded, corrected ones included, newest first."""
    rows = IndicatorValue.objects.filter(plan=plan, code=code).select_related("unit", "hand_in_version__hand_in")
    return rows.order_by("-as_of", "-recorded_at")


def judge_all(version: PlanVersion, as_of: date, known_on: date | None = None) -> list[Judged]:
    """Every indicator and fact of ``version`` with its value and judgement as of a date."""
    return judge_rows(plans.indicators(version), version.plan, as_of, known_on)


def judge_rows(rows: Iterable[Indicator], plan: Plan, as_of: date, known_on: date | None = None) -> list[Judged]:
    """``rows`` with their values and judgements as of a date, in two queries.

    A value that counts for an earlier day is judged against that day, not against ``as_of``.
    """
    chosen = list(rows)
    values = values_as_of(plan, as_of, known_on, [row.code for row in chosen])
    limits = thresholds_on(as_of)
    found = []
    for row in chosen:
        value = values.get(row.code)
        day = value.as_of if value is not None else as_of
        verdict = judge(plans.facts_of(row), None if value is None else value.value, day, limits)
        found.append(Judged(row, value, verdict))
    return found


def coverage(judged: Iterable[Judged]) -> Coverage:
    """Counts over ``judged``: indicators without data lower the coverage and change no other weight."""
    rows = list(judged)
    indicators = [row for row in rows if row.judgement.status is not Status.FACT]
    with_data = [row for row in indicators if row.judgement.status is not Status.NO_DATA]
    facts = [row for row in rows if row.judgement.status is Status.FACT]
    return Coverage(
        indicators=len(indicators),
        judged=len(with_data),
        weight=sum((row.indicator.weight for row in indicators), Decimal(0)),
        judged_weight=sum((row.indicator.weight for row in with_data), Decimal(0)),
        facts=len(facts),
        facts_known=sum(1 for row in facts if row.value is not None),
        computed=sum(1 for row in rows if row.indicator.origin == Indicator.Origin.COMPUTED),
    )
