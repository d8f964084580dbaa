"""The district's clock: stored in UTC, shown and counted in Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def end_of_day(day: date) -> datetime:
    """The first moment after ``day`` in Shanghai: "as of ``day``" is everything strictly before it."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=SHANGHAI)


def at_noon(day: date) -> datetime:
    """Noon of ``day`` in Shanghai, for records whose hour is not known."""
    return datetime.combine(day, time(12), tzinfo=SHANGHAI)


@lru_cache(maxsize=65_536)
def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of ``day`` in Shanghai; remembered, because demonstrations ask for the same ones a million times."""
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)


def local_date(moment: datetime) -> date:
    """The calendar day of ``moment`` in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def today() -> date:
    """Today in Shanghai."""
    return datetime.now(SHANGHAI).date()
