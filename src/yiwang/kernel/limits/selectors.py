"""Reading parameters and the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yiwang.lib.clock import today
from yiwang.lib.problems import Problem

from . import arrangements, registry
from .models import CalendarOverride
from .types import LegalParam, Override
from .working_days import WorkCalendar

# The district of reference; a district elsewhere names its own code in the call.
REGION = "441502"


def param(key: str, on: date | None = None, region: str = REGION) -> LegalParam:
    """The version in force on the day ``on`` (default today) that is nearest to ``region``.

    A rule of the district goes before one of the city, the province, the country. Problems ``param_unknown`` (404),
    ``param_not_in_force`` (404).
    """
    day = on or today()
    versions = [version for version in registry.versions_of(key) if version.holds(day)]
    for place in registry.widening(region):
        for version in versions:
            if version.region == place:
                return version
    raise Problem(
        "param_not_in_force",
        f"法定参数“{key}”在 {day:%Y-%m-%d} 没有适用于区划 {region} 的有效版本。请在“法定参数”页查看各版本的起止日期。",
        f'The legal parameter "{key}" has no version for the region {region} in force on {day:%Y-%m-%d}. '
        'See the dates of its versions on the page "Legal parameters".',
        status=404,
        key=key,
    )


def params(
    *,
    on: date | None = None,
    text: str = "",
    calendar: str = "",
    certainty: str = "",
    prefix: str = "",
    region: str | None = None,
) -> tuple[LegalParam, ...]:
    """Versions in force on the day ``on`` (default today), by key. With ``region`` the nearest of each key only."""
    day, wanted = on or today(), text.casefold()
    found: Iterator[LegalParam] = (
        version for versions in registry.versions().values() for version in versions if version.holds(day)
    )
    if region is not None:
        places = registry.widening(region)
        nearest: dict[str, LegalParam] = {}
        for version in found:
            present = nearest.get(version.key)
            if version.region in places and (
                present is None or places.index(version.region) < places.index(present.region)
            ):
                nearest[version.key] = version
        found = iter(nearest.values())
    return tuple(
        version
        for version in found
        if version.key.startswith(prefix)
        and (not calendar or version.calendar == calendar)
        and (not certainty or version.certainty == certainty)
        and wanted in f"{version.key} {version.name_zh} {version.name_en} {version.basis} {version.note}".casefold()
    )


def calendar() -> WorkCalendar:
    """The working-day calendar as it is now; one query, so take it once for many questions."""
    return WorkCalendar(
        arrangements.arrangements(),
        {row.day: Override(row.is_workday, row.basis) for row in CalendarOverride.objects.all()},
    )


def shown_years() -> range:
    """Years whose calendar can be opened: from the first arrangement to two years after the last or the present one."""
    years = arrangements.arrangements()
    return range(min(years), max(max(years), today().year) + 3)


def require_year(year: int) -> None:
    """Problem ``calendar_year_out_of_range`` (404) unless the year's calendar can be opened."""
    years = shown_years()
    if year not in years:
        raise Problem(
            "calendar_year_out_of_range",
            f"工作日历只能查看 {years[0]} 至 {years[-1]} 年。",
            f"The calendar can be opened for {years[0]} to {years[-1]}.",
            status=404,
            year=year,
        )
