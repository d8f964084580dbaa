"""What the address of a metric's page asks: its day, and as known on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from yiwang.lib.clock import today
from yiwang.lib.problems import Problem

from . import registry

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
LONGEST = 60


@dataclass(frozen=True)
class Asked:
    """``known_at`` None: as the newest snapshot knows it. ``default``: the address named no day."""

    as_of: date
    known_at: date | None = None
    default: bool = False

    @property
    def query(self) -> str:
        """The query string that asks the same."""
        return f"as_of={self.as_of}" + ("" if self.known_at is None else f"&known_at={self.known_at}")


def asked(request: HttpRequest) -> Asked:
    """The day (by default the one that the evaluation looks at) and the day of knowing. Problem ``date_invalid``."""
    named, known_at = day(request, "as_of"), day(request, "known_at")
    return Asked(registry.reference_day(), known_at, default=True) if named is None else Asked(named, known_at)


def day(request: HttpRequest, name: str) -> date | None:
    """A day of the address; None when absent. Problem ``date_invalid``."""
    text = words(request, name)
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise _no_day(text, name) from error
    if not FIRST_DAY <= found <= LAST_DAY:
        raise _no_day(text, name)
    return found


def number(request: HttpRequest, name: str) -> int:
    """A whole number of the address; 0 when absent or not one that a record can have."""
    text = words(request, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def words(request: HttpRequest, name: str) -> str:
    """A text of the address."""
    return " ".join(request.GET.get(name, "").replace("\x00", "").split())[:LONGEST]


def month_ends(as_of: date, months: int) -> list[date]:
    """The last days of so many months up to the day, which stands for the end of its own month; oldest first."""
    days = [as_of]
    while len(days) < months:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


def shortcuts(chosen: Asked) -> list[tuple[str, date]]:
    """Days that are asked for often, with their names; without the chosen one."""
    now = today()
    month_end = now.replace(day=1) - timedelta(days=1)
    days = [(_("上月末"), month_end), (_("今天"), now)]
    if not chosen.default:
        days.insert(0, (_("本轮评估"), registry.reference_day()))
    return [(name, found) for name, found in days if found != chosen.as_of]


def _no_day(text: str, name: str) -> Problem:
    return Problem(
        "date_invalid",
        f"日期“{text[:20]}”不存在或超出 1900 至 2999 年，请按 2023-06-30 的样式填写。",
        f'"{text[:20]}" is not a day from 1900 to 2999. Write it as 2023-06-30.',
        field=name,
    )
