"""A message to one account."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language


class Notice(models.Model):
    """A message in the app. ``dedupe_key`` makes sending it twice harmless."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300)
    body_zh = models.TextField(blank=True)
    body_en = models.TextField(blank=True)
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    dedupe_key = models.CharField(max_length=200, null=True, blank=True, unique=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "read_at"], name="notices_unread")]

    def __str__(self) -> str:
        return self.title_zh

    @property
    def title(self) -> str:
        """Title in the active language."""
        return self.title_zh if (get_language() or "zh").startswith("zh") else self.title_en

    @property
    def body(self) -> str:
        """Body in the active language."""
        return self.body_zh if (get_language() or "zh").startswith("zh") else self.body_en
