"""Guards: for pages (:func:`guard`) and for the API (:data:`api_auth`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.security import APIKeyCookie, HttpBearer

from yiwang.lib.problems import Problem
from yiwang.ui.problems import forbidden

from . import rowlock
from .models import User
from .selectors import require
from .tokens import find_token

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def signed_in(request: HttpRequest) -> User:
    """The account of the request; only behind a guard. Problem ``forbidden`` for nobody."""
    if not isinstance(request.user, User):
        raise forbidden()
    return request.user


def guard(resource: str, action: str) -> Callable[[View[P]], View[P]]:
    """A view for those who may ``action`` on ``resource``: strangers go to the sign-in page, others get 403."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            user = signed_in(request)
            require(user, resource, action)
            rowlock.enter(user)
            return view(request, *args, **kwargs)

        guarded.access = (resource, action)  # type: ignore[attr-defined]  # read by the test of every route
        return guarded

    return decorate


class BearerToken(HttpBearer):
    """``Authorization: Bearer yw_…`` — a person's token; one that may only read is refused for other methods."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The token's account, put on the request."""
        found = find_token(token)
        if found is None:
            return None
        if request.method not in SAFE_METHODS and "write" not in found.scopes:
            raise Problem(
                "token_read_only",
                "该令牌只能读取。如需写入，请在“我的账号”中另建一个可读写的令牌。",
                'This token may only read. Make one that may write on the page "My account".',
                status=403,
            )
        if found.user.must_change_password:
            return None
        request.user = found.user
        rowlock.enter(found.user)
        return found.user


class BrowserSession(APIKeyCookie):
    """The browser's session; unsafe methods need the CSRF token too."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=True)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        """The signed-in account."""
        user = request.user
        if not isinstance(user, User) or not user.is_active or user.must_change_password:
            return None
        rowlock.enter(user)
        return user


api_auth: list[Callable[[HttpRequest], Any]] = [BearerToken(), BrowserSession()]
