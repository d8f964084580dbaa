"""Records of S40 数据资源: what the units catalogue, its data items, the data attached to it, and each update.

Fields after the national guide (政务信息资源目录编制指南, 发改高技〔2017〕1272号; domain.md §6.1). The provider is the
unit that owns the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    BooleanColumn,
    CodeColumn,
    DateColumn,
    EventRecord,
    IntegerColumn,
    LinkColumn,
    PatternColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
    UsccColumn,
)
from yiwang.lib.identifiers import Fault

EXAMPLE_CODE = "101001001/000001"
# Class 1 digit, item 2, subject 3, details of any length, then the serial number.
_NATIONAL = re.compile(r"[1-3][0-9]{5,}/[0-9]{1,20}", re.ASCII)
# Front code of 6 characters, then the back code.
_GBT21063 = re.compile(r"[0-9A-Z]{6}/[0-9A-Za-z]{1,30}", re.ASCII)
NOT_SHARED, NOT_OPEN = "3", "3"
ON_CONDITIONS = "2"
# Types whose length says nothing of their content need none; these do.
_WITH_LENGTH = frozenset("CNYBIF")


def resource_code_fault(code: str) -> Fault | None:
    """What is wrong with a resource code (信息资源代码) of either scheme."""
    if _NATIONAL.fullmatch(code) or _GBT21063.fullmatch(code):
        return None
    return Fault(
        "resource_code",
        f"应为“类 1 位（1 至 3）、项 2 位、目 3 位、细目”加“/”加数字顺序码，如 {EXAMPLE_CODE}；"
        "或 GB/T 21063.5 的 6 位前段码加“/”加后段码。",
        f"Must be class (1 to 3), item, subject and details, a slash and a serial number, as {EXAMPLE_CODE}, "
        "or a front code of 6 characters, a slash and a back code (GB/T 21063.5).",
    )


def code_of_its_scheme(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A code follows the scheme that the row names, and a national one begins with the class of the row."""
    code = values["resource_code"]
    national = values["id_scheme"] == "national"
    if not (_NATIONAL if national else _GBT21063).fullmatch(code):
        yield RowFault(
            "resource_code",
            Fault("code_other_scheme", "资源代码不符合所选的编码规则。", "The code does not follow its scheme."),
        )
    elif national and code[0] != values["resource_class"]:
        yield RowFault(
            "resource_class",
            Fault(
                "class_other",
                f"资源代码以 {code[0]} 开头，与资源分类不一致。",
                f"The code begins with {code[0]}, which is another class.",
            ),
        )


