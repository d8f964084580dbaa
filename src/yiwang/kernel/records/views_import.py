"""The page 导入: a file in, its check, the preview, the confirmation, the bad rows back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.files import api as files
from yiwang.kernel.jobs import api as jobs
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.problems import Problem

from . import imports
from .forms import unit_choices
from .guards import record_guard
from .importing import SOURCE_ID
from .models import ImportRun
from .types import RecordType


class ImportForm(forms.Form):
    """The file, where it is from, whose rows they are that name no unit."""

    def __init__(self, kind: RecordType, user: access.User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source"] = forms.CharField(
            label=_("来源系统"),
            max_length=30,
            initial="import",
            help_text=_("同一来源的同一来源编号是同一条记录：再次导入时相同的跳过，不同的作为更正。"),
            error_messages={"required": _("必填，不能为空。")},
        )
        own = user.unit.code if user.unit else ""
        units = unit_choices(user, kind) or ([(own, user.unit.short_name)] if user.unit else [])
        self.fields["unit"] = forms.ChoiceField(
            label=_("没有“所属单位”的行归"), choices=units, initial=own, required=bool(units)
        )


@require_http_methods(["GET", "POST"])
@record_guard("import")
def import_page(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """Choose a file; posted, it is taken in and its check begins."""
    user = access.signed_in(request)
    form = ImportForm(kind, user, request.POST if request.method == "POST" else None)
    problem = None
    if request.method == "POST" and form.is_valid():
        upload = request.FILES.get("file")
        try:
            if not isinstance(upload, UploadedFile):
                raise Problem("file_missing", "请选择要导入的文件。", "Choose the file to import.")
            unit = orgs.unit(form.cleaned_data["unit"]) if form.cleaned_data["unit"] else None
            run = imports.begin(
                user, kind, upload, upload.name or "file", source=form.cleaned_data["source"], unit=unit
            )
        except Problem as error:
            problem = error
        else:
            return redirect("records:import-run", kind.key, run.pk)
    context = {
        "kind": kind,
        "form": form,
        "problem": problem,
        "message": problem.message(get_language() or "zh") if problem else "",
        "runs": imports.runs_of(user, kind),
        "most": files.MAX_BYTES // 1024 // 1024,
    }
    status = problem.status if problem else 422 if form.errors else 200
    return render(request, "records/import.html", context, status=status)


@require_GET
@record_guard("import")
def run_page(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """How far an import is; after the check the preview with the confirmation, after the writing what was done."""
    run = imports.run_of(access.signed_in(request), kind, pk)
    english = not (get_language() or "zh").startswith("zh")
    outcome = run.outcome
    context = {
        "kind": kind,
        "run": run,
        "job": run.job,
        "outcome": outcome,
        "good": outcome.get("new", 0) + outcome.get("changed", 0),
        "heads": [SOURCE_ID, *(str(column.verbose_name) for column in kind.columns)],
        "faults": [(row, column, en if english else zh) for row, column, _code, zh, en in outcome.get("shown", [])],
        "more": max(0, outcome.get("bad", 0) - len(outcome.get("shown", []))),
        "checked": run.stage == ImportRun.Stage.CHECK and run.job is not None and run.job.status == "done",
        "written": run.stage == ImportRun.Stage.WRITE and run.job is not None and run.job.status == "done",
    }
    return render(request, "records/import_run.html", context)


@require_POST
@record_guard("import")
def confirm(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """Write the good rows."""
    run = imports.confirm(access.signed_in(request), kind, pk)
    return redirect("records:import-run", kind.key, run.pk)


@require_POST
@record_guard("import")
def cancel(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """Stop the check or the writing; batches that are written stay."""
    user = access.signed_in(request)
    run = imports.run_of(user, kind, pk)
    if run.job is not None and run.job.open:
        jobs.cancel(run.job, actor=user, ip=audit.client_ip(request))
        messages.success(request, _("已要求停止，做完的部分保留。"))
    return redirect("records:import-run", kind.key, run.pk)


@require_GET
@record_guard("import")
def bad_rows(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponseBase:
    """The bad rows with what is wrong beside them. They are the reader's own file, so unmasked."""
    user = access.signed_in(request)
    run = imports.run_of(user, kind, pk)
    if run.bad_rows is None:
        raise Problem(
            "import_expired",
            "没有错误行文件，或已过期清除。请重新上传检查。",
            "There is no file of bad rows, or it has expired. Upload the file again.",
            status=404,
        )
    return files.download_response(run.bad_rows)
