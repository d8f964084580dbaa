"""Whether a segment tells what was done or what is proposed, from its heading and its tone."""

from __future__ import annotations

import re

from yiwang.domains.evaluation.reportcheck.engine.model import Layout, Locator

DONE, PROPOSED = "done", "proposed"
_PROGRESS = re.compile(r"(?:进展|完成情况|成效|工作回顾|工作总结)(?:情况)?[。：:]|(?:进展|成效|完成)情况如下")
_DONE_WORDS = re.compile(r"截至|截止|已(?!有)|累计|完成了|实现了|以来|顺利")
_PLAN_TONE = re.compile(
    r"进一步|加快|持续|推进|加强|探索|完善|强化|逐步|力争|不断|拟(?!定)|建议|加大|深化|健全|推动|将(?!近)|制定"
)
_SAYS_SO = re.compile(r"建议|下一步|下阶段|拟(?!定)|将于|计划(?:于|在|到)|今后")


class Moods:
    """The mood of every segment of a layout, read once each.

    *done* under a progress heading, or with two marks of completion; *proposed* when it says so, or when its whole
    paragraph speaks of advancing and strengthening and never of anything completed.
    """

    def __init__(self, text: str, layout: Layout) -> None:
        self._text, self._layout = text, layout
        self._in_paragraph = Locator(layout.paragraphs)
        self._paragraphs: dict[int, str] = {}
        self._segments: dict[int, str] = {}

    def of(self, segment: int) -> str:
        """``done``, ``proposed`` or an empty string for one segment."""
        if segment not in self._segments:
            start, end = self._layout.segments[segment]
            whole = self._paragraph(self._in_paragraph(start))
            body = self._text[start:end]
            if whole != DONE and _SAYS_SO.search(body):
                mood = PROPOSED
            elif whole:
                mood = whole
            else:
                mood = DONE if len(_DONE_WORDS.findall(body)) >= 2 else ""
            self._segments[segment] = mood
        return self._segments[segment]

    def _paragraph(self, index: int) -> str:
        if index not in self._paragraphs:
            start, end = self._layout.paragraphs[index]
            body = self._text[start:end]
            if _PROGRESS.search(body[:120]):
                mood = DONE
            elif len(_PLAN_TONE.findall(body)) >= 3 and not re.search(r"截至|累计|完成了", body):
                mood = PROPOSED
            else:
                mood = ""
            self._paragraphs[index] = mood
        return self._paragraphs[index]
