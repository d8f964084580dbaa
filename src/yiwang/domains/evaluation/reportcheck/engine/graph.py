"""The graph of figures: which figures are parts of which whole, by wording and place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report
from yiwang.domains.evaluation.reportcheck.engine.units import same_unit

# Words after which a figure belongs to another dimension or a later stage, so that parts may overlap.
OVERLAPPING = re.compile(
    r"女|党员|少数民族|岁|学历|本科|硕士|以上|以下|超过|新增|在建|重点|优秀|示范|已|未|开工|竣工|投产|完成|办结|投用|建成|整改|解决|落实|发放|"
    r"签约|注册|激活|活跃|参保|脱贫|累计|当年|今年|本年|同比|持证|有效|国家级|省级|规上|规模以上|户籍|常住"
)
_EXHAUSTIVE = re.compile(r"分别(?:为|是|有)?|由[^，。]{0,40}(?:组成|构成)|包括|分为|分成|划分为|即[：:]|具体为")
_AMONG = re.compile(r"其中|包括|分别(?:为|是)?|分为|分成|由[^，。；]{0,30}(?:组成|构成)")


@dataclass(frozen=True, slots=True)
class Group:
    """A whole and the parts listed for it. ``exhaustive``: the wording says the parts are all there is."""

    whole: Figure
    parts: tuple[Figure, ...]
    exhaustive: bool


def groups(report: Report) -> list[Group]:
    """The wholes with their parts: T，其中A…、B…; T，分别为A、B; T，包括A…B….

    The whole is the last figure of the same unit before the cue, in the sentence; the parts run on while unit and
    kind go on, to the end of the sentence or to ``；``.
    """
    found = []
    for figures in report.by_sentence.values():
        if len(figures) < 2:
            continue
        start, end = report.layout.sentences[figures[0].sentence]
        for cue in _AMONG.finditer(report.text, start, end):
            before = [f for f in figures if f.end <= cue.start()]
            after = [f for f in figures if f.start >= cue.start()]
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
    whole = next((f for f in reversed(before[-4:]) if same_unit(f.unit, first.unit)), None)
    if whole is None or whole.planned != first.planned:
        return None
    parts = [first]
    last = first
    for figure in after[1:]:
        gap = report.text[last.end : figure.start]
        if "；" in gap or "。" in gap or "其中" in gap or re.search(r"合计|共计|总计", gap):
            break
        last = figure
        if figure.unit == first.unit:
            parts.append(figure)
        elif figure.is_count and first.is_count:
            break
    return Group(whole, tuple(parts), bool(_EXHAUSTIVE.match(cue[0])) and cue[0] != "包括")


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
