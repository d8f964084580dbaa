"""Interviews and their findings as a reader may see them; a unit sees those with itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from yiwang.domains.evaluation.planning.models import Finding, Interview, Round
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.lib.problems import Problem


@dataclass(frozen=True)
class InterviewFilter:
    """What to show; empty fields do not narrow. ``found`` is ``yes`` or ``no``: with findings or without."""

    kind: str = ""
    unit: str = ""
    found: str = ""
    q: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.kind or self.unit or self.found or self.q)


def interviews(user: User, round_: Round, chosen: InterviewFilter | None = None) -> QuerySet[Interview]:
    """Interviews of a round that ``user`` may see, the newest first."""
    every = Interview.objects.filter(round=round_)
    # By primary key: a join to several units would repeat rows.
    mine = access.limit(every, user, "s45.interview", "view", unit_path_field="units__path").values("pk")
    rows = every.filter(pk__in=mine)
    wanted = chosen or InterviewFilter()
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.unit:
        rows = rows.filter(pk__in=Interview.units.through.objects.filter(unit__code=wanted.unit).values("interview_id"))
    if wanted.found:
        with_findings = Finding.objects.filter(interview__round=round_).values("interview_id")
        rows = rows.filter(pk__in=with_findings) if wanted.found == "yes" else rows.exclude(pk__in=with_findings)
    if wanted.q:
        said = Finding.objects.filter(text__icontains=wanted.q).values("interview_id")
        rows = rows.filter(
            Q(place__icontains=wanted.q)
            | Q(interviewed__icontains=wanted.q)
            | Q(interviewers__icontains=wanted.q)
            | Q(notes__icontains=wanted.q)
            | Q(pk__in=said)
        )
    return rows.prefetch_related("units", "findings__problems").order_by("-held_on", "-number")


def interview(user: User, round_: Round, number: int) -> Interview:
    """One interview; Problem ``interview_unknown`` (404) for what is not the reader's."""
    found = interviews(user, round_).select_related("round__plan_version__plan").filter(number=number).first()
    if found is None:
        raise Problem(
            "interview_unknown",
            f"本轮没有第 {number} 次访谈，或它不是与您单位的访谈。",
            f"There is no interview {number} in this round that you may see.",
            status=404,
        )
    return found


def findings(round_: Round) -> list[Finding]:
    """Every finding of a round, as the bureau links them to problems."""
    rows = Finding.objects.filter(interview__round=round_).select_related("interview")
    return list(rows.prefetch_related("interview__units").order_by("interview__number", "position"))
