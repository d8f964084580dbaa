"""The audit entry. Its table is made by SQL in the first migration and belongs to the database."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One act, chained to the one before it by SHA-256.

    Unmanaged on purpose: triggers forbid UPDATE, DELETE and TRUNCATE, so Django must neither alter nor flush the table.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    action = models.TextField()
    object_type = models.TextField()
    object_id = models.TextField()
    detail = models.JSONField()
    ip = models.TextField()
    result = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        managed = False
        db_table = "audit_entry"
        ordering = ["-seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.actor}"
