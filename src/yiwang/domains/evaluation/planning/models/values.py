"""Values with both clocks: the date they count for, and the time the system learned them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yiwang.domains.evaluation.planning.models.plan import Indicator


class IndicatorValue(models.Model):
    """A value of an indicator or fact: reported by a unit and accepted 填报值, or counted from records 计算值.

    Rows are added, never changed: a correction sets ``superseded_at`` on the old row and adds a new one. As known at K
    is ``recorded_at <= K < superseded_at``. ``value`` is in the indicator's own unit (51209 for 万元). A target
    (``is_target``) counts for a later day than the one it is reported on. ``as_of_stated`` is false where the unit gave
    no date and the round's was taken. A computed value has its parts in base units, how many records its numerator was
    counted from, and the lake's snapshot they were counted in.
    """

    plan = models.ForeignKey("s45.Plan", on_delete=models.PROTECT, related_name="values")
    code = models.CharField(max_length=12)
    origin = models.CharField(max_length=10, choices=Indicator.Origin, default=Indicator.Origin.REPORTED)
    as_of = models.DateField()
    as_of_stated = models.BooleanField(default=True)
    period_start = models.DateField(null=True, blank=True)
    is_target = models.BooleanField(default=False)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    hedge = models.CharField(max_length=20, blank=True)
    numerator = models.DecimalField(max_digits=30, decimal_places=6, null=True, blank=True)
    denominator = models.DecimalField(max_digits=30, decimal_places=6, null=True, blank=True)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    snapshot = models.CharField(max_length=64, blank=True)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField(blank=True)
    note = models.TextField(blank=True)
    hand_in_version = models.ForeignKey(
        "s45.HandInVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="values"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)
    superseded_at = models.DateTimeField(null=True, blank=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code", "as_of", "origin"],
                condition=Q(superseded_at__isnull=True),
                name="s45_value_current_of_origin_once",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gt=F("recorded_at")),
                name="s45_value_clock_forward",
            ),
        ]
        indexes = [models.Index(fields=["plan", "code", "as_of"], name="s45_value_lookup")]
        ordering = ["-as_of", "-recorded_at"]

    def __str__(self) -> str:
        return f"{self.code}@{self.as_of}"

    @property
    def is_computed(self) -> bool:
        """Whether records say it."""
        return self.origin == Indicator.Origin.COMPUTED
