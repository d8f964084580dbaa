"""A person's tokens for programs: scoped, expiring, hashed, shown once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

from .models import ApiToken, User
from .types import NewToken

SCOPES = ("read", "write")
MAX_DAYS = 365
PREFIX = "yw_"


def _hash(plain: str) -> str:
    # 256 bits of chance need no slow hash: there is nothing to guess.
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def create_token(user: User, *, name: str, scopes: Iterable[str], days: int, ip: str = "") -> NewToken:
    """A new token for ``user``.

    Problems: ``token_name_missing``, ``token_scope_unknown``, ``token_days_out_of_range``.
    """
    name = name.strip()
    chosen = sorted(set(scopes))
    if not name or len(name) > 60:
        raise Problem(
            "token_name_missing",
            "请填写令牌的用途，1 至 60 个字。",
            "Say what the token is for, in 1 to 60 characters.",
        )
    if not chosen or any(scope not in SCOPES for scope in chosen):
        raise Problem(
            "token_scope_unknown",
            "请选择令牌的范围：读取（read）或读写（read 和 write）。",
            "Choose the scope of the token: read, or read and write.",
        )
    if not 1 <= days <= MAX_DAYS:
        raise Problem(
            "token_days_out_of_range",
            f"有效期应为 1 至 {MAX_DAYS} 天。",
            f"A token is valid for 1 to {MAX_DAYS} days.",
        )
    plain = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=plain[:9],
        hash=_hash(plain),
        scopes=chosen,
        expires_at=timezone.now() + timedelta(days=days),
    )
    audit.record(
        "access.create_token",
        actor=user.username,
        ip=ip,
        object_type="access.token",
        object_id=str(token.pk),
        detail={"prefix": token.prefix, "scopes": chosen, "days": days},
    )
    return NewToken(plain, token.prefix)


@transaction.atomic
def revoke_token(user: User, token_id: int, *, ip: str = "") -> None:
    """Withdraw one of the user's tokens. Problem ``access_token_unknown`` (404)."""
    token = user.tokens.filter(pk=token_id, revoked_at=None).first()
    if token is None:
        raise Problem(
            "access_token_unknown",
            "该令牌不存在或已经撤销。",
            "There is no such token, or it was already revoked.",
            status=404,
        )
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    audit.record("access.revoke_token", actor=user.username, ip=ip, object_type="access.token", object_id=str(token.pk))


def find_token(plain: str) -> ApiToken | None:
    """The token in force with this text, of an account in force, marked as used."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user__person", "user__unit")
        .filter(hash=_hash(plain), revoked_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if token and (token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1)):
        token.last_used_at = now
        token.save(update_fields=["last_used_at"])
    return token
