"""Composing a metric in the browser: choose, try, publish with a version."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yiwang.kernel.access import api as access
from yiwang.kernel.records.extend import Column
from yiwang.lib.problems import Problem
from yiwang.ui.trends import Point, trend_chart

from . import asked as asking
from . import catalogue, composing, definitions, registry, results, services, wording
from .asked import month_ends
from .composing import Draft
from .models import ComposedMetric
from .types import Metric

TRIED_MONTHS = 12
# Shown beside the form; anything else is a fault of ours and gets its page.
IN_FORM = frozenset({
    "definition_invalid", "reason_missing", "definition_same", "metric_retired", "lake_empty", "lake_lacks",
})  # fmt: skip


@access.guard("metrics.metric", "compose")
@require_http_methods(["GET", "POST"])
def compose(request: HttpRequest) -> HttpResponse:
    """A new metric: GET shows and tries what the address says, POST publishes it."""
    return _composed(request, None, composing.read(request.POST if request.method == "POST" else request.GET))


@access.guard("metrics.metric", "compose")
@require_http_methods(["GET", "POST"])
def revise(request: HttpRequest, code: str) -> HttpResponse:
    """A new version of an official's metric, beginning with its newest."""
    found = catalogue.composed(code)
    if request.method == "POST":
        draft = composing.read(request.POST)
    elif "record" in request.GET:
        draft = composing.read(request.GET)
    else:
        draft = composing.draft_of(catalogue.entry(code).metric)
    return _composed(request, found, draft)


@access.guard("metrics.metric", "compose")
@require_POST
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Take a metric out of the list, or bring it back."""
    retired = request.POST.get("restore") != "1"
    services.retire(access.signed_in(request), catalogue.composed(code), retired=retired)
    messages.success(request, _("指标已停用，版本和结果仍然保留。") if retired else _("指标已恢复。"))
    return redirect("metrics:metric", code=code)


def _composed(request: HttpRequest, found: ComposedMetric | None, draft: Draft) -> HttpResponse:
    user = access.signed_in(request)
    problem: Problem | None = None
    tried: dict[str, Any] = {}
    as_of = asking.day(request, "as_of") or registry.reference_day()
    # Choosing a record type reloads the form with its columns; only then is there something to try.
    if request.method == "POST" or "try" in request.GET:
        try:
            metric = composing.metric(user, draft)
            if request.method == "POST":
                version = services.publish(
                    user, metric, reason=request.POST.get("reason", ""), tried_on=as_of, composed=found
                )
                messages.success(request, _("已发布第 %(number)s 版。") % {"number": version.number})
                return redirect("metrics:metric", code=version.metric.code)
            tried = _tried(metric, as_of)
        except Problem as error:
            if error.code not in IN_FORM:
                raise
            problem = error
    kind = next((kind for kind in composing.kinds_for(user) if kind.key == draft.record), None)
    context = {
        "draft": draft,
        "found": found,
        "as_of": as_of,
        "kinds": [(row.key, f"{row.system} {row.name}") for row in composing.kinds_for(user)],
        "kind": kind,
        "ways": composing.KINDS.items(),
        "whens": composing.WHENS.items(),
        "ops": composing.OPS.items(),
        "columns": [] if kind is None else [_named(column) for column in composing.usable(kind)],
        "numbers": [] if kind is None else [_named(column) for column in composing.countable(kind)],
        "days": [] if kind is None else [_named(column) for column in composing.days(kind)],
        "lines": [line if kind is None else composing.hinted(kind, line) for line in draft.lines],
        "share": draft.share if kind is None else composing.hinted(kind, draft.share),
        "kept": composing.written(draft),
        "problem": problem,
        "message": problem.message(get_language() or "zh") if problem else "",
        "field": problem.detail.get("field", "") if problem else "",
        "reason": request.POST.get("reason", ""),
        **tried,
    }
    return render(request, "metrics/compose.html", context, status=400 if request.method == "POST" else 200)


def _named(column: Column) -> tuple[str, str]:
    return column.name, str(column.verbose_name)


def _tried(metric: Metric, as_of: date) -> dict[str, Any]:
    days = month_ends(as_of, TRIED_MONTHS)
    told = results.told([metric], days)
    points = []
    for day in days:
        value = told.value(metric, day)
        text = "—" if value.value is None else f"{value.value:,f}"
        points.append(Point(day, value.value, f"{day}：{text}{metric.unit}"))
    return {
        "tried": told.value(metric, as_of),
        "words": wording.metric(metric),
        "expression": definitions.expression(metric),
        "chart": trend_chart(points, metric.name_zh),
    }
