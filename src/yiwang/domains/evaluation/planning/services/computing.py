"""Filling a round's computed figures from the records 记录计算取数."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils import timezone

from yiwang.domains.evaluation.planning.models import Indicator, IndicatorValue, Round
from yiwang.domains.evaluation.planning.selectors.computed import computed_of, count
from yiwang.domains.evaluation.planning.services.locks import lock_open
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.lake import api as lake
from yiwang.kernel.metrics.api import Metric, Value
from yiwang.lib.problems import Problem
from yiwang.lib.units import from_base

# Who a value was recorded by that nobody typed.
COUNTED = "metrics"
# What the columns hold behind the point.
PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Filled:
    """What filling did: from which snapshot, how many figures it counted and how many of them were news.

    ``without`` are the codes for which nothing can be said (nothing to divide by); ``failed`` those that could not be
    counted, with the reason.
    """

    snapshot: str
    counted: int
    changed: int
    without: tuple[str, ...]
    failed: Mapping[str, Problem]


@transaction.atomic
def refill(round_: Round, *, actor: User) -> Filled:
    """:func:`fill` from the newest snapshot because the bureau asks. Problems of :func:`fill`, ``forbidden``."""
    access.require(actor, "s45.round", "manage")
    filled = fill(round_)
    audit.record(
        "round.filled",
        actor=actor.username,
        object_type="s45.round",
        object_id=str(round_.pk),
        detail={"snapshot": filled.snapshot, "changed": filled.changed, "failed": sorted(filled.failed)},
    )
    return filled


@transaction.atomic
def fill(
    round_: Round,
    *,
    at: datetime | None = None,
    known_on: date | None = None,
    snapshot: str = "",
    stamp: bool = False,
) -> Filled:
    """Count an open round's computed figures as of its date, as known at the end of ``known_on`` (default: all).

    From the newest snapshot, or the one named. A number that is no news adds no row, unless ``stamp`` wants every value
    to name this snapshot. What has no number any more, or is not computed any more, ends; what cannot be counted keeps
    the number that it had. Problems ``round_closed``, ``lake_empty``, ``snapshot_unknown``, ``known_later``.
    """
    round_ = lock_open(round_)
    wanted = computed_of(round_.plan_version)
    name = snapshot or lake.newest_name()
    if not wanted:
        return Filled("", 0, 0, (), {})
    if not name:
        raise lake.empty()
    told, failed = count([metric for _item, metric in wanted], round_.as_of, known_on, name)
    moment = at or timezone.now()
    current = {
        row.code: row
        for row in IndicatorValue.objects.select_for_update(of=("self",)).filter(
            plan=round_.plan_version.plan,
            as_of=round_.as_of,
            origin=Indicator.Origin.COMPUTED,
            superseded_at__isnull=True,
        )
    }
    changed, without, kept = 0, [], set(failed)
    for item, metric in wanted:
        if item.code in failed:
            continue
        row = _row(round_, item, metric, told[metric.code], name, moment)
        if row is None:
            without.append(item.code)
            continue
        kept.add(item.code)
        former = current.get(item.code)
        if former is not None and _said(former) == _said(row) and not (stamp and former.snapshot != name):
            continue
        if former is not None:
            _end(former, moment)
        row.save()
        changed += 1
    for code, former in current.items():
        if code not in kept:
            _end(former, moment)
            changed += 1
    return Filled(name, len(wanted) - len(failed), changed, tuple(without), failed)


def _row(
    round_: Round, item: Indicator, metric: Metric, value: Value, snapshot: str, moment: datetime
) -> IndicatorValue | None:
    if value.value is None:
        return None
    return IndicatorValue(
        plan=round_.plan_version.plan,
        code=item.code,
        origin=Indicator.Origin.COMPUTED,
        as_of=round_.as_of,
        value=_held(from_base(value.value, metric.unit, item.unit)),
        numerator=_held(value.numerator),
        denominator=None if value.denominator is None else _held(value.denominator),
        rows=value.rows,
        snapshot=snapshot,
        unit=item.lead_unit,
        recorded_at=moment,
        recorded_by=COUNTED,
    )


def _held(number: Decimal) -> Decimal:
    return number.quantize(PLACES, ROUND_HALF_UP)


def _said(row: IndicatorValue) -> tuple[object, ...]:
    return (row.value, row.numerator, row.denominator, row.rows, row.unit_id)


def _end(row: IndicatorValue, moment: datetime) -> None:
    row.superseded_at = moment
    row.save(update_fields=["superseded_at"])
