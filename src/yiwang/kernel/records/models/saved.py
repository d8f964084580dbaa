"""Saved views (我的视图): filters and columns of a list that a person keeps under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """Somebody's own view of one record type.

    ``query`` is the list's query string without paging; never a citizen's id, which no address carries. The columns of
    the ``default`` view are shown when the list is opened without a choice.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    record_type = models.CharField(max_length=60)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    columns = models.JSONField(default=list)
    default = models.BooleanField(default=False)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "record_type", "name"], name="records_view_name"),
            models.UniqueConstraint(
                fields=["user", "record_type"], condition=models.Q(default=True), name="records_view_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
