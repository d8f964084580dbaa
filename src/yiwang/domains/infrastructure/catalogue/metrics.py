"""Metrics of S40: data resources online, and those open to everybody."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, Metric, by_day, standing

METRICS = (
    Metric(
        code="s40.online",
        figure="F112",
        name_zh="上线数据资源",
        name_en="Data resources online",
        unit="项",
        numerator=Count(standing("s40.resource", by_day("published_on"))),
    ),
    Metric(
        code="s40.open",
        figure="F113",
        name_zh="开放数据资源",
        name_en="Open data resources",
        unit="项",
        numerator=Count(standing("s40.resource", by_day("opened_on"))),
    ),
)
