"""The centre's page; the records have the pages of every record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today

from . import selectors
from .models import Incident, OperationRule, Service


@require_GET
@access.guard("s43.service", "view")
def overview_page(request: HttpRequest) -> HttpResponse:
    """What was given, what waits and for whom, incidents over their time, causes that return."""
    user = access.signed_in(request)
    # The demonstration ends in 2023: by "today" everything open would be years late.
    as_of = records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()
    found = selectors.overview(user, as_of)
    kinds, levels, causes = (codes.code_list(key) for key in ("operations-service", "incident-level", "incident-cause"))
    units = records.units_by_path()
    context = {
        "found": found,
        "given": [(key, kinds.label(key), count) for key, count in found.given.items()],
        "waiting": [(row, kinds.label(row.service.kind), units.get(row.service.unit_path)) for row in found.waiting],
        "late": sum(row.late > 0 for row in found.waiting),
        "incidents": [
            (row, levels.label(row.incident.level), units.get(row.incident.unit_path)) for row in found.incidents
        ],
        "late_incidents": sum(row.late for row in found.incidents),
        "causes": [(key, causes.label(key), count) for key, count in found.causes],
        "kinds": [
            model.record_type
            for model in (Service, Incident, OperationRule)
            if records.can(user, model.record_type, "view")
        ],
    }
    return render(request, "s43/overview.html", context)
