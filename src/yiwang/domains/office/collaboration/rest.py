"""REST of S31: that of its records is under /records/s31.member and its siblings; here is the daily circular."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s31"], auth=access.api_auth)


class CircularRowOut(Schema):
    """A unit on a day; rates in per cent, null when it delivered nothing."""

    member_code: str
    name: str
    accounts: int
    activated: int
    due: int | None
    active: int | None
    rate: Decimal | None
    week: Decimal | None
    month: Decimal | None
    low: bool


class CircularOut(Schema):
    """The circular of a day: units, accounts in use, activated ones, the lowest activity first."""

    as_of: date
    units: int
    accounts: int
    activated: int
    activation: Decimal | None
    late: int
    missing: int
    rate: Decimal | None
    line: Decimal
    rows: list[CircularRowOut]


@router.get("/circular", response=CircularOut, operation_id="collaboration_circular", summary="协同办公活跃率每日通报")
def collaboration_circular(request: HttpRequest, as_of: date | None = None) -> CircularOut:
    """The caller's units; without ``as_of``, as of the last day known."""
    user = access.signed_in(request)
    access.require(user, "s31.member", "view")
    found = selectors.circular(user, as_of or selectors.last_day(user) or today())
    return CircularOut(
        as_of=found.as_of,
        units=found.units,
        accounts=found.accounts,
        activated=found.activated,
        activation=found.activation,
        late=found.late,
        missing=found.missing,
        rate=found.rate,
        line=found.line,
        rows=[
            CircularRowOut(
                member_code=row.member.member_code,
                name=row.member.name,
                accounts=row.accounts,
                activated=row.activated,
                due=row.due,
                active=row.active,
                rate=row.rate,
                week=row.week,
                month=row.month,
                low=row.low,
            )
            for row in found.rows
        ],
    )
