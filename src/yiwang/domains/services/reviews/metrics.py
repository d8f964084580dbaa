"""Metrics of S07: reviews received, and what those of the month say on average."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from yiwang.kernel.metrics.extend import Count, Metric, Sum, is_, month, until

from . import selectors

_GIVEN = month("s07.review", is_("is_default", False))


def _scores(day: date) -> dict[str, Decimal]:
    """What each grade counts on the day, by the parameters in force."""
    return {grade: param.value for grade, param in selectors.score_map(day).items()}


METRICS = (
    Metric(
        code="s07.reviews",
        figure="F012",
        name_zh="累计政务服务评价",
        name_en="Reviews of services received",
        unit="笔",
        numerator=Count(until("s07.review")),
    ),
    Metric(
        code="s07.score",
        figure="F013",
        name_zh="当月服务质量平均分",
        name_en="Average score of the month",
        unit="分",
        numerator=Sum(_GIVEN, "grade", _scores),
        denominator=Count(_GIVEN),
        places=1,
        note_zh="默认评价不计入；各等级分值按当日有效的参数。",
        note_en="Defaults are left out; grades count by the parameters in force on the day.",
    ),
)
