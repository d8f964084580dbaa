"""The official arrangements of holidays by year: the library's, then files that the district adds for later years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from chinese_calendar.constants import holidays, workdays

from yiwang.kernel.codes.extend import csv_files, own_folder, read_date, read_rows, wrong

from .types import Arrangement

FOLDER = "limits/calendar"
COLUMNS = ("day", "kind", "name")
# 全国年节及纪念日放假办法: 11 days off a year from 2014, 13 from 2025. A file with fewer is not a whole year.
LEAST_DAYS_OFF = 11
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


def days_of(year: int) -> list[date]:
    """Every day of the year."""
    first = date(year, 1, 1)
    return [first + timedelta(days=number) for number in range((date(year, 12, 31) - first).days + 1)]


def arrange(year: int, off: Mapping[date, str], worked: Mapping[date, str], source: str) -> Arrangement:
    """An arrangement: Monday to Friday without ``off``, and ``worked``."""
    days = tuple(day for day in days_of(year) if day in worked or (day.weekday() < 5 and day not in off))
    return Arrangement(year, off, worked, source, days)


def read_year(path: Path) -> Arrangement:
    """The arrangement in ``<year>.csv`` (day, kind ``off`` or ``work``, name); a wrong line stops the start."""
    if not (path.stem.isdecimal() and path.stem.isascii() and len(path.stem) == 4 and path.stem >= "1950"):
        wrong(path, "must be called like its year: 2027.csv")
    year = int(path.stem)
    days: dict[str, dict[date, str]] = {"off": {}, "work": {}}
    for where, row in read_rows(path, COLUMNS):
        day = read_date(where, "day", row["day"])
        if day is None or day.year != year:
            wrong(where, f"day {row['day']!r} must be a day of {year}")
        if row["kind"] not in days:
            wrong(where, f"kind {row['kind']!r} must be off or work")
        if not row["name"]:
            wrong(where, "name of the holiday is empty")
        if any(day in some for some in days.values()):
            wrong(where, f"{day} is given twice")
        if row["kind"] == "work" and day.weekday() < 5:
            wrong(where, f"{day} is no Saturday or Sunday; only weekend days are made worked days")
        days[row["kind"]][day] = row["name"]
    if len(days["off"]) < LEAST_DAYS_OFF:
        wrong(path, f"has {len(days['off'])} days off, a year has at least {LEAST_DAYS_OFF}; enter the whole notice")
    return arrange(year, days["off"], days["work"], path.name)


@cache
def arrangements() -> Mapping[int, Arrangement]:
    """Every year with an official arrangement. A file of the district takes the place of the library's year."""
    found = {}
    for year in range(min(holidays).year, max(holidays).year + 1):
        off = {day: NAMES[name] for day, name in holidays.items() if day.year == year}
        worked = {day: NAMES[name] for day, name in workdays.items() if day.year == year}
        found[year] = arrange(year, off, worked, "chinesecalendar")
    for path in csv_files(own_folder(FOLDER)):
        made = read_year(path)
        found[made.year] = made
    return dict(sorted(found.items()))


def forget() -> None:
    """Read again at the next question."""
    arrangements.cache_clear()
