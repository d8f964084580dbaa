"""REST of S10: that of its records is under /records/s10.matter and its siblings; here are coverage and replays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today

from . import selectors
from .models import Draw

router = Router(tags=["s10"], auth=access.api_auth)


class SilentMatterOut(Schema):
    """A matter without an act in the period."""

    matter_code: str
    name: str


class SupervisedUnitOut(Schema):
    """A unit's coverage in the period."""

    unit: str
    matters: int
    acted: int
    acts: int
    rate: Decimal | None
    silent: list[SilentMatterOut]


class SupervisionOut(Schema):
    """Coverage from 1 January to a day, the lowest first; every act up to the day."""

    as_of: date
    since: date
    matters: int
    acted: int
    rate: Decimal | None
    total: int
    units: list[SupervisedUnitOut]


class ReplayOut(Schema):
    """A draw done again: whether frame and result are what they were, and where they differ."""

    draw_no: str
    seed: str
    frame_hash: str
    same: bool
    same_frame: bool
    differing: list[int]
    objects: int
    inspectors: int


@router.get("/overview", response=SupervisionOut, operation_id="supervision_overview", summary="监管事项覆盖情况")
def supervision_overview(request: HttpRequest, as_of: date | None = None) -> SupervisionOut:
    """The caller's matters; without ``as_of``, as of the last day known."""
    user = access.signed_in(request)
    access.require(user, "s10.matter", "view")
    found = selectors.overview(user, as_of or selectors.last_day(user) or today())
    return SupervisionOut(
        as_of=found.as_of,
        since=found.since,
        matters=found.matters,
        acted=found.acted,
        rate=found.rate,
        total=found.total,
        units=[
            SupervisedUnitOut(
                unit=row.unit_path.rstrip("/"),
                matters=row.matters,
                acted=row.acted,
                acts=row.acts,
                rate=row.rate,
                silent=[SilentMatterOut(matter_code=matter.matter_code, name=matter.name) for matter in row.silent],
            )
            for row in found.units
        ],
    )


@router.get("/replay/{draw_no}", response=ReplayOut, operation_id="replay_draw", summary="复算双随机抽查")
def replay_draw(request: HttpRequest, draw_no: str) -> ReplayOut:
    """The draw with this number, of those the caller may see. Problem ``record_unknown`` (404)."""
    user = access.signed_in(request)
    access.require(user, "s10.draw", "view")
    pk = records.visible(user, Draw.record_type).filter(draw_no=draw_no).values_list("pk", flat=True).first()
    draw = records.one(user, Draw.record_type, pk or 0)
    if not isinstance(draw, Draw):
        raise TypeError(draw)
    found = selectors.replay(user, draw)
    return ReplayOut(
        draw_no=draw.draw_no,
        seed=draw.seed,
        frame_hash=draw.frame_hash,
        same=found.same,
        same_frame=found.same_frame,
        differing=found.differing,
        objects=found.objects,
        inspectors=found.inspectors,
    )
