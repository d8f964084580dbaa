"""The audit trail, for the security auditor only."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE

from . import api, selectors
from .export import MAX_ROWS, as_csv, as_xlsx
from .forms import FilterForm
from .services import record, verify

PAGE_SIZE = 50
FORMATS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, CONTENT_TYPE),
}
# This room stands below access and asks its question through Django's own permission check.
may_view = permission_required("audit.entry.view", raise_exception=True)
may_export = permission_required("audit.entry.export", raise_exception=True)


@login_required
@may_view
@require_GET
def audit_page(request: HttpRequest) -> HttpResponse:
    """Entries with filters, newest first."""
    form = FilterForm(request.GET or None)
    context = {
        "form": form,
        "page": Paginator(selectors.entries(**form.filters()), PAGE_SIZE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
    }
    return render(request, "audit/list.html", context)


@login_required
@may_export
@require_GET
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The filtered entries as CSV or Excel; the export is itself audited. Problem ``export_too_large``."""
    if form not in FORMATS:
        raise Http404
    filters = FilterForm(request.GET or None).filters()
    found = selectors.entries(**filters)
    count = found.count()
    if count > MAX_ROWS:
        raise Problem(
            "export_too_large",
            f"符合条件的记录有 {count} 条，一次最多导出 {MAX_ROWS} 条。请缩小时间范围分次导出。",
            f"{count} entries match; at most {MAX_ROWS} are exported at once. Narrow the dates and export in parts.",
            count=count,
        )
    write, content_type = FORMATS[form]
    body = write(found.iterator(chunk_size=2000))
    actor, ip = api.actor_of(request)
    record("audit.export", actor=actor, ip=ip, object_type="audit.entry", detail={"rows": count, "filters": filters})
    response = HttpResponse(body, content_type=content_type)
    name = f"audit-{timezone.localdate():%Y%m%d}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@may_view
@require_POST
def verify_chain(request: HttpRequest) -> HttpResponse:
    """Check the whole chain now and say what came out."""
    outcome = verify()
    actor, ip = api.actor_of(request)
    record(
        "audit.verify", actor=actor, ip=ip, result="ok" if outcome.ok else "failed", detail={"checked": outcome.checked}
    )
    if outcome.ok:
        messages.success(
            request,
            _("审计链完整：已核对 %(count)s 条，链尾哈希 %(head)s。")
            % {"count": outcome.checked, "head": outcome.head[:16]},
        )
    else:
        chinese = (get_language() or "zh").startswith("zh")
        messages.error(request, outcome.reason_zh if chinese else outcome.reason_en)
    return redirect("audit:list")
