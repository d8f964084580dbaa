"""The overview of reviews and the bad ones that wait; the records have the pages of every record."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today

from . import selectors
from .models import Evaluator, Rectification, Review

STATES = {
    "fix_late": (_("整改超期"), "danger"),
    "check_late": (_("核实超期"), "danger"),
    "uncalled": (_("未回访"), "warn"),
    "handling": (_("办理中"), "info"),
}
FIRST, PAGE_SIZE = 10, 50


def _day(request: HttpRequest, user: access.User) -> date:
    # The demonstration ends in 2023: "today" would show every bad review as late.
    return records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()


def _told(found: list[selectors.BadReview]) -> list[tuple[selectors.BadReview, str, object, str]]:
    """Each with its grade's label, its state in words and the tone."""
    grades = codes.code_list("review-grade")
    return [(bad, grades.label(bad.review.grade), *STATES[bad.state]) for bad in found]


@require_GET
@access.guard("s07.review", "view")
def overview_page(request: HttpRequest) -> HttpResponse:
    """Scores by unit and month, the bad reviews that need somebody first."""
    user = access.signed_in(request)
    found = selectors.overview(user, _day(request, user))
    grades = codes.code_list("review-grade")
    context = {
        "found": found,
        "waiting": _told(found.waiting[:FIRST]),
        "month_rate": "—" if found.month.rate is None else f"{found.month.rate}%",
        "score_map": [(grades.label(key), param) for key, param in selectors.score_map(found.as_of).items()],
        "month_first": found.as_of.replace(day=1),
        "kinds": [
            model.record_type
            for model in (Review, Rectification, Evaluator)
            if records.can(user, model.record_type, "view")
        ],
    }
    return render(request, "s07/overview.html", context)


@require_GET
@access.guard("s07.rectification", "view")
def bad_page(request: HttpRequest) -> HttpResponse:
    """Every bad review that is not closed, of one state when asked."""
    user = access.signed_in(request)
    as_of = _day(request, user)
    waiting = selectors.waiting(user, as_of)
    asked = request.GET.get("state", "")
    chosen = asked if asked in STATES else ""
    page = Paginator([bad for bad in waiting if chosen in ("", bad.state)], PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "waiting": _told(list(page)),
        "as_of": as_of,
        "states": [(key, label, sum(bad.state == key for bad in waiting)) for key, (label, _tone) in STATES.items()],
        "chosen": chosen,
    }
    return render(request, "s07/bad.html", context)
