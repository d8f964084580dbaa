"""The charts that a template may place (图表): what they show, from a report's context. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from yiwang.domains.evaluation.planning.types import Status, TaskStatus

from .context import FigureRef, ReportContext

NOT_DECLARED = "未报送"
FULL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Look:
    """How a bar is filled: ``colour`` (RRGGBB) and a DrawingML pattern, so that grey print tells bars apart too."""

    colour: str
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One row of bars; ``values`` stand in the order of the categories, ``looks`` colour single bars."""

    name: str
    values: tuple[Decimal | None, ...]
    look: Look
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars. ``unit`` stands behind the numbers; ``source`` is the chart's lineage and the page it opens."""

    key: str
    title: str
    unit: str
    decimals: int
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    stacked: bool
    source: FigureRef

    @property
    def alt_text(self) -> str:
        """The chart in words, for those who do not see it."""
        rows = []
        for position, category in enumerate(self.categories):
            parts = [
                f"{series.name if len(self.series) > 1 else ''}{value}{self.unit}"
                for series in self.series
                if (value := series.values[position]) is not None and (value or not self.stacked)
            ]
            rows.append(f"{category}{'、'.join(parts) or '无数据'}")
        return f"条形图，{self.title}：{'；'.join(rows)}。"


_GREEN, _BLUE, _AMBER, _RED, _GREY = "2F7D4F", "2C5F9E", "B7791F", "A4262C", "7A808A"

# Best first, as on the page of judgements.
STATUS_LOOKS = {
    Status.AHEAD: Look(_GREEN),
    Status.DONE: Look(_GREEN, "wdUpDiag"),
    Status.ON_PACE: Look(_BLUE),
    Status.BASICALLY: Look(_BLUE, "wdUpDiag"),
    Status.LAGGING: Look(_AMBER, "dkHorz"),
    Status.SERIOUS: Look(_RED, "wdDnDiag"),
    Status.REGRESSED: Look(_RED, "lgCheck"),
    Status.NO_DATA: Look(_GREY, "pct20"),
}
TASK_LOOKS: dict[TaskStatus | None, Look] = {
    TaskStatus.DONE: Look(_GREEN),
    TaskStatus.CONTINUOUS: Look(_GREEN, "wdUpDiag"),
    TaskStatus.ON_TRACK: Look(_BLUE),
    TaskStatus.SLOW: Look(_AMBER, "dkHorz"),
    TaskStatus.NOT_STARTED: Look(_RED, "wdDnDiag"),
    TaskStatus.STALLED: Look(_RED, "lgCheck"),
    TaskStatus.TO_CANCEL: Look(_GREY, "dotGrid"),
    None: Look(_GREY, "pct20"),
}


def indicators_chart(context: ReportContext) -> Chart | None:
    """Indicators by judgement; ``None`` for a plan without indicators."""
    names = {row.status: row.status_text for row in context.indicators if row.status in STATUS_LOOKS}
    found = [status for status in STATUS_LOOKS if status in names]
    counts = [sum(row.status is status for row in context.indicators) for status in found]
    if not found:
        return None
    looks = tuple(STATUS_LOOKS[status] for status in found)
    return Chart(
        key="indicators",
        title="规划指标评价结果",
        unit="项",
        decimals=0,
        categories=tuple(names[status] for status in found),
        series=(Series("指标数", tuple(map(Decimal, counts)), looks[0], looks),),
        stacked=False,
        source=_source(
            context,
            "规划指标评价结果",
            "按各项指标的完成进度与应达进度之比分类计数，不含事实数据",
            context.indicators_url,
            len(context.indicators),
        ),
    )


def progress_chart(context: ReportContext) -> Chart | None:
    """Mean progress of each chapter's indicators beside what time calls for; ``None`` where none has a progress.

    An indicator beyond its target counts as 100 %: it must not hide another that lags.
    """
    pairs = {
        chapter.name: [
            (row.progress.value, row.expected.value)
            for row in context.indicators_of(chapter.number)
            if row.progress is not None and row.expected is not None
        ]
        for chapter in context.chapters
    }
    chapters = {name: found for name, found in pairs.items() if found}
    if not chapters:
        return None
    return Chart(
        key="progress",
        title="各篇章指标平均完成进度与应达进度",
        unit="%",
        decimals=2,
        categories=tuple(chapters),
        series=(
            Series(
                "平均完成进度",
                tuple(_mean([progress for progress, _ in found]) for found in chapters.values()),
                Look(_BLUE),
            ),
            Series(
                "平均应达进度",
                tuple(_mean([expected for _, expected in found]) for found in chapters.values()),
                Look(_GREY, "wdUpDiag"),
            ),
        ),
        stacked=False,
        source=_source(
            context,
            "各篇章指标平均完成进度与应达进度",
            "篇章内有进度的指标简单平均，单项超过100%的按100%计",
            context.indicators_url,
            sum(map(len, chapters.values())),
        ),
    )


def tasks_chart(context: ReportContext) -> Chart | None:
    """Tasks of each chapter by the state that their units declared; ``None`` for a plan without tasks."""
    chapters = [chapter for chapter in context.chapters if chapter.tasks]
    names = {task.status: task.status_text for chapter in chapters for task in chapter.tasks}
    if not chapters:
        return None
    return Chart(
        key="tasks",
        title="各篇章任务进展状态",
        unit="项",
        decimals=0,
        categories=tuple(chapter.name for chapter in chapters),
        series=tuple(
            Series(
                names[state] if state else NOT_DECLARED,
                tuple(Decimal(sum(task.status is state for task in chapter.tasks)) for chapter in chapters),
                look,
            )
            for state, look in TASK_LOOKS.items()
            if state in names
        ),
        stacked=True,
        source=_source(
            context,
            "各篇章任务进展状态",
            "按牵头单位填报并经采纳的进展状态分类计数",
            context.tasks_url,
            sum(len(chapter.tasks) for chapter in chapters),
        ),
    )


CHARTS: dict[str, Callable[[ReportContext], Chart | None]] = {
    "indicators": indicators_chart,
    "progress": progress_chart,
    "tasks": tasks_chart,
}


def _mean(percents: Sequence[Decimal]) -> Decimal:
    """Half to even to two places (GB/T 8170), like the percentages it is made of."""
    total = sum((min(value, FULL) for value in percents), Decimal(0))
    return (total / len(percents)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def _source(context: ReportContext, name: str, definition: str, url: str, count: int) -> FigureRef:
    return FigureRef(
        code="",
        name=name,
        text="",
        url=url,
        origin="derived",
        as_of=context.as_of,
        value=Decimal(count),
        unit="项",
        definition=definition,
        known_at=context.known_on,
        rows=count,
    )
