"""The base registers' page, what waits to be verified, the residence codes; records have the pages of every record."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today
from yiwang.lib.masking import mask_name

from . import selectors
from .models import Declaration, ResidenceTask

NAMES = {
    "address": (_("标准地址"), "map-pin"),
    "house": (_("实有房屋"), "home"),
    "resident": (_("实有人口"), "users"),
    "organisation": (_("实有单位"), "building"),
}
TITLES = {"address": "full_text", "house": "house_code", "organisation": "name"}
PAGE_SIZE = 50


def _title(key: str, item: Any) -> str:
    """What a row is called; a name is masked."""
    if key == "resident":
        return mask_name(item.name)
    return str(getattr(item, TITLES[key]))


def _day(request: HttpRequest, user: access.User) -> date:
    # The demonstration ends in 2023: by "today" everything would wait for verification.
    return records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()


@require_GET
@access.guard("s21.address", "view")
def overview_page(request: HttpRequest) -> HttpResponse:
    """The four registers by town, what is not in order, what was verified longest ago."""
    user = access.signed_in(request)
    found = selectors.overview(user, _day(request, user))
    context = {
        "found": found,
        "stats": [(key, *NAMES[key], found.total[key]) for key in found.registers],
        "towns": [
            (
                row,
                [(key, NAMES[key][0], selectors.REGISTERS[key].record_type, row.kept[key]) for key in found.registers],
            )
            for row in found.towns
        ],
        "heads": [NAMES[key][0] for key in found.registers],
        "stale": [
            (NAMES[key][0], selectors.REGISTERS[key].record_type, item, _title(key, item)) for key, item in found.stale
        ],
        "kinds": [selectors.REGISTERS[key].record_type for key in found.registers],
    }
    return render(request, "s21/overview.html", context)


@require_GET
@access.guard("s21.address", "view")
def waiting_page(request: HttpRequest) -> HttpResponse:
    """Rows of one register whose verification is overdue, the longest wait first."""
    user = access.signed_in(request)
    as_of = _day(request, user)
    seen = [key for key, model in selectors.REGISTERS.items() if records.can(user, model.record_type, "view")]
    asked = request.GET.get("register", "")
    chosen = asked if asked in seen else seen[0]
    town = request.GET.get("town", "")
    rows, before = selectors.waiting(user, chosen, town if town in selectors.towns() else "", as_of)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    kind = selectors.REGISTERS[chosen].record_type
    context = {
        "as_of": as_of,
        "before": before,
        "page": page,
        "kind": kind,
        "rows": [(item, _title(chosen, item)) for item in page],
        "chosen": chosen,
        "registers": [(key, NAMES[key][0]) for key in seen],
        "town": town,
        "towns": selectors.towns().items(),
    }
    return render(request, "s21/waiting.html", context)


@require_GET
@access.guard("s21.declaration", "view")
def residence_page(request: HttpRequest) -> HttpResponse:
    """Residence codes by town, the one that lags first; ways of confirming, late declarations."""
    user = access.signed_in(request)
    found = selectors.residence(user, _day(request, user))
    ways = codes.code_list("declaration-way")
    context = {
        "found": found,
        "ways": [(ways.label(way), count) for way, count in found.ways],
        "recent_days": selectors.RECENT,
        "kinds": [
            model.record_type for model in (ResidenceTask, Declaration) if records.can(user, model.record_type, "view")
        ],
    }
    return render(request, "s21/residence.html", context)
