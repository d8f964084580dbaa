"""Problems of a round 问题 with everything that hangs on them, as a reader may see it.

Who writes and reads the report sees all; a unit sees the problems for which it has a countermeasure, and only its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from yiwang.domains.evaluation.planning.models import (
    Countermeasure,
    Explanation,
    Finding,
    FollowUp,
    Plan,
    Round,
    RoundText,
)
from yiwang.domains.evaluation.planning.selectors import followups, home, links, values
from yiwang.domains.evaluation.planning.selectors import interviews as talks
from yiwang.domains.evaluation.planning.selectors.followups import STANDING_TEXT, STANDING_TONE, Standing
from yiwang.domains.evaluation.planning.selectors.links import Place
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem


@dataclass(frozen=True)
class ProblemFilter:
    """What to show; empty fields do not narrow. ``state`` is ``open``, ``done``, ``overdue`` or ``none``."""

    unit: str = ""
    state: str = ""
    q: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.unit or self.state or self.q)


@dataclass(frozen=True)
class MeasureLine:
    """A countermeasure with how it stands by its newest answer in a later round."""

    row: Countermeasure
    standing: Standing
    day: date

    @property
    def text(self) -> str:
        """How it stands, in words."""
        return str(STANDING_TEXT[self.standing])

    @property
    def tone(self) -> str:
        """How it stands, as a colour."""
        return STANDING_TONE[self.standing]

    @property
    def done(self) -> bool:
        """Whether the bureau has confirmed it."""
        return self.standing is Standing.DONE

    @property
    def overdue(self) -> bool:
        """Whether its day has passed and nobody has confirmed that it is done."""
        return not self.done and self.row.due_on < self.day


@dataclass(frozen=True)
class ProblemLine:
    """A problem with its links, the laggards among them, the findings behind it and its countermeasures."""

    row: RoundText
    places: tuple[Place, ...]
    laggards: tuple[tuple[Judged, Explanation | None], ...]
    findings: tuple[Finding, ...]
    measures: tuple[MeasureLine, ...]


def problems(user: User, round_: Round, chosen: ProblemFilter | None = None) -> list[ProblemLine]:
    """Problems of a round that ``user`` may see, in the report's order."""
    if not access.can(user, "s45.problem", "view"):
        return []
    rows = list(
        round_.texts.filter(section=RoundText.Section.PROBLEM)
        .prefetch_related("countermeasures__unit", "findings__interview")
        .order_by("position")
    )
    wanted = chosen or ProblemFilter()
    every = access.scope_of(user, "s45.problem", "view").kind == "all"
    lines = [line for line in _lines(user, round_, rows) if every or line.measures]
    return [line for line in lines if _passes(line, wanted)]


def about(user: User, plan: Plan, codes: Iterable[str]) -> list[RoundText]:
    """Problems of any round that name one of ``codes`` and that ``user`` may see, the newest round first."""
    if not access.can(user, "s45.problem", "view"):
        return []
    wanted = list(codes)
    named = Q(task_codes__overlap=wanted) | Q(indicator_codes__overlap=wanted) | Q(measure_codes__overlap=wanted)
    rows = RoundText.objects.filter(named, section=RoundText.Section.PROBLEM, round__plan_version__plan=plan)
    if access.scope_of(user, "s45.problem", "view").kind != "all":
        own = access.limit(Countermeasure.objects.all(), user, "s45.problem", "view")
        rows = rows.filter(pk__in=own.values("problem_id"))
    return list(rows.select_related("round").order_by("-round__as_of", "-round_id", "position"))


def problem(round_: Round, position: int) -> RoundText:
    """A problem of a round for who writes it; Problem ``problem_unknown`` (404)."""
    found = round_.texts.filter(section=RoundText.Section.PROBLEM, position=position).first()
    if found is None:
        raise Problem(
            "problem_unknown",
            f"本轮没有第 {position} 个问题，可能已被删除。",
            f"There is no problem {position} in this round.",
            status=404,
        )
    return found


def _lines(user: User, round_: Round, rows: list[RoundText]) -> list[ProblemLine]:
    plan = links.index(round_.plan_version)
    judged = {row.indicator.code: row for row in home.visible(user, values.judge_round(round_))}
    notes = {row.indicator_code: row for row in round_.explanations.all()}
    seen = set(talks.interviews(user, round_).values_list("pk", flat=True))
    newest = _newest_answers(rows)
    day = today()
    found = []
    for row in rows:
        measures = tuple(
            MeasureLine(item, followups.standing_of(newest.get(item.pk)), day)
            for item in row.countermeasures.all()
            if access.in_scope(user, "s45.problem", "view", item.unit)
        )
        lagging = tuple(
            (judged[code], notes.get(code))
            for code in row.indicator_codes
            if code in judged and judged[code].judgement.status.is_laggard
        )
        behind = tuple(item for item in row.findings.all() if item.interview_id in seen)
        found.append(ProblemLine(row, tuple(plan.places_of(links.links_of(row))), lagging, behind, measures))
    return found


def _newest_answers(rows: Iterable[RoundText]) -> dict[int, FollowUp]:
    answers = FollowUp.objects.filter(countermeasure__problem__in=rows).order_by("round__as_of", "round_id")
    return {row.countermeasure_id: row for row in answers if row.countermeasure_id is not None}


def _passes(line: ProblemLine, wanted: ProblemFilter) -> bool:
    units = {item.row.unit.code for item in line.measures}
    states = {
        "": True,
        "open": any(not item.done for item in line.measures),
        "done": bool(line.measures) and all(item.done for item in line.measures),
        "overdue": any(item.overdue for item in line.measures),
        "none": not line.measures,
    }
    words = " ".join(
        [line.row.title, line.row.text, *(place.code for place in line.places), *(m.row.text for m in line.measures)]
    )
    return (
        (not wanted.unit or wanted.unit in units)
        and states.get(wanted.state, True)
        and wanted.q.lower() in words.lower()
    )
