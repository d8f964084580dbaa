"""Records of S10 互联网+监管: matters, acts, the two pools, draws with their frames and results (domain.md §3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    CodeColumn,
    DateColumn,
    EventRecord,
    IntegerColumn,
    LinkColumn,
    NameColumn,
    PatternColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
    UsccColumn,
)
from yiwang.lib.identifiers import Fault

from . import drawing

LEAST_INSPECTORS, LEAST_SEED = 2, 16
# Versions of docs/decisions/0019 by which draws were made.
ALGORITHMS = (drawing.VERSION,)
EXAMPLE_MATTER = "440612345000"


def matter_fault(code: str) -> Fault | None:
    """Why this is no code of a matter: region 2, type 2, main 5, sub 3 (domain.md §1.2), or None."""
    if re.fullmatch(r"[0-9]{12}", code, re.ASCII):
        return None
    return Fault(
        "matter_code_form",
        "监管事项编码应为 12 位数字：地区 2 位、类型 2 位、主项 5 位、子项 3 位。",
        "A matter's code has 12 digits: region 2, type 2, main 5, sub 3.",
    )


def cards_of(text: str) -> list[str]:
    """Card numbers in a cell, each once."""
    return list(dict.fromkeys(part for part in re.split(r"[、，,;；\s]+", text) if part))


def pairs_of(text: str) -> set[tuple[str, str]]:
    """Pairs of card and object in a cell (回避); a part without a colon is a pair with nothing on one side."""
    parts = (part.replace("：", ":").partition(":") for part in cards_of(text))
    return {(card, uscc) for card, _colon, uscc in parts}


def two_officers(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """An act needs at least two officers (行政处罚法 art. 42)."""
    if len(cards_of(values["officer_cards"])) < LEAST_INSPECTORS:
        yield RowFault(
            "officer_cards",
            Fault(
                "officers_too_few",
                "应填写两名以上执法人员的执法证号，用顿号分隔。",
                "Give the card numbers of at least two officers, with commas between.",
            ),
        )


def published_after(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Nothing is public before it happened."""
    if values["published_on"] is not None and values["published_on"] < values["occurred_on"]:
        yield RowFault(
            "published_on",
            Fault("published_early", "公示日期早于发生日期。", "The publication is earlier than the event."),
        )


