"""The composite score of a round 综合得分 as a reader may see it: by item, by layer, by chapter, and how firm it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yiwang.domains.evaluation.planning import composite, display
from yiwang.domains.evaluation.planning.composite import Composite, Item, Layer, Parameters, Part, Scored
from yiwang.domains.evaluation.planning.models import Chapter, Plan, Round, Task, WeightSet
from yiwang.domains.evaluation.planning.selectors import handins, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.domains.evaluation.planning.types import Status, TaskStatus
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem

LAYER_TEXT = {
    Layer.INDICATORS: _("目标指标"),
    Layer.TASKS: _("重点任务"),
    Layer.PROJECTS: _("重点项目"),
}


@dataclass(frozen=True)
class Line:
    """A scored indicator or task as it is shown."""

    scored: Scored
    name: str
    name_zh: str
    url: str
    chapter: Chapter
    unit: Unit
    status: str
    status_text: str
    tone: str

    @property
    def code(self) -> str:
        """Code of the indicator or task."""
        return self.scored.item.code

    @property
    def layer(self) -> Layer:
        """Its layer."""
        return self.scored.item.layer

    @property
    def layer_text(self) -> str:
        """Its layer in words."""
        return str(LAYER_TEXT[self.layer])

    @property
    def lost(self) -> Fraction:
        """Points that it could still earn; all of them where there is no data."""
        return self.scored.full - (self.scored.earned or 0)


@dataclass(frozen=True)
class ChapterPart:
    """The points of a chapter's indicators and tasks."""

    chapter: Chapter
    part: Part


@dataclass(frozen=True)
class Moved:
    """An item with what it does to the score, in points against the score as it is."""

    line: Line
    without: Fraction
    lighter: Fraction
    heavier: Fraction


@dataclass(frozen=True)
class RoundScore:
    """The score of a round as far as the reader may see it.

    Who sees all (``entire``) sees 100 points. A unit sees its own items with the points that they have in the whole,
    so that nothing is weighed anew for it; how firm the whole score is, is not its to see.
    """

    found: Composite
    entire: bool
    parameters: Parameters
    weights: WeightSet | None
    passed_over: WeightSet | None
    lines: tuple[Line, ...]
    chapters: tuple[ChapterPart, ...]
    # Indicators among the lines whose newest value counts for a day before the round's: judged against that day.
    older: int

    @property
    def layers(self) -> dict[Layer, Part]:
        """The points of each layer."""
        if self.entire:
            return dict(self.found.layers)
        return {
            layer: composite.add(line.scored for line in self.lines if line.layer is layer)
            for layer in self.found.layers
        }

    @property
    def whole(self) -> Part:
        """All points."""
        return self.found.whole if self.entire else composite.add(line.scored for line in self.lines)

    def moved(self, limit: int) -> list[Moved]:
        """The items that move the score most, the strongest first."""
        if not self.entire:
            return []
        lines = {(line.layer, line.code): line for line in self.lines}
        base = self.whole.earned
        return [
            Moved(
                lines[effect.row.item.layer, effect.row.item.code],
                effect.without - base,
                effect.lighter - base,
                effect.heavier - base,
            )
            for effect in composite.effects(self.found, self.parameters.shift)[:limit]
        ]

    def shaken(self) -> tuple[Fraction, Fraction] | None:
        """The lowest and highest score when all weights may move at once."""
        return composite.shaken(self.found, self.parameters.shift) if self.entire else None


def round_score(user: User, round_: Round) -> RoundScore:
    """The score of ``round_``, with the indicators and tasks that ``user`` may see."""
    scored = scored_round(round_)
    lines = tuple(
        line
        for line in _lines(scored.found, scored.judged, scored.tasks, scored.declared)
        if access.in_scope(user, "s45.composite", "view", line.unit)
    )
    entire = access.scope_of(user, "s45.composite", "view").kind == "all"
    seen = {line.code for line in lines if line.layer is Layer.INDICATORS}
    older = sum(
        1
        for row in scored.judged
        if row.indicator.code in seen and row.value is not None and row.value.as_of < round_.as_of
    )
    weights, passed_over = scored.weights, scored.passed_over
    return RoundScore(scored.found, entire, scored.parameters, weights, passed_over, lines, _chapters(lines), older)


@dataclass(frozen=True)
class ScoredRound:
    """The whole score of a round and all that it was made of, whoever may see which part of it."""

    found: Composite
    parameters: Parameters
    weights: WeightSet | None
    passed_over: WeightSet | None
    judged: list[Judged]
    tasks: list[Task]
    declared: Mapping[str, TaskStatus]


