"""Limits of a session on every request, the forced change of password, and a trace of refusals."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from yiwang.kernel.audit import api as audit

from . import rowlock, sessions
from .models import User


class SessionLimitsMiddleware:
    """Idle and absolute limits; sessions ended elsewhere; passwords that must change first; refusals are audited."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or send the person to sign in or to change the password."""
        user = request.user
        if isinstance(user, User) and request.session.session_key:
            stop = self._stop(request, user)
            if stop is not None:
                return stop
        response = self.get_response(request)
        if connection.in_atomic_block and not connection.needs_rollback:
            # Only where a transaction outlasts its request, as in tests: elsewhere the end of it ended the role.
            rowlock.leave()
        if response.status_code == 403 and request.user.is_authenticated:
            actor, ip = audit.actor_of(request)
            audit.record(
                "access.refused",
                actor=actor,
                ip=ip,
                result="refused",
                object_type="path",
                object_id=request.path,
                detail={"method": request.method},
            )
        return response

    def _stop(self, request: HttpRequest, user: User) -> HttpResponse | None:
        # An ended session is gone from the session store too; one without a row is new, so its limits begin now.
        row = sessions.current(request) or sessions.open_session(request, user)
        if sessions.expired(row):
            row.delete()
            audit.record("access.session_expired", actor=user.username, ip=audit.client_ip(request))
            logout(request)
            if request.path.startswith("/api/"):
                return None  # goes on as nobody: the API answers 401 in its own format
            query = urlencode({"next": request.get_full_path(), "reason": "expired"})
            return redirect(f"{reverse('access:sign-in')}?{query}")
        sessions.touch(row)
        if user.must_change_password and not request.path.startswith(("/api/", "/static/")):
            allowed = (reverse("access:password"), reverse("access:sign-out"), reverse("access:sign-in"))
            if request.path not in (*allowed, "/language/"):
                return redirect("access:password")
        return None
