"""The centre as of a day: what was given, what waits and for whom, incidents that last too long, causes that return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q

from yiwang.kernel.access.api import User
from yiwang.kernel.limits import api as limits
from yiwang.kernel.records import api as records
from yiwang.lib.clock import end_of_day

from .models import Incident, Service

KINDS = ("consulting", "supervision", "assessment")
# Causes are counted over so many days: a year shows what returns.
RETURNING = 365


@dataclass(frozen=True)
class WaitingService:
    """An order that is not finished; ``delivered``: it waits for the client. ``until`` is the day it should be done."""

    service: Service
    delivered: bool
    until: date
    late: int


@dataclass(frozen=True)
class OpenIncident:
    """An incident that is not restored; ``until`` is the end of its time, ``late`` whether that is over."""

    incident: Incident
    until: datetime
    late: bool


@dataclass(frozen=True)
class Overview:
    """The reader's part of the centre's work as of the end of a day.

    ``given`` counts delivered services by kind. ``in_time`` of ``restored``: incidents of the last
    :data:`RETURNING` days that were restored within their time.
    """

    as_of: date
    since: date
    given: dict[str, int]
    waiting: list[WaitingService]
    incidents: list[OpenIncident]
    restored: int
    in_time: int
    causes: list[tuple[str, int]]


def last_day(user: User) -> date | None:
    """The last day of which an order or incident is known to the reader."""
    found = [
        records.visible(user, model.record_type).aggregate(last=Max("occurred_on"))["last"]
        for model in (Service, Incident)
        if records.can(user, model.record_type, "view")
    ]
    return max((day for day in found if day), default=None)


def overview(user: User, as_of: date) -> Overview:
    """What the reader may see of it."""
    services = records.visible(user, Service.record_type).filter(occurred_on__lte=as_of)
    given = services.filter(delivered_on__lte=as_of).order_by().values_list("kind").annotate(total=Count("pk"))
    counts = dict.fromkeys(KINDS, 0) | dict(given)
    undone = services.filter(Q(accepted_on=None) | Q(accepted_on__gt=as_of))
    waiting = sorted((_waiting(found, as_of) for found in undone), key=lambda row: (-row.late, row.until))
    end = end_of_day(as_of)
    incidents = records.visible(user, Incident.record_type).filter(occurred_at__lt=end)
    calendar = limits.calendar()
    still = incidents.filter(Q(restored_at=None) | Q(restored_at__gte=end))
    unrestored = sorted((_open(found, end, calendar) for found in still), key=lambda row: row.until)
    since = as_of - timedelta(days=RETURNING - 1)
    recent = incidents.filter(occurred_on__gte=since)
    over = list(recent.filter(restored_at__lt=end))
    causes = (
        recent.filter(restored_at__lt=end).exclude(cause="").order_by().values_list("cause").annotate(total=Count("pk"))
    )
    return Overview(
        as_of=as_of,
        since=since,
        given=counts,
        waiting=waiting,
        incidents=unrestored,
        restored=len(over),
        in_time=sum(found.restored_at <= _until(found, calendar) for found in over),
        causes=list(causes.order_by("-total", "cause")),
    )


def _waiting(found: Service, as_of: date) -> WaitingService:
    delivered = found.delivered_on is not None and found.delivered_on <= as_of
    until = found.due_on
    if delivered:
        until = limits.deadline(found.delivered_on, limits.param("operations.accept", found.delivered_on)).date
    return WaitingService(found, delivered, until, max(0, (as_of - until).days))


def _until(found: Incident, calendar: limits.WorkCalendar) -> datetime:
    param = limits.param(f"operations.restore-{found.level}", found.occurred_on)
    return calendar.moment_deadline(found.occurred_at, param, limits.work_hours()).at


def _open(found: Incident, end: datetime, calendar: limits.WorkCalendar) -> OpenIncident:
    until = _until(found, calendar)
    return OpenIncident(found, until, until < end)
