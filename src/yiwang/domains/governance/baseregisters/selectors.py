"""The four base registers and the residence codes as of a day: how many, how fresh, what is not in order, who lags."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Substr

from yiwang.kernel.access.api import User
from yiwang.kernel.limits import api as limits
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.lib.quantities import percent

from .models import ROOM, STREET, Address, Declaration, House, Organisation, ResidenceTask, Resident

# In the order of the page; the key names the parameter of freshness too.
REGISTERS: dict[str, Any] = {"address": Address, "house": House, "resident": Resident, "organisation": Organisation}
# Where people live: the other uses are empty at night and nobody wonders.
LIVED_IN = ("dwelling", "rented", "dormitory")
# Declarations of so many days are looked at for lateness.
RECENT = 30
TOWN_DIGITS = 9


@dataclass
class Kept:
    """One register in one town: rows in force, and those whose last verification is too long ago or missing."""

    total: int = 0
    stale: int = 0

    @property
    def fresh_rate(self) -> Decimal | None:
        """Share verified in time, per cent; None without rows."""
        return percent(self.total - self.stale, self.total)


@dataclass
class TownRow:
    """A town, with the code of its division, and what each register has there."""

    code: str
    name: str
    kept: dict[str, Kept] = field(default_factory=dict)


@dataclass(frozen=True)
class Overview:
    """The registers that the reader may see, as of a day.

    ``before`` is by register the day on or after which a row must have been verified.
    """

    as_of: date
    registers: list[str]
    towns: list[TownRow]
    total: dict[str, Kept]
    before: dict[str, date]
    streets: int
    rooms: int
    empty_houses: int | None
    homeless: int | None
    stale: list[tuple[str, Any]]


@dataclass
class TaskRow:
    """Residence codes of one town."""

    code: str
    name: str
    tasks: int = 0
    declared: int = 0

    @property
    def open(self) -> int:
        """Sets not declared yet."""
        return self.tasks - self.declared

    @property
    def rate(self) -> Decimal | None:
        """Declared of the tasks, per cent; None without tasks."""
        return percent(self.declared, self.tasks)


@dataclass(frozen=True)
class Residence:
    """Residence codes as of a day. ``late`` of ``recent``: declarations of the last :data:`RECENT` days by people who
    moved here, made after the legal time."""

    as_of: date
    total: TaskRow
    towns: list[TaskRow]
    ways: list[tuple[str, int]]
    days: int
    recent: int
    late: int
    houses: int | None
    sets: int | None


def last_day(user: User) -> date | None:
    """The last day of which something is known to the reader: of a declaration or a beginning."""
    found: list[date] = []
    for model in (Declaration, Resident, House, Address):
        if records.can(user, model.record_type, "view"):
            day = records.visible(user, model.record_type).aggregate(last=Max(model.business_date))["last"]
            found += [day] if day else []
    return max(found, default=None)


def overview(user: User, as_of: date) -> Overview:
    """What the reader's registers hold as of the day."""
    seen = [key for key, model in REGISTERS.items() if records.can(user, model.record_type, "view")]
    found = {code: TownRow(code, name, {key: Kept() for key in seen}) for code, name in towns().items()}
    before: dict[str, date] = {}
    stale: list[tuple[str, Any]] = []
    for key in seen:
        rows = standing(user, REGISTERS[key], as_of)
        before[key] = _before(key, as_of)
        old = Q(verified_on=None) | Q(verified_on__lt=before[key])
        counted = rows.order_by().values(town=Substr("place", 1, TOWN_DIGITS))
        for row in counted.annotate(total=Count("pk"), stale=Count("pk", filter=old)):
            found.setdefault(row["town"], TownRow(row["town"], row["town"], {name: Kept() for name in seen}))
            found[row["town"]].kept[key] = Kept(row["total"], row["stale"])
        # Those that waited longest first; a row never verified has waited since it began.
        waiting = rows.filter(verified_on__lt=before[key]).order_by("verified_on", "pk")
        stale += [(key, item) for item in waiting[:5]]
    present = [row for row in found.values() if any(kept.total for kept in row.kept.values())]
    total = {key: _sum(row.kept[key] for row in present) for key in seen}
    levels = _levels(user, as_of) if "address" in seen else {}
    both = "house" in seen and "resident" in seen
    return Overview(
        as_of=as_of,
        registers=seen,
        towns=present,
        total=total,
        before=before,
        streets=levels.get(STREET, 0),
        rooms=levels.get(ROOM, 0),
        empty_houses=empty_houses(user, as_of).count() if both else None,
        homeless=standing(user, Resident, as_of).filter(house_code="").count() if "resident" in seen else None,
        stale=stale,
    )


