"""The plan's text in force: versions, chapters, tasks, measures, indicators."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from django.db.models import Prefetch, QuerySet

from yiwang.domains.evaluation.planning.models import Indicator, Measure, Plan, PlanVersion, Task
from yiwang.domains.evaluation.planning.types import IndicatorFacts, Target, TextChange
from yiwang.lib.problems import Problem

Row = TypeVar("Row", Task, Measure, Indicator)


def the_plan() -> Plan | None:
    """The plan that this installation evaluates: the one that ends last (``None`` before one is loaded)."""
    return Plan.objects.order_by("-ends_on", "-id").first()


def require_plan() -> Plan:
    """The plan, or Problem ``plan_missing`` (404)."""
    plan = the_plan()
    if plan is None:
        raise Problem(
            "plan_missing",
            "系统里还没有规划。请先用 yiwang demo 载入演示规划，或由规划评估主管导入本区规划。",
            "There is no plan yet. Load the demonstration with yiwang demo, or import the district's plan.",
            status=404,
        )
    return plan


def version(plan: Plan, number: int | None = None, on: date | None = None) -> PlanVersion:
    """Version ``number``; else the one in force ``on`` a day; else the newest. Problem ``version_unknown`` (404)."""
    rows = plan.versions.order_by("-number")
    if number is not None:
        rows = rows.filter(number=number)
    elif on is not None:
        rows = rows.filter(effective_on__lte=on)
    found = rows.first()
    if found is None:
        raise Problem(
            "version_unknown",
            f"规划没有第 {number} 版。请在“版本对比”页选择已有版本。"
            if number is not None
            else f"{on} 时规划尚未生效，请选择更晚的日期。",
            f"The plan has no version {number}." if number is not None else f"The plan was not in force on {on}.",
            status=404,
        )
    return found


def tasks(of: PlanVersion) -> QuerySet[Task]:
    """Tasks of a version with chapter, units and measures, in the plan's order."""
    return (
        Task.objects.filter(version=of)
        .select_related("chapter", "lead_unit")
        .prefetch_related("measures", "support_units")
        .order_by("chapter__number", "position")
    )


def task(of: PlanVersion, code: str) -> Task:
    """One task by its code; Problem ``task_unknown`` (404)."""
    # An address may hold a NUL, which the database cannot compare with.
    found = None if "\x00" in code else tasks(of).filter(code=code).first()
    if found is None:
        raise Problem(
            "task_unknown",
            f"规划第 {of.number} 版没有编号为 {code} 的任务。",
            f"Version {of.number} of the plan has no task {code}.",
            status=404,
        )
    return found


def planned_text(task: Task, measure_code: str = "") -> str:
    """A measure's text in the plan; without a code the task's requirement. Problem ``measure_unknown`` (404)."""
    if not measure_code:
        return task.requirement
    measure: Measure | None = task.measures.filter(code=measure_code).first()
    if measure is None:
        raise Problem(
            "measure_unknown",
            f"任务 {task.code} 没有编号为 {measure_code} 的举措。",
            f"Task {task.code} has no measure {measure_code}.",
            status=404,
        )
    return measure.text


def indicators(of: PlanVersion) -> QuerySet[Indicator]:
    """Indicators and facts of a version with task, unit and targets, in the plan's order."""
    return (
        Indicator.objects.filter(version=of)
        .select_related("task__chapter", "lead_unit", "version__plan")
        .prefetch_related(Prefetch("targets"))
        .order_by("task__chapter__number", "task__position", "position")
    )


def indicator(of: PlanVersion, code: str) -> Indicator:
    """One indicator by its code; Problem ``indicator_unknown`` (404)."""
    found = None if "\x00" in code else indicators(of).filter(code=code).first()
    if found is None:
        raise Problem(
            "indicator_unknown",
            f"规划第 {of.number} 版没有编号为 {code} 的指标或数据。",
            f"Version {of.number} of the plan has no indicator or fact {code}.",
            status=404,
        )
    return found


def facts_of(row: Indicator) -> IndicatorFacts:
    """What the judgement needs to know about ``row``; its targets must be prefetched or cheap to read."""
    plan = row.version.plan
    return IndicatorFacts(
        direction=row.direction,
        nature=row.nature,
        is_fact=row.is_fact,
        baseline=row.baseline,
        targets=tuple(Target(t.year, t.value, t.upper) for t in row.targets.all()),
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
    )


def compare(old: PlanVersion, new: PlanVersion) -> list[TextChange]:
    """What changed between two versions: tasks, measures and indicators by code, with the words that differ."""
    return [
        *_changes("task", list(tasks(old)), list(tasks(new)), _task_text),
        *_changes("measure", _measures(old), _measures(new), lambda row: row.text),
        *_changes("indicator", list(indicators(old)), list(indicators(new)), _indicator_text),
    ]


def _measures(of: PlanVersion) -> list[Measure]:
    rows = Measure.objects.filter(task__version=of).select_related("task")
    return list(rows.order_by("task__chapter__number", "task__position", "position"))


def _task_text(row: Task) -> str:
    return f"{row.title_zh}：{row.requirement}（牵头：{row.lead_unit.name_zh}；期限：{row.due_on}）"


def _indicator_text(row: Indicator) -> str:
    targets = "；".join(f"{t.year}年 {t.value.normalize():f}" for t in row.targets.all())
    return f"{row.name_zh}（{row.unit}，{row.get_nature_display()}，目标：{targets or '无'}）"


def _changes(what: str, old: Iterable[Row], new: Iterable[Row], text: Callable[[Row], str]) -> list[TextChange]:
    before: dict[str, Row] = {row.code: row for row in old}
    after: dict[str, Row] = {row.code: row for row in new}
    found: list[TextChange] = []
    for code in [*before, *(code for code in after if code not in before)]:
        left, right = before.get(code), after.get(code)
        row = right or left
        was, now = "" if left is None else text(left), "" if right is None else text(right)
        if row is None or (left is not None and right is not None and was == now):
            continue
        kind = "added" if left is None else "removed" if right is None else "changed"
        runs = words(was, now) if kind == "changed" else ()
        found.append(TextChange(kind, what, code, _title(row), was, now, runs, _task_code(row)))
    return found


def _title(row: Task | Measure | Indicator) -> str:
    """What a change is headed with: a measure has no name but its task's."""
    if isinstance(row, Task):
        return row.title_zh
    return row.task.title_zh if isinstance(row, Measure) else row.name_zh


def _task_code(row: Task | Measure | Indicator) -> str:
    return row.code if isinstance(row, Task) else row.task.code


def words(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Runs of ``(same|removed|added, text)`` between two texts, by character (Chinese has no word breaks)."""
    runs: list[tuple[str, str]] = []
    # Two texts of several pages would take seconds character by character: common characters are passed over then.
    long = len(old) * len(new) > 4_000_000
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=long).get_opcodes():
        if tag == "equal":
            runs.append(("same", old[i1:i2]))
            continue
        if i2 > i1:
            runs.append(("removed", old[i1:i2]))
        if j2 > j1:
            runs.append(("added", new[j1:j2]))
    return tuple(runs)
