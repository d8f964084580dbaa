"""The columns of the report's tables: heading, field of the row, share of the width, alignment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``weight`` is its share of the table's width, ``align`` is empty for left-aligned text.

    ``second`` is a field that stands below the first in the same cell, after ``label``.
    """

    heading: str
    field: str
    weight: int
    align: str = ""
    second: str = ""
    label: str = ""


_C = "center"

NARROW: dict[str, tuple[Column, ...]] = {
    "indicators": (  # targets and values carry the unit
        Column("序号", "number", 7, _C),
        Column("指标名称", "name", 28),
        Column("目标值", "target", 22, _C),
        Column("现值", "value", 18, _C),
        Column("进度", "progress", 13, _C),
        Column("状态", "status", 12, _C),
    ),
    "adjustments": (
        Column("序号", "number", 7, _C),
        Column("类型", "kind", 7, _C),
        Column("任务和原文", "task", 27, second="old", label="原文："),
        Column("调整后", "new", 14),
        Column("理由和依据", "reason", 30, second="basis", label="依据："),
        Column("批准机关和日期", "approver", 15, _C, second="decided_on"),
    ),
    "tasks": (
        Column("序号", "number", 7, _C),
        Column("任务", "title", 40),
        Column("牵头单位", "lead", 22),
        Column("完成时限", "due", 15, _C),
        Column("状态", "status", 16, _C),
    ),
    "chapter.indicators": (
        Column("指标和责任单位", "name", 25, second="lead_unit"),
        Column("现值", "value", 14, _C),
        Column("目标值", "target", 16, _C),
        Column("完成进度", "progress", 17, _C, second="expected", label="应达"),
        Column("判断", "status", 12, _C),
        Column("截至", "as_of", 16, _C),
    ),
    "chapter.tasks": (
        Column("编号", "code", 10, _C),
        Column("任务", "title", 40),
        Column("牵头单位", "lead_unit", 22),
        Column("进展状态", "status", 16, _C),
    ),
    "gaps": (
        Column("序号", "number", 8, _C),
        Column("编号", "code", 10, _C),
        Column("名称", "name", 28),
        Column("责任单位", "unit_name", 22),
        Column("缺什么", "what", 32),
    ),
    "facts": (
        Column("编号", "code", 9, _C),
        Column("名称", "name", 28),
        Column("数值", "value", 17, _C),
        Column("截止日期", "as_of", 16, _C),
        Column("来源", "origin", 12, _C),
        Column("报送单位", "reported_by", 18),
    ),
}

WIDE: dict[str, tuple[Column, ...]] = {
    **NARROW,
    "indicators": (
        Column("序号", "number", 7, _C),
        Column("编号", "code", 9, _C),
        Column("指标名称", "name", 21),
        Column("属性", "nature", 10, _C),
        Column("单位", "unit", 10, _C),
        Column("基期值", "baseline", 11, _C),
        Column("目标值", "target", 20, _C),
        Column("现值", "value", 15, _C),
        Column("进度", "progress", 14, _C),
        Column("状态", "status", 12, _C),
        Column("牵头单位", "lead_unit", 16),
        Column("数据来源", "origin", 12, _C),
    ),
    "adjustments": (
        Column("序号", "number", 6, _C),
        Column("类型", "kind", 7, _C),
        Column("涉及任务", "task", 14),
        Column("原文", "old", 20),
        Column("调整后", "new", 16),
        Column("理由", "reason", 18),
        Column("依据", "basis", 14),
        Column("批准机关", "approver", 11, _C),
        Column("批准日期", "decided_on", 13, _C),
    ),
    "tasks": (
        Column("序号", "number", 6, _C),
        Column("编号", "code", 7, _C),
        Column("任务名称", "title", 21),
        Column("任务要求", "requirement", 32),
        Column("牵头单位", "lead", 15),
        Column("配合单位", "support", 18),
        Column("完成时限", "due", 11, _C),
        Column("进展状态", "status", 11, _C),
    ),
}

# Rows of these tables hold whole paragraphs and may break over pages.
LONG_ROWS = frozenset({"adjustments"})

# Tables wider than the portrait type area use the wide columns.
WIDE_FROM_TWIPS = 10000


def columns(table: str, width: int) -> tuple[Column, ...]:
    """The columns of ``table`` for a type area of ``width`` twips."""
    return (WIDE if width >= WIDE_FROM_TWIPS else NARROW)[table]
