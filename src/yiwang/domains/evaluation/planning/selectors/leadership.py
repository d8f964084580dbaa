"""The plan at a glance 领导看板: what lags, by how much, whose it is; as far as the reader's scope reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display
from yiwang.domains.evaluation.planning.distance import Distance, Turn, distance, turn
from yiwang.domains.evaluation.planning.judgement import time_progress
from yiwang.domains.evaluation.planning.models import Chapter, Indicator, Plan, Round, Task
from yiwang.domains.evaluation.planning.selectors import composite, followups, handins, judgements, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.composite import RoundScore
from yiwang.domains.evaluation.planning.selectors.followups import Followed, Kind
from yiwang.domains.evaluation.planning.selectors.judgements import JudgedLine, Shares
from yiwang.domains.evaluation.planning.selectors.rounds import HANDED_IN
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.domains.evaluation.planning.types import Status, TaskStatus
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.clock import today
from yiwang.lib.quantities import format_value

# A task that is due is not late when it is done, goes on for ever, or waits to be taken out of the plan.
_NEVER_LATE = {TaskStatus.DONE, TaskStatus.CONTINUOUS, TaskStatus.TO_CANCEL}


@dataclass(frozen=True)
class Laggard:
    """An indicator that lags: its place among them, how far behind, and what became of it since the round before.

    ``remedy`` is how its remedy stands once a later round asks after it.
    """

    rank: int
    line: JudgedLine
    distance: Distance
    turn: Turn | None = None
    remedy: Followed | None = None

    @property
    def indicator(self) -> Indicator:
        """The indicator."""
        return self.line.indicator

    @property
    def valued_on(self) -> date | None:
        """The day that the value counts for and is judged against; it may be before the round's."""
        value = self.line.judged.value
        return None if value is None else value.as_of

    @property
    def called_for_text(self) -> str:
        """The value that is due by now, as it reads."""
        return self._written(self.distance.called_for, self.indicator.unit)

    @property
    def missing_text(self) -> str:
        """What is missing to be on pace: 少 4项, 多 7个工作日, 少 28.37 个百分点; empty where it is not defined."""
        missing = self.distance.missing
        if missing is None:
            return ""
        if self.indicator.unit == "%":
            amount = _("%(points)s 个百分点") % {"points": self._written(abs(missing), "")}
        else:
            amount = self._written(abs(missing), self.indicator.unit)
        return (_("少 %(amount)s") if missing > 0 else _("多 %(amount)s")) % {"amount": amount}

    def _written(self, value: Decimal | None, unit: str) -> str:
        return "" if value is None else format_value(display.tidy(value), unit, self.indicator.decimals)


@dataclass(frozen=True)
class LateTask:
    """A task that is slow, due and not done, or whose hand-in is overdue; ``text`` says which."""

    task: Task
    unit: Unit
    url: str
    text: str
    tone: str


@dataclass(frozen=True)
class UnitLoad:
    """What a unit answers for."""

    unit: Unit
    indicators: tuple[Laggard, ...]
    tasks: tuple[LateTask, ...]
    measures: tuple[Followed, ...]

    @property
    def total(self) -> int:
        """All of it."""
        return len(self.indicators) + len(self.tasks) + len(self.measures)


@dataclass(frozen=True)
class ChapterTile:
    """A chapter's indicators by how they stand, and its late tasks."""

    chapter: Chapter
    shares: Shares
    late_tasks: int


@dataclass(frozen=True)
class Change:
    """Indicators with newer data than in ``before``, judged in both, by whether they fell back or caught up."""

    before: Round
    compared: int
    worse: int
    better: int


@dataclass(frozen=True)
class Leadership:
    """The page. ``entire``: the reader sees the whole plan; ``known_at``: what the system knew then is counted.

    ``older``: indicators whose newest value counts for a day before the round's. ``asked_in`` asks after measures.
    """

    round: Round
    time: Decimal
    known_at: datetime
    entire: bool
    shares: Shares
    severe: int
    binding: int
    computed: int
    figures: int
    older: int
    laggards: tuple[Laggard, ...]
    units: tuple[UnitLoad, ...]
    chapters: tuple[ChapterTile, ...]
    change: Change | None
    score: RoundScore | None
    asked_in: Round

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.round.plan_version.plan

    @property
    def judged(self) -> int:
        """Indicators that could be judged."""
        return self.shares.on_pace + self.shares.lagging


def leadership(user: User, round_: Round) -> Leadership:
    """What lags in ``round_``, by how much and whose it is, as far as ``user`` may see."""
    lines = judgements.lines(user, round_)
    before = previous(round_)
    turns = {} if before is None else _turns(lines, values.judge_round(before))
    asked_in = asking(round_)
    measures = followups.followed(user, asked_in)
    remedies = {row.pk: row for row in measures if row.kind is Kind.REMEDY}
    laggards = _laggards(lines, turns, remedies)
    late = _late_tasks(user, round_)
    plan = round_.plan_version.plan
    compared = list(turns.values())
    return Leadership(
        round=round_,
        time=time_progress(plan.starts_on, plan.ends_on, round_.as_of),
        known_at=round_.closed_at or timezone.now(),
        entire=access.scope_of(user, "s45.judgement", "view").kind == "all",
        shares=judgements.shares(lines),
        severe=sum(1 for row in laggards if row.line.status in judgements.ORDER[:2]),
        binding=sum(1 for row in laggards if row.line.judged.judgement.binding_behind),
        computed=computed(lines),
        figures=len(lines),
        older=sum(1 for row in lines if row.status is not Status.FACT and _is_older(row, round_)),
        laggards=laggards,
        units=by_load(laggards, late, (row for row in measures if row.overdue)),
        chapters=_chapters(round_, lines, late),
        change=None
        if before is None or not compared
        else Change(before, len(compared), compared.count(Turn.WORSE), compared.count(Turn.BETTER)),
        score=composite.round_score(user, round_) if access.can(user, "s45.composite", "view") else None,
        asked_in=asked_in,
    )


