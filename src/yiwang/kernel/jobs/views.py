"""One's jobs; the system administrator's page shows everybody's."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit

from . import selectors, services
from .models import Job

PAGE_SIZE = 30


@login_required
@require_GET
def jobs_page(request: HttpRequest) -> HttpResponse:
    """Jobs, newest first; ``?status=`` one state only."""
    user = access.signed_in(request)
    status = request.GET.get("status", "")
    found = selectors.visible(user)
    if status in Job.Status.values:
        found = found.filter(status=status)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "status": status,
        "states": Job.Status.choices,
        "all": access.can(user, "jobs.job", "view"),
        "waiting": selectors.visible(user).filter(status__in=(Job.Status.QUEUED, Job.Status.RUNNING)).exists(),
    }
    return render(request, "jobs/list.html", context)


@login_required
@require_POST
def cancel_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the end of a job."""
    user = access.signed_in(request)
    job = selectors.job(user, pk)
    if job is None:
        raise Http404
    if job.open:
        services.cancel(job, actor=user, ip=audit.client_ip(request))
        messages.success(request, _("已要求停止“%(title)s”，做完的部分保留。") % {"title": job.title})
    else:
        messages.info(request, _("“%(title)s”已经结束。") % {"title": job.title})
    return redirect("jobs:list")
