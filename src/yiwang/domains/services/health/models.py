"""Records of S15 智慧医疗: the hospitals that issue electronic bills, and the bills."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    CodeColumn,
    EventRecord,
    LinkColumn,
    MoneyColumn,
    NameColumn,
    PatternColumn,
    PersonColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
)
from yiwang.lib.identifiers import Fault

_BILL = re.compile(r"[0-9]{8}-[0-9]{10}", re.ASCII)
_CHECK = re.compile(r"[0-9a-zA-Z]{6}", re.ASCII)


def bill_fault(text: str) -> Fault | None:
    """Why ``text`` is no bill: code 票据代码 (8 digits), "-", number 票据号码 (10 digits)."""
    if _BILL.fullmatch(text):
        return None
    return Fault(
        "bill_form",
        "票据号应写作“票据代码 8 位数字-票据号码 10 位数字”，如 44060122-0000000001。",
        "A bill reads code of 8 digits, hyphen, number of 10 digits, such as 44060122-0000000001.",
    )


def check_fault(text: str) -> Fault | None:
    """Why ``text`` is no check code 校验码 of a bill: six letters or digits."""
    if _CHECK.fullmatch(text):
        return None
    return Fault("bill_check_form", "校验码应为 6 位字母或数字。", "A check code has six letters or digits.")


def parts_of_the_amount(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """What the insurance pays is a part of the amount."""
    if values["insured"] > values["amount"]:
        yield RowFault(
            "insured",
            Fault("insured_more", "医保支付金额不应大于票据金额。", "The insured part may not exceed the amount."),
        )


def reversal_names_a_bill(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A reversal says which bill it takes back, another bill does not."""
    if (values["state"] == "red") != bool(values.get("reversed_no")):
        yield RowFault(
            "reversed_no",
            Fault(
                "reversal_unclear",
                "红字票据应填写被冲销的票据号，正常票据不填。",
                "A reversal names the bill that it takes back; other bills leave this empty.",
            ),
        )


class Hospital(StateRecord):
    """A hospital or clinic that issues electronic bills 开具电子票据的医疗机构, from ``valid_from`` on."""

    code = TextColumn(_("机构编码"), max_length=30, example="H01")
    name = TextColumn(_("机构名称"), max_length=100, example="演示人民医院")
    level = CodeColumn(_("机构等级"), codes="hospital-level")

    record = RecordOptions(
        key="hospital",
        name_en="Hospitals with e-bills",
        title="name",
        code="code",
        columns=("code", "name", "level", "place", "valid_from", "valid_to"),
        search=("code", "name"),
        filters=("level",),
        icon="building-hospital",
        help_zh="上线医疗电子票据的机构；停用时填写终止日期，不要删除。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("上线医疗机构")


class Bill(EventRecord):
    """An electronic medical bill 医疗收费电子票据; a reversal (冲红) is one of its own, naming what it takes back."""

    bill_no = PatternColumn(_("票据号"), fault_of=bill_fault, max_length=19, example="44060122-0000000001")
    check_code = PatternColumn(_("校验码"), fault_of=check_fault, max_length=6, example="a1b2c3")
    hospital = LinkColumn(_("医疗机构"), to="s15.hospital", max_length=30, example="H01")
    kind = CodeColumn(_("票据种类"), codes="ebill-kind")
    payer_name = NameColumn(_("交款人"))
    payer_key = PersonColumn(_("交款人身份号码"), null=True, blank=True)
    amount = MoneyColumn(_("票据金额"), least=Decimal("0.01"), example="128.50")
    insured = MoneyColumn(_("医保支付"), default=Decimal(0), blank=True, example="80.00")
    state = CodeColumn(_("票据状态"), codes="ebill-state", default="issued", blank=True)
    reversed_no = LinkColumn(_("被冲销的票据号"), to="s15.bill", max_length=19, blank=True, default="")

    record = RecordOptions(
        key="bill",
        name_en="Medical e-bills",
        title="bill_no",
        code="bill_no",
        columns=("occurred_on", "bill_no", "hospital", "kind", "payer_name", "amount", "state"),
        search=("bill_no",),
        filters=("hospital", "kind", "state"),
        rules=(parts_of_the_amount, reversal_names_a_bill),
        example={"amount": "128.50", "insured": "80.00", "state": "issued", "reversed_no": ""},
        icon="receipt-2",
        help_zh="每开具一份一行；冲红另开红字票据，写明被冲销的票据号。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("医疗电子票据")
