"""The checked report in memory: its spans, its figures and how to ask for neighbours.

Spans nest: paragraph ⊃ segment (一是 … 二是 …) ⊃ sentence ⊃ clause. Each figure knows the index of each.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from yiwang.domains.evaluation.reportcheck.engine import units
from yiwang.domains.evaluation.reportcheck.engine.dates import BadDate, DateMention
from yiwang.domains.evaluation.reportcheck.types import DateSource, Finding, Severity

Span = tuple[int, int]
_REACH = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity. ``step`` is the worth of its last printed digit in base units; ``left``/``right`` near words."""

    index: int
    start: int
    end: int
    text: str
    value: Decimal
    step: Decimal
    exact: bool
    unit: str
    hedge: str
    subject: str
    left: str
    right: str
    paragraph: int
    segment: int
    sentence: int
    clause: int
    as_of: date | None = None
    period_start: date | None = None
    date_source: DateSource = "inferred"
    planned: bool = False

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.start, self.end

    @property
    def is_count(self) -> bool:
        """Whether it counts things (and not money, time, a share or a grade)."""
        return self.unit not in units.NOT_COUNTS and "/" not in self.unit


@dataclass(frozen=True, slots=True)
class Layout:
    """The nested spans of a text, each list in order."""

    paragraphs: list[Span]
    segments: list[Span]
    sentences: list[Span]
    clauses: list[Span]


@dataclass
class Report:
    """A text with its figures and dates, as the checkers see it."""

    text: str
    layout: Layout
    figures: list[Figure]
    dates: list[DateMention]
    bad_dates: list[BadDate]
    as_of: date | None

    @cached_property
    def by_sentence(self) -> dict[int, list[Figure]]:
        """Figures of each sentence, in order."""
        return self._group("sentence")

    @cached_property
    def by_segment(self) -> dict[int, list[Figure]]:
        """Figures of each segment, in order."""
        return self._group("segment")

    def _group(self, level: str) -> dict[int, list[Figure]]:
        groups: dict[int, list[Figure]] = defaultdict(list)
        for figure in self.figures:
            groups[getattr(figure, level)].append(figure)
        return groups

    def clause_text(self, figure: Figure) -> str:
        """The text of the figure's clause."""
        start, end = self.layout.clauses[figure.clause]
        return self.text[start:end]

    def sentence_text(self, figure: Figure) -> str:
        """The text of the figure's sentence."""
        start, end = self.layout.sentences[figure.sentence]
        return self.text[start:end]

    def before(self, figure: Figure, level: str = "sentence") -> list[Figure]:
        """Figures before this one in its ``sentence`` or ``segment``, in order, at most 60 (an endless list)."""
        first, place = figure.index, getattr(figure, level)
        while first > max(0, figure.index - _REACH) and getattr(self.figures[first - 1], level) == place:
            first -= 1
        return self.figures[first : figure.index]

    def lead(self, figure: Figure) -> str:
        """The words of the figure's clause before it, at most 80 characters."""
        return self.text[max(self.layout.clauses[figure.clause][0], figure.start - 80) : figure.start]

    def between(self, first: Figure, second: Figure) -> str:
        """The text between two figures."""
        return self.text[first.end : second.start]


_ENUMERATOR = re.compile(r"(?:^|(?<=[。；;！？：:，,\n]))\s*(?=[一二三四五六七八九十]{1,3}是)", re.MULTILINE)
_SENTENCE_END = re.compile(r"[。！？!?\n]+[”’」』）)]*")
_CLAUSE_END = re.compile(r"[，；;：:\t]|,(?!\d{3})|(?<!\d),|(?<=。)|(?<=[！？!?\n])")


def lay_out(text: str) -> Layout:
    """Split a text into paragraphs (lines), segments, sentences and clauses."""
    paragraphs, start = [], 0
    for line in text.splitlines(keepends=True):
        paragraphs.append((start, start + len(line)))
        start += len(line)
    if not paragraphs:
        paragraphs = [(0, 0)]
    marks = [match.end() for match in _ENUMERATOR.finditer(text)]
    segments = _cut(paragraphs, marks)
    sentences = _cut(segments, [match.end() for match in _SENTENCE_END.finditer(text)])
    clauses = _cut(sentences, [match.end() for match in _CLAUSE_END.finditer(text)])
    return Layout(paragraphs, segments, sentences, clauses)


def _cut(spans: list[Span], marks: list[int]) -> list[Span]:
    out: list[Span] = []
    i = 0
    for start, end in spans:
        here = start
        while i < len(marks) and marks[i] <= start:
            i += 1
        while i < len(marks) and marks[i] < end:
            if marks[i] > here:
                out.append((here, marks[i]))
                here = marks[i]
            i += 1
        out.append((here, end))
    return out


class Locator:
    """Finds the index of the span that holds an offset."""

    def __init__(self, spans: list[Span]) -> None:
        self._starts = [start for start, _ in spans]

    def __call__(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1)


def finding(
    kind: str,
    severity: Severity,
    zh: str,
    en: str,
    spans: list[Span] | tuple[Span, ...],
    stated: str = "",
    expected: str = "",
) -> Finding:
    """Make a finding with its spans in order of the text."""
    return Finding(kind, severity, zh, en, stated, expected, tuple(sorted(set(spans))))
