"""Metrics of S05: machines, what was done at them and for whom."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, CountDistinct, Metric, is_, standing, until

_KIOSKS = Count(standing("s05.kiosk"))
_DONE = until("s05.transaction", is_("result", "done"))

METRICS = (
    Metric(
        code="s05.kiosks",
        figure="F004",
        name_zh="自助机",
        name_en="Self-service kiosks in service",
        unit="部",
        numerator=_KIOSKS,
    ),
    Metric(
        code="s05.transactions",
        figure="F005",
        name_zh="自助机累计办结业务",
        name_en="Kiosk transactions completed",
        unit="笔",
        numerator=Count(_DONE),
    ),
    Metric(
        code="s05.per-kiosk",
        figure="F006",
        name_zh="台均业务量",
        name_en="Transactions per kiosk",
        unit="笔/台",
        numerator=Count(_DONE),
        denominator=_KIOSKS,
        places=2,
    ),
    Metric(
        code="s05.persons",
        figure="F007",
        name_zh="自助机服务群众",
        name_en="Persons served by kiosks",
        unit="人",
        numerator=CountDistinct(_DONE, "person_key"),
        note_zh="同一个人多次办理计一人；没有登记身份的不计。",
        note_en="A person counts once; transactions without a person are left out.",
    ),
)
