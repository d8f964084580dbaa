"""How numbers and dates are written for people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from yiwang.lib import clock


def decimal_of(value: Any) -> Decimal | None:
    """``value`` as a Decimal, or None when it is not a number."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def plain(number: Decimal) -> str:
    """Thousands separated, trailing zeros of the fraction dropped, never in exponent form."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day_of(value: date | datetime | None) -> date | None:
    """The day in Asia/Shanghai of a date or a moment; a moment without zone is taken as local already."""
    if isinstance(value, datetime):
        return value.date() if value.tzinfo is None else clock.local_date(value)
    return value
