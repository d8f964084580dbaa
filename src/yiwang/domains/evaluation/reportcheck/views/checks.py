"""Drop a report, see its text with the findings in place, dismiss findings, take the result along."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yiwang.domains.evaluation.reportcheck import selectors, services
from yiwang.domains.evaluation.reportcheck.engine.source import Places
from yiwang.domains.evaluation.reportcheck.models import Check
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User, guard, signed_in
from yiwang.kernel.audit import api as audit
from yiwang.kernel.files import api as files
from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE, Cell, Sheet, workbook

SEVERITY_ZH = {"error": "错误", "warning": "存疑", "info": "提示"}
SOURCE_ZH = {"stated": "写明", "inherited": "承前", "inferred": "推定"}
WHOSE = ("", "mine", "shared")


@require_GET
@guard("s46.check", "use")
def checks_page(request: HttpRequest) -> HttpResponse:
    """Where a report is dropped, and the reports that the reader may see; ``?whose=`` and ``?q=`` narrow them."""
    return _checks_page(request)


def _checks_page(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    user = signed_in(request)
    whose, words = request.GET.get("whose", ""), request.GET.get("q", "").strip()
    found = selectors.reports(user)
    if whose == "mine":
        found = found.filter(created_by=user)
    elif whose == "shared":
        found = found.filter(shared=True)
    if words:
        found = found.filter(title__icontains=words)
    context = {
        "page": Paginator(selectors.latest(found), 20).get_page(request.GET.get("page")),
        "whose": whose if whose in WHOSE else "",
        "q": words,
        "filtered": bool(whose or words),
        "may_share": user.unit is not None and access.in_scope(user, "s46.report", "view", user.unit),
        "problem": problem,
    }
    return render(request, "s46/checks.html", context, status=problem.status if problem else 200)


@require_POST
@guard("s46.check", "use")
def check_new(request: HttpRequest) -> HttpResponse:
    """Check the dropped file; a file that cannot be read is said so on the same page."""
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise Problem("file_missing", "请先选择要核验的报告文件。", "Choose a report first.", field="file")
        shared = request.POST.get("shared") == "1"
        found = services.check_upload(upload, upload.name or "", actor=signed_in(request), shared=shared)
    except Problem as problem:
        return _checks_page(request, problem)
    return redirect("s46:check", key=found.key)


@require_GET
@guard("s46.check", "use")
def check_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The checked text with its findings; ``?severity=`` keeps one kind of finding in the list."""
    user = signed_in(request)
    return _check_page(request, user, selectors.check_by_key(user, key))


def _check_page(request: HttpRequest, user: User, found: Check, problem: Problem | None = None) -> HttpResponse:
    chosen = request.GET.get("severity", "")
    every = selectors.numbered(found)
    findings = [item for item in every if item["dismissal"] is None]
    before = selectors.version_before(found)
    context = {
        "check": found,
        "report": found.report,
        "findings": [item for item in findings if chosen not in SEVERITY_ZH or item["severity"] == chosen],
        "dismissed": [item for item in every if item["dismissal"] is not None],
        "paragraphs": selectors.pieces(found.result["document"]["text"], findings),
        "figures": found.result["figures"],
        "severity": chosen if chosen in SEVERITY_ZH else "",
        "may_edit": selectors.may_edit(user, found.report),
        "may_compare": access.can(user, "s46.records", "view"),
        "comparison": selectors.compare(before, found) if before else None,
        "problem": problem,
    }
    return render(request, "s46/check.html", context, status=problem.status if problem else 200)


@require_POST
@guard("s46.check", "use")
def finding_dismiss(request: HttpRequest, key: uuid.UUID, number: int) -> HttpResponse:
    """Dismiss a finding; a missing reason is said on the same page."""
    user = signed_in(request)
    found = selectors.check_by_key(user, key)
    try:
        services.dismiss(found, number, reason=request.POST.get("reason", ""), actor=user)
    except Problem as problem:
        if problem.code != "reason_missing":
            raise
        return _check_page(request, user, found, problem)
    messages.success(request, _("已忽略第 %(number)s 条意见，以后的版本也不再提示。") % {"number": number})
    return redirect("s46:check", key=key)


