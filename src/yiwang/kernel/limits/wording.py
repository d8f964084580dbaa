"""Words for calendars, days and regions on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .types import Calendar

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CALENDAR_NAMES: Mapping[Calendar, _StrPromise] = {
    "working_day": _("工作日"),
    "natural_day": _("自然日"),
    "hour": _("小时"),
    "work_hour": _("工作时"),
    "none": _("非期限"),
}
MONTH_NAMES = (
    _("一月"), _("二月"), _("三月"), _("四月"), _("五月"), _("六月"), _("七月"), _("八月"), _("九月"), _("十月"),
    _("十一月"), _("十二月"),
)  # fmt: skip
WEEKDAY_NAMES = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
HOLIDAY_NAMES: Mapping[str, _StrPromise] = {
    "元旦": _("元旦"),
    "春节": _("春节"),
    "清明节": _("清明节"),
    "劳动节": _("劳动节"),
    "端午节": _("端午节"),
    "国庆节": _("国庆节"),
    "中秋节": _("中秋节"),
    "抗战胜利70周年纪念日": _("抗战胜利70周年纪念日"),
}


def holiday(name: str) -> str:
    """The holiday's name in the reader's language; one from a district's file as it is written there."""
    return str(HOLIDAY_NAMES.get(name, name))
