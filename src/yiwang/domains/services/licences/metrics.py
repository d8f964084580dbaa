"""Metrics of S06: types opened, licences issued and presented, matters that accept them."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, Metric, is_, standing, until

METRICS = (
    Metric(
        code="s06.issued",
        figure="F008",
        name_zh="累计签发电子证照",
        name_en="Electronic licences issued",
        unit="张",
        numerator=Count(until("s06.licence", day="issued_on")),
        note_zh="按颁发日期计，含存量补录和后来注销的。",
        note_en="By the day of issue, with stock entered later and those cancelled since.",
    ),
    Metric(
        code="s06.types",
        figure="F009",
        name_zh="区级电子证照目录",
        name_en="Licence types opened",
        unit="种",
        numerator=Count(standing("s06.type")),
    ),
    Metric(
        code="s06.matters",
        figure="F010",
        name_zh="启用用证的事项",
        name_en="Matters that accept licences",
        unit="项",
        numerator=Count(standing("s06.matter")),
    ),
    Metric(
        code="s06.presented",
        figure="F011",
        name_zh="累计用证",
        name_en="Licence presentations accepted",
        unit="次",
        numerator=Count(until("s06.presentation", is_("result", "accepted"))),
    ),
)
