"""Weights that experts gave the indicators 专家权重: dated, with their source, never changed once recorded."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class WeightSet(models.Model):
    """Weights of a plan's indicators by one inquiry 专家权重表; without one the plan's own weights count.

    ``weights`` maps indicator codes to decimal strings. A set counts for rounds whose date is not before
    ``effective_on``; one that is recorded or withdrawn after a round was closed changes nothing there.
    """

    class Method(models.TextChoices):
        DELPHI = "delphi", _("德尔菲法")
        AHP = "ahp", _("层次分析法")
        OTHER = "other", _("其他方法")

    plan = models.ForeignKey("s45.Plan", on_delete=models.PROTECT, related_name="weight_sets")
    method = models.CharField(max_length=10, choices=Method)
    source = models.TextField()
    effective_on = models.DateField()
    weights = models.JSONField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-effective_on", "-id"]

    def __str__(self) -> str:
        return f"weights {self.pk} from {self.effective_on}"
