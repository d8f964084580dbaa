"""The daily circular and its workbook; the records have the pages of every record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today
from yiwang.lib.workbooks import Sheet

from . import selectors
from .models import Account, Activity, Member


def _circular(request: HttpRequest) -> selectors.Circular:
    user = access.signed_in(request)
    # The demonstration ends in 2023: today nobody delivered.
    as_of = records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()
    return selectors.circular(user, as_of)


@require_GET
@access.guard("s31.member", "view")
def circular_page(request: HttpRequest) -> HttpResponse:
    """Units by activity on a day, those without a figure first; accounts that nobody activated."""
    user = access.signed_in(request)
    context = {
        "found": _circular(request),
        "kinds": [
            model.record_type for model in (Member, Account, Activity) if records.can(user, model.record_type, "view")
        ],
        "may_export": records.can(user, Member.record_type, "export"),
    }
    return render(request, "s31/circular.html", context)


@require_GET
@access.guard("s31.member", "export")
def circular_export(request: HttpRequest) -> HttpResponse:
    """The circular as a workbook, to be sent round."""
    found = _circular(request)
    header = (
        *(gettext("单位"), gettext("账号数"), gettext("活跃账号数"), gettext("日活跃率"), gettext("近一周活跃率")),
        *(gettext("近一月活跃率"), gettext("在用账号"), gettext("未激活账号")),
    )
    rows = (
        (row.member.name, row.due, row.active, row.rate, row.week, row.month, row.accounts, row.idle)
        for row in found.rows
    )
    notes = [
        gettext("%(day)s 日活跃率，%%；未报数的单位在前，低的在前，通报线 %(line)s%%")
        % {"day": found.as_of.isoformat(), "line": found.line.normalize()}
    ]
    sheet = Sheet(gettext("活跃率通报"), header, rows, title=gettext("协同办公活跃率每日通报"), notes=notes)
    return records.as_workbook(request, Member.record_type, sheet, len(found.rows))
