"""REST of S28 beside that of its records (/records/s28.vessel and siblings): the overview and the penalties."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem

from . import selectors

router = Router(tags=["s28"], auth=access.api_auth)


class VesselOut(Schema):
    """A vessel that needs somebody; nothing of its owner."""

    vessel_no: str
    kind: str
    port: str
    place: str
    flags: list[str]
    last_heard: datetime | None
    zone: str
    cause: str
    licence_to: date | None
    inspection_to: date | None


class GroupOut(Schema):
    """Vessels of a port, and how many have each flag."""

    port: str
    vessels: int
    flags: dict[str, int]


class FisheryOut(Schema):
    """Vessels as of a day; penalties from 1 January to that day, fines in yuan as text."""

    as_of: date
    state: int
    township: int
    counts: dict[str, int]
    open_violations: int
    penalised: int
    fines: str
    silence_hours: int
    ports: list[GroupOut]
    vessels: list[VesselOut]


class PenaltiesOut(Schema):
    """Decisions of a period: vessels (each once), decisions, fines in yuan as text."""

    since: date
    until: date
    vessels: int
    decisions: int
    fines: str


@router.get("/overview", response=FisheryOut, operation_id="fishery_overview", summary="渔船动态和待处理情况")
def fishery_overview(request: HttpRequest, as_of: date | None = None) -> FisheryOut:
    """The caller's vessels; without ``as_of``, as of the last day with a position."""
    user = access.signed_in(request)
    access.require(user, "s28.vessel", "view")
    found = selectors.overview(user, as_of or selectors.last_day(user) or today())
    vessels = [
        VesselOut(
            vessel_no=row.vessel.vessel_no, kind=row.vessel.kind, port=row.vessel.port, place=row.vessel.place,
            flags=list(row.flags), last_heard=row.last_heard, zone=row.zone, cause=row.cause,
            licence_to=row.vessel.licence_to, inspection_to=row.vessel.inspection_to,
        )
        for row in found.rows
        if row.flags
    ]  # fmt: skip
    return FisheryOut(
        as_of=found.as_of, state=found.state, township=found.township, counts=found.counts,
        open_violations=found.open_violations, penalised=found.penalties.vessels, fines=str(found.penalties.fines),
        silence_hours=int(found.silence.value),
        ports=[GroupOut(port=group.key, vessels=group.vessels, flags=group.flags) for group in found.by_port()],
        vessels=vessels,
    )  # fmt: skip


@router.get("/penalties", response=PenaltiesOut, operation_id="fishery_penalties", summary="渔船处罚情况")
def fishery_penalties(request: HttpRequest, since: date | None = None, until: date | None = None) -> PenaltiesOut:
    """Decisions made from ``since`` to ``until``, both with. Problem ``period_reversed``.

    Without ``until``, up to the last day with a position; without ``since``, from 1 January of that year.
    """
    user = access.signed_in(request)
    access.require(user, "s28.violation", "view")
    until = until or selectors.last_day(user) or today()
    since = since or date(until.year, 1, 1)
    if until < since:
        raise Problem(
            "period_reversed",
            "起止日期颠倒：截止日期早于起始日期。",
            "The period ends before it begins.",
            field="until",
        )
    found = selectors.penalties(user, since, until)
    return PenaltiesOut(
        since=since, until=until, vessels=found.vessels, decisions=found.decisions, fines=str(found.fines)
    )
