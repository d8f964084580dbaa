"""Records of S06 电子证照: types opened, licences issued, presentations, matters switched on, proofs and substitutes.

Fields after the national catalogue and metadata (GB/T 36902, 36903; domain.md §2.2, §2.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    BooleanColumn,
    CodeColumn,
    DateColumn,
    EventRecord,
    HolderNameColumn,
    LinkColumn,
    MomentColumn,
    PatternColumn,
    PersonColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
    UsccColumn,
)
from yiwang.lib.clock import local_date
from yiwang.lib.identifiers import LICENCE_ROOT, Fault, licence_identifier_fault, licence_type_fault, matter_code_fault

EXAMPLE_MATTER = "11370800MB285591843370117002011"
EXAMPLE_TYPE = "11100000000013338W011"
EXAMPLE_IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"


def of_its_type(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """The identifier begins with the type and the issuer that the row names."""
    begin = f"{LICENCE_ROOT}{values['type_code']}.{values['issuer_code']}."
    if not values["identifier"].startswith(begin):
        yield RowFault(
            "identifier",
            Fault(
                "licence_other_type",
                "电子证照标识中的类型代码或颁发机构代码与本行的不一致。",
                "The identifier names another type or issuer than the row does.",
            ),
        )


def one_holder(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A licence is a person's (an id) or an organisation's (a credit code), never both or nobody's."""
    if (values.get("holder_key") is None) == (not values.get("holder_uscc")):
        yield RowFault(
            "holder_key",
            Fault(
                "holder_unclear",
                "持证人身份号码与持证单位统一社会信用代码应填且只填一项。",
                "Give either the holder's citizen id or the credit code, and only one of them.",
            ),
        )


