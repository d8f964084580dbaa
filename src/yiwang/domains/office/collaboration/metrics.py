"""Metrics of S31: units connected, accounts activated."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, Metric, among, by_day, standing

_ACCOUNTS = standing("s31.account", among("member_code", standing("s31.member")))
_ACTIVATED = standing("s31.account", among("member_code", standing("s31.member")), by_day("activated_on"))

METRICS = (
    Metric(
        code="s31.units",
        figure="F105",
        name_zh="接入单位",
        name_en="Units on the platform",
        unit="个",
        numerator=Count(standing("s31.member")),
    ),
    Metric(
        code="s31.activated",
        figure="F106",
        name_zh="实名注册用户",
        name_en="Activated accounts",
        unit="人",
        numerator=Count(_ACTIVATED),
    ),
    Metric(
        code="s31.activation",
        figure="F107",
        name_zh="激活率",
        name_en="Activation rate",
        unit="%",
        numerator=Count(_ACTIVATED),
        denominator=Count(_ACCOUNTS),
        percent=True,
        places=2,
        note_zh="分母是接入单位当日在用的全部账号。",
        note_en="Of all accounts in use that day in units that are connected.",
    ),
)
