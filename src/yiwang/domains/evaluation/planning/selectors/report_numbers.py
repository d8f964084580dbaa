"""The numbers of the written report with their lineage: plan figures, what follows from them, and counts over them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from yiwang.domains.evaluation.planning import display, relations, tokens
from yiwang.domains.evaluation.planning.judgement import percent, time_progress
from yiwang.domains.evaluation.planning.models import Indicator, Round
from yiwang.domains.evaluation.planning.report.context import FigureRef, Text
from yiwang.domains.evaluation.planning.selectors import computed, values
from yiwang.domains.evaluation.planning.selectors.values import Coverage, Judged
from yiwang.domains.evaluation.planning.types import Status, TaskStatus
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.quantities import format_value
from yiwang.lib.units import digits
from yiwang.lib.zh_numbers import chinese_date

PACE = frozenset({Status.AHEAD, Status.DONE, Status.ON_PACE, Status.BASICALLY})

DEFAULT_OVERALL = (
    "截至{as_of}，规划时序进度为{time_progress}。全部{tasks_total}项任务中，{tasks_reported}项已报送进展，"
    "其中{tasks_lagging}项进展滞后；{indicators_total}项考核指标中，{on_pace}项达到或基本达到时序要求，"
    "{lagging}项滞后，{no_data}项因缺少数据无法评价，数据覆盖率{coverage}。"
)


class Page(Enum):
    """The pages whose rows a count adds up."""

    TASKS = auto()
    LATE_TASKS = auto()
    INDICATORS = auto()
    FIGURES = auto()
    FACTS = auto()
    COMPUTED = auto()
    LAGGARDS = auto()
    NO_DATA = auto()


@dataclass(frozen=True)
class Counted:
    """A number that the overall judgement may name: what it is called, what it counts, the page with its rows."""

    title: str
    definition: str
    page: Page


COUNTED = {
    "time_progress": Counted("规划时序进度", "规划起始日到截止日的天数除以规划期的天数", Page.TASKS),
    "tasks_total": Counted("规划任务数", "规划各篇章确定的任务", Page.TASKS),
    "tasks_reported": Counted("已报送进展的任务数", "本轮有进展填报并经采纳的任务", Page.TASKS),
    "tasks_lagging": Counted(
        "进展滞后的任务数", "牵头单位填报为进展缓慢、未启动或停滞的任务；多家单位填报不一的取最差", Page.LATE_TASKS
    ),
    "indicators_total": Counted("考核指标数", "规划确定的指标，不含事实数据", Page.INDICATORS),
    "indicators_judged": Counted("有数据的考核指标数", "有数据、可以评价的考核指标", Page.INDICATORS),
    "ahead": Counted("提前完成或已完成的指标数", "完成进度达到100%的考核指标", Page.INDICATORS),
    "on_pace": Counted(
        "达到或基本达到时序的指标数", "评价为提前完成、已完成、达到时序或基本达到的考核指标", Page.INDICATORS
    ),
    "lagging": Counted("滞后的指标数", "评价为滞后、严重滞后或倒退的考核指标", Page.LAGGARDS),
    "no_data": Counted("无法评价的指标数", "没有数据、无法评价的考核指标", Page.NO_DATA),
    "coverage": Counted("数据覆盖率", "有数据的考核指标权重之和除以全部考核指标权重之和", Page.INDICATORS),
    "facts_total": Counted("事实数据项数", "规划任务要求报送、不作评价的事实数据", Page.FACTS),
    "computed_share": Counted("系统计算占比", "由业务系统记录计算的数据项数除以全部数据项数", Page.COMPUTED),
}
OVERALL_NAMES = ("as_of", *COUNTED)
_NAME = re.compile(r"\{([a-z_]+)\}")


def page_of(round_: Round, page: Page) -> str:
    """The page whose rows a count adds up."""
    if page in {Page.TASKS, Page.LATE_TASKS}:
        query: dict[str, object] = {"version": round_.plan_version.number}
        query |= {"state": "lagging"} if page is Page.LATE_TASKS else {}
        return f"{reverse('s45:plan')}?{urlencode(query)}"
    figures = {Page.FIGURES: {}, Page.FACTS: {"kind": "fact"}, Page.COMPUTED: {"origin": "computed"}}
    if page in figures:
        return f"{reverse('s45:indicators')}?{urlencode({'as_of': round_.as_of, **figures[page]})}"
    narrowed = {Page.LAGGARDS: "?status=laggard", Page.NO_DATA: "?status=no_data"}
    return f"{reverse('s45:judgement', args=[round_.pk])}{narrowed.get(page, '')}"


@dataclass(frozen=True)
class Behind:
    """What stands behind a computed figure: the words of its definition, the snapshot, its parts, its records."""

    definition: str = ""
    snapshot: str = ""
    numerator: str = ""
    denominator: str = ""
    rows: int | None = None


# Characters of a snapshot's name (a SHA-256) that tell it from any other that is kept.
SNAPSHOT_SHOWN = 12


def behind_computed(row: Judged) -> Behind:
    """What the records say behind the computed figure ``row``; parts in base units."""
    value = row.value
    metric = computed.metric_of(row.indicator)
    if value is None or value.numerator is None:
        return Behind()
    bottom = value.denominator
    return Behind(
        definition="" if metric is None else metrics.words(metric),
        snapshot=value.snapshot[:SNAPSHOT_SHOWN],
        # A plain count's numerator is the figure itself.
        numerator="" if bottom is None else digits(value.numerator),
        denominator="" if bottom is None else digits(bottom),
        rows=value.rows,
    )


class Figures:
    """Figures of a round as the report prints them, as known at the end of ``known_on``."""

    def __init__(
        self, round_: Round, judged: Iterable[Judged], declared: dict[str, TaskStatus], known_on: date
    ) -> None:
        self.round = round_
        self.known_on = known_on
        self._declared = declared
        self._judged = {row.indicator.code: row for row in judged}

    def ref(self, code: str) -> FigureRef | None:
        """The figure's printed form with its page and lineage, or ``None`` where there is no data."""
        row = self._judged.get(code)
        if row is None or row.value is None:
            return None
        behind = behind_computed(row) if row.is_computed else Behind()
        numerator, denominator = self._parts(row.indicator)
        return FigureRef(
            code=code,
            name=row.indicator.name_zh,
            text=display.value_text(row.indicator, row.value),
            url=self._url(code),
            origin="computed" if row.is_computed else "reported",
            as_of=row.value.as_of,
            reported_by=short_name(row.value.unit),
            evidence=row.value.evidence,
            value=display.tidy(row.value.value),
            unit=row.indicator.unit,
            definition=behind.definition,
            known_at=self.known_on,
            snapshot=behind.snapshot,
            numerator=behind.numerator or numerator,
            denominator=behind.denominator or denominator,
            rows=behind.rows,
        )

    def baseline(self, item: Indicator) -> FigureRef | None:
        """Where the indicator started, or ``None`` where the plan does not say."""
        if item.baseline is None:
            return None
        return self._lesser(
            item,
            "基期值",
            text=f"{display.tidy(item.baseline):f}",
            value=item.baseline,
            as_of=item.baseline_on or self.round.plan_version.plan.starts_on,
            definition=self._laid_down(item, "基期值"),
            origin_is_plan=True,
        )

    def target(self, item: Indicator) -> FigureRef | None:
        """The end target, or ``None`` where there is none."""
        targets = list(item.targets.all())
        if not targets:
            return None
        return self._lesser(
            item,
            f"{targets[-1].year}年目标",
            text=display.target_text(item),
            value=targets[-1].value,
            as_of=date(targets[-1].year, 12, 31),
            definition=self._laid_down(item, "目标值"),
            origin_is_plan=True,
        )

    def progress(self, row: Judged) -> FigureRef | None:
        """How much of the way to the target is done, in percent; ``None`` where nothing can be said."""
        share = row.judgement.progress
        if share is None or row.value is None:
            return None
        item = row.indicator
        value, target = self._words(item, row.value.value), self._words(item, list(item.targets.all())[-1].value)
        base = "" if item.baseline is None else self._words(item, item.baseline)
        if item.direction == Indicator.Direction.RANGE:
            definition, parts = "现值在目标区间内为100%，不在为0%", ("", "")
        elif item.direction in {Indicator.Direction.CUMULATIVE, Indicator.Direction.MILESTONE}:
            definition, parts = "现值除以目标值", (value, target)
        else:
            definition = "现值与基期值之差除以目标值与基期值之差"
            parts = (f"{value}减{base}", f"{target}减{base}")
        return self._share(row, "完成进度", share, definition, parts)

    def expected(self, row: Judged) -> FigureRef | None:
        """How much of the way time calls for, in percent; ``None`` where nothing can be said."""
        share = row.judgement.expected
        if share is None or row.value is None:
            return None
        definition = "按年度目标（两个年末之间按直线推算）到数据日期应达到的完成进度"
        return self._share(row, "应达进度", share, definition, ("", ""))

    def text(self, source: str) -> Text:
        """A text with its tokens replaced; a figure without data reads 〔缺数 F005〕."""
        return tuple(self._runs(source))

    def optional(self, source: str) -> Text | None:
        """:meth:`text`, or ``None`` for an empty source."""
        return self.text(source) if source.strip() else None

    def counted_text(self, source: str) -> Text:
        """:meth:`text` of the overall judgement, which may name counts too."""
        runs: list[str | FigureRef] = []
        for position, piece in enumerate(_NAME.split(source)):
            if position % 2 == 0:
                runs += self._runs(piece)
            else:
                runs.append(self.counts.get(piece, f"{{{piece}}}"))
        return tuple(runs)

    @cached_property
    def counts(self) -> dict[str, str | FigureRef]:
        """Every number and date that the overall judgement may name; plain where there is nothing to count."""
        judged = list(self._judged.values())
        found: dict[str, str | FigureRef] = {}
        parts = self._parts_of_shares(judged)
        for name, text in named_numbers(self.round, judged, self._declared).items():
            counted = COUNTED.get(name)
            if counted is None or text == "—":
                found[name] = text
                continue
            found[name] = FigureRef(
                code="",
                name=counted.title,
                text=text,
                url=page_of(self.round, counted.page),
                origin="derived",
                as_of=self.round.as_of,
                value=Decimal(text.removesuffix("%")),
                unit="%" if text.endswith("%") else "",
                definition=counted.definition,
                known_at=self.known_on,
                numerator=parts.get(name, ("", ""))[0],
                denominator=parts.get(name, ("", ""))[1],
            )
        return found

    def _parts_of_shares(self, judged: list[Judged]) -> dict[str, tuple[str, str]]:
        plan, found = self.round.plan_version.plan, values.coverage(judged)
        passed, whole = (self.round.as_of - plan.starts_on).days, (plan.ends_on - plan.starts_on).days
        return {
            "time_progress": (f"{min(max(passed, 0), whole)}天", f"{whole}天"),
            "coverage": (f"{display.tidy(found.judged_weight):f}", f"{display.tidy(found.weight):f}"),
            "computed_share": (f"{found.computed}项", f"{len(judged)}项"),
        }

    def _runs(self, source: str) -> list[str | FigureRef]:
        return [
            run if isinstance(run, str) else self.ref(run.code) or f"〔缺数 {run.code}〕"
            for run in tokens.parse(source)
        ]

    def _url(self, code: str) -> str:
        query = urlencode({"as_of": self.round.as_of, "known_at": self.known_on})
        return f"{reverse('s45:figure', args=[code])}?{query}"

    def _parts(self, item: Indicator) -> tuple[str, str]:
        """Numerator and denominator of a figure that is another divided by a third; empty for any other."""
        relation = relations.parse(item.relation)
        if relation is None or relation.operator != "/" or not relation.countable:
            return "", ""
        top, bottom = (self._part(code) for code in relation.parts)
        return top, bottom

    def _part(self, code: str) -> str:
        row = self._judged.get(code)
        if row is None or row.value is None:
            return ""
        return f"{row.indicator.name_zh}{display.value_text(row.indicator, row.value)}"

    def _laid_down(self, item: Indicator, what: str) -> str:
        version = self.round.plan_version
        invented = "（演示拟定，并非规划原文）" if item.synthetic_target else ""
        return f"《{version.plan.title_zh}》第{version.number}版所列{what}{invented}"

    @staticmethod
    def _words(item: Indicator, value: Decimal) -> str:
        return format_value(display.tidy(value), item.unit, item.decimals)

    def _share(self, row: Judged, what: str, share: Decimal, definition: str, parts: tuple[str, str]) -> FigureRef:
        shown = percent(share)
        as_of = self.round.as_of if row.value is None else row.value.as_of
        return self._lesser(
            row.indicator, what, text=f"{shown}%", value=shown, as_of=as_of, definition=definition, parts=parts
        )

    def _lesser(
        self,
        item: Indicator,
        what: str,
        *,
        text: str,
        value: Decimal,
        as_of: date,
        definition: str,
        origin_is_plan: bool = False,
        parts: tuple[str, str] = ("", ""),
    ) -> FigureRef:
        """What the plan lays down for an indicator or what follows from its value, on the indicator's page."""
        return FigureRef(
            code=item.code,
            name=f"{item.name_zh}：{what}",
            text=text,
            url=self._url(item.code),
            origin="planned" if origin_is_plan else "derived",
            as_of=as_of,
            value=display.tidy(value),
            unit="%" if not origin_is_plan else item.unit,
            definition=definition,
            known_at=self.known_on,
            numerator=parts[0],
            denominator=parts[1],
        )


