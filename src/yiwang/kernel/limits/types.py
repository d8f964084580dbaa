"""Frozen values of the limits room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from yiwang.kernel.codes.types import Certainty

Calendar = Literal["working_day", "natural_day", "hour", "work_hour", "none"]
Unit = Literal["day", "month", "year", "hour", "minute", "yuan", "percent", "count"]
# What a value may be counted in, by calendar; ``none`` is a figure that is no time limit (a fine, a period of keeping).
UNITS: Mapping[Calendar, tuple[Unit, ...]] = {
    "working_day": ("day",),
    "natural_day": ("day", "month", "year"),
    "hour": ("hour", "minute"),
    "work_hour": ("hour",),
    "none": ("yuan", "percent", "count", "day", "month", "year", "hour", "minute"),
}
DayKind = Literal["workday", "weekend", "holiday", "makeup"]

_ZH: Mapping[Unit, str] = {
    "day": " 日", "month": " 个月", "year": " 年", "hour": " 小时", "minute": " 分钟", "yuan": " 元", "percent": "%",
    "count": "",
}  # fmt: skip
_EN: Mapping[Unit, tuple[str, str]] = {
    "day": (" day", " days"), "month": (" month", " months"), "year": (" year", " years"),
    "hour": (" hour", " hours"), "minute": (" minute", " minutes"), "yuan": (" yuan", " yuan"), "percent": ("%", "%"),
    "count": ("", ""),
}  # fmt: skip


@dataclass(frozen=True)
class LegalParam:
    """A number that a law, a rule or this platform fixes (法定参数), in one of its versions.

    ``region`` is a GB/T 2260 code, empty for the whole country; ``effective_to`` is the first day it no longer holds;
    ``basis`` names law and article; ``certainty`` "verify" must be checked against the official text (待核实).
    """

    key: str
    value: Decimal
    unit: Unit
    calendar: Calendar
    basis: str
    region: str
    effective_from: date | None
    effective_to: date | None
    certainty: Certainty
    name_zh: str = ""
    name_en: str = ""
    note: str = ""
    source: str = field(default="", compare=False)

    def holds(self, on: date) -> bool:
        """Whether this version is in force on the day ``on``."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_to is None or on < self.effective_to
        )

    def name(self, language: str = "zh") -> str:
        """What the number is about."""
        return self.name_zh if language.startswith("zh") else self.name_en or self.name_zh

    def amount(self, language: str = "zh") -> str:
        """Value and unit in words: 20 个工作日, 90 日, 4 工作时, 3%."""
        number = f"{self.value:,f}"
        if language.startswith("zh"):
            unit = {"working_day": " 个工作日", "work_hour": " 工作时"}.get(self.calendar) or _ZH[self.unit]
            return number + unit
        words = {"working_day": (" working day", " working days"), "work_hour": (" working hour", " working hours")}
        one, many = words.get(self.calendar) or _EN[self.unit]
        return number + (one if self.value == 1 else many)


@dataclass(frozen=True)
class Deadline:
    """The last day of a limit. ``provisional``: counted Monday to Friday in ``missing_years``, not yet announced."""

    date: date
    provisional: bool = False
    missing_years: tuple[int, ...] = ()


@dataclass(frozen=True)
class MomentDeadline:
    """The moment at which a limit ends (aware); otherwise as :class:`Deadline`."""

    at: datetime
    provisional: bool = False
    missing_years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Arrangement:
    """The official arrangement of a year (节假日安排): days off by name, weekend days worked by name."""

    year: int
    off: Mapping[date, str] = field(repr=False)
    worked: Mapping[date, str] = field(repr=False)
    source: str
    workdays: tuple[date, ...] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Override:
    """A day that the district counts otherwise than the arrangement, and on what basis."""

    is_workday: bool
    basis: str


@dataclass(frozen=True)
class DayInfo:
    """A day of the calendar: worked or not, what it is by the arrangement, and the district's change if any."""

    day: date
    is_workday: bool
    kind: DayKind
    name: str = ""
    override: Override | None = None


@dataclass(frozen=True)
class WorkHours:
    """Windows of a working day in which work hours (工作时) run, in order, in Shanghai."""

    windows: tuple[tuple[time, time], ...]
    certainty: Certainty
    basis: str
