"""Records of S43 运营中心: services ordered, delivered and accepted; incidents; rules of operation (domain.md §8.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    CodeColumn,
    DateColumn,
    EventRecord,
    IntegerColumn,
    MomentColumn,
    MoneyColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
)
from yiwang.lib.clock import local_date
from yiwang.lib.identifiers import Fault


def service_in_order(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Ordered, then delivered, then accepted; what is accepted is there to be seen."""
    delivered, accepted = values["delivered_on"], values["accepted_on"]
    if delivered is not None and delivered < values["occurred_on"]:
        yield RowFault(
            "delivered_on",
            Fault("delivered_early", "交付日期早于下单日期。", "The delivery is earlier than the order."),
        )
    if accepted is None:
        return
    if delivered is None or accepted < delivered:
        yield RowFault(
            "accepted_on",
            Fault(
                "accepted_early",
                "验收应在交付之后，并填交付日期。",
                "Acceptance comes after the delivery and needs its day.",
            ),
        )
    if not values["deliverable"]:
        yield RowFault(
            "deliverable",
            Fault("deliverable_missing", "已验收的应写明成果。", "What is accepted needs its deliverable named."),
        )


def due_after_order(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Nothing is due before it was ordered."""
    if values["due_on"] < values["occurred_on"]:
        yield RowFault(
            "due_on", Fault("due_early", "约定交付日期早于下单日期。", "The day due is earlier than the order.")
        )


def incident_in_order(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """The moment lies on the day; what is restored was restored after it and says why it broke and what was done."""
    if local_date(values["occurred_at"]) != values["occurred_on"]:
        yield RowFault(
            "occurred_at",
            Fault("moment_other_day", "时间与发生日期不是同一天。", "The moment is not on the day of the event."),
        )
    if values["restored_at"] is None:
        return
    if values["restored_at"] < values["occurred_at"]:
        yield RowFault(
            "restored_at",
            Fault("restored_early", "恢复时间早于发生时间。", "The end is earlier than the beginning."),
        )
    if not values["cause"] or not values["solution"]:
        yield RowFault(
            "solution" if values["cause"] else "cause",
            Fault(
                "incident_unexplained",
                "已恢复的应填写原因和处理办法，供以后查用。",
                "What is restored needs its cause and what was done, for the next time.",
            ),
        )


class Service(EventRecord):
    """A service that a unit ordered of the operations centre 运营中心服务, on the client's unit.

    It counts as given from the day it was delivered: an order alone is a promise, and acceptance may wait for months.
    """

    service_no = TextColumn(_("服务编号"), max_length=40, example="FW-2023-001")
    kind = CodeColumn(_("服务类型"), codes="operations-service")
    project = TextColumn(_("项目或事项"), max_length=200, example="智慧社区平台立项方案咨询")
    due_on = DateColumn(_("约定交付日期"), example="2023-07-31")
    delivered_on = DateColumn(_("交付日期"), null=True, blank=True)
    deliverable = TextColumn(_("成果"), max_length=300, blank=True, default="")
    accepted_on = DateColumn(_("验收日期"), null=True, blank=True)
    fee = MoneyColumn(_("费用"), null=True, blank=True)
    rating = IntegerColumn(_("满意度"), least=1, most=5, null=True, blank=True, help_zh="委托单位评分，1 至 5 分")

    record = RecordOptions(
        key="service",
        name_en="Services of the centre",
        title="project",
        code="service_no",
        columns=("occurred_on", "service_no", "project", "kind", "due_on", "delivered_on", "accepted_on", "unit_path"),
        search=("service_no", "project", "deliverable"),
        filters=("kind",),
        rules=(service_in_order, due_after_order),
        icon="briefcase",
        help_zh="发生日期即下单日期，所属单位即委托单位；按交付日期计入服务次数。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("运营中心服务")


class Incident(EventRecord):
    """An incident in operation 运维事件, on the unit whose system it is; open until it is restored."""

    incident_no = TextColumn(_("事件编号"), max_length=40, example="SJ-20230601-01")
    system_name = TextColumn(_("系统名称"), max_length=100, example="民情地图平台")
    level = CodeColumn(_("事件级别"), codes="incident-level")
    occurred_at = MomentColumn(_("发生时间"), example="2023-06-30 09:00")
    symptom = TextColumn(_("现象"), max_length=300, example="页面打不开")
    restored_at = MomentColumn(_("恢复时间"), null=True, blank=True)
    cause = CodeColumn(_("原因"), codes="incident-cause", blank=True, default="")
    solution = TextColumn(_("处理办法"), max_length=500, blank=True, default="")

    record = RecordOptions(
        key="incident",
        name_en="Incidents",
        title="symptom",
        code="incident_no",
        columns=("occurred_at", "incident_no", "system_name", "level", "symptom", "cause", "restored_at", "unit_path"),
        search=("system_name", "symptom", "solution", "incident_no"),
        filters=("level", "cause"),
        rules=(incident_in_order,),
        example={"occurred_at": "2023-06-30 09:00"},
        icon="alert-triangle",
        help_zh="恢复后写明原因和处理办法，以后遇到同样的现象可以查到。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("运维事件")


class OperationRule(StateRecord):
    """A rule of operation 运维制度, with its edition, in force from ``valid_from``."""

    rule_no = TextColumn(_("文号"), max_length=60, example="运维〔2022〕1号")
    name = TextColumn(_("制度名称"), max_length=200, example="系统变更管理规定")
    summary = TextColumn(_("要点"), max_length=500, blank=True, default="")

    record = RecordOptions(
        key="rule",
        name_en="Rules of operation",
        title="name",
        code="rule_no",
        columns=("rule_no", "name", "unit_path", "valid_from", "valid_to"),
        search=("name", "rule_no", "summary"),
        icon="book",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("运维制度")
