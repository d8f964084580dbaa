"""What the pages of metrics show: lines of the list, a metric's numbers, the records behind it, then and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yiwang.kernel.access import api as access
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.ui.charts import progress_bar
from yiwang.ui.trends import Point, sparkline, trend_chart

from . import results
from .asked import Asked, month_ends
from .catalogue import Entry
from .holding import Holding
from .preparing import MONTHS
from .types import Count, Difference, Metric, Part, Selection, Value

# A line of the list: a year and its beginning.
SPARK_MONTHS = 13
ROWS = 20
DIFFERENCES = 20
# Numbers of records that a web process keeps.
COUNTS = 10_000


@dataclass(frozen=True)
class Line:
    """A metric of the list: its value, what it was a year before, and its line."""

    entry: Entry
    value: Value
    before: Value
    spark: SafeString

    @property
    def change(self) -> Decimal | None:
        """How much more than a year before."""
        if self.value.value is None or self.before.value is None:
            return None
        return self.value.value - self.before.value


def lines(entries: Sequence[Entry], chosen: Asked) -> list[Line]:
    """The metrics with their last twelve months. Problems: of :func:`results.told`."""
    days = month_ends(chosen.as_of, SPARK_MONTHS)
    metrics = [entry.metric for entry in entries]
    told = results.told(metrics, days, chosen.known_at)
    found = []
    for entry in entries:
        values = [told.value(entry.metric, day) for day in days]
        label = _("%(name)s近一年走势") % {"name": entry.name}
        found.append(Line(entry, values[-1], values[0], sparkline([value.value for value in values], label)))
    return found


def numbers(entry: Entry, chosen: Asked) -> dict[str, Any]:
    """What a metric's page shows: value, snapshot, trend, towns and units. Problems: of :func:`results.told`."""
    metric = entry.metric
    days = month_ends(chosen.as_of, MONTHS)
    told = results.told([metric], days, chosen.known_at)
    points = [_point(told.value(metric, day)) for day in days]
    label = _("%(name)s：%(first)s 至 %(last)s 各月末") % {
        "name": entry.name, "first": f"{days[0]:%Y-%m}", "last": f"{days[-1]:%Y-%m}",
    }  # fmt: skip
    return {
        "value": told.value(metric, chosen.as_of),
        "snapshot": told.snapshot,
        "chart": trend_chart(points, label),
        "points": points[::-1],
        "towns": _groups(metric, chosen, "town"),
        "units": _groups(metric, chosen, "unit"),
    }


def _point(value: Value) -> Point:
    text = f"{value.as_of}：{'—' if value.value is None else f'{value.value:,f}'}{value.metric.unit}"
    return Point(value.as_of, value.value, text)


@dataclass(frozen=True)
class Group:
    """A town or unit: its value, and how long its bar is (0 to 100, the longest is 100)."""

    name: str
    value: Value
    percent: int

    @property
    def bar(self) -> SafeString:
        """The bar."""
        return progress_bar(self.percent, label=self.name)


def _groups(metric: Metric, chosen: Asked, by: str) -> list[Group]:
    told = results.told([metric], [chosen.as_of], chosen.known_at, by)
    found = {group: told.value(metric, chosen.as_of, group) for group in told.groups}
    found = {group: value for group, value in found.items() if value.numerator or value.denominator}
    if set(found) == {""}:
        # Records of this type name no town or no unit.
        return []
    if by == "town":
        towns = orgs.divisions(None, level="town").values_list("code12", "name")
        names = {code[:9]: name for code, name in towns}
    else:
        named = orgs.Unit.objects.filter(path__in=[path.rstrip("/") for path in found])
        names = {f"{unit.path}/": unit.short_name for unit in named.only("path", "name_zh", "name_en", "short_zh")}
    top = max((value.value for value in found.values() if value.value is not None), default=Decimal(0))
    groups = [
        Group(
            names.get(group, group) or (_("未注明镇街") if by == "town" else _("未注明单位")),
            value,
            int(value.value * 100 / top) if top > 0 and value.value is not None and value.value > 0 else 0,
        )
        for group, value in found.items()
    ]
    return sorted(groups, key=lambda group: (group.value.value is None, -(group.value.value or 0), group.name))


