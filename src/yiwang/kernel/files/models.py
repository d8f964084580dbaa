"""Stored files. The bytes lie under ``YIWANG_HOME/files`` by hash; a row says whose they are and why they are here."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """One upload. Two uploads of the same bytes are two rows and one blob."""

    class ScanStatus(models.TextChoices):
        NOT_SCANNED = "not_scanned", _("未查毒")
        CLEAN = "clean", _("已查毒")
        REFUSED = "refused", _("已拒收")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=120)
    filename = models.CharField(max_length=200)
    scan_status = models.CharField(max_length=20, choices=ScanStatus.choices)
    owner_unit = models.ForeignKey("orgs.Unit", models.PROTECT, null=True, blank=True, related_name="files")
    uploaded_by = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    purpose = models.CharField(max_length=60)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.filename
