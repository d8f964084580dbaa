"""What the metrics room keeps: results that were counted once, and metrics that officials composed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language


class MetricResult(models.Model):
    """A metric's numbers at the end of a day in a snapshot, which never change 指标结果.

    ``digest`` names what was counted (not how it is called or rounded). ``groups`` holds for each group (unit path or
    town code; "" for all) numerator, denominator or null, and rows, as decimal strings and a whole number.
    """

    snapshot = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    as_of = models.DateField()
    known_at = models.DateField(null=True)
    by = models.CharField(max_length=4, blank=True)
    groups = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "digest", "as_of", "known_at", "by"],
                nulls_distinct=False,
                name="metrics_result_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.digest[:12]}@{self.as_of}"


class ComposedMetric(models.Model):
    """A metric that an official composed 自建指标; what it counts is in its versions."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """Its code as a metric's."""
        return f"own.{self.pk}"


class ComposedVersion(models.Model):
    """A published version 版本: immutable, with the result that its author saw.

    ``definition`` is the algebra as JSON (:mod:`.definitions`); ``result`` the value as of ``tried_on``.
    """

    metric = models.ForeignKey(ComposedMetric, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    definition = models.JSONField()
    reason = models.CharField(max_length=200)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=150)
    tried_on = models.DateField()
    result = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["metric", "number"], name="metrics_composed_version_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.metric_id} v{self.number}"

    @property
    def name(self) -> str:
        """Name in the reader's language."""
        return self.name_zh if (get_language() or "zh").startswith("zh") else (self.name_en or self.name_zh)
