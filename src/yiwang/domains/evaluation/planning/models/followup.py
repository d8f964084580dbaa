"""What is done about a problem, and what the next round hears of it 整改措施与落实情况."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Countermeasure(models.Model):
    """What a unit shall do about a problem, and by when 整改措施. How it stands is told by its follow-ups."""

    problem = models.ForeignKey("s45.RoundText", on_delete=models.CASCADE, related_name="countermeasures")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()

    class Meta:
        ordering = ["problem_id", "position", "id"]

    def __str__(self) -> str:
        return f"countermeasure {self.problem_id}/{self.position}"


class FollowUp(models.Model):
    """What a unit answers in a round about a measure of an earlier one, and the bureau's word on it 落实情况.

    The measure is a countermeasure of a problem or the remedy of a laggard's explanation. ``revision`` grows with every
    answer, so that the bureau decides on what it has read.
    """

    class State(models.TextChoices):
        DONE = "done", _("已落实")
        UNDER_WAY = "under_way", _("正在落实")
        NOT_DONE = "not_done", _("未落实")

    class Decision(models.TextChoices):
        NONE = "", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        RETURNED = "returned", _("已退回")

    round = models.ForeignKey("s45.Round", on_delete=models.PROTECT, related_name="follow_ups")
    countermeasure = models.ForeignKey(
        Countermeasure, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    explanation = models.ForeignKey(
        "s45.Explanation", on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State)
    evidence = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    answered_at = models.DateTimeField()
    answered_by = models.CharField(max_length=150)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default=Decision.NONE)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "countermeasure"], name="s45_follow_up_once"),
            models.UniqueConstraint(fields=["round", "explanation"], name="s45_follow_up_remedy_once"),
            models.CheckConstraint(
                condition=Q(countermeasure=None, explanation__isnull=False)
                | Q(countermeasure__isnull=False, explanation=None),
                name="s45_follow_up_of_one",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"follow-up {self.pk}"
