"""Hedges that contradict the figure or each other, and units written halfway."""

from __future__ import annotations

import re
from collections import defaultdict

from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report, finding
from yiwang.domains.evaluation.reportcheck.types import Finding

_ABOUT = {"约", "大约", "约为"}
_PAIRS = (
    (re.compile(r"大约|(?<![签合节公契条预制违履续])约"), re.compile(r"左右|上下"), "info"),
    (re.compile(r"近|将近|接近|不足"), re.compile(r"以上|余|多"), "warning"),
    (re.compile(r"超过|超|逾|突破|不少于|不低于|至少"), re.compile(r"以内|以下|左右|之内"), "warning"),
    (re.compile(r"不超过|至多|最多|低于|少于"), re.compile(r"以上|余|左右"), "warning"),
    (re.compile(r"超过|逾|不少于|不低于|至少"), re.compile(r"以上"), "info"),
    (re.compile(r"不超过|至多|最多"), re.compile(r"以内|以下"), "info"),
)


def check(report: Report) -> list[Finding]:
    """Test every hedge, then the units of money."""
    out: list[Finding] = []
    for figure in report.figures:
        out.extend(_precise(figure))
        out.extend(_double(report, figure))
        out.extend(_half_unit(figure))
    return out + _mixed_money(report)


def _precise(figure: Figure) -> list[Finding]:
    """约 before two decimals or before a long exact number says two things at once."""
    digits = re.sub(r"[^\d.]", "", figure.text)
    places = len(digits.partition(".")[2])
    long = "." not in digits and len(digits) >= 4 and not digits.endswith("0")
    if figure.hedge not in _ABOUT or not (places >= 2 or long):
        return []
    return [
        finding(
            "hedge_precision",
            "info",
            f"“{figure.hedge}”与精确数字矛盾：“{figure.hedge}{figure.text}”。既是约数，就取整（如保留到万位）；既有准确数，就删去“{figure.hedge}”。",
            f"{figure.hedge} (about) before a precise figure: {figure.text}. Round the figure or delete the hedge.",
            [(figure.start - len(figure.hedge), figure.end)],
            f"{figure.hedge}{figure.text}",
            figure.text,
        )
    ]


def _double(report: Report, figure: Figure) -> list[Finding]:
    before = report.text[max(0, figure.start - 3) : figure.start]
    inside, after = figure.text, report.text[figure.end : figure.end + 2]
    for first, second, severity in _PAIRS:
        lead = re.search(rf"(?:{first.pattern})$", before)
        tail = re.match(second.pattern, after) or (re.search(r"余|多", inside) if "余" in second.pattern else None)
        if lead and tail:
            end = figure.end + (tail.end() if tail.re.pattern == second.pattern else 0)
            span = (figure.start - len(lead[0]), end)
            shown = report.text[span[0] : span[1]]
            return [
                finding(
                    "hedge_contradiction",
                    "warning" if severity == "warning" else "info",
                    f"概数词{'互相矛盾' if severity == 'warning' else '重复'}："
                    f"“{shown}”中“{lead[0]}”和“{tail[0]}”只能用一个。",
                    f"Two hedges on one figure: {shown}. Keep one.",
                    [span],
                    shown,
                )
            ]
    return []


def _half_unit(figure: Figure) -> list[Finding]:
    if not figure.text.endswith(("万人民币", "亿人民币")):
        return []
    expected = figure.text.removesuffix("人民币") + "元"
    return [
        finding(
            "unit_incomplete",
            "info",
            f"金额缺“元”：“{figure.text}”应写作“{expected}”。",
            f"An amount without its unit 元: {figure.text} should be {expected}.",
            [figure.span],
            figure.text,
            expected,
        )
    ]


def _mixed_money(report: Report) -> list[Finding]:
    """万元 and 亿元 in one segment are hard to compare."""
    groups: dict[int, list[Figure]] = defaultdict(list)
    for figure in report.figures:
        if figure.unit == "元" and ("万" in figure.text or "亿" in figure.text):
            groups[figure.segment].append(figure)
    out = []
    for figures in groups.values():
        large = [f for f in figures if "亿" in f.text]
        small = [f for f in figures if "亿" not in f.text and f.value >= 10**8]
        if large and small:
            out.append(
                finding(
                    "unit_mixed",
                    "info",
                    f"同一段金额单位不一：“{small[0].text}”用万元，“{large[0].text}”用亿元，不便比较，建议统一。",
                    f"Amounts in 万元 ({small[0].text}) and 亿元 ({large[0].text}) in one passage; use one unit.",
                    [f.span for f in [*small, *large]],
                    small[0].text,
                )
            )
    return out
