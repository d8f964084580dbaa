"""Averages per unit (台均, 户均) and per month, day or year over the period the text gives."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from yiwang.domains.evaluation.reportcheck.engine import rounding
from yiwang.domains.evaluation.reportcheck.engine.dates import DateMention
from yiwang.domains.evaluation.reportcheck.engine.graph import bare, label
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report, finding
from yiwang.domains.evaluation.reportcheck.engine.numerals import plain
from yiwang.domains.evaluation.reportcheck.types import Finding

_COUNTED_BY = {
    "台": {"台", "部", "套"},
    "户": {"户", "家"},
    "人": {"人", "名", "位"},
    "家": {"家", "户"},
    "村": {"村"},
    "镇": {"镇"},
    "街": {"街"},
    "件": {"件", "宗"},
    "笔": {"笔"},
    "校": {"校", "所"},
    "所": {"所"},
    "项": {"项"},
    "班": {"班", "个班"},
    "个": {"个"},
}
_UNIT_CHARS = "台部户人村镇街家件笔月日天年周班校所项个乡座场处亩间艘辆"
_COUNTED_NOUN = {"村": "村", "镇": "镇", "街": "街", "乡": "乡", "校": "校"}
# 年人均, 人均月补助: a yearly or monthly average of persons, whose number the text does not give.
_OTHER_BASE = re.compile(r"[年月][人户]均|[人户]均[年月]|每[年月]|全[国省市]平均")


def check(report: Report) -> list[Finding]:
    """Test every average whose total and number of units (or months) the sentence gives."""
    out: list[Finding] = []
    for figure in report.figures:
        base, _, per = figure.unit.partition("/")
        if not per or figure.planned:
            continue
        totals = [f for f in report.before(figure) if f.unit == base and _same_thing(f, figure)]
        if not totals:
            continue
        if per in {"月", "年", "日", "周"}:
            result = _over_time(report, figure, totals, per)
        else:
            result = _per_unit(report, figure, totals, per)
        if result:
            out.append(result)
    return out


def _same_thing(total: Figure, average: Figure) -> bool:
    """Whether an average speaks of the total: they share a character of content, or the average names nothing."""
    name = re.sub(rf"[{_UNIT_CHARS}]均|平均|每个?[\u4e00-\u9fff]|[约为量数额]", "", bare(average.left))
    return not name or any(
        character in total.left + total.right for character in name if character not in "开有共业的了人已"
    )


def _per_unit(report: Report, figure: Figure, totals: list[Figure], per: str) -> Finding | None:
    accepted = _COUNTED_BY.get(per, {per})
    noun = _COUNTED_NOUN.get(per)
    counts = [
        f
        for f in report.before(figure)
        if f.unit in accepted
        or (noun and f.is_count and (f.right.startswith(noun) or noun in f.left[-4:] or f.right[:4].endswith(noun)))
    ]
    if _OTHER_BASE.search(report.lead(figure)):
        return None
    # The total and the number of units stand in the same coordinate part (；) as the average; persons close to it.
    pairs = [(t, c) for t in totals for c in counts if t is not c and c.value > 0]
    if any(_holds(figure, t, c.value, rounding.interval(c)) for t, c in pairs):
        return None
    pairs = [
        (t, c)
        for t, c in pairs
        if (per not in {"人", "户"} or figure.index - c.index <= 2)
        and not re.search("[；;]", report.text[min(t.end, c.end) : figure.start])
    ]
    if not pairs:
        return None
    top, bottom = min(pairs, key=lambda pair: abs(pair[0].value / pair[1].value - figure.value))
    exact = top.value / bottom.value
    return _mismatch(
        figure, top, bottom.text, plain(bottom.value), exact, [figure.span, top.span, bottom.span], "error"
    )


def _holds(figure: Figure, top: Figure, number: Decimal, space: rounding.Interval | None = None) -> bool:
    possible = rounding.quotient(rounding.interval(top), space or (number, number))
    return possible is None or rounding.meets(possible, rounding.printed(figure))


def _over_time(report: Report, figure: Figure, totals: list[Figure], per: str) -> Finding | None:
    top = totals[-1]
    spelled = [f for f in report.before(figure) if f.unit == {"日": "天"}.get(per, per)]
    if spelled:
        if any(_holds(figure, t, f.value, rounding.interval(f)) for t in totals for f in spelled if f.value > 0):
            return None
        if len(spelled) == 1 and spelled[0].value > 0:
            number = spelled[0]
            exact = top.value / number.value
            return _mismatch(
                figure, top, number.text, plain(number.value), exact, [figure.span, top.span, number.span], "error"
            )
        return None
    start, end, mention = _period(report, figure, top)
    if start is None or end is None or start > end or per not in {"月", "日"}:
        return None
    if per == "日":
        return _per_day(figure, top, start, end)
    counts, definite = _months(start, end, mention)
    if any(_holds(figure, t, Decimal(number)) for t in totals for number in counts):
        return None
    expected = top.value / counts[0]
    implied = top.value / figure.value
    whole = implied.quantize(Decimal(1), ROUND_HALF_UP)
    by = (
        f"文中月均相当于按 {whole} 个月计算（"
        f"{plain(top.value)}÷{whole}≈{rounding.rounded(top.value / whole, Decimal('0.01'))}），"
        if (whole > 0 and _holds(figure, top, whole))
        else ""
    )
    spans = [figure.span, top.span] + ([(mention.start, mention.end)] if mention else [])
    shown = rounding.rounded(expected, figure.step)
    zh_slip, en_slip = rounding.slip(figure.value, expected)
    return finding(
        "average_period",
        "error" if definite else "warning",
        f"月均数与期间不符：{by}但期间自 {start.isoformat()} 至 {end.isoformat()}，实为 {counts[0]} 个月，"
        f"{plain(top.value)}÷{counts[0]}≈{shown}，文中写 {figure.text}。{zh_slip}请核对起止时间和月均数。",
        f"The monthly average does not fit the period {start.isoformat()} to {end.isoformat()} ({counts[0]} months): "
        f"{plain(top.value)} ÷ {counts[0]} = {shown}; the text says {figure.text}.{en_slip}",
        spans,
        figure.text,
        f"{shown}{figure.unit}",
    )


def _period(report: Report, figure: Figure, top: Figure) -> tuple[date | None, date | None, DateMention | None]:
    """Start, end and the mention that gives the start, looked for in the sentence before the average."""
    first = report.layout.sentences[figure.sentence][0]
    mentions = [m for m in report.dates if first <= m.start < figure.start and m.role in {"event", "since", "period"}]
    mention = next((m for m in reversed(mentions) if m.first == top.period_start), None)
    return top.period_start, top.as_of, mention


def _months(start: date, end: date, mention: DateMention | None) -> tuple[list[int], bool]:
    """The numbers of months an average may be taken over, the most fitting first, and whether it is beyond doubt.

    A launch at the end of a month leaves only the months after it; one on another day may count the first month or not.
    """
    touched = (end.year - start.year) * 12 + end.month - start.month + 1
    if mention and mention.grain in {"year", "half", "quarter", "range"} and mention.role == "period":
        return [touched], True
    if start.day == 1 and (mention is None or mention.grain != "month"):
        return [touched], False
    if start.day >= 25:
        return [max(1, touched - 1)], False
    return [touched, max(1, touched - 1)], False


def _per_day(figure: Figure, top: Figure, start: date, end: date) -> Finding | None:
    days = (end - start).days + 1
    low, high = top.value / days, top.value / (Decimal(days) * Decimal("0.6"))
    space = rounding.printed(figure)
    if rounding.meets((low * Decimal("0.97"), high), space):
        return None
    shown = rounding.rounded(low, figure.step)
    zh_slip, en_slip = rounding.slip(figure.value, low)
    return finding(
        "average_period",
        "warning",
        f"日均数与期间不符：{start.isoformat()} 至 {end.isoformat()} 共 {days} 天，"
        f"{plain(top.value)}÷{days}≈{shown}，文中写 {figure.text}。"
        f"{zh_slip}请核对，或写明按工作日计算。",
        f"The daily average does not fit the period of {days} days: {plain(top.value)} ÷ {days} = {shown}; "
        f"the text says {figure.text}.{en_slip}",
        [figure.span, top.span],
        figure.text,
        f"{shown}{figure.unit}",
    )


def _mismatch(
    figure: Figure, top: Figure, by: str, number: str, exact: Decimal, spans: list[tuple[int, int]], severity: str
) -> Finding:
    shown = rounding.rounded(exact, figure.step)
    zh_slip, en_slip = rounding.slip(figure.value, exact)
    return finding(
        "average_mismatch",
        "error" if severity == "error" else "warning",
        f"平均数与总数不符：{label(top)} ÷ {by}，{plain(top.value)}÷{number}＝{rounding.shown(exact)}，应为 "
        f"{shown}，文中写 {figure.text}。{zh_slip}请核对总数、个数和平均数。",
        f"The average does not follow: {plain(top.value)} ÷ {number} = {shown}; the text says {figure.text}.{en_slip}",
        spans,
        figure.text,
        f"{shown}{figure.unit}",
    )
