"""REST: legal parameters, the working-day calendar, and counting with both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access.api import api_auth, require, signed_in
from yiwang.kernel.codes.api import Certainty

from . import selectors
from .types import Calendar, DayKind, Deadline, LegalParam, Unit

router = Router(tags=["limits"], auth=api_auth)


class ParamOut(Schema):
    """A version of a legal parameter (法定参数); ``effective_to`` is the first day it no longer holds."""

    key: str
    name_zh: str
    name_en: str
    value: Decimal
    unit: Unit
    calendar: Calendar
    amount_zh: str
    amount_en: str
    basis: str
    region: str
    effective_from: date | None
    effective_to: date | None
    certainty: Certainty
    note: str


class DayOut(Schema):
    """A day of the calendar: what it is by the arrangement, and whether it is worked after the district's changes."""

    day: date
    is_workday: bool
    kind: DayKind
    name: str
    override_basis: str | None


class YearOut(Schema):
    """A year of the working-day calendar; without an official arrangement ``published`` is false, days by weekday."""

    year: int
    published: bool
    workdays: int
    days: list[DayOut]


class DeadlineOut(Schema):
    """A day counted; provisional where ``missing_years`` have no official arrangement yet."""

    date: date
    provisional: bool
    missing_years: list[int]


class ParamDeadlineOut(DeadlineOut):
    """A deadline and the version of the parameter that it was counted with."""

    param: ParamOut


def _param(found: LegalParam) -> ParamOut:
    return ParamOut(
        key=found.key,
        name_zh=found.name_zh,
        name_en=found.name_en,
        value=found.value,
        unit=found.unit,
        calendar=found.calendar,
        amount_zh=found.amount(),
        amount_en=found.amount("en"),
        basis=found.basis,
        region=found.region,
        effective_from=found.effective_from,
        effective_to=found.effective_to,
        certainty=found.certainty,
        note=found.note,
    )


def _deadline(found: Deadline) -> DeadlineOut:
    return DeadlineOut(date=found.date, provisional=found.provisional, missing_years=list(found.missing_years))


@router.get("/params", response=list[ParamOut], operation_id="list_legal_params", summary="法定参数目录")
def list_legal_params(
    request: HttpRequest,
    on: date | None = None,
    prefix: str = "",
    region: str | None = None,
    certainty: Certainty | None = None,
    calendar: Calendar | None = None,
) -> list[ParamOut]:
    """Versions in force on a day (default today; shipped files, so not paged); ``region`` keeps the nearest of each."""
    require(signed_in(request), "limits.param", "view")
    found = selectors.params(on=on, prefix=prefix, region=region, certainty=certainty or "", calendar=calendar or "")
    return [_param(version) for version in found]


@router.get("/params/{key}", response=ParamOut, operation_id="get_legal_param", summary="法定参数")
def get_legal_param(request: HttpRequest, key: str, on: date | None = None, region: str = selectors.REGION) -> ParamOut:
    """The version in force on a day (default today) for a region (GB/T 2260, default the district)."""
    require(signed_in(request), "limits.param", "view")
    return _param(selectors.param(key, on, region))


@router.get(
    "/params/{key}/deadline", response=ParamDeadlineOut, operation_id="count_legal_deadline", summary="推算期限届满日"
)
def count_legal_deadline(
    request: HttpRequest, key: str, start: date, region: str = selectors.REGION
) -> ParamDeadlineOut:
    """The last day of a limit in days after an event on ``start``, by the version then in force."""
    require(signed_in(request), "limits.param", "view")
    found = selectors.param(key, start, region)
    counted = selectors.calendar().deadline(start, found)
    return ParamDeadlineOut(
        date=counted.date,
        provisional=counted.provisional,
        missing_years=list(counted.missing_years),
        param=_param(found),
    )


@router.get("/calendar/{year}", response=YearOut, operation_id="get_calendar_year", summary="工作日历")
def get_calendar_year(request: HttpRequest, year: int) -> YearOut:
    """Every day of the year."""
    require(signed_in(request), "limits.calendar", "view")
    selectors.require_year(year)
    found = selectors.calendar()
    days = found.year(year)
    return YearOut(
        year=year,
        published=year in found.published_years(),
        workdays=sum(info.is_workday for info in days),
        days=[
            DayOut(
                day=info.day,
                is_workday=info.is_workday,
                kind=info.kind,
                name=info.name,
                override_basis=info.override.basis if info.override else None,
            )
            for info in days
        ],
    )


@router.get("/workdays", response=DeadlineOut, operation_id="add_workdays", summary="推算工作日")
def add_workdays(request: HttpRequest, start: date, days: int) -> DeadlineOut:
    """The working day that is ``days`` after ``start``, which is not counted."""
    require(signed_in(request), "limits.calendar", "view")
    return _deadline(selectors.calendar().count_workdays(start, days))
