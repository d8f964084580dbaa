"""Vessels as of a day: whose papers have run out, who is silent at sea or out of bounds, what is not yet handled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Q, QuerySet, Sum

from yiwang.kernel.access.api import User
from yiwang.kernel.limits import api as limits
from yiwang.kernel.limits.types import LegalParam
from yiwang.kernel.records import api as records
from yiwang.lib.clock import SHANGHAI, end_of_day

from .models import Position, SilenceCheck, Vessel, Violation

# A day's summary comes the morning after, so only the last of the three limits of silence can be judged by it.
SILENCE, CASE = "fishing-boats.silence-check", "penalty.case"
PORT = "port"
OUT_OF_BOUNDS = frozenset({"outside", "closed"})
# What may be wrong with a vessel, the most pressing first; ``checked`` is silent with a cause that somebody found.
FLAGS = ("silent", "outside", "violation", "licence", "inspection", "mmsi", "checked")


@dataclass(frozen=True)
class VesselRow:
    """A vessel as of a day: what is wrong with it, when and where it was last heard, why it is silent if known."""

    vessel: Vessel
    flags: tuple[str, ...]
    last_heard: datetime | None
    zone: str
    cause: str
    violations: int


@dataclass(frozen=True)
class Group:
    """Vessels of one port or town, and how many of them have each flag."""

    key: str
    vessels: int
    flags: dict[str, int]


@dataclass(frozen=True)
class Penalties:
    """Decisions of a period: vessels that met one (each once), decisions, and the sum of their fines in yuan."""

    vessels: int
    decisions: int
    fines: Decimal


@dataclass(frozen=True)
class Overview:
    """The reader's vessels in force on a day, what needs somebody first."""

    as_of: date
    rows: list[VesselRow]
    state: int
    township: int
    penalties: Penalties
    open_violations: int
    silence: LegalParam

    @property
    def counts(self) -> dict[str, int]:
        """Vessels by flag; one may have several."""
        return count_flags(self.rows)

    def by_port(self) -> list[Group]:
        """One group a port."""
        return _groups(self.rows, lambda row: row.vessel.port)

    def by_town(self) -> list[Group]:
        """One group a town, by its 12-digit code; "" where no place is known."""
        return _groups(self.rows, lambda row: town_of(row.vessel.place))


@dataclass(frozen=True)
class OpenViolation:
    """A violation that nobody has handled; ``late`` when the time for a case has passed since it was found.

    ``due`` is None for days on which the law named no time (before 2021-07-15).
    """

    violation: Violation
    days: int
    due: date | None
    late: bool


def last_day(user: User) -> date | None:
    """The last day of which the reader has a vessel's position, or None."""
    found: date | None = records.visible(user, Position.record_type).aggregate(last=Max("occurred_on"))["last"]
    return found


def penalties(user: User, since: date, until: date) -> Penalties:
    """Decisions made from ``since`` to ``until``, both with; when the violation itself happened does not matter."""
    decided = records.visible(user, Violation.record_type).exclude(decision_no="")
    found = decided.filter(handled_on__gte=since, handled_on__lte=until).aggregate(
        vessels=Count("vessel_no", distinct=True), decisions=Count("id"), fines=Sum("penalty")
    )
    return Penalties(found["vessels"], found["decisions"], found["fines"] or Decimal("0.00"))


def unhandled(user: User, as_of: date) -> QuerySet[Violation]:
    """Violations up to the day that were not handled by its end."""
    rows = records.visible(user, Violation.record_type).filter(occurred_on__lte=as_of)
    return rows.filter(Q(handled_on=None) | Q(handled_on__gt=as_of))


def open_violations(user: User, as_of: date) -> list[OpenViolation]:
    """The oldest first. The time runs from the day it was found: when a case was filed its own system knows."""
    limit, calendar = case_limit(as_of), limits.calendar()
    found = []
    for violation in unhandled(user, as_of).order_by("occurred_on", "id"):
        due = calendar.deadline(violation.occurred_on, limit).date if limit else None
        days = (as_of - violation.occurred_on).days
        found.append(OpenViolation(violation, days, due, due is not None and due < as_of))
    return found


