"""REST of S15 beside that of its records (/records/s15.bill and its sibling): the overview."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s15"], auth=access.api_auth)


class HospitalOut(Schema):
    """A hospital as of a day; ``amount`` in yuan."""

    code: str
    name: str
    state: str
    issued: int
    reversed: int
    amount: str
    last: date | None


class BillsOut(Schema):
    """Bills as of a day: issued, taken back, money (yuan), average a month."""

    as_of: date
    issued: int
    reversed: int
    amount: str
    average: int
    hospitals: list[HospitalOut]


@router.get("/overview", response=BillsOut, operation_id="ebill_overview", summary="医疗电子票据开具情况")
def ebill_overview(request: HttpRequest, as_of: date | None = None) -> BillsOut:
    """The caller's hospitals; without ``as_of``, as of the day of the last bill."""
    user = access.signed_in(request)
    access.require(user, "s15.bill", "view")
    found = selectors.overview(user, as_of or selectors.last_day(user) or today())
    hospitals = [
        HospitalOut(
            code=row.hospital.code, name=row.hospital.name, state=row.state, issued=row.issued, reversed=row.reversed,
            amount=str(row.amount), last=row.last,
        )
        for row in found.rows
    ]  # fmt: skip
    return BillsOut(
        as_of=found.as_of, issued=found.issued, reversed=found.reversed, amount=str(found.amount),
        average=found.average, hospitals=hospitals,
    )  # fmt: skip
