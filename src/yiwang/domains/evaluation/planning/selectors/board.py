"""The plan as a board of tasks: what each is, how its unit says it stands, what lags of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Prefetch, Q, QuerySet

from yiwang.domains.evaluation.planning.models import (
    Adjustment,
    Chapter,
    HandIn,
    Measure,
    PlanVersion,
    Round,
    Task,
)
from yiwang.domains.evaluation.planning.selectors import adjustments as changes
from yiwang.domains.evaluation.planning.selectors import handins, home, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.domains.evaluation.planning.types import HandInContent, TaskStatus
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.orgs.api import Unit

UNREPORTED = "unreported"


@dataclass(frozen=True)
class TaskFilter:
    """What to show; empty fields do not narrow. ``state`` is a :class:`TaskStatus` or ``unreported`` or ``lagging``."""

    chapter: int | None = None
    unit: str = ""
    state: str = ""
    system: str = ""
    q: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.chapter is not None or self.unit or self.state or self.system or self.q)


@dataclass(frozen=True)
class TaskRow:
    """A task with its declared state, its number of figures, and the laggards that the reader may see."""

    task: Task
    state: TaskStatus | None
    figures: int
    laggards: tuple[Judged, ...]


@dataclass(frozen=True)
class ChapterRows:
    """A chapter with its tasks that pass the filter."""

    chapter: Chapter
    rows: tuple[TaskRow, ...]


@dataclass(frozen=True)
class MeasureRow:
    """A measure with the adjustments that the reader may see; ``removed`` when it is no longer in the plan."""

    code: str
    text: str
    adjustments: tuple[Adjustment, ...]
    removed: bool = False


@dataclass(frozen=True)
class AcceptedText:
    """What a unit reported on a task in a round, as accepted."""

    hand_in: HandIn
    content: HandInContent
    status: TaskStatus


def chosen_tasks(version: PlanVersion, chosen: TaskFilter) -> QuerySet[Task]:
    """Tasks of a version that pass everything of ``chosen`` but the state, in the plan's order."""
    rows = plans.tasks(version)
    if chosen.chapter is not None:
        rows = rows.filter(chapter__number=chosen.chapter)
    if chosen.unit:
        supported = Task.objects.filter(version=version, support_units__code=chosen.unit)
        rows = rows.filter(Q(lead_unit__code=chosen.unit) | Q(pk__in=supported.values("pk")))
    if chosen.system:
        rows = rows.filter(systems__contains=[chosen.system])
    if chosen.q:
        in_measures = Measure.objects.filter(task__version=version, text__icontains=chosen.q)
        rows = rows.filter(
            Q(code__icontains=chosen.q)
            | Q(title_zh__icontains=chosen.q)
            | Q(title_en__icontains=chosen.q)
            | Q(requirement__icontains=chosen.q)
            | Q(pk__in=in_measures.values("task"))
        )
    return rows


def task_rows(user: User, version: PlanVersion, round_: Round | None, chosen: TaskFilter) -> list[TaskRow]:
    """Tasks of a version that pass ``chosen``, in the plan's order, with states from ``round_``."""
    rows = chosen_tasks(version, chosen).annotate(figures=Count("indicators", distinct=True))
    states = {} if round_ is None else handins.declared(round_)
    lagging = laggards_by_task(user, version, round_)
    found = [
        TaskRow(
            task=row,
            state=states.get(row.code),
            figures=row.figures,
            laggards=tuple(lagging.get(row.code, ())),
        )
        for row in rows
    ]
    return [row for row in found if _in_state(row, chosen.state)]


def by_chapter(rows: list[TaskRow]) -> list[ChapterRows]:
    """``rows`` under their chapters, in order; chapters without a row are left out."""
    return [ChapterRows(chapter, tuple(group)) for chapter, group in groupby(rows, key=lambda row: row.task.chapter)]


