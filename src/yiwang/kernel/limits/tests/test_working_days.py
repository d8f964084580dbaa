"""Counting days: vectors from public calendars, and laws that hold for every day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.kernel.limits.arrangements import arrangements
from yiwang.kernel.limits.registry import work_hours
from yiwang.kernel.limits.types import Calendar, LegalParam, Override, Unit
from yiwang.kernel.limits.working_days import WorkCalendar, months_of
from yiwang.lib.clock import SHANGHAI
from yiwang.lib.problems import Problem

CALENDAR = WorkCalendar(arrangements())
PUBLISHED = st.dates(date(2004, 1, 1), date(2025, 6, 30))


def limit(value: str, calendar: Calendar = "working_day", unit: Unit = "day") -> LegalParam:
    """A limit of this length."""
    return LegalParam("test.limit", Decimal(value), unit, calendar, "某法第一条", "", None, None, "known", "某期限")


def local(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2023-04-27", 5, "2023-05-08"),
        ("2023-06-21", 3, "2023-06-27"),
        ("2023-09-28", 20, "2023-11-01"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-09-30", 10, "2026-10-20"),
        ("2023-06-21", 0, "2023-06-21"),
    ],
)
def test_known_vectors(start: str, count: int, end: str) -> None:
    assert CALENDAR.add_workdays(date.fromisoformat(start), count) == date.fromisoformat(end)


def test_a_sunday_made_up_for_is_worked() -> None:
    assert CALENDAR.is_workday(date(2023, 6, 25))
    assert CALENDAR.info(date(2023, 6, 25)).kind == "makeup"
    assert not CALENDAR.is_workday(date(2023, 6, 22))
    assert CALENDAR.info(date(2023, 6, 22)).name == "端午节"


@pytest.mark.parametrize("year", range(2004, 2027))
def test_a_year_is_the_library_s_year_and_its_days_add_up(year: int) -> None:
    days = CALENDAR.year(year)
    assert len(days) == (date(year, 12, 31) - date(year, 1, 1)).days + 1
    assert [info.day for info in days if info.is_workday] == [
        info.day for info in days if chinese_calendar.is_workday(info.day)
    ]
    kinds = [info.kind for info in days]
    worked = CALENDAR.workdays_between(date(year, 1, 1), date(year, 12, 31)) + CALENDAR.is_workday(date(year, 1, 1))
    assert (
        worked
        == kinds.count("workday") + kinds.count("makeup")
        == len(days) - sum(kinds.count(kind) for kind in ("holiday", "weekend"))
    )


def test_2025_has_248_working_days() -> None:
    """As published in many places for the arrangement with two more days off."""
    assert sum(info.is_workday for info in CALENDAR.year(2025)) == 248


@given(start=PUBLISHED, count=st.integers(1, 300))
def test_counting_is_the_inverse_of_adding(start: date, count: int) -> None:
    end = CALENDAR.add_workdays(start, count)
    assert end > start
    assert CALENDAR.is_workday(end)
    assert CALENDAR.workdays_between(start, end) == count
    assert CALENDAR.workdays_between(end, start) == -count


@given(start=PUBLISHED, first=st.integers(0, 150), second=st.integers(0, 150))
def test_adding_twice_is_adding_the_sum(start: date, first: int, second: int) -> None:
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(start, first), second) == CALENDAR.add_workdays(
        start, first + second
    )


@given(start=PUBLISHED, later=st.integers(0, 40), count=st.integers(1, 200))
def test_a_later_event_never_ends_earlier(start: date, later: int, count: int) -> None:
    other = start + timedelta(days=later)
    assert CALENDAR.add_workdays(other, count) >= CALENDAR.add_workdays(start, count)
    natural = limit(str(count), "natural_day")
    assert CALENDAR.deadline(other, natural).date >= CALENDAR.deadline(start, natural).date


@given(first=PUBLISHED, middle=PUBLISHED, last=PUBLISHED)
def test_working_days_between_add_up(first: date, middle: date, last: date) -> None:
    between = CALENDAR.workdays_between
    assert between(first, middle) + between(middle, last) == between(first, last)


@given(start=PUBLISHED, count=st.integers(1, 400))
def test_natural_limits_end_on_a_working_day_at_or_after_their_last(start: date, count: int) -> None:
    found = CALENDAR.deadline(start, limit(str(count), "natural_day"))
    last = start + timedelta(days=count)
    assert found.date >= last
    assert CALENDAR.is_workday(found.date)
    assert not any(CALENDAR.is_workday(last + timedelta(days=n)) for n in range((found.date - last).days))


def test_a_natural_limit_that_ends_in_a_holiday_rolls() -> None:
    assert CALENDAR.deadline(date(2023, 9, 16), limit("15", "natural_day")).date == date(2023, 10, 7)
    # A Saturday that is worked does not roll.
    assert CALENDAR.deadline(date(2023, 9, 22), limit("15", "natural_day")).date == date(2023, 10, 7)


def test_months_and_years_end_on_the_same_number_or_the_month_s_last() -> None:
    assert CALENDAR.deadline(date(2023, 11, 30), limit("3", "natural_day", "month")).date == date(2024, 2, 29)
    assert CALENDAR.deadline(date(2022, 5, 10), limit("2", "natural_day", "year")).date == date(2024, 5, 10)
    assert CALENDAR.deadline(date(2023, 12, 5), limit("1", "natural_day", "month")).date == date(2024, 1, 5)


def test_a_year_without_arrangement_is_refused_and_named() -> None:
    for ask in (
        lambda: CALENDAR.is_workday(date(2027, 3, 1)),
        lambda: CALENDAR.add_workdays(date(2026, 12, 30), 5),
        lambda: CALENDAR.workdays_between(date(2026, 12, 1), date(2027, 1, 5)),
    ):
        with pytest.raises(Problem) as caught:
            ask()
        assert caught.value.code == "calendar_year_unpublished"
        assert caught.value.detail["years"] == [2027]


def test_a_deadline_across_it_is_provisional_and_counts_weekdays() -> None:
    found = CALENDAR.deadline(date(2026, 12, 30), limit("5"))
    assert (found.date, found.provisional, found.missing_years) == (date(2027, 1, 6), True, (2027,))
    assert not CALENDAR.deadline(date(2026, 12, 1), limit("5")).provisional
    natural = CALENDAR.deadline(date(2026, 12, 24), limit("10", "natural_day"))
    assert (natural.date, natural.provisional) == (date(2027, 1, 4), True)


def test_an_event_on_the_last_day_of_a_gap_does_not_count_it() -> None:
    gap = WorkCalendar({year: found for year, found in arrangements().items() if year != 2010})
    assert not gap.count_workdays(date(2010, 12, 31), 3).provisional
    assert gap.count_workdays(date(2010, 12, 30), 3).missing_years == (2010,)
    assert gap.count_workdays(date(2009, 12, 1), 600).missing_years == (2010,)


def test_overrides_change_the_count() -> None:
    changed = WorkCalendar(
        arrangements(), {date(2023, 7, 17): Override(False, "台风停工"), date(2023, 7, 22): Override(True, "补班")}
    )
    assert not changed.is_workday(date(2023, 7, 17))
    assert changed.add_workdays(date(2023, 7, 14), 1) == date(2023, 7, 18)
    assert changed.add_workdays(date(2023, 7, 21), 1) == date(2023, 7, 22)
    assert changed.workdays_between(date(2023, 7, 1), date(2023, 7, 31)) == CALENDAR.workdays_between(
        date(2023, 7, 1), date(2023, 7, 31)
    )
    known = WorkCalendar(arrangements(), {date(2027, 3, 1): Override(False, "本区决定")})
    assert known.is_workday(date(2027, 3, 1)) is False


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2023-06-19T09:00", "2", "2023-06-19T11:00"),
        ("2023-06-19T11:00", "1", "2023-06-19T12:00"),
        ("2023-06-19T11:00", "2", "2023-06-19T15:00"),
        ("2023-06-19T17:00", "4", "2023-06-20T11:00"),
        ("2023-06-21T17:00", "4", "2023-06-25T11:00"),  # over 端午, to the Sunday made up for
        ("2023-06-24T10:00", "8", "2023-06-25T18:00"),
        ("2023-06-19T20:00", "0.5", "2023-06-20T08:30"),
        ("2023-06-19T13:00", "80", "2023-07-04T12:00"),
    ],
)
def test_work_hours_run_in_their_windows(start: str, hours: str, end: str) -> None:
    found = CALENDAR.moment_deadline(local(start), limit(hours, "work_hour", "hour"), work_hours())
    assert found.at == local(end)
    assert not found.provisional


def test_hours_run_through_and_days_end_at_midnight() -> None:
    hours = work_hours()
    start = datetime(2023, 6, 21, 22, 0, tzinfo=UTC)  # already the 22nd in Shanghai
    assert CALENDAR.moment_deadline(start, limit("2", "hour", "hour"), hours).at == start + timedelta(hours=2)
    assert CALENDAR.moment_deadline(start, limit("30", "hour", "minute"), hours).at == start + timedelta(minutes=30)
    assert CALENDAR.moment_deadline(start, limit("1"), hours).at == local("2023-06-26T00:00")
    late = CALENDAR.moment_deadline(local("2026-12-31T17:00"), limit("4", "work_hour", "hour"), hours)
    assert (late.provisional, late.missing_years) == (True, (2027,))


@given(day=PUBLISHED, moment=st.times(), first=st.integers(1, 60), more=st.integers(1, 60))
def test_work_hours_add_up(day: date, moment: time, first: int, more: int) -> None:
    hours, begun = work_hours(), datetime.combine(day, moment, tzinfo=SHANGHAI)
    half = CALENDAR.moment_deadline(begun, limit(str(first), "work_hour", "hour"), hours).at
    whole = CALENDAR.moment_deadline(begun, limit(str(first + more), "work_hour", "hour"), hours).at
    assert CALENDAR.moment_deadline(half, limit(str(more), "work_hour", "hour"), hours).at == whole
    assert CALENDAR.is_workday(whole.date())


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: CALENDAR.deadline(date(2023, 1, 1), limit("2", "hour", "hour")), "limit_not_in_days"),
        (lambda: CALENDAR.deadline(date(2023, 1, 1), limit("200", "none", "yuan")), "limit_not_in_days"),
        (
            lambda: CALENDAR.moment_deadline(local("2023-01-01T08:00"), limit("3", "none", "percent"), work_hours()),
            "limit_no_time",
        ),
        (lambda: CALENDAR.add_workdays(date(2023, 1, 1), -1), "limit_out_of_range"),
        (lambda: CALENDAR.add_workdays(date(2023, 1, 1), 40_000), "limit_out_of_range"),
        (lambda: CALENDAR.add_workdays(date(9999, 12, 31), 1), "date_out_of_range"),
        (lambda: CALENDAR.count_workdays(date(2199, 12, 1), 300), "date_out_of_range"),
        (lambda: CALENDAR.deadline(date(2199, 12, 1), limit("100", "natural_day", "year")), "date_out_of_range"),
        (lambda: CALENDAR.is_workday(date(1, 1, 1)), "date_out_of_range"),
    ],
)
def test_what_cannot_be_counted_is_said(ask: object, code: str) -> None:
    assert callable(ask)
    with pytest.raises(Problem) as caught:
        ask()
    assert caught.value.code == code


def test_a_year_is_drawn_as_weeks_from_monday() -> None:
    months = months_of(CALENDAR.year(2024))
    assert [month for month, _weeks in months] == list(range(1, 13))
    february = months[1][1]
    assert sum(info is not None for week in february for info in week) == 29
    assert all(len(week) == 7 for week in february)
    first = next(info for info in february[0] if info)
    assert february[0].index(first) == date(2024, 2, 1).weekday()
