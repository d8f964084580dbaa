"""The page of the lake: what the newest snapshot holds and how old it is."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yiwang.kernel.access.api import guard

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
    return render(request, "lake/tables.html", {"status": status, "rows": rows, "stale": stale})
