"""REST of S40 beside that of its records (/records/s40.resource and siblings): the state of the catalogue."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s40"], auth=access.api_auth)


class ResourceOut(Schema):
    """A resource as of a day."""

    resource_code: str
    name: str
    unit_path: str
    state: str
    open: bool
    update_cycle: str
    attached_on: date | None
    updated_on: date | None
    due_on: date | None


class CatalogueOut(Schema):
    """The catalogue as of a day: resources online, of them open, counts by state."""

    as_of: date
    online: int
    open: int
    counts: dict[str, int]
    resources: list[ResourceOut]


@router.get("/catalogue", response=CatalogueOut, operation_id="data_catalogue", summary="数据资源挂接和更新情况")
def data_catalogue(request: HttpRequest, as_of: date | None = None) -> CatalogueOut:
    """The caller's resources; without ``as_of``, as of the last day on which one was updated."""
    user = access.signed_in(request)
    access.require(user, "s40.resource", "view")
    found = selectors.catalogue(user, as_of or selectors.last_day(user) or today())
    resources = [
        ResourceOut(
            resource_code=row.resource.resource_code,
            name=row.resource.name,
            unit_path=row.resource.unit_path,
            state=row.state,
            open=row.open,
            update_cycle=row.resource.update_cycle,
            attached_on=row.attached_on,
            updated_on=row.updated_on,
            due_on=row.due_on,
        )
        for row in found.rows
    ]
    return CatalogueOut(
        as_of=found.as_of, online=found.online, open=found.open, counts=found.counts, resources=resources
    )
