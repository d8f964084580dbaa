"""The catalogue's daily page and its export; the records behind it have the pages of every record."""

from __future__ import annotations

from django.core.paginator import Paginator
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
from .models import Attachment, DataItem, DataResource, DataUpdate
from .selectors import Catalogue, ResourceRow

STATES = {
    "unattached": (_("未挂接"), "danger"),
    "overdue": (_("超期未更新"), "warn"),
    "unpublished": (_("待上线"), "info"),
    "current": (_("正常"), "ok"),
}
PAGE_SIZE = 50


def _asked(request: HttpRequest) -> tuple[Catalogue, list[ResourceRow], str, str, str]:
    """The catalogue, the rows that the address asks for, and its state, unit and words."""
    user = access.signed_in(request)
    # The demonstration ends in 2023: "today" would show every resource overdue.
    as_of = records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()
    found = selectors.catalogue(user, as_of)
    state, unit = request.GET.get("state", ""), request.GET.get("unit", "")
    words = request.GET.get("q", "").strip()
    state = state if state in STATES else ""
    rows = [
        row
        for row in found.rows
        if state in ("", row.state)
        and (not unit or row.resource.unit_path == unit)
        and (words in row.resource.name or words in row.resource.resource_code)
    ]
    return found, rows, state, unit, words


@require_GET
@access.guard("s40.resource", "view")
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """Every resource as of a day (the last one with an update, unless asked), what needs somebody first."""
    user = access.signed_in(request)
    found, rows, state, unit, words = _asked(request)
    units = records.units_by_path()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    models = (DataResource, Attachment, DataUpdate, DataItem)
    context = {
        "found": found,
        "page": page,
        "rows": [
            (row, *STATES[row.state], _name(units, row.resource.unit_path), _cycle(row)) for row in page.object_list
        ],
        "units": [(row, _name(units, row.unit_path)) for row in found.units],
        "states": [(key, label, found.counts[key]) for key, (label, _tone) in STATES.items()],
        "state": state,
        "unit": unit,
        "words": words,
        "kinds": [model.record_type for model in models if records.can(user, model.record_type, "view")],
        "may_export": records.can(user, DataResource.record_type, "export"),
    }
    return render(request, "s40/catalogue.html", context)


def _name(units: dict[str, orgs.Unit], path: str) -> str:
    unit = units.get(path)
    return unit.short_name if unit else path


def _cycle(row: ResourceRow) -> str:
    return DataResource.record_type.column("update_cycle").show(row.resource.update_cycle)


@require_GET
@access.guard("s40.resource", "export")
def catalogue_export(request: HttpRequest) -> HttpResponse:
    """What the page lists, as a workbook."""
    found, rows, _state, _unit, _words = _asked(request)
    units = records.units_by_path()
    header = (
        *(gettext("信息资源代码"), gettext("信息资源名称"), gettext("提供单位"), gettext("状态")),
        *(gettext("更新周期"), gettext("挂接日期"), gettext("最近更新"), gettext("应更新于")),
    )
    cells = (
        (
            *(row.resource.resource_code, row.resource.name, _name(units, row.resource.unit_path)),
            *(str(STATES[row.state][0]), _cycle(row), row.attached_on, row.updated_on, row.due_on),
        )
        for row in rows
    )
    notes = [gettext("截至 %(day)s") % {"day": found.as_of.isoformat()}]
    sheet = Sheet(gettext("数据资源待办"), header, cells, title=gettext("数据资源挂接和更新情况"), notes=notes)
    return records.as_workbook(request, DataResource.record_type, sheet, len(rows))
