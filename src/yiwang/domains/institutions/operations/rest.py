"""REST of S43: that of its records is under /records/s43.service and its siblings; here is the day's overview."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s43"], auth=access.api_auth)


class WaitingServiceOut(Schema):
    """A service that is not accepted yet; ``late`` in days."""

    service_no: str
    project: str
    kind: str
    delivered: bool
    until: date
    late: int


class OpenIncidentOut(Schema):
    """An incident that is not restored."""

    incident_no: str
    system_name: str
    level: str
    until: datetime
    late: bool


class OperationsOut(Schema):
    """Services delivered by kind, what waits, open incidents, causes of the last year."""

    as_of: date
    given: dict[str, int]
    waiting: list[WaitingServiceOut]
    incidents: list[OpenIncidentOut]
    restored: int
    in_time: int
    causes: dict[str, int]


@router.get("/overview", response=OperationsOut, operation_id="operations_overview", summary="运营中心服务和运维情况")
def operations_overview(request: HttpRequest, as_of: date | None = None) -> OperationsOut:
    """The caller's part; without ``as_of``, as of the last day known."""
    user = access.signed_in(request)
    access.require(user, "s43.service", "view")
    found = selectors.overview(user, as_of or selectors.last_day(user) or today())
    return OperationsOut(
        as_of=found.as_of,
        given=found.given,
        waiting=[
            WaitingServiceOut(
                service_no=row.service.service_no,
                project=row.service.project,
                kind=row.service.kind,
                delivered=row.delivered,
                until=row.until,
                late=row.late,
            )
            for row in found.waiting
        ],
        incidents=[
            OpenIncidentOut(
                incident_no=row.incident.incident_no,
                system_name=row.incident.system_name,
                level=row.incident.level,
                until=row.until,
                late=row.late,
            )
            for row in found.incidents
        ],
        restored=found.restored,
        in_time=found.in_time,
        causes=dict(found.causes),
    )
