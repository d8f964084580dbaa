"""Which figures are counted from records, and by which metric 记录计算的指标."""

from __future__ import annotations

from yiwang.domains.evaluation.planning.models import Indicator, PlanVersion
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.metrics.api import Metric


def metric_of(item: Indicator) -> Metric | None:
    """The metric that answers a figure of origin *computed*: the one that names its code; ``None`` for any other."""
    if item.origin != Indicator.Origin.COMPUTED:
        return None
    return next((metric for metric in metrics.metrics() if metric.figure == item.code), None)


def computed_of(version: PlanVersion) -> list[tuple[Indicator, Metric]]:
    """Every figure of a plan version that records answer, with its metric."""
    rows = plans.indicators(version).filter(origin=Indicator.Origin.COMPUTED)
    return [(row, metric) for row in rows if (metric := metric_of(row)) is not None]
