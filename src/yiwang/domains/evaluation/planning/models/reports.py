"""The written report 评估报告: texts that the bureau writes, templates that officials edit, files that were written."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundText(models.Model):
    """A piece of the report that is written by the bureau, not handed in by a unit 报告文字.

    One of the section ``problem`` is a problem 问题 as the follow-up knows it: with links to tasks, indicators and
    measures of the plan and to findings of interviews, and with countermeasures that the next round asks after.
    """

    class Section(models.TextChoices):
        OVERALL = "overall", _("总体判断")
        CHAPTER = "chapter", _("篇章导语")
        ENVIRONMENT = "environment", _("外部环境")
        PROBLEM = "problem", _("主要问题")
        NEXT_STEP = "next_step", _("下一步措施")
        SUGGESTION = "suggestion", _("意见建议")

    round = models.ForeignKey("s45.Round", on_delete=models.CASCADE, related_name="texts")
    section = models.CharField(max_length=12, choices=Section)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    task_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    indicator_codes = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    measure_codes = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    findings = models.ManyToManyField("s45.Finding", related_name="problems", blank=True)
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "section", "position"], name="s45_text_once")]
        ordering = ["section", "position"]

    def __str__(self) -> str:
        return f"{self.section} {self.position}"


class ReportTemplate(models.Model):
    """A Word template that an official edited and uploaded 报告模板; the newest one is used."""

    plan = models.ForeignKey("s45.Plan", on_delete=models.PROTECT, related_name="templates")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=150)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"template {self.pk}"


class ReportFile(models.Model):
    """A report as it was written 已生成报告."""

    round = models.ForeignKey("s45.Round", on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(ReportTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=150)
    gaps = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="s45_report_once")]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"report {self.round_id}/{self.number}"
