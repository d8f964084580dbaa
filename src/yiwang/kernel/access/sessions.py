"""Browser sessions of accounts: at most three at a time, idle and absolute limits, ended by their owner or by force."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

from .models import User, UserSession

MAX_SESSIONS = 3
# The last-seen time is written at most once a minute, so that reading pages does not write a row each.
TOUCH_EVERY = timedelta(minutes=1)


def _drop(rows: list[UserSession]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in rows:
        store(row.session_key).delete()
    UserSession.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _alive(user: User) -> list[UserSession]:
    """Sessions of ``user`` within both limits, newest first; the others are cleared away."""
    rows = list(user.sessions.order_by("-last_seen_at", "-id"))
    gone = [row for row in rows if expired(row)]
    _drop(gone)
    return [row for row in rows if row not in gone]


def expired(row: UserSession) -> bool:
    """Whether the session passed its idle or its absolute limit."""
    now = timezone.now()
    idle = timedelta(seconds=settings.YIWANG_SESSION_IDLE_SECONDS)
    absolute = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return now - row.last_seen_at > idle or now - row.created_at > absolute


@transaction.atomic
def open_session(request: HttpRequest, user: User) -> UserSession:
    """Note the session that ``django.contrib.auth.login`` just made; beyond the third, the longest unused one ends."""
    now = timezone.now()
    alive = _alive(user)
    _drop(alive[MAX_SESSIONS - 1 :])
    # Two requests of a fresh session come at once: both find no row, one writes it.
    row, _made = UserSession.objects.get_or_create(
        session_key=request.session.session_key or "",
        defaults={
            "user": user,
            "created_at": now,
            "last_seen_at": now,
            "ip": audit.client_ip(request),
            "user_agent": request.headers.get("User-Agent", "")[:300],
        },
    )
    return row


def current(request: HttpRequest) -> UserSession | None:
    """The row of this request's session."""
    key = request.session.session_key or ""
    noted: UserSession | None = getattr(request.session, "noted", None)
    # A session that was made or renamed in this request was not read.
    return noted if noted and noted.session_key == key else UserSession.objects.filter(session_key=key).first()


def touch(row: UserSession) -> None:
    """Note that the session is in use."""
    now = timezone.now()
    if now - row.last_seen_at >= TOUCH_EVERY:
        UserSession.objects.filter(pk=row.pk).update(last_seen_at=now)


def rekey(old_key: str, request: HttpRequest) -> None:
    """Follow a session whose key was cycled (a changed password)."""
    UserSession.objects.filter(session_key=old_key).update(session_key=request.session.session_key or "")


@transaction.atomic
def end_session(user: User, session_id: int, *, ip: str = "") -> None:
    """The owner ends one of their sessions. Problem ``session_unknown`` (404)."""
    row = user.sessions.filter(pk=session_id).first()
    if row is None:
        raise Problem(
            "session_unknown",
            "该会话不存在或已经结束。",
            "There is no such session, or it has already ended.",
            status=404,
        )
    _drop([row])
    audit.record("access.end_session", actor=user.username, ip=ip, object_type="access.user", object_id=user.username)


@transaction.atomic
def end_sessions(user: User, *, keep: str = "") -> None:
    """End every session of ``user`` but the one with the key ``keep``."""
    _drop([row for row in user.sessions.all() if row.session_key != keep])


def listed(user: User) -> list[UserSession]:
    """Sessions for the account page."""
    return _alive(user)
