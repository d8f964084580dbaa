"""Frozen values of the metrics room: the algebra that a definition is written in, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

Op = Literal["is", "is_not", "given", "by_day", "among", "not_among"]
# standing: in force at the end of the day; until: up to it; year, month: from the first of the day's year or month.
When = Literal["standing", "until", "year", "month"]


@dataclass(frozen=True)
class Condition:
    """What must be true of a record's ``column``.

    ``is`` and ``is_not``: one of ``values``, or none of them; ``given``: not empty; ``by_day``: a day not after the day
    that is asked about; ``among`` and ``not_among``: a value that records of ``others`` have in their ``column_there``,
    or that none of them has.
    """

    column: str
    op: Op
    values: tuple[str | bool | int, ...] = ()
    others: Selection | None = None
    column_there: str = ""


@dataclass(frozen=True)
class Selection:
    """Which records count: those of a type, at a time, for which all conditions hold.

    ``day`` is the column that the time is taken from; empty: the type's business date.
    """

    record: str
    when: When
    where: tuple[Condition, ...] = ()
    day: str = ""


@dataclass(frozen=True)
class Count:
    """How many records 计数."""

    selection: Selection


@dataclass(frozen=True)
class CountDistinct:
    """How many different values a column has 去重计数, empty ones left out; with ``months`` how many months."""

    selection: Selection
    column: str
    months: bool = False


@dataclass(frozen=True)
class Sum:
    """The sum of a column 合计, of what a record ``scores`` for its value there when that is given.

    ``scores`` gives for a day what each value counts.
    """

    selection: Selection
    column: str
    scores: Callable[[date], Mapping[str, Decimal]] | None = None


Part = Count | CountDistinct | Sum


@dataclass(frozen=True)
class Metric:
    """A metric 指标: numerator, and denominator where it is a ratio, an average or a share; never a quotient alone.

    ``figure`` is the published figure it answers; ``unit`` the unit of its value (money in 元); ``percent`` multiplies
    by a hundred; ``places`` are the decimal places it is rounded to, half up.
    """

    code: str
    name_zh: str
    name_en: str
    unit: str
    numerator: Part
    denominator: Part | None = None
    figure: str = ""
    percent: bool = False
    places: int = 0
    note_zh: str = ""
    note_en: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Numerator, then denominator."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


@dataclass(frozen=True)
class Value:
    """A metric's value at the end of ``as_of``, as it was known at the end of ``known_at`` (None: as in the snapshot).

    ``value`` is None where nothing can be divided; ``rows`` are the records that the numerator was counted from.
    """

    metric: Metric
    as_of: date
    known_at: date | datetime | None
    numerator: Decimal
    denominator: Decimal | None
    value: Decimal | None
    rows: int


def divided(metric: Metric, numerator: Decimal, denominator: Decimal | None) -> Decimal | None:
    """The value, rounded half up to the metric's places; None where there is nothing to divide by."""
    if denominator is not None:
        if not denominator:
            return None
        numerator = numerator * (100 if metric.percent else 1) / denominator
    return numerator.quantize(Decimal(1).scaleb(-metric.places), ROUND_HALF_UP)


@dataclass(frozen=True)
class Reported:
    """A figure that a unit reported 填报数: in its base unit (元), for its day, by the unit of this path."""

    figure: str
    name_zh: str
    unit: str
    value: Decimal
    as_of: date
    unit_path: str


class Row(NamedTuple):
    """A record behind a number, without what could tell a person: its version, where it came from, whose and when."""

    id: int
    version: int
    source: str
    source_id: str
    unit_path: str
    place: str
    day: date


# 补录、更正、删除: was not known then at all; is not known any more; counts otherwise than it did.
DifferenceKind = Literal["late", "corrected", "deleted"]


@dataclass(frozen=True)
class Difference:
    """A record that counts differently now than then: on which side it counts, and what it adds to the number.

    ``learned`` is the day on which what is known now was entered, or what was known then ended.
    """

    id: int
    kind: DifferenceKind
    learned: date
    then_counts: bool
    now_counts: bool
    adds: Decimal


@dataclass(frozen=True)
class Differences:
    """All differences by kind, as (records, what they add together), and some of them.

    Of different values (:class:`CountDistinct`) a record adds nothing by itself: there it is 0.
    """

    kinds: Mapping[DifferenceKind, tuple[int, Decimal]]
    listed: tuple[Difference, ...]
