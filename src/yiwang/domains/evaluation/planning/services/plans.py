"""Writing plans and their versions. A version is written once; later texts are later versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from django.db import transaction
from django.utils import timezone

from yiwang.domains.evaluation.planning.models import (
    Chapter,
    Indicator,
    Measure,
    Plan,
    PlanVersion,
    Task,
    YearTarget,
)
from yiwang.domains.evaluation.planning.types import Target
from yiwang.kernel.audit import api as audit
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem
from yiwang.lib.units import from_base

T = TypeVar("T")


@dataclass(frozen=True)
class ChapterSpec:
    """A chapter to write."""

    number: int
    key: str
    name_zh: str
    name_en: str
    slogan: str = ""


@dataclass(frozen=True)
class MeasureSpec:
    """A measure to write."""

    code: str
    text: str


@dataclass(frozen=True)
class TaskSpec:
    """A task to write; units by their codes."""

    code: str
    chapter: int
    title_zh: str
    title_en: str
    requirement: str
    lead_unit: str
    support_units: tuple[str, ...]
    systems: tuple[str, ...]
    starts_on: date
    due_on: date
    measures: tuple[MeasureSpec, ...] = ()


@dataclass(frozen=True)
class IndicatorSpec:
    """An indicator or fact to write; values in its own unit."""

    code: str
    task: str
    name_zh: str
    name_en: str
    unit: str
    kind: str
    nature: str
    direction: str
    is_fact: bool
    lead_unit: str
    baseline: Decimal | None = None
    baseline_on: date | None = None
    targets: tuple[Target, ...] = ()
    weight: Decimal = Decimal(1)
    origin: str = "reported"
    relation: str = ""
    decimals: int | None = None
    synthetic_target: bool = False
    note: str = ""


@dataclass(frozen=True)
class PlanSpec:
    """A whole plan to write."""

    code: str
    title_zh: str
    title_en: str
    starts_on: date
    ends_on: date
    basis: str
    synthetic_note: str
    chapters: tuple[ChapterSpec, ...]
    tasks: tuple[TaskSpec, ...]
    indicators: tuple[IndicatorSpec, ...] = field(default=())


@transaction.atomic
def create_plan(spec: PlanSpec, *, actor: str, at: datetime | None = None) -> PlanVersion:
    """Write a plan with its first version.

    Problems ``plan_exists``, ``plan_dates``, ``plan_reference``, ``plan_metric`` (nothing counts a computed figure).
    """
    if Plan.objects.filter(code=spec.code).exists():
        raise Problem(
            "plan_exists",
            f"编号为 {spec.code} 的规划已经存在，不会重复导入。要改文字请走“规划调整”。",
            f"Plan {spec.code} exists already. Change its text by an adjustment.",
            status=409,
        )
    if spec.starts_on >= spec.ends_on:
        raise Problem(
            "plan_dates",
            f"规划起止日期不对：{spec.starts_on} 不早于 {spec.ends_on}。",
            f"The plan starts on {spec.starts_on}, not before its end on {spec.ends_on}.",
        )
    plan = Plan.objects.create(
        code=spec.code,
        title_zh=spec.title_zh,
        title_en=spec.title_en,
        starts_on=spec.starts_on,
        ends_on=spec.ends_on,
        basis=spec.basis,
        synthetic_note=spec.synthetic_note,
    )
    version = _write_version(plan, 1, spec, spec.starts_on, "", actor, at or timezone.now())
    audit.record("plan.created", actor=actor, object_type="s45.plan", object_id=plan.code)
    return version


@transaction.atomic
def next_version(
    current: PlanVersion,
    change: Callable[[PlanSpec], PlanSpec],
    *,
    effective_on: date,
    note: str,
    actor: str,
    at: datetime | None = None,
) -> PlanVersion:
    """Write the version after ``current`` with ``change`` applied to its text."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=current.plan_id)
    number = current.number + 1
    if PlanVersion.objects.filter(plan=plan, number=number).exists():
        raise Problem(
            "version_stale",
            f"规划已有第 {number} 版，请刷新页面，在最新版本上操作。",
            f"Version {number} of the plan exists already. Reload and work on the newest version.",
            status=409,
        )
    spec = change(read_spec(current))
    version = _write_version(plan, number, spec, effective_on, note, actor, at or timezone.now())
    audit.record(
        "plan.version", actor=actor, object_type="s45.plan", object_id=plan.code, detail={"number": version.number}
    )
    return version


