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


class SnapshotPin(models.Model):
    """A snapshot that somebody needs for good 长期保留: it outlives its time.

    ``holder`` says who, "s45.round.3". ``files`` are the snapshot's files ("s05.kiosk/<hash>"), so that they stay even
    where the manifest that names them is damaged.
    """

    name = models.CharField(max_length=64)
    holder = models.CharField(max_length=80)
    files = models.JSONField()
    pinned_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["name", "holder"], name="lake_pin_once")]

    def __str__(self) -> str:
        return f"{self.name[:12]} {self.holder}"
