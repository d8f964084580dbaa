"""Records of S28 数字渔业: vessels, their days at sea, checks of silent ones, violations and fines (domain.md §5.8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    CodeColumn,
    DateColumn,
    DecimalColumn,
    EventRecord,
    HolderNameColumn,
    IntegerColumn,
    LinkColumn,
    MobileColumn,
    MoneyColumn,
    PatternColumn,
    PersonColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
    UsccColumn,
)
from yiwang.lib.identifiers import Fault

EXAMPLE_VESSEL = "粤汕城渔00001"
_MMSI = re.compile(r"41[234][0-9]{6}", re.ASCII)


def mmsi_fault(text: str) -> Fault | None:
    """Why ``text`` is no MMSI (水上移动业务标识码) of a Chinese vessel, or None: nine digits after 412, 413 or 414."""
    if _MMSI.fullmatch(text):
        return None
    return Fault(
        "mmsi_form",
        "水上移动业务标识码（MMSI）应为 9 位数字，以 412、413 或 414 开头。",
        "The MMSI of a Chinese vessel has nine digits and begins with 412, 413 or 414.",
    )


def one_owner(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A vessel belongs to a person (an id) or an organisation (a credit code), never to both or to nobody."""
    if (values.get("owner_key") is None) == (not values.get("owner_uscc")):
        yield RowFault(
            "owner_key",
            Fault(
                "owner_unclear",
                "船主身份号码与船主单位统一社会信用代码应填且只填一项。",
                "Give either the owner's citizen id or the credit code, and only one of them.",
            ),
        )