def sharing_is_whole(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Conditions are written down, a refusal has its basis and no way, what is shared has one."""
    share = values["share_type"]
    if share in (ON_CONDITIONS, NOT_SHARED) and not values["share_condition"]:
        yield RowFault(
            "share_condition",
            Fault(
                "share_condition_missing",
                "有条件共享应写明共享条件，不予共享应写明法律法规或政策依据。",
                "Sharing on conditions needs its conditions, not sharing needs its legal basis.",
            ),
        )
    if (share == NOT_SHARED) == bool(values["share_way"]):
        yield RowFault(
            "share_way",
            Fault(
                "share_way",
                "予以共享的应填共享方式，不予共享的不填。",
                "What is shared needs a way of sharing, what is not shared has none.",
            ),
        )


def opening_is_whole(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """What the government itself may not share is not open to all; conditions are written down; days in order."""
    kind, day = values["open_type"], values["opened_on"]
    if values["share_type"] == NOT_SHARED and kind != NOT_OPEN:
        yield RowFault(
            "open_type",
            Fault(
                "open_not_shared", "不予共享的资源不能向社会开放。", "What is not shared cannot be open to the public."
            ),
        )
    if kind == ON_CONDITIONS and not values["open_condition"]:
        yield RowFault(
            "open_condition",
            Fault(
                "open_condition_missing", "有条件开放应写明开放条件。", "Opening on conditions needs its conditions."
            ),
        )
    if day is None:
        return
    if kind == NOT_OPEN:
        yield RowFault(
            "opened_on",
            Fault("opened_not_open", "不予开放的资源没有开放日期。", "What is not open has no opening day."),
        )
    if values["published_on"] is None or day < values["published_on"]:
        yield RowFault(
            "opened_on",
            Fault("opened_early", "开放日期不能早于上线日期。", "The opening may not be earlier than the publication."),
        )


def published_in_time(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Publication follows cataloguing and comes before the end."""
    day = values["published_on"]
    if day is None:
        return
    if day < values["valid_from"]:
        yield RowFault(
            "published_on",
            Fault("published_early", "上线日期早于编目日期。", "The publication is earlier than the cataloguing."),
        )
    if values["valid_to"] is not None and day >= values["valid_to"]:
        yield RowFault(
            "published_on",
            Fault("published_late", "上线日期应早于下线日期。", "The publication must be earlier than the end."),
        )


def length_fits(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Characters and numbers need a length."""
    if values["data_type"] in _WITH_LENGTH and not values["length"]:
        yield RowFault(
            "length",
            Fault("length_missing", "字符型和数值型信息项应填数据长度。", "Characters and numbers need a length."),
        )


def changed_within_total(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """An update touches no more rows than there are."""
    if values["rows_changed"] > values["rows_total"]:
        yield RowFault(
            "rows_changed",
            Fault(
                "changed_over_total",
                "本次更新条数多于更新后总条数。",
                "More rows changed than there are after the update.",
            ),
        )


class DataResource(StateRecord):
    """A resource of the catalogue 政务数据资源目录条目: catalogued on ``valid_from``, offline from ``valid_to`` on."""

    resource_code = PatternColumn(_("信息资源代码"), fault_of=resource_code_fault, max_length=60, example=EXAMPLE_CODE)
    id_scheme = CodeColumn(_("编码规则"), codes="resource-scheme")
    resource_class = CodeColumn(_("资源分类"), codes="resource-class")
    name = TextColumn(_("信息资源名称"), max_length=120, example="区教育局办事指南信息")
    provider_code = UsccColumn(_("提供方代码"), help_zh="提供单位的统一社会信用代码")
    abstract = TextColumn(_("信息资源摘要"), max_length=500, blank=True, default="")
    data_format = CodeColumn(_("信息资源格式"), codes="resource-format")
    share_type = CodeColumn(_("共享类型"), codes="share-type")
    share_condition = TextColumn(_("共享条件或不予共享依据"), max_length=300, blank=True, default="")
    share_way = CodeColumn(_("共享方式"), codes="share-way", blank=True, default="")
    open_type = CodeColumn(_("开放类型"), codes="open-type")
    open_condition = TextColumn(_("开放条件"), max_length=300, blank=True, default="")
    update_cycle = CodeColumn(_("更新周期"), codes="update-cycle")
    related_code = TextColumn(_("关联资源代码"), max_length=60, blank=True, default="")
    published_on = DateColumn(_("上线日期"), null=True, blank=True)
    opened_on = DateColumn(_("开放日期"), null=True, blank=True)
    valid_from = DateColumn(_("编目日期"))
    valid_to = DateColumn(_("下线日期"), null=True, blank=True, help_zh="自当日起下线；在用的留空")

    record = RecordOptions(
        key="resource",
        name_en="Data resources",
        title="name",
        code="resource_code",
        columns=("resource_code", "name", "unit_path", "share_type", "open_type", "update_cycle", "published_on"),
        search=("resource_code", "name", "abstract"),
        filters=("resource_class", "share_type", "open_type", "update_cycle", "data_format"),
        rules=(code_of_its_scheme, sharing_is_whole, opening_is_whole, published_in_time),
        icon="stack-2",
        help_zh="目录条目一项一行，所属单位即提供方；停止提供时填写下线日期，不要删除。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("数据资源目录")


class DataItem(StateRecord):
    """A data item of a resource 信息项: name, field, type and length."""

    resource_code = LinkColumn(_("信息资源代码"), to="s40.resource", max_length=60, example=EXAMPLE_CODE)
    item_name = TextColumn(_("信息项名称"), max_length=80, example="办件编号")
    field_name = TextColumn(_("字段名"), max_length=60, blank=True, default="", example="case_no")
    data_type = CodeColumn(_("数据类型"), codes="item-type")
    length = IntegerColumn(_("数据长度"), most=100_000_000, help_zh="日期、逻辑等不需要长度的填 0")
    is_key = BooleanColumn(_("主键"), default=False, blank=True)
    personal = BooleanColumn(_("含个人信息"), default=False, blank=True)

    record = RecordOptions(
        key="item",
        name_en="Data items",
        title="item_name",
        columns=("resource_code", "item_name", "field_name", "data_type", "length", "is_key", "personal"),
        search=("item_name", "field_name", "resource_code"),
        filters=("resource_code", "data_type"),
        rules=(length_fits,),
        icon="list-details",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("信息项")


class Attachment(StateRecord):
    """The real data attached to a resource 资源挂接, from the day it is attached until it is taken off."""

    resource_code = LinkColumn(_("信息资源代码"), to="s40.resource", max_length=60, example=EXAMPLE_CODE)
    kind = CodeColumn(_("挂接方式"), codes="attachment-kind")
    location = TextColumn(_("库表、接口或文件名称"), max_length=200, example="ods.education_guide")
    valid_from = DateColumn(_("挂接日期"))
    valid_to = DateColumn(_("解除日期"), null=True, blank=True)

    record = RecordOptions(
        key="attachment",
        name_en="Attached data",
        title="location",
        columns=("resource_code", "kind", "location", "unit_path", "valid_from", "valid_to"),
        search=("location", "resource_code"),
        filters=("kind", "resource_code"),
        icon="link",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("资源挂接")


class DataUpdate(EventRecord):
    """An update of a resource's data 数据更新: rows changed and rows there are after it."""

    resource_code = LinkColumn(_("信息资源代码"), to="s40.resource", max_length=60, example=EXAMPLE_CODE)
    rows_changed = IntegerColumn(_("更新条数"), unit="条")
    rows_total = IntegerColumn(_("更新后总条数"), unit="条")
    note = TextColumn(_("更新说明"), max_length=200, blank=True, default="")
    occurred_on = DateColumn(_("更新日期"))

    record = RecordOptions(
        key="update",
        name_en="Updates of data",
        title="resource_code",
        columns=("occurred_on", "resource_code", "rows_changed", "rows_total", "note", "unit_path"),
        search=("resource_code", "note"),
        filters=("resource_code",),
        rules=(changed_within_total,),
        icon="refresh",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("数据更新")
