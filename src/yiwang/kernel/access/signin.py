"""Signing in and out: Argon2, lock-out after five wrong passwords, one message for every wrong pair."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cache

from django.contrib.auth import login, logout
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

from . import sessions
from .models import User
from .services import LOCK_FOR, MAX_FAILURES

BACKEND = "yiwang.kernel.access.backend.AccountBackend"


@cache
def _decoy() -> str:
    """A password hash nobody knows the password of: an unknown name costs the same time as a known one."""
    return make_password(secrets.token_urlsafe(16))


def _wrong() -> Problem:
    return Problem(
        "sign_in_failed",
        "用户名或密码不正确，请重新输入。连续输错 5 次，账号将锁定 15 分钟。",
        "The user name or the password is wrong; try again. Five wrong passwords in a row lock the account for "
        "15 minutes.",
        status=401,
    )


def _locked(locked_until: datetime) -> Problem:
    until = timezone.localtime(locked_until).strftime("%H:%M")
    return Problem(
        "account_locked",
        f"密码连续输错 {MAX_FAILURES} 次，账号已锁定至 {until}。请届时再试，或请系统管理员解锁。",
        f"Five wrong passwords in a row: the account is locked until {until}. Try again then, or ask the system "
        "administrator to unlock it.",
        status=403,
        until=locked_until.isoformat(),
    )


def sign_in(request: HttpRequest, username: str, password: str) -> User | Problem:
    """Sign in. Returns the account, or the Problem to show: not raised, so that failures stay counted and audited.

    Nothing tells whether a name exists: not the words, not the time taken, and names without an account lock as well.
    """
    ip = audit.client_ip(request)
    name = username.strip().lower()[:64]
    with transaction.atomic():
        # no_key: a message to this account, sent meanwhile, refers to the row and must not wait for the password check
        # while it holds the audit lock that the end of the sign-in waits for.
        user = (
            User.objects.select_for_update(of=("self",), no_key=True).filter(username=name.replace("\x00", "")).first()
        )
        good = check_password(password, user.password if user else _decoy())
        if user is None or not user.is_active:
            return _failed_without_account(name, ip, "account_closed" if user else "account_unknown")
        if user.locked_until and user.locked_until > timezone.now():
            return _refused(name, ip, user.locked_until)
        if not good:
            return _failed(user, ip)
        user.failed_attempts = 0
        user.locked_until = None
        user.save(update_fields=["failed_attempts", "locked_until"])
        login(request, user, backend=BACKEND)
        sessions.open_session(request, user)
        audit.record("access.sign_in", actor=name, ip=ip, object_type="access.user", object_id=name)
    return user


def _refused(name: str, ip: str, locked_until: datetime) -> Problem:
    audit.record("access.sign_in", actor=name, ip=ip, result="refused", detail={"reason": "locked"})
    return _locked(locked_until)


def _failed_without_account(name: str, ip: str, reason: str) -> Problem:
    """What an account would answer: its failures are counted in the audit trail, there being no row to count in."""
    failures = audit.entries(actor=name or "anonymous", action="access.sign_in", result="failed").filter(
        at__gt=timezone.now() - LOCK_FOR
    )
    last = failures.first()
    if last and failures.count() >= MAX_FAILURES:
        return _refused(name or "anonymous", ip, last.at + LOCK_FOR)
    audit.record("access.sign_in", actor=name or "anonymous", ip=ip, result="failed", detail={"reason": reason})
    return _locked(timezone.now() + LOCK_FOR) if failures.count() >= MAX_FAILURES else _wrong()


def _failed(user: User, ip: str) -> Problem:
    user.failed_attempts += 1
    until = timezone.now() + LOCK_FOR if user.failed_attempts >= MAX_FAILURES else None
    if until:
        user.failed_attempts = 0
    user.locked_until = until
    user.save(update_fields=["failed_attempts", "locked_until"])
    audit.record(
        "access.sign_in",
        actor=user.username,
        ip=ip,
        result="failed",
        object_type="access.user",
        object_id=user.username,
        detail={"reason": "password", "locked": until is not None},
    )
    return _locked(until) if until else _wrong()


def sign_out(request: HttpRequest) -> None:
    """Sign out and forget the session."""
    actor, ip = audit.actor_of(request)
    row = sessions.current(request)
    if row:
        row.delete()
    logout(request)
    if actor != "anonymous":
        audit.record("access.sign_out", actor=actor, ip=ip, object_type="access.user", object_id=actor)
