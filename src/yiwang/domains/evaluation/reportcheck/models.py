"""Records of S46: a report with its versions, what was found in each, and which findings officials dismissed."""

from __future__ import annotations

import uuid

from django.db import models


class Report(models.Model):
    """A written report that is checked 送核报告: all its versions belong together.

    It is its creator's alone until it is ``shared`` with their unit (本单位留存); who else then sees it says
    ``access.csv``. ``key`` is in its address.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=255)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    shared = models.BooleanField(default=False)
    created_by = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class Check(models.Model):
    """One version of a report 核验记录, checked once; nothing of it changes afterwards but what is dismissed.

    ``key`` is in its address. ``result`` is the JSON of :class:`~.types.CheckResult` with the document's text; ``file``
    is the document itself, kept of Word only: it is needed again for the comments. ``tally`` counts, for each kind of
    finding, those found and those dismissed: ``{"date_vague": [4, 1]}``.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    filename = models.CharField(max_length=255)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    result = models.JSONField()
    figures = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    warnings = models.PositiveIntegerField()
    infos = models.PositiveIntegerField()
    dismissed = models.PositiveIntegerField(default=0)
    tally = models.JSONField(default=dict)
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="s46_one_version_of_a_number")]

    def __str__(self) -> str:
        return self.filename


class Dismissal(models.Model):
    """A finding that an official dismissed 忽略, with the reason; it holds for the later versions of the report too.

    ``kind``, ``severity``, ``places`` and ``context`` are the finding's trace, by which it is recognised again;
    ``message`` is what it said. One that was taken back stays as a record.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="dismissals")
    kind = models.CharField(max_length=40)
    severity = models.CharField(max_length=10)
    places = models.JSONField()
    context = models.TextField(blank=True)
    message = models.TextField()
    reason = models.CharField(max_length=200)
    dismissed_at = models.DateTimeField()
    dismissed_by = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey("access.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.message
