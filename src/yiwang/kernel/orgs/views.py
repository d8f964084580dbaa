"""The tree of units and one unit."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from . import selectors

# This room stands below access and asks its question through Django's own permission check.
may_view = permission_required("orgs.unit.view", raise_exception=True)


@login_required
@may_view
@require_GET
def units_page(request: HttpRequest) -> HttpResponse:
    """The tree of today's units; ``?q=`` keeps those whose name or code matches, with what stands above them."""
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:60]
    found = selectors.search_units(text) if text else list(selectors.units())
    context = {"tree": selectors.tree(found), "matches": len(found), "q": text, "total": selectors.units().count()}
    return render(request, "orgs/units.html", context)


@login_required
@may_view
@require_GET
def unit_page(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: what it is, where it stands, its posts and its liaisons."""
    unit = selectors.unit(code)
    context = {
        "unit": unit,
        "above": selectors.above(unit),
        "below": selectors.units().filter(parent=unit),
        "posts": selectors.posts_of(unit),
        "kind": selectors.KINDS.get(unit.kind, unit.kind),
    }
    return render(request, "orgs/unit.html", context)
