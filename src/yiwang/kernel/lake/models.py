"""What the database knows of the lake."""

from __future__ import annotations

from django.db import models


class SnapshotMark(models.Model):
    """A snapshot that was taken of this database (快照标记), written just before the snapshot appears.

    A database that was set back to an earlier state lacks the marks of later snapshots: those are then not built upon.
    """

    name = models.CharField(max_length=64, unique=True)
    number = models.IntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["-number"]
