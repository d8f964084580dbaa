"""Records of S31 协同办公: units on the platform, their accounts, daily activity (domain.md §8.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    DateColumn,
    EventRecord,
    IntegerColumn,
    LinkColumn,
    MobileColumn,
    NameColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
)
from yiwang.lib.identifiers import Fault


def activated_after_opening(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """An account is activated after it was opened and before it is closed."""
    activated, closed = values["activated_on"], values.get("valid_to")
    if activated is None:
        return
    if activated < values["valid_from"] or (closed is not None and activated > closed):
        yield RowFault(
            "activated_on",
            Fault(
                "activation_outside",
                "激活日期应在开通之后（含当日）、停用之前。",
                "An account is activated after it was opened and before it is closed.",
            ),
        )


def not_more_than_all(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Of the accounts of a unit not more than all are active."""
    if values["active"] > values["accounts"]:
        yield RowFault(
            "active",
            Fault("active_more", "活跃账号数多于账号数。", "More accounts are active than there are."),
        )


class Member(StateRecord):
    """A unit on the platform 接入单位, from the day it was connected."""

    member_code = TextColumn(_("接入单位编号"), max_length=40, example="JR-001")
    name = TextColumn(_("单位名称"), max_length=100, example="区档案馆")
    liaison = NameColumn(_("联络员"), blank=True, default="")
    mobile = MobileColumn(_("联络员电话"), blank=True, default="")

    record = RecordOptions(
        key="member",
        name_en="Units on the platform",
        title="name",
        code="member_code",
        columns=("member_code", "name", "liaison", "unit_path", "valid_from", "valid_to"),
        search=("name", "member_code"),
        icon="building-community",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("接入单位")


class Account(StateRecord):
    """An account of a person in a unit 协同办公账号; ``valid_from`` is the day it was opened, activated or not."""

    account_no = TextColumn(_("账号编号"), max_length=40, example="ZH-00001")
    member_code = LinkColumn(_("接入单位编号"), to="s31.member", max_length=40, example="JR-001")
    name = NameColumn(_("姓名"))
    post = TextColumn(_("岗位"), max_length=60, blank=True, default="")
    activated_on = DateColumn(_("激活日期"), null=True, blank=True)

    record = RecordOptions(
        key="account",
        name_en="Accounts",
        title="account_no",
        code="account_no",
        columns=("account_no", "name", "post", "member_code", "activated_on", "valid_from", "valid_to"),
        search=("account_no", "post"),
        filters=("member_code",),
        rules=(activated_after_opening,),
        icon="user-circle",
        help_zh="生效日期即开通日期；调离、退休的填写失效日期。激活率的分母是当日在用的全部账号。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("协同办公账号")


class Activity(EventRecord):
    """A unit's working day on the platform 日活跃: its accounts, and how many of them were active."""

    member_code = LinkColumn(_("接入单位编号"), to="s31.member", max_length=40, example="JR-001")
    accounts = IntegerColumn(_("账号数"), most=100_000, unit="个")
    active = IntegerColumn(_("活跃账号数"), most=100_000, unit="个")

    record = RecordOptions(
        key="activity",
        name_en="Daily activity",
        title="member_code",
        columns=("occurred_on", "member_code", "accounts", "active", "unit_path"),
        search=("member_code",),
        filters=("member_code",),
        rules=(not_more_than_all,),
        icon="activity",
        help_zh="每个单位每个工作日一行；缺报的在每日通报中列出。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("协同办公日活跃")
