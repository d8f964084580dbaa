"""Downloads: a list as a file, the template of an import."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today
from yiwang.lib.workbooks import CONTENT_TYPE

from . import asked, exporting
from .guards import record_guard
from .types import RecordType


@require_GET
@record_guard("export")
def export(request: HttpRequest, kind: RecordType) -> HttpResponseBase:
    """The list of the address as a workbook, or with ``format=csv`` as CSV; masked like the page."""
    user = access.signed_in(request)
    query = asked.read(kind, request.GET).query()
    name = f"{kind.key}-{today():%Y%m%d}"
    if request.GET.get("format") == "csv":
        file, _count = exporting.as_csv(user, kind, query)
        return FileResponse(file, as_attachment=True, filename=f"{name}.csv", content_type="text/csv; charset=utf-8")
    return _workbook(exporting.as_workbook(user, kind, query), name)


@require_GET
@record_guard("import")
def template(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """The empty table that an import of this type takes."""
    return _workbook(exporting.template(kind), f"{kind.key}-template")


def _workbook(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
