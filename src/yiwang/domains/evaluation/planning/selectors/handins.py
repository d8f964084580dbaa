"""Rounds and hand-ins as a reader may see them."""

from __future__ import annotations

from datetime import date

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce

from yiwang.domains.evaluation.planning.models import Evidence, HandIn, HandInVersion, Indicator, Plan, Round
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.types import HandInContent, TaskStatus
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.lib.problems import Problem


def rounds(plan: Plan) -> QuerySet[Round]:
    """Rounds of a plan, newest cut-off first."""
    return Round.objects.filter(plan_version__plan=plan).select_related("plan_version__plan")


def current_round(plan: Plan) -> Round | None:
    """The open round that is due first; else the newest one."""
    return rounds(plan).filter(state=Round.State.OPEN).order_by("due_on", "id").first() or rounds(plan).first()


def last_evaluated(plan: Plan) -> Round | None:
    """The round whose results count today: the newest closed one, else the newest."""
    return rounds(plan).filter(state=Round.State.CLOSED).first() or rounds(plan).first()


def round_by_id(pk: int) -> Round:
    """One round; Problem ``round_unknown`` (404)."""
    found = Round.objects.select_related("plan_version__plan").filter(pk=pk).first()
    if found is None:
        raise Problem("round_unknown", "没有这个评估轮次。", "There is no such round.", status=404)
    return found


def hand_ins(user: User, round_: Round | None = None) -> QuerySet[HandIn]:
    """Hand-ins that ``user`` may see, of one round or of all."""
    rows = HandIn.objects.select_related("unit", "round__plan_version__plan")
    if round_ is not None:
        rows = rows.filter(round=round_)
    return access.limit(rows, user, "s45.handin", "view").order_by("task_code", "id")


def hand_in(user: User, pk: int) -> HandIn:
    """One hand-in with its versions and evidence; Problem ``handin_unknown`` (404) for what is not the reader's."""
    found = hand_ins(user).filter(pk=pk).first()
    if found is None:
        raise Problem("handin_unknown", "没有这项填报，或它不属于您的单位。", "There is no such hand-in.", status=404)
    prefetch_related_objects([found], "versions", Prefetch("evidence", evidence_of(user, found)))
    return found


def evidence_of(user: User, row: HandIn) -> QuerySet[Evidence]:
    """Documents of a hand-in that ``user`` may see.

    Its own unit sees all of them; who reviews or reads sees what was there when it was last handed in.
    """
    rows = Evidence.objects.filter(hand_in=row).select_related("file")
    if access.in_scope(user, "s45.handin", "edit", row.unit):
        return rows.filter(removed_at=None)
    if not access.in_scope(user, "s45.handin", "view", row.unit):
        return rows.none()
    last = row.versions.order_by("-number").first()
    if last is None:
        return rows.none()
    return rows.filter(Q(removed_at=None) | Q(removed_at__gt=last.submitted_at), added_at__lte=last.submitted_at)


def evidence(user: User, pk: int) -> Evidence:
    """One document of a hand-in that ``user`` may see; Problem ``evidence_unknown`` (404)."""
    found = Evidence.objects.select_related("file", "hand_in__unit", "hand_in__round").filter(pk=pk).first()
    if found is None or not evidence_of(user, found.hand_in).filter(pk=pk).exists():
        raise Problem("evidence_unknown", "没有这份佐证材料。", "There is no such document.", status=404)
    return found


def task_indicators(row: HandIn) -> list[Indicator]:
    """The figures that a hand-in reports.

    The task's lead unit reports every figure of the task but those of units that are asked themselves; any other unit
    reports its own. Who has taken a unit's place reports as that unit did.
    """
    rows = plans.indicators(row.round.plan_version).filter(task__code=row.task_code)
    others = HandIn.objects.filter(round_id=row.round_id, task_code=row.task_code).exclude(pk=row.pk)
    mine = row.reports_for_id
    return [
        item
        for item in rows.exclude(lead_unit__in=others.values(found=Coalesce("stands_for", "unit")))
        if mine in (item.lead_unit_id, item.task.lead_unit_id)
    ]


def plan_codes(row: HandIn) -> set[str]:
    """Codes of every figure of the plan, which texts may name."""
    return set(Indicator.objects.filter(version=row.round.plan_version).values_list("code", flat=True))


def accepted_contents(round_: Round) -> dict[str, list[tuple[HandIn, HandInContent]]]:
    """Accepted contents of a round by task code (a task may have been asked of several units)."""
    versions = (
        HandInVersion.objects.filter(hand_in__round=round_, decision=HandInVersion.Decision.ACCEPTED)
        .filter(hand_in__state=HandIn.State.ACCEPTED)
        .select_related("hand_in__unit")
        .order_by("hand_in__task_code", "hand_in_id", "-number")
        .distinct("hand_in__task_code", "hand_in_id")
    )
    found: dict[str, list[tuple[HandIn, HandInContent]]] = {}
    for version in versions:
        content = HandInContent.from_json(version.content)
        found.setdefault(version.hand_in.task_code, []).append((version.hand_in, content))
    return found


def declared(round_: Round) -> dict[str, TaskStatus]:
    """What units declared on their tasks, from accepted hand-ins; the worst where several units report."""
    order = list(TaskStatus)
    worst = [TaskStatus.STALLED, TaskStatus.NOT_STARTED, TaskStatus.SLOW]
    found: dict[str, TaskStatus] = {}
    for code, contents in accepted_contents(round_).items():
        states = [TaskStatus(content.status) for _, content in contents]
        found[code] = min(states, key=lambda state: worst.index(state) if state in worst else 10 + order.index(state))
    return found


def days_left(due_on: date, day: date) -> int:
    """Natural days until ``due_on``; negative when overdue."""
    return (due_on - day).days
