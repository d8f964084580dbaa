"""Metrics of S28: vessels, and what was decided against them this year."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, CountDistinct, Metric, Sum, given, is_, is_not, standing, year

# By the day of the decision: when the violation itself happened does not matter.
_DECIDED = year("s28.violation", given("decision_no"), day="handled_on")

METRICS = (
    Metric(
        code="s28.penalised",
        figure="F099",
        name_zh="查处违规渔船",
        name_en="Fishing vessels penalised this year",
        unit="艘",
        numerator=CountDistinct(_DECIDED, "vessel_no"),
    ),
    Metric(
        code="s28.fines",
        figure="F100",
        name_zh="行政处罚金额",
        name_en="Fines on fishing vessels this year",
        unit="元",
        numerator=Sum(_DECIDED, "penalty"),
    ),
    Metric(
        code="s28.township",
        figure="F101",
        name_zh="涉渔乡镇船舶",
        name_en="Township vessels",
        unit="艘",
        numerator=Count(standing("s28.vessel", is_not("kind", "state"))),
    ),
    Metric(
        code="s28.state",
        figure="F102",
        name_zh="国库渔船",
        name_en="State-registered fishing vessels",
        unit="艘",
        numerator=Count(standing("s28.vessel", is_("kind", "state"))),
    ),
)