def papers_in_order(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A licence's last day needs the licence's number; an inspection holds until after the day it was made on."""
    if values.get("licence_to") is not None and not values.get("licence_no"):
        yield RowFault(
            "licence_no",
            Fault(
                "licence_number_missing",
                "填写了捕捞许可证有效期，还应填写许可证编号。",
                "A last day of the licence is given: give the number of the licence too.",
            ),
        )
    made, until = values.get("inspected_on"), values.get("inspection_to")
    if made is not None and until is not None and until <= made:
        yield RowFault(
            "inspection_to",
            Fault(
                "inspection_ends_early",
                "检验证书有效期应晚于检验日期。",
                "An inspection holds until a day after the one it was made on.",
            ),
        )


def handled_after(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A violation is not handled before it happened."""
    if values.get("handled_on") is not None and values["handled_on"] < values["occurred_on"]:
        yield RowFault(
            "handled_on",
            Fault("handled_early", "处理日期早于发生日期。", "It was handled before it happened."),
        )


def decided(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A fine stands in a decision, and a decision has its day. Nothing here computes what a fine should be."""
    if values.get("penalty") is not None and not values.get("decision_no"):
        yield RowFault(
            "decision_no",
            Fault(
                "decision_missing",
                "填写了罚款金额，还应填写处罚决定书文号。",
                "A fine is given: give the number of the decision that imposes it.",
            ),
        )
    if values.get("decision_no") and values.get("handled_on") is None:
        yield RowFault(
            "handled_on",
            Fault(
                "decision_undated",
                "填写了处罚决定书文号，还应填写作出决定的日期。",
                "A decision is given: give the day on which it was made.",
            ),
        )


class Vessel(StateRecord):
    """A fishing vessel on the district's books from ``valid_from`` on: state-registered 国库渔船 or of a town 乡镇船舶.

    ``licence_to`` and ``inspection_to`` are last days, as the certificates print them.
    """

    vessel_no = TextColumn(_("船名号"), max_length=30, example=EXAMPLE_VESSEL)
    kind = CodeColumn(_("船舶类别"), codes="vessel-kind")
    work = CodeColumn(_("作业方式"), codes="vessel-work", blank=True, default="")
    mmsi = PatternColumn(
        _("MMSI"), fault_of=mmsi_fault, max_length=9, blank=True, default="", example="412000001",
        help_zh="水上移动业务标识码；没有船位终端的留空",
    )  # fmt: skip
    owner_name = HolderNameColumn(_("船主"), max_length=120)
    owner_key = PersonColumn(_("船主身份号码"), null=True, blank=True)
    owner_uscc = UsccColumn(_("船主单位统一社会信用代码"), blank=True, default="")
    mobile = MobileColumn(_("联系电话"), blank=True, default="")
    length = DecimalColumn(_("船长"), max_digits=6, unit="米", null=True, blank=True)
    power = DecimalColumn(_("主机功率"), max_digits=8, unit="千瓦", null=True, blank=True)
    port = CodeColumn(_("停泊港"), codes="fishing-port")
    licence_no = TextColumn(_("捕捞许可证编号"), max_length=60, blank=True, default="")
    licence_to = DateColumn(_("捕捞许可证有效期至"), null=True, blank=True, help_zh="含当日")
    inspected_on = DateColumn(_("最近检验日期"), null=True, blank=True)
    inspection_to = DateColumn(_("检验证书有效期至"), null=True, blank=True, help_zh="含当日")

    record = RecordOptions(
        key="vessel",
        name_en="Fishing vessels",
        title="vessel_no",
        code="vessel_no",
        columns=("vessel_no", "kind", "owner_name", "port", "licence_to", "inspection_to", "place", "valid_to"),
        search=("vessel_no", "mmsi"),
        filters=("kind", "port", "work"),
        rules=(one_owner, papers_in_order),
        example={"owner_uscc": ""},
        icon="ship",
        help_zh="每艘在册渔船一行；拆解、灭失、转出的填写终止日期，不要删除。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("渔船")


class Position(EventRecord):
    """What the terminal of a vessel told on one day 船位日报; no row, nothing was heard that day.

    The track itself comes with the receiver of AIS; this is what a watch officer reads of a day.
    """

    vessel_no = LinkColumn(_("船名号"), to="s28.vessel", max_length=30, example=EXAMPLE_VESSEL)
    last_heard = IntegerColumn(
        _("最后收到信号"), most=1439, unit="分钟", example="1435", help_zh="当日零点起的分钟数，如 17:05 填 1025"
    )
    zone = CodeColumn(_("所在海域"), codes="fishing-zone")

    record = RecordOptions(
        key="position",
        name_en="Vessel days",
        title="vessel_no",
        columns=("occurred_on", "vessel_no", "last_heard", "zone", "place"),
        search=("vessel_no",),
        filters=("vessel_no", "zone"),
        icon="map",
        help_zh="每船每日一行，取当日最后一次船位。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("船位日报")


class SilenceCheck(EventRecord):
    """Why the terminal of a vessel fell silent, as somebody found out 离线核查, on the day they did."""

    vessel_no = LinkColumn(_("船名号"), to="s28.vessel", max_length=30, example=EXAMPLE_VESSEL)
    cause = CodeColumn(_("离线原因"), codes="silence-cause")
    way = CodeColumn(_("核查方式"), codes="silence-check")
    note = TextColumn(_("核查说明"), max_length=300, blank=True, default="")

    record = RecordOptions(
        key="check",
        name_en="Checks of silent vessels",
        title="vessel_no",
        columns=("occurred_on", "vessel_no", "cause", "way", "note", "place"),
        search=("vessel_no", "note"),
        filters=("vessel_no", "cause"),
        icon="checklist",
        help_zh="每核查一次一行；涉嫌擅自关闭或拆卸终端的，另行登记违规行为。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("离线核查")


class Violation(EventRecord):
    """A violation of rules by a vessel 违规行为, open until ``handled_on``, the day of the decision if there is one."""

    vessel_no = LinkColumn(_("船名号"), to="s28.vessel", max_length=30, example=EXAMPLE_VESSEL)
    kind = CodeColumn(_("违规类型"), codes="vessel-violation")
    sea_area = TextColumn(_("发生海域或地点"), max_length=100, example="马宫渔港")
    found_by = CodeColumn(_("发现方式"), codes="violation-found")
    handled_on = DateColumn(_("处理日期"), null=True, blank=True, help_zh="有处罚决定的填决定日期")
    decision_no = TextColumn(_("处罚决定书文号"), max_length=60, blank=True, default="")
    penalty = MoneyColumn(_("罚款金额"), null=True, blank=True)

    record = RecordOptions(
        key="violation",
        name_en="Violations",
        title="sea_area",
        columns=("occurred_on", "vessel_no", "kind", "sea_area", "handled_on", "decision_no", "penalty"),
        search=("vessel_no", "sea_area", "decision_no"),
        filters=("vessel_no", "kind", "found_by"),
        rules=(handled_after, decided),
        example={"decision_no": ""},
        icon="alert-triangle",
        help_zh="每发现一起一行；罚款金额、决定书文号照抄处罚决定，不在本系统计算。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("违规行为")
