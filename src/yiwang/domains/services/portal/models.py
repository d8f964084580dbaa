"""Records of S04 指尖应用: apps, who registered in them, targets of promotion, monthly activity (systems.md S04)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    CodeColumn,
    DateColumn,
    EventRecord,
    IntegerColumn,
    LinkColumn,
    PersonColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
    UsccColumn,
)
from yiwang.lib.identifiers import Fault

EXAMPLE_APP = "yss"


def cancelled_after(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Nobody leaves before having come."""
    if values["cancelled_on"] is not None and values["cancelled_on"] < values["occurred_on"]:
        yield RowFault(
            "cancelled_on",
            Fault("cancelled_early", "注销日期早于注册日期。", "The cancellation is earlier than the registration."),
        )


def first_of_month(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A month is written as its first day."""
    if values["occurred_on"].day != 1:
        yield RowFault(
            "occurred_on",
            Fault(
                "month_not_first", "月份应填该月 1 日，如 2023-06-01。", "Write a month as its first day: 2023-06-01."
            ),
        )


class App(StateRecord):
    """An app 应用 of the province, city or district, from the day it could be used here."""

    app_code = TextColumn(_("应用代码"), max_length=30, example=EXAMPLE_APP)
    name = TextColumn(_("应用名称"), max_length=60, example="粤省事")
    audience = CodeColumn(_("服务对象"), codes="app-audience")

    record = RecordOptions(
        key="app",
        name_en="Apps",
        title="name",
        code="app_code",
        columns=("app_code", "name", "audience", "unit_path", "valid_from", "valid_to"),
        search=("name", "app_code"),
        filters=("audience",),
        icon="device-mobile",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("应用")


class CitizenUser(EventRecord):
    """A person's real-name registration in an app 实名用户; who lives elsewhere may use it too."""

    app_code = LinkColumn(_("应用代码"), to="s04.app", max_length=30, example=EXAMPLE_APP)
    person_key = PersonColumn(_("公民身份号码"))
    channel = CodeColumn(_("注册渠道"), codes="app-channel")
    cancelled_on = DateColumn(_("注销日期"), null=True, blank=True)

    record = RecordOptions(
        key="citizen",
        name_en="Real-name users",
        title="app_code",
        columns=("occurred_on", "app_code", "person_key", "channel", "cancelled_on", "place"),
        search=("app_code",),
        filters=("app_code", "channel"),
        ends="cancelled_on",
        rules=(cancelled_after,),
        icon="user-check",
        help_zh="发生日期即实名注册日期；同一人在一个应用只有一条，来源编号填平台的用户编号。外地居民也可以注册，所在地不填。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("实名用户")


class EnterpriseUser(EventRecord):
    """An enterprise's registration in an app 企业用户."""

    app_code = LinkColumn(_("应用代码"), to="s04.app", max_length=30, example="yst")
    uscc = UsccColumn(_("统一社会信用代码"))
    name = TextColumn(_("企业名称"), max_length=200, example="演示商行")
    cancelled_on = DateColumn(_("注销日期"), null=True, blank=True)

    record = RecordOptions(
        key="enterprise",
        name_en="Registered enterprises",
        title="name",
        columns=("occurred_on", "app_code", "uscc", "name", "cancelled_on", "place"),
        search=("name", "uscc"),
        filters=("app_code",),
        ends="cancelled_on",
        rules=(cancelled_after,),
        icon="building-store",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("企业用户")


class PromotionTarget(StateRecord):
    """How many residents of a place should use an app by a day 推广目标; the place says whose it is."""

    app_code = LinkColumn(_("应用代码"), to="s04.app", max_length=30, example=EXAMPLE_APP)
    users = IntegerColumn(_("目标用户数"), least=1, unit="人")
    due_on = DateColumn(_("完成期限"))
    note = TextColumn(_("备注"), max_length=200, blank=True, default="")

    record = RecordOptions(
        key="target",
        name_en="Promotion targets",
        title="app_code",
        columns=("app_code", "users", "due_on", "note", "place", "unit_path", "valid_from"),
        search=("note", "app_code"),
        filters=("app_code",),
        icon="target",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("推广目标")


class MonthlyActivity(EventRecord):
    """Monthly active users of an app in a town 月活跃, as the platform delivers them."""

    app_code = LinkColumn(_("应用代码"), to="s04.app", max_length=30, example=EXAMPLE_APP)
    active = IntegerColumn(_("月活跃用户"), unit="人")

    record = RecordOptions(
        key="activity",
        name_en="Monthly activity of apps",
        title="app_code",
        columns=("occurred_on", "app_code", "active", "place", "unit_path"),
        search=("app_code",),
        filters=("app_code",),
        rules=(first_of_month,),
        example={"occurred_on": "2023-06-01"},
        icon="activity",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("应用月活跃")
