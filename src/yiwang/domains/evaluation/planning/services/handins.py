"""Handing in 自评填报: drafts, submission, return, acceptance, evidence. Nothing handed in is ever overwritten."""

from __future__ import annotations

from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from yiwang.domains.evaluation.planning.content import check_content
from yiwang.domains.evaluation.planning.models import (
    Evidence,
    Explanation,
    HandIn,
    HandInVersion,
)
from yiwang.domains.evaluation.planning.selectors import handins as reads
from yiwang.domains.evaluation.planning.selectors.values import computed_of_round
from yiwang.domains.evaluation.planning.services.locks import lock_open
from yiwang.domains.evaluation.planning.services.values import record_value, withdraw_values
from yiwang.domains.evaluation.planning.types import FigureEntry, HandInContent
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.files import api as files
from yiwang.kernel.notices import api as notices
from yiwang.lib.problems import Problem

EDITABLE = (HandIn.State.ASKED, HandIn.State.DRAFT, HandIn.State.RETURNED)


@transaction.atomic
def save_draft(
    hand_in: HandIn, content: HandInContent, *, revision: int, actor: User, at: datetime | None = None
) -> HandIn:
    """Keep what was written so far; incomplete content is fine. Problems ``handin_conflict``, ``handin_locked``."""
    row = _lock(hand_in, actor, "edit")
    _same_revision(row, revision)
    _editable(row)
    row.draft = content.to_json()
    if row.state == HandIn.State.ASKED:
        row.state = HandIn.State.DRAFT
    _touch(row, actor, at)
    row.save()
    return row


@transaction.atomic
def submit(
    hand_in: HandIn, content: HandInContent, *, revision: int, actor: User, at: datetime | None = None
) -> HandInVersion:
    """Hand in: a new immutable version. Problem ``handin_incomplete`` lists everything that is missing or wrong."""
    row = _lock(hand_in, actor, "edit")
    _same_revision(row, revision)
    _editable(row)
    items = reads.task_indicators(row)
    computed = computed_of_round(row.round, [item.code for item in items])
    problems = check_content(row, content, items, reads.plan_codes(row), _has_evidence(row), computed)
    if problems:
        lines_zh = "；".join(problem.zh for problem in problems)
        lines_en = " ".join(problem.en for problem in problems)
        raise Problem(
            "handin_incomplete",
            f"还有 {len(problems)} 处需要补正：{lines_zh}",
            f"{len(problems)} things to mend: {lines_en}",
            errors=[{**p.detail, "code": p.code, "zh": p.zh, "en": p.en} for p in problems],
        )
    moment = at or timezone.now()
    version = HandInVersion.objects.create(
        hand_in=row,
        number=row.versions.count() + 1,
        content=content.to_json(),
        submitted_at=moment,
        submitted_by=actor.username,
    )
    row.draft = content.to_json()
    row.state = HandIn.State.SUBMITTED
    _touch(row, actor, moment)
    row.save()
    audit.record(
        "handin.submitted",
        actor=actor.username,
        object_type="s45.handin",
        object_id=str(row.pk),
        detail={"version": version.number},
    )
    notices.notify(
        access.users_with_role("bureau"),
        "s45.submitted",
        f"{row.unit.name_zh}报送了 {row.task_code}",
        f"{row.unit.name_en or row.unit.name_zh} handed in {row.task_code}",
        reverse("s45:hand-in", args=[row.pk]),
    )
    return version


@transaction.atomic
def return_(hand_in: HandIn, *, number: int, reason: str, actor: User, at: datetime | None = None) -> HandInVersion:
    """Send version ``number`` back with a reason. Problems ``return_reason``, ``handin_not_submitted``."""
    row = _lock(hand_in, actor, "review")
    if not reason.strip():
        raise Problem(
            "return_reason",
            "请写明退回原因，填报单位要据此修改。",
            "Say why it is returned; the unit mends it by that.",
            field="reason",
        )
    version = _decide(row, number, HandInVersion.Decision.RETURNED, reason.strip(), actor, at)
    row.state = HandIn.State.RETURNED
    _touch(row, actor, at)
    row.save()
    _tell_unit(row, "returned", f"已退回：{row.task_code}", f"Returned: {row.task_code}", reason.strip())
    return version


@transaction.atomic
def accept(hand_in: HandIn, *, number: int, actor: User, at: datetime | None = None) -> HandInVersion:
    """Accept version ``number``: its figures become values, superseding what was known for the same date.

    What an earlier version of the same hand-in gave, for another date or a figure that has no value now, ends too.
    """
    row = _lock(hand_in, actor, "review")
    moment = at or timezone.now()
    version = _decide(row, number, HandInVersion.Decision.ACCEPTED, "", actor, moment)
    content = HandInContent.from_json(version.content)
    for entry in content.figures:
        record_value(row.round.plan_version, entry, unit=row.unit, actor=actor.username, source=version, at=moment)
        if entry.cause and entry.remedy:
            _record_explanation(row, version, entry, moment)
    withdraw_values(row, content, at=moment)
    row.state = HandIn.State.ACCEPTED
    _touch(row, actor, moment)
    row.save()
    _tell_unit(row, "accepted", f"已采纳：{row.task_code}", f"Accepted: {row.task_code}", "")
    return version


