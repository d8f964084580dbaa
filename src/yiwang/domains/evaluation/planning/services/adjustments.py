"""Adjusting the plan 规划调整: propose, withdraw, decide. Approval writes a new version of the plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from yiwang.domains.evaluation.planning.models import Adjustment, Plan, PlanVersion
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.services.plans import (
    MeasureSpec,
    PlanSpec,
    TaskSpec,
    change_task,
    next_version,
)
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.notices import api as notices
from yiwang.lib.clock import at_noon, today
from yiwang.lib.problems import Problem


@transaction.atomic
def propose(
    plan: Plan,
    *,
    actor: User,
    kind: str,
    task_code: str,
    measure_code: str = "",
    new_text: str = "",
    reason: str,
    basis: str,
    on: date | None = None,
) -> Adjustment:
    """Propose a change of the newest version's text; the old text is read from the plan.

    ``delete`` and ``modify`` concern a measure, or the task's requirement when ``measure_code`` is empty; ``add`` adds
    a measure. Problems ``adjustment_incomplete``, ``task_unknown``, ``measure_unknown``, ``adjustment_pending``.
    """
    # no_key: who accepts figures refers to the plan while holding the audit lock that this waits for in the end.
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    version = plans.version(plan)
    task = plans.task(version, task_code)
    access.require(actor, "s45.adjustment", "propose")
    if not access.in_scope(actor, "s45.adjustment", "propose", task.lead_unit):
        raise Problem(
            "forbidden",
            f"任务 {task_code} 由{task.lead_unit.name_zh}牵头，您不能提出调整建议。",
            f"Task {task_code} is led by {task.lead_unit.name_en}; you cannot propose a change.",
            status=403,
        )
    old_text = _old_text(version, kind, task_code, measure_code)
    _complete(kind, old_text, new_text, reason, basis)
    pending = plan.adjustments.filter(
        state=Adjustment.State.PROPOSED, task_code=task_code, measure_code=measure_code
    ).exclude(kind=Adjustment.Kind.ADD)
    if kind != Adjustment.Kind.ADD and pending.exists():
        raise Problem(
            "adjustment_pending",
            f"{measure_code or task_code} 已有一项调整建议等待审批，请先撤回或等待审批结果。",
            f"An adjustment of {measure_code or task_code} is waiting for a decision already.",
            status=409,
        )
    number = (plan.adjustments.aggregate(top=Max("number"))["top"] or 0) + 1
    found = Adjustment.objects.create(
        plan=plan,
        number=number,
        kind=kind,
        task_code=task_code,
        measure_code=measure_code,
        old_text=old_text,
        new_text="" if kind == Adjustment.Kind.DELETE else new_text.strip(),
        reason=reason.strip(),
        basis=basis.strip(),
        unit=task.lead_unit,
        proposed_on=on or today(),
        proposed_by=actor.username,
    )
    audit.record(
        "adjustment.proposed", actor=actor.username, object_type="s45.adjustment", object_id=f"{plan.code}/{number}"
    )
    notices.notify(
        access.users_with_role("approver"),
        "s45.adjustment",
        f"调整建议第 {number} 项待审批：{task.title_zh}",
        f"Adjustment {number} waits for your decision: {task.title_en}",
        reverse("s45:adjustment", args=[number]),
    )
    return found


@transaction.atomic
def withdraw(adjustment: Adjustment, *, actor: User) -> Adjustment:
    """Take a proposal back before it is decided; only its proposer or the bureau may."""
    row = _lock(adjustment)
    if row.proposed_by != actor.username and not access.can(actor, "s45.round", "manage"):
        raise Problem("forbidden", "只有提出人可以撤回。", "Only its proposer may withdraw it.", status=403)
    row.state = Adjustment.State.WITHDRAWN
    row.save(update_fields=["state"])
    audit.record("adjustment.withdrawn", actor=actor.username, object_type="s45.adjustment", object_id=_name(row))
    return row


@transaction.atomic
def reject(adjustment: Adjustment, *, actor: User, note: str, on: date | None = None) -> Adjustment:
    """Decide against a proposal, with the reason."""
    _may_decide(actor, adjustment)
    row = _lock(adjustment)
    if not note.strip():
        raise Problem("decision_note", "请写明不批准的理由。", "Say why it is not approved.", field="note")
    _decide(row, Adjustment.State.REJECTED, actor, note, on)
    return row


@transaction.atomic
def approve(
    adjustments: Iterable[Adjustment],
    *,
    actor: User,
    effective_on: date | None = None,
    note: str = "",
    on: date | None = None,
) -> PlanVersion:
    """Approve proposals together on the day ``on`` (default: now); they make one new version from ``effective_on``.

    Problems ``adjustment_stale`` when a text has changed, ``effective_early`` before the version that is changed.
    """
    # Always in the same order: two approvers who chose the same proposals must not wait for each other.
    rows = [_lock(row) for row in sorted(adjustments, key=lambda row: row.number)]
    if not rows:
        raise Problem("adjustment_none", "请至少选择一项调整建议。", "Choose at least one adjustment.")
    for row in rows:
        _may_decide(actor, row)
    plan = rows[0].plan
    current = plans.version(plan)
    for row in rows:
        if row.kind != Adjustment.Kind.ADD:
            now = _old_text(current, row.kind, row.task_code, row.measure_code)
            if now != row.old_text:
                raise Problem(
                    "adjustment_stale",
                    f"第 {row.number} 项提出后，规划原文已变动，不能直接批准。请提出人撤回后按新文字重新提出。",
                    f"The plan's text has changed since adjustment {row.number} was proposed. Propose it again.",
                    status=409,
                )
    decided_on = on or today()
    day = effective_on or decided_on
    if day < current.effective_on:
        raise Problem(
            "effective_early",
            f"生效日期 {day} 早于现行第 {current.number} 版的生效日期 {current.effective_on}，请改用不早于它的日期。",
            f"Version {current.number} is in force from {current.effective_on}; the new one cannot be from {day}. "
            "Choose that day or a later one.",
            field="effective_on",
        )

    def change(spec: PlanSpec) -> PlanSpec:
        for row in rows:
            spec = _apply(spec, row)
        return spec

    version = next_version(
        current,
        change,
        effective_on=day,
        note="；".join(f"调整第 {row.number} 项" for row in rows),
        actor=actor.username,
        at=None if on is None else at_noon(on),
    )
    for row in rows:
        row.resulting_version = version
        _decide(row, Adjustment.State.APPROVED, actor, note, decided_on)
    return version


def _apply(spec: PlanSpec, row: Adjustment) -> PlanSpec:
    if row.kind == Adjustment.Kind.DELETE and not row.measure_code:
        codes = {item.code for item in spec.indicators if item.task == row.task_code}
        if codes:
            raise Problem(
                "adjustment_task_has_indicators",
                f"任务 {row.task_code} 下还有指标或数据（{'、'.join(sorted(codes))}），不能整项删除。"
                "请先调整这些指标的归属。",
                f"Task {row.task_code} still has figures ({', '.join(sorted(codes))}) and cannot be deleted whole.",
                status=409,
            )
        return replace(spec, tasks=tuple(task for task in spec.tasks if task.code != row.task_code))
    return change_task(spec, row.task_code, lambda task: _apply_to_task(task, row))


def _apply_to_task(task: TaskSpec, row: Adjustment) -> TaskSpec:
    if row.kind == Adjustment.Kind.ADD:
        numbers = [int(m.code.rsplit("M", 1)[1]) for m in task.measures if m.code.rsplit("M", 1)[-1].isdigit()]
        code = f"{task.code}-M{max(numbers, default=0) + 1}"
        return replace(task, measures=(*task.measures, MeasureSpec(code, row.new_text)))
    if not row.measure_code:
        return replace(task, requirement=row.new_text)
    kept = tuple(
        MeasureSpec(m.code, row.new_text) if m.code == row.measure_code else m
        for m in task.measures
        if m.code != row.measure_code or row.new_text
    )
    return replace(task, measures=kept)


def _old_text(version: PlanVersion, kind: str, task_code: str, measure_code: str) -> str:
    task = plans.task(version, task_code)
    if kind == Adjustment.Kind.ADD:
        return ""
    return plans.planned_text(task, measure_code)


def _complete(kind: str, old_text: str, new_text: str, reason: str, basis: str) -> None:
    missing = [
        (field, zh, en)
        for field, zh, en, value in (
            ("reason", "调整理由", "the reason", reason),
            ("basis", "调整依据", "the basis", basis),
        )
        if not value.strip()
    ]
    if kind not in Adjustment.Kind.values:
        missing.append(("kind", "调整类型", "the kind of change"))
    if kind in {Adjustment.Kind.MODIFY, Adjustment.Kind.ADD} and not new_text.strip():
        missing.append(("new_text", "调整后文字", "the new text"))
    if missing:
        raise Problem(
            "adjustment_incomplete",
            f"还缺：{'、'.join(zh for _, zh, _ in missing)}。请补全后再提交。",
            f"Missing: {', '.join(en for *_, en in missing)}.",
            field=missing[0][0],
            fields=[field for field, *_ in missing],
        )
    if kind == Adjustment.Kind.MODIFY and new_text.strip() == old_text.strip():
        raise Problem(
            "adjustment_same",
            "调整后文字与原文相同，没有可调整的内容。",
            "The new text is the same as the old.",
            field="new_text",
        )


def _lock(adjustment: Adjustment) -> Adjustment:
    row = Adjustment.objects.select_for_update(of=("self",)).select_related("plan", "unit").get(pk=adjustment.pk)
    if row.state != Adjustment.State.PROPOSED:
        raise Problem(
            "adjustment_decided",
            f"第 {row.number} 项目前是“{row.get_state_display()}”，不能再办理。",
            f"Adjustment {row.number} has been decided or withdrawn already.",
            status=409,
        )
    return row


def _may_decide(actor: User, row: Adjustment) -> None:
    access.require(actor, "s45.adjustment", "decide")
    if row.proposed_by == actor.username:
        raise Problem(
            "adjustment_own",
            "提出人不能审批自己的建议，请由另一位审批人办理。",
            "Who proposes does not decide; another approver must.",
            status=403,
        )


def _decide(row: Adjustment, state: Adjustment.State, actor: User, note: str, on: date | None) -> None:
    row.state = state
    row.approver = actor.username
    row.decided_on = on or today()
    row.decision_note = note.strip()
    row.save(update_fields=["state", "approver", "decided_on", "decision_note", "resulting_version"])
    audit.record(f"adjustment.{state}", actor=actor.username, object_type="s45.adjustment", object_id=_name(row))
    notices.notify(
        [*access.users_with_role("liaison", unit=row.unit), *access.users_with_role("bureau")],
        "s45.adjustment",
        f"调整建议第 {row.number} 项{row.get_state_display()}",
        f"Adjustment {row.number}: {state}",
        reverse("s45:adjustment", args=[row.number]),
    )


def _name(row: Adjustment) -> str:
    return f"{row.plan.code}/{row.number}"
