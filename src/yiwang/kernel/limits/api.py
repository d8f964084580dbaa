"""Door of the limits room: legal parameters (法定参数) and the working-day calendar (工作日历).

The functions on days ask the database for the district's changes each time; for many days take :func:`calendar` once.
"""

from __future__ import annotations

from datetime import date, datetime

from .registry import work_hours
from .selectors import calendar, param, params
from .services import clear_override, set_override
from .types import Calendar, DayInfo, Deadline, LegalParam, MomentDeadline, Unit, WorkHours
from .working_days import WorkCalendar

__all__ = [
    "Calendar",
    "DayInfo",
    "Deadline",
    "LegalParam",
    "MomentDeadline",
    "Unit",
    "WorkCalendar",
    "WorkHours",
    "add_workdays",
    "calendar",
    "clear_override",
    "deadline",
    "is_workday",
    "moment_deadline",
    "param",
    "params",
    "published_years",
    "set_override",
    "work_hours",
    "workdays_between",
]


def is_workday(day: date) -> bool:
    """Whether ``day`` is worked. Problem ``calendar_year_unpublished`` (409) for a year without an arrangement."""
    return calendar().is_workday(day)


def add_workdays(start: date, n: int) -> date:
    """The ``n``-th working day after ``start`` (not counted). Problem ``calendar_year_unpublished`` (409)."""
    return calendar().add_workdays(start, n)


def workdays_between(a: date, b: date) -> int:
    """Working days after ``a`` up to and with ``b``; negative backwards. Problem ``calendar_year_unpublished``."""
    return calendar().workdays_between(a, b)


def published_years() -> tuple[int, ...]:
    """Years with an official arrangement of holidays."""
    return calendar().published_years()


def deadline(start: date, limit: LegalParam) -> Deadline:
    """The last day of ``limit`` after an event on ``start``; provisional where it meets a year not yet announced."""
    return calendar().deadline(start, limit)


def moment_deadline(start: datetime, limit: LegalParam) -> MomentDeadline:
    """The moment at which ``limit`` ends after an event at ``start`` (aware), in hours, work hours or days."""
    return calendar().moment_deadline(start, limit, work_hours())
