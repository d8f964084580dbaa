"""Breaks a formal title into centred lines as GB/T 9704-2012 §7.3.1 asks: whole words, trapezoid or diamond."""

from __future__ import annotations

import re

# 156 mm of text width hold 20 characters of 22 pt.
TITLE_WIDTH = 20

_OPENING = "“《（〔‘"
_CLOSING = "”》）〕’，、：；。"
_WORDS = re.compile(
    r"[A-Za-z0-9.%]+|数字政府|改革建设|“[^”]{1,8}”|规划|实施|中期|年度|评估|报告|情况|工作|方案|发展|[县区市镇乡村省]|."
)


def title_lines(title: str, width: int = TITLE_WIDTH) -> list[str]:
    """``title`` in as few lines as fit ``width`` characters, as even as whole words allow, the last not the longest.

    A word that is longer than ``width`` is cut. Empty input gives no line.
    """
    words = [part for word in _WORDS.findall(title) for part in _pieces(word, width)]
    if not words:
        return []
    total = sum(map(len, words))
    for count in range(-(-total // width), len(words) + 1):
        lines = _balanced(words, count, width, total / count)
        if lines is not None:
            return lines
    return _pieces(title, width)


def _pieces(word: str, width: int) -> list[str]:
    return [word[start : start + width] for start in range(0, len(word), width)]


def _balanced(words: list[str], count: int, width: int, ideal: float) -> list[str] | None:
    """The ``count`` lines with the least squared distance from ``ideal``; ``None`` where they do not fit."""
    states: dict[int, tuple[float, list[str]]] = {0: (0.0, [])}
    for number in range(count):
        reached: dict[int, tuple[float, list[str]]] = {}
        for start, (cost, lines) in states.items():
            line = ""
            for end in range(start, len(words)):
                line += words[end]
                if len(line) > width:
                    break
                if number < count - 1 and not _may_break(line, words[end + 1] if end + 1 < len(words) else ""):
                    continue
                price = cost + (len(line) - ideal) ** 2 + (0.0 if _ends_well(line) else 6.0)
                if end + 1 not in reached or price < reached[end + 1][0]:
                    reached[end + 1] = (price, [*lines, line])
        states = reached
    found = states.get(len(words))
    return None if found is None else found[1]


def _may_break(line: str, following: str) -> bool:
    return bool(following) and following[0] not in _CLOSING and line[-1] not in _OPENING


def _ends_well(line: str) -> bool:
    return line.endswith(("规划", "实施", "评估", "报告", "建设", "发展", "》", "的", "关于", "区", "市", "县"))
