"""Two codes that are one thing (合并): the dropped one stays as an alias of the kept one until it is taken out."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

from .kinds import Kind
from .models import Alias, Trail
from .reasons import checked_reason
from .selectors import clean_code, reach, resolve, unknown

# Two merges at once could make a circle of aliases that neither sees: they follow one another.
LOCK_KEY = int.from_bytes(b"YWMERGE")


@transaction.atomic
def merge(kind: Kind, keep: str, drop: str, *, actor: access.User, reason: str, ip: str = "") -> str:
    """From now on ``drop`` is ``keep``; returns the kept code. Old codes stand for what they were merged into.

    Both must be in the register and within the actor's scope. Records keep the codes that they hold. Problems:
    ``reason_missing``, ``reason_personal``, ``forbidden``, ``register_unknown``, ``already_one`` (409).
    """
    reason = checked_reason(reason)
    keep, drop = clean_code(kind, keep), clean_code(kind, drop)
    with access.as_owner():
        _alone()
        keep, drop = resolve(kind, keep), resolve(kind, drop)
        if keep == drop:
            raise Problem(
                "already_one",
                "这两个编码已经是同一项，无需合并。",
                "These two codes are one entry already.",
                status=409,
                kept=keep,
            )
        _may_merge(kind, actor, keep, drop)
        Alias.objects.create(kind=kind.key, code=drop, kept=keep)
        _note(kind, "merged", keep, drop, actor, reason, ip)
    return keep


@transaction.atomic
def unmerge(kind: Kind, code: str, *, actor: access.User, reason: str, ip: str = "") -> str:
    """``code`` is a thing of its own again, with everything that had been merged into it; returns it.

    Problems: ``reason_missing``, ``reason_personal``, ``forbidden``, ``register_unknown``, ``not_merged`` (409).
    """
    reason = checked_reason(reason)
    code = clean_code(kind, code)
    with access.as_owner():
        _alone()
        alias = Alias.objects.filter(kind=kind.key, code=code).first()
        if alias is None:
            raise not_merged(code)
        _may_merge(kind, actor, alias.kept, code)
        alias.delete()
        _note(kind, "unmerged", alias.kept, code, actor, reason, ip)
    return code


def not_merged(code: str) -> Problem:
    """There is nothing to take apart."""
    return Problem(
        "not_merged",
        "这个编码没有被合并，无需撤销。",
        "This code is not merged into another.",
        status=409,
        asked=code,
    )


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])


def _may_merge(kind: Kind, actor: access.User, *codes: str) -> None:
    access.require(actor, kind.resource, "merge")
    if reach(actor, kind, "merge").filter(pk__in=codes).count() != len(codes):
        raise unknown(kind)


def _note(kind: Kind, act: str, keep: str, drop: str, actor: access.User, reason: str, ip: str) -> None:
    Trail.objects.create(
        kind=kind.key, code=keep, act=act, at=timezone.now(), by=actor.username, other=drop, reason=reason
    )
    audit.record(
        f"registers.{act.removesuffix('d')}",
        actor=actor.username,
        ip=ip,
        object_type=kind.resource,
        object_id=keep,
        detail={"other": drop, "reason": reason},
    )
