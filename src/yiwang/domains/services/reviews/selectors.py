"""Reviews as of a day: scores by unit and month, how many people review, and the bad ones that wait for somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncMonth

from yiwang.kernel.access.api import User
from yiwang.kernel.limits import api as limits
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records

from .models import BAD, Rectification, Review

GRADES = ("5", "4", "3", "2", "1")
# What a bad review waits for, the most urgent first.
STATES = ("fix_late", "check_late", "uncalled", "handling")


@dataclass(frozen=True)
class Tally:
    """Reviews of one unit or month: given ones by grade, and defaults."""

    grades: Counter[str]
    defaults: int
    scores: dict[str, Decimal]

    @property
    def given(self) -> int:
        """Reviews that somebody gave 主动评价."""
        return self.grades.total()

    @property
    def total(self) -> int:
        """All of them, defaults too."""
        return self.given + self.defaults

    @property
    def bad(self) -> int:
        """Those of the last two grades."""
        return sum(self.grades[grade] for grade in BAD)

    @property
    def rate(self) -> Decimal | None:
        """主动评价率 in percent, to two places; None without a review."""
        return _rounded(Decimal(100 * self.given) / self.total, 2) if self.total else None

    @property
    def score(self) -> Decimal | None:
        """Average of what was given, to one place, rounded half up; None when nothing was."""
        if not self.given:
            return None
        points = sum((self.scores[grade] * number for grade, number in self.grades.items()), Decimal(0))
        return _rounded(points / self.given, 1)


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True)
class UnitRow:
    """A unit's reviews up to the day, and those of the day's month."""

    unit: orgs.Unit
    all: Tally
    month: Tally


@dataclass(frozen=True)
class BadReview:
    """A bad review that is not closed: what is known of its rectification, what is due, what it waits for."""

    review: Review
    unit: orgs.Unit | None
    rectification: Rectification | None
    check_due: date
    fix_due: date
    state: str


@dataclass(frozen=True)
class Overview:
    """The reader's reviews as of a day; ``units`` with the lowest score of the month first."""

    as_of: date
    all: Tally
    month: Tally
    units: list[UnitRow]
    months: list[tuple[str, Tally]]
    waiting: list[BadReview]

    @property
    def late(self) -> int:
        """Bad reviews past a limit."""
        return sum(bad.state in ("fix_late", "check_late") for bad in self.waiting)


def last_day(user: User) -> date | None:
    """The last day with a review that the reader sees, or None."""
    found: date | None = records.visible(user, Review.record_type).aggregate(last=Max("occurred_on"))["last"]
    return found


def score_map(on: date) -> dict[str, limits.LegalParam]:
    """The parameter in force on the day that says what each grade counts."""
    return {grade: limits.param(f"reviews.score-{grade}", on) for grade in GRADES}


def overview(user: User, as_of: date) -> Overview:
    """What was reviewed up to the end of ``as_of``, by the score map of that day."""
    scores = {grade: param.value for grade, param in score_map(as_of).items()}
    rows = reviews(user, as_of)
    first = as_of.replace(day=1)
    by_unit = _tallies(rows, "unit_path", scores)
    by_unit_month = _tallies(rows.filter(occurred_on__gte=first), "unit_path", scores)
    recent = rows.filter(occurred_on__gte=date(as_of.year - 1, as_of.month, 1)).annotate(
        month=TruncMonth("occurred_on")
    )
    by_month = _tallies(recent, "month", scores)
    units = _units(by_unit)
    nothing = Tally(Counter(), 0, scores)
    found = [
        UnitRow(units[path], tally, by_unit_month.get(path, nothing))
        for path, tally in by_unit.items()
        if path in units
    ]
    found.sort(key=lambda row: (row.month.score is None, row.month.score or 0, -row.all.bad, row.unit.path))
    return Overview(
        as_of=as_of,
        all=_sum(by_unit.values(), scores),
        month=_sum(by_unit_month.values(), scores),
        units=found,
        months=[(f"{month:%Y-%m}", by_month[month]) for month in sorted(by_month)],
        waiting=waiting(user, as_of),
    )


def reviews(user: User, as_of: date) -> QuerySet[Review]:
    """The reader's reviews up to the day."""
    return records.visible(user, Review.record_type).filter(occurred_on__lte=as_of)


def _tallies(rows: QuerySet[Review], by: str, scores: dict[str, Decimal]) -> dict[str, Tally]:
    found: dict[str, tuple[Counter[str], list[int]]] = {}
    for key, grade, default, number in rows.order_by().values_list(by, "grade", "is_default").annotate(n=Count("id")):
        grades, defaults = found.setdefault(key, (Counter(), [0]))
        if default:
            defaults[0] += number
        else:
            grades[grade] += number
    return {key: Tally(grades, defaults[0], scores) for key, (grades, defaults) in found.items()}


def _sum(tallies: Iterable[Tally], scores: dict[str, Decimal]) -> Tally:
    grades, defaults = Counter[str](), 0
    for tally in tallies:
        grades += tally.grades
        defaults += tally.defaults
    return Tally(grades, defaults, scores)


def _units(paths: Iterable[str]) -> dict[str, orgs.Unit]:
    """Units by their path as records hold it, with a slash at its end."""
    found = orgs.Unit.objects.filter(path__in=[path.rstrip("/") for path in paths])
    return {unit.path + "/": unit for unit in found}


def waiting(user: User, as_of: date) -> list[BadReview]:
    """Bad reviews not closed by the end of ``as_of``, the most urgent first.

    Both limits run from the review, by the parameter in force on its day; an approved extension goes before.
    """
    known = records.visible(user, Rectification.record_type)
    closed = known.filter(closed_on__lte=as_of).values("case_no")
    bad = reviews(user, as_of).filter(grade__in=BAD, is_default=False).exclude(case_no__in=closed)
    found = list(bad.order_by("occurred_on", "id"))
    opened = {row.case_no: row for row in known.filter(case_no__in=[review.case_no for review in found])}
    units = _units({review.unit_path for review in found})
    calendar = limits.calendar()
    made = []
    for review in found:
        row, day = opened.get(review.case_no), review.occurred_on
        check_due = calendar.deadline(day, limits.param("evaluation.bad-contact", day)).date
        fix_due = calendar.deadline(day, limits.param("evaluation.bad-fix", day)).date
        if row is not None and row.extended_to is not None:
            fix_due = max(fix_due, row.extended_to)
        state = _state(row, check_due, fix_due, as_of)
        made.append(BadReview(review, units.get(review.unit_path), row, check_due, fix_due, state))
    return sorted(made, key=lambda item: (STATES.index(item.state), item.fix_due))


def _state(row: Rectification | None, check_due: date, fix_due: date, as_of: date) -> str:
    verified, called = (row.verified_on, row.called_back_on) if row is not None else (None, None)
    if as_of > fix_due:
        return "fix_late"
    if as_of > check_due and (verified is None or verified > as_of):
        return "check_late"
    return "uncalled" if called is None or called > as_of else "handling"
