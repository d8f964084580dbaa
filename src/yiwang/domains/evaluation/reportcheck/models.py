"""Records of S46: a checked document with what was found in it."""

from __future__ import annotations

import uuid

from django.db import models


class Check(models.Model):
    """A document that was checked 核验记录; only the person who handed it in sees it.

    ``key`` is in its address. ``result`` is the JSON of :class:`~.types.CheckResult`: the document's text is in it, the
    file itself is not kept.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    filename = models.CharField(max_length=255)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    result = models.JSONField()
    figures = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    warnings = models.PositiveIntegerField()
    infos = models.PositiveIntegerField()
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.filename
