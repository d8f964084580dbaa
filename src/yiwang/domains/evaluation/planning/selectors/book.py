"""The plan's figures as the metrics room tells them beside computed ones."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from yiwang.domains.evaluation.planning.models import Indicator
from yiwang.domains.evaluation.planning.selectors import handins, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.kernel.metrics.extend import Reported
from yiwang.lib.units import to_base


class PlanBook:
    """The plan that is evaluated: its figures' reported values, the last evaluated day, and their pages."""

    def reported(self, day: date, known_at: date | None) -> list[Reported]:
        """Every figure's value in its base unit, as units reported it for ``day``, as known at the end of another."""
        plan = plans.the_plan()
        if plan is None:
            return []
        rows = {row.code: row for row in plans.indicators(plans.version(plan))}
        found = []
        for code, value in values.reported_as_of(plan, day, known_at).items():
            if code in rows:
                quantity = to_base(value.value, rows[code].unit)
                name, unit = rows[code].name_zh, value.unit.path
                found.append(Reported(code, name, quantity.unit, quantity.value, value.as_of, unit))
        return found

    def day(self) -> date | None:
        """The cut-off of the last evaluated round."""
        plan = plans.the_plan()
        round_ = None if plan is None else handins.last_evaluated(plan)
        return None if round_ is None else round_.as_of

    def address(self, figure: str) -> str:
        """The figure's page, where the plan has it."""
        plan = plans.the_plan()
        known = plan is not None and Indicator.objects.filter(version__plan=plan, code=figure).exists()
        return reverse("s45:figure", args=[figure]) if known else ""
