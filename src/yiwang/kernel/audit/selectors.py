"""Reading the audit trail."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import AuditEntry


def _at(day: date, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))


def entries(
    *,
    actor: str = "",
    action: str = "",
    object_type: str = "",
    object_id: str = "",
    result: str = "",
    text: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    """Entries, newest first. ``action`` matches a prefix (``access.``); ``since`` and ``until`` are whole days."""
    found = AuditEntry.objects.order_by("-seq")
    # PostgreSQL refuses NUL in text, and entries hold the visible symbol instead.
    actor, action, result = (word.replace("\x00", "␀") for word in (actor, action, result))
    if actor:
        found = found.filter(actor=actor)
    if action:
        found = found.filter(action__startswith=action)
    if object_type:
        found = found.filter(object_type=object_type)
    if object_id:
        found = found.filter(object_id=object_id)
    if result:
        found = found.filter(result=result)
    if text:
        found = found.filter(Q(actor__icontains=text) | Q(object_id__icontains=text) | Q(action__icontains=text))
    if since:
        found = found.filter(at__gte=_at(since, time.min))
    if until:
        found = found.filter(at__lte=_at(until, time.max))
    return found


def known_actions() -> list[str]:
    """Every action that occurs, for the filter."""
    return list(AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct())