def standing(user: User, model: Any, as_of: date) -> QuerySet[Any]:
    """The reader's rows of a register in force on the day."""
    return records.in_force(records.visible(user, model.record_type), as_of)


def empty_houses(user: User, as_of: date) -> QuerySet[Any]:
    """Houses to live in where nobody is known to live."""
    living = standing(user, Resident, as_of).filter(house_code=OuterRef("house_code"))
    return standing(user, House, as_of).filter(~Exists(living), use__in=LIVED_IN)


def waiting(user: User, key: str, town: str, as_of: date) -> tuple[QuerySet[Any], date]:
    """The reader's rows of a register verified before the day that is given too, or never; the longest wait first."""
    before = _before(key, as_of)
    rows = standing(user, REGISTERS[key], as_of).filter(Q(verified_on=None) | Q(verified_on__lt=before))
    if town:
        rows = rows.filter(place__gte=town, place__lt=town + ":")
    return rows.order_by(F("verified_on").asc(nulls_first=True), "pk"), before


def _before(key: str, as_of: date) -> date:
    return as_of - timedelta(days=int(limits.param(f"registers.fresh-{key}", as_of).value))


def residence(user: User, as_of: date) -> Residence:
    """The reader's tasks and declarations as of the day, the town that lags most first."""
    by_town = {code: TaskRow(code, name) for code, name in towns().items()}
    tasks = standing(user, ResidenceTask, as_of).order_by().values(town=Substr("place", 1, TOWN_DIGITS))
    for row in tasks.annotate(total=Count("pk")):
        by_town.setdefault(row["town"], TaskRow(row["town"], row["town"])).tasks = row["total"]
    made = records.visible(user, Declaration.record_type).filter(occurred_on__lte=as_of)
    counted = made.order_by().values(town=Substr("place", 1, TOWN_DIGITS))
    for row in counted.annotate(total=Count("task_no", distinct=True)):
        by_town.setdefault(row["town"], TaskRow(row["town"], row["town"])).declared = row["total"]
    present = sorted((row for row in by_town.values() if row.tasks or row.declared), key=lambda row: row.rate or 0)
    total = TaskRow("", "", sum(row.tasks for row in present), sum(row.declared for row in present))
    ways = made.order_by().values_list("way").annotate(total=Count("pk")).order_by("-total")
    recent, late, days = _lateness(made, as_of)
    houses = sets = None
    if records.can(user, House.record_type, "view"):
        found = standing(user, House, as_of).aggregate(houses=Count("pk"), sets=Sum("sets"))
        houses, sets = found["houses"], found["sets"]
    return Residence(as_of, total, present, list(ways), days, recent, late, houses, sets)


def _lateness(made: QuerySet[Any], as_of: date) -> tuple[int, int, int]:
    """Recent declarations of people who moved here, those made too late, and the days that the law gives."""
    param = limits.param("residence.declare", as_of)
    recent = made.filter(occurred_on__gt=as_of - timedelta(days=RECENT), arrived_on__isnull=False).order_by()
    every = late = 0
    ends: dict[date, date] = {}
    for arrived, declared, count in recent.values_list("arrived_on", "occurred_on").annotate(total=Count("pk")):
        if arrived not in ends:
            ends[arrived] = limits.deadline(arrived, param).date
        every += count
        late += count if declared > ends[arrived] else 0
    return every, late, int(param.value)


def _levels(user: User, as_of: date) -> dict[str, int]:
    counted = standing(user, Address, as_of).order_by().values_list("level").annotate(total=Count("pk"))
    return dict(counted)


def towns() -> dict[str, str]:
    """Name of every town that the district runs, by the beginning of its code."""
    found = orgs.divisions(administered=True).filter(level="town").values_list("code12", "name")
    return {code[:TOWN_DIGITS]: name for code, name in found}


def _sum(parts: Any) -> Kept:
    found = Kept()
    for part in parts:
        found.total += part.total
        found.stale += part.stale
    return found
