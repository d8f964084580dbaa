"""An evaluation round 评估轮次: who is asked, what they hand in, every version of it, and why something lags."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Round(models.Model):
    """One evaluation of a plan version as of a date 评估轮次."""

    class State(models.TextChoices):
        DRAFT = "draft", _("筹备")
        OPEN = "open", _("进行中")
        CLOSED = "closed", _("已办结")

    plan_version = models.ForeignKey("s45.PlanVersion", on_delete=models.PROTECT, related_name="rounds")
    title = models.CharField(max_length=200)
    as_of = models.DateField()
    opens_on = models.DateField()
    due_on = models.DateField()
    work_plan = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-as_of", "-id"]

    def __str__(self) -> str:
        return self.title


class RoundStep(models.Model):
    """A line of the round's schedule 工作安排."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "position"], name="s45_step_once")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title


class HandIn(models.Model):
    """What a unit is asked to hand in on one task of a round 自评填报, with its working draft.

    ``stands_for`` is the unit whose figures it reports, where another has taken its place since 机构改革后承接.
    ``draft`` holds :class:`~yiwang.domains.evaluation.planning.types.HandInContent` as JSON. ``revision`` grows with
    every write, so that two people writing at once get one winner and one clear message.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待填报")
        DRAFT = "draft", _("填报中")
        SUBMITTED = "submitted", _("待审核")
        RETURNED = "returned", _("已退回")
        ACCEPTED = "accepted", _("已采纳")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="hand_ins")
    task_code = models.CharField(max_length=20)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    stands_for = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    due_on = models.DateField()
    draft = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "task_code", "unit"], name="s45_unit_asked_once")]
        ordering = ["task_code", "id"]

    def __str__(self) -> str:
        return f"{self.task_code} {self.unit_id}"

    @property
    def reports_for_id(self) -> int:
        """The unit whose figures it reports."""
        return self.stands_for_id or self.unit_id


class HandInVersion(models.Model):
    """A hand-in as it was handed in 报送稿: immutable but for the decision on it."""

    class Decision(models.TextChoices):
        NONE = "", _("未审核")
        ACCEPTED = "accepted", _("采纳")
        RETURNED = "returned", _("退回")

    hand_in = models.ForeignKey(HandIn, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    submitted_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=150)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default=Decision.NONE)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hand_in", "number"], name="s45_hand_in_version_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.hand_in_id} v{self.number}"


class Evidence(models.Model):
    """A document that backs a hand-in 佐证材料, for the whole task or for one figure. Removing keeps the row."""

    hand_in = models.ForeignKey(HandIn, on_delete=models.PROTECT, related_name="evidence")
    figure_code = models.CharField(max_length=12, blank=True)
    title = models.CharField(max_length=200)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=150)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class Explanation(models.Model):
    """Why an indicator lags in a round and what will be done 滞后原因与整改措施."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="explanations")
    indicator_code = models.CharField(max_length=12)
    cause = models.TextField()
    measure = models.TextField()
    due_on = models.DateField()
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "indicator_code"], name="s45_explanation_once")]
        ordering = ["indicator_code"]

    def __str__(self) -> str:
        return self.indicator_code
