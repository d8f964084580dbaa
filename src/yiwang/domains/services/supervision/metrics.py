"""Metrics of S10: matters, acts, and how many of the matters were acted on this year."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, CountDistinct, Metric, among, standing, until, year

_MATTERS = Count(standing("s10.matter"))
_ACTED = CountDistinct(year("s10.act", among("matter_code", standing("s10.matter"))), "matter_code")

METRICS = (
    Metric(
        code="s10.acts",
        figure="F024",
        name_zh="监管行为数据",
        name_en="Supervision acts recorded",
        unit="条",
        numerator=Count(until("s10.act")),
    ),
    Metric(
        code="s10.matters",
        figure="F025",
        name_zh="监管事项总数",
        name_en="Supervision matters",
        unit="项",
        numerator=_MATTERS,
    ),
    Metric(
        code="s10.acted",
        figure="F026",
        name_zh="有监管行为事项",
        name_en="Supervision matters with an act this year",
        unit="项",
        numerator=_ACTED,
    ),
    Metric(
        code="s10.coverage",
        figure="F027",
        name_zh="监管事项覆盖率",
        name_en="Supervision coverage",
        unit="%",
        numerator=_ACTED,
        denominator=_MATTERS,
        percent=True,
        places=2,
    ),
)