def read_spec(version: PlanVersion) -> PlanSpec:
    """The text of a version as a spec that can be changed and written again."""
    plan = version.plan
    tasks = Task.objects.filter(version=version).select_related("chapter", "lead_unit")
    indicators = Indicator.objects.filter(version=version).select_related("task", "lead_unit")
    return PlanSpec(
        code=plan.code,
        title_zh=plan.title_zh,
        title_en=plan.title_en,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        basis=plan.basis,
        synthetic_note=plan.synthetic_note,
        chapters=tuple(
            ChapterSpec(row.number, row.key, row.name_zh, row.name_en, row.slogan) for row in version.chapters.all()
        ),
        tasks=tuple(_task_spec(row) for row in tasks.prefetch_related("measures", "support_units")),
        indicators=tuple(_indicator_spec(row) for row in indicators.prefetch_related("targets")),
    )


def change_task(spec: PlanSpec, code: str, change: Callable[[TaskSpec], TaskSpec]) -> PlanSpec:
    """A copy of ``spec`` with one task changed. Problem ``adjustment_task_gone`` when an earlier change deleted it."""
    if code not in {task.code for task in spec.tasks}:
        raise Problem(
            "adjustment_task_gone",
            f"一并批准的调整已删除任务 {code}，对该任务的其他调整无从生效。请分开办理，或不批准其中一项。",
            f"Task {code} is deleted by an adjustment approved together with another of the same task. "
            "Decide them apart, or reject one.",
            status=409,
        )
    return replace(spec, tasks=tuple(change(task) if task.code == code else task for task in spec.tasks))


def _task_spec(row: Task) -> TaskSpec:
    return TaskSpec(
        code=row.code,
        chapter=row.chapter.number,
        title_zh=row.title_zh,
        title_en=row.title_en,
        requirement=row.requirement,
        lead_unit=row.lead_unit.code,
        support_units=tuple(unit.code for unit in row.support_units.all()),
        systems=tuple(row.systems),
        starts_on=row.starts_on,
        due_on=row.due_on,
        measures=tuple(MeasureSpec(m.code, m.text) for m in row.measures.all()),
    )


def _indicator_spec(row: Indicator) -> IndicatorSpec:
    return IndicatorSpec(
        code=row.code,
        task=row.task.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        unit=row.unit,
        kind=row.kind,
        nature=row.nature,
        direction=row.direction,
        is_fact=row.is_fact,
        lead_unit=row.lead_unit.code,
        baseline=row.baseline,
        baseline_on=row.baseline_on,
        targets=tuple(Target(t.year, t.value, t.upper) for t in row.targets.all()),
        weight=row.weight,
        origin=row.origin,
        relation=row.relation,
        decimals=row.decimals,
        synthetic_target=row.synthetic_target,
        note=row.note,
    )


def _write_version(
    plan: Plan, number: int, spec: PlanSpec, effective_on: date, note: str, actor: str, at: datetime
) -> PlanVersion:
    version = PlanVersion.objects.create(
        plan=plan, number=number, effective_on=effective_on, note=note, created_at=at, created_by=actor
    )
    units = _Lookup("unit", "单位", {unit.code: unit for unit in Unit.objects.all()})
    chapters = _Lookup(
        "chapter",
        "篇章",
        {
            row.number: Chapter.objects.create(
                version=version,
                number=row.number,
                key=row.key,
                name_zh=row.name_zh,
                name_en=row.name_en,
                slogan=row.slogan,
            )
            for row in spec.chapters
        },
    )
    tasks: dict[object, Task] = {}
    for position, row in enumerate(spec.tasks, start=1):
        tasks[row.code] = _write_task(version, row, position, units, chapters)
    _write_indicators(version, spec.indicators, units, _Lookup("task", "任务", tasks))
    return version