def draw_in_order(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Drawn, then finished, then published; a seed that can be guessed is none."""
    finished, published = values["finished_on"], values["published_on"]
    if finished is not None and finished < values["occurred_on"]:
        yield RowFault(
            "finished_on", Fault("finished_early", "完成日期早于抽取日期。", "The end is earlier than the draw.")
        )
    if published is not None and (finished is None or published < finished):
        yield RowFault(
            "published_on",
            Fault(
                "result_early",
                "结果公示应在任务完成之后，并填完成日期。",
                "Results are public after the task is finished, whose day is needed.",
            ),
        )
    if not all(card and uscc for card, uscc in pairs_of(values["avoid"])):
        yield RowFault(
            "avoid",
            Fault(
                "avoid_form",
                "回避应写作“执法证号:统一社会信用代码”，多个用顿号分隔。",
                "Write avoidance as card:credit code, several with commas between.",
            ),
        )
    if values["algorithm"] not in ALGORITHMS:
        yield RowFault(
            "algorithm",
            Fault("algorithm_unknown", "没有这个版本的抽取算法。", "There is no such version of the algorithm."),
        )
    if len(values["seed"]) < LEAST_SEED:
        yield RowFault(
            "seed",
            Fault(
                "seed_short",
                f"种子至少 {LEAST_SEED} 个字符。",
                f"A seed has at least {LEAST_SEED} characters.",
            ),
        )


class Matter(StateRecord):
    """A supervision matter 监管事项 that a unit has claimed, with its entry in the list of inspections."""

    matter_code = PatternColumn(_("监管事项编码"), fault_of=matter_fault, max_length=12, example=EXAMPLE_MATTER)
    name = TextColumn(_("监管事项名称"), max_length=200, example="对食品经营者的监督检查")
    list_code = TextColumn(_("检查实施清单编码"), max_length=40, blank=True, default="")
    way = CodeColumn(_("监管方式"), codes="supervision-way")
    basis = TextColumn(_("设定依据"), max_length=300, blank=True, default="")

    record = RecordOptions(
        key="matter",
        name_en="Supervision matters",
        title="name",
        code="matter_code",
        columns=("matter_code", "name", "way", "unit_path", "valid_from", "valid_to"),
        search=("name", "matter_code", "list_code"),
        filters=("way",),
        icon="list-details",
        help_zh="认领的监管事项；当年没有监管行为的在通报中列出。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("监管事项")


class Act(EventRecord):
    """A supervision act 监管行为 under a matter: an inspection, penalty, coercion or other act on an organisation."""

    act_no = TextColumn(_("行为编号"), max_length=40, example="JG-2023-00001")
    matter_code = LinkColumn(_("监管事项编码"), to="s10.matter", max_length=12, example=EXAMPLE_MATTER)
    kind = CodeColumn(_("行为类型"), codes="supervision-act")
    target_uscc = UsccColumn(_("监管对象代码"))
    target_name = TextColumn(_("监管对象"), max_length=200, example="演示商行")
    officer_cards = TextColumn(_("执法证号"), max_length=200, example="44150200001、44150200002")
    result = CodeColumn(_("结果"), codes="supervision-result")
    handling = TextColumn(_("处理情况"), max_length=300, blank=True, default="")
    published_on = DateColumn(_("公示日期"), null=True, blank=True)

    record = RecordOptions(
        key="act",
        name_en="Supervision acts",
        title="act_no",
        code="act_no",
        columns=("occurred_on", "act_no", "matter_code", "kind", "target_name", "result", "unit_path"),
        search=("act_no", "target_name"),
        filters=("matter_code", "kind", "result"),
        rules=(two_officers, published_after),
        example={"officer_cards": "44150200001、44150200002"},
        icon="clipboard-check",
        help_zh="每次检查、处罚、强制一行；同一事项当年有一次行为即计入覆盖。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("监管行为")


class Inspector(StateRecord):
    """An officer in the pool of inspectors 检查人员库, by the card of law enforcement."""

    card_no = TextColumn(_("执法证号"), max_length=30, example="44150200001")
    name = NameColumn(_("姓名"))

    record = RecordOptions(
        key="inspector",
        name_en="Inspectors",
        title="card_no",
        code="card_no",
        columns=("card_no", "name", "unit_path", "valid_from", "valid_to"),
        search=("card_no",),
        icon="users",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("检查人员")


class Target(StateRecord):
    """An organisation in the pool of objects 检查对象库 of a field, with its credit class."""

    target_no = TextColumn(_("对象编号"), max_length=40, example="DX-00001")
    uscc = UsccColumn(_("统一社会信用代码"))
    name = TextColumn(_("对象名称"), max_length=200, example="演示商行")
    field = CodeColumn(_("监管领域"), codes="supervision-field")
    credit = CodeColumn(_("信用等级"), codes="credit-class")

    record = RecordOptions(
        key="target",
        name_en="Objects of inspection",
        title="name",
        code="target_no",
        columns=("name", "uscc", "field", "credit", "unit_path", "valid_from", "valid_to"),
        search=("name", "uscc"),
        filters=("field", "credit"),
        icon="building-store",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("检查对象")


class Draw(EventRecord):
    """A random draw 双随机抽查 of objects and inspectors; anybody can repeat it (docs/decisions/0019)."""

    draw_no = TextColumn(_("抽查编号"), max_length=40, example="SSJ-2023-001")
    field = CodeColumn(_("监管领域"), codes="supervision-field")
    seed = TextColumn(_("随机种子"), max_length=100, example="2023070112345678")
    sample = IntegerColumn(_("抽取对象数"), least=1, most=5_000, unit="个")
    each = IntegerColumn(_("每个对象检查人员数"), least=LEAST_INSPECTORS, most=10, unit="人", default=2, blank=True)
    avoid = TextColumn(
        _("回避"), max_length=1_000, blank=True, default="", help_zh="执法证号:统一社会信用代码，多个用顿号分隔"
    )
    frame_hash = TextColumn(_("底册摘要"), max_length=64, example="0" * 64)
    algorithm = TextColumn(_("算法版本"), max_length=10, default="1", blank=True)
    finished_on = DateColumn(_("任务完成日期"), null=True, blank=True)
    published_on = DateColumn(_("结果公示日期"), null=True, blank=True)

    record = RecordOptions(
        key="draw",
        name_en="Random draws",
        title="draw_no",
        code="draw_no",
        columns=("occurred_on", "draw_no", "field", "sample", "finished_on", "published_on", "unit_path"),
        search=("draw_no",),
        filters=("field",),
        rules=(draw_in_order,),
        example={"seed": "2023070112345678", "avoid": "", "algorithm": drawing.VERSION},
        icon="arrows-shuffle",
        help_zh="请在“双随机抽查”页抽取；种子、底册和算法公开，任何人可以复算。",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("双随机抽查")


class DrawFrame(EventRecord):
    """A row of a draw's frame 抽查底册: an object with its weight, or an inspector, as they were on the day."""

    draw_no = LinkColumn(_("抽查编号"), to="s10.draw", max_length=40, example="SSJ-2023-001")
    role = CodeColumn(_("类别"), codes="draw-role")
    code = TextColumn(_("代码或证号"), max_length=30, example="92441502MA0000015J")
    weight = IntegerColumn(_("权重"), least=0, most=100, default=0, blank=True)

    record = RecordOptions(
        key="frame",
        name_en="Frames of draws",
        title="code",
        columns=("draw_no", "role", "code", "weight", "unit_path"),
        search=("code",),
        filters=("draw_no", "role"),
        icon="list",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("抽查底册")


class Assignment(EventRecord):
    """An object that was drawn, and the inspectors who go there 抽查结果."""

    draw_no = LinkColumn(_("抽查编号"), to="s10.draw", max_length=40, example="SSJ-2023-001")
    position = IntegerColumn(_("序号"), least=1, most=5_000)
    uscc = UsccColumn(_("对象代码"))
    officer_cards = TextColumn(_("执法证号"), max_length=200, example="44150200001、44150200002")
    result = CodeColumn(_("结果"), codes="supervision-result", blank=True, default="")

    record = RecordOptions(
        key="assignment",
        name_en="Results of draws",
        title="uscc",
        columns=("draw_no", "position", "uscc", "officer_cards", "result", "unit_path"),
        search=("uscc", "officer_cards"),
        filters=("draw_no", "result"),
        rules=(two_officers,),
        example={"officer_cards": "44150200001、44150200002"},
        icon="target-arrow",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("抽查结果")
