"""Metrics of S43: services of the operations centre that were delivered, by kind."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, Metric, is_, until

METRICS = (
    Metric(
        code="s43.consulting",
        figure="F115",
        name_zh="咨询服务",
        name_en="Consulting services delivered",
        unit="次",
        numerator=Count(until("s43.service", is_("kind", "consulting"), day="delivered_on")),
    ),
    Metric(
        code="s43.supervision",
        figure="F116",
        name_zh="监理服务",
        name_en="Supervision services delivered",
        unit="次",
        numerator=Count(until("s43.service", is_("kind", "supervision"), day="delivered_on")),
    ),
    Metric(
        code="s43.assessment",
        figure="F117",
        name_zh="测评服务",
        name_en="Assessment services delivered",
        unit="次",
        numerator=Count(until("s43.service", is_("kind", "assessment"), day="delivered_on")),
    ),
)
