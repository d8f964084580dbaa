"""Records of S37 应用上云: systems, requests for cloud resources, steps of a move, daily use (domain.md §8.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.limits import api as limits
from yiwang.kernel.records.extend import (
    BooleanColumn,
    CodeColumn,
    DateColumn,
    DecimalColumn,
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

OWN = "own"


def not_in_own_room(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A new system stands in no machine room of its own, unless it is exempt (parameter ``cloud.new-own-room``)."""
    if values["hosting"] != OWN or values["exemption"]:
        return
    if any(limit.value == 0 for limit in limits.params(on=values["valid_from"], prefix="cloud.new-own-room")):
        yield RowFault(
            "hosting",
            Fault(
                "own_room_new",
                "新建系统不得自建机房部署：请改为政务云，或填写不上云情形和依据。",
                "A new system may not stand in an own machine room: choose a cloud or give an exemption.",
            ),
        )


def exemption_is_whole(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """What may stay outside the cloud has a basis and is not in the cloud."""
    if not values["exemption"]:
        return
    if not values["exemption_basis"]:
        yield RowFault(
            "exemption_basis",
            Fault("exemption_basis", "填了不上云情形，应写明依据。", "An exemption needs its basis."),
        )
    if values["hosting"] in ("city", "province"):
        yield RowFault(
            "exemption",
            Fault(
                "exempt_in_cloud", "已部署在政务云，不应再填不上云情形。", "In the cloud there is nothing to exempt."
            ),
        )


def granted_within_asked(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Nobody is granted more than was asked for."""
    for name, label in (("vcpu", "处理器核数"), ("memory", "内存"), ("storage", "存储")):
        granted = values[f"{name}_granted"]
        if granted is not None and granted > values[f"{name}_asked"]:
            yield RowFault(
                f"{name}_granted",
                Fault("granted_more", f"批准的{label}多于申请的。", f"More {name} granted than asked for."),
            )


def request_in_order(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Asked for, then approved, then opened; what is opened was granted."""
    approved, opened = values["approved_on"], values["opened_on"]
    if approved is not None and approved < values["occurred_on"]:
        yield RowFault(
            "approved_on",
            Fault("approved_early", "批准日期早于申请日期。", "The approval is earlier than the request."),
        )
    if opened is None:
        return
    if approved is None or opened < approved:
        yield RowFault(
            "opened_on",
            Fault(
                "opened_early",
                "开通应在批准之后，并填批准日期。",
                "Opening comes after the approval and needs its day.",
            ),
        )
    if any(values[f"{name}_granted"] is None for name in ("vcpu", "memory", "storage")):
        yield RowFault(
            "vcpu_granted",
            Fault("granted_missing", "已开通的应填批准的核数、内存和存储。", "What is opened needs what was granted."),
        )


def step_in_order(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A step is due and done after it began."""
    for name, zh in (("due_on", "计划完成日期"), ("done_on", "实际完成日期")):
        if values[name] is not None and values[name] < values["occurred_on"]:
            yield RowFault(
                name, Fault("step_early", f"{zh}早于开始日期。", "The day is earlier than the beginning of the step.")
            )


def at_most_hundred(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Shares in per cent do not exceed 100."""
    for name in ("cpu", "memory", "storage"):
        if values[name] > 100:
            yield RowFault(name, Fault("over_hundred", "利用率不能超过 100%。", "Use cannot exceed 100 %."))


class GovSystem(StateRecord):
    """A government information system 政务信息系统, in service from ``valid_from``; its unit is the owner.

    ``hosting`` is where it stood when it was registered; that it has moved since is said by its finished cutover.
    """

    system_code = TextColumn(_("系统编号"), max_length=30, example="XT-001")
    name = TextColumn(_("系统名称"), max_length=120, example="城区智慧教育管理系统")
    hosting = CodeColumn(_("最初部署位置"), codes="cloud-hosting")
    exemption = CodeColumn(_("不上云情形"), codes="cloud-exemption", blank=True, default="")
    exemption_basis = TextColumn(_("不上云依据"), max_length=300, blank=True, default="")
    level = CodeColumn(_("等级保护级别"), codes="cloud-level")
    zone = CodeColumn(_("网络区域"), codes="cloud-zone")
    users = IntegerColumn(_("用户数"), unit="人", default=0, blank=True)
    builder = TextColumn(_("承建单位"), max_length=100, blank=True, default="")
    valid_from = DateColumn(_("启用日期"))
    valid_to = DateColumn(_("停用日期"), null=True, blank=True, help_zh="自当日起停用；在用的留空")

    record = RecordOptions(
        key="system",
        name_en="Government systems",
        title="name",
        code="system_code",
        columns=("system_code", "name", "unit_path", "hosting", "exemption", "level", "valid_from", "valid_to"),
        search=("system_code", "name", "builder"),
        filters=("hosting", "exemption", "level", "zone"),
        rules=(not_in_own_room, exemption_is_whole),
        icon="server",
        help_zh="一个系统一行；迁移上云后不改最初部署位置，在迁移步骤中登记割接。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("政务信息系统")


class CloudRequest(EventRecord):
    """A request for cloud resources 云资源申请: the configuration that the system has once it is opened."""

    request_no = TextColumn(_("申请编号"), max_length=30, example="YZY-2023-001")
    system_code = LinkColumn(_("系统编号"), to="s37.system", max_length=30, example="XT-001")
    kind = CodeColumn(_("申请类别"), codes="cloud-request")
    vcpu_asked = IntegerColumn(_("申请核数"), unit="核")
    memory_asked = IntegerColumn(_("申请内存"), unit="GB")
    storage_asked = IntegerColumn(_("申请存储"), unit="GB")
    vcpu_granted = IntegerColumn(_("批准核数"), unit="核", null=True, blank=True)
    memory_granted = IntegerColumn(_("批准内存"), unit="GB", null=True, blank=True)
    storage_granted = IntegerColumn(_("批准存储"), unit="GB", null=True, blank=True)
    os = TextColumn(_("操作系统"), max_length=60, blank=True, default="")
    database = TextColumn(_("数据库"), max_length=60, blank=True, default="")
    ports = TextColumn(_("地址和端口"), max_length=200, blank=True, default="")
    backup = BooleanColumn(_("需要备份"), default=False, blank=True)
    security = TextColumn(_("安全服务"), max_length=200, blank=True, default="")
    months = IntegerColumn(_("使用期限"), least=1, most=120, unit="个月")
    contact_name = NameColumn(_("联系人"), blank=True, default="")
    contact_phone = MobileColumn(_("联系电话"), blank=True, default="")
    approved_on = DateColumn(_("批准日期"), null=True, blank=True)
    opened_on = DateColumn(_("开通日期"), null=True, blank=True)
    occurred_on = DateColumn(_("申请日期"))

    record = RecordOptions(
        key="request",
        name_en="Cloud requests",
        title="request_no",
        code="request_no",
        columns=("occurred_on", "request_no", "system_code", "kind", "vcpu_asked", "vcpu_granted", "opened_on"),
        search=("request_no", "system_code"),
        filters=("kind", "system_code"),
        rules=(granted_within_asked, request_in_order),
        icon="clipboard-list",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("云资源申请")


class MigrationStep(EventRecord):
    """A step of a system's move 迁移步骤, begun on ``occurred_on``, open until ``done_on``."""

    system_code = LinkColumn(_("系统编号"), to="s37.system", max_length=30, example="XT-001")
    stage = CodeColumn(_("迁移步骤"), codes="cloud-step")
    due_on = DateColumn(_("计划完成日期"))
    done_on = DateColumn(_("实际完成日期"), null=True, blank=True)
    note = TextColumn(_("步骤说明"), max_length=300, blank=True, default="")
    occurred_on = DateColumn(_("开始日期"))

    record = RecordOptions(
        key="step",
        name_en="Migration steps",
        title="system_code",
        columns=("occurred_on", "system_code", "stage", "due_on", "done_on", "note"),
        search=("system_code", "note"),
        filters=("stage", "system_code"),
        rules=(step_in_order,),
        icon="progress-check",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("迁移步骤")


class CloudUse(EventRecord):
    """A day's mean use of a system's cloud resources 云资源利用率日报, in per cent."""

    system_code = LinkColumn(_("系统编号"), to="s37.system", max_length=30, example="XT-001")
    cpu = DecimalColumn(_("处理器利用率"), max_digits=5, decimal_places=2, least=Decimal(0), unit="%")
    memory = DecimalColumn(_("内存利用率"), max_digits=5, decimal_places=2, least=Decimal(0), unit="%")
    storage = DecimalColumn(_("存储利用率"), max_digits=5, decimal_places=2, least=Decimal(0), unit="%")

    record = RecordOptions(
        key="use",
        name_en="Use of cloud resources",
        title="system_code",
        columns=("occurred_on", "system_code", "cpu", "memory", "storage"),
        search=("system_code",),
        filters=("system_code",),
        rules=(at_most_hundred,),
        icon="activity-heartbeat",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("云资源利用率")
