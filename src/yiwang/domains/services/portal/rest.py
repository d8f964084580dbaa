"""REST of S04: that of its records is under /records/s04.app and its siblings; here is the adoption as of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s04"], auth=access.api_auth)


class AppAdoptionOut(Schema):
    """An app in use."""

    app_code: str
    name: str
    users: int | None
    fresh: int | None
    active: int | None


class AdoptionTownOut(Schema):
    """A town's residents, the users among them, the target."""

    code: str
    name: str
    residents: int
    users: int
    rate: Decimal | None
    target: int | None


class AdoptionOut(Schema):
    """The apps as of a day; ``towns`` is null where residents are not known to the caller."""

    as_of: date
    users: int | None
    elsewhere: int | None
    apps: list[AppAdoptionOut]
    towns: list[AdoptionTownOut] | None


@router.get("/adoption", response=AdoptionOut, operation_id="app_adoption", summary="指尖应用推广情况")
def app_adoption(request: HttpRequest, as_of: date | None = None) -> AdoptionOut:
    """The caller's part; without ``as_of``, as of the last day known."""
    user = access.signed_in(request)
    access.require(user, "s04.enterprise", "view")
    found = selectors.overview(user, as_of or selectors.last_day(user) or today())
    return AdoptionOut(
        as_of=found.as_of,
        users=found.users,
        elsewhere=found.elsewhere,
        apps=[
            AppAdoptionOut(
                app_code=row.app.app_code, name=row.app.name, users=row.users, fresh=row.fresh, active=row.active
            )
            for row in found.apps
        ],
        towns=None
        if found.towns is None
        else [
            AdoptionTownOut(
                code=town.code,
                name=town.name,
                residents=town.residents,
                users=town.users,
                rate=town.rate,
                target=town.target,
            )
            for town in found.towns
        ],
    )
