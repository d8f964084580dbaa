"""What a report is written from: frozen values, no database, no Django.

The caller gathers a :class:`ReportContext` from the plan and its round; :func:`..writer.write` turns it into Word and
:func:`..plain_text.as_text` into plain text. A *text* is a tuple of runs: strings and figures. A newline in a string
begins a new paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from urllib.parse import urljoin

from yiwang.domains.evaluation.planning.types import Status, TaskStatus
from yiwang.lib.clock import local_date

Origin = Literal["computed", "reported", "derived", "planned"]

ORIGIN_ZH: dict[str, str] = {
    "computed": "系统计算",
    "reported": "单位填报",
    "derived": "按数据推算",
    "planned": "规划规定",
}
# The plan's figures have a value of their own; what is derived from them or laid down by the plan is no further figure.
FIGURE_ORIGINS = frozenset({"computed", "reported"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRef:
    """A number in the report that opens its page, with its lineage (数据来历).

    ``text`` is what is printed ("45122笔"); ``url`` is the page, absolute or relative to ``ReportContext.base_url``;
    ``value`` is in ``unit``; ``reported_by`` is the unit (or the system, when computed) that answers for it.
    ``definition`` says what is counted (empty for reported figures); ``known_at`` is the last day whose knowledge was
    used, ``snapshot`` the short name of the lake's snapshot it was counted in. ``numerator`` and ``denominator`` are
    printed forms; ``rows`` is how many records were counted. ``code`` is empty for a number that is no plan figure, and
    ``url`` for one that no page shows.
    """

    code: str
    name: str
    text: str
    url: str
    origin: Origin
    as_of: date
    value: Decimal
    unit: str
    reported_by: str = ""
    evidence: str = ""
    definition: str = ""
    known_at: date | None = None
    snapshot: str = ""
    numerator: str = ""
    denominator: str = ""
    rows: int | None = None

    @property
    def tooltip(self) -> str:
        """What hovering shows: F005 自助机累计办结业务 · 截至2023-06-30 · 区政务服务数据管理局报送."""
        sources = {
            "reported": f"{self.reported_by}报送",
            "computed": f"由{self.reported_by or '系统'}记录计算",
        }
        source = sources.get(self.origin, ORIGIN_ZH[self.origin])
        return f"{self.title} · 截至{self.as_of.isoformat()} · {source}"

    @property
    def title(self) -> str:
        """Code and name: F005 自助机累计办结业务."""
        return f"{self.code} {self.name}".strip()


Text = tuple[str | FigureRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverallJudgement:
    """总体判断: the paragraphs that open the findings."""

    paragraphs: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSection:
    """One task of the plan (任务) as its lead unit handed it in; ``status`` is ``None`` where it declared none."""

    code: str
    title: str
    status: TaskStatus | None
    status_text: str
    progress: Text
    problems: Text | None
    measures: Text | None
    lead_unit: str
    support_units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One chapter of the plan (章); ``number`` is its number in the plan, from 1."""

    number: int
    name: str
    slogan: str
    intro: Text | None
    tasks: tuple[TaskSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """One row of the indicator table (指标完成情况表), of the chapter with that number.

    ``value``, ``progress`` and ``expected`` (the share of the way that time calls for, 应达进度) are ``None`` where the
    round has no data or nothing can be said; the latter two are in percent.
    """

    code: str
    name: str
    chapter: int
    unit: str
    baseline: FigureRef | None
    target: FigureRef | None
    value: FigureRef | None
    progress: FigureRef | None
    expected: FigureRef | None
    status: Status
    status_text: str
    lead_unit: str
    origin_text: str
    nature_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemItem:
    """One problem (主要问题): a sentence that names it and the text below."""

    title: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalItem:
    """One next step (下一步措施) or suggestion (意见建议)."""

    title: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRow:
    """One adjustment of the plan (规划调整): what was written, what shall be, why, on what basis, who decided."""

    number: str
    kind: str
    task: str
    old: str
    new: str
    reason: str
    basis: str
    approver: str
    decided_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskListRow:
    """One row of the task list (中期任务清单)."""

    code: str
    title: str
    requirement: str
    lead: str
    support: str
    due: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """Something the report ought to have and has not (数据缺口)."""

    code: str
    name: str
    unit_name: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A figure of the round with where it comes from (数据来源)."""

    figure: FigureRef
    kind_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContext:
    """Everything the report says. Figures that a template may name are those of ``facts``, ``indicators`` and texts.

    ``as_of`` is the day the figures count to, ``known_at`` the moment up to which the system's knowledge was used (the
    time of writing when not given); both are shown in Asia/Shanghai. ``generated_at`` must carry a time zone.
    ``indicators_url``, ``figures_url`` and ``tasks_url`` are the pages whose rows the report's counts add up; without
    them counts and charts are printed without a link. ``figures_url`` ends in a query to which ``&origin=computed`` may
    be added.
    """

    district: str
    plan_title: str
    round_title: str
    as_of: date
    generated_at: datetime
    plan_version: int
    base_url: str
    judgement: OverallJudgement
    chapters: tuple[Chapter, ...]
    indicators: tuple[IndicatorRow, ...] = ()
    environment: tuple[Text, ...] = ()
    problems: tuple[ProblemItem, ...] = ()
    next_steps: tuple[ProposalItem, ...] = ()
    adjustments: tuple[AdjustmentRow, ...] = ()
    suggestions: tuple[ProposalItem, ...] = ()
    task_list: tuple[TaskListRow, ...] = ()
    gaps: tuple[GapRow, ...] = ()
    facts: tuple[FactRow, ...] = ()
    known_at: datetime | None = None
    compiled_by: str = ""
    report_title: str = ""
    is_demo: bool = False
    indicators_url: str = ""
    figures_url: str = ""
    tasks_url: str = ""
    _figures: dict[str, FigureRef] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the figures by code, facts first: they carry the plainest text."""
        if self.generated_at.tzinfo is None:
            raise ValueError("generated_at needs a time zone")
        for figure in self._all_figures():
            if figure.origin in FIGURE_ORIGINS:
                self._figures.setdefault(figure.code, figure)

    @property
    def title(self) -> str:
        """The formal title, e.g. …“十四五”规划实施中期评估报告."""
        return self.report_title or f"{self.plan_title}实施{self.round_title}报告"

    @property
    def figures(self) -> dict[str, FigureRef]:
        """Every figure of the report by code."""
        return dict(self._figures)

    @property
    def known_on(self) -> date:
        """The last day, there, whose knowledge was used."""
        return local_date(self.known_at or self.generated_at)

    def indicators_of(self, chapter: int) -> tuple[IndicatorRow, ...]:
        """The indicators of the chapter with that number."""
        return tuple(row for row in self.indicators if row.chapter == chapter)

    def absolute(self, url: str) -> str:
        """``url`` seen from the installation's address. Raises ``ValueError`` unless it is http or https."""
        target = urljoin(self.base_url, url)
        if not target.startswith(("http://", "https://")):
            raise ValueError(f"a number has no web address: {target!r}")
        return target

    def _all_figures(self) -> Iterator[FigureRef]:
        for fact in self.facts:
            yield fact.figure
        for row in self.indicators:
            if row.value is not None:
                yield row.value
        for text in self._texts():
            yield from (run for run in text if isinstance(run, FigureRef))

    def _texts(self) -> Iterator[Text]:
        yield from self.judgement.paragraphs
        for chapter in self.chapters:
            if chapter.intro is not None:
                yield chapter.intro
            for task in chapter.tasks:
                yield task.progress
                if task.problems is not None:
                    yield task.problems
                if task.measures is not None:
                    yield task.measures
        yield from self.environment
        yield from (problem.text for problem in self.problems)
        yield from (proposal.text for proposal in (*self.next_steps, *self.suggestions))
