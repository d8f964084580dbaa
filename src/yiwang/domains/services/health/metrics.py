"""Metrics of S15: medical e-bills issued, and how many a month."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, CountDistinct, Metric, is_, until

_ISSUED = until("s15.bill", is_("state", "issued"))

METRICS = (
    Metric(
        code="s15.bills",
        figure="F056",
        name_zh="医疗电子票据",
        name_en="Medical e-bills issued",
        unit="份",
        numerator=Count(_ISSUED),
    ),
    Metric(
        code="s15.per-month",
        figure="F057",
        name_zh="月均开票",
        name_en="Medical e-bills a month",
        unit="份/月",
        numerator=Count(_ISSUED),
        denominator=CountDistinct(_ISSUED, "occurred_on", months=True),
        note_zh="除以开过票的日历月数，首月不满一个月的也算一个月。",
        note_en="Divided by the calendar months in which bills were issued, a first month of one day with them.",
    ),
)