@require_POST
@guard("s46.check", "use")
def finding_restore(request: HttpRequest, key: uuid.UUID, number: int) -> HttpResponse:
    """Take the dismissal of a finding back."""
    user = signed_in(request)
    services.take_back(selectors.check_by_key(user, key), number, actor=user)
    messages.success(request, _("已取消忽略第 %(number)s 条意见。") % {"number": number})
    return redirect("s46:check", key=key)


@require_GET
@guard("s46.check", "use")
def check_annotated(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The Word document with the findings as comments."""
    user = signed_in(request)
    return annotated_response(user, selectors.check_by_key(user, key))


def annotated_response(user: User, found: Check) -> HttpResponse:
    """The answer that saves the annotated document, for the page and the API."""
    data = selectors.annotated(found)
    audit.record("export", actor=user.username, object_type="s46.check", object_id=str(found.pk))
    response = HttpResponse(data, content_type=files.DOCX)
    name = f"{found.filename.rpartition('.')[0]}-批注.docx"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@guard("s46.check", "use")
def check_export(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Findings and figures as a workbook of two sheets."""
    user = signed_in(request)
    found = selectors.check_by_key(user, key)
    text, places = found.result["document"]["text"], selectors.places(found)
    data = workbook(
        [
            Sheet(
                name="核验意见",
                header=["序号", "级别", "类型", "意见", "文中", "应为", "位置", "原文", "忽略理由", "忽略人"],
                rows=(_finding_row(finding, text, places) for finding in selectors.numbered(found)),
                widths=[6, 8, 24, 70, 20, 20, 24, 50, 40, 12],
            ),
            Sheet(
                name="识别的数字",
                header=["原文", "数值（基本单位）", "单位", "限定", "对象", "截至", "起始", "日期来源", "位置"],
                rows=(_figure_row(figure, places) for figure in found.result["figures"]),
                widths=[18, 20, 10, 10, 40, 12, 12, 10, 24],
            ),
        ]
    )
    audit.record("export", actor=user.username, object_type="s46.check", object_id=str(found.pk))
    response = HttpResponse(data, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="report-check-{local_date(found.checked_at):%Y%m%d}.xlsx"'
    return response


def _finding_row(finding: dict[str, Any], text: str, places: Places) -> list[Cell]:
    start, end = finding["spans"][0] if finding["spans"] else (0, 0)
    dismissal = finding["dismissal"]
    return [
        finding["number"],
        SEVERITY_ZH[finding["severity"]],
        finding["kind_name"],
        finding["message_zh"],
        finding["stated"],
        finding["expected"],
        places(start).zh if finding["spans"] else "",
        text[start:end][:200],
        dismissal.reason if dismissal else "",
        dismissal.dismissed_by.display_name if dismissal else "",
    ]


def _figure_row(figure: dict[str, Any], places: Places) -> list[Cell]:
    return [
        figure["text"],
        figure["value"],
        figure["unit"],
        figure["hedge"],
        figure["subject"],
        figure["as_of"],
        figure["period_start"],
        SOURCE_ZH[figure["date_source"]],
        places(figure["start"]).zh,
    ]


@require_GET
@guard("s46.check", "use")
def check_json(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The result as the command line gives it."""
    found = selectors.check_by_key(signed_in(request), key)
    return JsonResponse(found.result, json_dumps_params={"ensure_ascii": False})


@require_POST
@guard("s46.check", "use")
def check_delete(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Delete a version; with the only one the report goes too."""
    user = signed_in(request)
    found = selectors.check_by_key(user, key)
    report, last = found.report, found.report.versions.count() == 1
    services.delete_check(found, actor=user)
    messages.success(request, _("已删除“%(name)s”的核验记录。") % {"name": found.filename})
    return redirect("s46:checks") if last else redirect("s46:report", key=report.key)
