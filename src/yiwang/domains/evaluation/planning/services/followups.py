"""Following up in a round what earlier rounds said would be done: the unit answers, the bureau confirms."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from yiwang.domains.evaluation.planning.models import FollowUp, Round
from yiwang.domains.evaluation.planning.selectors import followups as reads
from yiwang.domains.evaluation.planning.selectors.followups import Followed, Kind, Standing
from yiwang.domains.evaluation.planning.services.followup_notices import tell
from yiwang.domains.evaluation.planning.services.locks import lock_open
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem


@transaction.atomic
def answer(
    round_: Round,
    kind: str,
    pk: int,
    *,
    state: str,
    evidence: str,
    actor: User,
    revision: int = 0,
    at: datetime | None = None,
) -> FollowUp:
    """Say how a measure stands, with what shows it; ``revision`` is that of the answer that was read (0: none).

    Problems ``forbidden``, ``followup_incomplete``, ``followup_state``, ``followup_conflict``, ``followup_confirmed``,
    ``round_not_open``, ``round_closed``.
    """
    access.require(actor, "s45.followup", "answer")
    round_, item = _item(round_, kind, pk, actor)
    if not access.in_scope(actor, "s45.followup", "answer", item.unit):
        raise Problem(
            "forbidden",
            f"这项措施由{item.unit.name_zh}落实，您不能代为反馈。",
            f"This measure is for {item.unit.name_en}; you cannot answer for it.",
            status=403,
        )
    if item.standing is Standing.DONE:
        raise Problem(
            "followup_confirmed",
            "这项措施已确认落实，不用再反馈。如有变化，请联系规划评估主管退回。",
            "This measure is confirmed as done already.",
            status=409,
        )
    if state not in FollowUp.State.values:
        raise Problem(
            "followup_state", "请选择落实情况：已落实、正在落实或未落实。", "Choose how it stands.", field="state"
        )
    if not evidence.strip():
        raise Problem(
            "followup_incomplete",
            "请写明做了什么、有什么佐证；未落实的写明原因和下一步安排。",
            "Say what was done and what shows it; if nothing was, say why and what comes next.",
            field="evidence",
        )
    found = item.answer or FollowUp(round=round_, revision=0)
    _same(found, revision)
    if item.kind is Kind.COUNTERMEASURE:
        found.countermeasure_id = item.pk
    else:
        found.explanation_id = item.pk
    found.unit = item.unit
    found.state = FollowUp.State(state)
    found.evidence = evidence.strip()
    found.revision += 1
    found.answered_at = at or timezone.now()
    found.answered_by = actor.username
    found.decision = FollowUp.Decision.NONE
    found.decided_at = None
    found.decided_by = ""
    found.note = ""
    found.save()
    _noted("followup.answered", item, round_, actor, {"state": state, "revision": found.revision})
    return found


@transaction.atomic
def confirm(round_: Round, kind: str, pk: int, *, revision: int, actor: User, at: datetime | None = None) -> FollowUp:
    """Take the unit's answer as it was read. Problems ``followup_unanswered``, ``followup_conflict``."""
    found, item = _answered(round_, kind, pk, revision, actor)
    found.decision = FollowUp.Decision.CONFIRMED
    _decided(found, item, "followup.confirmed", actor, at)
    return found


@transaction.atomic
def return_(
    round_: Round, kind: str, pk: int, *, revision: int, note: str, actor: User, at: datetime | None = None
) -> FollowUp:
    """Send the answer back with the reason, a confirmed one too. Problem ``followup_reason``."""
    found, item = _answered(round_, kind, pk, revision, actor)
    if not note.strip():
        raise Problem("followup_reason", "退回须写明理由。", "Say why it is returned.", field="note")
    found.decision = FollowUp.Decision.RETURNED
    found.note = note.strip()
    _decided(found, item, "followup.returned", actor, at)
    tell(
        found.round,
        [item.unit],
        zh="措施落实情况被退回，请补充后重新反馈",
        en="Your answer on a measure was returned; please complete it",
        kind="followup",
    )
    return found


@transaction.atomic
def remind(round_: Round, *, actor: User) -> int:
    """Remind units that owe an answer; at most once a day each. Returns how many units were told."""
    access.require(actor, "s45.followup", "confirm")
    round_ = _open(round_)
    told = tell(
        round_,
        reads.waiting_units(round_),
        zh="请反馈上轮措施落实情况",
        en="Please answer how your earlier measures stand",
        kind="followup",
        dedupe=f"s45-followup-{round_.pk}-{today()}",
    )
    audit.record(
        "followup.reminded",
        actor=actor.username,
        object_type="s45.round",
        object_id=str(round_.pk),
        detail={"units": [unit.code for unit in told]},
    )
    return len(told)


def _open(round_: Round) -> Round:
    row = lock_open(round_)
    if row.state != Round.State.OPEN:
        raise Problem(
            "round_not_open",
            f"“{row.title}”还没有启动，下发任务后才能反馈。",
            f'"{row.title}" is not open yet.',
            status=409,
        )
    return row


def _item(round_: Round, kind: str, pk: int, actor: User) -> tuple[Round, Followed]:
    """The round under lock, which also keeps two answers apart, and its measure as ``actor`` may see it."""
    row = _open(round_)
    return row, reads.one(actor, row, kind, pk)


def _answered(round_: Round, kind: str, pk: int, revision: int, actor: User) -> tuple[FollowUp, Followed]:
    access.require(actor, "s45.followup", "confirm")
    _, item = _item(round_, kind, pk, actor)
    if item.answer is None:
        raise Problem(
            "followup_unanswered",
            "责任单位还没有反馈，不能确认或退回。",
            "The unit has not answered yet.",
            status=409,
        )
    _same(item.answer, revision)
    return item.answer, item


def _same(found: FollowUp, revision: int) -> None:
    if found.revision != revision:
        raise Problem(
            "followup_conflict",
            "反馈内容刚有变化，请刷新页面看过最新内容后再操作。",
            "The answer has changed meanwhile; reload the page and read it first.",
            status=409,
        )


def _decided(found: FollowUp, item: Followed, action: str, actor: User, at: datetime | None) -> None:
    found.decided_at = at or timezone.now()
    found.decided_by = actor.username
    found.save()
    _noted(action, item, found.round, actor, {"revision": found.revision})


def _noted(action: str, item: Followed, round_: Round, actor: User, detail: dict[str, object]) -> None:
    audit.record(
        action,
        actor=actor.username,
        object_type="s45.followup",
        object_id=f"{round_.pk}/{item.name}",
        detail={"unit": item.unit.code, **detail},
    )
