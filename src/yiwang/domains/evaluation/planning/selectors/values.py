"""Values of figures as of a date, as known on a date, and their judgement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from yiwang.domains.evaluation.planning import relations
from yiwang.domains.evaluation.planning.judgement import judge, thresholds_on
from yiwang.domains.evaluation.planning.models import Indicator, IndicatorValue, Plan, PlanVersion, Round
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.types import FigureEntry, Judgement, Status
from yiwang.lib.clock import end_of_day

# The end of a day, or a moment.
Known = date | datetime | None


@dataclass(frozen=True)
class Judged:
    """An indicator with the value that counts and what it is worth.

    ``reported`` is what the unit itself reported, where ``value`` was counted from records.
    """

    indicator: Indicator
    value: IndicatorValue | None
    judgement: Judgement
    reported: IndicatorValue | None = None

    @property
    def is_computed(self) -> bool:
        """Whether the value that counts was counted from records."""
        return self.value is not None and self.value.is_computed

    @property
    def origin_text(self) -> str:
        """Where the value that counts comes from; without one, where it should."""
        return str(Indicator.Origin(self.indicator.origin if self.value is None else self.value.origin).label)

    @property
    def is_disputed(self) -> bool:
        """Whether the unit reported another number for the same day than the records say 与记录计算不一致."""
        return disputed(self.indicator, self.value, self.reported)


def disputed(item: Indicator, value: IndicatorValue | None, reported: IndicatorValue | FigureEntry | None) -> bool:
    """Whether ``reported`` is another number than the computed ``value`` for the same day, at the printed precision."""
    if value is None or not value.is_computed or reported is None or reported.value is None:
        return False
    if reported.as_of != value.as_of:
        return False
    return not relations.agrees(value.value, reported.value, item.decimals)


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


def known(plan: Plan, at: Known) -> QuerySet[IndicatorValue]:
    """Values as the system knew them at the end of a day or at a moment (default: now)."""
    rows = IndicatorValue.objects.filter(plan=plan).select_related("unit")
    if at is None:
        return rows.filter(superseded_at__isnull=True)
    if isinstance(at, datetime):
        return rows.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=at), recorded_at__lte=at)
    after = end_of_day(at)
    return rows.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gte=after), recorded_at__lt=after)


def values_as_of(
    plan: Plan, as_of: date, known_at: Known = None, codes: Iterable[str] | None = None
) -> dict[str, IndicatorValue]:
    """The newest value of every figure that counts for ``as_of``; of one day what records say before what a unit says.

    As known at the end of a day or at a moment (:data:`Known`).
    """
    return {row.code: row for row in _newest(plan, as_of, known_at, codes).order_by(*_ORDER).distinct("code")}


def reported_as_of(
    plan: Plan, as_of: date, known_at: Known = None, codes: Iterable[str] | None = None
) -> dict[str, IndicatorValue]:
    """The newest value of every figure that units themselves reported for ``as_of``."""
    rows = _newest(plan, as_of, known_at, codes).filter(origin=Indicator.Origin.REPORTED)
    return {row.code: row for row in rows.order_by(*_ORDER).distinct("code")}


def computed_of_round(round_: Round, codes: Iterable[str]) -> dict[str, IndicatorValue]:
    """What records say of these figures for the round's date, by code."""
    rows = known(round_.plan_version.plan, round_.closed_at).filter(
        code__in=list(codes), as_of=round_.as_of, origin=Indicator.Origin.COMPUTED
    )
    return {row.code: row for row in rows}


# "computed" comes before "reported".
_ORDER = ("code", "-as_of", "origin", "-recorded_at")


def _newest(plan: Plan, as_of: date, known_at: Known, codes: Iterable[str] | None) -> QuerySet[IndicatorValue]:
    rows = known(plan, known_at).filter(Q(as_of__lte=as_of) | Q(is_target=True))
    return rows if codes is None else rows.filter(code__in=list(codes))


def history(plan: Plan, code: str) -> QuerySet[IndicatorValue]:
    """Every value of a figure that was ever recorded, corrected ones included, newest first."""
    rows = IndicatorValue.objects.filter(plan=plan, code=code).select_related("unit", "hand_in_version__hand_in")
    return rows.order_by("-as_of", "-recorded_at")


def judge_all(version: PlanVersion, as_of: date, known_at: Known = None) -> list[Judged]:
    """Every indicator and fact of ``version`` with its value and judgement as of a date."""
    return judge_rows(plans.indicators(version), version.plan, as_of, known_at)


def judge_round(round_: Round) -> list[Judged]:
    """Every indicator and fact of a round as of its date: a closed round's as it was known when it was closed."""
    return judge_all(round_.plan_version, round_.as_of, round_.closed_at)


def judge_rows(rows: Iterable[Indicator], plan: Plan, as_of: date, known_at: Known = None) -> list[Judged]:
    """``rows`` with their values and judgements as of a date, in three queries.

    A value that counts for an earlier day is judged against that day, not against ``as_of``.
    """
    chosen = list(rows)
    values = values_as_of(plan, as_of, known_at, [row.code for row in chosen])
    computed = [code for code, value in values.items() if value.is_computed]
    reported = reported_as_of(plan, as_of, known_at, computed) if computed else {}
    limits = thresholds_on(as_of)
    found = []
    for row in chosen:
        value = values.get(row.code)
        day = value.as_of if value is not None else as_of
        verdict = judge(plans.facts_of(row), None if value is None else value.value, day, limits)
        found.append(Judged(row, value, verdict, reported.get(row.code)))
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
        computed=sum(1 for row in rows if row.is_computed),
    )