def scored_round(round_: Round) -> ScoredRound:
    """The score of all indicators and tasks of ``round_``."""
    parameters = composite.parameters_on(round_.as_of)
    judged = [row for row in values.judge_round(round_) if row.judgement.status is not Status.FACT]
    tasks = list(plans.tasks(round_.plan_version))
    weights, passed_over = weights_of(round_)
    declared = handins.declared(round_)
    items = [
        *(_indicator_item(row, parameters, weights) for row in judged),
        *(_task_item(row, declared.get(row.code), parameters) for row in tasks),
    ]
    found = composite.score(items, parameters.layers)
    return ScoredRound(found, parameters, weights, passed_over, judged, tasks, declared)


def weights_of(round_: Round) -> tuple[WeightSet | None, WeightSet | None]:
    """The expert weights that count for a round, and a newer set that is passed over as it lacks indicators.

    A closed round keeps what counted when it was closed.
    """
    rows = WeightSet.objects.filter(plan=round_.plan_version.plan, effective_on__lte=round_.as_of)
    if round_.closed_at is None:
        rows = rows.filter(withdrawn_at=None)
    else:
        rows = rows.filter(recorded_at__lte=round_.closed_at).filter(
            Q(withdrawn_at=None) | Q(withdrawn_at__gt=round_.closed_at)
        )
    wanted = {row.code for row in plans.indicators(round_.plan_version) if not row.is_fact}
    passed_over = None
    for row in rows.order_by("-effective_on", "-id"):
        if wanted <= row.weights.keys():
            return row, passed_over
        passed_over = passed_over or row
    return None, passed_over


def weight_sets(plan: Plan) -> list[WeightSet]:
    """Every set ever recorded, the newest first, withdrawn ones too."""
    return list(plan.weight_sets.order_by("-effective_on", "-id"))


def weight_set(plan: Plan, pk: int) -> WeightSet:
    """One set; Problem ``weights_missing`` (404)."""
    found = plan.weight_sets.filter(pk=pk).first()
    if found is None:
        raise Problem("weights_missing", "没有这套权重。", "There is no such set of weights.", status=404)
    return found


def _indicator_item(row: Judged, parameters: Parameters, weights: WeightSet | None) -> Item:
    code = row.indicator.code
    weight = row.indicator.weight if weights is None else Decimal(weights.weights[code])
    return Item(Layer.INDICATORS, code, weight, composite.share_of(row.judgement, parameters.normalise))


def _task_item(row: Task, state: TaskStatus | None, parameters: Parameters) -> Item:
    share = None if state is None else parameters.task_scores.get(state)
    return Item(Layer.TASKS, row.code, Decimal(1), share)


def _lines(
    found: Composite, judged: Iterable[Judged], tasks: Iterable[Task], declared: Mapping[str, TaskStatus]
) -> tuple[Line, ...]:
    indicators = {row.indicator.code: row for row in judged}
    by_code = {row.code: row for row in tasks}
    lines = []
    for scored in found.rows:
        code = scored.item.code
        if scored.item.layer is Layer.INDICATORS:
            row = indicators[code]
            status = row.judgement.status
            lines.append(
                Line(
                    scored,
                    row.indicator.name,
                    row.indicator.name_zh,
                    reverse("s45:figure", args=[code]),
                    row.indicator.task.chapter,
                    row.indicator.lead_unit,
                    status.value,
                    str(display.STATUS_TEXT[status]),
                    display.STATUS_TONE[status],
                )
            )
        else:
            task, state = by_code[code], declared.get(code)
            lines.append(
                Line(
                    scored,
                    task.title,
                    task.title_zh,
                    reverse("s45:task", args=[code]),
                    task.chapter,
                    task.lead_unit,
                    "" if state is None else state.value,
                    str(_("未采纳填报") if state is None else display.TASK_TEXT[state]),
                    "muted" if state is None else display.TASK_TONE[state],
                )
            )
    return tuple(lines)


def _chapters(lines: Iterable[Line]) -> tuple[ChapterPart, ...]:
    chapters: dict[int, Chapter] = {}
    members: dict[int, list[Scored]] = {}
    for line in lines:
        chapters.setdefault(line.chapter.number, line.chapter)
        members.setdefault(line.chapter.number, []).append(line.scored)
    return tuple(ChapterPart(chapters[number], composite.add(members[number])) for number in sorted(members))
