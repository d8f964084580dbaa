"""How figures, states and judgements are worded. Pure; pages, the API and the report all use it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from yiwang.domains.evaluation.planning.models import Indicator, IndicatorValue
from yiwang.domains.evaluation.planning.types import FigureEntry, Status, TaskStatus
from yiwang.lib.quantities import format_value

STATUS_TEXT = {
    Status.AHEAD: gettext_lazy("提前完成"),
    Status.DONE: pgettext_lazy("indicator", "已完成"),
    Status.ON_PACE: gettext_lazy("达到时序"),
    Status.BASICALLY: gettext_lazy("基本达到"),
    Status.LAGGING: gettext_lazy("滞后"),
    Status.SERIOUS: gettext_lazy("严重滞后"),
    Status.REGRESSED: gettext_lazy("倒退"),
    Status.NO_DATA: gettext_lazy("无法评价"),
    Status.FACT: gettext_lazy("事实数据"),
}
STATUS_TONE = {
    Status.AHEAD: "ok",
    Status.DONE: "ok",
    Status.ON_PACE: "ok",
    Status.BASICALLY: "info",
    Status.LAGGING: "warn",
    Status.SERIOUS: "danger",
    Status.REGRESSED: "danger",
    Status.NO_DATA: "muted",
    Status.FACT: "muted",
}
TASK_TEXT = {
    TaskStatus.DONE: gettext_lazy("已完成"),
    TaskStatus.CONTINUOUS: gettext_lazy("长期坚持"),
    TaskStatus.ON_TRACK: gettext_lazy("进展顺利"),
    TaskStatus.SLOW: gettext_lazy("进展缓慢"),
    TaskStatus.NOT_STARTED: gettext_lazy("未启动"),
    TaskStatus.STALLED: gettext_lazy("停滞"),
    TaskStatus.TO_CANCEL: gettext_lazy("建议取消或调整"),
}
TASK_TONE = {
    TaskStatus.DONE: "ok",
    TaskStatus.CONTINUOUS: "ok",
    TaskStatus.ON_TRACK: "ok",
    TaskStatus.SLOW: "warn",
    TaskStatus.NOT_STARTED: "danger",
    TaskStatus.STALLED: "danger",
    TaskStatus.TO_CANCEL: "muted",
}
STATE_TONE = {"asked": "muted", "draft": "info", "submitted": "info", "returned": "warn", "accepted": "ok"}


def tidy(value: Decimal) -> Decimal:
    """``value`` without the zeros that the database's fixed scale adds behind the point."""
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


def value_text(indicator: Indicator, value: IndicatorValue | FigureEntry | None) -> str:
    """A figure as it stands in a sentence: 45122笔, 约299000人; 〔缺数〕 where there is none."""
    if value is None or value.value is None:
        return _("〔缺数〕")
    return format_value(tidy(value.value), indicator.unit, indicator.decimals, value.hedge)


def target_text(indicator: Indicator) -> str:
    """The end target with its year: 2025年 90%; a dash where there is none."""
    targets = list(indicator.targets.all())
    if not targets:
        return "—"
    last = targets[-1]
    low = format_value(tidy(last.value), indicator.unit, indicator.decimals)
    high = "" if last.upper is None else f"–{format_value(tidy(last.upper), indicator.unit, indicator.decimals)}"
    return _("%(year)s年 %(value)s") % {"year": last.year, "value": f"{low}{high}"}