@dataclass(frozen=True)
class NamedPart:
    """Numerator or denominator: its name in addresses, its title, and the type of its records."""

    name: str
    title: str
    part: Part
    kind: records.RecordType


def parts(metric: Metric) -> list[NamedPart]:
    """Numerator, then denominator."""
    titles = [("numerator", _("分子") if metric.denominator else _("计数")), ("denominator", _("分母"))]
    return [
        NamedPart(name, title, part, records.record_type(part.selection.record))
        for (name, title), part in zip(titles, metric.parts, strict=False)
    ]


@dataclass(frozen=True)
class Behind:
    """A page of the records behind a number: ``within`` the reader's scope there are so many.

    ``everything``: the reader may see all of this type. ``gone``: ids of listed ones that went to another unit, or away
    for good, after the snapshot was taken. ``next`` is where the next page begins, after this id.
    """

    picked: records.Picked
    within: int
    everything: bool
    first: bool
    next: int | None
    gone: Sequence[int]


def behind(user: access.User, found: NamedPart, chosen: Asked, *, after: int = 0) -> Behind | None:
    """The records that the part was counted from, as far as the reader may see them; None where they may see none."""
    from . import values

    if not records.can(user, found.kind, "view"):
        return None
    mine = _scope(user, found.kind)
    with values.reading() as opened:
        reading = opened.at(replace(mine, known_at=chosen.known_at))
        listed = values.keys_behind(reading, found.part, chosen.as_of, after=after, most=ROWS + 1)
        within = _within(opened.snapshot.name, reading.held, found.part.selection, chosen.as_of)
    page = listed[:ROWS]
    picked = records.picked(user, found.kind, page)
    return Behind(
        picked=picked,
        within=within,
        everything=mine == Holding(),
        first=after == 0,
        next=page[-1][0] if len(listed) > ROWS else None,
        gone=[pk for pk, _version in page if pk not in picked.shown],
    )


@lru_cache(COUNTS)
def _within(snapshot: str, held: Holding, selection: Selection, day: date) -> int:
    """How many records count: kept, since every page of them tells it and a snapshot never changes."""
    from . import values

    with values.reading(snapshot=snapshot) as opened:
        return values.count_of(opened.at(held), Count(selection), day)


@dataclass(frozen=True)
class Changes:
    """How a part changed: records by kind with what they add, and those of them that the reader may see."""

    title: str
    kind: records.RecordType
    count: int
    kinds: Sequence[tuple[str, tuple[int, Decimal]]]
    listed: Sequence[Difference]


@dataclass(frozen=True)
class Compared:
    """A metric's value then and now, and how each part changed."""

    then: Value
    now: Value
    changes: Sequence[Changes]

    @property
    def difference(self) -> Decimal | None:
        """How much more it is now."""
        return None if self.then.value is None or self.now.value is None else self.now.value - self.then.value


def compared(user: access.User, metric: Metric, day: date, then_day: date) -> Compared:
    """The metric at the end of a day as known at the end of ``then_day`` and now. Problem ``known_later``."""
    from . import values

    changes = []
    with values.reading() as now:
        then = now.at(Holding(then_day))
        before, after = (values.values(side, [metric], [day])[0] for side in (then, now))
        for found in parts(metric):
            kinds = values.differences(then, now, found.part, day, most=0).kinds
            listed: Sequence[Difference] = ()
            if records.can(user, found.kind, "view"):
                mine = _scope(user, found.kind)
                own = (then.at(replace(mine, known_at=then_day)), now.at(mine))
                listed = values.differences(*own, found.part, day, most=DIFFERENCES).listed
            count = sum(number for number, _adds in kinds.values())
            changes.append(Changes(found.title, found.kind, count, sorted(kinds.items()), listed))
    return Compared(before, after, changes)


def _scope(user: access.User, kind: records.RecordType) -> Holding:
    """The records of a type that the reader may see."""
    low, high, place_low, place_high, everything = access.bounds(records.scope(user, kind, "view"))
    return Holding() if everything else Holding(units=(low, high), places=(place_low, place_high))