@transaction.atomic
def add_evidence(
    hand_in: HandIn,
    upload: File[bytes] | bytes,
    filename: str,
    *,
    title: str,
    actor: User,
    figure_code: str = "",
    at: datetime | None = None,
) -> Evidence:
    """Keep a document that backs the hand-in. Problems of the file room, ``handin_locked``, ``indicator_unknown``."""
    row = _lock(hand_in, actor, "edit")
    _editable(row)
    if figure_code and figure_code not in {item.code for item in reads.task_indicators(row)}:
        raise Problem(
            "indicator_unknown",
            f"{figure_code} 不是本任务的指标或数据，请重新选择。",
            f"{figure_code} is not an indicator or fact of this task.",
            field="figure_code",
        )
    stored = files.store(
        upload, filename, actor=actor, owner_unit=row.unit, purpose="s45.evidence", allowed=files.EVIDENCE_TYPES
    )
    found = Evidence.objects.create(
        hand_in=row,
        figure_code=figure_code,
        title=title.strip() or stored.filename,
        file=stored,
        added_at=at or timezone.now(),
        added_by=actor.username,
    )
    audit.record(
        "evidence.added",
        actor=actor.username,
        object_type="s45.handin",
        object_id=str(row.pk),
        detail={"evidence": found.pk, "sha256": stored.sha256},
    )
    return found


@transaction.atomic
def remove_evidence(evidence: Evidence, *, actor: User) -> Evidence:
    """Take a document off a draft; the file and the row stay for the auditors."""
    row = _lock(evidence.hand_in, actor, "edit")
    _editable(row)
    evidence.removed_at = timezone.now()
    evidence.removed_by = actor.username
    evidence.save(update_fields=["removed_at", "removed_by"])
    audit.record(
        "evidence.removed",
        actor=actor.username,
        object_type="s45.handin",
        object_id=str(row.pk),
        detail={"evidence": evidence.pk},
    )
    return evidence


def _lock(hand_in: HandIn, actor: User, action: str) -> HandIn:
    if not access.in_scope(actor, "s45.handin", action, hand_in.unit):
        raise Problem(
            "forbidden",
            "您不能办理这项填报：它属于其他单位，或您没有相应权限。",
            "You cannot act on this hand-in: it is another unit's, or you lack the right.",
            status=403,
        )
    # The round first, as reminding and closing do: the other way round, one would wait for the other for ever.
    lock_open(hand_in.round)
    return HandIn.objects.select_for_update(of=("self",)).select_related("unit", "round").get(pk=hand_in.pk)


def _editable(row: HandIn) -> None:
    if row.state not in EDITABLE:
        raise Problem(
            "handin_locked",
            f"这项填报目前是“{row.get_state_display()}”，不能修改。需要修改时请规划评估主管退回。",
            "This hand-in is with the bureau and cannot be changed; ask for it to be returned.",
            status=409,
            state=row.state,
        )


def _same_revision(row: HandIn, revision: int) -> None:
    if row.revision != revision:
        when = timezone.localtime(row.updated_at).strftime("%Y-%m-%d %H:%M") if row.updated_at else ""
        raise Problem(
            "handin_conflict",
            f"{row.updated_by} 已于 {when} 保存了新的内容。您写的内容仍在本页，没有丢失："
            "请对照下方的最新内容合并后再保存。",
            f"{row.updated_by} saved newer content at {when}. What you wrote is still on this page: "
            "merge it with the newest content below and save again.",
            status=409,
            revision=row.revision,
            by=row.updated_by,
        )


def _touch(row: HandIn, actor: User, at: datetime | None) -> None:
    row.revision += 1
    row.updated_at = at or timezone.now()
    row.updated_by = actor.username


def _has_evidence(row: HandIn) -> set[str]:
    return set(row.evidence.filter(removed_at__isnull=True).values_list("figure_code", flat=True))


def _decide(
    row: HandIn, number: int, decision: HandInVersion.Decision, reason: str, actor: User, at: datetime | None
) -> HandInVersion:
    version = row.versions.select_for_update().order_by("-number").first()
    reopening = decision == HandInVersion.Decision.RETURNED and row.state == HandIn.State.ACCEPTED
    if version is None or (row.state != HandIn.State.SUBMITTED and not reopening):
        raise Problem(
            "handin_not_submitted",
            f"这项填报目前是“{row.get_state_display()}”，没有待审核的报送稿。",
            "There is no submitted version waiting for a decision.",
            status=409,
            state=row.state,
        )
    if version.number != number:
        raise Problem(
            "handin_version_stale",
            f"您看的是第 {number} 稿，单位已报送第 {version.number} 稿。请刷新后再审核。",
            f"You looked at version {number}; version {version.number} has been handed in. Reload first.",
            status=409,
        )
    version.decision = decision
    version.decided_at = at or timezone.now()
    version.decided_by = actor.username
    version.reason = reason
    version.save(update_fields=["decision", "decided_at", "decided_by", "reason"])
    audit.record(
        f"handin.{decision}",
        actor=actor.username,
        object_type="s45.handin",
        object_id=str(row.pk),
        detail={"version": version.number},
    )
    return version


def _record_explanation(row: HandIn, version: HandInVersion, entry: FigureEntry, moment: datetime) -> None:
    Explanation.objects.update_or_create(
        round=row.round,
        indicator_code=entry.code,
        defaults={
            "cause": entry.cause,
            "measure": entry.remedy,
            "due_on": entry.remedy_due or row.round.plan_version.plan.ends_on,
            "updated_at": moment,
            "updated_by": version.submitted_by,
        },
    )


def _tell_unit(row: HandIn, kind: str, zh: str, en: str, body: str) -> None:
    notices.notify(
        access.users_with_role("liaison", unit=row.unit),
        f"s45.{kind}",
        zh,
        en,
        reverse("s45:hand-in", args=[row.pk]),
        body_zh=body,
        body_en=body,
    )
