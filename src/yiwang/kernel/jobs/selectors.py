"""Who sees which jobs: everybody their own, the system administrator all."""

from __future__ import annotations

from django.db.models import QuerySet

from yiwang.kernel.access import api as access

from .models import Job


def visible(user: access.User) -> QuerySet[Job]:
    """Jobs that the reader may see, newest first."""
    rows = Job.objects.select_related("started_by")
    return rows if access.can(user, "jobs.job", "view") else rows.filter(started_by=user)


def job(user: access.User, pk: int) -> Job | None:
    """One of them."""
    return visible(user).filter(pk=pk).first()
