"""A round at work: who has handed in, what is late, what stands in the way of closing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from yiwang.domains.evaluation.planning import display
from yiwang.domains.evaluation.planning.models import HandIn, Round, Task
from yiwang.domains.evaluation.planning.selectors import handins as reads
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors import values
from yiwang.domains.evaluation.planning.selectors.computed import computed_of
from yiwang.kernel.access.api import User
from yiwang.kernel.lake import api as lake

# A round is not closed on records older than this: the lake is refreshed every hour.
YOUNG = timedelta(days=1)
SORTS = {
    "task": ("task_code", "id"),
    "unit": ("unit__name_zh", "task_code"),
    "due": ("due_on", "task_code"),
    "state": ("state", "due_on", "task_code"),
}
HANDED_IN = (HandIn.State.SUBMITTED, HandIn.State.ACCEPTED)


@dataclass(frozen=True)
class Counts:
    """Hand-ins of a round that the reader may see."""

    asked: int
    handed_in: int
    accepted: int
    returned: int
    late: int

    @property
    def percent(self) -> int | None:
        """Handed in over asked, in whole percent."""
        return round(self.handed_in * 100 / self.asked) if self.asked else None


@dataclass(frozen=True)
class MatrixRow:
    """A unit with its number of hand-ins by state."""

    unit_code: str
    unit_name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Hindrance:
    """Something that keeps a round from being closed; ``open`` counts what is left (0: done)."""

    key: str
    open: int
    codes: tuple[str, ...]


def counts(rows: Iterable[HandIn], day: date) -> Counts:
    """Counts over ``rows`` on ``day``."""
    found = list(rows)
    states = [row.state for row in found]
    return Counts(
        asked=len(found),
        handed_in=sum(1 for state in states if state in HANDED_IN),
        accepted=states.count(HandIn.State.ACCEPTED),
        returned=states.count(HandIn.State.RETURNED),
        late=sum(1 for row in found if row.state not in HANDED_IN and row.due_on < day),
    )


def matrix(rows: Iterable[HandIn]) -> list[MatrixRow]:
    """Units by states, the unit with most left to do first."""
    table: dict[str, tuple[str, dict[str, int]]] = {}
    for row in rows:
        _, cells = table.setdefault(row.unit.code, (row.unit.short_name, dict.fromkeys(HandIn.State.values, 0)))
        cells[row.state] += 1
    ordered = sorted(
        table.items(), key=lambda item: (-sum(item[1][1][s] for s in ("asked", "draft", "returned")), item[1][0])
    )
    return [
        MatrixRow(
            code,
            name,
            tuple((str(cells[state] or ""), display.STATE_TONE[state] if cells[state] else "muted") for state in cells),
        )
        for code, (name, cells) in ordered
    ]


def filtered(
    user: User, round_: Round, *, state: str = "", unit: str = "", chapter: str = "", q: str = "", sort: str = ""
) -> QuerySet[HandIn]:
    """Hand-ins of the round that ``user`` may see, by the page's filters. ``state`` ``late`` is overdue."""
    rows = reads.hand_ins(user, round_)
    if state == "open":
        rows = rows.exclude(state__in=HANDED_IN)
    elif state:
        rows = rows.filter(state=state)
    if unit:
        rows = rows.filter(unit__code=unit)
    tasks = plans.tasks(round_.plan_version)
    if chapter:
        rows = rows.filter(task_code__in=tasks.filter(chapter__number=chapter).values("code"))
    if q:
        named = tasks.filter(Q(title_zh__icontains=q) | Q(title_en__icontains=q)).values("code")
        rows = rows.filter(Q(task_code__icontains=q) | Q(unit__name_zh__icontains=q) | Q(task_code__in=named))
    order = SORTS.get(sort.removeprefix("-"), SORTS["task"])
    return rows.order_by(*(f"-{name}" if sort.startswith("-") else name for name in order))


def unasked(round_: Round) -> list[Task]:
    """Tasks of the plan whose lead unit has not been asked yet."""
    asked = {(row.task_code, row.reports_for_id) for row in round_.hand_ins.all()}
    return [task for task in plans.tasks(round_.plan_version) if (task.code, task.lead_unit_id) not in asked]


def hindrances(round_: Round) -> list[Hindrance]:
    """What stands in the way of closing, the done ones too: something asked, all accepted, laggards explained."""
    rows = list(round_.hand_ins.order_by("task_code"))
    waiting = tuple(row.task_code for row in rows if row.state != HandIn.State.ACCEPTED)
    unexplained = tuple(unexplained_codes(round_))
    found = [
        Hindrance("asked", 0 if rows else 1, ()),
        Hindrance("accepted", len(waiting), waiting),
        Hindrance("explained", len(unexplained), unexplained),
    ]
    if computed_of(round_.plan_version):
        newest = lake.newest()
        old = newest is None or too_old(newest.taken_at)
        found.append(Hindrance("snapshot", 1 if old else 0, ()))
    return found


def too_old(taken_at: datetime) -> bool:
    """Whether a round may not be closed on a snapshot of this moment."""
    return timezone.now() - taken_at > YOUNG


def unexplained_codes(round_: Round) -> list[str]:
    """Codes of indicators that lag in the round and have no explanation yet."""
    explained = set(round_.explanations.values_list("indicator_code", flat=True))
    return [
        row.indicator.code
        for row in values.judge_round(round_)
        if row.judgement.status.is_laggard and row.indicator.code not in explained
    ]
