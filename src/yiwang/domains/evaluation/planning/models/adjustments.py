"""Adjustments of the plan 规划调整: what is to change, why, on what basis, and who decided."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Adjustment(models.Model):
    """A proposed change of one text of the plan 调整建议; approving it leads to a new plan version.

    It names a measure, or (``measure_code`` empty) the task itself. ``old_text`` is the text in force when it was
    proposed; approval refuses when that text has changed since.
    """

    class Kind(models.TextChoices):
        DELETE = "delete", _("删除")
        MODIFY = "modify", _("调整")
        ADD = "add", _("新增")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待审批")
        APPROVED = "approved", _("已批准")
        REJECTED = "rejected", _("未批准")
        WITHDRAWN = "withdrawn", _("已撤回")

    plan = models.ForeignKey("s45.Plan", on_delete=models.PROTECT, related_name="adjustments")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    task_code = models.CharField(max_length=20)
    measure_code = models.CharField(max_length=24, blank=True)
    old_text = models.TextField(blank=True)
    new_text = models.TextField(blank=True)
    reason = models.TextField()
    basis = models.TextField()
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_on = models.DateField()
    proposed_by = models.CharField(max_length=150)
    approver = models.CharField(max_length=150, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decision_note = models.TextField(blank=True)
    resulting_version = models.ForeignKey(
        "s45.PlanVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="adjustments"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="s45_adjustment_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.task_code}"
