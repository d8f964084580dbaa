"""Pages of S46: drop a report, see its text with the findings in place."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yiwang.domains.evaluation.reportcheck import selectors, services
from yiwang.domains.evaluation.reportcheck.engine.source import Places
from yiwang.kernel.access.api import guard, signed_in
from yiwang.kernel.audit import api as audit
from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE, Cell, Sheet, workbook

SEVERITY_ZH = {"error": "错误", "warning": "存疑", "info": "提示"}
SOURCE_ZH = {"stated": "写明", "inherited": "承前", "inferred": "推定"}


@require_GET
@guard("s46.check", "use")
def checks_page(request: HttpRequest) -> HttpResponse:
    """Where a report is dropped, and the reader's earlier checks."""
    rows = selectors.checks(signed_in(request))
    return render(request, "s46/checks.html", {"page": Paginator(rows, 20).get_page(request.GET.get("page"))})


@require_POST
@guard("s46.check", "use")
def check_new(request: HttpRequest) -> HttpResponse:
    """Check the dropped file; a file that cannot be read is said so on the same page."""
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise Problem("file_missing", "请先选择要核验的报告文件。", "Choose a report first.", field="file")
        found = services.check_upload(upload, upload.name or "", actor=signed_in(request))
    except Problem as problem:
        rows = selectors.checks(signed_in(request))
        context = {"page": Paginator(rows, 20).get_page(1), "problem": problem}
        return render(request, "s46/checks.html", context, status=problem.status)
    return redirect("s46:check", key=found.key)


@require_GET
@guard("s46.check", "use")
def check_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The checked text with its findings; ``?severity=`` keeps one kind of finding in the list."""
    found = selectors.check_by_key(signed_in(request), key)
    findings = found.result["findings"]
    chosen = request.GET.get("severity", "")
    places = selectors.places(found)
    numbered = [
        {"number": number, "place": selectors.first_place(finding, places), **finding}
        for number, finding in enumerate(findings, start=1)
        if chosen not in SEVERITY_ZH or finding["severity"] == chosen
    ]
    context = {
        "check": found,
        "findings": numbered,
        "paragraphs": selectors.pieces(found.result["document"]["text"], findings),
        "figures": found.result["figures"],
        "severity": chosen if chosen in SEVERITY_ZH else "",
    }
    return render(request, "s46/check.html", context)


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
                header=["序号", "级别", "意见", "文中", "应为", "位置", "原文"],
                rows=(
                    _finding_row(number, finding, text, places)
                    for number, finding in enumerate(found.result["findings"], start=1)
                ),
                widths=[6, 8, 70, 20, 20, 24, 50],
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


def _finding_row(number: int, finding: dict[str, Any], text: str, places: Places) -> list[Cell]:
    start, end = finding["spans"][0] if finding["spans"] else (0, 0)
    return [
        number,
        SEVERITY_ZH[finding["severity"]],
        finding["message_zh"],
        finding["stated"],
        finding["expected"],
        places(start).zh if finding["spans"] else "",
        text[start:end][:200],
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
    """Delete a kept result."""
    user = signed_in(request)
    found = selectors.check_by_key(user, key)
    services.delete_check(found, actor=user)
    messages.success(request, _("已删除“%(name)s”的核验记录。") % {"name": found.filename})
    return redirect("s46:checks")
