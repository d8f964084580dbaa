"""REST of S07 beside that of its records (/records/s07.review and siblings): the overview."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s07"], auth=access.api_auth)


class TallyOut(Schema):
    """Reviews counted: all, those that somebody gave, bad ones, given in percent, average score of the given ones."""

    total: int
    given: int
    bad: int
    rate: Decimal | None
    score: Decimal | None


class ReviewedUnitOut(Schema):
    """A unit's reviews up to the day and in its month."""

    unit: str
    name: str
    all: TallyOut
    month: TallyOut


class ReviewMonthOut(Schema):
    """A month's reviews."""

    month: str
    reviews: TallyOut


class ReviewsOut(Schema):
    """Reviews as of a day; ``scores`` is what each grade counts, ``waiting`` the bad ones not closed, by state."""

    as_of: date
    scores: dict[str, Decimal]
    all: TallyOut
    month: TallyOut
    units: list[ReviewedUnitOut]
    months: list[ReviewMonthOut]
    waiting: dict[str, int]


def _tally(tally: selectors.Tally) -> TallyOut:
    return TallyOut(total=tally.total, given=tally.given, bad=tally.bad, rate=tally.rate, score=tally.score)


@router.get("/overview", response=ReviewsOut, operation_id="review_overview", summary="好差评情况")
def review_overview(request: HttpRequest, as_of: date | None = None) -> ReviewsOut:
    """The caller's reviews; without ``as_of``, as of the last day on which there was one."""
    user = access.signed_in(request)
    access.require(user, "s07.review", "view")
    found = selectors.overview(user, as_of or selectors.last_day(user) or today())
    return ReviewsOut(
        as_of=found.as_of,
        scores=found.all.scores,
        all=_tally(found.all),
        month=_tally(found.month),
        units=[
            ReviewedUnitOut(unit=row.unit.code, name=row.unit.name_zh, all=_tally(row.all), month=_tally(row.month))
            for row in found.units
        ],
        months=[ReviewMonthOut(month=month, reviews=_tally(tally)) for month, tally in found.months],
        waiting={state: sum(bad.state == state for bad in found.waiting) for state in selectors.STATES},
    )
