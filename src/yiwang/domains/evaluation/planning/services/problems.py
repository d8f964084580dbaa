"""Writing a problem 问题 of the report with its links and countermeasures 整改措施.

The text is a piece of the report, kept by :func:`~.reports.save_text`; this adds what the follow-up needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from yiwang.domains.evaluation.planning.models import Countermeasure, Finding, Round, RoundText
from yiwang.domains.evaluation.planning.selectors import links
from yiwang.domains.evaluation.planning.services.locks import lock_open
from yiwang.domains.evaluation.planning.services.reports import save_text
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem


@dataclass(frozen=True)
class CountermeasureEntry:
    """A countermeasure as it is written; ``pk`` of the one that it changes."""

    text: str
    unit: Unit | None
    due_on: date | None
    pk: int | None = None


@dataclass(frozen=True)
class ProblemEntry:
    """A problem as it is written; ``codes`` as typed, ``findings`` by number."""

    title: str
    text: str
    codes: str = ""
    findings: tuple[int, ...] = ()
    countermeasures: tuple[CountermeasureEntry, ...] = ()


@transaction.atomic
def save(
    round_: Round,
    entry: ProblemEntry,
    *,
    actor: User,
    problem: RoundText | None = None,
    read_at: datetime | None = None,
    at: datetime | None = None,
) -> RoundText:
    """Write a new problem, or change ``problem`` as it was read at ``read_at``.

    Problems ``problem_title``, ``problem_conflict``, ``link_unknown``, ``finding_unknown``, ``countermeasure_*``, and
    those of :func:`~.reports.save_text`. Countermeasures that are left out are removed.
    """
    access.require(actor, "s45.problem", "write")
    round_ = lock_open(round_)
    if not entry.title.strip():
        raise Problem("problem_title", "请用一句话写出问题是什么。", "Say in a sentence what it is.", field="title")
    position = _position(round_, problem, read_at)
    found = links.index(round_.plan_version).read(entry.codes)
    row = save_text(
        round_,
        section=RoundText.Section.PROBLEM,
        position=position,
        title=entry.title,
        text=entry.text,
        task_codes=found.tasks,
        indicator_codes=found.indicators,
        measure_codes=found.measures,
        actor=actor,
        at=at,
    )
    row.findings.set(_findings(round_, entry.findings))
    _keep_countermeasures(row, entry.countermeasures)
    audit.record(
        "problem.saved",
        actor=actor.username,
        object_type="s45.problem",
        object_id=f"{round_.pk}/{position}",
        detail={"links": list(found.codes), "countermeasures": row.countermeasures.count()},
    )
    return row


def _position(round_: Round, problem: RoundText | None, read_at: datetime | None) -> int:
    rows = round_.texts.filter(section=RoundText.Section.PROBLEM)
    if problem is None:
        return (rows.aggregate(top=Max("position"))["top"] or 0) + 1
    newest = rows.filter(pk=problem.pk).first()
    if newest is None or (read_at is not None and newest.updated_at != read_at):
        raise Problem(
            "problem_conflict",
            "这个问题刚被别人修改或删除，您的内容没有保存。请另开页面查看最新内容，合并后再保存。",
            "Somebody has changed or removed this problem meanwhile; yours is not saved.",
            status=409,
        )
    return newest.position


def _findings(round_: Round, numbers: Iterable[int]) -> list[Finding]:
    wanted = set(numbers)
    found = list(Finding.objects.filter(interview__round=round_, pk__in=wanted))
    if len(found) != len(wanted):
        raise Problem(
            "finding_unknown",
            "所选的访谈发现已被删除，请刷新页面后重新勾选。",
            "A chosen finding is no longer there; reload the page.",
            field="findings",
        )
    return found


def _keep_countermeasures(row: RoundText, entries: Iterable[CountermeasureEntry]) -> None:
    known = {item.pk: item for item in row.countermeasures.all()}
    kept: set[int] = set()
    for position, entry in enumerate(entries, start=1):
        if not entry.text.strip() or entry.unit is None or entry.due_on is None:
            raise Problem(
                "countermeasure_incomplete",
                f"第 {position} 条整改措施要写明内容、责任单位和完成时限。",
                f"Countermeasure {position} needs a text, a unit and a day.",
                field=f"countermeasure-{position}",
            )
        if entry.due_on < row.round.as_of:
            raise Problem(
                "countermeasure_date",
                f"第 {position} 条整改措施的完成时限 {entry.due_on} 早于本轮数据截止日期 {row.round.as_of}，请改正。",
                f"Countermeasure {position} is due on {entry.due_on}, before the round's date {row.round.as_of}.",
                field=f"countermeasure-{position}",
            )
        item = known.get(entry.pk or 0) or Countermeasure(problem=row)
        item.position = position
        item.text = entry.text.strip()
        item.unit = entry.unit
        item.due_on = entry.due_on
        item.save()
        kept.add(item.pk)
    row.countermeasures.exclude(pk__in=kept).delete()
