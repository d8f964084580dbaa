"""An import through the page 导入: a file, what its check found, whether it was written."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yiwang.kernel.files.api import StoredFile
from yiwang.kernel.jobs.api import Job
from yiwang.kernel.orgs.api import Unit


class ImportRun(models.Model):
    """Somebody's import into one record type.

    The file and the bad rows may hold citizens' ids: both are removed when all is written, and a day later anyway.
    """

    class Stage(models.TextChoices):
        CHECK = "check", _("检查")
        WRITE = "write", _("写入")

    record_type = models.CharField(max_length=60)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    bad_rows = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.CHECK)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    outcome = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.filename
