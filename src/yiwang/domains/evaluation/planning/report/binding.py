"""Binds a :class:`.context.ReportContext` to the names of :mod:`.placeholders`, as markers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from types import SimpleNamespace

from yiwang.lib.clock import SHANGHAI
from yiwang.lib.zh_numbers import chinese_date, chinese_month

from .charts import CHARTS
from .context import (
    FIGURE_ORIGINS,
    ORIGIN_ZH,
    Chapter,
    FigureRef,
    IndicatorRow,
    ProblemItem,
    ProposalItem,
    ReportContext,
    Text,
)
from .markers import Markers, block, missing_text
from .title import title_lines

DEMO_NOTE = "本报告由演示环境生成，其中文字与单位填报内容为合成的演示数据，不代表任何地区的实际工作。"


class Block:
    """A section or table: printed it is a block, in a loop it gives its rows."""

    def __init__(self, name: str, rows: Sequence[object] = ()) -> None:
        self._name = name
        self._rows = rows

    def __str__(self) -> str:
        return block(self._name)

    def __html__(self) -> str:
        return block(self._name)

    def __iter__(self) -> Iterator[object]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Figures:
    """``fig.F005``: the marker of the figure, or 〔缺数 F005〕 where the round has no such figure."""

    def __init__(self, context: ReportContext, markers: Markers) -> None:
        self._known = context.figures
        self._markers = markers

    def __getattr__(self, code: str) -> str:
        if code.startswith("_"):
            raise AttributeError(code)
        figure = self._known.get(code)
        return missing_text(code) if figure is None else self._markers.number(figure)


def bind(context: ReportContext, markers: Markers) -> dict[str, object]:
    """The values for every name in :data:`.placeholders.ROOT`, plus ``fig`` and ``table``."""
    known = list(context.figures.values())
    computed = sum(figure.origin == "computed" for figure in known)
    generated = local(context.generated_at)
    tables = _tables(context, markers)
    charts = {key: Block(f"chart.{key}", [chart] if (chart := make(context)) else []) for key, make in CHARTS.items()}
    values: dict[str, object] = {
        "district": markers.plain(context.district),
        "title": markers.plain(context.title),
        "title_lines": markers.plain("\n".join(title_lines(context.title))),
        "plan_title": markers.plain(context.plan_title),
        "plan_version": str(context.plan_version),
        "round_title": markers.plain(context.round_title),
        "compiled_by": markers.plain(context.compiled_by or context.district),
        "as_of": chinese_date(context.as_of),
        "known_at": moment(context.known_at or context.generated_at),
        "generated_on": chinese_date(generated.date()),
        "generated_month": chinese_month(generated.date()),
        **_counts(context, computed, len(known), markers),
        "demo_note": DEMO_NOTE if context.is_demo else "",
        "contents": Block("contents"),
        "judgement": _paragraphs("judgement", context.judgement.paragraphs, markers),
        "environment": _paragraphs("environment", context.environment, markers),
        "chapters": Block("chapters", [_chapter(context, chapter, markers) for chapter in context.chapters]),
        "problems": _titled("problems", context.problems, markers),
        "next_steps": _titled("next_steps", context.next_steps, markers),
        "suggestions": _titled("suggestions", context.suggestions, markers),
        "fig": Figures(context, markers),
        "table": SimpleNamespace(**tables),
        "chart": SimpleNamespace(**charts),
    }
    return values


def local(moment_: datetime) -> datetime:
    """The moment in the district's time."""
    return moment_.astimezone(SHANGHAI)


def moment(moment_: datetime) -> str:
    """2023年11月5日 09:30, in the district's time."""
    there = local(moment_)
    return f"{chinese_date(there.date())} {there:%H:%M}"


def _counts(context: ReportContext, computed: int, known: int, markers: Markers) -> dict[str, str]:
    """The report's own counts; each opens the page whose rows it counts, where there is one."""

    def number(name: str, value: Decimal, unit: str, definition: str, url: str, parts: tuple[str, str]) -> str:
        figure = FigureRef(
            code="",
            name=name,
            text=f"{value:f}{unit}",
            url=url,
            origin="derived",
            as_of=context.as_of,
            value=value,
            unit=unit,
            definition=definition,
            known_at=context.known_on,
            numerator=parts[0],
            denominator=parts[1],
        )
        return markers.number(figure)

    def count(name: str, value: int, definition: str, url: str) -> str:
        return number(name, Decimal(value), "", definition, url, ("", ""))

    def share(name: str, part: int, url: str) -> str:
        if not known:
            return "无数据"
        percent = (Decimal(part) * 100 / known).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        return number(name, percent, "%", "该来源的数据项数除以全部数据项数", url, (f"{part}项", f"{known}项"))

    tasks = sum(len(chapter.tasks) for chapter in context.chapters)
    figures_url, tasks_url = context.figures_url, context.tasks_url
    urls = {origin: figures_url and f"{figures_url}&origin={origin}" for origin in FIGURE_ORIGINS}
    return {
        "figure_count": count("数据项数", known, "本报告引用的指标和数据，每项计一次，列于数据来源表", figures_url),
        "computed_count": count("系统计算的数据项数", computed, "由业务系统的记录计算得出的数据项", urls["computed"]),
        "reported_count": count(
            "单位填报的数据项数", known - computed, "由责任单位填报并经采纳的数据项", urls["reported"]
        ),
        "computed_share": share("系统计算占比", computed, urls["computed"]),
        "reported_share": share("单位填报占比", known - computed, urls["reported"]),
        "indicator_count": count(
            "规划指标数", len(context.indicators), "规划确定的指标，不含事实数据", context.indicators_url
        ),
        "task_count": count("规划任务数", tasks, "规划各篇章确定的任务", tasks_url),
        "chapter_count": count("规划篇章数", len(context.chapters), "规划的篇章", tasks_url),
        # No page lists the gaps; the report's own annex does.
        "gap_count": count("数据缺口数", len(context.gaps), "应有而没有的进展和数据，列于数据缺口清单", ""),
    }


