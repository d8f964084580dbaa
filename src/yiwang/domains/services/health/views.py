"""The overview of electronic bills; the records behind it have the pages of every record."""

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
from .models import Bill, Hospital

STATES = {
    "never": (_("尚未开票"), "danger"),
    "stopped": (_("停开"), "danger"),
    "issuing": (_("正常"), "ok"),
}


@require_GET
@access.guard("s15.bill", "view")
def overview_page(request: HttpRequest) -> HttpResponse:
    """Every hospital that issues bills, those that stopped first; bills by month."""
    user = access.signed_in(request)
    # The demonstration ends in 2023: "today" would show every hospital stopped.
    as_of = records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()
    found = selectors.overview(user, as_of)
    chosen = request.GET.get("state", "")
    places = dict(orgs.divisions().values_list("code12", "name"))
    most = max((count for _month, count in found.months), default=0)
    context = {
        "found": found,
        "rows": [
            (row, *STATES[row.state], places.get(row.hospital.place, row.hospital.place))
            for row in found.rows
            if chosen not in STATES or row.state == chosen
        ],
        "states": [(key, label, found.counts[key]) for key, (label, _tone) in STATES.items()],
        "chosen": chosen if chosen in STATES else "",
        "months": [(month, count, count * 100 // (most or 1)) for month, count in found.months],
        "kinds": [
            model.record_type for model in (Bill, Hospital) if records.can(user, model.record_type, "view")
        ],
        "stopped_days": selectors.STOPPED_DAYS,
    }  # fmt: skip
    return render(request, "s15/overview.html", context)
