"""Signing in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from yiwang.lib.problems import Problem

from .. import demo, services, signin
from ..forms import SignInForm
from ..models import User


def _destination(request: HttpRequest) -> str:
    """Where to go after signing in: ``next`` when it lies on this site, else home."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else resolve_url(settings.LOGIN_REDIRECT_URL)


def remember_language(response: HttpResponse, language: str) -> None:
    """Set the language cookie that the locale middleware reads."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. A wrong pair and a lock-out are shown with status 401 and 403."""
    if isinstance(request.user, User):
        return redirect(_destination(request))
    form = SignInForm(request.POST or None)
    problem: Problem | None = None
    if request.method == "POST" and form.is_valid():
        outcome = signin.sign_in(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if isinstance(outcome, User):
            return _welcome(request, outcome)
        problem = outcome
    context = {
        "form": form,
        "next": _destination(request),
        "message": problem.message(get_language() or "zh") if problem else "",
        "problem": problem,
        "expired": request.GET.get("reason") == "expired" and not problem,
        "demo_accounts": demo.shown_accounts(),
    }
    status = problem.status if problem else 422 if form.is_bound else 200
    return render(request, "access/sign_in.html", context, status=status)


def _welcome(request: HttpRequest, user: User) -> HttpResponse:
    changed = user.password_changed_at
    if changed and timezone.now() - changed > services.PASSWORD_AGE:
        messages.warning(request, _("密码已使用超过 90 天，请在“我的账号”中更换。"))
    response = redirect(_destination(request))
    if user.language:
        remember_language(response, user.language)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    signin.sign_out(request)
    return redirect("access:sign-in")
