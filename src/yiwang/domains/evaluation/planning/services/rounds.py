"""Running a round: asking units, reminding them, explaining what lags."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from yiwang.domains.evaluation.planning.models import Explanation, HandIn, PlanVersion, Round, RoundStep
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.computed import computed_of
from yiwang.domains.evaluation.planning.selectors.followups import waiting_units
from yiwang.domains.evaluation.planning.services.followup_notices import tell
from yiwang.domains.evaluation.planning.services.locks import lock_open
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.jobs import api as jobs
from yiwang.kernel.notices import api as notices
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem


@transaction.atomic
def create_round(
    version: PlanVersion,
    *,
    actor: User,
    title: str,
    as_of: date,
    opens_on: date,
    due_on: date,
    work_plan: str = "",
    steps: Iterable[tuple[str, date, date]] = (),
    at: datetime | None = None,
) -> Round:
    """Prepare a round. Problems ``round_title``, ``round_dates``."""
    access.require(actor, "s45.round", "manage")
    plan = version.plan
    if not title.strip():
        raise Problem("round_title", "请填写评估轮次名称。", "Give the round a title.", field="title")
    if not plan.starts_on <= as_of <= plan.ends_on:
        raise Problem(
            "round_dates",
            f"数据截止日期 {as_of} 不在规划期 {plan.starts_on} 至 {plan.ends_on} 内。",
            f"The cut-off date {as_of} is outside the plan ({plan.starts_on} to {plan.ends_on}).",
            field="as_of",
        )
    if due_on < opens_on:
        raise Problem(
            "round_dates",
            f"报送截止日期 {due_on} 早于启动日期 {opens_on}，请改正。",
            f"The deadline {due_on} is before the opening {opens_on}.",
            field="due_on",
        )
    found = Round.objects.create(
        plan_version=version,
        title=title.strip(),
        as_of=as_of,
        opens_on=opens_on,
        due_on=due_on,
        work_plan=work_plan,
        created_at=at or timezone.now(),
        created_by=actor.username,
    )
    RoundStep.objects.bulk_create(
        RoundStep(round=found, position=index, title=name, starts_on=start, ends_on=end)
        for index, (name, start, end) in enumerate(steps, start=1)
    )
    audit.record("round.created", actor=actor.username, object_type="s45.round", object_id=str(found.pk))
    return found


@transaction.atomic
def ask(
    round_: Round,
    task_codes: Iterable[str],
    *,
    actor: User,
    unit: Unit | None = None,
    due_on: date | None = None,
    at: datetime | None = None,
) -> list[HandIn]:
    """Ask the lead unit of each task (or ``unit``) to hand in; the round opens with the first request.

    Problems ``round_closed``, ``task_unknown``, ``handin_already_asked`` (nothing is asked then).
    """
    access.require(actor, "s45.round", "manage")
    round_ = lock_open(round_)
    moment = at or timezone.now()
    asked = []
    for code in dict.fromkeys(task_codes):
        task = plans.task(round_.plan_version, code)
        target = unit or task.lead_unit
        if HandIn.objects.filter(round=round_, task_code=code, unit=target).exists():
            raise Problem(
                "handin_already_asked",
                f"{target.name_zh}已被要求填报任务 {code}，不会重复下发。如需重新填报，请在该填报页“退回”。",
                f"{target.name_en or target.name_zh} has been asked for task {code} already. "
                "Return its hand-in to have it written again.",
                status=409,
                task=code,
                unit=target.code,
            )
        asked.append(
            HandIn.objects.create(
                round=round_,
                task_code=code,
                unit=target,
                due_on=due_on or round_.due_on,
                asked_at=moment,
                asked_by=actor.username,
            )
        )
    if round_.state == Round.State.DRAFT and asked:
        round_.state = Round.State.OPEN
        round_.save(update_fields=["state"])
        _ask_after_measures(round_)
        if computed_of(round_.plan_version):
            jobs.start("s45.fill", actor=actor, about=round_.title, round_id=round_.pk)
    for hand_in in asked:
        _notify_liaisons(hand_in, "asked", f"请填报：{hand_in.task_code}", f"Please report on {hand_in.task_code}")
    audit.record(
        "round.asked",
        actor=actor.username,
        object_type="s45.round",
        object_id=str(round_.pk),
        detail={"tasks": [row.task_code for row in asked]},
    )
    return asked


@transaction.atomic
def remind(round_: Round, *, actor: User, hand_ins: Iterable[HandIn] | None = None) -> int:
    """Remind the liaisons of every unit that has not handed in; at most once a day each. Returns how many hand-ins."""
    access.require(actor, "s45.round", "manage")
    round_ = lock_open(round_)
    waiting = HandIn.objects.select_for_update(of=("self",)).filter(
        round=round_, state__in=[HandIn.State.ASKED, HandIn.State.DRAFT, HandIn.State.RETURNED]
    )
    if hand_ins is not None:
        waiting = waiting.filter(pk__in=[row.pk for row in hand_ins])
    day, count = today(), 0
    for row in waiting.select_related("unit", "round"):
        sent = _notify_liaisons(
            row,
            "reminder",
            f"催报：{row.task_code} 应于 {row.due_on} 前报送",
            f"Reminder: {row.task_code} is due on {row.due_on}",
            dedupe=f"s45-remind-{row.pk}-{day}",
        )
        if sent:
            row.reminded_at = timezone.now()
            row.save(update_fields=["reminded_at"])
            count += 1
    audit.record(
        "round.reminded",
        actor=actor.username,
        object_type="s45.round",
        object_id=str(round_.pk),
        detail={"hand_ins": count},
    )
    return count


@transaction.atomic
def explain(
    round_: Round, code: str, *, cause: str, measure: str, due_on: date, actor: User, at: datetime | None = None
) -> Explanation:
    """Write why an indicator lags and what will be done. Problems ``explanation_incomplete``, ``forbidden``."""
    round_ = lock_open(round_)
    indicator = plans.indicator(round_.plan_version, code)
    if not access.in_scope(actor, "s45.judgement", "explain", indicator.lead_unit):
        raise Problem(
            "forbidden",
            f"{code} 由{indicator.lead_unit.name_zh}负责，您不能代为说明。",
            f"{code} belongs to {indicator.lead_unit.name_en}; you cannot explain it.",
            status=403,
        )
    if not cause.strip() or not measure.strip():
        raise Problem(
            "explanation_incomplete",
            f"{code} 的滞后原因和整改措施都要填写。",
            f"{code}: write both the cause and the measure.",
            field="cause" if not cause.strip() else "measure",
        )
    found, _ = Explanation.objects.update_or_create(
        round=round_,
        indicator_code=code,
        defaults={
            "cause": cause.strip(),
            "measure": measure.strip(),
            "due_on": due_on,
            "updated_at": at or timezone.now(),
            "updated_by": actor.username,
        },
    )
    audit.record(
        "indicator.explained",
        actor=actor.username,
        object_type="s45.indicator",
        object_id=code,
        detail={"round": round_.pk, "due_on": str(due_on)},
    )
    return found


def _ask_after_measures(round_: Round) -> None:
    """Units that owe a measure of an earlier round are asked how it stands 上轮措施落实情况."""
    tell(
        round_,
        waiting_units(round_),
        zh="请反馈上轮措施落实情况",
        en="Please answer how your earlier measures stand",
        kind="followup",
    )


def _notify_liaisons(hand_in: HandIn, kind: str, zh: str, en: str, dedupe: str | None = None) -> int:
    people = access.users_with_role("liaison", unit=hand_in.unit)
    url = reverse("s45:hand-in", args=[hand_in.pk])
    return notices.notify(
        people,
        f"s45.{kind}",
        zh,
        en,
        url,
        body_zh=f"{hand_in.round.title}，报送截止 {hand_in.due_on}。",
        body_en=f"{hand_in.round.title}, due on {hand_in.due_on}.",
        dedupe_key=dedupe,
    )
