"""Taking in a plan from a workbook: template, look, confirm."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning.services import imports
from yiwang.domains.evaluation.planning.views.answers import about, go, posted, well
from yiwang.kernel.access import api as access
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE


@access.guard("s45.plan", "import")
def import_page(request: HttpRequest) -> HttpResponse:
    """Upload a workbook; then what is in it, or every cell that needs mending."""
    if request.method != "POST":
        return render(request, "s45/import.html")
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise Problem("file_missing", "请先选择填好的规划工作簿。", "Choose the filled-in workbook.", field="file")
        stored, spec = imports.look(upload, upload.name or "", actor=access.signed_in(request))
    except Problem as problem:
        errors = problem.detail.get("errors", [])
        return render(request, "s45/import.html", {**about(problem), "errors": errors}, status=problem.status)
    context = {
        "stored": stored,
        "spec": spec,
        "measures": sum(len(task.measures) for task in spec.tasks),
        "judged": sum(1 for item in spec.indicators if not item.is_fact),
        "facts": sum(1 for item in spec.indicators if item.is_fact),
    }
    return render(request, "s45/import.html", context)


@access.guard("s45.plan", "import")
@posted("plan-import")
def import_confirm(request: HttpRequest) -> HttpResponse:
    """Write the plan that was looked at."""
    try:
        version = imports.confirm(request.POST.get("stored", ""), actor=access.signed_in(request))
    except Problem as problem:
        return render(request, "s45/import.html", about(problem), status=problem.status)
    well(request, _("已导入规划“%(title)s”第 1 版。") % {"title": version.plan.title})
    return go(request, "plan")


@access.guard("s45.plan", "import")
def import_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook."""
    answer = HttpResponse(imports.template(), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="plan-template.xlsx"'
    return answer
