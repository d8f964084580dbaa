"""Numbering: items left out or numbered twice, and levels out of the order of GB/T 9704 (一、（一）1.（1）)."""

from __future__ import annotations

import re
from itertools import pairwise

from yiwang.domains.evaluation.reportcheck.engine import numerals
from yiwang.domains.evaluation.reportcheck.engine.model import Report, Span, finding
from yiwang.domains.evaluation.reportcheck.types import Finding

_CN = "一二三四五六七八九十"
_LINE = re.compile(
    rf"[ \t　]*(?:(?P<top>[{_CN}]{{1,3}})、|[（(](?P<second>[{_CN}]{{1,3}})[)）]"
    rf"|(?P<third>\d{{1,2}})[.．、](?!\d)|[（(](?P<fourth>\d{{1,2}})[)）])"
)
_ITEM = re.compile(rf"[ \t　]*(?P<n>[{_CN}]{{1,3}})是")
_LEVELS = ("top", "second", "third", "fourth")


def check(report: Report) -> list[Finding]:
    """Test the numbers of headings and of 一是 … 二是 … lists."""
    return _headings(report) + _items(report)


def _headings(report: Report) -> list[Finding]:
    lines: list[tuple[str, int, Span]] = []
    for start, end in report.layout.paragraphs:
        match = _LINE.match(report.text[start : min(end, start + 16)])
        if match and match.lastgroup:
            digits = match[match.lastgroup]
            number = int(digits) if digits.isdigit() else int(numerals.chinese(digits) or 0)
            lines.append((match.lastgroup, number, (start, start + match.end())))
    out = _style(lines)
    last: dict[str, int] = {}
    for level, number, span in lines:
        before = last.get(level)
        if before is not None and number not in {1, before + 1}:
            out.append(_gap(report.text[span[0] : span[1]].strip(), span, before, number))
        last[level] = number
        if not _inverted(lines):
            for lower in _LEVELS[_LEVELS.index(level) + 1 :]:
                last.pop(lower, None)
    return out


def _inverted(lines: list[tuple[str, int, Span]]) -> bool:
    return any(first[0] == "fourth" and second[0] == "third" and second[1] == 1 for first, second in pairwise(lines))


def _style(lines: list[tuple[str, int, Span]]) -> list[Finding]:
    if not _inverted(lines):
        return []
    spans = [span for level, _, span in lines if level == "fourth"]
    return [
        finding(
            "numbering_style",
            "info",
            f"标题层次序号不合规范：“（1）”下面又用“1.”（共 {len(spans)} 处）。公文结构层次依次为“一、”“（"
            "一）”“1.”“（1）”（GB/T 9704—2012）。",
            "Heading levels out of order: （1） stands above 1.; the order is 一、 （一） 1. （1） (GB/T 9704-2012).",
            spans,
            "（1）→1.",
            "（一）→1.",
        )
    ]


def _gap(shown: str, span: Span, before: int, number: int) -> Finding:
    return finding(
        "numbering_gap",
        "warning" if number > before else "info",
        f"序号{'跳号' if number > before + 1 else '重复或倒退'}：第 {before} 项之后是“{shown}”（"
        f"第 {number} 项）。请检查是否漏项，或重新编号。",
        f"Numbering jumps from {before} to {number}.",
        [span],
        str(number),
        str(before + 1),
    )


def _items(report: Report) -> list[Finding]:
    out = []
    before = 0
    for start, end in report.layout.segments:
        match = _ITEM.match(report.text[start : min(end, start + 10)])
        if not match:
            before = 0 if report.text[max(0, start - 1) : start] == "\n" else before
            continue
        number = int(numerals.chinese(match["n"]) or 0)
        if before and number not in {1, before + 1}:
            out.append(_gap(match[0].strip(), (start, start + match.end()), before, number))
        before = number
    return out
