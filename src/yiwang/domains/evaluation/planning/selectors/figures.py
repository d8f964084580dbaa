"""Figures as pages and the API show them: the list with its filters, and one figure with everything behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from yiwang.domains.evaluation.planning import relations
from yiwang.domains.evaluation.planning.judgement import Thresholds, thresholds_on
from yiwang.domains.evaluation.planning.models import (
    Evidence,
    Explanation,
    HandIn,
    HandInVersion,
    Indicator,
    IndicatorValue,
    Plan,
    PlanVersion,
    RoundText,
    Task,
)
from yiwang.domains.evaluation.planning.selectors import computed, handins, home, people, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.domains.evaluation.planning.types import Judgement
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.metrics.api import Metric
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.clock import today

KINDS = ("indicator", "fact")


@dataclass(frozen=True)
class FigureFilter:
    """What to show; empty fields do not narrow. ``status`` concerns only judgements that the reader may see."""

    kind: str = ""
    chapter: int | None = None
    unit: str = ""
    status: str = ""
    origin: str = ""
    q: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.kind or self.chapter is not None or self.unit or self.status or self.origin or self.q)


@dataclass(frozen=True)
class FigureRow:
    """A figure with its value; ``judgement`` is ``None`` where the reader may not see it.

    ``reported`` is what the unit itself reported, where ``value`` was counted from records.
    """

    indicator: Indicator
    value: IndicatorValue | None
    judgement: Judgement | None
    reported: IndicatorValue | None = None

    @property
    def is_disputed(self) -> bool:
        """Whether the unit reported another number for the same day than the records say."""
        return values.disputed(self.indicator, self.value, self.reported)


@dataclass(frozen=True)
class Part:
    """A figure that another is made of, with its value as of the same date."""

    indicator: Indicator
    value: IndicatorValue | None


@dataclass(frozen=True)
class RelationView:
    """How a figure follows from others: ``computed`` from their values, ``agrees`` with what was reported."""

    relation: relations.Relation
    parts: tuple[Part, ...]
    computed: Decimal | None
    agrees: bool | None


@dataclass(frozen=True)
class Mention:
    """A text that names the figure. ``kind`` is handin or report."""

    kind: str
    title: str
    where: str
    url: str


@dataclass(frozen=True)
class FigureDetail:
    """One figure with everything that stands behind it, as the reader may see it.

    ``value`` is as known on ``known_on``; ``value_now`` is what is known today for the same date, when that differs.
    ``metric`` and ``definition`` are those of a figure that records answer; ``reported`` is then the unit's own number.
    """

    indicator: Indicator
    value: IndicatorValue | None
    reported: IndicatorValue | None
    disputed: bool
    metric: Metric | None
    definition: str
    value_now: IndicatorValue | None
    corrected: bool
    judgement: Judgement | None
    thresholds: Thresholds
    explanation: Explanation | None
    evidence: tuple[Evidence, ...]
    relation: RelationView | None
    used_by: tuple[Indicator, ...]
    mentions: tuple[Mention, ...]
    history: tuple[IndicatorValue, ...]
    names: Mapping[str, str]


def default_as_of(plan: Plan) -> date:
    """The cut-off of the last evaluated round; without a round, today (not after the plan's end)."""
    round_ = handins.last_evaluated(plan)
    return min(today(), plan.ends_on) if round_ is None else round_.as_of


def chosen_indicators(version: PlanVersion, chosen: FigureFilter) -> QuerySet[Indicator]:
    """Figures that pass everything of ``chosen`` that their definition tells."""
    rows = plans.indicators(version)
    if chosen.kind:
        rows = rows.filter(is_fact=chosen.kind == "fact")
    if chosen.chapter is not None:
        rows = rows.filter(task__chapter__number=chosen.chapter)
    if chosen.unit:
        rows = rows.filter(lead_unit__code=chosen.unit)
    if chosen.q:
        rows = rows.filter(
            Q(code__icontains=chosen.q)
            | Q(name_zh__icontains=chosen.q)
            | Q(name_en__icontains=chosen.q)
            | Q(task__code__iexact=chosen.q)
        )
    return rows


def figure_rows(
    user: User,
    version: PlanVersion,
    as_of: date,
    known_on: date | None = None,
    chosen: FigureFilter = FigureFilter(),
) -> list[FigureRow]:
    """Figures that pass ``chosen`` with value and judgement as of a date, in the plan's order."""
    rows = [
        shown(user, row) for row in values.judge_rows(chosen_indicators(version, chosen), version.plan, as_of, known_on)
    ]
    if chosen.origin:
        rows = [row for row in rows if row.value is not None and row.value.origin == chosen.origin]
    if chosen.status:
        rows = [row for row in rows if row.judgement is not None and row.judgement.status == chosen.status]
    return rows


def task_rows(user: User, task: Task, as_of: date) -> list[FigureRow]:
    """The figures of one task with value and judgement as of a date."""
    rows = plans.indicators(task.version).filter(task=task)
    return [shown(user, row) for row in values.judge_rows(rows, task.version.plan, as_of)]


def shown(user: User, row: Judged) -> FigureRow:
    """``row`` without the judgement where ``user`` may not see it."""
    return FigureRow(row.indicator, row.value, row.judgement if home.visible(user, [row]) else None, row.reported)


def sort_rows(rows: list[FigureRow], key: str) -> list[FigureRow]:
    """``rows`` by code, name, as_of, progress, status or unit; ``-`` before it reverses; without data comes last.

    An unknown key keeps the plan's order.
    """
    pick = _SORTS.get(key.removeprefix("-"))
    if pick is None:
        return rows
    known = [row for row in rows if pick(row) is not None]
    unknown = [row for row in rows if pick(row) is None]
    return sorted(known, key=pick, reverse=key.startswith("-")) + unknown


_SORTS: dict[str, Callable[[FigureRow], Any]] = {
    "code": lambda row: row.indicator.code,
    "name": lambda row: row.indicator.name_zh,
    "as_of": lambda row: None if row.value is None else row.value.as_of,
    "progress": lambda row: None if row.judgement is None else row.judgement.progress,
    "status": lambda row: (
        None if row.judgement is None else list(type(row.judgement.status)).index(row.judgement.status)
    ),
    "unit": lambda row: row.indicator.lead_unit.path,
}


def lead_units(version: PlanVersion) -> list[Unit]:
    """Units that answer for a figure of the version."""
    return list(Unit.objects.filter(pk__in=Indicator.objects.filter(version=version).values("lead_unit")))


def indicator(plan: Plan, code: str) -> Indicator:
    """The figure as the newest version that has it defines it; Problem ``indicator_unknown`` (404)."""
    # PostgreSQL refuses NUL in a text: such a code names nothing, and the replacement character says so.
    wanted = code.replace("\x00", "\ufffd")
    last = PlanVersion.objects.filter(plan=plan, indicators__code=wanted).order_by("-number").first()
    return plans.indicator(last or plans.version(plan), wanted)


def detail(user: User, code: str, as_of: date, known_on: date | None = None) -> FigureDetail:
    """Everything behind one figure as of a date, as known on a date. Problem ``indicator_unknown`` (404)."""
    plan = plans.require_plan()
    item = indicator(plan, code)
    judged = values.judge_rows([item], plan, as_of, known_on)[0]
    now = judged.value if known_on is None else values.values_as_of(plan, as_of, None, [item.code]).get(item.code)
    history = tuple(values.history(plan, item.code))
    row = shown(user, judged)
    metric = computed.metric_of(item)
    return FigureDetail(
        indicator=item,
        value=row.value,
        reported=row.reported,
        disputed=row.is_disputed,
        metric=metric,
        definition="" if metric is None else metrics.words(metric),
        value_now=now,
        corrected=(None if now is None else now.pk) != (None if row.value is None else row.value.pk),
        judgement=row.judgement,
        thresholds=thresholds_on(as_of),
        explanation=_explanation(plan, item.code, as_of) if row.judgement is not None else None,
        evidence=tuple(_evidence(user, row.reported or row.value)),
        relation=_relation(item, as_of, known_on, row.value),
        used_by=tuple(
            other
            for other in plans.indicators(item.version).filter(relation__contains=item.code).prefetch_related(None)
            if (found := relations.parse(other.relation)) is not None and item.code in found.parts
        ),
        mentions=tuple(_mentions(user, plan, item.code)),
        history=history,
        names=people.names(value.recorded_by for value in history),
    )


def _explanation(plan: Plan, code: str, as_of: date) -> Explanation | None:
    """The newest explanation given in a round not later than ``as_of``."""
    rows = Explanation.objects.filter(round__plan_version__plan=plan, indicator_code=code, round__as_of__lte=as_of)
    return rows.select_related("round").order_by("-round__as_of", "-round_id").first()


def _evidence(user: User, value: IndicatorValue | None) -> list[Evidence]:
    """Documents behind a value that ``user`` may open: the figure's own first, then those of the whole task."""
    version = None if value is None else value.hand_in_version
    if value is None or version is None:
        return []
    rows = handins.evidence_of(user, HandIn.objects.select_related("unit").get(pk=version.hand_in_id))
    return list(rows.filter(figure_code__in=["", value.code]).order_by("-figure_code", "id"))


def _relation(item: Indicator, as_of: date, known_on: date | None, value: IndicatorValue | None) -> RelationView | None:
    relation = relations.parse(item.relation)
    if relation is None:
        return None
    rows = {row.code: row for row in plans.indicators(item.version).filter(code__in=relation.parts)}
    known = values.values_as_of(item.version.plan, as_of, known_on, relation.parts)
    computed = relations.evaluate(relation, {code: row.value for code, row in known.items()}, item.unit)
    agrees = None
    if computed is not None and value is not None:
        agrees = relations.agrees(computed, value.value, item.decimals)
    parts = tuple(Part(rows[code], known.get(code)) for code in relation.parts if code in rows)
    return RelationView(relation, parts, computed, agrees)


def _mentions(user: User, plan: Plan, code: str) -> list[Mention]:
    token = f"{{{code}}}"
    named = Q()
    for text in ("progress", "problems", "measures"):
        named |= Q(**{f"content__{text}__icontains": token})
    accepted = HandInVersion.objects.filter(
        named,
        decision=HandInVersion.Decision.ACCEPTED,
        hand_in__state=HandIn.State.ACCEPTED,
        hand_in__round__plan_version__plan=plan,
    ).select_related("hand_in__unit", "hand_in__round")
    rows = access.limit(accepted, user, "s45.handin", "view", "hand_in__unit__path")
    newest = {row.hand_in_id: row for row in rows.order_by("hand_in__round__as_of", "hand_in_id", "number")}
    found = [
        Mention(
            "handin",
            f"{row.hand_in.task_code} · {row.hand_in.unit.name}",
            row.hand_in.round.title,
            reverse("s45:hand-in", args=[row.hand_in_id]),
        )
        for row in reversed(newest.values())
    ]
    if access.can(user, "s45.report", "view"):
        texts = RoundText.objects.filter(round__plan_version__plan=plan, text__icontains=token).select_related("round")
        found += [
            Mention(
                "report",
                " · ".join(filter(None, [row.get_section_display(), row.title])),
                row.round.title,
                reverse("s45:report", args=[row.round_id]),
            )
            for row in texts.order_by("-round__as_of", "section", "position")
        ]
    return found
