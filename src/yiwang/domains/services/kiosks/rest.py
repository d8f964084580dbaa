"""REST of S05: that of its records is under /records/s05.kiosk and its siblings; here is the fleet."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s05"], auth=access.api_auth)


class KioskOut(Schema):
    """A kiosk as of a day."""

    device_no: str
    name: str
    place: str
    state: str
    month: int
    total: int
    last_done: date | None
    last_heard: date | None
    faults: int


class FleetOut(Schema):
    """The fleet as of a day: kiosks, completed transactions, persons served."""

    as_of: date
    done: int
    persons: int
    counts: dict[str, int]
    kiosks: list[KioskOut]


@router.get("/fleet", response=FleetOut, operation_id="kiosk_fleet", summary="自助机运行情况")
def kiosk_fleet(request: HttpRequest, as_of: date | None = None) -> FleetOut:
    """The caller's kiosks; without ``as_of``, as of the last day heard of."""
    user = access.signed_in(request)
    access.require(user, "s05.kiosk", "view")
    found = selectors.fleet(user, as_of or selectors.last_day(user) or today())
    kiosks = [
        KioskOut(
            device_no=row.kiosk.device_no,
            name=row.kiosk.name,
            place=row.kiosk.place,
            state=row.state,
            month=row.month,
            total=row.total,
            last_done=row.last_done,
            last_heard=row.last_heard,
            faults=row.faults,
        )
        for row in found.rows
    ]
    return FleetOut(as_of=found.as_of, done=found.done, persons=found.persons, counts=found.counts, kiosks=kiosks)