def overall_numbers(judged: list[Judged], tasks: int, declared: dict[str, TaskStatus]) -> dict[str, str]:
    """Counted numbers that the overall judgement's text may name by placeholder."""
    found: Coverage = values.coverage(judged)
    by_status = [row.judgement.status for row in judged]
    all_figures = len(judged)
    return {
        "tasks_total": str(tasks),
        "tasks_reported": str(len(declared)),
        "tasks_lagging": str(sum(1 for state in declared.values() if state.is_laggard)),
        "indicators_total": str(found.indicators),
        "indicators_judged": str(found.judged),
        "ahead": str(sum(1 for status in by_status if status in {Status.AHEAD, Status.DONE})),
        "on_pace": str(sum(1 for status in by_status if status in PACE)),
        "lagging": str(sum(1 for status in by_status if status.is_laggard)),
        "no_data": str(sum(1 for status in by_status if status is Status.NO_DATA)),
        "coverage": "—" if found.share is None else f"{percent(found.share)}%",
        "facts_total": str(found.facts),
        "computed_share": f"{percent(_ratio(found.computed, all_figures))}%",
    }


def named_numbers(round_: Round, judged: list[Judged], declared: dict[str, TaskStatus]) -> dict[str, str]:
    """Every number and date that the overall judgement's text may name, in the order of :data:`OVERALL_NAMES`."""
    numbers = overall_numbers(judged, round_.plan_version.tasks.count(), declared)
    plan = round_.plan_version.plan
    numbers["time_progress"] = f"{percent(time_progress(plan.starts_on, plan.ends_on, round_.as_of))}%"
    numbers["as_of"] = chinese_date(round_.as_of)
    return {name: numbers[name] for name in OVERALL_NAMES}


def fill(text: str, numbers: dict[str, str]) -> str:
    """Replace ``{name}`` by its counted number; what is not a name of ``numbers`` stays (figure tokens among them)."""
    for name, value in numbers.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def short_name(unit: Unit) -> str:
    """The unit as colleagues call it: full names of twenty units would fill a table's page."""
    return unit.short_zh or unit.name_zh


def _ratio(part: int, whole: int) -> Decimal:
    return Decimal(part) / Decimal(whole) if whole else Decimal(0)
