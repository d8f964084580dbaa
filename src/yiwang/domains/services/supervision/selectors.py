"""Supervision as of a day: matters with and without an act this year, overdue results of draws, replays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncMonth

from yiwang.kernel.access.api import User
from yiwang.kernel.limits import api as limits
from yiwang.kernel.records import api as records
from yiwang.lib.quantities import percent

from . import drawing
from .models import Act, Assignment, Draw, DrawFrame, Matter, cards_of, pairs_of


@dataclass
class UnitRow:
    """A unit's matters in force; ``silent`` are those without an act in the period."""

    unit_path: str
    matters: int = 0
    acts: int = 0
    silent: list[Matter] = field(default_factory=list)

    @property
    def acted(self) -> int:
        """Matters with an act."""
        return self.matters - len(self.silent)

    @property
    def rate(self) -> Decimal | None:
        """Matters with an act, of all, per cent."""
        return percent(self.acted, self.matters)


@dataclass(frozen=True)
class LateDraw:
    """A finished draw whose results are not public after the time that is given."""

    draw: Draw
    until: date


@dataclass(frozen=True)
class Overview:
    """The reader's matters in force on a day and the acts from ``since`` (1 January) to it; the lowest coverage first.

    ``total`` counts every act up to the day.
    """

    as_of: date
    since: date
    units: list[UnitRow]
    total: int
    months: list[tuple[date, int]]
    late: list[LateDraw]

    @property
    def matters(self) -> int:
        """Matters in force."""
        return sum(row.matters for row in self.units)

    @property
    def acted(self) -> int:
        """Matters with an act in the period."""
        return sum(row.acted for row in self.units)

    @property
    def rate(self) -> Decimal | None:
        """Coverage (监管事项覆盖率), per cent."""
        return percent(self.acted, self.matters)


@dataclass(frozen=True)
class Replay:
    """A draw done again from its stored frame. ``same_frame``: nobody touched the frame since; ``differing`` are
    positions where the stored result is another one."""

    same_frame: bool
    differing: list[int]
    objects: int
    inspectors: int

    @property
    def same(self) -> bool:
        """Whether the stored result is what the draw gives."""
        return self.same_frame and not self.differing


def last_day(user: User) -> date | None:
    """The last day of which an act is known to the reader."""
    found: date | None = records.visible(user, Act.record_type).aggregate(last=Max("occurred_on"))["last"]
    return found


def overview(user: User, as_of: date) -> Overview:
    """Who acted and who did not."""
    since = as_of.replace(month=1, day=1)
    acts = records.visible(user, Act.record_type).filter(occurred_on__lte=as_of)
    period = acts.filter(occurred_on__gte=since)
    counts = dict(period.order_by().values_list("matter_code").annotate(total=Count("pk")))
    units: dict[str, UnitRow] = {}
    for matter in records.in_force(records.visible(user, Matter.record_type), as_of).order_by("matter_code"):
        row = units.setdefault(matter.unit_path, UnitRow(matter.unit_path))
        row.matters += 1
        row.acts += counts.get(matter.matter_code, 0)
        if matter.matter_code not in counts:
            row.silent.append(matter)
    months = (
        period.order_by().annotate(month=TruncMonth("occurred_on")).values_list("month").annotate(total=Count("pk"))
    )
    late = late_draws(user, as_of) if records.can(user, Draw.record_type, "view") else []
    ranked = sorted(units.values(), key=lambda row: (row.rate or 0, -len(row.silent), row.unit_path))
    return Overview(as_of, since, ranked, acts.count(), sorted(months), late)


def late_draws(user: User, as_of: date) -> list[LateDraw]:
    """Draws whose results should be public by now."""
    calendar = limits.calendar()
    unpublished = Q(published_on=None) | Q(published_on__gt=as_of)
    done = records.visible(user, Draw.record_type).filter(unpublished, finished_on__lte=as_of).order_by("finished_on")
    # The limit in force when the task ended.
    found = [
        LateDraw(draw, calendar.deadline(draw.finished_on, limits.param("supervision.publish", draw.finished_on)).date)
        for draw in done
    ]
    return [late for late in found if late.until < as_of]


def frame_of(user: User, draw: Draw) -> tuple[dict[str, int], list[str]]:
    """Objects with their weights, and inspectors, as they are stored with the draw."""
    objects: dict[str, int] = {}
    inspectors: list[str] = []
    for row in records.visible(user, DrawFrame.record_type).filter(draw_no=draw.draw_no):
        if row.role == "object":
            objects[row.code] = row.weight
        else:
            inspectors.append(row.code)
    return objects, inspectors


def assignments(user: User, draw: Draw) -> list[Assignment]:
    """What was drawn, in order."""
    return list(records.visible(user, Assignment.record_type).filter(draw_no=draw.draw_no).order_by("position", "pk"))


def replay(user: User, draw: Draw) -> Replay:
    """Draw again from the stored frame, seed and numbers, and compare."""
    objects, inspectors = frame_of(user, draw)
    numbers: dict[str, Any] = {"count": draw.sample, "each": draw.each, "avoid": pairs_of(draw.avoid)}
    again = drawing.draw(draw.seed, objects, inspectors, **numbers)
    stored = {row.position: (row.uscc, tuple(cards_of(row.officer_cards))) for row in assignments(user, draw)}
    expected = {place: (one.uscc, one.cards) for place, one in enumerate(again, start=1)}
    differing = sorted(place for place in stored.keys() | expected.keys() if stored.get(place) != expected.get(place))
    same_frame = drawing.frame_hash(objects, inspectors, **numbers) == draw.frame_hash
    return Replay(same_frame, differing, len(objects), len(inspectors))
