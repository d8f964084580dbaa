"""The fleet's page; the records behind it have the pages of every record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today

from . import selectors
from .models import Kiosk, KioskDay, KioskFault, Transaction

STATES = {
    "fault": (_("故障"), "danger"),
    "silent": (_("失联"), "danger"),
    "idle": (_("闲置"), "warn"),
    "working": (_("正常"), "ok"),
}


@require_GET
@access.guard("s05.kiosk", "view")
def fleet_page(request: HttpRequest) -> HttpResponse:
    """Every kiosk as of a day (the last one heard of, unless asked), what needs somebody first."""
    user = access.signed_in(request)
    # The demonstration ends in 2023: "today" would show every machine silent.
    as_of = records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()
    found = selectors.fleet(user, as_of)
    chosen = request.GET.get("state", "")
    rows = [row for row in found.rows if chosen not in STATES or row.state == chosen]
    places = dict(orgs.divisions().values_list("code12", "name"))
    kinds = [model.record_type for model in (Kiosk, Transaction, KioskFault, KioskDay)]
    context = {
        "fleet": found,
        "rows": [(row, *STATES[row.state], places.get(row.kiosk.place, row.kiosk.place)) for row in rows],
        "states": [(key, label, found.counts[key]) for key, (label, _tone) in STATES.items()],
        "chosen": chosen if chosen in STATES else "",
        "kinds": [kind for kind in kinds if records.can(user, kind, "view")],
        "idle_days": selectors.IDLE_DAYS,
    }
    return render(request, "s05/fleet.html", context)
