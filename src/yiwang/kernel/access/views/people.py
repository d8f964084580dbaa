"""Everybody's accounts: the system administrator makes, closes and resets, the security administrator grants."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

from .. import selectors, services
from ..forms import NewAccountForm, PersonSearchForm, RolesForm
from ..models import User
from ..web import guard, signed_in

PAGE_SIZE = 50


def _found(username: str) -> User:
    username = username.replace("\x00", "")
    user = User.objects.select_related("person", "unit").filter(username=username).first()
    if user is None:
        raise Http404
    return user


@guard("access.user", "view")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Accounts with filters."""
    form = PersonSearchForm(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    found = selectors.accounts(
        text=filters.get("q", ""), role_key=filters.get("role", ""), state=filters.get("state", "")
    )
    context = {
        "form": form,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_edit": selectors.can(signed_in(request), "access.user", "edit"),
        "now": timezone.now(),
    }
    return render(request, "access/people.html", context)


@guard("access.user", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make an account with a one-time password, shown once."""
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = services.open_account(
                **form.cleaned_data, actor=signed_in(request), ip=audit.client_ip(request)
            )
        except Problem as problem:
            form.add_error("username", problem.message(get_language() or "zh"))
        else:
            return render(request, "access/one_time_password.html", {"account": user, "password": password})
    return render(request, "access/person_new.html", {"form": form}, status=422 if form.is_bound else 200)


@guard("access.user", "view")
@require_GET
def person(request: HttpRequest, username: str) -> HttpResponse:
    """One account: what it may, when it was used, what can be done."""
    return _person(request, _found(username))


def _person(request: HttpRequest, account: User, form: RolesForm | None = None) -> HttpResponse:
    user = signed_in(request)
    context = {
        "account": account,
        "form": form or RolesForm(account=account),
        "may_edit": selectors.can(user, "access.user", "edit") and user.pk != account.pk,
        "may_reset": not account.role_set & services.OVERSEERS,
        "may_grant": selectors.can(user, "access.user", "grant") and user.pk != account.pk,
        "now": timezone.now(),
        "locked": bool(account.locked_until and account.locked_until > timezone.now()),
        "rules": selectors.rules_of(account),
    }
    return render(request, "access/person.html", context, status=422 if form else 200)


@guard("access.user", "grant")
@require_POST
def roles(request: HttpRequest, username: str) -> HttpResponse:
    """Give an account its roles."""
    account = _found(username)
    form = RolesForm(request.POST, account=account)
    if form.is_valid():
        try:
            services.set_roles(
                account, form.cleaned_data["roles"], actor=signed_in(request), ip=audit.client_ip(request)
            )
        except Problem as problem:
            if problem.status == 403:
                raise
            form.add_error("roles", problem.message(get_language() or "zh"))
        else:
            messages.success(request, _("角色已更新，立即生效。"))
            return redirect("access:person", username=username)
    return _person(request, account, form)


@guard("access.user", "edit")
@require_POST
def reset(request: HttpRequest, username: str) -> HttpResponse:
    """A new one-time password, shown once."""
    account = _found(username)
    password = services.reset_password(account, actor=signed_in(request), ip=audit.client_ip(request))
    return render(request, "access/one_time_password.html", {"account": account, "password": password})


@guard("access.user", "edit")
@require_POST
def close(request: HttpRequest, username: str) -> HttpResponse:
    """Close an account."""
    services.set_active(_found(username), False, actor=signed_in(request), ip=audit.client_ip(request))
    messages.success(request, _("账号已停用，其登录和令牌已失效。"))
    return redirect("access:person", username=username)


@guard("access.user", "edit")
@require_POST
def reopen(request: HttpRequest, username: str) -> HttpResponse:
    """Reopen a closed account."""
    services.set_active(_found(username), True, actor=signed_in(request), ip=audit.client_ip(request))
    messages.success(request, _("账号已恢复使用。"))
    return redirect("access:person", username=username)


@guard("access.user", "edit")
@require_POST
def unlock(request: HttpRequest, username: str) -> HttpResponse:
    """Lift a lock-out."""
    services.unlock(_found(username), actor=signed_in(request), ip=audit.client_ip(request))
    messages.success(request, _("账号已解锁。"))
    return redirect("access:person", username=username)
