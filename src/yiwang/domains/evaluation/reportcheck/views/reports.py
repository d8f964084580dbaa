"""A report with its versions side by side, who may see it, and which kinds of findings officials dismiss."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yiwang.domains.evaluation.reportcheck import selectors, services
from yiwang.domains.evaluation.reportcheck.models import Report
from yiwang.kernel.access.api import User, guard, signed_in
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE, Cell, Sheet, workbook


@require_GET
@guard("s46.check", "use")
def report_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The versions of a report and what became of the findings; ``?old=1&new=3`` compares other versions."""
    user = signed_in(request)
    return _report_page(request, user, selectors.report_by_key(user, key))


def _report_page(request: HttpRequest, user: User, report: Report, problem: Problem | None = None) -> HttpResponse:
    versions = selectors.versions(report)
    numbers = [version.number for version in versions]
    new, old = _chosen(request, "new", numbers, 0), _chosen(request, "old", numbers, 1)
    comparison = None
    if old is not None and new is not None and old != new:
        low, high = sorted((old, new))
        pair = {version.number: version for version in report.versions.filter(number__in=(low, high))}
        comparison = selectors.compare(pair[low], pair[high])
    context = {
        "report": report,
        "versions": versions,
        "comparison": comparison,
        "old": old,
        "new": new,
        "may_edit": selectors.may_edit(user, report),
        "owner": report.created_by_id == user.pk,
        "problem": problem,
    }
    return render(request, "s46/report.html", context, status=problem.status if problem else 200)


def _chosen(request: HttpRequest, name: str, numbers: list[int], default: int) -> int | None:
    """The version that is asked for, else the newest but ``default``; None when there are not as many."""
    asked = request.GET.get(name, "")
    if asked.isascii() and asked.isdigit() and int(asked) in numbers:
        return int(asked)
    return numbers[default] if len(numbers) > default else None


@require_POST
@guard("s46.check", "use")
def version_new(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Check the next version of a report; a file that cannot be read is said so on the same page."""
    user = signed_in(request)
    report = selectors.report_by_key(user, key)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise Problem(
                "file_missing", "请先选择新版本的文件。", "Choose the file of the new version first.", field="file"
            )
        services.check_upload(upload, upload.name or "", actor=user, report=report)
    except Problem as problem:
        return _report_page(request, user, report, problem)
    return redirect("s46:report", key=key)


@require_POST
@guard("s46.check", "use")
def report_share(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Share a report with the unit, or stop sharing it."""
    user = signed_in(request)
    report = selectors.report_by_key(user, key)
    services.share(report, shared=request.POST.get("shared") == "1", actor=user)
    messages.success(request, _("已交本单位共用。") if report.shared else _("已改为仅本人可见。"))
    return redirect("s46:report", key=key)


@require_POST
@guard("s46.check", "use")
def report_delete(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Delete a report with all versions."""
    user = signed_in(request)
    report = selectors.report_by_key(user, key)
    services.delete_report(report, actor=user)
    messages.success(request, _("已删除“%(name)s”的全部版本。") % {"name": report.title})
    return redirect("s46:checks")


@require_GET
@guard("s46.check", "use")
def kinds_page(request: HttpRequest) -> HttpResponse:
    """How often findings of each kind are dismissed."""
    counts = selectors.kind_counts(signed_in(request))
    total, dismissed = sum(count.found for count in counts), sum(count.dismissed for count in counts)
    return render(request, "s46/kinds.html", {"counts": counts, "total": total, "dismissed": dismissed})


@require_GET
@guard("s46.check", "use")
def kinds_export(request: HttpRequest) -> HttpResponse:
    """The counts as a workbook."""
    user = signed_in(request)
    rows: list[list[Cell]] = [
        [count.name, count.found, count.dismissed, count.percent] for count in selectors.kind_counts(user)
    ]
    sheet = Sheet(
        name="意见类型统计", header=["意见类型", "意见数", "已忽略", "忽略率（%）"], rows=rows, widths=[36, 12, 12, 14]
    )
    audit.record("export", actor=user.username, object_type="s46.kinds")
    response = HttpResponse(workbook([sheet]), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = 'attachment; filename="report-check-kinds.xlsx"'
    return response
