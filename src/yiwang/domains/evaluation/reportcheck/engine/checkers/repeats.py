"""Near-duplicate passages: the same paragraph written twice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from yiwang.domains.evaluation.reportcheck.engine.model import Report, Span, finding
from yiwang.domains.evaluation.reportcheck.types import Finding

_SIZE = 6
_LEAST = 50
_SHARE = 0.6
_COMMON = 12
_KEEP = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]")


def check(report: Report) -> list[Finding]:
    """Find pairs of segments of which the shorter repeats at least 60 % of its six-character shingles in the other."""
    passages = []
    for start, end in report.layout.segments:
        places = [i for i in range(start, end) if _KEEP.match(report.text[i])]
        if len(places) >= _LEAST:
            passages.append(((start, end), places))
    index: dict[str, list[int]] = defaultdict(list)
    shingles: list[dict[str, int]] = []
    for number, (_, places) in enumerate(passages):
        plain = "".join(report.text[i] for i in places)
        own = {plain[i : i + _SIZE]: i for i in range(len(plain) - _SIZE + 1)}
        shingles.append(own)
        for shingle in own:
            index[shingle].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in index.values():
        # A phrase that many passages use is house style, no repetition.
        if 2 <= len(numbers) <= _COMMON:
            for position, second in enumerate(numbers):
                for first in numbers[:position]:
                    shared[first, second] += 1
    out = []
    for (first, second), count in shared.items():
        if count < _SHARE * min(len(shingles[first]), len(shingles[second])) or _statistics_differ(
            report, passages, first, second
        ):
            continue
        out.append(
            _report(report, _common(passages, shingles, first, second), _common(passages, shingles, second, first))
        )
    return out


def _common(passages: list[tuple[Span, list[int]]], shingles: list[dict[str, int]], this: int, other: int) -> Span:
    """From the first to the last shared shingle of a passage."""
    hits = [position for shingle, position in shingles[this].items() if shingle in shingles[other]]
    places = passages[this][1]
    return places[min(hits)], places[max(hits) + _SIZE - 1] + 1


def _statistics_differ(report: Report, passages: list[tuple[Span, list[int]]], first: int, second: int) -> bool:
    """Whether both passages carry figures that mostly differ: one sentence pattern for two towns is no repetition."""
    values = []
    for number in (first, second):
        start, end = passages[number][0]
        values.append({f.value for f in report.figures if start <= f.start < end})
    return len(values[0] | values[1]) >= 2 and len(values[0] & values[1]) * 2 < len(values[0] | values[1])


def _report(report: Report, first: Span, second: Span) -> Finding:
    shown = report.text[first[0] : first[0] + 24].replace("\n", " ")
    return finding(
        "near_duplicate",
        "warning",
        f"两处文字基本重复：“{shown}……”一段在后文又几乎原样出现。请删去一处，或合并改写。",
        f"Two passages are nearly the same, beginning {shown}… Delete one of them or merge them.",
        [first, second],
    )
