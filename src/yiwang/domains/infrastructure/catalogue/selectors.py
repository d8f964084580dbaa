"""The catalogue as of a day: what is not attached, not published, or overdue in its update frequency, by unit."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Max, Min

from yiwang.kernel.access.api import User
from yiwang.kernel.limits import api as limits
from yiwang.kernel.records import api as records

from .models import Attachment, DataResource, DataUpdate

# Days of each update cycle; "other" has none. How much of it may pass is the parameter "catalogue.stale".
PERIODS = {"realtime": 1, "daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}
STATES = ("unattached", "overdue", "unpublished", "current")


@dataclass(frozen=True)
class ResourceRow:
    """A resource as of a day; ``due_on`` is the last day on which its next update is in time."""

    resource: DataResource
    state: str
    attached_on: date | None
    updated_on: date | None
    due_on: date | None
    open: bool


@dataclass(frozen=True)
class UnitRow:
    """What one unit has in the catalogue as of a day."""

    unit_path: str
    catalogued: int
    online: int
    open: int
    unattached: int
    overdue: int


@dataclass(frozen=True)
class Catalogue:
    """The reader's catalogue as of a day, what needs somebody first; units with most to do first."""

    as_of: date
    rows: list[ResourceRow]
    units: list[UnitRow]
    counts: dict[str, int]

    @property
    def online(self) -> int:
        """Resources published and not taken off (上线)."""
        return len(self.rows) - self.counts["unpublished"]

    @property
    def open(self) -> int:
        """Of those, open to the public (开放)."""
        return sum(row.open for row in self.rows)


def last_day(user: User) -> date | None:
    """The last day on which a resource of the reader's was updated, or None."""
    if not records.can(user, DataUpdate.record_type, "view"):
        return None
    rows = records.visible(user, DataUpdate.record_type)
    found: date | None = rows.aggregate(last=Max("occurred_on"))["last"]
    return found


def catalogue(user: User, as_of: date) -> Catalogue:
    """The reader's resources in the catalogue on ``as_of``, each with its state at the end of that day."""
    resources = records.in_force(records.visible(user, DataResource.record_type), as_of)
    attached = records.in_force(records.visible(user, Attachment.record_type), as_of)
    first = dict(attached.values_list("resource_code").order_by().annotate(first=Min("valid_from")))
    updates = records.visible(user, DataUpdate.record_type).filter(occurred_on__lte=as_of)
    last = dict(updates.values_list("resource_code").order_by().annotate(last=Max("occurred_on")))
    stale = limits.param("catalogue.stale", as_of).value
    rows = [
        _row(found, first.get(found.resource_code), last.get(found.resource_code), as_of, stale) for found in resources
    ]
    rows.sort(key=lambda row: (STATES.index(row.state), row.due_on or date.max, row.resource.resource_code))
    counts = Counter(row.state for row in rows)
    return Catalogue(as_of, rows, _units(rows), {state: counts[state] for state in STATES})


def _row(
    resource: DataResource, attached: date | None, updated: date | None, as_of: date, stale: Decimal
) -> ResourceRow:
    online = resource.published_on is not None and resource.published_on <= as_of
    opened = online and resource.opened_on is not None and resource.opened_on <= as_of
    period = PERIODS.get(resource.update_cycle)
    # Data that was attached is as fresh as that day until its first update.
    fresh = max(filter(None, (attached, updated)), default=None) if attached else None
    due = fresh + timedelta(days=int(period * stale / 100)) if fresh is not None and period is not None else None
    if not online:
        state = "unpublished"
    elif attached is None:
        state = "unattached"
    else:
        state = "overdue" if due is not None and due < as_of else "current"
    return ResourceRow(resource, state, attached, updated, due, opened)


def _units(rows: list[ResourceRow]) -> list[UnitRow]:
    by_unit: dict[str, list[ResourceRow]] = defaultdict(list)
    for row in rows:
        by_unit[row.resource.unit_path].append(row)
    found = [
        UnitRow(
            unit_path=path,
            catalogued=len(own),
            online=sum(row.state != "unpublished" for row in own),
            open=sum(row.open for row in own),
            unattached=sum(row.state == "unattached" for row in own),
            overdue=sum(row.state == "overdue" for row in own),
        )
        for path, own in by_unit.items()
    ]
    return sorted(found, key=lambda row: (-(row.unattached + row.overdue), row.unit_path))