def _write_task(
    version: PlanVersion, row: TaskSpec, position: int, units: _Lookup[Unit], chapters: _Lookup[Chapter]
) -> Task:
    task = Task.objects.create(
        version=version,
        chapter=chapters.get(row.chapter, row.code),
        code=row.code,
        position=position,
        title_zh=row.title_zh,
        title_en=row.title_en,
        requirement=row.requirement,
        lead_unit=units.get(row.lead_unit, row.code),
        systems=list(row.systems),
        starts_on=row.starts_on,
        due_on=row.due_on,
    )
    task.support_units.set([units.get(code, row.code) for code in row.support_units])
    Measure.objects.bulk_create(
        Measure(task=task, code=measure.code, position=index, text=measure.text)
        for index, measure in enumerate(row.measures, start=1)
    )
    return task


def _write_indicators(
    version: PlanVersion, specs: tuple[IndicatorSpec, ...], units: _Lookup[Unit], tasks: _Lookup[Task]
) -> None:
    for spec in specs:
        if spec.origin == Indicator.Origin.COMPUTED:
            _require_metric(spec)
    rows = [
        Indicator(
            version=version,
            task=tasks.get(spec.task, spec.code),
            code=spec.code,
            position=position,
            name_zh=spec.name_zh,
            name_en=spec.name_en,
            unit=spec.unit,
            kind=spec.kind,
            nature=spec.nature,
            direction=spec.direction,
            is_fact=spec.is_fact,
            baseline=spec.baseline,
            baseline_on=spec.baseline_on,
            weight=spec.weight,
            lead_unit=units.get(spec.lead_unit, spec.code),
            origin=spec.origin,
            relation=spec.relation,
            decimals=spec.decimals,
            synthetic_target=spec.synthetic_target,
            note=spec.note,
        )
        for position, spec in enumerate(specs, start=1)
    ]
    Indicator.objects.bulk_create(rows)
    YearTarget.objects.bulk_create(
        YearTarget(indicator=row, year=target.year, value=target.value, upper=target.upper)
        for row, spec in zip(rows, specs, strict=True)
        for target in spec.targets
    )


def _require_metric(spec: IndicatorSpec) -> None:
    """A computed figure has a metric that names its code and counts in its unit. Problem ``plan_metric``."""
    found = next((metric for metric in metrics.metrics() if metric.figure == spec.code), None)
    if found is None:
        what_zh, what_en = "系统里没有计算它的指标", "no metric of any system answers it"
    else:
        try:
            from_base(Decimal(1), found.unit, spec.unit)
        except ValueError:
            what_zh, what_en = f"计算它的 {found.code} 以“{found.unit}”计", f"{found.code} counts in {found.unit}"
        else:
            return
    raise Problem(
        "plan_metric",
        f"{spec.code} {spec.name_zh}（{spec.unit}）由记录计算，但{what_zh}。请改为“单位填报”，或改正编号、单位。",
        f"{spec.code} is to be computed, but {what_en}. Have it reported, or mend its code or unit.",
        field=spec.code,
    )


class _Lookup(Generic[T]):
    """Rows by code; a missing one is a Problem that names who refers to it."""

    def __init__(self, what: str, what_zh: str, rows: dict[object, T]) -> None:
        self.what, self.what_zh, self.rows = what, what_zh, rows

    def get(self, code: object, referrer: str) -> T:
        found = self.rows.get(code)
        if found is None:
            raise Problem(
                "plan_reference",
                f"{referrer} 引用的{self.what_zh}“{code}”不存在，请先补录或改正编号。",
                f'{referrer} refers to {self.what} "{code}", which does not exist. Add it or mend the code.',
            )
        return found
