"""Who acted and who did not, the circular of laggards, draws and their replays; records have their own pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_POST

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import Sheet

from . import selectors, services
from .forms import DrawForm
from .models import Act, Draw, Inspector, Matter, Target, cards_of


def _day(request: HttpRequest, user: access.User) -> date:
    # The demonstration ends in 2023: this year nobody acted.
    return records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()


def _name(units: dict[str, orgs.Unit], path: str) -> str:
    unit = units.get(path)
    return unit.short_name if unit else path.rstrip("/")


@require_GET
@access.guard("s10.matter", "view")
def overview_page(request: HttpRequest) -> HttpResponse:
    """Coverage by unit this year, the lowest first; draws whose results are overdue."""
    user = access.signed_in(request)
    found = selectors.overview(user, _day(request, user))
    units = records.units_by_path()
    context = {
        "found": found,
        "units": [(row, _name(units, row.unit_path), units.get(row.unit_path)) for row in found.units],
        "late": [(late, _name(units, late.draw.unit_path)) for late in found.late],
        "kinds": [
            model.record_type
            for model in (Matter, Act, Target, Inspector)
            if records.can(user, model.record_type, "view")
        ],
    }
    return render(request, "s10/overview.html", context)


@require_GET
@access.guard("s10.matter", "view")
def circular_page(request: HttpRequest) -> HttpResponse:
    """The circular of laggards (通报): every unit with its matters without an act this year."""
    user = access.signed_in(request)
    found = selectors.overview(user, _day(request, user))
    units = records.units_by_path()
    rows = [(row, _name(units, row.unit_path), units.get(row.unit_path)) for row in found.units if row.silent]
    context = {"found": found, "rows": rows, "may_export": records.can(user, Matter.record_type, "export")}
    return render(request, "s10/circular.html", context)


@require_GET
@access.guard("s10.matter", "export")
def circular_export(request: HttpRequest) -> HttpResponse:
    """The circular as a workbook: a row for each matter without an act."""
    user = access.signed_in(request)
    found = selectors.overview(user, _day(request, user))
    units = records.units_by_path()
    header = (gettext("单位"), gettext("监管事项编码"), gettext("监管事项名称"), gettext("单位覆盖率"))
    rows = [
        (_name(units, row.unit_path), matter.matter_code, matter.name, row.rate)
        for row in found.units
        for matter in row.silent
    ]
    notes = [
        gettext("%(since)s 至 %(day)s 没有监管行为的监管事项；覆盖率 = 期内有监管行为的事项 ÷ 在用事项，%%")
        % {"since": found.since.isoformat(), "day": found.as_of.isoformat()}
    ]
    sheet = Sheet(gettext("监管事项通报"), header, rows, title=gettext("监管事项未覆盖情况通报"), notes=notes)
    return records.as_workbook(request, Matter.record_type, sheet, len(rows))


def _units(user: access.User) -> list[tuple[str, str]]:
    """Units with inspectors for which the user may draw."""
    if not records.can(user, Draw.record_type, "add"):
        return []
    units = records.units_by_path()
    paths = records.visible(user, Inspector.record_type).order_by().values_list("unit_path", flat=True).distinct()
    return sorted((units[path].code, units[path].short_name) for path in paths if path in units)


@require_GET
@access.guard("s10.draw", "view")
def draws_page(request: HttpRequest) -> HttpResponse:
    """Draws, the newest first, and the form of a new one."""
    user = access.signed_in(request)
    return _draws(request, user, DrawForm(_units(user)))


def _draws(request: HttpRequest, user: access.User, form: DrawForm, problem: Problem | None = None) -> HttpResponse:
    units = records.units_by_path()
    fields = codes.code_list("supervision-field")
    found = records.visible(user, Draw.record_type).order_by("-occurred_on", "-pk")[:100]
    context: dict[str, Any] = {
        "draws": [(draw, fields.label(draw.field), _name(units, draw.unit_path)) for draw in found],
        "form": form,
        "may_draw": bool(_units(user)),
        "kind": Draw.record_type,
        "message": problem.message(get_language() or "zh") if problem else "",
    }
    return render(request, "s10/draws.html", context, status=problem.status if problem else 200)


@require_POST
@access.guard("s10.draw", "add")
def new_draw(request: HttpRequest) -> HttpResponse:
    """Fix the frame, draw, keep both."""
    user = access.signed_in(request)
    form = DrawForm(_units(user), request.POST)
    if not form.is_valid():
        return _draws(request, user, form)
    asked = form.cleaned_data
    try:
        draw = services.new_draw(
            user,
            orgs.unit(asked["unit"]),
            field=asked["field"],
            objects=asked["objects"],
            each=asked["each"],
            avoid=asked["avoid"],
            day=today(),
        )
    except Problem as error:
        if error.status == 403:
            raise
        return _draws(request, user, form, error)
    messages.success(request, gettext("已抽取。种子、底册和结果都已保存，可随时复算。"))
    return redirect("s10:draw", pk=draw.pk)


@require_GET
@access.guard("s10.draw", "view")
def draw_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A draw: its frame, seed and result, done again and compared."""
    user = access.signed_in(request)
    draw = records.one(user, Draw.record_type, pk)
    if not isinstance(draw, Draw):
        raise TypeError(draw)
    rows = selectors.assignments(user, draw)
    results = codes.code_list("supervision-result")
    names = dict(
        records.visible(user, Target.record_type)
        .filter(uscc__in=[row.uscc for row in rows])
        .values_list("uscc", "name")
    )
    replay = selectors.replay(user, draw)
    context = {
        "draw": draw,
        "field": codes.code_list("supervision-field").label(draw.field),
        "unit": _name(records.units_by_path(), draw.unit_path),
        "replay": replay,
        "rows": [
            (
                row,
                names.get(row.uscc, ""),
                cards_of(row.officer_cards),
                results.label(row.result) if row.result else "",
                row.position in replay.differing,
            )
            for row in rows
        ],
    }
    return render(request, "s10/draw.html", context)
