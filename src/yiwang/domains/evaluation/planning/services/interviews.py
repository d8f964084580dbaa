"""Writing down interviews 访谈 and what they found, until the round is closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yiwang.domains.evaluation.planning.models import Finding, Interview, Round
from yiwang.domains.evaluation.planning.selectors import links
from yiwang.domains.evaluation.planning.services.locks import lock_open
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem


@dataclass(frozen=True)
class FindingEntry:
    """A finding as it is written: ``codes`` as typed; ``pk`` of the one that it changes."""

    text: str
    codes: str = ""
    pk: int | None = None


@dataclass(frozen=True)
class InterviewEntry:
    """An interview as it is written."""

    kind: str
    held_on: date
    place: str
    units: tuple[Unit, ...]
    interviewed: str
    interviewers: str
    notes: str = ""
    findings: tuple[FindingEntry, ...] = ()


@transaction.atomic
def add(round_: Round, entry: InterviewEntry, *, actor: User, at: datetime | None = None) -> Interview:
    """Write down a new interview. Problems ``interview_incomplete``, ``interview_date``, ``link_unknown``."""
    access.require(actor, "s45.interview", "write")
    round_ = lock_open(round_)
    _check(round_, entry)
    number = (round_.interviews.aggregate(top=Max("number"))["top"] or 0) + 1
    row = Interview(round=round_, number=number)
    _keep(row, entry, actor, at)
    _noted("interview.added", row, actor)
    return row


@transaction.atomic
def change(
    interview: Interview, entry: InterviewEntry, *, revision: int, actor: User, at: datetime | None = None
) -> Interview:
    """Correct an interview; findings that are left out are removed. Problems ``interview_conflict``, ``finding_used``.

    ``revision`` is the one that was read: who writes over somebody's newer words is told.
    """
    access.require(actor, "s45.interview", "write")
    round_ = lock_open(interview.round)
    row = Interview.objects.select_for_update(of=("self",)).get(pk=interview.pk)
    if row.revision != revision:
        raise Problem(
            "interview_conflict",
            "这份访谈记录刚被别人修改过，您的内容没有保存。请另开页面查看最新内容，合并后再保存。",
            "Somebody has changed this interview meanwhile; yours is not saved.",
            status=409,
        )
    _check(round_, entry)
    _keep(row, entry, actor, at)
    _noted("interview.changed", row, actor)
    return row


@transaction.atomic
def remove(interview: Interview, *, actor: User) -> None:
    """Delete an interview that was written by mistake. Problem ``finding_used`` while a problem rests on it."""
    access.require(actor, "s45.interview", "write")
    lock_open(interview.round)
    row = Interview.objects.select_for_update(of=("self",)).get(pk=interview.pk)
    _unused(row.findings.all())
    _noted("interview.removed", row, actor)
    row.delete()


def _check(round_: Round, entry: InterviewEntry) -> None:
    for name, label, text in (
        ("place", "地点", entry.place),
        ("interviewed", "受访人员", entry.interviewed),
        ("interviewers", "访谈人员", entry.interviewers),
    ):
        if not text.strip():
            raise Problem("interview_incomplete", f"请填写{label}。", f"Fill in {name}.", field=name)
    if not entry.units:
        raise Problem("interview_incomplete", "请选择受访单位。", "Choose the units.", field="units")
    plan = round_.plan_version.plan
    if not plan.starts_on <= entry.held_on or entry.held_on < round_.opens_on:
        raise Problem(
            "interview_date",
            f"访谈日期 {entry.held_on} 早于本轮启动日期 {round_.opens_on}，请改正。",
            f"The date {entry.held_on} is before the round opened ({round_.opens_on}).",
            field="held_on",
        )


def _keep(row: Interview, entry: InterviewEntry, actor: User, at: datetime | None) -> None:
    row.kind = Interview.Kind(entry.kind)
    row.held_on = entry.held_on
    row.place = entry.place.strip()
    row.interviewed = entry.interviewed.strip()
    row.interviewers = entry.interviewers.strip()
    row.notes = entry.notes.strip()
    row.revision += 1
    row.updated_at = at or timezone.now()
    row.updated_by = actor.username
    row.save()
    row.units.set(entry.units)
    _keep_findings(row, entry.findings)


def _keep_findings(row: Interview, entries: Iterable[FindingEntry]) -> None:
    plan = links.index(row.round.plan_version)
    known = {finding.pk: finding for finding in row.findings.all()}
    kept: set[int] = set()
    for position, entry in enumerate(entries, start=1):
        if not entry.text.strip():
            raise Problem(
                "finding_empty",
                f"第 {position} 条发现只写了编号，没有写内容。",
                f"Finding {position} has codes but no text.",
                field=f"finding-{position}",
            )
        found = plan.read(entry.codes, f"finding-{position}")
        finding = known.get(entry.pk or 0) or Finding(interview=row)
        finding.position = position
        finding.text = entry.text.strip()
        finding.task_codes = list(found.tasks)
        finding.indicator_codes = list(found.indicators)
        finding.measure_codes = list(found.measures)
        finding.save()
        kept.add(finding.pk)
    gone = row.findings.exclude(pk__in=kept)
    _unused(gone)
    gone.delete()


def _unused(findings: Iterable[Finding]) -> None:
    """Problem ``finding_used`` when one of ``findings`` is what a problem rests on."""
    for finding in findings:
        problem = finding.problems.first()
        if problem is not None:
            raise Problem(
                "finding_used",
                f"第 {finding.position} 条发现已用于问题“{problem.title or problem.position}”，不能删除。"
                "请先在“问题与整改”中取消关联。",
                f"Finding {finding.position} is linked to a problem and cannot be removed.",
                status=409,
            )


def _noted(action: str, row: Interview, actor: User) -> None:
    audit.record(
        action,
        actor=actor.username,
        object_type="s45.interview",
        object_id=f"{row.round_id}/{row.number}",
        detail={"revision": row.revision, "findings": row.findings.count()},
    )
