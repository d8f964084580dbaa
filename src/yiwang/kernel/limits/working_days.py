"""Counting working days, natural days and work hours. Pure: an arrangement and overrides in, days out.

Rules: the day of the event is not counted; a limit in natural days, months or years that ends on a day off (法定休假日:
holiday or weekend as arranged) ends on the next working day (民法典 arts. 201-203). A limit in months ends on the day
of the same number, or on the last of a shorter month.
"""

from __future__ import annotations

import calendar as months
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from yiwang.lib.clock import SHANGHAI, end_of_day
from yiwang.lib.problems import Problem

from .arrangements import days_of
from .types import Arrangement, DayInfo, Deadline, LegalParam, MomentDeadline, Override, WorkHours

# Days outside are slips of the keyboard.
EARLIEST, LATEST = date(1950, 1, 1), date(2199, 12, 31)
# A hundred years: nothing that is counted day by day is longer.
MOST_DAYS = 36_525


class WorkCalendar:
    """A snapshot of the working-day calendar (工作日历): take one for many questions."""

    def __init__(
        self, arrangements: Mapping[int, Arrangement], overrides: Mapping[date, Override] | None = None
    ) -> None:
        self._arrangements = arrangements
        self._overrides = dict(overrides or {})
        self._workdays: dict[int, tuple[date, ...]] = {}
        self._changed = {day.year for day in self._overrides}

    def published_years(self) -> tuple[int, ...]:
        """Years with an official arrangement."""
        return tuple(self._arrangements)

    def info(self, day: date) -> DayInfo:
        """What the day is; in a year without an arrangement by weekday."""
        arrangement = self._arrangements.get(day.year)
        off = arrangement.off.get(day) if arrangement else None
        worked = arrangement.worked.get(day) if arrangement else None
        override = self._overrides.get(day)
        if worked is not None:
            made = DayInfo(day, True, "makeup", worked, override)
        elif off is not None:
            made = DayInfo(day, False, "holiday", off, override)
        elif day.weekday() >= 5:
            made = DayInfo(day, False, "weekend", "", override)
        else:
            made = DayInfo(day, True, "workday", "", override)
        return DayInfo(day, override.is_workday, made.kind, made.name, override) if override else made

    def year(self, year: int) -> list[DayInfo]:
        """Every day of the year."""
        return [self.info(day) for day in days_of(year)]

    def is_workday(self, day: date) -> bool:
        """Whether the day is worked. Problems ``calendar_year_unpublished``, ``date_out_of_range``."""
        _check(day)
        if day not in self._overrides:
            self._refuse_gaps([day.year])
        return self.info(day).is_workday

    def add_workdays(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start``, which is not counted; 0 is ``start`` itself.

        Problems ``calendar_year_unpublished``, ``date_out_of_range``, ``limit_out_of_range``.
        """
        found = self.count_workdays(start, count)
        self._refuse_gaps(found.missing_years)
        return found.date

    def count_workdays(self, start: date, count: int) -> Deadline:
        """As :meth:`add_workdays`, but provisional (Monday to Friday) where no arrangement is announced."""
        _check(start)
        if not 0 <= count <= MOST_DAYS:
            raise Problem(
                "limit_out_of_range",
                f"天数应在 0 至 {MOST_DAYS} 之间，现为 {count}。",
                f"The number of days must be between 0 and {MOST_DAYS}; it is {count}.",
                days=count,
            )
        if count == 0:
            return Deadline(start)
        year, place, left = start.year, bisect_right(self._days(start.year), start), count
        while left > len(self._days(year)) - place:
            left -= len(self._days(year)) - place
            year, place = year + 1, 0
            _check(date(year, 1, 1))
        day = self._days(year)[place + left - 1]
        return self._marked(day, range((start + timedelta(days=1)).year, day.year + 1))

    def workdays_between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and with ``last``; negative when ``last`` is earlier.

        Problems ``calendar_year_unpublished``, ``date_out_of_range``.
        """
        if last < first:
            return -self.workdays_between(last, first)
        _check(first)
        _check(last)
        if first == last:
            return 0
        years = range((first + timedelta(days=1)).year, last.year + 1)
        self._refuse_gaps(years)
        return sum(bisect_right(self._days(year), last) - bisect_right(self._days(year), first) for year in years)

    def deadline(self, start: date, param: LegalParam) -> Deadline:
        """The last day of the limit ``param`` that begins with an event on ``start``.

        Problems ``limit_not_in_days`` (hours, fines), ``date_out_of_range``.
        """
        _check(start)
        if param.calendar == "working_day":
            return self.count_workdays(start, int(param.value))
        if param.calendar != "natural_day":
            raise _not_in("limit_not_in_days", param, "日期", "days")
        last = after(start, int(param.value), param.unit)
        end = last
        while not self.info(end).is_workday:
            end += timedelta(days=1)
        return self._marked(end, range(last.year, end.year + 1))

    def moment_deadline(self, start: datetime, param: LegalParam, hours: WorkHours) -> MomentDeadline:
        """The moment at which the limit ends; limits in days end with their last day, at midnight in Shanghai."""
        local = start.astimezone(SHANGHAI)
        _check(local.date())
        if param.calendar == "hour":
            span = timedelta(**{f"{param.unit}s": float(param.value)})
            return MomentDeadline(local + span)
        if param.calendar == "work_hour":
            return self._work_hours(local, timedelta(hours=float(param.value)), hours)
        if param.calendar == "none":
            raise _not_in("limit_no_time", param, "时刻", "a moment")
        found = self.deadline(local.date(), param)
        return MomentDeadline(end_of_day(found.date), found.provisional, found.missing_years)

    def _work_hours(self, start: datetime, left: timedelta, hours: WorkHours) -> MomentDeadline:
        day = start.date()
        while True:
            _check(day)
            if self.info(day).is_workday:
                for opens, closes in hours.windows:
                    begins = max(start, datetime.combine(day, opens, tzinfo=SHANGHAI))
                    span = datetime.combine(day, closes, tzinfo=SHANGHAI) - begins
                    if span >= left and span > timedelta(0):
                        found = self._marked(day, range(start.year, day.year + 1))
                        return MomentDeadline(begins + left, found.provisional, found.missing_years)
                    left -= max(span, timedelta(0))
            day += timedelta(days=1)

    def _days(self, year: int) -> tuple[date, ...]:
        """Working days of the year, overrides included, ascending."""
        arrangement = self._arrangements.get(year)
        if arrangement is not None and year not in self._changed:
            return arrangement.workdays
        if year not in self._workdays:
            self._workdays[year] = tuple(found.day for found in self.year(year) if found.is_workday)
        return self._workdays[year]

    def _gaps(self, years: Iterable[int]) -> tuple[int, ...]:
        return tuple(year for year in years if year not in self._arrangements)

    def _marked(self, day: date, years: Iterable[int]) -> Deadline:
        missing = self._gaps(years)
        return Deadline(day, bool(missing), missing)

    def _refuse_gaps(self, years: Iterable[int]) -> None:
        gaps = self._gaps(years)
        if gaps:
            text = "、".join(str(year) for year in gaps)
            raise Problem(
                "calendar_year_unpublished",
                f"平台没有 {text} 年的节假日安排，不能判断工作日。国务院办公厅公布后请系统管理员更新。",
                f"There is no official arrangement of holidays for {', '.join(str(year) for year in gaps)} here. "
                "Once it is announced, the system administrator adds it.",
                status=409,
                years=list(gaps),
            )


def after(start: date, count: int, unit: str) -> date:
    """The day ``count`` days, months or years after ``start`` (民法典 art. 202; at most the month's last day)."""
    if unit == "day":
        end = start + timedelta(days=count)
    else:
        total = start.year * 12 + start.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(total, 12)
        # Beyond the calendar's end the day of the month does not matter: the check below refuses it.
        last = months.monthrange(year, month + 1)[1] if year <= LATEST.year else 31
        end = date(year, month + 1, min(start.day, last)) if year <= LATEST.year else date.max
    _check(end)
    return end


def months_of(days: Iterable[DayInfo]) -> list[tuple[int, list[list[DayInfo | None]]]]:
    """The days of a year as ``(month, weeks)``, a week being seven days from Monday, None outside the month."""
    rest = list(days)
    found: list[tuple[int, list[list[DayInfo | None]]]] = []
    while rest:
        month = rest[0].day.month
        own = [info for info in rest if info.day.month == month]
        rest = rest[len(own) :]
        cells: list[DayInfo | None] = [*([None] * own[0].day.weekday()), *own]
        cells += [None] * (-len(cells) % 7)
        found.append((month, [cells[place : place + 7] for place in range(0, len(cells), 7)]))
    return found


def _check(day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise Problem(
            "date_out_of_range",
            f"日期应在 {EARLIEST:%Y-%m-%d} 至 {LATEST:%Y-%m-%d} 之间，请核对。",
            f"The day must be between {EARLIEST:%Y-%m-%d} and {LATEST:%Y-%m-%d}; check it.",
        )


def _not_in(code: str, param: LegalParam, zh: str, en: str) -> Problem:
    return Problem(
        code,
        f"“{param.name_zh or param.key}”为{param.amount()}，不能据此推算{zh}。",
        f'"{param.name("en") or param.key}" is {param.amount("en")}, from which {en} cannot be counted.',
        key=param.key,
    )
