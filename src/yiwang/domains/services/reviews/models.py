"""Records of S07 好差评: reviews, who gave them, and what became of the bad ones (domain.md §1.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    BooleanColumn,
    CodeColumn,
    DateColumn,
    EventRecord,
    LinkColumn,
    MomentColumn,
    PersonColumn,
    RecordOptions,
    RowFault,
    TextColumn,
)
from yiwang.lib.clock import local_date
from yiwang.lib.identifiers import Fault

# 差评: the last two of five grades.
BAD = ("1", "2")
HANDLING = "handling"
# Conclusions of an appeal that was upheld 申诉成立.
UPHELD = ("malicious", "mistaken")
EXAMPLE_CASE = "11441502MA000143X523060100001"


def after_its_case(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Nobody reviews a case that is not done yet; the moment lies on its day."""
    if values["occurred_on"] < values["case_on"]:
        yield RowFault(
            "occurred_on",
            Fault(
                "review_before_case",
                "评价日期早于办结日期，请核对两个日期。",
                "The review is earlier than the day its case was done; look at both days.",
            ),
        )
    moment = values.get("occurred_at")
    if moment is not None and local_date(moment) != values["occurred_on"]:
        yield RowFault(
            "occurred_at",
            Fault("moment_other_day", "时间与发生日期不是同一天。", "The moment is not on the day of the event."),
        )


def said_nothing(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A default review 默认评价 is what stands when nobody said anything: never a bad one, and without words."""
    if values["is_default"] and (values["grade"] in BAD or values["comment"]):
        yield RowFault(
            "is_default",
            Fault(
                "default_review_says",
                "默认评价不能是差评，也没有评价内容；评价人作出的评价请填“否”。",
                "A default review is never a bad one and has no text; for one that somebody gave, write no.",
            ),
        )


def days_in_order(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Check, call-back and close follow the opening; the close is the last of them."""
    opened, closed = values["occurred_on"], values.get("closed_on")
    for name in ("verified_on", "called_back_on", "closed_on"):
        day = values.get(name)
        if day is not None and (day < opened or (closed is not None and day > closed)):
            yield RowFault(
                name,
                Fault(
                    "rectification_order",
                    "日期应在立案日期之后（含当日）、办结日期之前（含当日）。",
                    "The day must lie between the opening and the close.",
                ),
            )


def closed_with_reason(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Closed means concluded: with a day, a call-back (every real-name bad review is called back) and what was done."""
    closed = values.get("closed_on")
    if (values["state"] == HANDLING) != (closed is None):
        yield RowFault(
            "state",
            Fault(
                "rectification_unconcluded",
                "办结的应同时填写办结日期和结论；办理中的两项都不填。",
                "A closed one needs both the day and a conclusion; one being handled has neither.",
            ),
        )
    elif closed is not None and not values["measure"]:
        yield RowFault(
            "measure",
            Fault(
                "rectification_unexplained",
                "请写明整改措施、解释内容或申诉复核的依据。",
                "Say what was put right or explained, or on what ground the appeal was upheld.",
            ),
        )
    elif closed is not None and values["state"] not in UPHELD and values.get("called_back_on") is None:
        yield RowFault(
            "called_back_on",
            Fault(
                "rectification_no_call_back",
                "实名差评应当回访，办结前请填写回访日期。",
                "A bad review is called back before it is closed; give the day of the call-back.",
            ),
        )


class Review(EventRecord):
    """The review of one handled case 政务服务评价, on the unit that handled it. Who gave it: :class:`Evaluator`.

    The case may be of another system: its number there is ``case_no``, which is also the source id, so that a second
    review of the case is refused. A changed opinion is a correction.
    """

    case_no = TextColumn(_("办件编号"), max_length=60, example=EXAMPLE_CASE)
    case_system = CodeColumn(_("办件来源"), codes="review-case-system")
    case_on = DateColumn(_("办结日期"))
    matter_name = TextColumn(_("事项名称"), max_length=120, example="社保参保证明打印")
    channel = CodeColumn(_("评价渠道"), codes="review-channel")
    grade = CodeColumn(_("评价等级"), codes="review-grade")
    is_default = BooleanColumn(_("默认评价"), default=False, blank=True, help_zh="期限内未评价、由系统默认的填“是”")
    aspect = CodeColumn(_("评价指标"), codes="review-aspect", blank=True, default="")
    comment = TextColumn(_("评价内容"), max_length=500, blank=True, default="", help_zh="不要写评价人的身份信息")
    occurred_at = MomentColumn(_("评价时间"), null=True, blank=True)

    record = RecordOptions(
        key="review",
        name_en="Reviews",
        title="case_no",
        code="case_no",
        columns=("occurred_on", "case_no", "matter_name", "channel", "grade", "is_default", "unit_path"),
        search=("case_no", "matter_name", "comment"),
        filters=("grade", "channel", "is_default"),
        rules=(after_its_case, said_nothing),
        example={"is_default": "否"},
        icon="message-2-star",
        help_zh="一次办件一条评价，来源编号即办件编号；评价人另行登记，被评价单位看不到。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("政务服务评价")


class Evaluator(EventRecord):
    """Who gave a review 评价人, apart from it: evaluators are never shown to the unit that they evaluated."""

    case_no = LinkColumn(_("办件编号"), to="s07.review", max_length=60, example=EXAMPLE_CASE)
    person_key = PersonColumn(_("评价人身份号码"))
    note = TextColumn(_("备注"), max_length=100, blank=True, default="")

    record = RecordOptions(
        key="evaluator",
        name_en="Evaluators",
        title="case_no",
        code="case_no",
        columns=("occurred_on", "case_no", "person_key", "unit_path"),
        search=("case_no", "note"),
        icon="user-shield",
        help_zh="实名评价的评价人，只供政务服务管理部门回访和复核；不得提供给被评价单位和第三方。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("评价人")


class Rectification(EventRecord):
    """What becomes of a bad review 差评整改: opened (``occurred_on``), checked, called back, closed."""

    case_no = LinkColumn(_("办件编号"), to="s07.review", max_length=60, example=EXAMPLE_CASE)
    verified_on = DateColumn(_("核实日期"), null=True, blank=True)
    called_back_on = DateColumn(_("回访日期"), null=True, blank=True)
    extended_to = DateColumn(_("延期至"), null=True, blank=True, help_zh="整改期限按法定参数计算，只有批准延期的才填写")
    measure = TextColumn(_("整改和解释情况"), max_length=500, blank=True, default="")
    state = CodeColumn(_("结论"), codes="rectification-state", default=HANDLING, blank=True)
    closed_on = DateColumn(_("办结日期"), null=True, blank=True)

    record = RecordOptions(
        key="rectification",
        name_en="Rectifications",
        title="case_no",
        code="case_no",
        columns=("occurred_on", "case_no", "verified_on", "called_back_on", "state", "closed_on", "unit_path"),
        search=("case_no", "measure"),
        filters=("state",),
        rules=(days_in_order, closed_with_reason),
        icon="tool",
        help_zh="每条差评一行，谁办理谁负责；核实、整改的期限见法定参数。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("差评整改")
