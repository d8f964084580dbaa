"""What the reading pages of S45 share: choices in an address."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from yiwang.domains.evaluation.planning.views.answers import clean, day_of
from yiwang.lib.problems import Problem

# Days that survive a change of zone on every clock here.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def words(request: HttpRequest, name: str) -> str:
    """The text of a choice in the address; empty when absent."""
    return clean(request.GET.get(name, ""))


def number(request: HttpRequest, name: str) -> int | None:
    """The whole number (0 to 9999) of a choice in the address; ``None`` when absent; Problem ``number_invalid``."""
    text = words(request, name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise Problem(
            "number_invalid",
            f"地址中的“{name}”应为 0 至 9999 的整数，现为“{text[:20]}”。请从页面上的选项进入。",
            f'"{name}" in the address must be a whole number from 0 to 9999, not "{text[:20]}".',
            field=name,
        )
    return int(text)


def day(request: HttpRequest, name: str) -> date | None:
    """The date (1900 to 2999) of a choice in the address; ``None`` when absent; Problem ``date_invalid``."""
    found = day_of(words(request, name), name)
    if found is not None and not FIRST_DAY <= found <= LAST_DAY:
        raise Problem(
            "date_invalid",
            f"日期 {found} 超出 {FIRST_DAY} 至 {LAST_DAY} 的范围，请改正。",
            f"The date {found} is outside {FIRST_DAY} to {LAST_DAY}.",
            field=name,
        )
    return found
