"""The guard of record pages: the resource comes from the address, so it is asked when the page is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from yiwang.kernel.access import api as access

from . import selectors
from .registry import record_type
from .types import RecordType

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, RecordType, P], HttpResponseBase]
Guarded = Callable[..., HttpResponseBase]


def may(user: access.User, kind: RecordType, action: str) -> None:
    """Problem ``forbidden`` (403) unless the user may do it to some record of this type."""
    if not selectors.can(user, kind, action):
        raise access.forbidden()


def record_guard(action: str) -> Callable[[View[P]], Guarded]:
    """A view of ``/records/<key>/…`` for those who may ``action`` on that type; it gets the type instead of the key.

    Strangers go to the sign-in page; an unknown type is a 404, one without permission a 403. From here on the database
    answers as for the reader (the second lock).
    """

    def decorate(view: View[P]) -> Guarded:
        @wraps(view)
        def guarded(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            user = access.signed_in(request)
            kind = record_type(key)
            may(user, kind, action)
            access.act_as(user)
            return view(request, kind, *args, **kwargs)

        guarded.access = ("<record type>", action)  # type: ignore[attr-defined]  # read by the test of every route
        return guarded

    return decorate
