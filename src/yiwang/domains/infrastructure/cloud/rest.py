"""REST of S37 beside that of its records (/records/s37.system and siblings): the state of the systems."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s37"], auth=access.api_auth)


class CloudSystemOut(Schema):
    """A system as of a day."""

    system_code: str
    name: str
    unit_path: str
    state: str
    moved: bool
    step: str
    due_on: date | None
    cpu: Decimal | None


class SystemsOut(Schema):
    """The systems as of a day: moved, to move, counts by state."""

    as_of: date
    moved: int
    to_move: int
    counts: dict[str, int]
    systems: list[CloudSystemOut]


@router.get("/systems", response=SystemsOut, operation_id="cloud_systems", summary="政务信息系统上云情况")
def cloud_systems(request: HttpRequest, as_of: date | None = None) -> SystemsOut:
    """The caller's systems; without ``as_of``, as of the last day whose use is known."""
    user = access.signed_in(request)
    access.require(user, "s37.system", "view")
    found = selectors.systems(user, as_of or selectors.last_day(user) or today())
    rows = [
        CloudSystemOut(
            system_code=row.system.system_code,
            name=row.system.name,
            unit_path=row.system.unit_path,
            state=row.state,
            moved=row.moved,
            step=row.step,
            due_on=row.due_on,
            cpu=row.cpu,
        )
        for row in found.rows
    ]
    return SystemsOut(
        as_of=found.as_of, moved=found.moved, to_move=found.counts["to_move"], counts=found.counts, systems=rows
    )
