"""REST: units and divisions, to read."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.lib.paging import cursor_page
from yiwang.ui.problems import forbidden

from . import selectors
from .models import Division, Unit

router = Router(tags=["units"])


class UnitOut(Schema):
    """A unit (单位)."""

    code: str
    path: str
    parent: str | None
    uscc: str
    name_zh: str
    name_en: str
    short_zh: str
    kind: str
    division: str | None
    valid_from: date | None
    valid_to: date | None


class UnitsOut(Schema):
    """A page of units."""

    items: list[UnitOut]
    next_cursor: str


class DivisionOut(Schema):
    """A town or village (行政区划) of the official list; ``administered`` says whether the district runs it."""

    code: str
    name: str
    level: str
    kind: str
    parent: str | None
    administered: bool
    note: str


class DivisionsOut(Schema):
    """A page of divisions."""

    items: list[DivisionOut]
    next_cursor: str


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("orgs.unit.view"):
        raise forbidden()


def unit_out(unit: Unit) -> UnitOut:
    """A unit as the API shows it."""
    return UnitOut(
        code=unit.code,
        path=unit.path,
        parent=unit.parent.code if unit.parent else None,
        uscc=unit.uscc,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        short_zh=unit.short_zh,
        kind=unit.kind,
        division=unit.division_id,
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
    )


def _division_out(division: Division) -> DivisionOut:
    return DivisionOut(
        code=division.code12,
        name=division.name,
        level=division.level,
        kind=division.kind,
        parent=division.parent_id,
        administered=division.administered,
        note=division.note,
    )


@router.get("/", response=UnitsOut, operation_id="list_units", summary="单位列表")
def list_units(request: HttpRequest, kind: str = "", cursor: str = "", limit: int = 100) -> UnitsOut:
    """Units in being today, in tree order."""
    _require(request)
    found = selectors.units(kind.replace("\x00", "") or None).select_related("parent")
    page = cursor_page(found, cursor, limit, key="path")
    return UnitsOut(items=[unit_out(unit) for unit in page.items], next_cursor=page.next_cursor)


@router.get("/divisions", response=DivisionsOut, operation_id="list_divisions", summary="行政区划列表")
def list_divisions(request: HttpRequest, administered: bool = True, cursor: str = "", limit: int = 100) -> DivisionsOut:
    """Towns and villages; by default only those the district runs."""
    _require(request)
    page = cursor_page(selectors.divisions(True if administered else None), cursor, limit, key="code12")
    return DivisionsOut(items=[_division_out(division) for division in page.items], next_cursor=page.next_cursor)


@router.get("/{code}", response=UnitOut, operation_id="get_unit", summary="单位详情")
def get_unit(request: HttpRequest, code: str) -> UnitOut:
    """One unit by its code."""
    _require(request)
    return unit_out(selectors.unit(code))
