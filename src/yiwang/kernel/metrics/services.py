"""Publishing metrics that officials composed. A version is never changed; each is audited with its reason."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem
from yiwang.lib.units import digits

from . import definitions, results
from .models import ComposedMetric, ComposedVersion
from .types import Metric

LONGEST_REASON = 200


@transaction.atomic
def publish(
    actor: User,
    metric: Metric,
    *,
    reason: str,
    tried_on: date,
    composed: ComposedMetric | None = None,
    at: datetime | None = None,
) -> ComposedVersion:
    """A new metric, or a new version of ``composed``, with its value as of ``tried_on`` as the author saw it.

    Problems ``forbidden``, ``reason_missing``, ``definition_same``, ``metric_retired``, and those of
    :func:`results.told`.
    """
    access.require(actor, "metrics.metric", "compose")
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise Problem(
            "reason_missing",
            f"请填写发布说明，不超过 {LONGEST_REASON} 字：为什么设这个指标，或为什么修改。",
            f"Say why, in at most {LONGEST_REASON} characters: why there is this metric, or why it changes.",
            field="reason",
        )
    value = results.told([metric], [tried_on]).value(metric, tried_on)
    moment = at or timezone.now()
    if composed is None:
        if actor.unit is None:
            raise access.forbidden()
        composed = ComposedMetric.objects.create(unit=actor.unit, created_at=moment, created_by=actor.username)
    else:
        composed = ComposedMetric.objects.select_for_update().get(pk=composed.pk)
        if composed.retired_at is not None:
            raise Problem(
                "metric_retired",
                "这个指标已停用，不能再发布新版。请先恢复。",
                "The metric is retired; restore it before publishing a version.",
                status=409,
            )
        last = composed.versions.order_by("-number").first()
        named = (metric.name_zh, metric.name_en, definitions.to_json(metric))
        if last is not None and (last.name_zh, last.name_en, last.definition) == named:
            raise Problem(
                "definition_same",
                f"与第 {last.number} 版完全相同，没有可发布的修改。",
                f"It is the same as version {last.number}: there is nothing to publish.",
                status=409,
            )
    version = ComposedVersion.objects.create(
        metric=composed,
        number=(composed.versions.aggregate(top=Max("number"))["top"] or 0) + 1,
        name_zh=metric.name_zh,
        name_en=metric.name_en,
        definition=definitions.to_json(metric),
        reason=reason,
        published_at=moment,
        published_by=actor.username,
        tried_on=tried_on,
        result={
            "value": None if value.value is None else f"{value.value:f}",
            "numerator": digits(value.numerator),
            "denominator": None if value.denominator is None else digits(value.denominator),
            "rows": value.rows,
        },
    )
    audit.record(
        "metric.published",
        actor=actor.username,
        object_type="metrics.metric",
        object_id=composed.code,
        detail={"version": version.number, "reason": reason, "expression": definitions.expression(metric)},
    )
    return version


@transaction.atomic
def retire(actor: User, composed: ComposedMetric, *, retired: bool, at: datetime | None = None) -> None:
    """Take an official's metric out of the list, or bring it back; its versions and results stay."""
    access.require(actor, "metrics.metric", "compose")
    composed = ComposedMetric.objects.select_for_update().get(pk=composed.pk)
    if (composed.retired_at is not None) == retired:
        return
    composed.retired_at = (at or timezone.now()) if retired else None
    composed.retired_by = actor.username if retired else ""
    composed.save(update_fields=["retired_at", "retired_by"])
    audit.record(
        "metric.retired" if retired else "metric.restored",
        actor=actor.username,
        object_type="metrics.metric",
        object_id=composed.code,
    )
