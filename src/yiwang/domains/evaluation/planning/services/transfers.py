"""Handing a request over to the unit that has taken another's place 机构改革后移交填报."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from yiwang.domains.evaluation.planning.models import HandIn
from yiwang.domains.evaluation.planning.services.locks import lock_open
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.notices import api as notices
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem


@transaction.atomic
def transfer(hand_in: HandIn, *, unit: Unit, reason: str, actor: User, at: datetime | None = None) -> HandIn:
    """Give a hand-in to ``unit``, with its draft, versions and evidence; it goes on reporting the same figures.

    Values that were accepted stay the former unit's. Problems ``transfer_reason``, ``transfer_same``,
    ``handin_already_asked``, ``round_closed``, ``forbidden``.
    """
    access.require(actor, "s45.round", "manage")
    lock_open(hand_in.round)
    row = (
        HandIn.objects.select_for_update(of=("self",)).select_related("unit", "stands_for", "round").get(pk=hand_in.pk)
    )
    if not reason.strip():
        raise Problem(
            "transfer_reason",
            "请写明移交原因（如机构合并的文件名称和文号）。",
            "Say why it is handed over (the document on the merger, say).",
            field="transfer_reason",
        )
    if unit.pk == row.unit_id:
        raise Problem(
            "transfer_same",
            f"这项填报已经由{unit.name_zh}负责。",
            f"{unit.name_en or unit.name_zh} has this hand-in already.",
            status=409,
            field="transfer_unit",
        )
    if HandIn.objects.filter(round=row.round, task_code=row.task_code, unit=unit).exists():
        raise Problem(
            "handin_already_asked",
            f"{unit.name_zh}本轮已有任务 {row.task_code} 的填报，不能再接一份。请先办完那一份，或移交给其他单位。",
            f"{unit.name_en or unit.name_zh} has a hand-in on task {row.task_code} in this round already.",
            status=409,
            field="transfer_unit",
        )
    former = row.unit
    row.stands_for = row.stands_for or former
    row.unit = unit
    row.revision += 1
    row.updated_at = at or timezone.now()
    row.updated_by = actor.username
    row.save()
    audit.record(
        "handin.transferred",
        actor=actor.username,
        object_type="s45.handin",
        object_id=str(row.pk),
        detail={"from": former.code, "to": unit.code, "reason": reason.strip()},
    )
    notices.notify(
        access.users_with_role("liaison", unit=unit),
        "s45.asked",
        f"请填报：{row.task_code}（由{former.name_zh}移交）",
        f"Please report on {row.task_code} (handed over by {former.name_en or former.name_zh})",
        reverse("s45:hand-in", args=[row.pk]),
        body_zh=reason.strip(),
        body_en=reason.strip(),
    )
    return row
