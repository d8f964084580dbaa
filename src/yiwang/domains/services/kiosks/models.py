"""Records of S05 自助机: the machines, what was done on them, their days on the network, their faults."""

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
    MomentColumn,
    PersonColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
)
from yiwang.lib.clock import local_date
from yiwang.lib.identifiers import Fault


def same_day(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """The moment of an event lies on its day."""
    moment, day = values.get("occurred_at"), values.get("occurred_on")
    if moment is not None and day is not None and local_date(moment) != day:
        yield RowFault(
            "occurred_at",
            Fault("moment_other_day", "时间与发生日期不是同一天。", "The moment is not on the day of the event."),
        )


def repaired_after(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A repair follows its fault."""
    if values.get("repaired_on") is not None and values["repaired_on"] < values["occurred_on"]:
        yield RowFault(
            "repaired_on", Fault("repair_early", "修复日期早于故障日期。", "The repair is earlier than the fault.")
        )


class Kiosk(StateRecord):
    """A self-service kiosk 政务服务自助机 (粤智助), in service from ``valid_from`` until ``valid_to``.

    Place types after domain.md §1.5: town hall, village, bank branch.
    """

    device_no = TextColumn(_("设备编号"), max_length=30, example="ZZJ-001")
    name = TextColumn(_("设备名称"), max_length=80, example="新港街道政务服务自助机")
    place_type = CodeColumn(_("安放场所"), codes="kiosk-place")
    address = TextColumn(_("安放地址"), max_length=200, blank=True, default="")
    maker = TextColumn(_("厂商"), max_length=60, blank=True, default="")
    matters = IntegerColumn(_("可办事项数"), unit="项", default=0, blank=True)

    record = RecordOptions(
        key="kiosk",
        name_en="Kiosks",
        title="name",
        code="device_no",
        columns=("device_no", "name", "place_type", "place", "matters", "valid_from", "valid_to"),
        search=("device_no", "name", "address"),
        filters=("place_type",),
        icon="device-desktop",
        help_zh="每台自助机一行；停用时填写终止日期，不要删除。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("自助机")


class Transaction(EventRecord):
    """A matter done at a kiosk 自助机办件; ``person_key`` is whoever was identified by the reader of identity cards."""

    device_no = LinkColumn(_("设备编号"), to="s05.kiosk", max_length=30, example="ZZJ-001")
    occurred_at = MomentColumn(_("办理时间"), null=True, blank=True)
    matter_code = TextColumn(_("事项编码"), max_length=31, blank=True, default="")
    matter_name = TextColumn(_("事项名称"), max_length=120, example="社保参保证明打印")
    person_key = PersonColumn(_("办事人身份号码"), null=True, blank=True)
    result = CodeColumn(_("办理结果"), codes="kiosk-result")

    record = RecordOptions(
        key="transaction",
        name_en="Kiosk transactions",
        title="matter_name",
        columns=("occurred_on", "device_no", "matter_name", "person_key", "result", "place"),
        search=("matter_name", "device_no"),
        filters=("device_no", "result"),
        rules=(same_day,),
        icon="receipt",
        help_zh="每办理一笔一行；来源编号填自助机流水号，重复导入不会重复计数。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("自助机办件")


class KioskDay(EventRecord):
    """A kiosk's day on the network 自助机在线日报: minutes with a heartbeat; no row, nothing heard that day."""

    device_no = LinkColumn(_("设备编号"), to="s05.kiosk", max_length=30, example="ZZJ-001")
    online_minutes = IntegerColumn(_("在线时长"), most=1440, unit="分钟")
    paper_left = IntegerColumn(_("余纸"), most=100000, unit="张", null=True, blank=True)

    record = RecordOptions(
        key="day",
        name_en="Kiosk days",
        title="device_no",
        columns=("occurred_on", "device_no", "online_minutes", "paper_left", "place"),
        search=("device_no",),
        filters=("device_no",),
        icon="activity-heartbeat",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("自助机在线日报")


class KioskFault(EventRecord):
    """A fault of a kiosk 自助机故障, open until ``repaired_on``."""

    device_no = LinkColumn(_("设备编号"), to="s05.kiosk", max_length=30, example="ZZJ-001")
    kind = CodeColumn(_("故障类型"), codes="kiosk-fault")
    description = TextColumn(_("故障说明"), max_length=300, blank=True, default="")
    repaired_on = DateColumn(_("修复日期"), null=True, blank=True)

    record = RecordOptions(
        key="fault",
        name_en="Kiosk faults",
        title="description",
        columns=("occurred_on", "device_no", "kind", "description", "repaired_on", "place"),
        search=("description", "device_no"),
        filters=("kind", "device_no"),
        rules=(repaired_after,),
        icon="alert-triangle",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("自助机故障")
