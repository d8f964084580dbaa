"""The overview of licences, the matters asleep, and the public check; the records have the pages of every record."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem

from . import selectors
from .models import EnabledMatter, Licence, LicenceType, Presentation, Proof

STATES = {
    "empty": (_("开通未签发"), "danger"),
    "unused": (_("签发未用证"), "warn"),
    "used": (_("在用"), "ok"),
}
PAGE_SIZE = 50


def _day(request: HttpRequest, user: access.User) -> date:
    # The demonstration ends in 2023: "today" would show every matter asleep.
    return records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()


@require_GET
@access.guard("s06.licence", "view")
def overview_page(request: HttpRequest) -> HttpResponse:
    """Types with what they issued and are used for, those that need somebody first."""
    user = access.signed_in(request)
    found = selectors.overview(user, _day(request, user))
    chosen = request.GET.get("state", "")
    words = request.GET.get("q", "").strip()
    rows = [
        (row, *STATES[row.state])
        for row in found.types
        if (chosen not in STATES or row.state == chosen) and (words in row.type.name or words in row.type.type_code)
    ]
    most = max((max(issued, used) for _month, issued, used in found.months), default=0)
    context = {
        "found": found,
        "rows": rows,
        "states": [(key, label, found.counts[key]) for key, (label, _tone) in STATES.items()],
        "chosen": chosen if chosen in STATES else "",
        "words": words,
        "months": [
            (month, issued, used, issued * 100 // (most or 1), used * 100 // (most or 1))
            for month, issued, used in found.months
        ],
        "kinds": [
            model.record_type
            for model in (LicenceType, Licence, Presentation, EnabledMatter, Proof)
            if records.can(user, model.record_type, "view")
        ],
        "soon_days": selectors.SOON_DAYS,
        "asleep_days": selectors.ASLEEP_DAYS,
    }
    return render(request, "s06/overview.html", context)


@require_GET
@access.guard("s06.matter", "view")
def asleep_page(request: HttpRequest) -> HttpResponse:
    """Matters that may use licences and did not for 90 days."""
    user = access.signed_in(request)
    as_of = _day(request, user)
    page = Paginator(selectors.asleep(user, as_of), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "as_of": as_of, "asleep_days": selectors.ASLEEP_DAYS}
    return render(request, "s06/asleep.html", context)


@require_GET
def verify_page(request: HttpRequest) -> HttpResponse:
    """The public check: anyone may ask whether a licence is real and holds; nothing of its holder is told."""
    identifier = request.GET.get("identifier", "")
    found, problem = None, None
    if identifier:
        try:
            found = selectors.verify(identifier, today())
        except Problem as error:
            problem = error
    context = {
        "identifier": identifier,
        "found": found,
        "problem": problem,
        "message": problem.message(get_language() or "zh") if problem else "",
    }
    return render(request, "s06/verify.html", context, status=problem.status if problem else 200)