def issued_before_end(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A licence does not end before it was issued."""
    end = values.get("valid_to")
    if end is not None and end <= values["issued_on"]:
        yield RowFault(
            "valid_to",
            Fault("ends_before_issue", "有效期止不应早于颁发日期。", "The end may not lie before the day of issue."),
        )


def same_day(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """The moment of a presentation lies on its day."""
    moment = values.get("occurred_at")
    if moment is not None and local_date(moment) != values["occurred_on"]:
        yield RowFault(
            "occurred_at",
            Fault("moment_other_day", "时间与发生日期不是同一天。", "The moment is not on the day of the event."),
        )


class LicenceType(StateRecord):
    """A type of electronic licence opened in the district 电子证照目录, from ``valid_from`` on."""

    type_code = PatternColumn(_("证照类型代码"), fault_of=licence_type_fault, max_length=21, example=EXAMPLE_TYPE)
    name = TextColumn(_("证照类型名称"), max_length=120, example="中华人民共和国居民身份证")
    definer = TextColumn(_("定义机构"), max_length=100, blank=True, default="")
    holder_kind = CodeColumn(_("持证主体类别"), codes="licence-holder")
    issuer_level = CodeColumn(_("颁发机构级别"), codes="licence-level")
    basis = TextColumn(_("签发依据"), max_length=300, blank=True, default="")
    validity = TextColumn(_("有效期限范围"), max_length=60, blank=True, default="", example="长期；5 年")

    record = RecordOptions(
        key="type",
        name_en="Licence types",
        title="name",
        code="type_code",
        columns=("type_code", "name", "holder_kind", "issuer_level", "unit_path", "valid_from", "valid_to"),
        search=("type_code", "name", "definer"),
        filters=("holder_kind", "issuer_level"),
        icon="certificate",
        help_zh="本区开通的证照类型；停用时填写终止日期，不要删除。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("证照类型")


class Licence(StateRecord):
    """An issued electronic licence 电子证照, known by its identifier 电子证照标识 (GB/T 36904)."""

    identifier = PatternColumn(
        _("电子证照标识"), fault_of=licence_identifier_fault, max_length=120, example=EXAMPLE_IDENTIFIER
    )
    number = TextColumn(_("证照编号"), max_length=60, example="粤汕城卫公证字〔2023〕第0001号")
    type_code = LinkColumn(_("证照类型代码"), to="s06.type", max_length=21, example=EXAMPLE_TYPE)
    holder_name = HolderNameColumn(_("持证主体"), max_length=120)
    holder_key = PersonColumn(_("持证人身份号码"), null=True, blank=True)
    holder_uscc = UsccColumn(_("持证单位统一社会信用代码"), blank=True, default="")
    issuer_code = TextColumn(_("颁发机构代码"), max_length=18, example="11441502MA0000015X")
    issued_on = DateColumn(_("颁发日期"))
    state = CodeColumn(_("证照状态"), codes="licence-state", default="01", blank=True)
    back_filled = BooleanColumn(_("存量补录"), default=False, blank=True)

    record = RecordOptions(
        key="licence",
        name_en="Licences",
        title="number",
        code="identifier",
        columns=("number", "type_code", "holder_name", "issued_on", "valid_to", "state", "unit_path"),
        search=("number",),
        filters=("type_code", "state"),
        rules=(of_its_type, one_holder, issued_before_end),
        example={"issuer_code": "11430000006122244L", "holder_uscc": ""},
        icon="id",
        help_zh="每签发一张一行；变更、换发另起版本号，撤销、注销改证照状态。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("电子证照")


class EnabledMatter(StateRecord):
    """A matter whose handling may use electronic licences 启用用证事项, from ``valid_from`` on."""

    matter_code = PatternColumn(_("事项编码"), fault_of=matter_code_fault, max_length=31, example=EXAMPLE_MATTER)
    matter_name = TextColumn(_("事项名称"), max_length=150)
    licence_types = TextColumn(_("可用证照"), max_length=300, blank=True, default="", example="居民身份证、营业执照")

    record = RecordOptions(
        key="matter",
        name_en="Matters that use licences",
        title="matter_name",
        code="matter_code",
        columns=("matter_code", "matter_name", "licence_types", "unit_path", "valid_from", "valid_to"),
        search=("matter_code", "matter_name", "licence_types"),
        icon="checklist",
        help_zh="已启用电子证照的政务服务事项；停用时填写终止日期。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("启用用证事项")


class Presentation(EventRecord):
    """A licence used in a case instead of paper 用证记录; the case may be of another system (``case_no``)."""

    occurred_at = MomentColumn(_("用证时间"), null=True, blank=True)
    identifier = LinkColumn(_("电子证照标识"), to="s06.licence", max_length=120, example=EXAMPLE_IDENTIFIER)
    matter_code = LinkColumn(_("事项编码"), to="s06.matter", max_length=31)
    case_no = TextColumn(_("办件编号"), max_length=60, example="4415022023060100001")
    way = CodeColumn(_("用证方式"), codes="licence-use")
    purpose = TextColumn(_("用途"), max_length=100, blank=True, default="")
    result = CodeColumn(_("用证结果"), codes="licence-use-result")

    record = RecordOptions(
        key="presentation",
        name_en="Presentations",
        title="case_no",
        columns=("occurred_on", "case_no", "matter_code", "way", "result", "unit_path"),
        search=("case_no",),
        filters=("matter_code", "way", "result"),
        rules=(same_day,),
        icon="scan",
        help_zh="每用证一次一行，必须写明办件编号；没有办件的调用不计入用证。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("用证记录")


class Proof(StateRecord):
    """A proof that a matter asked for, and the one thing that takes its place 证明事项替代 (无证明城市)."""

    proof_code = TextColumn(_("证明事项编号"), max_length=30, example="ZM-0001")
    name = TextColumn(_("证明名称"), max_length=120, example="户籍证明")
    matter_code = LinkColumn(_("事项编码"), to="s06.matter", max_length=31, blank=True, default="")
    substitute = CodeColumn(_("替代方式"), codes="proof-substitute")
    basis = TextColumn(_("依据"), max_length=200, blank=True, default="")

    record = RecordOptions(
        key="proof",
        name_en="Proofs and substitutes",
        title="name",
        code="proof_code",
        columns=("proof_code", "name", "substitute", "unit_path", "valid_from"),
        search=("proof_code", "name"),
        filters=("substitute",),
        icon="file-off",
        help_zh="每项证明只有一种替代方式；尚未替代的选“仍需纸质证明”。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("证明事项")
