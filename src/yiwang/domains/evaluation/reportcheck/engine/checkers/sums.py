"""Sums of parts: 其中 lists, 分别为 lists, and 合计 after a list."""

from __future__ import annotations

import re
from decimal import Decimal

from yiwang.domains.evaluation.reportcheck.engine import rounding
from yiwang.domains.evaluation.reportcheck.engine.graph import OVERLAPPING, Group, bare, groups, label, shares_words
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report, finding
from yiwang.domains.evaluation.reportcheck.engine.numerals import plain
from yiwang.domains.evaluation.reportcheck.types import Finding

_TOTAL = re.compile(r"(?:合计|总计|共计|两项共|三项共|以上共)[^，。；、]{0,8}$")
_NEARLY_ALL = Decimal("0.97")


def check(report: Report) -> list[Finding]:
    """Test the sums the wording proposes."""
    out = [result for group in groups(report) if (result := _among(report, group))]
    out += [result for figure in report.figures if (result := _total_after(report, figure))]
    return out


def _among(report: Report, group: Group) -> Finding | None:
    whole, parts = group.whole, list(group.parts)
    if re.search("同时|重复|交叉|兼有|重叠|分属", report.sentence_text(whole)):
        return None
    if len(parts) < 2 or any(part.value > whole.value for part in parts[:1]):
        return None
    space = rounding.interval(whole)
    for count in range(2, len(parts) + 1):
        ended = count == len(parts) or "、" not in report.between(parts[count - 1], parts[count])
        if ended and rounding.meets(rounding.total([rounding.interval(part) for part in parts[:count]]), space):
            return None
    kept = parts if group.exhaustive else _alike(parts)
    if len(kept) < 2 or any(part.hedge for part in kept) or whole.hedge:
        return None
    together = sum((part.value for part in kept), Decimal(0))
    low, high = rounding.total([rounding.interval(part) for part in kept])
    if not group.exhaustive and high < space[0]:
        missing = whole.value - together
        if together < _NEARLY_ALL * whole.value or missing >= max(part.value for part in kept):
            return None
        return _report(whole, kept, together, "warning", "列出的各项加起来比总数少，")
    if group.doubtful and low <= group.ceiling:
        named = shares_words(kept[0].left + kept[0].right, whole.left + whole.right)
        return _report(whole, kept, together, "warning", "") if named else None
    severity = "error" if group.exhaustive or low > space[1] else "warning"
    return _report(whole, kept, together, severity, "")


def _alike(parts: list[Figure]) -> list[Figure]:
    """The leading parts that exclude one another: no later stage, no other dimension (女性, 党员, 已办结)."""
    kept = []
    if len(parts) == 2 and {c for part in parts for c in (part.left + part.right)[:1]} == {"男", "女"}:
        return parts
    for part in parts:
        if OVERLAPPING.search(bare(part.left + part.right)):
            break
        kept.append(part)
    return kept


def _total_after(report: Report, figure: Figure) -> Finding | None:
    """A…x，B…y，合计T: the total of the figures just before it."""
    start = report.layout.sentences[figure.sentence][0]
    words = report.text[max(start, figure.start - 24) : figure.start].removesuffix(figure.hedge)
    before = [f for f in report.before(figure) if f.unit == figure.unit]
    weak = not _TOTAL.search(words)
    if weak and not _together(report, figure, before):
        return None
    if len(before) < 2 or figure.planned or figure.hedge or "/" in figure.unit:
        return None
    run: list[Figure] = []
    for other in reversed(before):
        edge = run[-1] if run else figure
        gap = report.text[other.end : edge.start]
        if re.search("[；。]", gap) or (run and len(gap) > 40):
            break
        run.append(other)
    if len(run) < 2 or figure.unit in {"%", "分", "级", "倍"} or any(f.hedge for f in run):
        return None
    space = rounding.interval(figure)
    for count in range(2, len(run) + 1):
        if rounding.meets(rounding.total([rounding.interval(part) for part in run[:count]]), space):
            return None
    if max(part.value for part in run) > figure.value and "其中" in report.sentence_text(figure):
        return None
    parts = list(reversed(run))
    return _report(figure, parts, sum((part.value for part in parts), Decimal(0)), "warning" if weak else "error", "")


def _together(report: Report, figure: Figure, before: list[Figure]) -> bool:
    """新建厕所35座、改建厕所25座，共新改建厕所60座: 共 opens the clause and every part names what the total names."""
    if not re.match(r"[，,\s]*共(?![享建同])", report.clause_text(figure)) or "其中" in report.sentence_text(figure):
        return False
    last = before[-2:]
    return len(last) == 2 and all(
        part.clause >= figure.clause - 2 and shares_words(figure.left + figure.right, part.left + part.right)
        for part in last
    )


def _report(whole: Figure, parts: list[Figure], together: Decimal, severity: str, note: str) -> Finding:
    scale, unit = Decimal(1), whole.unit
    for sign, worth in (("万", Decimal(10**4)), ("亿", Decimal(10**8))):
        if sign in whole.text:
            scale, unit = worth, f"{sign}{whole.unit}"
    shown = "＋".join(plain(part.value / scale) for part in parts)
    total, stated = plain(together / scale), plain(whole.value / scale)
    gap = plain(abs(together - whole.value) / scale)
    zh_slip, en_slip = rounding.slip(whole.value, together)
    mend = (
        "如未列全，请写明“等”或补上其余各项；如已列全，请核对各数。"
        if severity == "warning"
        else "请核对总数和各分项。"
    )
    return finding(
        "sum_mismatch",
        "error" if severity == "error" else "warning",
        f"总数与分项之和不符：{note}{shown}＝{total}{unit}，文中总数为“{label(whole)}”，"
        f"相差 {gap}{unit}。{zh_slip}{mend}",
        f"The parts do not add up: {shown} = {total}, the text gives {stated} in total ({unit}).{en_slip}",
        [whole.span, *[part.span for part in parts]],
        whole.text,
        f"{total}{unit}",
    )
