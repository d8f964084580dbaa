"""Recording what units report; what records say is filled in by :mod:`.computing`."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yiwang.domains.evaluation.planning.models import HandIn, HandInVersion, Indicator, IndicatorValue, PlanVersion
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.types import FigureEntry, HandInContent
from yiwang.kernel.orgs.api import Unit


@transaction.atomic
def record_value(
    version: PlanVersion,
    entry: FigureEntry,
    *,
    unit: Unit,
    actor: str,
    at: datetime,
    source: HandInVersion | None = None,
    synthetic: bool = False,
) -> IndicatorValue | None:
    """Keep a reported value; one that was known for the same day is superseded at ``at``, never changed.

    Returns the row that holds now; ``None`` where the entry has no value. A value that says nothing new adds no row.
    """
    if entry.value is None or entry.as_of is None:
        return None
    indicator = plans.indicator(version, entry.code)
    current = (
        IndicatorValue.objects.select_for_update(of=("self",))
        .filter(
            plan=version.plan,
            code=entry.code,
            as_of=entry.as_of,
            origin=Indicator.Origin.REPORTED,
            superseded_at__isnull=True,
        )
        .first()
    )
    if current is not None:
        if _said(current) == _said(entry):
            return current
        current.superseded_at = at
        current.save(update_fields=["superseded_at"])
    return IndicatorValue.objects.create(
        plan=version.plan,
        code=entry.code,
        as_of=entry.as_of,
        as_of_stated=entry.as_of_stated,
        is_target=indicator.kind == Indicator.TARGET,
        period_start=entry.period_start,
        value=entry.value,
        hedge=entry.hedge,
        unit=unit,
        evidence=entry.evidence,
        note=entry.note,
        hand_in_version=source,
        recorded_at=at,
        recorded_by=actor,
        synthetic=synthetic,
    )


def _said(row: IndicatorValue | FigureEntry) -> tuple[object, ...]:
    """What a report of a figure says: another source or note is news too."""
    return (row.value, row.hedge, row.period_start, row.as_of_stated, row.evidence, row.note)


def withdraw_values(hand_in: HandIn, content: HandInContent, *, at: datetime) -> int:
    """End at ``at`` the values of ``hand_in`` that ``content`` no longer gives: another date, or none. How many."""
    given = {(entry.code, entry.as_of) for entry in content.figures if entry.value is not None}
    rows = IndicatorValue.objects.filter(hand_in_version__hand_in=hand_in, superseded_at=None)
    gone = [row.pk for row in rows if (row.code, row.as_of) not in given]
    return IndicatorValue.objects.filter(pk__in=gone).update(superseded_at=at)
