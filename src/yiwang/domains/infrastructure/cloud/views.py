"""The cloud's daily page and its export; the records behind it have the pages of every record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today
from yiwang.lib.workbooks import Sheet

from . import selectors
from .models import CloudRequest, CloudUse, GovSystem, MigrationStep
from .selectors import SystemRow, Systems

STATES = {
    "to_move": (_("待上云"), "danger"),
    "over": (_("资源紧张"), "danger"),
    "under": (_("资源闲置"), "warn"),
    "moved": (_("已上云"), "ok"),
    "cloud": (_("云上新建"), "ok"),
    "hosted": (_("集中托管"), "info"),
    "exempt": (_("不上云"), "muted"),
}


def _asked(request: HttpRequest) -> tuple[Systems, list[SystemRow], str, str]:
    """The systems, the rows that the address asks for, and its state and unit."""
    user = access.signed_in(request)
    # The demonstration ends in 2023: "today" knows no use at all.
    as_of = records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()
    found = selectors.systems(user, as_of)
    state, unit = request.GET.get("state", ""), request.GET.get("unit", "")
    state = state if state in STATES else ""
    rows = [row for row in found.rows if state in ("", row.state) and unit in ("", row.system.unit_path)]
    return found, rows, state, unit


def _name(units: dict[str, orgs.Unit], path: str) -> str:
    unit = units.get(path)
    return unit.short_name if unit else path


def _step(row: SystemRow) -> str:
    return MigrationStep.record_type.column("stage").show(row.step)


def _where(row: SystemRow) -> str:
    """Where it runs now: a system that has moved no longer stands where it was registered."""
    return gettext("政务云") if row.moved else GovSystem.record_type.column("hosting").show(row.system.hosting)


@require_GET
@access.guard("s37.system", "view")
def systems_page(request: HttpRequest) -> HttpResponse:
    """Every system as of a day (the last one whose use is known, unless asked), what needs somebody first."""
    user = access.signed_in(request)
    found, rows, state, unit = _asked(request)
    units = records.units_by_path()
    models = (GovSystem, CloudRequest, MigrationStep, CloudUse)
    context = {
        "found": found,
        "rows": [
            (row, *STATES[row.state], _name(units, row.system.unit_path), _where(row), _step(row)) for row in rows
        ],
        "states": [(key, label, found.counts[key]) for key, (label, _tone) in STATES.items()],
        "units": sorted({(row.system.unit_path, _name(units, row.system.unit_path)) for row in found.rows}),
        "state": state,
        "unit": unit,
        "kinds": [model.record_type for model in models if records.can(user, model.record_type, "view")],
        "may_export": records.can(user, GovSystem.record_type, "export"),
    }
    return render(request, "s37/systems.html", context)


@require_GET
@access.guard("s37.system", "export")
def systems_export(request: HttpRequest) -> HttpResponse:
    """What the page lists, as a workbook."""
    found, rows, _state, _unit = _asked(request)
    units = records.units_by_path()
    header = (
        *(gettext("系统编号"), gettext("系统名称"), gettext("单位"), gettext("部署位置"), gettext("状态")),
        *(gettext("下一步"), gettext("计划完成日期"), gettext("批准核数"), gettext("处理器利用率")),
    )
    cells = (
        (
            *(row.system.system_code, row.system.name, _name(units, row.system.unit_path), _where(row)),
            *(str(STATES[row.state][0]), _step(row), row.due_on),
            *(row.granted.vcpu_granted if row.granted else None, row.cpu),
        )
        for row in rows
    )
    notes = [gettext("截至 %(day)s") % {"day": found.as_of.isoformat()}]
    sheet = Sheet(gettext("应用上云待办"), header, cells, title=gettext("政务信息系统上云情况"), notes=notes)
    return records.as_workbook(request, GovSystem.record_type, sheet, len(rows))
