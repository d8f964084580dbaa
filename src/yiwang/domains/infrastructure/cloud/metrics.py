"""Metrics of S37: systems that moved to the cloud, and those that have to."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, CountDistinct, Metric, is_, not_among, standing, until

_MOVED = until("s37.step", is_("stage", "cutover"), day="done_on")

METRICS = (
    Metric(
        code="s37.moved",
        figure="F108",
        name_zh="已上云系统",
        name_en="Systems moved to the cloud",
        unit="个",
        numerator=CountDistinct(_MOVED, "system_code"),
    ),
    Metric(
        code="s37.to-move",
        figure="F109",
        name_zh="待上云系统",
        name_en="Systems still to move",
        unit="个",
        numerator=Count(
            standing("s37.system", is_("hosting", "own"), is_("exemption", ""), not_among("system_code", _MOVED))
        ),
    ),
)
