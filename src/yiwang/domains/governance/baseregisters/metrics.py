"""Metrics of S21: the four base registers and the residence codes."""

from __future__ import annotations

from yiwang.kernel.metrics.extend import Count, CountDistinct, Metric, is_, standing, until

from .models import ROOM, STREET

_TASKS = Count(standing("s21.task"))
_DECLARED = CountDistinct(until("s21.declaration"), "task_no")

METRICS = (
    Metric(
        code="s21.addresses",
        figure="F079",
        name_zh="标准地址",
        name_en="Standard addresses",
        unit="条",
        numerator=Count(standing("s21.address")),
    ),
    Metric(
        code="s21.streets",
        figure="F080",
        name_zh="街路巷",
        name_en="Streets, roads and lanes",
        unit="条",
        numerator=Count(standing("s21.address", is_("level", STREET))),
    ),
    Metric(
        code="s21.rooms",
        figure="F081",
        name_zh="单元房屋",
        name_en="Unit rooms",
        unit="条",
        numerator=Count(standing("s21.address", is_("level", ROOM))),
    ),
    Metric(
        code="s21.houses",
        figure="F082",
        name_zh="实有房屋",
        name_en="Houses",
        unit="条",
        numerator=Count(standing("s21.house")),
    ),
    Metric(
        code="s21.residents",
        figure="F083",
        name_zh="实有人口",
        name_en="Population",
        unit="条",
        numerator=CountDistinct(standing("s21.resident"), "person_key"),
        note_zh="同一个人登记在两处的计一人。",
        note_en="A person who is registered at two places counts once.",
    ),
    Metric(
        code="s21.organisations",
        figure="F084",
        name_zh="实有单位",
        name_en="Organisations",
        unit="条",
        numerator=Count(standing("s21.organisation")),
    ),
    Metric(
        code="s21.tasks",
        figure="F085",
        name_zh="粤居码房屋任务",
        name_en="Residence-code house tasks",
        unit="套",
        numerator=_TASKS,
    ),
    Metric(
        code="s21.declared",
        figure="F086",
        name_zh="粤居码已申报",
        name_en="Residence-code tasks declared",
        unit="套",
        numerator=_DECLARED,
        note_zh="一套房屋多次申报计一套。",
        note_en="A task declared more than once counts once.",
    ),
    Metric(
        code="s21.declaration-rate",
        figure="F087",
        name_zh="粤居码申报率",
        name_en="Residence-code declaration rate",
        unit="%",
        numerator=_DECLARED,
        denominator=_TASKS,
        percent=True,
        places=2,
    ),
)
