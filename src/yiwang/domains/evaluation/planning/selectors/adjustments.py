"""Adjustments of the plan as a reader may see them."""

from __future__ import annotations

from django.db.models import QuerySet

from yiwang.domains.evaluation.planning.models import Adjustment, Plan, Task
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.lib.problems import Problem


def adjustments(user: User, plan: Plan) -> QuerySet[Adjustment]:
    """Adjustments of a plan that ``user`` may see, newest first."""
    rows = Adjustment.objects.filter(plan=plan).select_related("unit", "plan", "resulting_version")
    return access.limit(rows, user, "s45.adjustment", "view").order_by("-number")


def adjustment(user: User, plan: Plan, number: int) -> Adjustment:
    """One adjustment; Problem ``adjustment_unknown`` (404) for what is not the reader's."""
    found = adjustments(user, plan).filter(number=number).first()
    if found is None:
        raise Problem(
            "adjustment_unknown",
            f"没有第 {number} 项调整建议，或它不属于您的单位。",
            f"There is no adjustment {number} that you may see.",
            status=404,
        )
    return found


def proposable_tasks(user: User, plan: Plan) -> list[Task]:
    """Tasks of the newest version that ``user`` may propose to change."""
    rows = plans.tasks(plans.version(plan))
    return list(access.limit(rows, user, "s45.adjustment", "propose", unit_path_field="lead_unit__path"))
