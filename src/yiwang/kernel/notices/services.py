"""Sending messages and marking them read."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from yiwang.kernel.access.api import User

from .models import Notice


def notify(
    users: Iterable[User],
    kind: str,
    title_zh: str,
    title_en: str,
    url: str,
    body_zh: str = "",
    body_en: str = "",
    dedupe_key: str | None = None,
) -> int:
    """Send a message to each account once; with ``dedupe_key`` nobody gets it a second time. Returns how many are new.

    ``url`` is a path of this site ("/evaluation/…").
    """
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError(f"a notice links to a path of this site, not to {url!r}")
    rows = [
        Notice(
            user=user,
            kind=kind,
            title_zh=title_zh,
            title_en=title_en,
            body_zh=body_zh,
            body_en=body_en,
            url=url,
            dedupe_key=f"{dedupe_key}#{user.pk}" if dedupe_key else None,
        )
        for user in {user.pk: user for user in users}.values()
    ]
    keys = [row.dedupe_key for row in rows if row.dedupe_key]
    before = Notice.objects.filter(dedupe_key__in=keys).count() if keys else 0
    Notice.objects.bulk_create(rows, ignore_conflicts=bool(dedupe_key))
    return len(rows) - before


def for_user(user: User) -> QuerySet[Notice]:
    """The user's messages, newest first."""
    return Notice.objects.filter(user=user)


def unread_count(user: User) -> int:
    """How many are not yet read; every page asks, so in words of ours: compiling them took longer than the answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notices_notice WHERE user_id = %s AND read_at IS NULL", [user.pk])
        return int(cursor.fetchone()[0])


def mark_read(user: User, ids: Iterable[int] | None = None) -> int:
    """Mark these messages of the user read (``None``: all). Returns how many changed."""
    rows = for_user(user).filter(read_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return rows.update(read_at=timezone.now())
