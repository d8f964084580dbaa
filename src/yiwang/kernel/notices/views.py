"""One's messages."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yiwang.kernel.access.api import signed_in

from . import services

PAGE_SIZE = 30


@login_required
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The messages, newest first; ``?unread=1`` only those not read."""
    user = signed_in(request)
    unread_only = request.GET.get("unread") == "1"
    found = services.for_user(user)
    if unread_only:
        found = found.filter(read_at=None)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "unread_only": unread_only,
        "unread": services.unread_count(user),
    }
    return render(request, "notices/list.html", context)


@login_required
@require_POST
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one message read and go where it leads."""
    user = signed_in(request)
    notice = services.for_user(user).filter(pk=notice_id).first()
    if notice is None:
        raise Http404
    services.mark_read(user, [notice_id])
    return redirect(notice.url)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all messages read."""
    services.mark_read(signed_in(request))
    messages.success(request, _("全部消息已标为已读。"))
    return redirect("notices:list")
