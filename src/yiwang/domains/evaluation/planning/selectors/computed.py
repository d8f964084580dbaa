"""Which figures are counted from records, and by which metric 记录计算的指标."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from yiwang.domains.evaluation.planning.models import Indicator, PlanVersion
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.metrics.api import Metric, Value
from yiwang.lib.problems import Problem


def metric_of(item: Indicator) -> Metric | None:
    """The metric that answers a figure of origin *computed*: the one that names its code; ``None`` for any other."""
    if item.origin != Indicator.Origin.COMPUTED:
        return None
    return next((metric for metric in metrics.metrics() if metric.figure == item.code), None)


def computed_of(version: PlanVersion) -> list[tuple[Indicator, Metric]]:
    """Every figure of a plan version that records answer, with its metric."""
    rows = plans.indicators(version).filter(origin=Indicator.Origin.COMPUTED)
    return [(row, metric) for row in rows if (metric := metric_of(row)) is not None]


def count(
    wanted: Sequence[Metric], day: date, known_on: date | None, snapshot: str
) -> tuple[dict[str, Value], dict[str, Problem]]:
    """Values by metric from the named snapshot, and by figure the problems of those that it cannot answer.

    Problems ``snapshot_unknown``, ``known_later``.
    """
    try:
        found = metrics.told(wanted, [day], known_on, snapshot=snapshot)
    except Problem as problem:
        if problem.code != "lake_lacks":
            raise
        if len(wanted) == 1:
            return {}, {wanted[0].figure: problem}
        # One column that is gone must not keep forty figures from being counted.
        told: dict[str, Value] = {}
        failed: dict[str, Problem] = {}
        for metric in wanted:
            values, problems = count([metric], day, known_on, snapshot)
            told |= values
            failed |= problems
        return told, failed
    return {metric.code: found.value(metric, day) for metric in wanted}, {}
