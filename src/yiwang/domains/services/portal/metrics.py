"""Metrics of S04: registered users of the apps who have not left."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, Metric, is_, standing

METRICS = (
    Metric(
        code="s04.citizens",
        figure="F002",
        name_zh="粤省事实名注册用户",
        name_en="Verified users of the citizens' app",
        unit="人",
        numerator=Count(standing("s04.citizen", is_("app_code", "yss"))),
    ),
    Metric(
        code="s04.enterprises",
        figure="F003",
        name_zh="粤商通注册企业",
        name_en="Enterprises registered with the enterprises' app",
        unit="个",
        numerator=Count(standing("s04.enterprise", is_("app_code", "yst"))),
    ),
)
