"""One's own account: password, language, sessions, tokens."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

from .. import services, sessions, tokens
from ..forms import LanguageForm, PasswordForm, TokenForm
from ..types import NewToken
from ..web import signed_in
from .signing import remember_language


def _page(request: HttpRequest, *, token_form: TokenForm | None = None, made: NewToken | None = None) -> HttpResponse:
    user = signed_in(request)
    changed = user.password_changed_at
    context = {
        "account": user,
        "sessions": sessions.listed(user),
        "current_key": request.session.session_key,
        "tokens": user.tokens.filter(revoked_at=None),
        "now": timezone.now(),
        "token_form": token_form or TokenForm(),
        "made": made,
        "language_form": LanguageForm(initial={"language": user.language or get_language()}),
        "password_old": bool(changed and timezone.now() - changed > services.PASSWORD_AGE),
    }
    return render(request, "access/account.html", context, status=422 if token_form else 200)


@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Everything about one's own account."""
    return _page(request)


@sensitive_post_parameters("current", "new", "again")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: forced at the first sign-in, free later. Other sessions end."""
    user = signed_in(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not check_password(form.cleaned_data["current"], user.password):
            form.add_error("current", _("当前密码不正确。"))
            audit.record("access.change_password", actor=user.username, ip=audit.client_ip(request), result="failed")
        else:
            try:
                services.change_password(
                    user, form.cleaned_data["new"], actor=user.username, ip=audit.client_ip(request)
                )
            except Problem as problem:
                form.add_error("new", problem.message(get_language() or "zh"))
            else:
                old_key = request.session.session_key or ""
                update_session_auth_hash(request, user)
                sessions.rekey(old_key, request)
                sessions.end_sessions(user, keep=request.session.session_key or "")
                messages.success(request, _("密码已更换，其他设备上的登录已结束。"))
                return redirect("access:account")
    context = {"form": form, "forced": user.must_change_password}
    return render(request, "access/password.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language with the account, for every device."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        raise Problem("language_unknown", "没有这种界面语言。", "There is no such language.")
    services.set_language(signed_in(request), form.cleaned_data["language"])
    response = redirect("access:account")
    remember_language(response, form.cleaned_data["language"])
    return response


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's sessions."""
    sessions.end_session(signed_in(request), session_id, ip=audit.client_ip(request))
    messages.success(request, _("该会话已结束。"))
    return redirect("access:account")


@login_required
@require_POST
def create_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, token_form=form)
    made = tokens.create_token(
        signed_in(request),
        name=form.cleaned_data["name"],
        scopes=("read", "write") if form.cleaned_data["scope"] == "write" else ("read",),
        days=form.cleaned_data["days"],
        ip=audit.client_ip(request),
    )
    return _page(request, made=made)


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Withdraw a token."""
    tokens.revoke_token(signed_in(request), token_id, ip=audit.client_ip(request))
    messages.success(request, _("令牌已撤销，使用它的程序不能再访问。"))
    return redirect("access:account")
