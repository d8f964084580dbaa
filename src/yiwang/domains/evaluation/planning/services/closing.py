"""Closing a round 办结: its computed figures are counted a last time, its report is written, all of it is frozen."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from yiwang.domains.evaluation.planning.models import FrozenRound, HandIn, Round
from yiwang.domains.evaluation.planning.selectors import frozen
from yiwang.domains.evaluation.planning.selectors.computed import computed_of
from yiwang.domains.evaluation.planning.selectors.rounds import too_old, unexplained_codes
from yiwang.domains.evaluation.planning.services import computing, reports
from yiwang.domains.evaluation.planning.services.locks import lock_open
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.lake import api as lake
from yiwang.kernel.lake.api import Snapshot
from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem


def close(round_: Round, *, actor: User, at: datetime | None = None) -> Round:
    """Close a round and freeze what it rests on. With ``at`` records count as they were known on that day.

    Problems ``round_incomplete`` (not all accepted), ``round_laggards_unexplained``, ``round_snapshot_old``,
    ``lake_empty``, ``lake_lacks`` (a computed figure cannot be counted), ``round_closed`` (somebody was faster).
    """
    access.require(actor, "s45.round", "manage")
    with ExitStack() as stack:
        snapshot = stack.enter_context(lake.pinned("")) if computed_of(round_.plan_version) else None
        if snapshot is not None:
            _require_young(snapshot)
        # Inside, so that the snapshot's files cannot go before the pin is there for all to see.
        stack.enter_context(transaction.atomic())
        return _close(lock_open(round_), snapshot, actor, at)


def _close(round_: Round, snapshot: Snapshot | None, actor: User, at: datetime | None) -> Round:
    _require_complete(round_)
    moment = at or timezone.now()
    known_on = None if at is None else local_date(at)
    if snapshot is not None:
        filled = computing.fill(round_, at=moment, known_on=known_on, snapshot=snapshot.name, stamp=True)
        for problem in filled.failed.values():
            raise problem
    _require_explained(round_)
    round_.state = Round.State.CLOSED
    round_.closed_at = moment
    round_.closed_by = actor.username
    round_.save(update_fields=["state", "closed_at", "closed_by"])
    report = reports.write_report(round_, actor=actor, at=moment)
    kept = None if snapshot is None else frozen.snapshot_out(snapshot)
    content = frozen.gather(round_, report, snapshot=kept, known_on=known_on)
    found = FrozenRound.objects.create(
        round=round_,
        content=content,
        digest=frozen.digest(content),
        snapshot="" if snapshot is None else snapshot.name,
        report=report,
        frozen_at=moment,
        frozen_by=actor.username,
    )
    if snapshot is not None:
        lake.pin(snapshot, f"s45.round.{round_.pk}", at=moment)
    audit.record(
        "round.closed",
        actor=actor.username,
        object_type="s45.round",
        object_id=str(round_.pk),
        detail={"digest": found.digest, "snapshot": found.snapshot, "report": report.number},
    )
    return round_


def _require_young(snapshot: Snapshot) -> None:
    if too_old(snapshot.taken_at):
        hours = int((timezone.now() - snapshot.taken_at).total_seconds() // 3600)
        raise Problem(
            "round_snapshot_old",
            f"数据湖快照取于 {hours} 小时前，超过一天，不能据此办结。请先在“数据湖”页点“立即刷新”"
            "（系统每小时也会自动刷新），完成后再办结。",
            f"The newest snapshot of the lake is {hours} hours old; a round is not closed on records older than a day. "
            "Refresh it on the page of the lake first (it is refreshed every hour, too).",
            status=409,
            hours=hours,
        )


def _require_complete(round_: Round) -> None:
    open_rows = list(round_.hand_ins.exclude(state=HandIn.State.ACCEPTED).order_by("task_code"))
    if open_rows or not round_.hand_ins.exists():
        names = "、".join(row.task_code for row in open_rows[:10])
        raise Problem(
            "round_incomplete",
            f"还有 {len(open_rows)} 项填报未采纳（{names}），不能办结。请先催报、审核或退回。"
            if open_rows
            else "本轮还没有下发任何填报任务，不能办结。",
            f"{len(open_rows)} hand-ins are not accepted yet ({names}); the round cannot be closed.",
            status=409,
            tasks=[row.task_code for row in open_rows],
        )


def _require_explained(round_: Round) -> None:
    missing = unexplained_codes(round_)
    if missing:
        raise Problem(
            "round_laggards_unexplained",
            f"有 {len(missing)} 项滞后指标没有写明原因和措施（{'、'.join(missing[:10])}），不能办结。"
            "请在“进度判断”页逐项补充。",
            f"{len(missing)} lagging indicators lack a cause and a measure ({', '.join(missing[:10])}).",
            status=409,
            indicators=missing,
        )