def _paragraphs(name: str, texts: Sequence[Text], markers: Markers) -> Block:
    return Block(name, [markers.text(text) for text in texts])


def _titled(name: str, items: Sequence[ProblemItem | ProposalItem], markers: Markers) -> Block:
    rows = [
        SimpleNamespace(number=str(number), title=markers.plain(item.title), text=markers.text(item.text))
        for number, item in enumerate(items, 1)
    ]
    return Block(name, rows)


def _chapter(context: ReportContext, chapter: Chapter, markers: Markers) -> SimpleNamespace:
    tasks = [
        SimpleNamespace(
            number=str(number),
            code=markers.plain(task.code),
            title=markers.plain(task.title),
            status=markers.plain(task.status_text),
            progress=markers.text(task.progress),
            problems=markers.text(task.problems),
            measures=markers.text(task.measures),
            lead_unit=markers.plain(task.lead_unit),
            support_units=markers.plain("、".join(task.support_units)),
        )
        for number, task in enumerate(chapter.tasks, 1)
    ]
    return SimpleNamespace(
        number=str(chapter.number),
        name=markers.plain(chapter.name),
        slogan=markers.plain(chapter.slogan),
        intro=markers.text(chapter.intro),
        indicators=Block("indicators", _indicators(context.indicators_of(chapter.number), markers)),
        tasks=Block("tasks", tasks),
    )


def _indicators(rows: Sequence[IndicatorRow], markers: Markers) -> list[SimpleNamespace]:
    def plain(text: str) -> str:
        return markers.plain(text) or "—"

    def number(figure: FigureRef | None) -> str:
        return "—" if figure is None else markers.number(figure)

    return [
        SimpleNamespace(
            number=str(position),
            code=plain(row.code),
            name=plain(row.name),
            unit=plain(row.unit),
            baseline=number(row.baseline),
            target=number(row.target),
            value=missing_text(row.code) if row.value is None else markers.number(row.value),
            as_of="—" if row.value is None else row.value.as_of.isoformat(),
            progress=number(row.progress),
            expected=number(row.expected),
            status=plain(row.status_text),
            lead_unit=plain(row.lead_unit),
            origin=plain(row.origin_text),
            nature=plain(row.nature_text),
        )
        for position, row in enumerate(rows, 1)
    ]


def _tables(context: ReportContext, markers: Markers) -> dict[str, Block]:
    def plain(text: str) -> str:
        return markers.plain(text) or "—"

    adjustments = [
        SimpleNamespace(
            number=plain(row.number),
            kind=plain(row.kind),
            task=plain(row.task),
            old=plain(row.old),
            new=plain(row.new),
            reason=plain(row.reason),
            basis=plain(row.basis),
            approver=plain(row.approver),
            decided_on="待批准" if row.decided_on is None else chinese_date(row.decided_on),
        )
        for row in context.adjustments
    ]
    tasks = [
        SimpleNamespace(
            number=str(number),
            code=plain(row.code),
            title=plain(row.title),
            requirement=plain(row.requirement),
            lead=plain(row.lead),
            support=plain(row.support),
            due=plain(row.due),
            status=plain(row.status),
        )
        for number, row in enumerate(context.task_list, 1)
    ]
    gaps = [
        SimpleNamespace(
            number=str(number),
            code=plain(row.code),
            name=plain(row.name),
            unit_name=plain(row.unit_name),
            what=plain(row.what),
        )
        for number, row in enumerate(context.gaps, 1)
    ]
    facts = [
        SimpleNamespace(
            number=str(number),
            code=plain(row.figure.code),
            name=plain(row.figure.name),
            value=markers.number(row.figure),
            as_of=row.figure.as_of.isoformat(),
            reported_by=plain(row.figure.reported_by),
            origin=ORIGIN_ZH[row.figure.origin],
            evidence=plain(row.figure.evidence),
            kind=plain(row.kind_text),
        )
        for number, row in enumerate(context.facts, 1)
    ]
    rows: dict[str, list[SimpleNamespace]] = {
        "indicators": _indicators(context.indicators, markers),
        "adjustments": adjustments,
        "tasks": tasks,
        "gaps": gaps,
        "facts": facts,
    }
    return {name: Block(f"table.{name}", found) for name, found in rows.items()}