def leadership_url(user: User) -> str:
    """The page's address for the home page; empty for those who may not see judgements."""
    return reverse("s45:leadership") if access.can(user, "s45.judgement", "view") else ""


def computed(lines: Iterable[JudgedLine]) -> int:
    """How many of the figures are computed from records; the others are reported by units."""
    return values.coverage(row.judged for row in lines).computed


def previous(round_: Round) -> Round | None:
    """The newest closed round of the same plan before ``round_``."""
    rows = handins.rounds(round_.plan_version.plan).filter(state=Round.State.CLOSED)
    return rows.filter(as_of__lt=round_.as_of).first()


def asking(round_: Round) -> Round:
    """The round that asks after the measures of ``round_`` and of those before: the next one of a closed round."""
    if round_.state != Round.State.CLOSED:
        return round_
    rows = handins.rounds(round_.plan_version.plan).exclude(state=Round.State.DRAFT)
    later = rows.filter(Q(as_of__gt=round_.as_of) | Q(as_of=round_.as_of, pk__gt=round_.pk))
    return later.order_by("as_of", "id").first() or round_


def by_load(
    laggards: Iterable[Laggard], tasks: Iterable[LateTask], measures: Iterable[Followed]
) -> tuple[UnitLoad, ...]:
    """Units with something to answer for: most first, then most lagging indicators, then in the district's order."""
    units: dict[str, Unit] = {}
    own: dict[str, tuple[list[Laggard], list[LateTask], list[Followed]]] = {}

    def of(unit: Unit) -> tuple[list[Laggard], list[LateTask], list[Followed]]:
        units.setdefault(unit.path, unit)
        return own.setdefault(unit.path, ([], [], []))

    for laggard in laggards:
        of(laggard.indicator.lead_unit)[0].append(laggard)
    for task in tasks:
        of(task.unit)[1].append(task)
    for measure in measures:
        of(measure.unit)[2].append(measure)
    found = [UnitLoad(units[path], tuple(a), tuple(b), tuple(c)) for path, (a, b, c) in own.items()]
    return tuple(sorted(found, key=lambda row: (-row.total, -len(row.indicators), row.unit.path)))


def lateness(state: TaskStatus | None, due_on: date, as_of: date) -> tuple[str, str] | None:
    """Why a task is late, in words and as a tone; ``None`` when it is not, or when nobody has reported on it."""
    if state is None or state in _NEVER_LATE:
        return None
    if state.is_laggard:
        return str(display.TASK_TEXT[state]), display.TASK_TONE[state]
    return (_("到期未完成"), "warn") if due_on < as_of else None


def _turns(lines: Iterable[JudgedLine], before: Iterable[Judged]) -> dict[str, Turn]:
    """Better or worse by indicator; without those that have had no newer value since ``before``."""
    earlier = {row.indicator.code: row for row in before}
    found: dict[str, Turn] = {}
    for line in lines:
        old, value = earlier.get(line.indicator.code), line.judged.value
        if old is None or old.value is None or value is None or value.as_of <= old.value.as_of:
            continue
        moved = turn(old.judgement.status, line.status)
        if moved is not None:
            found[line.indicator.code] = moved
    return found


def _is_older(line: JudgedLine, round_: Round) -> bool:
    value = line.judged.value
    return value is not None and value.as_of < round_.as_of


def _laggards(
    lines: Iterable[JudgedLine], turns: Mapping[str, Turn], remedies: Mapping[int, Followed]
) -> tuple[Laggard, ...]:
    """The lines that lag, in their order: worst first."""
    found: list[Laggard] = []
    for line in lines:
        value = line.judged.value
        if line.status.is_laggard and value is not None:
            row = line.indicator
            behind = distance(plans.facts_of(row), line.judged.judgement, value.value, value.as_of, row.decimals)
            remedy = None if line.explanation is None else remedies.get(line.explanation.pk)
            found.append(Laggard(len(found) + 1, line, behind, turns.get(row.code), remedy))
    return tuple(found)


def _late_tasks(user: User, round_: Round) -> list[LateTask]:
    """Tasks that are slow or due by what was accepted, and hand-ins that are overdue while the round is open."""
    states = handins.declared(round_)
    tasks = {row.code: row for row in plans.tasks(round_.plan_version)}
    found = []
    for code, task in tasks.items():
        why = lateness(states.get(code), task.due_on, round_.as_of)
        if why is not None and access.in_scope(user, "s45.judgement", "view", task.lead_unit):
            found.append(LateTask(task, task.lead_unit, reverse("s45:task", args=[code]), *why))
    if round_.state == Round.State.OPEN:
        rows = handins.hand_ins(user, round_).exclude(state__in=HANDED_IN).filter(due_on__lt=today())
        found += [
            LateTask(tasks[row.task_code], row.unit, reverse("s45:hand-in", args=[row.pk]), _("逾期未报送"), "danger")
            for row in rows
            if row.task_code in tasks
        ]
    return found


def _chapters(round_: Round, lines: list[JudgedLine], late: Iterable[LateTask]) -> tuple[ChapterTile, ...]:
    # Several units may be late with one task.
    tasks = [task.chapter_id for task in {row.task.pk: row.task for row in late}.values()]
    return tuple(
        ChapterTile(
            chapter,
            judgements.shares(row for row in lines if row.indicator.task.chapter_id == chapter.pk),
            tasks.count(chapter.pk),
        )
        for chapter in round_.plan_version.chapters.all()
    )
