"""REST of S21: that of its records is under /records/s21.address and its siblings; here are the counts as of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s21"], auth=access.api_auth)


class BaseTownOut(Schema):
    """A town's rows in force by register, and those whose verification is overdue."""

    code: str
    name: str
    total: dict[str, int]
    stale: dict[str, int]


class BaseRegistersOut(Schema):
    """The four registers as of a day; addresses are streets, rooms and what lies between."""

    as_of: date
    total: dict[str, int]
    stale: dict[str, int]
    streets: int
    rooms: int
    empty_houses: int | None
    homeless: int | None
    towns: list[BaseTownOut]


class ResidenceTownOut(Schema):
    """Residence codes of a town: tasks, sets declared, the share in per cent."""

    code: str
    name: str
    tasks: int
    declared: int
    rate: Decimal | None


class ResidenceOut(Schema):
    """Residence codes as of a day, the town that lags first."""

    as_of: date
    tasks: int
    declared: int
    rate: Decimal | None
    recent: int
    late: int
    towns: list[ResidenceTownOut]


@router.get("/overview", response=BaseRegistersOut, operation_id="base_registers", summary="一标三实登记和核实情况")
def base_registers(request: HttpRequest, as_of: date | None = None) -> BaseRegistersOut:
    """The caller's rows; without ``as_of``, as of the last day known."""
    user = access.signed_in(request)
    access.require(user, "s21.address", "view")
    found = selectors.overview(user, as_of or selectors.last_day(user) or today())
    return BaseRegistersOut(
        as_of=found.as_of,
        total={key: kept.total for key, kept in found.total.items()},
        stale={key: kept.stale for key, kept in found.total.items()},
        streets=found.streets,
        rooms=found.rooms,
        empty_houses=found.empty_houses,
        homeless=found.homeless,
        towns=[
            BaseTownOut(
                code=row.code,
                name=row.name,
                total={key: kept.total for key, kept in row.kept.items()},
                stale={key: kept.stale for key, kept in row.kept.items()},
            )
            for row in found.towns
        ],
    )


@router.get("/residence", response=ResidenceOut, operation_id="residence_codes", summary="居住码申报情况")
def residence_codes(request: HttpRequest, as_of: date | None = None) -> ResidenceOut:
    """The caller's tasks and declarations; without ``as_of``, as of the last day known."""
    user = access.signed_in(request)
    access.require(user, "s21.declaration", "view")
    found = selectors.residence(user, as_of or selectors.last_day(user) or today())
    return ResidenceOut(
        as_of=found.as_of,
        tasks=found.total.tasks,
        declared=found.total.declared,
        rate=found.total.rate,
        recent=found.recent,
        late=found.late,
        towns=[
            ResidenceTownOut(code=row.code, name=row.name, tasks=row.tasks, declared=row.declared, rate=row.rate)
            for row in found.towns
        ],
    )
