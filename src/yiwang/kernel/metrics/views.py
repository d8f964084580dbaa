"""Pages of metrics: the list, and one metric with its trend, its towns, what it counts, its rows, then and now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.lake import api as lake
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE, Sheet, workbook
from yiwang.ui.fragments import respond

from . import asked as asking
from . import catalogue, definitions, registry, selectors, wording
from .asked import asked
from .catalogue import Entry

# What a page says in the place of its numbers; anything else is a fault of ours and gets its page.
SAID = ("lake_empty", "known_later", "lake_lacks")


@access.guard("metrics.metric", "view")
@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """Every metric at the end of a day with its last twelve months."""
    chosen = asked(request)
    every = catalogue.entries()
    entries, problem, lines = _chosen(every, request), None, []
    try:
        lines = selectors.lines(entries, chosen)
    except Problem as error:
        if error.code not in SAID:
            raise
        problem = error
    context = {
        "lines": lines,
        "problem": problem,
        "message": _message(problem),
        "asked": chosen,
        "shortcuts": asking.shortcuts(chosen),
        "q": asking.words(request, "q"),
        "system": asking.words(request, "system"),
        "systems": sorted({(entry.system, entry.system_name) for entry in every}),
        "reported": len(registry.reported(chosen.as_of, chosen.known_at)),
        "may_compose": access.can(access.signed_in(request), "metrics.metric", "compose"),
        "may_export": access.can(access.signed_in(request), "metrics.metric", "export"),
    }
    return respond(request, "metrics/list.html", "metrics/_lines.html", context)


def _message(problem: Problem | None) -> str:
    return "" if problem is None else problem.message(get_language() or "zh")


def _chosen(every: list[Entry], request: HttpRequest) -> list[Entry]:
    words, system = asking.words(request, "q").lower(), asking.words(request, "system")

    def named(entry: Entry) -> str:
        metric = entry.metric
        return " ".join((metric.figure, metric.code, metric.name_zh, metric.name_en)).lower()

    return [entry for entry in every if (not system or entry.system == system) and (not words or words in named(entry))]


@access.guard("metrics.metric", "export")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook, with what each metric counts."""
    user, chosen = access.signed_in(request), asked(request)
    lines = selectors.lines(_chosen(catalogue.entries(), request), chosen)
    header = [_("图号"), _("代码"), _("指标"), _("数值"), _("单位"), _("分子"), _("分母"), _("记录数"), _("一年前"),
              _("口径"), _("系统"), _("责任单位")]  # fmt: skip
    rows = [
        [line.entry.metric.figure, line.entry.code, line.entry.name, line.value.value, line.entry.metric.unit,
         line.value.numerator, line.value.denominator, line.value.rows, line.before.value,
         wording.metric(line.entry.metric), line.entry.system_name, line.entry.owner.name if line.entry.owner else ""]
        for line in lines
    ]  # fmt: skip
    notes = [
        _("截至 %(day)s") % {"day": chosen.as_of}
        + ("" if chosen.known_at is None else _("，按 %(day)s 已知的记录") % {"day": chosen.known_at}),
        _("数据湖快照 %(name)s") % {"name": lake.newest_name()[:12]},
        f"{_('导出')}：{user.display_name}，{today()}",
    ]
    audit.record("export", actor=user.username, object_type="table", object_id="metrics", detail={"rows": len(rows)})
    data = workbook([Sheet(name=_("指标"), title=_("指标"), notes=notes, header=header, rows=rows)])
    found = HttpResponse(data, content_type=CONTENT_TYPE)
    found["Content-Disposition"] = f'attachment; filename="metrics-{chosen.as_of:%Y%m%d}.xlsx"'
    return found


@access.guard("metrics.metric", "view")
@require_GET
def metric_page(request: HttpRequest, code: str) -> HttpResponse:
    """One metric: value, trend, towns and units, what it counts, who answers; rows and differences come after it."""
    chosen = asked(request)
    entry = catalogue.entry(code, asking.number(request, "version") or None)
    context: dict[str, Any] = {
        "entry": entry,
        "metric": entry.metric,
        "asked": chosen,
        "shortcuts": asking.shortcuts(chosen),
        "words": wording.metric(entry.metric),
        "expression": definitions.expression(entry.metric),
        "parts": selectors.parts(entry.metric),
        "figure_url": registry.address_of(entry.metric.figure),
        "versions": catalogue.versions(entry),
        "retired": entry.version is not None and entry.version.metric.retired_at is not None,
        "may_compose": entry.version is not None and access.can(access.signed_in(request), "metrics.metric", "compose"),
    }
    try:
        context |= selectors.numbers(entry, chosen)
    except Problem as error:
        if error.code not in SAID:
            raise
        context |= {"problem": error, "message": _message(error)}
    return render(request, "metrics/metric.html", context)


@access.guard("metrics.metric", "view")
@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """The records behind numerator or denominator, page by page: as far as the reader may see them, and masked."""
    chosen = asked(request)
    entry = catalogue.entry(code, asking.number(request, "version") or None)
    name = asking.words(request, "part") or "numerator"
    found = next((part for part in selectors.parts(entry.metric) if part.name == name), None)
    if found is None:
        raise Problem(
            "metric_part_unknown", "该指标没有这一部分。", "The metric has no such part.", status=404, field="part"
        )
    behind = selectors.behind(access.signed_in(request), found, chosen, after=asking.number(request, "after"))
    context = {"entry": entry, "part": found, "asked": chosen, "words": wording.part(found.part), "behind": behind}
    return render(request, "metrics/_rows.html", context)


@access.guard("metrics.metric", "view")
@require_GET
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """Then and now: the value as it was known at the end of a day, as it is now, and the records in between."""
    chosen = asked(request)
    entry = catalogue.entry(code, asking.number(request, "version") or None)
    then_day = asking.day(request, "then") or min(chosen.as_of, today())
    found = selectors.compared(access.signed_in(request), entry.metric, chosen.as_of, then_day)
    context = {"entry": entry, "asked": chosen, "then_day": then_day, "compared": found}
    return render(request, "metrics/_compare.html", context)