def case_limit(as_of: date) -> LegalParam | None:
    """The time in which a case is to be decided (办案期限), or None on a day on which no such rule held."""
    return next(iter(limits.params(on=as_of, prefix=CASE)), None)


def overview(user: User, as_of: date) -> Overview:
    """The reader's vessels on ``as_of`` with what was known of them by the end of that day."""
    vessels = list(records.in_force(records.visible(user, Vessel.record_type), as_of).order_by("vessel_no"))
    silence = limits.param(SILENCE, as_of)
    positions = records.visible(user, Position.record_type).filter(occurred_on__lte=as_of)
    last = {row.vessel_no: row for row in positions.order_by("vessel_no", "-occurred_on", "-id").distinct("vessel_no")}
    checks = records.visible(user, SilenceCheck.record_type).filter(occurred_on__lte=as_of)
    checked = {row.vessel_no: row for row in checks.order_by("vessel_no", "-occurred_on", "-id").distinct("vessel_no")}
    waiting = dict(unhandled(user, as_of).order_by().values_list("vessel_no").annotate(number=Count("id")))
    shared = {mmsi for mmsi, number in Counter(vessel.mmsi for vessel in vessels).items() if mmsi and number > 1}
    rows = []
    for vessel in vessels:
        number = vessel.vessel_no
        position, check, violations = last.get(number), checked.get(number), waiting.get(number, 0)
        heard = heard_at(position) if position else None
        silent = heard is not None and end_of_day(as_of) - heard >= timedelta(hours=int(silence.value))
        at_sea = position is not None and position.zone != PORT
        known = check is not None and position is not None and check.occurred_on >= position.occurred_on
        holds = {
            "silent": silent and at_sea and not known,
            "checked": silent and at_sea and known,
            "outside": position is not None and position.zone in OUT_OF_BOUNDS,
            "violation": violations > 0,
            "licence": run_out(vessel, vessel.licence_to, as_of),
            "inspection": run_out(vessel, vessel.inspection_to, as_of),
            "mmsi": vessel.mmsi in shared,
        }
        flags = tuple(flag for flag in FLAGS if holds[flag])
        cause = check.cause if check is not None and holds["checked"] else ""
        rows.append(VesselRow(vessel, flags, heard, position.zone if position else "", cause, violations))
    rows.sort(key=lambda row: (FLAGS.index(row.flags[0]) if row.flags else len(FLAGS), row.vessel.vessel_no))
    state = sum(vessel.kind == "state" for vessel in vessels)
    return Overview(
        as_of, rows, state, len(vessels) - state, penalties(user, date(as_of.year, 1, 1), as_of),
        sum(waiting.values()), silence,
    )  # fmt: skip


def heard_at(position: Position) -> datetime:
    """The moment of the last signal of a day."""
    day = position.occurred_on
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(minutes=position.last_heard)


def run_out(vessel: Vessel, until: date | None, as_of: date) -> bool:
    """Whether a paper's last day is past; of a state-registered vessel also whether none is on record."""
    return until < as_of if until is not None else vessel.kind == "state"


def count_flags(rows: Iterable[VesselRow]) -> dict[str, int]:
    """How many of the rows have each flag."""
    found = Counter(flag for row in rows for flag in row.flags)
    return {flag: found[flag] for flag in FLAGS}


def town_of(place: str) -> str:
    """The town's 12-digit code for a place of it."""
    return place[:9] + "000" if place else ""


def _groups(rows: Iterable[VesselRow], key: Callable[[VesselRow], str]) -> list[Group]:
    found: dict[str, list[VesselRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return [Group(name, len(found[name]), count_flags(found[name])) for name in sorted(found)]
