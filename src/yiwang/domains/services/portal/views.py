"""How far the apps have come; the records have the pages of every record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today

from . import selectors
from .models import App, CitizenUser, EnterpriseUser, MonthlyActivity, PromotionTarget

TYPES = {"citizen": CitizenUser, "enterprise": EnterpriseUser}


@require_GET
@access.guard("s04.enterprise", "view")
def overview_page(request: HttpRequest) -> HttpResponse:
    """Users of each app, adoption by town against the residents and the target, new users by month."""
    user = access.signed_in(request)
    # The demonstration ends in 2023: this month nobody registered.
    as_of = records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()
    found = selectors.overview(user, as_of)
    audiences, channels = codes.code_list("app-audience"), codes.code_list("app-channel")
    context = {
        "found": found,
        "apps": [
            (row, audiences.label(row.app.audience), TYPES[row.app.audience].record_type.key) for row in found.apps
        ],
        "channels": [(key, channels.label(key), count) for key, count in found.channels],
        "main": selectors.MAIN,
        "kinds": [
            model.record_type
            for model in (App, CitizenUser, EnterpriseUser, PromotionTarget, MonthlyActivity)
            if records.can(user, model.record_type, "view")
        ],
    }
    return render(request, "s04/overview.html", context)
