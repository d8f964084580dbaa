"""Where a number comes from (数据来历), as a comment on it says."""

from __future__ import annotations

from yiwang.lib.zh_numbers import chinese_date

from .context import ORIGIN_ZH, FigureRef
from .markers import clean

# A margin holds no more; the page that the number opens has all of it.
LONGEST = 200


def lineage(figure: FigureRef) -> tuple[tuple[str, str], ...]:
    """Label and text of every line: name, definition or source, the two dates, snapshot, parts, records counted."""
    lines = [("名称", figure.title)]
    if figure.definition:
        lines.append(("口径", figure.definition))
    lines.append(("来源", _source(figure)))
    lines.append(("截至", chinese_date(figure.as_of)))
    if figure.known_at is not None:
        lines.append(("已知", f"按{chinese_date(figure.known_at)}已知的数据"))
    if figure.snapshot:
        lines.append(("快照", figure.snapshot))
    if figure.numerator:
        lines.append(("分子", figure.numerator))
    if figure.denominator:
        lines.append(("分母", figure.denominator))
    if figure.rows is not None:
        lines.append(("明细", f"由{figure.rows}条记录计得"))
    return tuple((label, _short(text)) for label, text in lines)


def _source(figure: FigureRef) -> str:
    if figure.origin == "reported":
        return f"{figure.reported_by}填报；佐证：{figure.evidence or '未写明'}"
    if figure.origin == "computed":
        return f"系统计算，依据{figure.reported_by or '系统'}的记录"
    return ORIGIN_ZH[figure.origin]


def _short(text: str) -> str:
    tidy = " ".join(clean(text).split())
    return tidy if len(tidy) <= LONGEST else f"{tidy[: LONGEST - 1]}…"