def laggards_by_task(user: User, version: PlanVersion, round_: Round | None) -> dict[str, list[Judged]]:
    """Lagging indicators by task code as of the round's date; only those whose judgement ``user`` may see."""
    found: dict[str, list[Judged]] = {}
    if round_ is None or not access.can(user, "s45.judgement", "view"):
        return found
    for row in home.visible(user, values.judge_all(version, round_.as_of, round_.closed_at)):
        if row.judgement.status.is_laggard:
            found.setdefault(row.indicator.task.code, []).append(row)
    return found


def units_of(version: PlanVersion) -> list[Unit]:
    """Units that lead or support a task of the version."""
    tasks = Task.objects.filter(version=version)
    wanted = Q(pk__in=tasks.values("lead_unit")) | Q(pk__in=tasks.values("support_units"))
    return list(Unit.objects.filter(wanted))


def systems_of(version: PlanVersion) -> list[str]:
    """Systems that the version's tasks name, in order."""
    return sorted(
        {code for codes in Task.objects.filter(version=version).values_list("systems", flat=True) for code in codes}
    )


def adjustments(user: User, version: PlanVersion, task_code: str = "") -> list[Adjustment]:
    """Adjustments of the plan (or of one task) that ``user`` may see, newest first; refused and withdrawn ones too."""
    rows = changes.adjustments(user, version.plan)
    return list(rows.filter(task_code=task_code) if task_code else rows)


def measure_rows(task: Task, adjusted: list[Adjustment]) -> list[MeasureRow]:
    """The task's measures in force, then those that an approved adjustment removed, each with what changed it."""
    live = {Adjustment.State.PROPOSED, Adjustment.State.APPROVED}
    about = [row for row in adjusted if row.state in live]
    measures = list(task.measures.all())
    found = [
        MeasureRow(
            code=measure.code,
            text=measure.text,
            adjustments=tuple(row for row in about if _concerns(row, measure.code, measure.text)),
        )
        for measure in measures
    ]
    present = {measure.code for measure in measures}
    found += [
        MeasureRow(code=row.measure_code, text=row.old_text, adjustments=(row,), removed=True)
        for row in reversed(about)
        if row.kind == Adjustment.Kind.DELETE
        and row.state == Adjustment.State.APPROVED
        and row.measure_code
        and row.measure_code not in present
    ]
    return found


def hand_in_history(user: User, task_code: str) -> list[HandIn]:
    """Every hand-in on a task that ``user`` may see, newest round first, with its versions."""
    rows = handins.hand_ins(user).filter(task_code=task_code).prefetch_related("versions")
    return list(rows.order_by("-round__as_of", "-round_id", "unit__path"))


def accepted_texts(user: User, round_: Round, task_code: str) -> list[AcceptedText]:
    """What was accepted on a task in a round, of the units that ``user`` may read."""
    return [
        AcceptedText(row, content, TaskStatus(content.status))
        for row, content in handins.accepted_contents(round_).get(task_code, ())
        if access.in_scope(user, "s45.handin", "view", row.unit)
    ]


def versions(version: PlanVersion) -> list[PlanVersion]:
    """All versions of the plan, newest first, each with the adjustments that led to it and its number of tasks."""
    rows = version.plan.versions.annotate(task_count=Count("tasks", distinct=True)).prefetch_related(
        Prefetch("adjustments", Adjustment.objects.select_related("unit").order_by("number"))
    )
    return list(rows.order_by("-number"))


def _in_state(row: TaskRow, wanted: str) -> bool:
    if not wanted:
        return True
    if wanted == UNREPORTED:
        return row.state is None
    if wanted == "lagging":
        return row.state is not None and row.state.is_laggard
    return row.state == wanted


def _concerns(row: Adjustment, code: str, text: str) -> bool:
    if row.kind == Adjustment.Kind.ADD:
        return row.state == Adjustment.State.APPROVED and row.new_text == text
    return row.measure_code == code
