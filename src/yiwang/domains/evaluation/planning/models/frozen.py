"""What a closed round was closed with 办结底稿: written once, read whenever somebody asks whether it still holds."""

from __future__ import annotations

from django.db import models


class FrozenRound(models.Model):
    """Everything that a round's result rests on, as it was on closing.

    ``content`` is what :func:`~..selectors.frozen.gather` gives; ``digest`` is the SHA-256 of its canonical JSON.
    ``snapshot`` names the lake's snapshot that is kept for it (empty when no figure is computed).
    """

    round = models.OneToOneField("s45.Round", on_delete=models.PROTECT, related_name="frozen")
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    snapshot = models.CharField(max_length=64, blank=True)
    report = models.ForeignKey("s45.ReportFile", on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()
    frozen_by = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"{self.round_id} {self.digest[:12]}"
