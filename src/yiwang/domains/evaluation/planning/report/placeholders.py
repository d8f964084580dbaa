"""What a report template may name: the vocabulary, for binding, for checking and for the help page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["value", "text", "figure", "section", "table", "chart"]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One name that may stand in a template, for the help page. ``name`` is written between {{ and }}."""

    name: str
    kind: Kind
    meaning_zh: str
    meaning_en: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the vocabulary; ``rows`` are the names inside one row when a loop runs over it."""

    kind: Kind
    zh: str
    en: str
    rows: dict[str, Name] | None = None
    row_is_text: bool = field(default=False)


def _value(zh: str, en: str) -> Name:
    return Name("value", zh, en)


def _text(zh: str, en: str) -> Name:
    return Name("text", zh, en)


_TITLED = {"number": _value("序号", "number"), "title": _value("标题", "title"), "text": _text("正文", "text")}

_TASK = {
    "number": _value("序号", "number within the chapter"),
    "code": _value("任务编号", "task code"),
    "title": _value("任务名称", "task title"),
    "status": _value("任务状态", "task status"),
    "progress": _text("实施进展", "progress"),
    "problems": _text("存在问题", "problems"),
    "measures": _text("改进措施", "measures"),
    "lead_unit": _value("牵头单位", "lead unit"),
    "support_units": _value("配合单位", "supporting units"),
}

_INDICATOR = {
    "number": _value("序号", "row number"),
    "code": _value("指标编号", "indicator code"),
    "name": _value("指标名称", "indicator name"),
    "unit": _value("计量单位", "unit of measure"),
    "baseline": _value("基期值（带链接）", "baseline, linked"),
    "target": _value("目标值（带链接）", "target, linked"),
    "value": _text("现值（带链接）", "present value, linked"),
    "as_of": _value("现值的截止日期", "as-of date of the present value"),
    "progress": _value("完成进度（带链接）", "progress, linked"),
    "expected": _value("应达进度（带链接）", "progress expected by now, linked"),
    "status": _value("状态", "status"),
    "lead_unit": _value("牵头单位", "lead unit"),
    "origin": _value("数据来源", "origin of the data"),
    "nature": _value("指标属性（约束性、预期性）", "nature: binding or expected"),
}

TABLES: dict[str, Name] = {
    "indicators": Name("table", "规划指标完成情况表", "indicators and how far they are", _INDICATOR),
    "adjustments": Name(
        "table",
        "规划调整建议表",
        "adjustments of the plan",
        {
            "number": _value("序号", "number"),
            "kind": _value("调整类型", "kind"),
            "task": _value("涉及任务", "task"),
            "old": _text("原文", "old text"),
            "new": _text("调整后", "new text"),
            "reason": _text("理由", "reason"),
            "basis": _text("依据", "basis"),
            "approver": _value("批准机关", "approver"),
            "decided_on": _value("批准日期", "date of the decision"),
        },
    ),
    "tasks": Name(
        "table",
        "中期任务清单",
        "task list",
        {
            "number": _value("序号", "row number"),
            "code": _value("任务编号", "task code"),
            "title": _value("任务名称", "task title"),
            "requirement": _text("任务要求", "what is required"),
            "lead": _value("牵头单位", "lead unit"),
            "support": _value("配合单位", "supporting units"),
            "due": _value("完成时限", "due"),
            "status": _value("进展状态", "status"),
        },
    ),
    "gaps": Name(
        "table",
        "数据缺口清单",
        "data gaps",
        {
            "number": _value("序号", "row number"),
            "code": _value("编号", "code"),
            "name": _value("名称", "name"),
            "unit_name": _value("责任单位", "unit that answers for it"),
            "what": _text("缺什么", "what is missing"),
        },
    ),
    "facts": Name(
        "table",
        "数据来源表",
        "figures and where they come from",
        {
            "number": _value("序号", "row number"),
            "code": _value("数据编号", "figure code"),
            "name": _value("名称", "name"),
            "value": _text("数值（带链接）", "value, linked"),
            "as_of": _value("截止日期", "as-of date"),
            "reported_by": _value("报送单位", "who reported it"),
            "origin": _value("数据来源", "computed or reported"),
            "evidence": _value("佐证材料", "evidence"),
            "kind": _value("口径", "kind of figure"),
        },
    ),
}

CHARTS: dict[str, Name] = {
    "indicators": Name("chart", "规划指标评价结果图", "indicators by judgement"),
    "progress": Name("chart", "各篇章完成进度与应达进度图", "progress and expected progress by chapter"),
    "tasks": Name("chart", "各篇章任务进展状态图", "tasks by declared state and chapter"),
}

ROOT: dict[str, Name] = {
    "district": _value("地区名称", "name of the district"),
    "title": _value("报告标题", "title of the report"),
    "title_lines": _text("分行排列的报告标题", "title of the report, broken into lines"),
    "plan_title": _value("规划名称", "title of the plan"),
    "plan_version": _value("规划版本", "version of the plan"),
    "round_title": _value("评估轮次名称", "title of the round"),
    "compiled_by": _value("编制单位", "unit that compiles the report"),
    "as_of": _value("数据截止日期", "as-of date of the figures"),
    "known_at": _value("数据获知时间", "moment up to which knowledge was used"),
    "generated_on": _value("报告生成日期", "date of generation"),
    "generated_month": _value("报告生成年月", "month of generation"),
    "figure_count": _value("数据项数", "number of figures"),
    "computed_count": _value("系统计算的数据项数", "number of computed figures"),
    "reported_count": _value("单位填报的数据项数", "number of reported figures"),
    "computed_share": _value("系统计算占比", "share of computed figures"),
    "reported_share": _value("单位填报占比", "share of reported figures"),
    "indicator_count": _value("指标数", "number of indicators"),
    "task_count": _value("任务数", "number of tasks"),
    "chapter_count": _value("章数", "number of chapters"),
    "gap_count": _value("数据缺口数", "number of data gaps"),
    "demo_note": _text("演示数据说明（正式数据时为空）", "note on demonstration data, empty for real data"),
    "contents": Name("section", "目录", "table of contents"),
    "judgement": Name("section", "总体判断", "overall judgement", {}, row_is_text=True),
    "chapters": Name(
        "section",
        "分章进展（章、指标表、任务表、任务、进展、问题、措施）",
        "progress by chapter and task",
        {
            "number": _value("章号", "number of the chapter"),
            "name": _value("章名", "name of the chapter"),
            "slogan": _value("章的主题句", "motto of the chapter"),
            "intro": _text("章的概述", "introduction of the chapter"),
            "indicators": Name("table", "本章指标", "indicators of the chapter", _INDICATOR),
            "tasks": Name("section", "本章任务", "tasks of the chapter", _TASK),
        },
    ),
    "environment": Name("section", "外部环境变化", "external environment", {}, row_is_text=True),
    "problems": Name("section", "主要问题", "main problems", _TITLED),
    "next_steps": Name("section", "下一步措施", "next steps", _TITLED),
    "suggestions": Name("section", "意见建议", "suggestions", _TITLED),
}

LOOP: dict[str, Name] = {
    "index": _value("循环序号", "number of the row, from 1"),
    "first": _value("是否第一行", "whether this is the first row"),
    "last": _value("是否最后一行", "whether this is the last row"),
    "length": _value("行数", "number of rows"),
}


def placeholders() -> list[Placeholder]:
    """Every name a template may use, in the order of the help page; rows of a loop are written ``table.x[].name``."""

    def walk(prefix: str, names: dict[str, Name]) -> Iterator[Placeholder]:
        for key, name in names.items():
            yield Placeholder(f"{prefix}{key}", name.kind, name.zh, name.en)
            if name.rows:
                yield from walk(f"{prefix}{key}[].", name.rows)

    figure = Placeholder("fig.F001", "figure", "编号为 F001 的数据（带链接）", "the figure numbered F001, linked")
    return [*walk("", ROOT), figure, *walk("table.", TABLES), *walk("chart.", CHARTS)]
