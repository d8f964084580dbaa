"""A hand-in as its page shows it: figures with what was known before, versions with what they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yiwang.domains.evaluation.planning import display
from yiwang.domains.evaluation.planning.judgement import judge, thresholds_on
from yiwang.domains.evaluation.planning.models import Evidence, HandIn, HandInVersion, Indicator, IndicatorValue
from yiwang.domains.evaluation.planning.selectors import handins as reads
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors import values
from yiwang.domains.evaluation.planning.types import FigureEntry, HandInContent, Judgement, Status, TaskStatus
from yiwang.kernel.access.api import User

FIELD_NAMES = {
    "status": "任务进展",
    "progress": "进展情况",
    "problems": "存在问题",
    "measures": "下一步措施",
}


@dataclass(frozen=True)
class FigureLine:
    """A figure of a hand-in: what is written now, the last accepted value, what the records say, the judgement.

    Judged is what counts: what the records say, else what is written.
    """

    indicator: Indicator
    entry: FigureEntry | None
    last: IndicatorValue | None
    verdict: Judgement | None
    computed: IndicatorValue | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def text(self) -> str:
        """What is written, as it reads in a sentence."""
        return display.value_text(self.indicator, self.entry)

    @property
    def last_text(self) -> str:
        """The last accepted value as it reads; a dash where there is none."""
        return "—" if self.last is None else display.value_text(self.indicator, self.last)

    @property
    def computed_text(self) -> str:
        """What the records say, as it reads; empty where they say nothing."""
        return "" if self.computed is None else display.value_text(self.indicator, self.computed)

    @property
    def disagrees(self) -> bool:
        """Whether what is written is another number than the records say."""
        return values.disputed(self.indicator, self.computed, self.entry)

    @property
    def status_text(self) -> str:
        """The judgement in words; empty for facts and empty figures."""
        if self.verdict is None or self.verdict.status in {Status.FACT, Status.NO_DATA}:
            return ""
        return str(display.STATUS_TEXT[self.verdict.status])

    @property
    def tone(self) -> str:
        """The judgement's colour."""
        return "muted" if self.verdict is None else display.STATUS_TONE[self.verdict.status]

    @property
    def is_laggard(self) -> bool:
        """Whether a cause and a measure are needed."""
        return self.verdict is not None and self.verdict.status.is_laggard

    @property
    def changed(self) -> bool:
        """Whether what is written differs from the last accepted value."""
        if self.entry is None or self.entry.value is None or self.last is None:
            return False
        return (self.entry.value, self.entry.hedge) != (self.last.value, self.last.hedge)


def figure_lines(user: User, row: HandIn, content: HandInContent) -> list[FigureLine]:
    """The figures that ``row`` reports, in the plan's order, with what ``content`` says of them.

    With each figure its documents, as far as ``user`` may see them.
    """
    indicators = reads.task_indicators(row)
    codes = [item.code for item in indicators]
    known = values.reported_as_of(row.round.plan_version.plan, row.round.as_of, codes=codes)
    computed = values.computed_of_round(row.round, codes)
    papers: dict[str, list[Evidence]] = {}
    for paper in reads.evidence_of(user, row):
        papers.setdefault(paper.figure_code, []).append(paper)
    return [
        FigureLine(
            item,
            entry,
            known.get(item.code),
            _verdict(item, computed.get(item.code) or entry),
            computed.get(item.code),
            tuple(papers.get(item.code, ())),
        )
        for item in indicators
        for entry in [content.figure(item.code)]
    ]


def task_evidence(user: User, row: HandIn) -> list[Evidence]:
    """Documents for the whole task, as far as ``user`` may see them."""
    return list(reads.evidence_of(user, row).filter(figure_code=""))


def _verdict(item: Indicator, entry: FigureEntry | IndicatorValue | None) -> Judgement | None:
    if entry is None or entry.value is None or entry.as_of is None:
        return None
    return judge(plans.facts_of(item), entry.value, entry.as_of, thresholds_on(entry.as_of))


@dataclass(frozen=True)
class Difference:
    """A field in which two contents differ; ``words`` are the runs of :func:`~.plan.words`."""

    label: str
    old: str
    new: str
    words: tuple[tuple[str, str], ...]


def differences(old: HandInContent, new: HandInContent, indicators: Mapping[str, Indicator]) -> list[Difference]:
    """Every field in which ``new`` differs from ``old``."""
    pairs = [(FIELD_NAMES[name], _field(old, name), _field(new, name)) for name in FIELD_NAMES]
    codes = dict.fromkeys([item.code for item in (*old.figures, *new.figures)])
    for code in codes:
        name = f"{code} {indicators[code].name}" if code in indicators else code
        pairs.append((name, _entry(old, code, indicators), _entry(new, code, indicators)))
    return [Difference(label, left, right, plans.words(left, right)) for label, left, right in pairs if left != right]


def _field(content: HandInContent, name: str) -> str:
    if name != "status":
        return str(getattr(content, name))
    return status_text(content)


def status_text(content: HandInContent) -> str:
    """The declared state in words; empty when none is declared."""
    return str(display.TASK_TEXT[TaskStatus(content.status)]) if content.status in set(TaskStatus) else ""


def status_tone(content: HandInContent) -> str:
    """The declared state's colour."""
    return display.TASK_TONE[TaskStatus(content.status)] if content.status in set(TaskStatus) else "muted"


def _entry(content: HandInContent, code: str, indicators: Mapping[str, Indicator]) -> str:
    entry = content.figure(code)
    if entry is None:
        return ""
    parts = []
    if entry.value is not None:
        parts.append(display.value_text(indicators[code], entry) if code in indicators else f"{entry.value}")
    parts += [f"{day}" for day in (entry.period_start, entry.as_of) if day is not None]
    labelled = (
        ("来源", entry.evidence),
        ("备注", entry.note),
        ("原因", entry.cause),
        ("措施", entry.remedy),
        ("期限", "" if entry.remedy_due is None else str(entry.remedy_due)),
    )
    return "，".join([*parts, *(f"{label}：{text}" for label, text in labelled if text)])


def latest(row: HandIn) -> HandInVersion | None:
    """The newest version that was handed in."""
    return row.versions.order_by("-number").first()
