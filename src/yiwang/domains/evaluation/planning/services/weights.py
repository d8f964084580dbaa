"""Recording weights that experts gave the indicators 专家权重."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from yiwang.domains.evaluation.planning.models import Plan, WeightSet
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

# A weight as officials write it: at most three places, below a million.
TOP, PLACES = Decimal(1_000_000), 3


@transaction.atomic
def record(
    plan: Plan,
    weights: Mapping[str, Decimal],
    *,
    method: str,
    source: str,
    effective_on: date,
    actor: User,
    at: datetime | None = None,
) -> WeightSet:
    """Keep a set for all indicators of the newest version. Problems ``weights_*``; nothing is kept then."""
    access.require(actor, "s45.composite", "weigh")
    wanted = [row.code for row in plans.indicators(plans.version(plan)) if not row.is_fact]
    _check(wanted, weights)
    if not source.strip():
        raise Problem(
            "weights_source",
            "请写明权重的来源：哪些专家、何时、以什么方式确定。",
            "Say where the weights come from: which experts, when, how.",
            field="source",
        )
    if not plan.starts_on <= effective_on <= plan.ends_on:
        raise Problem(
            "weights_date",
            f"启用日期 {effective_on} 不在规划期 {plan.starts_on} 至 {plan.ends_on} 内。",
            f"The date {effective_on} is outside the plan ({plan.starts_on} to {plan.ends_on}).",
            field="effective_on",
        )
    found = WeightSet.objects.create(
        plan=plan,
        method=WeightSet.Method(method),
        source=source.strip(),
        effective_on=effective_on,
        weights={code: str(weights[code]) for code in wanted},
        recorded_at=at or timezone.now(),
        recorded_by=actor.username,
    )
    audit.record(
        "weights.recorded",
        actor=actor.username,
        object_type="s45.weights",
        object_id=str(found.pk),
        detail={"method": method, "effective_on": str(effective_on), "indicators": len(wanted)},
    )
    return found


@transaction.atomic
def withdraw(row: WeightSet, *, actor: User, at: datetime | None = None) -> WeightSet:
    """Take a set out of use; rounds that were closed while it counted keep it. Problem ``weights_withdrawn``."""
    access.require(actor, "s45.composite", "weigh")
    row = WeightSet.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.withdrawn_at is not None:
        raise Problem("weights_withdrawn", "这套权重已经停用。", "The weights are withdrawn already.", status=409)
    row.withdrawn_at = at or timezone.now()
    row.withdrawn_by = actor.username
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    audit.record("weights.withdrawn", actor=actor.username, object_type="s45.weights", object_id=str(row.pk))
    return row


def _check(wanted: list[str], weights: Mapping[str, Decimal]) -> None:
    missing = [code for code in wanted if code not in weights]
    if missing:
        raise Problem(
            "weights_incomplete",
            f"还有 {len(missing)} 项指标没有权重（{'、'.join(missing[:10])}）；不计入得分的请填 0。",
            f"{len(missing)} indicators have no weight ({', '.join(missing[:10])}); write 0 for what shall not count.",
            field=f"weight-{missing[0]}",
            indicators=missing,
        )
    unknown = sorted(set(weights) - set(wanted))
    if unknown:
        raise Problem(
            "weights_unknown",
            f"规划现行版本没有这些考核指标：{'、'.join(unknown[:10])}。",
            f"The plan has no such indicators: {', '.join(unknown[:10])}.",
            indicators=unknown,
        )
    for code in wanted:
        value = weights[code]
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -PLACES or not 0 <= value < TOP:
            raise Problem(
                "weights_value",
                f"{code} 的权重“{value}”无效，请填 0 至 999999 的数，最多三位小数。",
                f'{code}: the weight "{value}" is not a number from 0 to 999999 with at most three places.',
                field=f"weight-{code}",
            )
    if not any(weights[code] for code in wanted):
        raise Problem(
            "weights_nothing",
            "全部权重都是 0，无法计分。",
            "All weights are 0; nothing could be scored.",
            field=f"weight-{wanted[0]}" if wanted else "",
        )
