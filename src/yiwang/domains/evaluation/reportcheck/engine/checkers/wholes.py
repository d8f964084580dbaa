"""A part above its whole, and shares above 100 %."""

from __future__ import annotations

import re

from yiwang.domains.evaluation.reportcheck.engine import rounding
from yiwang.domains.evaluation.reportcheck.engine.graph import bare, groups, label, shares_words
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report, finding
from yiwang.domains.evaluation.reportcheck.engine.units import PERCENT, same_unit
from yiwang.domains.evaluation.reportcheck.types import Finding

_BOUNDED = re.compile(
    r"占(?:比|[^，。；]{0,12})|(?:覆盖|办结|合格|满意|参保|入学|激活|开通|建成|发放|申报|注册|使用|应用|及格|普及|入户|到位|回访|优良|达标|上云|共享)率"
)
_FREE = re.compile(
    r"增长|完成率|超额|同比|预算|负债|增幅|提高|投资|产能|较|翻|计划|目标|任务|年度|上年|去年|同期|预期|时序"
)


def check(report: Report) -> list[Finding]:
    """Test parts against wholes and shares against 100."""
    out = []
    for group in groups(report):
        ceiling = rounding.interval(group.whole)[1]
        for part in group.parts:
            if rounding.interval(part)[0] <= ceiling:
                continue
            if not group.doubtful or rounding.interval(part)[0] > group.ceiling:
                out.append(_above(group.whole, part, "error"))
            elif shares_words(part.left + part.right, group.whole.left + group.whole.right):
                out.append(_above(group.whole, part, "warning"))
    for figure in report.figures:
        if figure.unit == PERCENT and figure.value > 100:
            words = report.lead(figure)
            if _BOUNDED.search(words) and not _FREE.search(words):
                out.append(_over_hundred(figure))
        elif figure.is_count:
            whole = _total_before(report, figure)
            if whole:
                out.append(_above(whole, figure, "warning"))
    return out


def _total_before(report: Report, part: Figure) -> Figure | None:
    """监管事项总共361项，有监管行为事项…: a part that names the same thing as a total just before it, and is more."""
    if not re.match(r"有|已|未|待", report.clause_text(part).strip()) and not re.match(r"有|已|未|待", part.left):
        return None
    before = report.before(part)
    if not before or not same_unit(before[-1].unit, part.unit) or part.clause - before[-1].clause > 1:
        return None
    whole = before[-1]
    if not re.search(r"总共|共有|总数|共计|应", report.lead(whole)) or whole.hedge or part.hedge:
        return None
    noun = bare(whole.subject)[-2:]
    return whole if part.value > whole.value and len(noun) == 2 and noun in bare(part.left + part.right) else None


def _above(whole: Figure, part: Figure, severity: str) -> Finding:
    zh_slip, en_slip = rounding.slip(part.value, whole.value)
    return finding(
        "part_above_whole",
        "error" if severity == "error" else "warning",
        f"部分大于总体：“{label(part)}”属于“{label(whole)}”的一部分，却比总体还多。{zh_slip}请核对两数和它们的单位。",
        f"A part exceeds its whole: {part.text} out of {whole.text}.{en_slip} Check both figures and their units.",
        [whole.span, part.span],
        part.text,
        f"≤{whole.text}",
    )


def _over_hundred(figure: Figure) -> Finding:
    return finding(
        "share_above_hundred",
        "error",
        f"比率超过 100%：“{label(figure)}”是部分占总体的比率，不可能超过 100%。请核对分子分母。",
        f"A share above 100 %: {figure.text}. Check its numerator and denominator.",
        [figure.span],
        figure.text,
        "≤100%",
    )
