"""Interviews 访谈 of a round and what they found 访谈发现."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Interview(models.Model):
    """A talk with one or several units in a round 访谈记录.

    ``interviewed`` says who was spoken to, by post where the name is not needed. ``revision`` grows with every write.
    """

    class Kind(models.TextChoices):
        TALK = "talk", _("个别访谈")
        MEETING = "meeting", _("座谈会")
        VISIT = "visit", _("实地走访")

    round = models.ForeignKey("s45.Round", on_delete=models.PROTECT, related_name="interviews")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TALK)
    held_on = models.DateField()
    place = models.CharField(max_length=200)
    units = models.ManyToManyField("orgs.Unit", related_name="+")
    interviewed = models.CharField(max_length=300)
    interviewers = models.CharField(max_length=300)
    notes = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="s45_interview_once")]
        ordering = ["-held_on", "-number"]

    def __str__(self) -> str:
        return f"interview {self.round_id}/{self.number}"


class Finding(models.Model):
    """Something that an interview found, with the tasks, indicators and measures that it concerns 访谈发现."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    task_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    indicator_codes = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    measure_codes = ArrayField(models.CharField(max_length=24), default=list, blank=True)

    class Meta:
        ordering = ["interview_id", "position", "id"]

    def __str__(self) -> str:
        return f"finding {self.interview_id}/{self.position}"
