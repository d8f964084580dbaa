"""What a system writes its metrics with (指标定义), in its ``metrics.py``: ``METRICS = (Metric(...), ...)``."""

from __future__ import annotations

from .registry import Book, publish
from .types import Condition, Count, CountDistinct, Metric, Part, Reported, Selection, Sum, When

__all__ = [
    "Book",
    "Condition",
    "Count",
    "CountDistinct",
    "Metric",
    "Part",
    "Reported",
    "Selection",
    "Sum",
    "When",
    "among",
    "by_day",
    "given",
    "is_",
    "is_not",
    "month",
    "not_among",
    "publish",
    "standing",
    "until",
    "year",
]


def standing(record: str, *where: Condition, day: str = "") -> Selection:
    """Records in force at the end of the day 存量."""
    return Selection(record, "standing", where, day)


def until(record: str, *where: Condition, day: str = "") -> Selection:
    """Records up to the end of the day 累计."""
    return Selection(record, "until", where, day)


def year(record: str, *where: Condition, day: str = "") -> Selection:
    """Records from 1 January to the end of the day 当年累计."""
    return Selection(record, "year", where, day)


def month(record: str, *where: Condition, day: str = "") -> Selection:
    """Records from the first of the month to the end of the day 当月."""
    return Selection(record, "month", where, day)


def is_(column: str, *values: str | bool | int) -> Condition:
    """The column has one of the values."""
    return Condition(column, "is", values)


def is_not(column: str, *values: str | bool | int) -> Condition:
    """The column has none of the values."""
    return Condition(column, "is_not", values)


def given(column: str) -> Condition:
    """The column is not empty."""
    return Condition(column, "given")


def by_day(column: str) -> Condition:
    """The column's day has come by the day that is asked about."""
    return Condition(column, "by_day")


def among(column: str, others: Selection, column_there: str = "") -> Condition:
    """One of the selected other records has the column's value in ``column_there`` (the same name when empty)."""
    return Condition(column, "among", others=others, column_there=column_there or column)


def not_among(column: str, others: Selection, column_there: str = "") -> Condition:
    """None of the selected other records has the column's value."""
    return Condition(column, "not_among", others=others, column_there=column_there or column)
