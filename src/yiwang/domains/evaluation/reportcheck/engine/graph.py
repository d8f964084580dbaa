"""The graph of figures: which figures are parts of which whole, by wording and place."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal

from yiwang.domains.evaluation.reportcheck.engine import rounding
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report
from yiwang.domains.evaluation.reportcheck.engine.units import same_unit

# Words after which a figure belongs to another dimension or a later stage, so that parts may overlap.
OVERLAPPING = re.compile(
    r"女|党员|少数民族|岁|学历|本科|硕士|以上|以下|超过|新增|在建|重点|优秀|示范|已|未|开工|竣工|投产|完成|办结|投用|建成|整改|解决|落实|发放|"
    r"签约|注册|激活|活跃|参保|脱贫|累计|当年|今年|本年|同比|持证|有效|规上|规模以上|户籍|常住"
)
_EXHAUSTIVE = re.compile(r"分别(?:为|是|有)?|由[^，。]{0,40}(?:组成|构成)|包括|分为|分成|划分为|即[：:]|具体为")
_AMONG = re.compile(r"其中|包括|分别(?:为|是)?|分为|分成|由[^，。；]{0,30}(?:组成|构成)")
_LONGEST = 60  # parts of one whole


@dataclass(frozen=True, slots=True)
class Group:
    """A whole and the parts listed for it.

    ``exhaustive``: the wording says the parts are all there is; ``others``: figures that may be the whole as well.
    """

    whole: Figure
    parts: tuple[Figure, ...]
    exhaustive: bool
    others: tuple[Figure, ...]

    @property
    def doubtful(self) -> bool:
        """Whether several figures before the cue may be the whole together (核发1286件，变更326件，其中网上办理…)."""
        return bool(self.others) and not self.exhaustive

    @property
    def ceiling(self) -> Decimal:
        """The most that the whole and its rivals can hold together."""
        return rounding.total([rounding.interval(figure) for figure in (self.whole, *self.others)])[1]


def groups(report: Report) -> list[Group]:
    """The wholes with their parts: T，其中A…、B…; T，分别为A、B; T，包括A…B….

    The whole is the last figure of the same unit before the cue in the sentence (in the one before, when 其中 opens
    it); the parts run on while unit and kind go on, to the end of the sentence or to ``；``.
    """
    found = []
    for sentence, figures in report.by_sentence.items():
        start, end = report.layout.sentences[sentence]
        starts = [figure.start for figure in figures]
        for cue in _AMONG.finditer(report.text, start, end):
            at = bisect_left(starts, cue.start())
            before, after = figures[max(0, at - 12) : at], figures[at : at + _LONGEST]
            if not before and cue.start() - start <= 2 and cue[0] == "其中":
                # …412所。其中幼儿园186所: the whole stands in the sentence before, in the same paragraph.
                before = [
                    f for f in report.by_sentence.get(sentence - 1, [])[-6:] if f.paragraph == figures[0].paragraph
                ]
                before = [f for f in before if after and f.unit == after[0].unit]
            if not before or not after:
                continue
            group = _group(report, cue, before, after)
            if group:
                found.append(group)
    return found


def _group(report: Report, cue: re.Match[str], before: list[Figure], after: list[Figure]) -> Group | None:
    first = after[0]
    if "；" in report.text[before[-1].end : cue.start()] or re.search("[；。]", report.text[cue.end() : first.start]):
        return None
    if len(report.text[before[-1].end : cue.start()]) > 60 or not _countable(first):
        return None
    wholes = [f for f in reversed(before) if same_unit(f.unit, first.unit) and f.planned == first.planned]
    if not wholes:
        return None
    parts = [first]
    last = first
    for figure in after[1:]:
        gap = report.text[last.end : figure.start]
        if re.search("[；。（(]|其中", gap) or re.search(r"合计|共计|总计", gap):
            break
        last = figure
        if figure.unit == first.unit:
            parts.append(figure)
        elif figure.is_count and first.is_count:
            break
    whole = _whole(wholes, parts)
    exhaustive = bool(_EXHAUSTIVE.match(cue[0])) and cue[0] != "包括"
    return Group(whole, tuple(parts), exhaustive, tuple(f for f in wholes if f is not whole))


def _whole(wholes: list[Figure], parts: list[Figure]) -> Figure:
    """Which of several figures (nearest first) is the whole: the one the parts make up (受理45.2万件，办结44.9万件。
    其中…), else the nearest that names what they name, else the nearest that can hold them, else the nearest.
    """
    together = rounding.total([rounding.interval(part) for part in parts])
    largest = max(part.value for part in parts)
    words = parts[0].left + parts[0].right
    tests = (
        lambda f: rounding.meets(rounding.interval(f), together),
        lambda f: shares_words(words, f.left + f.right),
        lambda f: f.value >= largest,
    )
    for test in tests:
        for figure in wholes:
            if test(figure):
                return figure
    return wholes[0]


def _countable(figure: Figure) -> bool:
    return figure.unit not in {"%", "‰", "倍", "分", "级", "个百分点"} and "/" not in figure.unit


def shares_words(first: str, second: str, length: int = 2) -> bool:
    """Whether two phrases have ``length`` Chinese characters in a row in common."""
    a, b = bare(first), bare(second)
    return any(a[i : i + length] in b for i in range(len(a) - length + 1))


def bare(phrase: str) -> str:
    """A phrase without quotation marks, brackets and punctuation."""
    return re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", phrase)


def label(figure: Figure) -> str:
    """A figure as named in messages: its subject (shortened) and its text."""
    subject = figure.subject
    if len(subject) > 18:
        subject = subject[-18:].lstrip("”’、，的")
    subject = subject.replace("“", "").replace("”", "")
    return f"{subject}{figure.text}" if subject else figure.text
