"""The page of the lake: what the newest snapshot holds and how old it is."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yiwang.kernel.access.api import can, guard, signed_in
from yiwang.kernel.jobs import api as jobs

from . import selectors

# A snapshot is taken several times an hour: older than this, nobody takes them.
STALE = timedelta(hours=24)


@guard("lake.snapshot", "view")
@require_GET
def tables_page(request: HttpRequest) -> HttpResponse:
    """Every record type in the newest snapshot with rows, size and files."""
    status = selectors.status()
    rows = [
        (table, table.name_zh if request.LANGUAGE_CODE.startswith("zh") else table.name_en, len(table.files))
        for table in (status.newest.tables if status else ())
    ]
    stale = status is not None and status.age > STALE
    may_refresh = can(signed_in(request), "lake.snapshot", "refresh")
    context = {"status": status, "rows": rows, "stale": stale, "may_refresh": may_refresh}
    return render(request, "lake/tables.html", context)


@guard("lake.snapshot", "refresh")
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Take a snapshot now, as a job."""
    jobs.start("lake.refresh", actor=signed_in(request), lock="lake.refresh")
    messages.success(request, _("已开始刷新数据湖，可在后台任务中查看进度。"))
    return redirect("lake:tables")
